/*
 * See endpoints.h. First the parameters, each list in the order in which they
 * are sent, then the endpoints. A form, a limit or a closed set stands here
 * only where the vendor documents one; anything else is for its server to
 * judge.
 */
#include "endpoints.h"

#include <string.h>

/* clang-format off */

#define PARAMS static const struct cto_param
#define END {.name = NULL}

/* --- Parameters ---------------------------------------------------------- */

PARAMS linkedin_enrich[] = {
    {"profile", CTO_STRING, CTO_PROFILE_URL, .required = true,
     .doc = "LinkedIn URL of the person"},
    {"profile_only", CTO_BOOLEAN,
     .doc = "true: the profile without contacts, for a search credit"},
    END};

PARAMS email_enrich[] = {
    {"email", CTO_STRING, CTO_EMAIL, .required = true,
     .doc = "e-mail address of the person, best a personal one"},
    {"include", CTO_COMMAS, .values = "work_email", .live = "*",
     .doc = "also look for a work e-mail and verify it, which takes longer"},
    END};

PARAMS people_enrich[] = {
    {"linkedin_url", CTO_STRING, CTO_PROFILE_URL,
     .doc = "LinkedIn URL of the person"},
    {"email", CTO_STRING, CTO_EMAIL, .doc = "e-mail address of the person"},
    {"phone", CTO_STRING, .doc = "phone number of the person"},
    {"full_name", CTO_STRING, .doc = "whole name"},
    {"first_name", CTO_STRING, .doc = "first name; goes with last_name"},
    {"last_name", CTO_STRING, .doc = "last name; goes with first_name"},
    {"company", CTO_LIST, .max = 10, .doc = "names of employers"},
    {"company_domain", CTO_LIST, CTO_DOMAIN, .max = 10,
     .doc = "domains of employers"},
    {"education", CTO_LIST, .max = 10, .doc = "names of schools"},
    {"location", CTO_STRING, .doc = "place or city"},
    {"job_title", CTO_STRING, .doc = "title of the job"},
    {"include", CTO_LIST, .values = "work_email personal_email phone",
     .live = "*", .doc = "contacts to find; without it there are none"},
    END};

PARAMS people_linkedin[] = {
    {"profile", CTO_STRING, CTO_PROFILE_URL, .required = true,
     .doc = "LinkedIn URL of the person"},
    {"include_phone", CTO_BOOLEAN,
     .doc = "true: phone numbers too, for a phone credit"},
    {"email_type", CTO_COMMAS, .values = "personal work none",
     .alone = "none", .live = "work",
     .doc = "kinds of e-mail to find, both unless given; work is verified"
            " while you wait, none costs nothing"},
    END};

PARAMS people_linkedin_batch[] = {
    {"profiles", CTO_LIST, CTO_PROFILE_URL, .required = true, .max = 30,
     .doc = "LinkedIn URLs"},
    END};

PARAMS people_linkedin_batch_v2[] = {
    {"profiles", CTO_LIST, CTO_PROFILE_URL, .required = true, .max = 1000,
     .doc = "LinkedIn URLs"},
    {"include_phone", CTO_BOOLEAN,
     .doc = "true: phone numbers too, for a phone credit each"},
    {"callback_url", CTO_STRING, CTO_CALLBACK_URL,
     .doc = "where the result is posted when the job is done"},
    END};

PARAMS job[] = {
    {"job_uuid", CTO_STRING, CTO_SEGMENT, .required = true,
     .doc = "the job_id that the submission returned"},
    END};

PARAMS domain_enrich[] = {
    {"domains", CTO_LIST, CTO_DOMAIN, .required = true, .max = 30,
     .doc = "bare domains, such as example.com"},
    END};

/* Counting takes the same filters, but not the first three. */
enum { SEARCH_ONLY = 3 };

