/* search_main -- `wardrobe search "…"`: the words as understood, what holds, and why each product is where it
 * is. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/json.h"
#include "common/log.h"
#include "common/options.h"
#include "wardrobe/card.h"
#include "wardrobe/fusion.h"
#include "wardrobe/search_meaning.h"
#include "wardrobe/wardrobe.h"

struct asked {
    const char *words, *slot, *criteria, *wish, *weights;
    int limit;
    bool json, soft;
};

static const char usage[] = "wardrobe search \"WORDS\" [--state-dir DIR] [--limit N] [--json] [--soft] "
                            "[--slot SLOT] [--criteria JSON] [--wish JSON]\n"
                            "                [--weights title=2,kind=0.4]\n"
                            "  --json   the answer as a client gets it\n"
                            "  --soft   what is recognised in the words only ranks, it excludes nothing\n";

/* Take search's own words out of ARGV. Returns how many are left for options_read(), -1 for a mistake. */
static int
take_own(int argc, char *argv[], struct asked *asked)
{
    struct {
        const char *flag;
        const char **value;
    } texts[] = { { "--slot", &asked->slot },
                  { "--criteria", &asked->criteria },
                  { "--wish", &asked->wish },
                  { "--weights", &asked->weights } };
    int left = 0;

    for (int i = 0; i < argc; i++) {
        bool taken = false;

        for (size_t t = 0; t < sizeof texts / sizeof *texts && i + 1 < argc && !taken; t++)
            if (strcmp(argv[i], texts[t].flag) == 0) {
                *texts[t].value = argv[++i];
                taken = true;
            }
        if (taken)
            continue;
        if (strcmp(argv[i], "--json") == 0)
            asked->json = true;
        else if (strcmp(argv[i], "--soft") == 0)
            asked->soft = true;
        else if (strcmp(argv[i], "--limit") == 0 && i + 1 < argc)
            asked->limit = (int)strtol(argv[++i], NULL, 10);
        else if (strncmp(argv[i], "--", 2) == 0 && strchr(argv[i], '=') == NULL &&
                 strcmp(argv[i], "--help") != 0 && i + 1 < argc) {
            argv[left++] = argv[i];
            argv[left++] = argv[++i];
        } else if (argv[i][0] == '-' || left == 0)
            argv[left++] = argv[i];
        else if (asked->words == NULL)
            asked->words = argv[i];
        else
            return -1;
    }
    return asked->words == NULL || asked->limit < 1 || asked->limit > RANKING_HITS ? -1 : left;
}

static void
print_clauses(const struct filter *filter)
{
    for (int i = 0; i < filter->count; i++) {
        const struct clause *clause = &filter->clauses[i];

        printf("  %-20s %s%s%s\n", clause->key, clause->excludes ? "must not be" : "must hold",
               clause->slot[0] != '\0' ? " for " : "", clause->slot);
    }
}

/* At which place PRODUCT is by words, and by meaning, and what that makes. */
static void
print_fused(const struct search_work *work, const struct weights *weights, uint32_t product)
{
    int worded = 0, near = 0;

    for (int i = 0; i < work->worded_count && worded == 0; i++)
        if (work->worded[i].product == product)
            worded = i + 1;
    for (int i = 0; i < work->nearest_count && near == 0; i++)
        if (work->nearest[i].product == product)
            near = i + 1;
    if (worded > 0)
        printf("      words %d (%.3f), ", worded, (double)work->worded[worded - 1].score);
    else
        printf("      words -, ");
    if (near > 0)
        printf("meaning %d (cosine %.3f), ", near, (double)work->nearest[near - 1].cosine);
    else
        printf("meaning -, ");
    if (worded > 0 && !(work->worded[worded - 1].score > 0)) /* it is there, and no word says so */
        worded = 0;
    printf("fused %.4f\n", (double)fusion_worth(worded, near, weights));
}

static void
print_hit(struct catalogue *catalogue, const struct search_work *work, const struct search *search, int place)
{
    const struct ranking_hit *hit = &work->ranking.hits[place];
    const struct index *index = catalogue_index(catalogue);
    uint32_t variant = card_variant(index, work, hit);
    struct record record;
    json_t *card = catalogue_records(catalogue, &variant, 1, &record) < 0
                       ? NULL
                       : card_new(index, work, search, variant, &record);
    const json_t *price = json_object_get(card, "price");
    char money[40] = "price unknown";

    if (price != NULL)
        money_text(json_number(price, "amount", 0), json_text(price, "currency", ""), money, sizeof money);
    printf("%2d. %.3f  %s  (%s, %s)\n    %s\n", place + 1, (double)hit->score, json_text(card, "title", ""),
           json_text(card, "id", ""), money, json_text(card, "why", ""));
    if (work->nearest_count > 0)
        print_fused(work, search->weights, hit->product);
    for (int i = 0; i < work->plan.count; i++) {
        float share = ranking_share(index, &work->plan.parts[i], hit->product);

        if (share != 0)
            printf("      %+.3f %s %s\n", (double)share, work->plan.parts[i].what,
                   names_text(index->names[NAMES_TERM], (uint32_t)(work->plan.parts[i].list - index->lists)));
    }
    if (index->products[hit->product].popularity > 0)
        printf("      %+.3f popularity\n",
               (double)(search->weights->popularity * index->products[hit->product].popularity));
    json_decref(card);
}

