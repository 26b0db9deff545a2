/* Any bytes as whatever feed they look like. */
#include <stdint.h>

#include "tests/fuzz/feed_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    feed_fuzz_read(NULL, bytes, size);
    return 0;
}