PARAMS people_search[] = {
    {"page", CTO_INTEGER, .min = 1, .doc = "page of 25, from 1"},
    {"data_types", CTO_LIST,
     .doc = "only people with these contacts, such as work_email"},
    {"reveal_info", CTO_BOOLEAN,
     .doc = "true: show the contacts, for a credit of each kind found"},
    {"name", CTO_STRING, .doc = "name of the person"},
    {"job_title", CTO_LIST, .max = 50, .boolean = true, .doc = "titles"},
    {"job_function", CTO_LIST, .max = 50, .doc = "functions, such as design"},
    {"seniority", CTO_LIST, .max = 50, .doc = "such as vice president"},
    {"current_titles_only", CTO_BOOLEAN,
     .doc = "false: past titles count too"},
    {"include_related_job_titles", CTO_BOOLEAN,
     .doc = "true: similar titles count too"},
    {"match_experience", CTO_STRING,
     .doc = "which experience has to match, current unless given"},
    {"skills", CTO_LIST, .max = 50, .boolean = true, .doc = "skills"},
    {"education", CTO_LIST, .max = 50, .boolean = true,
     .doc = "schools or degrees"},
    {"location", CTO_LIST, .max = 50, .doc = "places"},
    {"company", CTO_LIST, .max = 50, .doc = "names of employers"},
    {"company_filter", CTO_STRING,
     .doc = "which employers have to match, current unless given"},
    {"current_company_only", CTO_BOOLEAN,
     .doc = "false: past employers count too"},
    {"domain", CTO_LIST, CTO_DOMAIN, .max = 50,
     .doc = "domains of employers"},
    {"industry", CTO_LIST, .max = 50, .boolean = true, .doc = "industries"},
    {"keyword", CTO_STRING, .boolean = true,
     .doc = "words anywhere in the profile"},
    {"company_size", CTO_LIST, .doc = "head counts, such as 11_50"},
    {"years_of_experience", CTO_LIST, .doc = "such as 6_10"},
    {"years_in_current_role", CTO_LIST, .doc = "such as 6_10"},
    {"detailed_experience", CTO_BOOLEAN,
     .doc = "true: experience as objects instead of sentences"},
    {"detailed_education", CTO_BOOLEAN,
     .doc = "true: education as objects instead of sentences"},
    {"exclude_companies", CTO_LIST, .doc = "employers to leave out"},
    {"exclude_job_titles", CTO_LIST, .doc = "titles to leave out"},
    {"output_fields", CTO_LIST,
     .doc = "members of each profile to return; costs the same"},
    END};

PARAMS decision_makers[] = {
    {"linkedin_url", CTO_STRING, CTO_COMPANY_URL,
     .doc = "LinkedIn URL of the company"},
    {"domain", CTO_STRING, CTO_DOMAIN, .doc = "domain of the company"},
    {"name", CTO_STRING, .doc = "name of the company"},
    {"page", CTO_INTEGER, .min = 1, .doc = "page of 25, from 1"},
    {"reveal_info", CTO_BOOLEAN,
     .doc = "true: show the contacts, for a credit of each kind found"},
    END};

/* The vendor's table has industries, its sample industry and page. */
PARAMS company_search[] = {
    {"page", CTO_INTEGER, .min = 1, .doc = "page of 25, from 1"},
    {"name", CTO_LIST, .max = 50, .doc = "names"},
    {"domain", CTO_LIST, CTO_DOMAIN, .max = 50, .doc = "domains"},
    {"size", CTO_LIST, .doc = "head counts, such as 1_10"},
    {"hq_only", CTO_BOOLEAN, .doc = "true: location is that of headquarters"},
    {"location", CTO_LIST, .max = 50, .doc = "places"},
    {"industries", CTO_LIST, .max = 50, .doc = "industries"},
    {"industry", CTO_LIST, .max = 50, .doc = "another name of industries"},
    {"min_revenue", CTO_INTEGER, .doc = "dollars a year at least"},
    {"max_revenue", CTO_INTEGER, .doc = "dollars a year at most"},
    {"year_founded_from", CTO_INTEGER, .min = 1985, .doc = "from this year"},
    {"year_founded_to", CTO_INTEGER, .doc = "up to this year"},
    END};

PARAMS one_email[] = {
    {"email", CTO_STRING, CTO_EMAIL, .required = true,
     .doc = "e-mail address"},
    END};

PARAMS one_profile[] = {
    {"profile", CTO_STRING, CTO_PROFILE_URL, .required = true,
     .doc = "LinkedIn URL of the person"},
    END};

PARAMS email_verify_batch[] = {
    {"emails", CTO_LIST, CTO_EMAIL, .required = true, .max = 1000,
     .doc = "e-mail addresses"},
    {"callback_url", CTO_STRING, CTO_CALLBACK_URL,
     .doc = "where the result is posted when the job is done"},
    END};

PARAMS stats[] = {
    {"period", CTO_STRING, CTO_MONTH,
     .doc = "month as YYYY-MM, the current one unless given"},
    END};

/* --- Endpoints ----------------------------------------------------------- */