static int
print_search(struct search_work *work, struct catalogue *catalogue, const struct search *search,
             const char *meaning)
{
    struct buffer words = { 0 };

    if (search_rank(work, catalogue, search) < 0)
        return -1;
    query_explain(&work->query, catalogue_index(catalogue), &words);
    printf("understood:\n%s", buffer_string(&words));
    printf("by meaning: %s%s\n", meaning,
           search->meaning != NULL && work->nearest_count == 0 ? "; not asked for this question" : "");
    printf("criteria:\n");
    print_clauses(&work->filter);
    if (work->query.counts)
        printf("count: %u\n", work->ranking.total);
    printf("products:\n");
    for (int i = 0; i < work->ranking.count; i++)
        print_hit(catalogue, work, search, i);
    search_end(work);
    buffer_clear(&words);
    return 0;
}

static int
print_json(struct search_work *work, struct catalogue *catalogue, const struct search *search)
{
    json_t *result, *traits;

    if (search_run(work, catalogue, search, &result, &traits) < 0)
        return -1;
    json_dumpf(result, stdout, JSON_INDENT(1));
    printf("\n");
    json_decref(result);
    json_decref(traits);
    return 0;
}

/* Do SEARCH, by its words and, where OPTIONS name a server for that, by its meaning. */
static int
search_as(struct search_work *work, struct catalogue *catalogue, struct search *search,
          const struct options *options, bool json)
{
    struct search_meaning *meaning;
    struct buffer words = { 0 };
    int status = -1;

    search_words(search, &words);
    meaning = search_meaning_ask(options, catalogue_index(catalogue)->vectors, buffer_string(&words));
    buffer_clear(&words);
    if (meaning == NULL)
        return -1;
    search->meaning = search_meaning_vector(meaning);
    if (json && search->meaning == NULL && options->embedding_url[0] != '\0')
        log_warning("search: by meaning: %s", search_meaning_said(meaning));
    status = json ? print_json(work, catalogue, search)
                  : print_search(work, catalogue, search, search_meaning_said(meaning));
    search_meaning_destroy(&meaning);
    return status;
}

/* Search in the catalogue at PATH, with what is AWAY asked of its server. */
static int
search_in(const char *path, struct catalogue_away away, const struct options *options,
          const struct asked *asked)
{
    struct stemmer *stemmer = stemmer_new(options->catalogue_language);
    struct lexicon *lexicon = stemmer == NULL ? NULL : lexicon_new(stemmer);
    struct search_work *work = calloc(1, sizeof *work);
    struct catalogue *catalogue =
        lexicon == NULL || work == NULL ? NULL : catalogue_open(path, away, lexicon, NULL);
    json_t *criteria = NULL, *wish = NULL;
    struct weights weights;
    int status = -1;

    weights_default(&weights);
    if (catalogue == NULL)
        goto done;
    if (asked->weights != NULL && weights_change(&weights, asked->weights) < 0) {
        log_error("--weights: a name that weights.def does not have");
        goto done;
    }
    index_weigh(catalogue_index_to_weigh(catalogue), &weights);
    if ((asked->criteria != NULL &&
         (criteria = json_read(asked->criteria, strlen(asked->criteria), NULL)) == NULL) ||
        (asked->wish != NULL && (wish = json_read(asked->wish, strlen(asked->wish), NULL)) == NULL)) {
        log_error("--criteria, --wish: no JSON object");
        goto done;
    }
    struct search search = { .words = asked->words,
                             .slot = asked->slot,
                             .wish = wish,
                             .criteria = criteria,
                             .early = !asked->soft,
                             .limit = asked->limit,
                             .now = clock_wall_ms() / 1000,
                             .weights = &weights };
    status = search_as(work, catalogue, &search, options, asked->json);
done:
    json_decref(criteria);
    json_decref(wish);
    catalogue_close(&catalogue);
    lexicon_destroy(&lexicon);
    stemmer_destroy(&stemmer);
    free(work);
    return status;
}

int
search_main(int argc, char *argv[])
{
    struct asked asked = { .limit = 6, .slot = "" };
    struct options options;
    int status = EXIT_FAILURE;
    struct catalogue_away away;
    char *path;

    if ((argc = take_own(argc, argv, &asked)) < 0) {
        fputs(usage, stderr);
        return 2;
    }
    switch (options_read(&options, "wardrobe", argc, argv)) {
    case OPTIONS_BAD:
        return 2;
    case OPTIONS_HELP:
        return EXIT_SUCCESS;
    case OPTIONS_OK:
        break;
    }
    if ((path = options_path(&options, options.catalogue)) != NULL) {
        if (catalogue_away(options.catalogue_words, options.catalogue_vectors, path, &away) < 0)
            status = 2;
        else if (search_in(path, away, &options, &asked) == 0)
            status = EXIT_SUCCESS;
    }
    free(path);
    options_clear(&options);
    return status;
}
