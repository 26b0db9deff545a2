/* A client's frame or body: what is taken must be a question, what is not must say why. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/run_input.h"

#define CHARACTERS 40

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void
check(const struct run_input *input)
{
    if (!run_input_is_id(input->run_id) || (input->thread[0] != '\0' && !run_input_is_id(input->thread)))
        abort();
    if (input->kind == INPUT_RUN && (input->said[0] == '\0' || strlen(input->said) > 4 * CHARACTERS))
        abort();
    if (input->patch != NULL && json_array_size(input->patch) > RUN_PATCH_SIZE)
        abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct run_refusal refusal = { 0 };
    struct run_input input;
    int failed;

    if (size < 1)
        return 0;
    failed = bytes[0] & 1
                 ? run_input_read_aisdk(&input, (const char *)bytes + 1, size - 1, CHARACTERS, &refusal)
                 : run_input_read(&input, (const char *)bytes + 1, size - 1, CHARACTERS, &refusal);
    if (failed && (refusal.code == NULL || refusal.message[0] == '\0'))
        abort();
    if (failed)
        return 0;
    check(&input);
    run_input_clear(&input);
    return 0;
}
