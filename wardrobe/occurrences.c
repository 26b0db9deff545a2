/* occurrences -- an external sort; see occurrences.h. */

#include "wardrobe/occurrences.h"

#include <stdlib.h>
#include <string.h>

#include "wardrobe/spill.h"

#define FIELD_NIBBLES 8
#define LEAST_READ 256 /* of a run at once, whatever the memory is */

/* What was put aside at once, in order. */
struct run {
    size_t at, left;          /* in the file: bytes; occurrences not read yet */
    struct occurrence *ahead; /* read and not given out, part of the one buffer */
    size_t next, count;
};

struct occurrences {
    const char *folder;
    struct occurrence *buffer, *other; /* `other` is what sorting moves them to and fro */
    size_t count, capacity;
    bool products_ascend; /* of what is in the buffer */
    struct spill *spill;
    bool lacks_spill; /* there could be none */
    struct run *runs;
    size_t run_count, run_capacity;
    /* once sorted */
    uint32_t *heap; /* runs that have some left, the one with the least on top; empty: all is in `buffer` */
    size_t heap_count, ahead_size, next;
};

struct occurrences *
occurrences_new(const char *folder, size_t memory)
{
    struct occurrences *occurrences = calloc(1, sizeof *occurrences);

    if (occurrences == NULL)
        return NULL;
    occurrences->products_ascend = true;
    if (folder != NULL) {
        occurrences->capacity = memory / 2 / sizeof(struct occurrence) + 16;
        occurrences->buffer = malloc(occurrences->capacity * sizeof(struct occurrence));
        occurrences->other = malloc(occurrences->capacity * sizeof(struct occurrence));
        occurrences->folder = strdup(folder);
        if (occurrences->buffer == NULL || occurrences->other == NULL || occurrences->folder == NULL)
            occurrences_destroy(&occurrences);
    }
    return occurrences;
}

void
occurrences_destroy(struct occurrences **occurrences)
{
    struct occurrences *old = *occurrences;

    if (old == NULL)
        return;
    spill_destroy(&old->spill);
    free((char *)(uintptr_t)old->folder);
    free(old->buffer);
    free(old->other);
    free(old->runs);
    free(old->heap);
    free(old);
    *occurrences = NULL;
}

bool
occurrences_lack_room(const struct occurrences *occurrences)
{
    return occurrences->lacks_spill || spill_has_failed(occurrences->spill);
}

size_t
occurrences_runs(const struct occurrences *occurrences)
{
    return occurrences->run_count;
}

/* -- sorting what is in the buffer ----------------------------------------------------------------- */

static uint64_t
key(const struct occurrence *occurrence)
{
    return (uint64_t)occurrence->term << 32 | occurrence->product;
}

/* Put A's counts by field to B's, 15 at most in each. */
static uint32_t
sum_counts(uint32_t a, uint32_t b)
{
    uint32_t sum = 0;

    for (int field = 0; field < FIELD_NIBBLES; field++) {
        uint32_t both = (a >> 4 * field & 15) + (b >> 4 * field & 15);

        sum |= (both > 15 ? 15 : both) << 4 * field;
    }
    return sum;
}

/* Order by the byte SHIFT bits up in the key; those that have the same stay as they were. */
static void
sort_by_byte(struct occurrences *occurrences, int shift)
{
    size_t counts[256] = { 0 }, at = 0;
    struct occurrence *sorted = occurrences->other;

    for (size_t i = 0; i < occurrences->count; i++)
        counts[key(&occurrences->buffer[i]) >> shift & 255]++;
    for (int byte = 0; byte < 256; byte++) {
        size_t count = counts[byte];

        if (count == occurrences->count)
            return; /* all have this one */
        counts[byte] = at;
        at += count;
    }
    for (size_t i = 0; i < occurrences->count; i++)
        sorted[counts[key(&occurrences->buffer[i]) >> shift & 255]++] = occurrences->buffer[i];
    occurrences->other = occurrences->buffer;
    occurrences->buffer = sorted;
}

static void
sort_buffer(struct occurrences *occurrences)
{
    size_t kept = 0;

    for (int shift = occurrences->products_ascend ? 32 : 0; shift < 64; shift += 8)
        sort_by_byte(occurrences, shift);
    for (size_t i = 0; i < occurrences->count; i++) {
        struct occurrence *one = &occurrences->buffer[i], *last = &occurrences->buffer[kept - (kept > 0)];

        if (kept > 0 && key(last) == key(one))
            last->counts = sum_counts(last->counts, one->counts);
        else
            occurrences->buffer[kept++] = *one;
    }
    occurrences->count = kept;
}

/* -- adding -------------------------------------------------------------------------------------- */

static int
put_aside(struct occurrences *occurrences)
{
    if (occurrences->spill == NULL && (occurrences->spill = spill_new(occurrences->folder)) == NULL) {
        occurrences->lacks_spill = true;
        return -1;
    }
    if (occurrences->run_count == occurrences->run_capacity) {
        size_t capacity = occurrences->run_capacity * 2 + 16;
        struct run *runs = realloc(occurrences->runs, capacity * sizeof *runs);

        if (runs == NULL)
            return -1;
        occurrences->runs = runs;
        occurrences->run_capacity = capacity;
    }
    sort_buffer(occurrences);
    occurrences->runs[occurrences->run_count++] =
        (struct run) { .at = spill_size(occurrences->spill), .left = occurrences->count };
    if (spill_append(occurrences->spill, occurrences->buffer,
                     occurrences->count * sizeof *occurrences->buffer) < 0)
        return -1;
    occurrences->count = 0;
    occurrences->products_ascend = true;
    return 0;
}