const struct cto_endpoint cto_endpoints[] = {
    {"linkedin_enrich", CTO_GET, "/v1/linkedin/enrich",
     "the profile and contacts of a person, by LinkedIn URL",
     .rate = CTO_RATE_OTHER, .costs = true, .lookup = true,
     .params = linkedin_enrich,
     .credits = {
         {.kind = "email", .most = 1,
          .unless_name = "profile_only", .unless_value = "true"},
         {.kind = "phone", .most = 1,
          .unless_name = "profile_only", .unless_value = "true"},
         {.kind = "search", .most = 1}}},

    {"email_enrich", CTO_GET, "/v1/email/enrich",
     "the profile and contacts of a person, by e-mail address",
     .rate = CTO_RATE_OTHER, .costs = true, .lookup = true,
     .params = email_enrich,
     .credits = {
         {.kind = "email", .most = 1},
         {.kind = "phone", .most = 1}}},

    {"people_enrich", CTO_POST, "/v1/people/enrich",
     "the profile of a person, by whatever is known of them",
     .rate = CTO_RATE_OTHER, .costs = true, .lookup = true,
     .params = people_enrich,
     .requires_expr = "linkedin_url | email | phone"
                      " | (full_name | first_name & last_name)"
                      " & (company | company_domain | education"
                      " | location | job_title)",
     .requires_text = "linkedin_url, email or phone; or a name (full_name, or"
                      " first_name and last_name) and one of company,"
                      " company_domain, education, location and job_title",
     .together = {"first_name", "last_name"},
     .credits = {
         {.kind = "search", .most = 1},
         {.kind = "email", .most = 1,
          .when = "include", .when_values = "work_email personal_email"},
         {.kind = "phone", .most = 1,
          .when = "include", .when_values = "phone"}}},

    {"people_linkedin", CTO_GET, "/v1/people/linkedin",
     "the contacts of a person, by LinkedIn URL",
     .rate = CTO_RATE_OTHER, .costs = true, .lookup = true,
     .params = people_linkedin,
     .credits = {
         {.kind = "email", .most = 1,
          .unless_name = "email_type", .unless_value = "none"},
         {.kind = "phone", .most = 1, .when = "include_phone"}}},

    {"people_linkedin_batch", CTO_POST, "/v1/people/linkedin/batch",
     "the e-mail addresses of up to 30 people at once",
     .rate = CTO_RATE_OTHER, .costs = true, .params = people_linkedin_batch,
     .keyed = "profiles",
     .credits = {{.kind = "email", .most = 1, .per = "profiles"}}},

    {"people_linkedin_batch_v2", CTO_POST, "/v2/people/linkedin/batch",
     "starts a job that finds the contacts of up to 1,000 people",
     .rate = CTO_RATE_OTHER, .costs = true, .params = people_linkedin_batch_v2,
     .credits = {
         {.kind = "email", .most = 1, .per = "profiles"},
         {.kind = "phone", .most = 1, .per = "profiles",
          .when = "include_phone"}}},

    {"people_linkedin_batch_v2_result", CTO_GET,
     "/v2/people/linkedin/batch/{job_uuid}",
     "the state of such a job, and what it found",
     .rate = CTO_RATE_OTHER, .params = job, .keyed = "result"},

    /* Documented as free; users have seen a search credit go for each hit. */
    {"domain_enrich", CTO_POST, "/v1/domain/enrich",
     "up to 30 companies, by domain",
     .rate = CTO_RATE_OTHER, .costs = true, .params = domain_enrich,
     .keyed = "companies",
     .credits = {{.kind = "search", .most = 1, .per = "domains"}}},

    {"people_search", CTO_POST, "/v1/people/search",
     "people who match filters, 25 a page",
     .rate = CTO_RATE_SEARCH, .costs = true, .params = people_search,
     .keyed = "profiles",
     .credits = {
         {.kind = "search", .most = 1, .per = "page"},
         {.kind = "email", .most = 1, .per = "page", .when = "reveal_info"},
         {.kind = "phone", .most = 1, .per = "page", .when = "reveal_info"}}},

    {"people_count", CTO_POST, "/v1/people/count",
     "how many people match the filters of a search",
     .rate = CTO_RATE_OTHER, .doubt = CTO_RATE_SEARCH,
     .params = people_search + SEARCH_ONLY},

    {"decision_makers", CTO_GET, "/v1/people/decision-makers",
     "those who decide in a company, 25 a page",
     .rate = CTO_RATE_OTHER, .doubt = CTO_RATE_SEARCH, .costs = true,
     .params = decision_makers, .keyed = "profiles",
     .requires_expr = "linkedin_url | domain | name",
     .requires_text = "linkedin_url, domain or name",
     .credits = {
         {.kind = "search", .most = 1, .per = "page"},
         {.kind = "email", .most = 1, .per = "page", .when = "reveal_info"},
         {.kind = "phone", .most = 1, .per = "page", .when = "reveal_info"}}},

    {"company_search", CTO_POST, "/v1/company/search",
     "companies that match filters, 25 a page",
     .rate = CTO_RATE_OTHER, .doubt = CTO_RATE_SEARCH, .costs = true,
     .params = company_search,
     .ranges = {
         {"min_revenue", "max_revenue"},
         {"year_founded_from", "year_founded_to"}},
     .credits = {{.kind = "search", .most = 1, .per = "page"}}},

    {"people_person", CTO_GET, "/v1/people/person",
     "the LinkedIn URL of a person, by e-mail address",
     .rate = CTO_RATE_OTHER, .costs = true, .lookup = true,
     .params = one_email,
     .credits = {{.kind = "email", .most = 1}}},

    {"personal_email_status", CTO_GET,
     "/v1/people/linkedin/personal_email_status",
     "whether a personal e-mail address of a person is known",
     .rate = CTO_RATE_CHECKER, .lookup = true, .params = one_profile},

    {"work_email_status", CTO_GET, "/v1/people/linkedin/work_email_status",
     "whether a work e-mail address of a person is known, and verified",
     .rate = CTO_RATE_CHECKER, .lookup = true, .params = one_profile},

    {"phone_status", CTO_GET, "/v1/people/linkedin/phone_status",
     "whether a phone number of a person is known",
     .rate = CTO_RATE_CHECKER, .lookup = true, .params = one_profile},

    {"email_verify", CTO_GET, "/v1/email/verify",
     "whether an e-mail address takes mail",
     .rate = CTO_RATE_OTHER, .doubt = CTO_RATE_CHECKER, .costs = true,
     .lookup = true, .params = one_email,
     .credits = {{.kind = "verifier", .most = 1}}},

    {"email_verify_batch", CTO_POST, "/v1/email/verify/batch",
     "starts a job that verifies up to 1,000 e-mail addresses",
     .rate = CTO_RATE_OTHER, .doubt = CTO_RATE_CHECKER, .costs = true,
     .params = email_verify_batch,
     .credits = {{.kind = "verifier", .most = 1, .per = "emails"}}},

    {"email_verify_batch_result", CTO_GET, "/v1/email/verify/batch/{job_uuid}",
     "the state of such a job, and its verdicts",
     .rate = CTO_RATE_OTHER, .doubt = CTO_RATE_CHECKER, .params = job,
     .keyed = "result"},

    {"stats", CTO_GET, "/v1/stats",
     "credits used and left in a month",
     .rate = CTO_RATE_OTHER, .params = stats},

    END};

