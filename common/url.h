#ifndef COMMON_URL_H
#define COMMON_URL_H

/* A URL that people read. */
struct url_shown {
    char text[256];
};

/* URL as a log may say it, as url_shown(url).text: without what stands before an @ and behind a ?, which may
 * be secret. What is no URL, a file's path, stays as it is; what is longer than there is room is cut. */
struct url_shown url_shown(const char *url);

#endif
