#include "gateway/frame.h"

#include <stdio.h>
#include <string.h>

#define LIST_BYTES 640

static const char page[] = "default-src 'self'; img-src 'self' data: https:; connect-src 'self'; "
                           "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors ";

/* Scheme, name (with "*." before it perhaps), port; no path. */
static bool
is_origin(const char *item, size_t size)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyz0123456789-.:";
    size_t at = strncmp(item, "https://", 8) == 0 ? 8 : strncmp(item, "http://", 7) == 0 ? 7 : 0;

    if (at == 0)
        return false;
    at += size > at + 2 && strncmp(item + at, "*.", 2) == 0 ? 2 : 0;
    return size > at && strspn(item + at, allowed) >= size - at;
}

bool
frame_is_readable(const char *embedders)
{
    if (strcmp(embedders, "none") == 0 || strcmp(embedders, "same") == 0 || strcmp(embedders, "*") == 0)
        return true;
    if (strlen(embedders) > LIST_BYTES)
        return false;
    for (const char *item = embedders;; item++) {
        size_t size = strcspn(item, ",");

        if (!is_origin(item, size))
            return false;
        item += size;
        if (*item == '\0')
            return true;
    }
}

void
frame_policy(const char *embedders, char policy[FRAME_POLICY_SIZE])
{
    int size = snprintf(policy, FRAME_POLICY_SIZE, "%s", page);
    char *list = policy + size;

    if (!frame_is_readable(embedders) || strcmp(embedders, "none") == 0)
        embedders = "'none'";
    else if (strcmp(embedders, "same") == 0)
        embedders = "'self'";
    snprintf(list, (size_t)(FRAME_POLICY_SIZE - size), "%s", embedders);
    for (char *comma = list; (comma = strchr(comma, ',')) != NULL;)
        *comma = ' ';
}
