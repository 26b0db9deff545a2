/* feed -- which reader a merchant's file wants; see feed.h. */

#include "wardrobe/feed.h"

#include <string.h>

#include "common/log.h"

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

feed_reader *
feed_detect(struct source *source)
{
    const char *first;
    int size = source_peek(source, &first, 4096);

    if (size < 0)
        return NULL;
    if (size == 0) {
        log_error("%s: empty", source_path(source));
        return NULL;
    }
    if (memchr(first, '\t', (size_t)size) != NULL || memchr(first, ',', (size_t)size) != NULL)
        return feed_read_google;
    log_error("%s: not a feed that we know: a tab-separated file with a header row is", source_path(source));
    return NULL;
}
