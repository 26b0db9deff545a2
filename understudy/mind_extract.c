/* Which products a paragraph names, as calls of find_product. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/json.h"
#include "understudy/mind.h"
#include "understudy/shop.h"

/* A garment as the paragraph speaks of it. */
struct mention {
    const struct garment *garment;
    const char *colour, *material, *style; /* ids, "" */
    size_t from, to;                       /* bytes of the paragraph that say it */
    bool bold, definite, indefinite, own, beside;
    bool joined; /* "a belt and a watch" */
    bool first;  /* of its sentence or list item */
};

struct scene {
    const struct mind *mind;
    const char *text;
    size_t size;
    struct signs signs;
};

static bool
is_one_of(const char *text, const char *list)
{
    return lore_has(list, text);
}

/* A title over a part, or a greeting: there are no products in it. */
static bool
is_heading(const struct scene *scene)
{
    const char *text = scene->text, *end = text + scene->size;
    bool colours = false;

    while (end > text && isspace((unsigned char)end[-1]))
        end--;
    for (size_t i = 0; i < scene->signs.count; i++)
        colours =
            colours || scene->signs.list[i].kind == KIND_COLOUR || scene->signs.list[i].kind == KIND_MATERIAL;
    if (text < end && text[0] == '#')
        return true;
    if (end - text > 4 && !strncmp(text, "**", 2) && !strncmp(end - 2, "**", 2) &&
        scene->signs.words.count <= 5 && !colours)
        return true;
    return end > text && end[-1] == ':' && scene->signs.words.count <= 14 && !colours;
}

/* Whether byte AT stands between two "**". */
static bool
is_bold(const char *text, size_t at)
{
    size_t stars = 0;

    for (size_t i = 0; i + 1 < at; i++)
        if (text[i] == '*' && text[i + 1] == '*') {
            stars++;
            i++;
        }
    return stars % 2 == 1;
}

/* Whether byte AT stands in quotes: what a shopper could say ("not the shoes") names no product. An
 * apostrophe is none: it has a letter on both sides, or a space behind it. */
static bool
is_quoted(const char *text, size_t size, size_t at)
{
    static const struct {
        const char *open, *close;
    } quotes[] = { { "\"", "\"" }, { "“", "”" }, { "„", "“" }, { "« ", " »" }, { "«", "»" }, { "'", "'" } };

    for (size_t i = 0; i < at; i++) {
        for (size_t q = 0; q < sizeof quotes / sizeof *quotes; q++) {
            size_t open = strlen(quotes[q].open), close = strlen(quotes[q].close);

            if (size - i <= open || strncmp(text + i, quotes[q].open, open) != 0 ||
                (i > 0 && isalnum((unsigned char)text[i - 1])) || isspace((unsigned char)text[i + open]))
                continue;
            for (i += open; i + close <= size; i++)
                if (!strncmp(text + i, quotes[q].close, close) &&
                    (i + close == size || !isalnum((unsigned char)text[i + close])))
                    break;
            if (i > at && i + close <= size)
                return true;
            break;
        }
    }
    return false;
}

/* The words before the garment that belong to it. */
static void
read_before(const struct scene *scene, size_t at, struct mention *mention)
{
    const struct sign *list = scene->signs.list;
    size_t i = at;

    for (; i > 0 && !list[i].stops; i--) {
        const struct sign *before = &list[i - 1];

        if (list[i].pauses && before->kind != KIND_COLOUR && before->kind != KIND_STYLE &&
            before->kind != KIND_MATERIAL)
            break;
        if (before->kind == KIND_COLOUR)
            mention->colour = before->value;
        else if (before->kind == KIND_MATERIAL && !*mention->material)
            mention->material = before->value;
        else if (before->kind == KIND_STYLE && !*mention->style)
            mention->style = before->value;
        else if (before->kind == KIND_YOURS || is_one_of(before->text, "my")) {
            mention->own = true;
            break;
        } else if (is_one_of(before->text, "the,this,that,those,these,its")) {
            mention->definite = true;
            break;
        } else if (is_one_of(before->text, "a,an,some,of,in,with,to,for,is,are,or,on,by,one,eine,ein,einen,"
                                           "une,un,una,des,die,der,das,le,la,el,und,et,y,your") ||
                   (is_one_of(before->text, "and") && i >= 2 && list[i - 2].kind != KIND_COLOUR) ||
                   before->kind == KIND_GARMENT || before->kind == KIND_NUMBER ||
                   before->kind == KIND_OCCASION || before->kind == KIND_OR ||
                   is_one_of(before->text, "under,over,without,than,like,miss,replaces,covers,wear,try,add,"
                                           "choose,go,pick,throw,as"))
            break;
        mention->from = scene->signs.words.list[before->first].start;
        if (at - i > 7)
            break;
    }
    mention->joined =
        i >= 3 && is_one_of(list[i - 2].text, "and,or,und,et,y") && list[i - 3].kind == KIND_GARMENT;
    mention->indefinite =
        i > 0 && (is_one_of(list[i - 1].text, "a,an,some,of,one,ein,eine,einen,un,una,une") ||
                  list[i - 1].kind == KIND_INA);
    for (size_t back = 1; i > 0 && back <= 3 && back <= i; back++) {
        if (list[i - back + 1].stops)
            break;
        mention->beside =
            mention->beside ||
            is_one_of(
                list[i - back].text,
                "under,over,than,like,miss,replaces,without,covers,replace,beats,as,into,between,both") ||
            list[i - back].kind == KIND_NOT || list[i - back].kind == KIND_GOWITH;
    }
}

