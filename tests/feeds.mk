# The feeds' fuzz targets and their bench. Included by the Makefile.

$(foreach t,google xml openai acp shopify,\
	$(eval FUZZ_LIBS_fuzz_feed_$(t) := tests/fuzz/memory_source.o wardrobe/libwardrobe.a))
FUZZ_LIBS_fuzz_feed_any := tests/fuzz/file_source.o wardrobe/libwardrobe.a
FUZZ_LIBS_fuzz_html := wardrobe/libwardrobe.a

# -- make bench-import [ROWS=1000000] [FORMATS="google-tsv acp ..."]: rows a second and memory, by format -------
ROWS    ?= 1000000
FORMATS ?= google-tsv google-rss google-atom openai-jsonl openai-csv acp shopify-old shopify-new

.PHONY: bench-import
bench-import: $(OUT)/wardrobe/wardrobe
	@/usr/bin/python3 tests/bench/import.py $< $(ROWS) $(FORMATS)
