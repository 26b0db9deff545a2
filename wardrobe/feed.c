/* feed -- which reader a merchant's file wants; see feed.h. */

#include "wardrobe/feed.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "common/log.h"
#include "wardrobe/columns.h"

const char *
feed_name(enum feed_field field)
{
    static const char *const names[] = {
#define FEED(NAME, attribute) attribute,
        FEED_FIELD_LIST
#undef FEED
    };

    return names[field];
}

const char *
feed_value(const struct feed_row *row, const char *name)
{
    for (int field = 0; field < FEED_FIELDS; field++)
        if (strcmp(feed_name((enum feed_field)field), name) == 0)
            return row->texts[field] == NULL ? "" : row->texts[field];
    return "";
}

/* -- which it is --------------------------------------------------------------------------------- */

static feed_reader *
refuse(const struct source *source, const char *why)
{
    log_error("%s: %s", source_path(source), why);
    return NULL;
}

static bool
starts(const char *bytes, size_t size, const char *with)
{
    return size >= strlen(with) && strncasecmp(bytes, with, strlen(with)) == 0;
}

/* Files that are plainly something else. Returns why, or NULL. */
static const char *
what_else(const char *bytes, size_t size)
{
    if (starts(bytes, size, "\xff\xfe") || starts(bytes, size, "\xfe\xff"))
        return "UTF-16: save it as UTF-8 (in a spreadsheet: \"CSV UTF-8\")";
    if (starts(bytes, size, "PK\x03\x04"))
        return "a ZIP archive or a spreadsheet: unpack it, or save it as CSV";
    if (memchr(bytes, '\0', size) != NULL)
        return "holds zero bytes: UTF-16 without its mark, or no text at all; UTF-8 is wanted";
    if (starts(bytes, size, "<!doctype html") || starts(bytes, size, "<html"))
        return "a web page, no feed";
    if (starts(bytes, size, "["))
        return "a JSON array: JSON Lines is wanted, a product on each line";
    return NULL;
}

/* Whether the JSON in BYTES has NAME as a key of its outermost object, as far as it can be seen. *OBJECT,
 * when not NULL: whether its value is an object or a list. */
static bool
has_key(const char *bytes, size_t size, const char *name, bool *object)
{
    int depth = 0;
    size_t length = strlen(name);

    for (size_t i = 0; i < size && bytes[i] != '\n'; i++) {
        size_t from = i + 1;

        depth += bytes[i] == '{' || bytes[i] == '[';
        depth -= bytes[i] == '}' || bytes[i] == ']';
        if (bytes[i] != '"')
            continue;
        for (i++; i < size && bytes[i] != '"'; i++)
            i += bytes[i] == '\\';
        if (depth != 1 || i >= size || i - from != length || memcmp(bytes + from, name, length) != 0)
            continue;
        while (++i < size && bytes[i] == ' ')
            continue;
        if (i >= size || bytes[i] != ':') { /* it is a value */
            i--;
            continue;
        }
        while (++i < size && bytes[i] == ' ')
            continue;
        if (object != NULL)
            *object = i < size && (bytes[i] == '{' || bytes[i] == '[');
        return true;
    }
    return false;
}

/* ACP has variants within a product, OpenAI's feed an item_id in each row. */
static feed_reader *
detect_json(const char *bytes, size_t size)
{
    bool object = false;

    if (has_key(bytes, size, "variants", NULL) || has_key(bytes, size, "media", NULL) ||
        (has_key(bytes, size, "description", &object) && object))
        return feed_read_acp;
    return feed_read_openai;
}

/* By the names in the header row, as far as it can be seen. */
static feed_reader *
detect_separated(const char *bytes, size_t size, char separator)
{
    static const char *const openai[] = { "item_id",
                                          "is_eligible_search",
                                          "enable_search",
                                          "is_eligible_checkout",
                                          "enable_checkout",
                                          "variant_dict",
                                          NULL };
    const char *end = memchr(bytes, '\n', size);
    bool handle = false, title = false;

    if (end != NULL)
        size = (size_t)(end - bytes);
    for (size_t at = 0; at < size;) {
        const char *next = memchr(bytes + at, separator, size - at);
        size_t length = next == NULL ? size - at : (size_t)(next - bytes) - at;
        char name[COLUMN_NAME * 2], plain[COLUMN_NAME];

        snprintf(name, sizeof name, "%.*s", (int)length, bytes + at);
        column_plain(name + strspn(name, "\""), plain);
        handle = handle || strcmp(plain, "handle") == 0 || strcmp(plain, "url_handle") == 0;
        title = title || strcmp(plain, "title") == 0;
        for (const char *const *word = openai; *word != NULL; word++)
            if (strcmp(plain, *word) == 0)
                return feed_read_openai;
        at += length + 1;
    }
    return handle && title ? feed_read_shopify : feed_read_google;
}

feed_reader *
feed_detect(struct source *source)
{
    const char *first, *why;
    int peeked = source_peek(source, &first, 4096);
    size_t size = peeked < 0 ? 0 : (size_t)peeked;
    char separator;

    if (peeked < 0)
        return NULL;
    if (starts(first, size, "\xef\xbb\xbf")) {
        first += 3;
        size -= 3;
    }
    while (size > 0 && strchr(" \t\r\n", *first) != NULL && *first != '\0') {
        first++;
        size--;
    }
    if (size == 0)
        return refuse(source, "empty");
    if ((why = what_else(first, size)) != NULL)
        return refuse(source, why);
    if (*first == '<')
        return feed_read_google_xml;
    if (*first == '{')
        return detect_json(first, size);
    separator = columns_separator(source);
    if (memchr(first, separator, size) != NULL)
        return detect_separated(first, size, separator);
    return refuse(source,
                  "no feed that we know: not XML, not JSON Lines, and no header row with tabs or commas");
}
