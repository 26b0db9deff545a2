/* passage -- what of a product becomes a vector; see passage.h. */

#include "wardrobe/passage.h"

#include <stdio.h>
#include <string.h>

#include "common/utf8.h"

static void
add_part(struct buffer *out, const char *text, size_t size)
{
    if (size == 0)
        return;
    if (out->size > 0)
        buffer_text(out, ". ");
    buffer_append(out, text, size);
}

/* Where the last two steps of the category path begin: those before say little ("Clothing, Shoes"). */
static const char *
last_steps(const char *path)
{
    const char *last = strrchr(path, '>'), *from = path;

    for (const char *at = path; last != NULL && at < last; at++)
        if (*at == '>')
            from = at + 1;
    return from + strspn(from, " ");
}

/* The bytes of TEXT's start that are whole words, LIMIT at most. */
static size_t
start_of(const char *text, size_t limit)
{
    size_t size = strlen(text);

    if (size <= limit)
        return size;
    for (size = limit; size > 0 && text[size] != ' '; size--)
        ;
    if (size == 0) /* no space in it: whole characters at least */
        size = utf8_cut(text, limit);
    return size;
}

void
passage_begin(struct passage *passage, const struct item *item)
{
    size_t used;

    passage_clear(passage);
    add_part(&passage->head, item->title, strlen(item->title));
    if (strcasestr(item->title, item->brand) == NULL)
        add_part(&passage->head, item->brand, strlen(item->brand));
    add_part(&passage->head, last_steps(item->type), strlen(last_steps(item->type)));
    if (strcasestr(item->title, item->material) == NULL)
        add_part(&passage->tail, item->material, strlen(item->material));
    used = start_of(item->bullets, PASSAGE_BYTES);
    add_part(&passage->tail, item->bullets, used);
    if (used + 40 < PASSAGE_BYTES) /* a few letters say nothing */
        add_part(&passage->tail, item->description, start_of(item->description, PASSAGE_BYTES - used));
    passage_add(passage, item);
}

void
passage_add(struct passage *passage, const struct item *item)
{
    size_t used = strlen(passage->colours), more = strlen(item->colour);

    if (more == 0 || used + more + 3 > sizeof passage->colours ||
        strcasestr(passage->colours, item->colour) != NULL ||
        (passage->head.size > 0 && strcasestr(buffer_string(&passage->head), item->colour) != NULL))
        return;
    snprintf(passage->colours + used, sizeof passage->colours - used, "%s%s", used > 0 ? ", " : "",
             item->colour);
}

void
passage_end(struct passage *passage, struct buffer *out)
{
    buffer_append(out, passage->head.bytes, passage->head.size);
    add_part(out, passage->colours, strlen(passage->colours));
    add_part(out, passage->tail.bytes, passage->tail.size);
    if (out->size == 0)
        buffer_text(out, "?"); /* servers refuse an empty one */
    out->failed = out->failed || passage->head.failed || passage->tail.failed;
    passage_clear(passage);
}

void
passage_clear(struct passage *passage)
{
    buffer_clear(&passage->head);
    buffer_clear(&passage->tail);
    passage->colours[0] = '\0';
}

static uint64_t
mix(uint64_t h, const char *text)
{
    for (; *text != '\0'; text++)
        h = (h ^ (unsigned char)*text) * UINT64_C(1099511628211);
    return (h ^ 0xff) * UINT64_C(1099511628211);
}

uint64_t
passage_hash(const char *model, int64_t dimensions, const char *text)
{
    uint64_t h = mix(UINT64_C(14695981039346656037), model);

    h = mix((h ^ (uint64_t)dimensions) * UINT64_C(1099511628211), text);
    h ^= h >> 29;
    return h == 0 ? 1 : h;
}
