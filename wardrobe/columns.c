/* columns -- the header row of a separated feed; see columns.h. */

#include "wardrobe/columns.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "common/log.h"
#include "wardrobe/feed.h"

void
column_plain(const char *name, char plain[COLUMN_NAME])
{
    size_t size = 0;

    name += strspn(name, " \t");
    if (strncasecmp(name, "g:", 2) == 0)
        name += 2;
    name += strspn(name, " ");
    for (; *name != '\0' && size < COLUMN_NAME - 1; name++)
        if (isalnum((unsigned char)*name) || (unsigned char)*name >= 0x80)
            plain[size++] = (char)tolower((unsigned char)*name);
        else if (size > 0 && plain[size - 1] != '_')
            plain[size++] = '_';
    while (size > 0 && plain[size - 1] == '_')
        size--;
    plain[size] = '\0';
}

int
column_alias(const char *plain, const struct column_alias *aliases, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(aliases[i].name, plain) == 0)
            return aliases[i].meaning;
    return -1;
}

int
column_meaning(const char *plain, const struct column_alias *aliases, size_t count)
{
    int meaning = column_alias(plain, aliases, count);

    for (int i = 0; meaning < 0 && i < FEED_FIELDS; i++)
        if (strcmp(feed_name((enum feed_field)i), plain) == 0)
            return i;
    return meaning;
}

char
columns_separator(struct source *source)
{
    const char *first;
    int size = source_peek(source, &first, 4096), tabs = 0, commas = 0, semicolons = 0;

    for (int i = 0; i < size && first[i] != '\n'; i++) {
        tabs += first[i] == '\t';
        commas += first[i] == ',';
        semicolons += first[i] == ';';
    }
    if (tabs >= commas && tabs >= semicolons)
        return '\t';
    return commas >= semicolons ? ',' : ';';
}

size_t
columns_read(struct csv *csv, const char *path, column_reader *meaning, const struct column_alias *aliases,
             size_t count, int meanings[CSV_FIELDS])
{
    char plain[COLUMN_NAME];
    const char *why = "";
    char **fields;
    size_t columns;

    if (csv_next(csv, &fields, &columns, &why) != CSV_RECORD) {
        log_error("%s: no header row%s%s", path, why[0] != '\0' ? ": " : "", why);
        return 0;
    }
    for (size_t i = 0; i < columns; i++) {
        column_plain(fields[i], plain);
        meanings[i] = meaning(plain, aliases, count);
    }
    return columns;
}
