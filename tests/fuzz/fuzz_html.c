/* Text is never longer than its HTML, holds no bytes of its own making that are no UTF-8, and comes out the
 * same in place. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "wardrobe/html.h"
#include "wardrobe/markdown.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void
check(size_t (*read)(const char *, size_t, char *), const uint8_t *bytes, size_t size)
{
    char *copy = malloc(size + 1), *out = malloc(size + 1);
    size_t length, again;

    memcpy(copy, bytes, size);
    length = read(copy, size, out);
    if (length > size || out[length] != '\0')
        abort();
    again = read(copy, size, copy);
    if (again != length || memcmp(copy, out, length) != 0)
        abort();
    free(copy);
    free(out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    check(html_text, bytes, size);
    check(markdown_text, bytes, size);
    return 0;
}
