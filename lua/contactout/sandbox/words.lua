-- The vocabulary of the invented world: names, words for companies, titles,
-- places, schools. Only lists; people.lua and companies.lua combine them by
-- arithmetic, so the same number always gives the same person.
--
-- A name is "as written|as in a URL": the second part is plain ASCII.

local M = {}

M.FIRST_NAMES = {
  "Amara|amara", "Björn|bjoern", "Chiara|chiara", "Dmitri|dmitri", "Élodie|elodie",
  "Farid|farid", "Grace|grace", "Håkon|hakon", "Ines|ines", "José|jose", "Kofi|kofi",
  "Łucja|lucja", "Mei|mei", "Niamh|niamh", "Oğuz|oguz", "Priya|priya", "Quentin|quentin",
  "Rafael|rafael", "Søren|soren", "Tomáš|tomas", "Uma|uma", "Věra|vera", "Wanjiru|wanjiru",
  "Ximena|ximena", "Yusuf|yusuf", "Zoë|zoe", "Alan|alan", "Beatrix|beatrix", "Carlos|carlos",
  "晓明|xiaoming", "さくら|sakura",
}

M.LAST_NAMES = {
  "Abernathy|abernathy", "Bergström|bergstroem", "Castellanos|castellanos", "D'Arcy|darcy",
  "Eze|eze", "Fitzgerald-Okafor|fitzgerald-okafor", "García|garcia", "Hoàng|hoang",
  "Ivanova|ivanova", "Jørgensen|jorgensen", "Kowalczyk|kowalczyk", "Lindqvist|lindqvist",
  "Müller|mueller", "Nakamura|nakamura", "O'Sullivan|osullivan", "Petrović|petrovic",
  "Quispe|quispe", "Rossi|rossi", "Szabó|szabo", "Tanaka|tanaka", "Urquhart|urquhart",
  "van der Berg|van-der-berg", "Whitlock|whitlock", "Xu|xu", "Yılmaz|yilmaz",
  "Zielińska|zielinska", "Mbeki|mbeki", "Çelik|celik", "de la Cruz|de-la-cruz",
}

-- title, seniority, job function. 19 of them: a number that shares no factor
-- with the number of companies, so every company has every title.
M.TITLES = {
  { "Founder", "Owner / Founder", "Operations" },
  { "Chief Executive Officer", "CXO", "Operations" },
  { "Software Engineer", "Entry", "Engineering" },
  { "Senior Software Engineer", "Senior", "Engineering" },
  { "Vice President of Product", "VP", "Product Management" },
  { "Data Analyst", "Entry", "Engineering" },
  { "Head of Marketing", "Head", "Marketing" },
  { "Marketing Manager", "Manager", "Marketing" },
  { "Sales Director", "Director", "Sales" },
  { "Account Executive", "Senior", "Sales" },
  { "Nurse Practitioner", "Senior", "Healthcare Services" },
  { "Research Assistant", "Intern", "Research" },
  { "Chief Technology Officer", "CXO", "Engineering" },
  { "Product Designer", "Entry", "Design" },
  { "Design Manager", "Manager", "Design" },
  { "Recruiter", "Entry", "Human Resources" },
  { "Director of People", "Director", "Human Resources" },
  { "Accountant", "Senior", "Finance" },
  { "Customer Support Specialist", "Entry", "Support" },
}

M.DECISION_MAKERS = {
  ["Owner / Founder"] = true, CXO = true, VP = true, Head = true, Director = true,
}

-- as shown, country
M.LOCATIONS = {
  { "Lisbon, Portugal", "Portugal" }, { "Malmö, Sweden", "Sweden" },
  { "Nairobi, Kenya", "Kenya" }, { "Kyoto, Japan", "Japan" },
  { "São Paulo, Brazil", "Brazil" }, { "Austin, Texas, United States", "United States" },
  { "Portland, Oregon, United States", "United States" },
  { "Boston, Massachusetts, United States", "United States" },
  { "Leeds, United Kingdom", "United Kingdom" }, { "Melbourne, Australia", "Australia" },
  { "Kraków, Poland", "Poland" }, { "Toronto, Canada", "Canada" },
  { "Bengaluru, India", "India" },
}

M.COMPANY_FIRST = {
  "Amberfield", "Bluebarrow", "Copperline", "Driftwood", "Eastgate", "Fernhollow",
  "Glasswing", "Harborlight", "Ironbridge", "Juniper", "Kestrel", "Larkspur", "Moonquay",
  "Northwind", "Oakhaven", "Pinecrest", "Quillon", "Redthorn", "Silverbirch", "Tidewater",
  "Umberland", "Violetta", "Westering", "Yarrow", "Zephyrine",
}

M.COMPANY_SECOND = {
  "Optics", "Logistics", "Software", "Biologics", "Foods", "Robotics", "Capital", "Studios",
  "Energy", "Textiles", "Networks", "Analytics", "Marine", "Instruments", "Pharma",
  "Learning", "Mobility", "Materials", "Security", "Travel",
}

M.INDUSTRIES = {
  "Computer Software", "Hospital & Health Care", "Logistics", "Biotechnology",
  "Financial Services", "Renewables", "Education", "Media Production", "Textiles",
  "Machinery", "Food & Beverages",
}

M.COMPANY_TYPES = { "Privately Held", "Public Company", "Partnership", "Nonprofit" }

M.COMPANY_SIZES = { 4, 18, 73, 260, 740, 2600, 7100, 24000 }

M.SCHOOLS = {
  "University of Aldermere", "Halvorsen Institute of Technology", "Colegio San Telmo",
  "Brightwater College", "École des Arts de Valmont", "Kitayama University",
  "Thornbury Polytechnic",
}

M.FIELDS = { "Computer Science", "Economics", "Biology", "Fine Arts", "Statistics", "Nursing" }

M.DEGREES = { "Bachelor's Degree", "Master's Degree", "Doctorate Degree", "Diploma" }

M.SKILLS = {
  "Lua", "Python", "Negotiation", "Public Speaking", "Budget Planning", "Networking",
  "Network Security", "Copywriting", "Clinical Research", "Machine Learning", "Figma",
  "Recruiting", "Forecasting", "C", "Project Management", "Accounting", "Java",
}

M.LANGUAGES = { "English", "Português", "Svenska", "日本語", "Polski", "Kiswahili" }

return M
