/* embedding -- the vectors of an import's products; see embedding.h. */

#include "wardrobe/embedding.h"

#include <stdlib.h>
#include <string.h>

#include "common/buffer.h"
#include "common/log.h"
#include "common/loop.h"
#include "common/model/model.h"
#include "wardrobe/passage.h"
#include "wardrobe/vector_cache.h"
#include "wardrobe/vectors.h"

#define BATCH_MOST 2048
#define CALLS_MOST 64
#define CALL_MS 300000  /* for one batch, with all its attempts */
#define FAILURES_MOST 3 /* batches that failed one after another: the server is not asked again */
#define TURN_EVERY 256  /* rows that are read between two looks at what has come */

/* Texts that go to the server together. */
struct batch {
    struct embedding *embedding;
    struct model_call *call; /* NULL: not on its way */
    char **texts;
    uint64_t *hashes;
    size_t count;
};

struct embedding {
    const char *model_name;
    int64_t dimensions;
    struct loop *loop;
    struct loop_timer *timer; /* ends a turn that is not to wait */
    struct model *model;
    struct vector_cache *cache;
    struct batch batches[CALLS_MOST];
    int batch_count, on_their_way;
    size_t batch_size;
    struct batch *open; /* the one that is filled; NULL: none is free */
    struct passage passage;
    uint32_t product; /* whose passage it is; UINT32_MAX: none */
    uint64_t *hashes; /* of each product's text */
    uint32_t product_count, product_room;
    int64_t rows, done;
    int failures;
    bool gave_up;
    struct embedding_counts counts;
};

/* -- beginning ----------------------------------------------------------------------------------- */

static void
stop_loop(void *owner)
{
    loop_stop(((struct embedding *)owner)->loop);
}

static int64_t
bounded(int64_t value, int64_t most)
{
    return value < 1 ? 1 : value > most ? most : value;
}

static int
make_batches(struct embedding *embedding)
{
    for (int i = 0; i < embedding->batch_count; i++) {
        struct batch *batch = &embedding->batches[i];

        batch->embedding = embedding;
        batch->texts = calloc(embedding->batch_size, sizeof *batch->texts);
        batch->hashes = calloc(embedding->batch_size, sizeof *batch->hashes);
        if (batch->texts == NULL || batch->hashes == NULL) {
            log_error("import: no memory");
            return -1;
        }
    }
    embedding->open = embedding->batches;
    return 0;
}

struct embedding *
embedding_begin(const struct options *options, const char *path)
{
    struct embedding *embedding = calloc(1, sizeof *embedding);
    struct options patient = *options; /* a small server works on one batch after another */

    if (embedding == NULL) {
        log_error("import: no memory");
        return NULL;
    }
    patient.model_first_byte_ms = CALL_MS;
    embedding->model_name = options->embedding_model;
    embedding->dimensions = options->embedding_dimensions;
    embedding->batch_count = (int)bounded(options->embedding_calls, CALLS_MOST);
    embedding->batch_size = (size_t)bounded(options->embedding_batch, BATCH_MOST);
    embedding->product = UINT32_MAX;
    if (make_batches(embedding) == 0 && (embedding->loop = loop_new()) != NULL &&
        (embedding->model = model_open_embedding(embedding->loop, &patient)) != NULL &&
        (embedding->cache = vector_cache_open(path)) != NULL) {
        embedding->timer = loop_timer_new(embedding->loop, stop_loop, embedding);
        return embedding;
    }
    embedding_end(&embedding, false);
    return NULL;
}

/* -- a batch ------------------------------------------------------------------------------------- */

static void
empty(struct batch *batch)
{
    for (size_t i = 0; i < batch->count; i++)
        free(batch->texts[i]);
    batch->count = 0;
}

/* Nothing that is asked of this server will help. */
static bool
is_final(const struct model_result *result)
{
    return result->error == MODEL_ERROR_AUTH || result->error == MODEL_ERROR_QUOTA ||
           result->error == MODEL_ERROR_NOT_FOUND || result->error == MODEL_ERROR_BAD_PARAM;
}

static void
take_failure(struct embedding *embedding, const struct model_result *result)
{
    const char *why = result->message != NULL ? result->message : model_error_name(result->error);

    if (embedding->gave_up)
        return;
    if (is_final(result) || ++embedding->failures >= FAILURES_MOST) {
        log_warning("embeddings: the server fails (%s): it is not asked any more in this import", why);
        embedding->gave_up = true;
    } else {
        log_warning("embeddings: a batch failed (%s)", why);
    }
}

