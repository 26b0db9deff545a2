/* markdown -- the words of a description in Markdown; see markdown.h. */

#include "wardrobe/markdown.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

/* The bytes of the marks with which the line at TEXT begins: "## ", "> ", "- ", "12. ". */
static size_t
line_marks(const char *text, size_t size)
{
    size_t at = 0, marks;

    for (;;) {
        size_t from = at;

        while (at < size && (text[at] == ' ' || text[at] == '\t'))
            at++;
        for (marks = 0; at + marks < size && text[at + marks] == '#' && marks < 7;)
            marks++;
        if (marks == 0 && at < size && strchr(">-*+", text[at]) != NULL)
            marks = 1;
        if (marks == 0)
            while (at + marks < size && marks < 3 && isdigit((unsigned char)text[at + marks]))
                marks++;
        if (marks > 0 && isdigit((unsigned char)text[at])) {
            if (at + marks >= size || (text[at + marks] != '.' && text[at + marks] != ')'))
                return from;
            marks++;
        }
        if (marks == 0 || at + marks >= size || text[at + marks] != ' ')
            return from;
        at += marks + 1;
    }
}

/* The bytes of a link's "](…)" at TEXT, 0 for none. */
static size_t
link_end(const char *text, size_t size)
{
    const char *end;

    if (size < 3 || text[0] != ']' || text[1] != '(')
        return 0;
    end = memchr(text, ')', size > 2048 ? 2048 : size);
    return end == NULL ? 0 : (size_t)(end - text) + 1;
}

/* Whether the '[' at TEXT begins a link. */
static bool
begins_link(const char *text, size_t size)
{
    const char *end = memchr(text, ']', size > 512 ? 512 : size);

    return end != NULL && link_end(end, size - (size_t)(end - text)) > 0;
}

/* Whether the mark at AT of the text is emphasis: one side touches a word, and "snake_case" is none. */
static bool
is_emphasis(const char *text, size_t size, size_t at)
{
    bool before = at > 0 && isalnum((unsigned char)text[at - 1]);
    bool after = at + 1 < size && !isspace((unsigned char)text[at + 1]);

    if (text[at] == '`')
        return true;
    if (text[at] == '_' && before && at + 1 < size && isalnum((unsigned char)text[at + 1]))
        return false;
    return after || (at > 0 && !isspace((unsigned char)text[at - 1]));
}

size_t
markdown_text(const char *markdown, size_t size, char *out)
{
    bool start = true;  /* of a line */
    char before = '\n'; /* what stood there: OUT may lie on MARKDOWN */
    size_t to = 0, bytes;

    for (size_t at = 0; at < size;) {
        const char *here = markdown + at;
        size_t left = size - at;

        if (start)
            at += line_marks(here, left);
        if (start && at > (size_t)(here - markdown)) {
            start = false;
            continue;
        }
        start = here[0] == '\n';
        if (here[0] == '\\' && left > 1 && ispunct((unsigned char)here[1])) {
            before = out[to++] = here[1];
            at += 2;
        } else if ((here[0] == '[' && begins_link(here, left)) ||
                   (here[0] == '!' && left > 1 && here[1] == '[' && begins_link(here + 1, left - 1))) {
            at += here[0] == '!' ? 2 : 1;
        } else if (here[0] == ']' && (bytes = link_end(here, left)) > 0) {
            at += bytes;
        } else if (strchr("*_`~", here[0]) != NULL && here[0] != '\0') {
            char pair[3] = { before, here[0], left > 1 ? here[1] : ' ' };

            if (!is_emphasis(pair, 3, 1))
                out[to++] = here[0];
            at++;
        } else {
            before = out[to++] = here[0];
            at++;
        }
    }
    out[to] = '\0';
    return to;
}
