# What the model client's tests need beside the unit tests. Included by the Makefile.

PROBE := $(OUT)/tests/tools/model_probe

.PHONY: probe
probe: $(PROBE)

$(PROBE): $(OUT)/tests/tools/model_probe.o $(OUT)/libcommon.a
	$(CC) $(LINK) $^ -o $@ $(LIBS)
