# make            the daemons, in build/release
# make check      the unit tests under ASan and UBSan;  make check-quick: the same and a release build
# make VARIANT=asan|release|coverage …   where and how it is built
#
# A daemon is one word in DAEMONS; a test is a file tests/<folder>/test_<file>.c.

DAEMONS  := gateway orchestrator psychologist extractor wardrobe understudy
VARIANT  ?= release
CC       ?= gcc
OUT      := build/$(VARIANT)

PACKAGES := libzmq libwebsockets libcurl jansson openssl sqlite3 libpq expat zlib
FLAGS    := -std=c11 -D_GNU_SOURCE -I. -Wall -Wextra -Wpedantic -Wshadow -Werror -fPIE -MMD -MP \
            -fstack-protector-strong -pthread $(shell pkg-config --cflags $(PACKAGES) 2>/dev/null)
LIBS     := $(shell pkg-config --libs $(PACKAGES) 2>/dev/null) -lev -lstemmer -lm -pthread
LINK     := -pie -Wl,-z,relro,-z,now

ifeq ($(VARIANT),release)
FLAGS    += -O2 -g -D_FORTIFY_SOURCE=2
endif
ifeq ($(VARIANT),clang)
FLAGS    += -O2 -g
endif
ifeq ($(VARIANT),asan)
FLAGS    += -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=undefined
LINK     += -fsanitize=address,undefined
endif
ifeq ($(VARIANT),coverage)
FLAGS    += -O0 -g --coverage
LINK     += --coverage
endif

objects  = $(patsubst %.c,$(OUT)/%.o,$(wildcard $(addsuffix /*.c,$(1))))
COMMON   := $(call objects,common common/model)
TESTS    := $(wildcard tests/*/test_*.c)
UNITS    := $(patsubst tests/%.c,$(OUT)/tests/%,$(TESTS))
BUILT    := $(foreach d,$(DAEMONS),$(if $(wildcard $(d)/main.c),$(OUT)/$(d)/$(d)))

.PHONY: all daemons units check check-quick bench format format-check cppcheck tidy readme clean
.SECONDARY:
.SECONDEXPANSION:

all: daemons
daemons: $(BUILT)
units: $(UNITS)

$(OUT)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(FLAGS) -c $< -o $@

$(OUT)/libcommon.a: $(COMMON)
	@rm -f $@
	ar rcs $@ $^

# a daemon's own objects but main.o, so that a test links what it tests and nothing starts
define daemon
$(OUT)/$(1)/lib$(1).a: $(filter-out $(OUT)/$(1)/main.o,$(call objects,$(1)))
	@mkdir -p $$(@D)
	@rm -f $$@
	ar rcs $$@ $$^
$(OUT)/$(1)/$(1): $(OUT)/$(1)/main.o $(OUT)/$(1)/lib$(1).a $(OUT)/libcommon.a
	$(CC) $(LINK) $$^ -o $$@ $(LIBS)
endef
$(foreach d,$(DAEMONS),$(eval $(call daemon,$(d))))

# tests/<folder>/test_x.c is linked with <folder>'s objects; a fake beside it comes first and wins
$(OUT)/tests/%: $(OUT)/tests/%.o $(OUT)/libcommon.a \
		$$(if $$(filter $$(DAEMONS),$$(firstword $$(subst /, ,$$*))),$(OUT)/$$(firstword $$(subst /, ,$$*))/lib$$(firstword $$(subst /, ,$$*)).a) \
		$$(addprefix $(OUT)/,$$(addsuffix .o,$$(basename $$(wildcard tests/$$(dir $$*)fake_*.c))))
	$(CC) $(LINK) $(filter %.o,$^) $(filter-out %libcommon.a,$(filter %.a,$^)) $(OUT)/libcommon.a -o $@ -lcmocka $(LIBS)

-include tests/*.mk

check: ; @$(MAKE) VARIANT=asan units && tests/run-units build/asan
check-quick: daemons check

format: ; clang-format -i $(shell git ls-files '*.[ch]')
format-check: ; clang-format --dry-run -Werror $(shell git ls-files '*.[ch]')
cppcheck: ; cppcheck -q -j2 --std=c11 --error-exitcode=1 --enable=warning,performance --inline-suppr \
	--suppressions-list=tests/cppcheck.txt -D_GNU_SOURCE -I. $(DAEMONS) common
tidy: ; echo $(wildcard $(addsuffix /*.c,$(DAEMONS) common common/model)) | \
	xargs -P $$(nproc) -n 4 sh -c 'clang-tidy --quiet "$$@" -- $(FLAGS) 2>/dev/null' tidy
# beside the peer of ../shared, in one run; the last line is JSON
bench: daemons $(OUT)/tests/bench/load ; @tests/bench/compare.py
readme: ; tests/options_table.py README.md
clean: ; rm -rf build

-include $(shell find build/$(VARIANT) -name '*.d' 2>/dev/null)
