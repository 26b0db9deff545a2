/* Any bytes as Google's separated feed. */
#include <stdint.h>

#include "tests/fuzz/feed_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    feed_fuzz_read(feed_read_google, bytes, size);
    return 0;
}