/* The vectors of BATCH have come, or not. */
static void
answered(void *owner, const struct model_result *result)
{
    struct batch *batch = owner;
    struct embedding *embedding = batch->embedding;

    batch->call = NULL;
    embedding->on_their_way--;
    embedding->done += (int64_t)batch->count;
    if (result->status != MODEL_OK || result->vector_count != batch->count ||
        result->dimensions > VECTORS_DIMENSIONS) {
        take_failure(embedding, result);
    } else {
        embedding->failures = 0;
        for (size_t i = 0; i < batch->count; i++)
            if (vector_cache_add(embedding->cache, batch->hashes[i], result->vectors + i * result->dimensions,
                                 (uint32_t)result->dimensions) < 0) {
                embedding->gave_up = true; /* said already; nothing can be kept */
                break;
            }
    }
    empty(batch);
    loop_stop(embedding->loop);
}

/* Send the batch that is filled, and take one that is free, if any. */
static void
send_batch(struct embedding *embedding)
{
    static const struct model_listener listener = { .done = answered };
    struct batch *batch = embedding->open;
    struct model_embedding ask = { .model = embedding->model_name,
                                   .texts = (const char *const *)batch->texts,
                                   .count = batch->count,
                                   .dimensions = embedding->dimensions,
                                   .deadline_ms = CALL_MS };

    if (batch->count == 0)
        return;
    if (embedding->gave_up) {
        embedding->done += (int64_t)batch->count;
        empty(batch);
        return;
    }
    embedding->on_their_way++;
    batch->call = model_embed(embedding->model, &ask, &listener, batch);
    embedding->open = NULL;
}

/* Let come what has come; with WAIT at least one batch that is on its way. */
static void
turn(struct embedding *embedding, bool wait)
{
    if (embedding->on_their_way > 0) {
        if (!wait)
            loop_timer_start(embedding->timer, 0);
        loop_run(embedding->loop);
        loop_timer_stop(embedding->timer);
    }
    for (int i = 0; i < embedding->batch_count && embedding->open == NULL; i++)
        if (embedding->batches[i].call == NULL)
            embedding->open = &embedding->batches[i];
}

/* -- products ------------------------------------------------------------------------------------ */

static bool
is_on_its_way(const struct embedding *embedding, uint64_t hash)
{
    for (int i = 0; i < embedding->batch_count; i++)
        for (size_t t = 0; t < embedding->batches[i].count; t++)
            if (embedding->batches[i].hashes[t] == hash)
                return true;
    return false;
}

static void
ask_for(struct embedding *embedding, uint64_t hash, const char *text)
{
    struct batch *batch;

    if (embedding->gave_up || is_on_its_way(embedding, hash))
        return;
    while (embedding->open == NULL)
        turn(embedding, true);
    batch = embedding->open;
    if ((batch->texts[batch->count] = strdup(text)) == NULL)
        return; /* it goes without */
    batch->hashes[batch->count++] = hash;
    embedding->counts.asked++;
    if (batch->count == embedding->batch_size) {
        send_batch(embedding);
        turn(embedding, false);
    }
}

/* Room for the hash of PRODUCT. */
static bool
room(struct embedding *embedding, uint32_t product)
{
    uint32_t wanted = product + product / 2 + 1024;
    uint64_t *grown;

    if (product < embedding->product_room)
        return true;
    if ((grown = realloc(embedding->hashes, wanted * sizeof *grown)) == NULL)
        return false;
    memset(grown + embedding->product_room, 0, (wanted - embedding->product_room) * sizeof *grown);
    embedding->hashes = grown;
    embedding->product_room = wanted;
    return true;
}

/* The product whose rows came last is whole. */
static void
end_product(struct embedding *embedding)
{
    struct buffer text = { 0 };
    uint64_t hash;

    if (embedding->product == UINT32_MAX)
        return;
    passage_end(&embedding->passage, &text);
    if (!text.failed && room(embedding, embedding->product)) {
        hash = passage_hash(embedding->model_name, embedding->dimensions, buffer_string(&text));
        embedding->hashes[embedding->product] = hash;
        if (vector_cache_has(embedding->cache, hash))
            embedding->counts.known++;
        else
            ask_for(embedding, hash, buffer_string(&text));
    }
    buffer_clear(&text);
    embedding->product = UINT32_MAX;
}

