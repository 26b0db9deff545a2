/* meaning -- the vectors of what shoppers ask for; see meaning.h. */

#include "wardrobe/meaning.h"

#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/log.h"
#include "common/model/model.h"

#define KEPT 256      /* vectors */
#define ASKED_MOST 32 /* at once */
#define CALL_MS 5000  /* after which nobody wants it any more */
#define REST_MS 5000  /* that a server which fails is left alone */
#define LATE_MOST 3   /* in a row: nobody waits any more */

struct meaning {
    char *text;
    struct vector vector;
    int64_t asked_ms;
    int64_t used;            /* counts up with each use; the least goes first */
    struct model_call *call; /* on its way; the vector is not there */
    struct meanings *meanings;
};

struct meanings {
    struct model *model;
    const char *name;
    int64_t dimensions_wanted, wait_ms; /* wait_ms: how long a lookup waits */
    uint32_t dimensions;
    struct meaning kept[KEPT];
    int64_t uses;
    int asked, late; /* on their way; late ones in a row */
    int64_t rests_until_ms;
    bool failed; /* so it was said */
    meanings_known *known;
    void *owner;
};

struct meanings *
meanings_open(struct loop *loop, const struct options *options, meanings_known *known, void *owner)
{
    struct meanings *meanings = calloc(1, sizeof *meanings);

    if (meanings == NULL) {
        log_error("no memory");
        return NULL;
    }
    meanings->name = options->embedding_model;
    meanings->dimensions_wanted = options->embedding_dimensions;
    meanings->wait_ms = options->embed_ms;
    meanings->known = known;
    meanings->owner = owner;
    if ((meanings->model = model_open_embedding(loop, options)) == NULL)
        meanings_close(&meanings);
    return meanings;
}

static void
forget(struct meaning *meaning)
{
    if (meaning->call != NULL) {
        model_cancel(&meaning->call);
        meaning->meanings->asked--;
    }
    free(meaning->text);
    free(meaning->vector.codes);
    *meaning = (struct meaning) { 0 };
}

void
meanings_close(struct meanings **meanings)
{
    if (*meanings == NULL)
        return;
    for (int i = 0; i < KEPT; i++)
        forget(&(*meanings)->kept[i]);
    model_close(&(*meanings)->model);
    free(*meanings);
    *meanings = NULL;
}

void
meanings_reload(struct meanings *meanings, const struct options *options)
{
    model_reload_embedding(meanings->model, options);
}

uint32_t
meanings_dimensions(const struct meanings *meanings)
{
    return meanings->dimensions;
}

static struct meaning *
find(struct meanings *meanings, const char *text)
{
    for (int i = 0; i < KEPT; i++)
        if (meanings->kept[i].text != NULL && strcmp(meanings->kept[i].text, text) == 0) {
            meanings->kept[i].used = ++meanings->uses;
            return &meanings->kept[i];
        }
    return NULL;
}

const struct vector *
meanings_find(struct meanings *meanings, const char *text)
{
    struct meaning *meaning = find(meanings, text);

    return meaning == NULL || meaning->call != NULL ? NULL : &meaning->vector;
}

/* -- asking -------------------------------------------------------------------------------------- */

static void
take_failure(struct meanings *meanings, const struct model_result *result)
{
    meanings->rests_until_ms = clock_now_ms() + REST_MS;
    if (!meanings->failed)
        log_warning("embeddings: the server fails (%s): lookups go by words alone until it answers",
                    result->message != NULL ? result->message : model_error_name(result->error));
    meanings->failed = true;
}

/* An answer has come after AGE_MS. */
static void
time_answer(struct meanings *meanings, int64_t age_ms)
{
    if (age_ms <= meanings->wait_ms) {
        if (meanings->late >= LATE_MOST)
            log_info("embeddings: the server's answers are in time again");
        meanings->late = 0;
    } else if (++meanings->late == LATE_MOST) {
        log_warning("embeddings: the server's answers are late (%lld ms): lookups do not wait for them until "
                    "one is in time",
                    (long long)age_ms);
    }
}

/* Keep RESULT's vector. Returns -1 when there is none. */
static int
take_vector(struct meaning *meaning, const struct model_result *result)
{
    struct meanings *meanings = meaning->meanings;

    if (result->status != MODEL_OK || result->vector_count != 1 || result->dimensions > VECTORS_DIMENSIONS) {
        take_failure(meanings, result);
        return -1;
    }
    if (meanings->failed)
        log_info("embeddings: the server answers again");
    meanings->failed = false;
    meanings->dimensions = (uint32_t)result->dimensions;
    meaning->vector.codes = malloc(vectors_stride(meanings->dimensions));
    if (meaning->vector.codes == NULL)
        return -1;
    meaning->vector.scale = vectors_pack(result->vectors, meanings->dimensions, meaning->vector.codes);
    return 0;
}

static void
answered(void *owner, const struct model_result *result)
{
    struct meaning *meaning = owner;
    struct meanings *meanings = meaning->meanings;
    char *text = meaning->text;

    meaning->call = NULL;
    meanings->asked--;
    time_answer(meanings, clock_now_ms() - meaning->asked_ms);
    if (take_vector(meaning, result) == 0) {
        meanings->known(meanings->owner, text, &meaning->vector);
        return;
    }
    meaning->text = NULL;
    forget(meaning);
    meanings->known(meanings->owner, text, NULL);
    free(text);
}

/* The place of the one that was not used for longest and is not on its way. */
static struct meaning *
oldest(struct meanings *meanings)
{
    struct meaning *oldest = NULL;

    for (int i = 0; i < KEPT; i++)
        if (meanings->kept[i].call == NULL && (oldest == NULL || meanings->kept[i].used < oldest->used))
            oldest = &meanings->kept[i];
    return oldest;
}

static void
ask(struct meanings *meanings, struct meaning *meaning, const char *text)
{
    static const struct model_listener listener = { .done = answered };
    struct model_embedding wanted = { .model = meanings->name,
                                      .texts = &text,
                                      .count = 1,
                                      .dimensions = meanings->dimensions_wanted,
                                      .deadline_ms = CALL_MS,
                                      .attempts = 1 };

    forget(meaning);
    meaning->meanings = meanings;
    meaning->used = ++meanings->uses;
    meaning->asked_ms = clock_now_ms();
    if ((meaning->text = strdup(text)) == NULL)
        return;
    meanings->asked++;
    meaning->call = model_embed(meanings->model, &wanted, &listener, meaning);
}

bool
meanings_ask(struct meanings *meanings, const char *text)
{
    struct meaning *meaning = find(meanings, text);

    if (meaning == NULL) {
        if (clock_now_ms() < meanings->rests_until_ms || meanings->asked >= ASKED_MOST)
            return false;
        meaning = oldest(meanings);
        ask(meanings, meaning, text);
    }
    return meaning->call != NULL && meanings->late < LATE_MOST && !meanings->failed;
}
