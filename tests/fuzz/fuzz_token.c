/* A token that a client shows: none that the fuzzer makes can be signed. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/token.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    char subject[TOKEN_SUBJECT_SIZE], *text = malloc(size + 1);

    if (text == NULL)
        return 0;
    memcpy(text, bytes, size);
    text[size] = '\0';
    if (token_check(text, size, "a secret that no input knows", 1790000000, subject) == NULL)
        abort();
    free(text);
    return 0;
}
