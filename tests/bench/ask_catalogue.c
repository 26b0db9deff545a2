/* ask_catalogue: searches in one process, for the benches: what on_lookup.c runs, without the bus.
 *
 *   ask_catalogue CATALOGUE < commands
 *
 *   weights title=2,kind=0.4    change the weights; answers "ok"
 *   settle                      no other weights from now on, as in a wardrobe; answers "ok"
 *   rank LIMIT WORDS            the ranking alone; answers "MICROSECONDS ID ID ..."
 *   show LIMIT WORDS            the same for a shopper's own words: hard where they are clear, cut, varied
 *   vector NUMBERS              the next question's; answers "ok", or "none" where the catalogue has none
 * such
 *   look LIMIT WORDS            all that LOOKUP does, early, with its answer as JSON text; answers
 * "MICROSECONDS PRODUCTS"
 *   find LIMIT WORDS            the same, not early: what the words name only ranks */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/buffer.h"
#include "common/clock.h"
#include "common/json.h"
#include "common/log.h"
#include "wardrobe/search.h"

/* The time that this process had a core: other work on the machine is none of the search's. */
static int64_t
now_us(void)
{
    struct timespec now;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static void
rank(struct search_work *work, struct catalogue *catalogue, const struct search *search)
{
    int64_t started = now_us();

    if (search_rank(work, catalogue, search) < 0)
        exit(1);
    printf("%lld", (long long)(now_us() - started));
    for (int i = 0; i < work->ranking.count; i++) {
        const struct index *index = catalogue_index(catalogue);
        struct record record;

        if (catalogue_records(catalogue, &index->products[work->ranking.hits[i].product].first, 1, &record) ==
            0)
            printf(" %s", record.id);
    }
    printf("\n");
    search_end(work);
}

static void
look(struct search_work *work, struct catalogue *catalogue, const struct search *search, struct buffer *out)
{
    int64_t started = now_us();
    json_t *result, *traits;
    size_t products;

    if (search_run(work, catalogue, search, &result, &traits) < 0)
        exit(1);
    buffer_reset(out);
    json_write(out, result, 0);
    json_write(out, traits, 0);
    products = json_array_size(json_object_get(result, "products"));
    json_decref(result);
    json_decref(traits);
    printf("%lld %zu\n", (long long)(now_us() - started), products);
}

/* Pack NUMBERS into VECTOR, for INDEX's vectors. Whether they are as many. */
static bool
take_vector(const char *numbers, const struct index *index, struct vector *vector)
{
    static float floats[VECTORS_DIMENSIONS];
    uint32_t count = 0;
    char *end;

    vector->scale = 0;
    for (float value = strtof(numbers, &end); end != numbers && count < VECTORS_DIMENSIONS;
         value = strtof(numbers, &end)) {
        floats[count++] = value;
        numbers = end;
    }
    if (index->vectors == NULL || count != index->vectors->dimensions)
        return false;
    vector->scale = vectors_pack(floats, count, vector->codes);
    return true;
}

static const char *
place_of(const char *option)
{
    return getenv(option) == NULL ? "memory" : getenv(option);
}

int
main(int argc, char *argv[])
{
    struct stemmer *stemmer = stemmer_new("english");
    struct lexicon *lexicon = lexicon_new(stemmer);
    struct search_work *work = calloc(1, sizeof *work);
    struct catalogue *catalogue;
    struct catalogue_away away;
    struct weights weights;
    struct buffer out = { 0 };
    static int8_t codes[VECTORS_DIMENSIONS];
    struct vector vector = { .codes = codes };
    static char line[65536];

    log_start("ask_catalogue");
    if (argc != 2 || work == NULL ||
        catalogue_away(place_of("CATALOGUE_WORDS"), place_of("CATALOGUE_VECTORS"), argv[1], &away) < 0 ||
        (catalogue = catalogue_open(argv[1], away, lexicon, NULL)) == NULL)
        return 1;
    weights_default(&weights);
    while (fgets(line, sizeof line, stdin) != NULL) {
        char *words = line + 5; /* of those that have some */
        struct search search = { .slot = "",
                                 .limit = (int)strtol(line + 4, &words, 10),
                                 .now = clock_wall_ms() / 1000,
                                 .meaning = vector.scale != 0 ? &vector : NULL,
                                 .weights = &weights };

        line[strcspn(line, "\n")] = '\0';
        search.words = words + (*words == ' ');
        if (strncmp(line, "weights ", 8) == 0) {
            weights_default(&weights);
            if (weights_change(&weights, line + 8) < 0 ||
                index_weigh(catalogue_index_to_weigh(catalogue), &weights) < 0)
                return 1;
            puts("ok");
        } else if (strcmp(line, "settle") == 0) {
            catalogue_settle(catalogue, lexicon);
            puts("ok");
        } else if (strncmp(line, "vector ", 7) == 0) {
            puts(take_vector(line + 7, catalogue_index(catalogue), &vector) ? "ok" : "none");
        } else if (strncmp(line, "rank ", 5) == 0 || strncmp(line, "show ", 5) == 0) {
            search.early = line[0] == 's';
            rank(work, catalogue, &search);
            vector.scale = 0;
        } else if (strncmp(line, "look ", 5) == 0 || strncmp(line, "find ", 5) == 0) {
            search.early = line[0] == 'l';
            look(work, catalogue, &search, &out);
            vector.scale = 0;
        }
        fflush(stdout);
    }
    buffer_clear(&out);
    catalogue_close(&catalogue);
    lexicon_destroy(&lexicon);
    stemmer_destroy(&stemmer);
    free(work);
    return 0;
}
