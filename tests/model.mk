# What the model client's tests need beside the unit tests. Included by the Makefile.

PROBE    := $(OUT)/tests/tools/model_probe
RESOLVER := $(OUT)/tests/tools/slow_resolver.so

.PHONY: probe
probe: $(PROBE) $(RESOLVER)
units: $(PROBE) $(RESOLVER)

$(PROBE): $(OUT)/tests/tools/model_probe.o $(OUT)/libcommon.a
	$(CC) $(LINK) $^ -o $@ $(LIBS)

# without the sanitizers: it is loaded into programs of other makers too
$(RESOLVER): tests/tools/slow_resolver.c
	@mkdir -p $(@D)
	$(CC) -std=c11 -D_GNU_SOURCE -Wall -Wextra -fPIC -shared $< -o $@ -ldl

# -- fuzzing: make fuzz SECONDS=60 [TARGETS="fuzz_sse ..."]; needs clang with libFuzzer ------------------
SECONDS ?= 60
TARGETS ?= $(basename $(notdir $(wildcard tests/fuzz/fuzz_*.c)))

.PHONY: fuzz
fuzz:
	@$(MAKE) -s VARIANT=fuzz CC=clang $(addprefix build/fuzz/tests/fuzz/,$(TARGETS))
	@tests/fuzz/run $(SECONDS) $(TARGETS)

ifeq ($(VARIANT),fuzz)
FLAGS += -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined,fuzzer-no-link -fno-sanitize-recover=undefined
LINK  += -fsanitize=address,undefined,fuzzer
endif

# a target of a daemon's parser says whose: FUZZ_LIBS_fuzz_x := gateway/libgateway.a
FUZZ_LIBS_fuzz_assessment := psychologist/libpsychologist.a
FUZZ_LIBS_fuzz_wishes := extractor/libextractor.a
FUZZERS := $(patsubst %.c,$(OUT)/%,$(wildcard tests/fuzz/fuzz_*.c))
$(FUZZERS): $(OUT)/tests/fuzz/%: $(OUT)/tests/fuzz/%.o $$(addprefix $(OUT)/,$$(FUZZ_LIBS_$$*)) $(OUT)/libcommon.a
	$(CC) $(LINK) $^ -o $@ $(LIBS)

# -- make bench-model: what the client costs beside libcurl alone -----------------------------------------
.PHONY: bench-model
bench-model: daemons $(OUT)/tests/bench/bench_model
	@/usr/bin/python3 tests/bench/model.py $(OUT)

$(OUT)/tests/bench/bench_model: $(OUT)/tests/bench/bench_model.o $(OUT)/libcommon.a
	$(CC) $(LINK) $^ -o $@ $(LIBS)

# -- make test-real-model: a real, very small model behind somebody else's server; not part of CI ---------
.PHONY: test-real-model
test-real-model: daemons
	@tests/real/run.py
