# The commands of daily work; each does all that it needs, dependencies and build included.

BUILD := build/release
HYPERACTOR := $(BUILD)/bin/hyperactor
SEEDS ?= 1000
PREFIX ?= /usr/local
FILES ?= $(shell git ls-files 'src/*.cpp' 'apps/*.cpp')

.DEFAULT_GOAL := help
.PHONY: help deps deps-peers configure build program test test-deep bench demo docs format \
        tidy install package

help:  ## says what can be made
	@sed -n 's/^\([a-z-]*\):.*  ## /\1\t/p' $(MAKEFILE_LIST) | expand -t 12

deps:  ## installs the Debian packages that are missing; removes none
	@tools/deps

deps-peers: deps  ## also installs the peers of bench local --peers: CAF and Erlang
	@tools/deps --peers

configure: deps
	@mkdir -p build
	@cmake --preset release > $(BUILD).log 2>&1 || { cat $(BUILD).log >&2; exit 1; }

build: configure  ## builds everything into build/release
	@cmake --build --preset release

program: configure
	@cmake --build --preset release --target bin/hyperactor

test: build  ## runs the tests of the release build
	@ctest --preset release

test-deep: build  ## the same with SEEDS=1000 simulated schedules, and an hour of soak
	@HYPERACTOR_TEST_SEEDS=$(SEEDS) ctest --preset deep

bench: program  ## measures message passing inside one process
	@$(HYPERACTOR) bench local

demo: program  ## runs the demonstration
	@$(HYPERACTOR) demo

docs:  ## makes the API reference with doxygen, in build/docs/html
	@tools/reference

install: build  ## installs command, headers and archives into PREFIX=/usr/local
	@cmake --install $(BUILD) --prefix $(PREFIX)

package: build  ## makes Debian packages in build/release
	@cd $(BUILD) && cpack -G DEB

format: deps  ## formats all C++ in place
	@git ls-files '*.hpp' '*.cpp' | xargs clang-format-19 -i

tidy: deps  ## checks the house rules, then runs clang-tidy over FILES="src/a.cpp ..."
	@tools/tidy
	@tools/lint_await
	@git ls-files '*.hpp' '*.cpp' | xargs clang-format-19 --dry-run --Werror
	@mkdir -p build; cmake --preset dev > build/dev.log 2>&1 || { cat build/dev.log >&2; exit 1; }
	@clang-tidy-19 -p build/dev --quiet $(FILES)