/* clang-format on */

/* --- Looking up ---------------------------------------------------------- */

const struct cto_endpoint *cto_endpoint_find(const char *name)
{
  const struct cto_endpoint *endpoint = cto_endpoints;
  while (endpoint->name && strcmp(endpoint->name, name) != 0)
    endpoint++;
  return endpoint->name ? endpoint : NULL;
}

const struct cto_param *cto_param_find(const struct cto_endpoint *endpoint,
                                       const char *name)
{
  const struct cto_param *param = endpoint->params;
  while (param->name && strcmp(param->name, name) != 0)
    param++;
  return param->name ? param : NULL;
}

const char *cto_rate_name(enum cto_rate rate)
{
  static const char *const names[] = {
      [CTO_RATE_NONE] = NULL,
      [CTO_RATE_SEARCH] = "search",
      [CTO_RATE_CHECKER] = "checker",
      [CTO_RATE_OTHER] = "other",
  };
  return names[rate];
}

int cto_rate_per_minute(enum cto_rate rate)
{
  static const int limits[] = {
      [CTO_RATE_NONE] = 0,
      [CTO_RATE_SEARCH] = 60,
      [CTO_RATE_CHECKER] = 150,
      [CTO_RATE_OTHER] = 1000,
  };
  return limits[rate];
}

const char *cto_type_name(enum cto_type type)
{
  static const char *const names[] = {
      [CTO_STRING] = "string",   [CTO_BOOLEAN] = "boolean",
      [CTO_INTEGER] = "integer", [CTO_LIST] = "list",
      [CTO_COMMAS] = "string",
  };
  return names[type];
}

const char *cto_form_name(enum cto_form form)
{
  static const char *const names[] = {
      [CTO_EMAIL] = "email",
      [CTO_DOMAIN] = "domain",
      [CTO_PROFILE_URL] = "profile",
      [CTO_COMPANY_URL] = "company",
      [CTO_MONTH] = NULL,
  };
  return names[form];
}
