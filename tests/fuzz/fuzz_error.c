/* An error's body, with a status out of the first byte; and its headers, out of the same bytes. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/model/errors.h"
#include "common/model/retry.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static const int statuses[] = { 0, 200, 307, 400, 401, 402, 404, 408, 422, 429, 500, 503, 529 };
    static const char *const names[] = { "retry-after", "retry-after-ms", "x-should-retry",
                                         "x-ratelimit-reset-tokens", "x-ratelimit-remaining-tokens" };
    struct server_error error;
    struct retry_hints hints;
    struct retry_case failed = { &error, &hints, 1, 3, false, false, 60000, 0.5 };
    struct retry_decision decision;
    char *text;

    if (size < 1 || (text = malloc(size)) == NULL)
        return 0;
    memcpy(text, bytes + 1, size - 1);
    text[size - 1] = '\0';
    errors_read(&error, statuses[bytes[0] % (sizeof statuses / sizeof *statuses)], text, size - 1);
    errors_hide(&error, "test");
    if (error.class == MODEL_ERROR_NONE || error.hint_ms < -1)
        abort();
    retry_hints_clear(&hints);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        retry_header(&hints, names[i], text, 1700000000000);
    if (hints.after_ms < -1 || hints.tokens_reset_ms < -1)
        abort();
    decision = retry_decide(&failed);
    if (decision.again &&
        (error.class == MODEL_ERROR_QUOTA || decision.delay_ms < 0 || decision.delay_ms > 60000))
        abort();
    errors_clear(&error);
    free(text);
    return 0;
}
