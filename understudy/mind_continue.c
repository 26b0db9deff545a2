/* An answer that was cut off: the same answer again, from after the paragraphs that there are already. */
#include <stdlib.h>
#include <string.h>

#include "understudy/mind.h"

#define ASKS "CONTINUE:"

bool
mind_is_to_continue(const struct ask *ask)
{
    size_t n = ask->said_count;

    return n >= 3 && ask->said[n - 1].by_user && !ask->said[n - 2].by_user && ask->said[n - 3].by_user &&
           strncmp(ask->said[n - 1].text, ASKS, strlen(ASKS)) == 0;
}

static bool
begins_item(const char *line)
{
    size_t digits = strspn(line, "0123456789");

    return strncmp(line, "- ", 2) == 0 || strncmp(line, "* ", 2) == 0 ||
           (digits > 0 && digits < 3 && strncmp(line + digits, ". ", 2) == 0);
}

/* Where the paragraph after that of TEXT begins: behind a blank line, or at a list's next item. */
static const char *
next_paragraph(const char *text)
{
    for (const char *line = strchr(text, '\n'); line != NULL; line = strchr(line + 1, '\n'))
        if (line[1] == '\n' || begins_item(line + 1))
            return line + 1 + strspn(line + 1, "\n");
    return text + strlen(text);
}

int
mind_continue(const struct mind *mind, const struct ask *ask, struct answer *answer)
{
    const char *there = ask->said[ask->said_count - 2].text, *rest;
    struct ask before = *ask;
    struct sections sections;
    char *whole;

    before.said_count -= 2;
    sections_read(&sections, request_last(&before));
    if (mind_suggest(mind, &before, &sections, answer) != 0) {
        sections_clear(&sections);
        return -1;
    }
    sections_clear(&sections);
    whole = answer->text;
    for (rest = whole; *there != '\0'; there = next_paragraph(there))
        rest = next_paragraph(rest);
    answer->text = strdup(rest);
    free(whole);
    return answer->text == NULL ? -1 : 0;
}