static int
grow(struct occurrences *occurrences)
{
    size_t capacity = occurrences->capacity * 2 + 1024;
    struct occurrence *buffer = realloc(occurrences->buffer, capacity * sizeof *buffer), *other;

    if (buffer == NULL)
        return -1;
    occurrences->buffer = buffer;
    if ((other = realloc(occurrences->other, capacity * sizeof *other)) == NULL)
        return -1;
    occurrences->other = other;
    occurrences->capacity = capacity;
    return 0;
}

int
occurrences_add(struct occurrences *occurrences, const struct occurrence *occurrence)
{
    if (occurrences->count == occurrences->capacity &&
        (occurrences->folder == NULL ? grow(occurrences) : put_aside(occurrences)) < 0)
        return -1;
    if (occurrences->count > 0 && occurrence->product < occurrences->buffer[occurrences->count - 1].product)
        occurrences->products_ascend = false;
    occurrences->buffer[occurrences->count++] = *occurrence;
    return 0;
}

/* -- merging ------------------------------------------------------------------------------------- */

/* Read more of RUN. False when nothing is left, or with *FAILED. */
static bool
read_ahead(const struct occurrences *occurrences, struct run *run, bool *failed)
{
    size_t count = run->left < occurrences->ahead_size ? run->left : occurrences->ahead_size;

    if (count == 0)
        return false;
    if (spill_read(occurrences->spill, run->at, run->ahead, count * sizeof *run->ahead) < 0) {
        *failed = true;
        return false;
    }
    run->at += count * sizeof *run->ahead;
    run->left -= count;
    run->next = 0;
    run->count = count;
    return true;
}

static uint64_t
run_key(const struct occurrences *occurrences, size_t place)
{
    const struct run *run = &occurrences->runs[occurrences->heap[place]];

    return key(&run->ahead[run->next]);
}

static void
sink(struct occurrences *occurrences, size_t at)
{
    uint32_t *heap = occurrences->heap, moved = heap[at];
    const struct run *run = &occurrences->runs[moved];
    uint64_t its = key(&run->ahead[run->next]);

    for (;;) {
        size_t child = 2 * at + 1;

        if (child >= occurrences->heap_count)
            break;
        if (child + 1 < occurrences->heap_count &&
            run_key(occurrences, child + 1) < run_key(occurrences, child))
            child++;
        if (run_key(occurrences, child) >= its)
            break;
        heap[at] = heap[child];
        at = child;
    }
    heap[at] = moved;
}

/* Share the buffer out among the runs. */
static int
begin_merge(struct occurrences *occurrences)
{
    bool failed = false;
    struct occurrence *ahead;

    free(occurrences->other);
    occurrences->other = NULL;
    occurrences->ahead_size = occurrences->capacity / occurrences->run_count;
    if (occurrences->ahead_size < LEAST_READ)
        occurrences->ahead_size = LEAST_READ;
    ahead = realloc(occurrences->buffer, occurrences->ahead_size * occurrences->run_count * sizeof *ahead);
    if (ahead == NULL)
        return -1;
    occurrences->buffer = ahead;
    if ((occurrences->heap = malloc(occurrences->run_count * sizeof *occurrences->heap)) == NULL)
        return -1;
    for (size_t i = 0; i < occurrences->run_count; i++) {
        occurrences->runs[i].ahead = ahead + i * occurrences->ahead_size;
        if (read_ahead(occurrences, &occurrences->runs[i], &failed))
            occurrences->heap[occurrences->heap_count++] = (uint32_t)i;
    }
    for (size_t i = occurrences->heap_count / 2; i-- > 0;)
        sink(occurrences, i);
    return failed ? -1 : 0;
}

int
occurrences_sort(struct occurrences *occurrences)
{
    if (occurrences->run_count == 0) {
        sort_buffer(occurrences);
        return 0;
    }
    if (occurrences->count > 0 && put_aside(occurrences) < 0)
        return -1;
    return begin_merge(occurrences);
}

/* The least that is left, to NEXT. Returns 1, 0 or -1. */
static int
take(struct occurrences *occurrences, struct occurrence *next)
{
    struct run *run = &occurrences->runs[occurrences->heap[0]];
    bool failed = false;

    *next = run->ahead[run->next++];
    if (run->next == run->count && !read_ahead(occurrences, run, &failed))
        occurrences->heap[0] = occurrences->heap[--occurrences->heap_count];
    if (occurrences->heap_count > 1)
        sink(occurrences, 0);
    return failed ? -1 : 1;
}

int
occurrences_next(struct occurrences *occurrences, struct occurrence *next)
{
    struct occurrence more;

    if (occurrences->run_count == 0) {
        if (occurrences->next == occurrences->count)
            return 0;
        *next = occurrences->buffer[occurrences->next++];
        return 1;
    }
    if (occurrences->heap_count == 0)
        return 0;
    if (take(occurrences, next) < 0)
        return -1;
    while (occurrences->heap_count > 0 && run_key(occurrences, 0) == key(next)) {
        if (take(occurrences, &more) < 0)
            return -1;
        next->counts = sum_counts(next->counts, more.counts);
    }
    return 1;
}
