/* Labels at the start of a line: "SHOPPER:", "FACETS:", ... */
#include "understudy/sections.h"

#include <string.h>

#include "common/json.h"

static const char *const labels[SECTIONS] = {
    "SHOPPER:", "CRITERIA:", "PROFILE:", "FACETS:", "SHOWN:", "PARAGRAPH:",
    "BEFORE:",  "LANGUAGE:", "WANTED:",  "LINES:",  "LOOK:",  "COUNT:",
};

/* The label that the line at TEXT begins with, or SECTIONS. */
static enum section
label_at(const char *text)
{
    for (int i = 0; i < SECTIONS; i++)
        if (!strncmp(text, labels[i], strlen(labels[i])))
            return (enum section)i;
    return SECTIONS;
}

static void
end_part(struct sections *sections, enum section section, const char *start, const char *end)
{
    while (start < end && (*start == ' ' || *start == '\n'))
        start++;
    while (end > start && (end[-1] == ' ' || end[-1] == '\n' || end[-1] == '\r'))
        end--;
    sections->part[section].text = start;
    sections->part[section].size = (size_t)(end - start);
    if (section != SECTION_FACETS && end > start && (*start == '{' || *start == '['))
        sections->json[section] = json_read(start, (size_t)(end - start), NULL);
}

void
sections_read(struct sections *sections, const char *message)
{
    enum section open = SECTION_SHOPPER;
    const char *start = message, *line = message;

    *sections = (struct sections) { 0 };
    for (int i = 0; i < SECTIONS; i++)
        sections->part[i].text = "";
    for (; line != NULL; line = strchr(line, '\n')) {
        enum section label;

        line += *line == '\n';
        if ((label = label_at(line)) == SECTIONS)
            continue;
        if (line > start)
            end_part(sections, open, start, line);
        open = label;
        start = line + strlen(labels[label]);
    }
    end_part(sections, open, start, start + strlen(start));
}

void
sections_clear(struct sections *sections)
{
    for (int i = 0; i < SECTIONS; i++)
        json_decref(sections->json[i]);
    *sections = (struct sections) { 0 };
}