/* "a shirt in white linen", "Hemd aus Leinen in Weiß". */
static void
read_after(const struct scene *scene, size_t at, struct mention *mention)
{
    const struct sign *list = scene->signs.list;

    for (size_t i = at + 1; i < scene->signs.count && i <= at + 6 && !list[i].stops && !list[i].pauses; i++) {
        const struct word *last = &scene->signs.words.list[list[i].first + list[i].count - 1];

        if (list[i].kind == KIND_COLOUR && !*mention->colour)
            mention->colour = list[i].value;
        else if (list[i].kind == KIND_MATERIAL && !*mention->material)
            mention->material = list[i].value;
        else if (!is_one_of(list[i].text, "in,of,aus,en,de,made,coloris,color"))
            return;
        if (list[i].kind == KIND_COLOUR || list[i].kind == KIND_MATERIAL)
            mention->to = last->end;
    }
}

static bool
begins_clause(const struct scene *scene, const struct mention *mention)
{
    size_t at = mention->from;

    while (at > 0 && (scene->text[at - 1] == '*' || scene->text[at - 1] == ' '))
        at--;
    return at == 0 || scene->text[at - 1] == '\n' || scene->text[at - 1] == '-';
}

static void
read_mention(const struct scene *scene, size_t at, struct mention *mention)
{
    const struct sign *sign = &scene->signs.list[at];
    const struct word *words = scene->signs.words.list;

    *mention =
        (struct mention) { .garment = lore_garment(sign->value), .colour = "", .material = "", .style = "" };
    mention->from = words[sign->first].start;
    mention->to = words[sign->first + sign->count - 1].end;
    mention->bold = is_bold(scene->text, mention->from);
    read_before(scene, at, mention);
    read_after(scene, at, mention);
    mention->first = begins_clause(scene, mention);
}

/* "sweater dress", "polo shirt": the last word is the thing. */
static bool
is_modifier(const struct scene *scene, size_t at)
{
    const struct sign *next = at + 1 < scene->signs.count ? &scene->signs.list[at + 1] : NULL;

    return next != NULL && next->kind == KIND_GARMENT && !next->pauses && !next->stops;
}

static bool
was_named(const struct lexicon *lexicon, const struct sections *sections, const struct garment *garment)
{
    struct signs signs;
    bool named = false;

    if (lexicon_read(lexicon, sections->part[SECTION_BEFORE].text, sections->part[SECTION_BEFORE].size,
                     &signs))
        return false;
    for (size_t i = 0; i < signs.count && !named; i++)
        named = signs.list[i].kind == KIND_GARMENT && !strcmp(signs.list[i].value, garment->id);
    signs_clear(&signs);
    return named;
}

/* Whether a mention names a product, or only speaks of clothes. */
static bool
is_product(const struct scene *scene, const struct sections *sections, const struct mention *mention,
           bool others)
{
    bool described = *mention->colour || *mention->material;

    if (mention->own || (mention->beside && !*mention->colour && !mention->bold))
        return false;
    if (mention->definite && !*mention->colour && !mention->bold)
        return !others && !was_named(scene->mind->lexicon, sections, mention->garment);
    if (described || mention->bold)
        return true;
    if (mention->first && !is_one_of(mention->garment->id, "shoes,tops,bags,hats"))
        return true;
    return mention->indefinite && !mention->beside && (!others || mention->joined);
}

static enum tongue
tongue_of(const struct sections *sections)
{
    char text[16] = "";
    size_t size = sections->part[SECTION_LANGUAGE].size;

    snprintf(text, sizeof text, "%.*s", (int)(size < 15 ? size : 15), sections->part[SECTION_LANGUAGE].text);
    for (char *c = text; *c; c++)
        *c = (char)tolower((unsigned char)*c);
    if (!strncmp(text, "de", 2) || !strncmp(text, "german", 6))
        return TONGUE_DE;
    if (!strncmp(text, "fr", 2))
        return TONGUE_FR;
    return !strncmp(text, "es", 2) || !strncmp(text, "spa", 3) ? TONGUE_ES : TONGUE_EN;
}

