/* type_kinds -- category paths and the kinds that they say; see type_kinds.h. */

#include "wardrobe/type_kinds.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wardrobe/names.h"

#define TYPES_KEPT 16384 /* those that come later are read each time */

struct type_kinds {
    const struct lexicon *lexicon;
    struct names *types;
    uint16_t kinds[TYPES_KEPT];
};

struct type_kinds *
type_kinds_new(const struct lexicon *lexicon)
{
    struct type_kinds *types = calloc(1, sizeof *types);

    if (types == NULL)
        return NULL;
    types->lexicon = lexicon;
    if ((types->types = names_new()) == NULL)
        type_kinds_destroy(&types);
    return types;
}

void
type_kinds_destroy(struct type_kinds **types)
{
    if (*types == NULL)
        return;
    names_destroy(&(*types)->types);
    free(*types);
    *types = NULL;
}

/* The kind that the category path TYPE says. */
static uint16_t
read_type(const struct lexicon *lexicon, const char *type)
{
    char path[768];
    uint16_t kind = KIND_NONE;
    char *step;

    snprintf(path, sizeof path, "%s", type);
    for (bool leaf = true; kind == KIND_NONE && path[0] != '\0'; leaf = false) {
        step = strrchr(path, '>');
        if (leaf || strpbrk(step == NULL ? path : step + 1, "&,") ==
                        NULL) /* "Clothing, Shoes & Jewelry" says nothing */
            kind = lexicon_kind_of(lexicon, step == NULL ? path : step + 1);
        if (step == NULL)
            break;
        *step = '\0';
    }
    return kind;
}

uint16_t
type_kinds_of(struct type_kinds *types, const char *type)
{
    uint32_t known = names_find(types->types, type);
    uint16_t kind;

    if (known != NAME_NONE)
        return types->kinds[known];
    kind = read_type(types->lexicon, type);
    if (names_count(types->types) < TYPES_KEPT && (known = names_add(types->types, type)) != NAME_NONE)
        types->kinds[known] = kind;
    return kind;
}

bool
type_names_among(const struct lexicon *lexicon, const char *type, uint16_t kind)
{
    const char *step = strrchr(type, '>') == NULL ? type : strrchr(type, '>') + 1;
    char part[256];

    if (kind == KIND_NONE || strpbrk(step, "&,/") == NULL)
        return false;
    for (size_t size; *step != '\0'; step += size + (step[size] != '\0')) {
        uint16_t named;

        size = strcspn(step, "&,/");
        snprintf(part, sizeof part, "%.*s", (int)(size < 255 ? size : 255), step);
        named = lexicon_kind_of(lexicon, part);
        if (named != KIND_NONE && lexicon_kind_is(lexicon, kind, named))
            return true;
    }
    return false;
}
