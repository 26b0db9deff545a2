#include "common/utf8.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define EACH(byte) (UINT64_C(0x0101010101010101) * (byte))

static bool
is_plain(char c)
{
    return (unsigned char)c >= 0x20 && (unsigned char)c < 0x80 && c != '"' && c != '\\';
}

/* Has one of the eight bytes its high bit set, is it below 0x20, a quote or a backslash? A byte minus another
 * borrows from the next only where it is the smaller one, which is an answer already. */
static bool
are_plain(uint64_t bytes)
{
    uint64_t quote = bytes ^ EACH('"'), backslash = bytes ^ EACH('\\');
    uint64_t odd = bytes | (bytes - EACH(0x20)) | (quote - EACH(1)) | (backslash - EACH(1));

    return (odd & EACH(0x80)) == 0;
}

size_t
utf8_plain(const char *text, size_t size)
{
    size_t count = 0;

    for (uint64_t bytes; size - count >= sizeof bytes; count += sizeof bytes) {
        memcpy(&bytes, text + count, sizeof bytes);
        if (!are_plain(bytes))
            break;
    }
    while (count < size && is_plain(text[count]))
        count++;
    return count;
}

/* Table 3-7 of the Unicode standard. */
size_t
utf8_sequence(const char *text, size_t size)
{
    const unsigned char *bytes = (const unsigned char *)text;
    unsigned char low = 0x80, high = 0xBF;
    size_t length;

    if (bytes[0] < 0x80)
        return 1;
    if (bytes[0] < 0xC2 || bytes[0] > 0xF4)
        return 0;
    length = bytes[0] < 0xE0 ? 2 : bytes[0] < 0xF0 ? 3 : 4;
    if (bytes[0] == 0xE0)
        low = 0xA0;
    if (bytes[0] == 0xED)
        high = 0x9F;
    if (bytes[0] == 0xF0)
        low = 0x90;
    if (bytes[0] == 0xF4)
        high = 0x8F;
    if (size < length || bytes[1] < low || bytes[1] > high)
        return 0;
    for (size_t i = 2; i < length; i++)
        if ((bytes[i] & 0xC0) != 0x80)
            return 0;
    return length;
}

size_t
utf8_cut(const char *text, size_t limit)
{
    while (limit > 0 && ((unsigned char)text[limit] & 0xC0) == 0x80)
        limit--;
    return limit;
}
