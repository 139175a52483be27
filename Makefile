# callaudit: make demo | check | all | asan | ubsan | tsan | fuzz | cover | lint | bench | install
# One non-recursive Makefile. Objects lie in build/<variant>/, dependencies come from -MMD -MP.

VERSION := 0.1.0
VARIANT ?= release
BUILD   := build/$(VARIANT)

# ---- packages, by Debian's names ----------------------------------------------------------
PACKAGES_BUILD := gcc libc6-dev pkg-config libsndfile1-dev libsoxr-dev libpocketsphinx-dev \
	libsphinxbase-dev pocketsphinx-en-us libpcre2-dev libyaml-dev libsqlite3-dev libsodium-dev \
	libjansson-dev libcurl4-openssl-dev libopencc-dev libopencc-data \
	libespeak-ng-dev espeak-ng-data tzdata
PACKAGES_CHECK := $(PACKAGES_BUILD) libcmocka-dev sqlite3 sox libsox-fmt-mp3 opus-tools opencc python3 \
	valgrind
PACKAGES_LINT  := $(PACKAGES_CHECK) clang clang-format clang-tidy universal-ctags shellcheck
PACKAGES_BENCH := $(PACKAGES_CHECK) pocketsphinx
# the voices and codecs of tests/bench/hearing/corpus.py
PACKAGES_HEARING := $(PACKAGES_BENCH) python3-numpy flite festival festvox-kallpc16k festvox-kdlpc16k \
	festvox-us-slt-hts espeak-ng lame


# ---- flags --------------------------------------------------------------------------------
LIBS := sndfile soxr pocketsphinx sphinxbase libpcre2-8 yaml-0.1 sqlite3 libsodium jansson libcurl opencc \
	espeak-ng
CC ?= gcc
WARN := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes \
	-Wvla -Wwrite-strings -Wformat=2
OPT := -O2 -g
WERROR ?= $(if $(CI),-Werror)
# Evaluated when the first object is compiled: the packages may be installed by this very run.
PKG_CFLAGS = $(eval PKG_CFLAGS := $(shell pkg-config --cflags-only-I $(LIBS) | sed 's/-I/-isystem /g'))$(PKG_CFLAGS)
PKG_LIBS = $(eval PKG_LIBS := $(shell pkg-config --libs $(LIBS) | sed 's/-lsphinxad//'))$(PKG_LIBS)
DEFS := -D_GNU_SOURCE -DCA_VERSION='"$(VERSION)"'
CFLAGS = -std=c11 $(OPT) $(WARN) $(WERROR) $(DEFS) -Iinclude -Isrc $(PKG_CFLAGS) -MMD -MP $(EXTRA)
HARDEN := -fstack-protector-strong -D_FORTIFY_SOURCE=2 -fPIE
LDFLAGS = $(LINK_EXTRA) -pie -Wl,-z,relro,-z,now
LDLIBS = $(PKG_LIBS) -lm

ifeq ($(VARIANT),release)
EXTRA := $(HARDEN)
else ifeq ($(VARIANT),asan)
EXTRA := -O1 -fsanitize=address -fno-omit-frame-pointer -DCA_FAULTS
LINK_EXTRA := -fsanitize=address
else ifeq ($(VARIANT),ubsan)
EXTRA := -O1 -fsanitize=undefined -fno-sanitize-recover=all -DCA_FAULTS
LINK_EXTRA := -fsanitize=undefined
else ifeq ($(VARIANT),tsan)
EXTRA := -O1 -fsanitize=thread
LINK_EXTRA := -fsanitize=thread
else ifeq ($(VARIANT),fault)
EXTRA := $(HARDEN) -DCA_FAULTS
else ifeq ($(VARIANT),cover)
EXTRA := -O0 --coverage
LINK_EXTRA := --coverage
else ifeq ($(VARIANT),fuzz)
CC := clang
EXTRA := -O1 -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all
LINK_EXTRA := -fsanitize=address,undefined
endif

