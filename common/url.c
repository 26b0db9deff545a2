/* url -- what of a URL may be said; see url.h. */

#include "common/url.h"

#include <stdio.h>
#include <string.h>

struct url_shown
url_shown(const char *url)
{
    struct url_shown shown;
    const char *host = strstr(url, "://"), *end = url + strcspn(url, "?");

    if (host == NULL || host > end) {
        snprintf(shown.text, sizeof shown.text, "%s", url);
        return shown;
    }
    host += 3;
    snprintf(shown.text, sizeof shown.text, "%.*s", (int)(host - url), url);
    for (const char *at = host; at < end; at++)
        if (*at == '@')
            host = at + 1;
    snprintf(shown.text + strlen(shown.text), sizeof shown.text - strlen(shown.text), "%.*s",
             (int)(end - host), host);
    return shown;
}
