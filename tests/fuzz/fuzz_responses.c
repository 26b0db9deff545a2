/* An answer of the dialect responses, in pieces. */
#include "answer_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    answer_fuzz(DIALECT_RESPONSES, bytes, size);
    return 0;
}