static void
set(json_t *wish, const char *key, const char *value)
{
    if (value != NULL && *value)
        json_object_set_new(wish, key, json_string(value));
}

static json_t *
wish_of(const struct scene *scene, const struct sections *sections, const struct shop *shop,
        const struct mention *mention)
{
    const struct category *category = shop_category(shop, mention->garment);
    const json_t *criteria = sections->json[SECTION_CRITERIA];
    enum tongue tongue = tongue_of(sections);
    const struct material *material = lore_material(mention->material);
    const struct colour *colour = lore_colour(mention->colour);
    struct buffer description = { 0 };
    json_t *wish = json_object();

    for (size_t i = mention->from; i < mention->to; i++)
        if (scene->text[i] != '*' && scene->text[i] != '_')
            buffer_append(&description, scene->text + i, 1);
    set(wish, "slot",
        lore_slot_name(category != NULL && category->slot != SLOT_NONE ? category->slot
                                                                       : mention->garment->slot));
    set(wish, "category",
        category != NULL      ? category->name
        : tongue == TONGUE_EN ? mention->garment->many
                              : mention->garment->names[tongue]);
    if (colour != NULL)
        set(wish, "colour", tongue == TONGUE_EN ? lore_colour_name(colour->id) : colour->names[tongue]);
    if (material != NULL)
        set(wish, "material", material->names[tongue]);
    set(wish, "style", mention->style);
    set(wish, "gender",
        json_string_value(json_array_get(json_object_get(json_object_get(criteria, "gender"), "any"), 0)));
    set(wish, "description", buffer_string(&description));
    buffer_clear(&description);
    return wish;
}

static bool
is_same(const struct mention *a, const struct mention *b)
{
    return a->garment == b->garment && (!strcmp(a->colour, b->colour) || !*b->colour) &&
           (!strcmp(a->material, b->material) || !*b->material);
}

/* "For shoes, I'd choose tan loafers": the bare word only leads to the thing. */
static bool
is_passing(const struct mention *mentions, size_t count, size_t n)
{
    const struct mention *one = &mentions[n];

    if (*one->colour || *one->material || one->bold || one->joined ||
        (one->first && !is_one_of(one->garment->id, "shoes,tops,bags,hats")))
        return false;
    for (size_t i = 0; i < count; i++)
        if (i != n &&
            (*mentions[i].colour || mentions[i].bold || mentions[i].garment->slot == one->garment->slot))
            return true;
    return false;
}

static int
add_call(struct answer *answer, const struct tool *tool, json_t *wish)
{
    json_t *arguments = tool->parameters != NULL ? mind_fill(tool->parameters, wish) : json_incref(wish);
    struct answer_call *call = &answer->calls[answer->call_count];

    call->name = strdup(tool->name);
    call->arguments = json_string_of(arguments);
    json_decref(arguments);
    json_decref(wish);
    answer->call_count++;
    return call->name == NULL || call->arguments == NULL ? -1 : 0;
}

int
mind_extract(const struct mind *mind, const struct ask *ask, const struct sections *sections,
             struct answer *answer)
{
    enum section from = sections->part[SECTION_PARAGRAPH].size > 0 ? SECTION_PARAGRAPH : SECTION_SHOPPER;
    struct scene scene = { .mind = mind,
                           .text = sections->part[from].text,
                           .size = sections->part[from].size };
    const struct tool *tool = request_tool(ask, "find_product");
    struct mention mentions[ANSWER_CALLS], mention;
    size_t count = 0;
    const struct shop *shop;
    int failed = 0;

    if (lexicon_read(mind->lexicon, scene.text, scene.size, &scene.signs))
        return -1;
    shop = shop_read(mind->shop, mind->lexicon, sections->part[SECTION_FACETS].text,
                     sections->part[SECTION_FACETS].size);
    for (size_t i = 0; i < scene.signs.count && count < ANSWER_CALLS && !is_heading(&scene); i++) {
        bool known = false;

        if (scene.signs.list[i].kind != KIND_GARMENT || scene.signs.list[i].negated ||
            is_modifier(&scene, i) ||
            is_quoted(scene.text, scene.size, scene.signs.words.list[scene.signs.list[i].first].start))
            continue;
        read_mention(&scene, i, &mention);
        for (size_t n = 0; n < count; n++)
            known = known || is_same(&mentions[n], &mention);
        if (!known && is_product(&scene, sections, &mention, count > 0))
            mentions[count++] = mention;
    }
    for (size_t n = 0; n < count && !failed; n++)
        if (!is_passing(mentions, count, n))
            failed = add_call(answer, tool, wish_of(&scene, sections, shop, &mentions[n]));
    signs_clear(&scene.signs);
    if (answer->call_count == 0)
        answer->text = strdup(""); /* nothing is named here */
    return failed;
}
