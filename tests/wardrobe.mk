# what the wardrobe's benches and fuzz targets are made of
$(OUT)/tests/bench/ask_catalogue: $(OUT)/tests/bench/ask_catalogue.o $(OUT)/wardrobe/libwardrobe.a $(OUT)/libcommon.a
	$(CC) $(LINK) $^ -o $@ $(LIBS)

ASK := build/release/tests/bench/ask_catalogue

.PHONY: bench-relevance bench-lookup
bench-relevance: ; @$(MAKE) -s VARIANT=release daemons $(ASK) && tests/bench/relevance.py
bench-lookup: ; @$(MAKE) -s VARIANT=release daemons $(ASK) && tests/bench/lookup.py

FUZZ_LIBS_fuzz_question := tests/wardrobe/fake_shop.o wardrobe/libwardrobe.a
$(OUT)/tests/fuzz/fuzz_question: LIBS += -lcmocka
