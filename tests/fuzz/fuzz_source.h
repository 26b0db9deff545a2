#ifndef TESTS_FUZZ_FUZZ_SOURCE_H
#define TESTS_FUZZ_FUZZ_SOURCE_H

#include "wardrobe/source.h"

/* SIZE BYTES, lent, as a merchant's file; NULL where such a file can't be opened. Closed with source_close().
 */
struct source *fuzz_source(const void *bytes, size_t size);

#endif