void
embedding_take(struct embedding *embedding, const struct item *item, uint32_t product, bool is_new)
{
    if (is_new) {
        end_product(embedding);
        embedding->product = product;
        passage_begin(&embedding->passage, item);
    } else if (product == embedding->product) {
        passage_add(&embedding->passage, item);
    }
    if (++embedding->rows % TURN_EVERY == 0)
        turn(embedding, false);
}

void
embedding_wait(struct embedding *embedding, void (*said)(void *owner, int64_t done, int64_t of), void *owner)
{
    end_product(embedding);
    if (embedding->open != NULL)
        send_batch(embedding);
    while (embedding->on_their_way > 0) {
        if (said != NULL)
            said(owner, embedding->done, embedding->counts.asked);
        turn(embedding, true);
    }
}

/* -- saving -------------------------------------------------------------------------------------- */

/* The codes of all products, a section for VECTORS_SECTION of them; their scales to SCALES. */
static int
save_codes(struct embedding *embedding, uint32_t products, float *scales, const struct embedding_sink *sink)
{
    uint32_t dimensions = vector_cache_dimensions(embedding->cache), stride = vectors_stride(dimensions);
    int8_t *codes = malloc((size_t)VECTORS_SECTION * stride);
    int status = codes == NULL ? -1 : 0;

    for (uint32_t from = 0; from < products && status == 0; from += VECTORS_SECTION) {
        uint32_t count = products - from < VECTORS_SECTION ? products - from : VECTORS_SECTION;
        char section[32];

        memset(codes, 0, (size_t)count * stride);
        for (uint32_t i = from; i < from + count && status == 0; i++) {
            uint64_t hash = i < embedding->product_room ? embedding->hashes[i] : 0;
            struct vector vector = { .codes = codes + (size_t)(i - from) * stride };

            if (hash != 0)
                scales[i] = vector.scale = vector_cache_fetch(embedding->cache, hash, vector.codes);
            if (vector.scale != 0)
                status = sink->vector(sink->owner, i, &vector, dimensions);
            else
                embedding->counts.missing++;
        }
        snprintf(section, sizeof section, "vectors.%u", from / VECTORS_SECTION);
        if (status == 0)
            status = sink->section(sink->owner, section, codes, (size_t)count * stride);
    }
    free(codes);
    return status;
}

int
embedding_save(struct embedding *embedding, uint32_t products, const struct embedding_sink *sink)
{
    struct vectors_about about = { .count = products,
                                   .dimensions = vector_cache_dimensions(embedding->cache) };
    float *scales = calloc((size_t)products + 1, sizeof *scales);
    int status = -1;

    embedding->counts.missing = 0;
    if (about.dimensions == 0) { /* not one vector */
        embedding->counts.missing = products;
        status = 0;
    } else if (scales != NULL) {
        snprintf(about.model, sizeof about.model, "%s", embedding->model_name);
        status = save_codes(embedding, products, scales, sink);
        if (status == 0 && embedding->counts.missing < products && /* else the cache is of other texts */
            (status = sink->section(sink->owner, "vectors.scales", scales, products * sizeof *scales)) == 0)
            status = sink->section(sink->owner, "vectors.about", &about, sizeof about);
    }
    free(scales);
    return status;
}

const struct embedding_counts *
embedding_counts(const struct embedding *embedding)
{
    return &embedding->counts;
}

void
embedding_end(struct embedding **ending, bool is_kept)
{
    struct embedding *embedding = *ending;

    if (embedding == NULL)
        return;
    *ending = NULL;
    model_close(&embedding->model);
    loop_timer_destroy(&embedding->timer);
    if (embedding->loop != NULL)
        loop_destroy(&embedding->loop);
    vector_cache_close(&embedding->cache, is_kept);
    for (int i = 0; i < embedding->batch_count; i++) {
        empty(&embedding->batches[i]);
        free(embedding->batches[i].texts);
        free(embedding->batches[i].hashes);
    }
    passage_clear(&embedding->passage);
    free(embedding->hashes);
    free(embedding);
}
