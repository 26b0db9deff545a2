/* html -- what a person would read; see html.h. Not a parser of documents: descriptions are small pieces,
 * often broken, and nothing in them may be lost that is no markup. */

#include "wardrobe/html.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

/* -- entities ------------------------------------------------------------------------------------ */

uint32_t
html_entity(const char *name, size_t size)
{
    static const struct {
        const char *name;
        uint16_t point;
    } entities[] = {
#define ENTITY(name, point) { #name, point },
#include "wardrobe/html_entities.def"
#undef ENTITY
    };
    size_t low = 0, high = sizeof entities / sizeof *entities;

    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = strncmp(entities[middle].name, name, size);

        if (order == 0 && entities[middle].name[size] == '\0')
            return entities[middle].point;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return 0;
}

size_t
html_put_point(uint32_t point, char *out)
{
    if (point == 0 || point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff))
        point = 0xfffd;
    if (point < 0x80) {
        out[0] = (char)point;
        return 1;
    }
    if (point < 0x800) {
        out[0] = (char)(0xc0 | point >> 6);
        out[1] = (char)(0x80 | (point & 63));
        return 2;
    }
    if (point < 0x10000) {
        out[0] = (char)(0xe0 | point >> 12);
        out[1] = (char)(0x80 | (point >> 6 & 63));
        out[2] = (char)(0x80 | (point & 63));
        return 3;
    }
    out[0] = (char)(0xf0 | point >> 18);
    out[1] = (char)(0x80 | (point >> 12 & 63));
    out[2] = (char)(0x80 | (point >> 6 & 63));
    out[3] = (char)(0x80 | (point & 63));
    return 4;
}

/* "&#8217;" or "&#x2019;" at HTML, the semicolon may be missing. Its bytes come back, 0 for none. */
static size_t
numeric(const char *html, size_t size, uint32_t *point)
{
    bool hex = size > 2 && (html[2] == 'x' || html[2] == 'X');
    size_t at = hex ? 3 : 2, first = at;

    for (*point = 0;
         at < size && (hex ? isxdigit((unsigned char)html[at]) : isdigit((unsigned char)html[at])); at++) {
        uint32_t digit = isdigit((unsigned char)html[at])
                             ? (uint32_t)(html[at] - '0')
                             : (uint32_t)(tolower((unsigned char)html[at]) - 'a' + 10);

        if (*point <= 0x10ffff)
            *point = *point * (hex ? 16 : 10) + digit;
    }
    if (at == first)
        return 0;
    if (*point >= 0x80 && *point < 0xa0) { /* meant in windows-1252 by all who write them */
        static const uint16_t meant[32] = { 0x20ac, 0x20,   0x201a, 0x192,  0x201e, 0x2026, 0x2020, 0x2021,
                                            0x2c6,  0x2030, 0x160,  0x2039, 0x152,  0x20,   0x17d,  0x20,
                                            0x20,   0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014,
                                            0x2dc,  0x2122, 0x161,  0x203a, 0x153,  0x20,   0x17e,  0x178 };

        *point = meant[*point - 0x80];
    }
    if ((*point < 0x20 && *point != '\n' && *point != '\t') || *point == 0xa0)
        *point = ' ';
    return at + (at < size && html[at] == ';');
}

/* An entity at HTML, which begins with '&'. Its bytes, 0 for none. */
static size_t
entity(const char *html, size_t size, uint32_t *point)
{
    size_t end = 1;

    if (size > 2 && html[1] == '#')
        return numeric(html, size, point);
    while (end < size && end < 10 && isalnum((unsigned char)html[end]))
        end++;
    if (end == size || html[end] != ';' || (*point = html_entity(html + 1, end - 1)) == 0)
        return 0;
    if (*point == 0xa0) /* a blank, for us */
        *point = ' ';
    return end + 1;
}

/* -- tags ---------------------------------------------------------------------------------------- */