# ---- files --------------------------------------------------------------------------------
SRC      := $(sort $(wildcard src/*.c src/base/*.c src/stage/*.c src/data/*.c))
MAIN_SRC := src/main.c $(wildcard src/cmd*.c)
LIB_SRC  := $(filter-out $(MAIN_SRC),$(SRC))
LIB_OBJ  := $(LIB_SRC:%.c=$(BUILD)/%.o) $(BUILD)/hearing_lines.o
MAIN_OBJ := $(MAIN_SRC:%.c=$(BUILD)/%.o)
PROGRAM  := $(BUILD)/callaudit
# The fake recognizer stands in for stage/recognize.c and reads recorded words.
FAKE     := $(BUILD)/callaudit-fake
FAKE_OBJ := $(filter-out $(BUILD)/src/stage/recognize%.o,$(LIB_OBJ)) $(BUILD)/tests/golden/fake_recognize.o
UNIT_SRC := $(sort $(wildcard tests/unit/test_*.c))
UNIT     := $(UNIT_SRC:tests/unit/%.c=$(BUILD)/unit/%)
FUZZ_SRC := $(sort $(wildcard tests/fuzz/fuzz_*.c))
REPLAY   := $(FUZZ_SRC:tests/fuzz/%.c=$(BUILD)/fuzz/%)

.PHONY: all demo check check-all asan ubsan tsan fuzz cover lint format format-check bench bench-hearing golden \
	install clean deps-build deps-check deps-lint deps-bench deps-hearing build-tests build-release
.DELETE_ON_ERROR:
.SECONDARY:

all: deps-build
	@$(MAKE) --no-print-directory build-release

build-release: $(PROGRAM)
	@mkdir -p build && cp -f $(PROGRAM) build/callaudit

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -c $< -o $@

# models/hearing.yaml as text in the program: an array of lines.
$(BUILD)/hearing_lines.c: models/hearing.yaml
	@mkdir -p $(@D)
	@{ echo 'extern const char *const ca_hearing_lines[];'; \
	   echo 'const char *const ca_hearing_lines[] = {'; \
	   sed 's/[\\"]/\\&/g; s/.*/    "&\\n",/' $<; echo '    0};'; } >$@

$(BUILD)/hearing_lines.o: $(BUILD)/hearing_lines.c
	$(CC) $(CFLAGS) -c $< -o $@

$(BUILD)/libcallaudit.a: $(LIB_OBJ)
	@rm -f $@
	ar rcs $@ $^

$(PROGRAM): $(MAIN_OBJ) $(BUILD)/libcallaudit.a
	$(CC) $(LDFLAGS) $^ $(LDLIBS) -o $@

$(FAKE): $(MAIN_OBJ) $(FAKE_OBJ)
	$(CC) $(LDFLAGS) $^ $(LDLIBS) -o $@

$(BUILD)/unit/%: $(BUILD)/tests/unit/%.o $(BUILD)/libcallaudit.a
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) $^ $(LDLIBS) -lcmocka -o $@

# Corpora replay through a plain driver everywhere; only the fuzz variant links libFuzzer.
FUZZ_DRIVER := $(if $(filter fuzz,$(VARIANT)),-fsanitize=fuzzer,$(BUILD)/tests/fuzz/replay.o)
$(BUILD)/fuzz/%: $(BUILD)/tests/fuzz/%.o $(BUILD)/libcallaudit.a $(BUILD)/tests/fuzz/replay.o
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) $< $(BUILD)/libcallaudit.a $(FUZZ_DRIVER) $(LDLIBS) -o $@

# ---- what users call ----------------------------------------------------------------------
demo: all
	@sh tests/demo.sh

check: deps-check
	@$(MAKE) --no-print-directory build-tests
	@sh tests/run.sh $(BUILD)

build-tests: build-release $(FAKE) $(UNIT) $(REPLAY)

check-all: check asan ubsan

asan ubsan tsan: deps-check
	@$(MAKE) --no-print-directory VARIANT=$@ build-variant
	@sh tests/run.sh build/$@

build-variant: $(PROGRAM) $(FAKE) $(UNIT) $(REPLAY)

SECONDS ?= 60
fuzz: deps-lint
	@$(MAKE) --no-print-directory VARIANT=fuzz $(FUZZ_SRC:tests/fuzz/%.c=build/fuzz/fuzz/%)
	@sh tests/fuzz/run.sh build/fuzz/fuzz $(SECONDS)

cover: deps-check
	@$(MAKE) --no-print-directory VARIANT=cover build-variant
	@sh tests/run.sh build/cover || true
	@sh tests/cover.sh build/cover

golden: deps-check
	@$(MAKE) --no-print-directory $(FAKE)
	@sh tests/golden/run.sh $(BUILD) --write

bench: deps-bench
	@$(MAKE) --no-print-directory build-release
	@sh tests/bench/run.sh

# CORPUS keeps the synthetic calls (some 4 GB) for the next time.
CORPUS ?= build/hearing
bench-hearing: deps-hearing
	@$(MAKE) --no-print-directory build-release
	@/usr/bin/python3 tests/bench/hearing/bench.py $(CORPUS)

lint: deps-lint
	@sh tests/lint/run.sh $(WARN)

format:
	clang-format -i $$(git ls-files '*.c' '*.h')

format-check: deps-lint
	clang-format --dry-run -Werror $$(git ls-files '*.c' '*.h')

PREFIX ?= /usr/local
install: all
	install -D -m 755 build/callaudit $(DESTDIR)$(PREFIX)/bin/callaudit
	install -d $(DESTDIR)$(PREFIX)/share/callaudit/rules
	cp -R rules/. $(DESTDIR)$(PREFIX)/share/callaudit/rules/

clean:
	rm -rf build

deps-build:
	@sh tests/install-packages.sh $(PACKAGES_BUILD)
deps-check:
	@sh tests/install-packages.sh $(PACKAGES_CHECK)
deps-lint:
	@sh tests/install-packages.sh $(PACKAGES_LINT)
deps-bench:
	@sh tests/install-packages.sh $(PACKAGES_BENCH)
deps-hearing:
	@sh tests/install-packages.sh $(PACKAGES_HEARING)

-include $(shell find build/$(VARIANT) -name '*.d' 2>/dev/null)
