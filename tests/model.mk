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