/* The bytes up to and with the '>' that ends the tag at HTML: one in an attribute's quotes doesn't. Where
 * none does, what looked like a quote was none, and the first '>' counts. There is one. */
static size_t
tag_size(const char *html, size_t size)
{
    char quote = '\0';

    for (size_t i = 1; i < size; i++) {
        if (quote != '\0') {
            if (html[i] == quote)
                quote = '\0';
        } else if (html[i] == '>') {
            return i + 1;
        } else if ((html[i] == '"' || html[i] == '\'') && html[i - 1] == '=') {
            quote = html[i];
        }
    }
    return (size_t)((const char *)memchr(html, '>', size) - html) + 1;
}

/* Where NEEDLE is in HTML, whatever its case, behind it; SIZE when it isn't. */
static size_t
behind(const char *html, size_t size, const char *needle)
{
    size_t length = strlen(needle);

    for (size_t i = 0; i + length <= size; i++)
        if (strncasecmp(html + i, needle, length) == 0)
            return i + length;
    return size;
}

static bool
is_one_of(const char *name, const char *const *list)
{
    for (; *list != NULL; list++)
        if (strcmp(*list, name) == 0)
            return true;
    return false;
}

/* Markup at HTML, which begins with '<' and has a '>'. Its bytes, 0 when it is none. *BLANK: what stands in
 * its place, or '\0'. */
static size_t
markup(const char *html, size_t size, char *blank)
{
    static const char *const breaks[] = { "address", "article", "aside",   "blockquote", "br",     "dd",
                                          "div",     "dl",      "dt",      "figcaption", "figure", "footer",
                                          "h1",      "h2",      "h3",      "h4",         "h5",     "h6",
                                          "header",  "hr",      "li",      "main",       "nav",    "ol",
                                          "p",       "pre",     "section", "table",      "tr",     "ul",
                                          NULL };
    static const char *const cells[] = { "td", "th", "img", "option", NULL };
    static const char *const silent[] = { "script", "style", "iframe", "noscript", "template", "svg", NULL };
    size_t at = 1, length = 0, bytes;
    char name[16], end[20];

    *blank = '\0';
    if (size >= 4 && memcmp(html, "<!--", 4) == 0)
        return 4 + behind(html + 4, size - 4, "-->");
    if (size >= 2 && (html[1] == '!' || html[1] == '?'))
        return tag_size(html, size);
    if (size >= 2 && html[1] == '/')
        at = 2;
    if (at >= size || !isalpha((unsigned char)html[at]))
        return 0;
    while (at + length < size && length < sizeof name - 1 && isalnum((unsigned char)html[at + length])) {
        name[length] = (char)tolower((unsigned char)html[at + length]);
        length++;
    }
    name[length] = '\0';
    bytes = tag_size(html, size);
    if (is_one_of(name, breaks))
        *blank = '\n';
    else if (is_one_of(name, cells))
        *blank = ' ';
    if (at == 1 && html[bytes - 1] == '>' && html[bytes - 2] != '/' && is_one_of(name, silent)) {
        *blank = ' ';
        end[0] = '<';
        end[1] = '/';
        memcpy(end + 2, name, length + 1);
        bytes += behind(html + bytes, size - bytes, end);
        bytes += behind(html + bytes, size - bytes, ">");
    }
    return bytes;
}

size_t
html_text(const char *html, size_t size, char *out)
{
    const char *last = memrchr(html, '>', size);
    size_t marked = last == NULL ? 0 : (size_t)(last - html), at = 0, to = 0;

    while (at < size) {
        size_t bytes;
        uint32_t point;
        char blank;

        if (html[at] == '<' && at < marked && (bytes = markup(html + at, size - at, &blank)) > 0) {
            at += bytes;
            if (blank != '\0')
                out[to++] = blank;
        } else if (html[at] == '&' && (bytes = entity(html + at, size - at, &point)) > 0) {
            at += bytes;
            to += html_put_point(point, out + to);
        } else {
            out[to++] = html[at++];
        }
    }
    out[to] = '\0';
    return to;
}
