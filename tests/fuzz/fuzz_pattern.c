/* A stream's events, one a line: what the pattern reads is what lenient_read() reads. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/model/lenient.h"
#include "common/model/pattern.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void
read_event(struct pattern *pattern, const char *text, size_t size)
{
    json_t *value = lenient_read(text, size);

    if (pattern_reads(pattern, text, size)) {
        if (!json_equal(pattern->value, value))
            abort();
    } else {
        pattern_learn(pattern, value, text, size);
    }
    json_decref(value);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct pattern pattern = { 0 };

    while (size > 0) {
        const uint8_t *end = memchr(bytes, '\n', size);
        size_t line = end != NULL ? (size_t)(end - bytes) : size;
        char *exact = malloc(line > 0 ? line : 1);

        if (exact == NULL)
            break;
        memcpy(exact, bytes, line);
        read_event(&pattern, exact, line);
        free(exact);
        bytes += line + (end != NULL);
        size -= line + (end != NULL);
    }
    pattern_clear(&pattern);
    return 0;
}
