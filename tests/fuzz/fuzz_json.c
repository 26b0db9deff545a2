/* Our reader and writer of JSON beside Jansson's: what the quick one reads is what Jansson reads, and what it
 * writes is byte by byte what Jansson writes. */
#include <jansson.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/json.h"
#include "common/json_quick.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void
check_written(const json_t *value, bool sorted)
{
    struct buffer out = { 0 };
    char *theirs = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(15) |
                                         (sorted ? JSON_SORT_KEYS : 0));

    json_quick_write(&out, value, sorted);
    if (out.failed || theirs == NULL || strcasecmp(buffer_string(&out), theirs) != 0)
        abort(); /* Jansson's \u00AB has capitals */
    free(theirs);
    buffer_clear(&out);
}

static void
check_read(const char *text, size_t size, bool last_wins)
{
    json_t *ours = json_quick_read(text, size, last_wins);
    json_t *theirs = json_loadb(text, size, JSON_DECODE_ANY | (last_wins ? 0 : JSON_REJECT_DUPLICATES), NULL);

    if (ours != NULL) {
        if (theirs == NULL || !json_equal(ours, theirs))
            abort();
        check_written(ours, false);
        check_written(ours, true);
    }
    json_decref(ours);
    json_decref(theirs);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    char *exact = malloc(size + 1); /* ends where the bytes end, for the sanitizer */

    if (exact == NULL)
        return 0;
    memcpy(exact, bytes, size);
    exact = realloc(exact, size > 0 ? size : 1);
    check_read(exact, size, false);
    check_read(exact, size, true);
    free(exact);
    return 0;
}
