# contactout: `make help` lists what there is.
#
# `make` builds for the Lua it finds, `make LUA=luajit` (lua5.4, lua5.3, lua5.1)
# for that one; each has a folder of its own under .build, side by side.

# No target may reach the real service: a demo must not spend credits.
unexport CONTACTOUT_TOKEN CONTACTOUT_BASE_URL

.DEFAULT_GOAL := all

LUA ?= $(firstword $(foreach l,lua5.4 lua luajit lua5.3 lua5.1,$(if $(shell command -v $(l)),$(l))) lua5.4)
NAME := $(notdir $(LUA))
BUILD ?= .build/$(NAME)
ROOT := $(CURDIR)

# --- Compiling ---------------------------------------------------------------

# What `pkg-config` calls this Lua, and the version in its folders' names.
LUA_PC := $(if $(findstring luajit,$(NAME)),luajit,$(NAME))
LUA_CFLAGS ?= $(shell pkg-config --cflags $(LUA_PC) 2>/dev/null)
LUA_VERSION = $(shell $(LUA) -e 'print((_VERSION:gsub("Lua ", "")))')
CURL_CFLAGS ?= $(shell pkg-config --cflags libcurl 2>/dev/null)
CURL_LIBS ?= $(shell pkg-config --libs libcurl 2>/dev/null || echo -lcurl)
SQLITE_CFLAGS ?= $(shell pkg-config --cflags sqlite3 2>/dev/null)
SQLITE_LIBS ?= $(shell pkg-config --libs sqlite3 2>/dev/null)

CFLAGS ?= -O2 -g
WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Wconversion
BUILD_CFLAGS = -std=c11 -fPIC -fvisibility=hidden -pthread $(WARNINGS) $(CFLAGS)

ifeq ($(shell uname -s),Darwin)
SHARED := -bundle -undefined dynamic_lookup
else
SHARED := -shared
LIBS := -ldl -lm
endif

SOURCES := $(wildcard src/*.c)
OBJECTS := $(SOURCES:src/%.c=$(BUILD)/obj/%.o)
CORE := $(BUILD)/contactout/core.so

# The journal's store is a module of its own: all but journals works without it.
STORE_SOURCES := $(wildcard src/store/*.c)
STORE_OBJECTS := $(STORE_SOURCES:src/%.c=$(BUILD)/obj/%.o)
STORE := $(if $(SQLITE_LIBS),$(BUILD)/contactout/store.so)

# The program `contactout`, for this Lua and with the modules of this tree.
PROGRAM := $(BUILD)/bin/contactout

.PHONY: all
all: $(CORE) $(or $(STORE),without-store) $(PROGRAM) ## build for LUA (the one it finds; LUA=luajit, lua5.4, ... for another)

$(CORE): $(OBJECTS)
	@mkdir -p $(@D)
	$(CC) $(SHARED) -pthread $(CFLAGS) $(LDFLAGS) -o $@ $^ $(CURL_LIBS) $(LIBS)

$(STORE): $(STORE_OBJECTS)
	@mkdir -p $(@D)
	$(CC) $(SHARED) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(SQLITE_LIBS) $(LIBS)

.PHONY: without-store
without-store:
	@echo "pkg-config finds no sqlite3 (Debian: libsqlite3-dev): built without journals" >&2

$(BUILD)/obj/%.o: src/%.c Makefile
	@mkdir -p $(@D)
	$(CC) $(BUILD_CFLAGS) $(LUA_CFLAGS) $(CURL_CFLAGS) $(SQLITE_CFLAGS) -MMD -MP -c -o $@ $<

-include $(OBJECTS:.o=.d) $(STORE_OBJECTS:.o=.d)

# $(call write_program,FILE,FOLDER OF LUA MODULES,FOLDER OF C MODULES)
define write_program
	@mkdir -p '$(dir $(1))'
	@{ printf '%s\n' '#!$(or $(shell command -v $(LUA)),/usr/bin/env $(LUA))' \
	  'package.path = "$(2)/?.lua;$(2)/?/init.lua;" .. package.path' \
	  'package.cpath = "$(3)/?.so;" .. package.cpath'; tail -n +2 lua/contactout/command/main.lua; } >'$(1)'
	@chmod 755 '$(1)'
endef

$(PROGRAM): lua/contactout/command/main.lua Makefile
	$(call write_program,$@,$(ROOT)/lua,$(ROOT)/$(BUILD))

# The core in a program whose memory runs out on request; a spec runs it.
ALLOCATOR := $(BUILD)/failing_allocator
WRAPPED := -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=free,--wrap=strdup

$(ALLOCATOR): spec/support/failing_allocator.c $(OBJECTS) $(if $(STORE),$(STORE_OBJECTS))
	$(CC) -std=c11 $(WARNINGS) $(CFLAGS) $(LDFLAGS) $(LUA_CFLAGS) -Isrc -o $@ $^ -pthread $(WRAPPED) \
	  $(shell pkg-config --libs $(LUA_PC)) $(CURL_LIBS) $(SQLITE_LIBS) $(LIBS)

.PHONY: spec-programs
spec-programs: all $(ALLOCATOR)

.PHONY: env
env: ## print the lines after which LUA can require "contactout", and the command is there
	@echo 'export LUA_PATH="$(ROOT)/lua/?.lua;$(ROOT)/lua/?/init.lua;$${LUA_PATH:-;}"'
	@echo 'export LUA_CPATH="$(ROOT)/$(BUILD)/?.so;$${LUA_CPATH:-;}"'
	@echo 'export PATH="$(ROOT)/$(BUILD)/bin:$$PATH"'

PREFIX ?= /usr/local
LUA_SHARE = $(DESTDIR)$(PREFIX)/share/lua/$(LUA_VERSION)
LUA_LIB = $(DESTDIR)$(PREFIX)/lib/lua/$(LUA_VERSION)
INSTALLED := $(DESTDIR)$(PREFIX)/bin/contactout

.PHONY: install
install: all ## install for LUA under PREFIX (/usr/local)
	cd lua && find contactout -name '*.lua' -exec install -D -m 644 {} '$(LUA_SHARE)/{}' ';'
	install -D -m 755 -t '$(LUA_LIB)/contactout' $(CORE) $(STORE)
	$(call write_program,$(INSTALLED),$(PREFIX)/share/lua/$(LUA_VERSION),$(PREFIX)/lib/lua/$(LUA_VERSION))

# --- What a bare machine lacks -------------------------------------------------

RUN_PACKAGES := gcc libc6-dev pkg-config libcurl4-openssl-dev lua5.4 liblua5.4-dev \
  luajit2 libluajit2-5.1-dev lua-cjson lua-http lua-cqueues lua-luaossl lua-argparse libsqlite3-dev
TEST_PACKAGES := $(RUN_PACKAGES) lua5.1 liblua5.1-0-dev lua5.2 liblua5.2-dev lua5.3 liblua5.3-dev \
  lua-busted lua-check lua-socket lua-filesystem lua-luv lua-copas neovim nginx-light libnginx-mod-http-lua \
  luarocks clang-format universal-ctags valgrind curl locales bsdutils procps love xvfb xauth \
  lua-ldoc redis-server
LOVE_PACKAGES := $(RUN_PACKAGES) love fonts-inter fonts-droid-fallback

# $(call install_packages,LIST): those of the list that are missing, by apt, which
# must not start any service that comes with them (nginx).
define install_packages
	@missing=$$(for p in $(1); do dpkg -s $$p >/dev/null 2>&1 || echo $$p; done); \
	if [ -z "$$missing" ]; then exit 0; fi; \
	if ! command -v apt-get >/dev/null; then echo "please install what Debian calls:" $$missing >&2; exit 1; fi; \
	echo "installing" $$missing; \
	policy=/usr/sbin/policy-rc.d; \
	if [ ! -e $$policy ]; then printf '#!/bin/sh\nexit 101\n' >$$policy && chmod +x $$policy && trap "rm -f $$policy" EXIT; fi; \
	apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing >/dev/null
endef

.PHONY: deps deps-run
deps: ## install what building, running and testing need (Debian, as root)
	$(call install_packages,$(TEST_PACKAGES))

deps-run:
	$(call install_packages,$(RUN_PACKAGES))

# --- Seeing it work --------------------------------------------------------------

SANDBOX := luajit lua/contactout/sandbox/main.lua

.PHONY: demo
demo: deps-run ## install, build, start the sandbox and enrich a CSV of 500 people
	@$(MAKE) --no-print-directory -s LUA=lua5.4
	@eval "$$($(MAKE) -s env LUA=lua5.4)" && lua5.4 examples/demo.lua

.PHONY: bulk
bulk: ## look up a list, kill it half-way, run it again: nothing is paid twice
	$(call install_packages,$(RUN_PACKAGES))
	@$(MAKE) --no-print-directory -s LUA=lua5.4
	@eval "$$($(MAKE) -s env LUA=lua5.4)" && lua5.4 examples/bulk/demo.lua

.PHONY: love
love: ## look people up in a window of LÖVE, against the sandbox (SCREENSHOT=FILE.png)
	$(call install_packages,$(LOVE_PACKAGES))
	@$(MAKE) --no-print-directory -s LUA=luajit
	@eval "$$($(MAKE) -s env LUA=luajit)" && luajit examples/love/demo.lua $(if $(SCREENSHOT),--screenshot '$(SCREENSHOT)')

.PHONY: neovim
neovim: ## install, build, start the sandbox and open Neovim on a file of leads
	$(call install_packages,$(RUN_PACKAGES) neovim)
	@$(MAKE) --no-print-directory -s LUA=luajit
	@eval "$$($(MAKE) -s env LUA=luajit)" && luajit examples/neovim/demo.lua

OPENRESTY_PACKAGES := $(RUN_PACKAGES) curl $(if $(shell command -v openresty),,nginx-light libnginx-mod-http-lua)
PORT ?= 8080

.PHONY: openresty
openresty: ## look people up through nginx, against the sandbox, until ^C (PORT=8080)
	$(call install_packages,$(OPENRESTY_PACKAGES))
	@$(MAKE) --no-print-directory -s LUA=luajit
	@eval "$$($(MAKE) -s env LUA=luajit)" && luajit examples/openresty/demo.lua $(PORT)

SCREENSHOT_PACKAGES := $(RUN_PACKAGES) neovim xvfb xauth xterm imagemagick fonts-dejavu-core
XTERM := xterm -geometry 86x46 -fa 'DejaVu Sans Mono' -fs 11 -bg '\#15181e' -fg '\#d8dee9' +sb -b 8 -bw 0

.PHONY: screenshots
screenshots: ## take the pictures in examples again
	$(call install_packages,$(SCREENSHOT_PACKAGES))
	@$(MAKE) --no-print-directory -s LUA=luajit
	@eval "$$($(MAKE) -s env LUA=luajit)" && export SCREENSHOT=examples/neovim/screenshot.png && \
	  xvfb-run -a -s '-screen 0 1200x1200x24' $(XTERM) -e luajit examples/neovim/demo.lua \
	  -c 'luafile examples/neovim/screenshot.lua'

.PHONY: sandbox
sandbox: deps-run ## start the offline API and print its URL (ends with ^C)
	@eval "$$($(MAKE) -s env LUA=luajit)" && exec $(SANDBOX)

# A comma, where one would part arguments.
, := ,

# --- Testing ---------------------------------------------------------------------

BUSTED := /usr/bin/busted
SPEC ?= spec

# $(call run_specs,LUA,OPTIONS)
define run_specs
	@echo "== $(1)"
	@export MAKEFLAGS= && $(MAKE) --no-print-directory -s LUA=$(1) spec-programs && \
	  eval "$$($(MAKE) -s env LUA=$(1))" && $(1) $(BUSTED) $(2) $(SPEC)
endef

# The proofs of bulk work, and whole programs as users run them, take their time and say
# little more on a third Lua. Specs wait more than they work: two Luas run at a time.
LUAS := luajit lua5.4 lua5.3 lua5.2 lua5.1
specs-lua5.3 specs-lua5.2: LEFT_OUT := --exclude-tags=soak$(,)programs
specs-lua5.1: LEFT_OUT := --exclude-tags=soak$(,)programs$(,)yields

.PHONY: test $(LUAS:%=specs-%)
test: deps lint ## install, build, check and run all specs
	@echo "running the specs on $(LUAS), two at a time: each says what came of it when it has ended"
	@$(MAKE) --no-print-directory -j2 --keep-going --output-sync=target $(LUAS:%=specs-%)

$(LUAS:%=specs-%): specs-%:
	$(call run_specs,$*,$(LEFT_OUT))

# Programs that end, fork or are collected with something in flight, in every
# host, each a hundred times: what goes wrong there goes wrong sometimes. And
# bulk runs: 200 kills, 10,000 keys in trouble, 100,000 in flat memory, ten
# minutes at the limits.
.PHONY: soak
soak: export SPEC_RUNS := 100
soak: SPEC := spec/hosts spec/core/process_spec.lua spec/limits/redis_spec.lua spec/soak
soak: deps ## run the specs of hosts, of ends of processes and of bulk work in full
	$(call run_specs,lua5.4,)
	$(call run_specs,luajit,)

# The sanitizers are linked into a Lua of our own: preloaded, they would be in
# every program that the specs start. A program whose memory fails has its own
# malloc, and a forked child may wait for a lock of the sanitizer's: left out.
CHECKED := --exclude-pattern=allocation spec/core spec/client spec/loops spec/store_spec.lua spec/journal_spec.lua \
  spec/regressions/finalizer_spec.lua
SAFE := -O1 -g -fno-omit-frame-pointer

# $(call run_sanitized,NAME,FLAGS,ENVIRONMENT,TAGS LEFT OUT)
define run_sanitized
	@echo "== $(1)"
	@$(MAKE) --no-print-directory -s LUA=lua5.4 BUILD=.build/$(1) CFLAGS='$(SAFE) $(2)'
	@$(CC) $(SAFE) $(2) spec/support/sanitized_lua.c -o .build/$(1)/lua \
	  $$(pkg-config --cflags --libs lua5.4) -Wl,-E
	@eval "$$($(MAKE) -s env LUA=lua5.4 BUILD=.build/$(1))" && $(3) .build/$(1)/lua $(BUSTED) --exclude-tags=$(4) $(CHECKED)
endef

.PHONY: sanitize
sanitize: deps ## run specs under ASan, UBSan and TSan, and built as for an old libcurl
	$(call run_sanitized,asan,-fsanitize=address$(,)undefined,ASAN_OPTIONS=verify_asan_link_order=0,fork)
	$(call run_sanitized,tsan,-fsanitize=thread,TSAN_OPTIONS='history_size=4 die_after_fork=0',fork)
	$(call run_sanitized,old-curl,-DCTO_TELLS_OF_SENDING=0,,tells)

FUZZ_PACKAGES := $(RUN_PACKAGES) clang
SECONDS ?= 600

.PHONY: fuzz
fuzz: ## let libFuzzer look for JSON that decode and lua-cjson read differently (SECONDS=600)
	$(call install_packages,$(FUZZ_PACKAGES))
	@mkdir -p .build/fuzz/corpus
	@clang -std=c11 $(SAFE) -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=undefined \
	  -Isrc $$(pkg-config --cflags lua5.4 libcurl) spec/fuzz/decode_fuzz.c $(SOURCES) \
	  -o .build/fuzz/decode -pthread $$(pkg-config --libs lua5.4 libcurl) $(LIBS)
	@.build/fuzz/decode -max_total_time=$(SECONDS) -max_len=8192 -artifact_prefix=.build/fuzz/ \
	  -print_final_stats=1 .build/fuzz/corpus

.PHONY: valgrind
valgrind: deps ## run specs under valgrind
	@$(MAKE) --no-print-directory -s LUA=lua5.4
	@eval "$$($(MAKE) -s env LUA=lua5.4)" && valgrind -q --leak-check=full --errors-for-leak-kinds=definite \
	  --error-exitcode=9 --fair-sched=yes lua5.4 $(BUSTED) --exclude-tags=fork,speed $(CHECKED)

# LDoc runs on Lua 5.1 or 5.2 only, and its package takes any.
DOCS_PACKAGES := $(RUN_PACKAGES) lua-ldoc lua5.1

.PHONY: docs
docs: ## write the tables in the README, types, Neovim's help, and pages in .build/doc/html
	$(call install_packages,$(DOCS_PACKAGES))
	@$(MAKE) --no-print-directory -s LUA=lua5.4
	@rm -rf .build/doc && mkdir -p .build/doc/source
	@eval "$$($(MAKE) -s env LUA=lua5.4)" && lua5.4 spec/support/reference.lua .build/doc
	@cd .build/doc && { ldoc --quiet --fatalwarnings . >ldoc.log || { cat ldoc.log >&2; exit 1; }; } && \
	  cat style.css >>html/ldoc.css

.PHONY: bench
bench: deps ## compare with bare libcurl, lua-cjson and idle hosts, as ratios
	@mkdir -p .build/bench
	@for program in server raw; do \
	  $(CC) -std=c11 -O2 $(WARNINGS) $(CURL_CFLAGS) spec/bench/$$program.c -o .build/bench/$$program $(CURL_LIBS) || exit 1; done
	@for lua in lua5.4 luajit; do $(MAKE) --no-print-directory -s LUA=$$lua || exit 1; \
	  eval "$$($(MAKE) -s env LUA=$$lua)" && $$lua spec/bench/run.lua .build/bench || exit 1; done
	@eval "$$($(MAKE) -s env LUA=luajit)" && luajit spec/bench/nginx.lua .build/bench && \
	  luajit spec/bench/hosts.lua .build/bench

.PHONY: lint
lint: ## luacheck, warnings as errors, clang-format, length of functions
	@luacheck -q lua spec examples
	@clang-format --dry-run --Werror src/*.c src/*.h src/store/*.c src/store/*.h
	@$(MAKE) --no-print-directory -s LUA=lua5.4 BUILD=.build/lint CFLAGS='-O1 -Werror'
	@ctags -f - --fields=+ne --kinds-C=f --kinds-Lua=f src/*.c src/store/*.c $$(find lua -name '*.lua') | \
	  awk -F'\t' '{s=e=0; for(i=4;i<=NF;i++){if($$i ~ /^line:/)s=substr($$i,6); if($$i ~ /^end:/)e=substr($$i,5)} \
	    if(e && e-s+1>60){print $$2 ":" s " " $$1 ": " e-s+1 " lines, more than 60"; bad=1}} END{exit bad}'

.PHONY: help
help: ## list the targets
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: clean
clean: ## remove what was built, by LuaRocks too
	rm -rf .build
	rm -f src/*.o src/store/*.o contactout/core.so contactout/store.so
	@rmdir contactout 2>/dev/null || true
