/* on_lookup -- LOOKUP -> FOUND or REFUSED. The shopper's own words are answered at once; others may wait a
 * little for their vector, where the catalogue has vectors. */

#include <string.h>

#include "common/buffer.h"
#include "common/clock.h"
#include "common/log.h"
#include "wardrobe/wardrobe.h"

#define MOST_CANDIDATES 100

/* Whether words can be turned into vectors that VECTORS (may be NULL) can be asked with. */
static bool
fits(struct wardrobe *self, const struct vectors *vectors)
{
    uint32_t given = self->meanings == NULL ? 0 : meanings_dimensions(self->meanings);

    if (self->meanings == NULL || vectors == NULL ||
        strcmp(vectors->model, self->daemon.options.embedding_model) != 0)
        return false;
    if (given == 0 || given == vectors->dimensions) /* 0: not known yet */
        return true;
    if (self->mismatch != given)
        log_warning(
            "embeddings: the server gives %u dimensions, the catalogue's vectors have %u: lookups go by "
            "words alone; import the shop's feed again",
            given, vectors->dimensions);
    self->mismatch = given;
    return false;
}

/* LOOKUP's own words as the search takes them. */
static struct search
search_of(const struct wardrobe *self, const struct lookup *ask)
{
    return (struct search) { .words = ask->words,
                             .slot = ask->slot,
                             .wish = json_is_object(ask->wish) ? ask->wish : NULL,
                             .said = ask->said,
                             .criteria = json_is_object(ask->criteria) ? ask->criteria : NULL,
                             .early = ask->early != 0,
                             .limit = ask->limit < 1                 ? 6
                                      : ask->limit > MOST_CANDIDATES ? MOST_CANDIDATES
                                                                     : (int)ask->limit,
                             .now = clock_wall_ms() / 1000,
                             .rates = self->rates,
                             .weights = &self->weights };
}

/* Answer MESSAGE, with MEANING (may be NULL) or by its words alone. */
static void
answer_lookup(struct wardrobe *self, struct peer *from, const struct message *message,
              const struct vector *meaning)
{
    const struct lookup *ask = &message->lookup;
    struct catalogue *catalogue = wardrobe_catalogue(self, ask->version);
    struct message answer = message_answer(message, MESSAGE_FOUND);
    struct search search = search_of(self, ask);
    int64_t started = clock_now_us();
    json_t *result = NULL, *traits = NULL, *passing = NULL;

    if (catalogue == NULL) {
        daemon_refuse(&self->daemon, from, message, "no_catalogue", "the shop's catalogue is not there yet",
                      true, NULL);
        return;
    }
    search.meaning = fits(self, catalogue_index(catalogue)->vectors) ? meaning : NULL;
    if (search_run(self->work, catalogue, &search, &result, &traits) < 0) {
        if (catalogue_is_away(catalogue)) {
            daemon_refuse(&self->daemon, from, message, "unavailable", "the catalogue's server is away", true,
                          NULL);
            return;
        }
        daemon_refuse(&self->daemon, from, message, "bad_request", "the lookup could not be answered", false,
                      NULL);
        return;
    }
    if (ask->shown != NULL && search_passing(self->work, catalogue, &search, ask->shown, &passing) < 0)
        passing = NULL; /* said already; what can't be checked goes */
    answer.found.passing = passing;
    answer.found.result = result;
    answer.found.traits = traits;
    answer.found.version = catalogue_version(catalogue);
    daemon_send(&self->daemon, from, &answer);
    log_debug("lookup run=%s step=%s us=%lld outcome=%s meaning=%s", message->run, message->step,
              (long long)(clock_now_us() - started), json_string_value(json_object_get(result, "outcome")),
              search.meaning != NULL ? "yes" : "no");
    json_decref(result);
    json_decref(traits);
    json_decref(passing);
}

/* What of MESSAGE is to become a vector, to TEXT; nothing where words alone are to answer. */
static void
text_of(struct wardrobe *self, const struct message *message, struct buffer *text)
{
    struct catalogue *catalogue = wardrobe_catalogue(self, message->lookup.version);
    struct search search = search_of(self, &message->lookup);

    if (self->meanings == NULL || self->daemon.options.embed_ms <= 0 || search.early || catalogue == NULL ||
        !fits(self, catalogue_index(catalogue)->vectors))
        return;
    search_words(&search, text);
}

/* A lookup that waited goes on: TEXT's vector is there, or words alone must do. */
static void
on_waited(void *owner, struct peer *from, const struct message *message, const char *text)
{
    struct wardrobe *self = owner;

    answer_lookup(self, from, message, meanings_find(self->meanings, text));
}

static void
on_known(void *owner, const char *text, const struct vector *vector)
{
    (void)vector; /* whoever waits finds it */
    waiting_end(((struct wardrobe *)owner)->waiting, text);
}

int
lookup_open(struct wardrobe *self)
{
    const struct options *options = &self->daemon.options;

    self->waiting = waiting_new(self->daemon.loop, options->embed_ms, on_waited, self);
    if (options->embedding_url[0] == '\0')
        return 0;
    self->meanings = meanings_open(self->daemon.loop, options, on_known, self);
    return self->meanings == NULL ? -1 : 0;
}

int
on_lookup(void *owner, struct peer *from, const struct message *message)
{
    struct wardrobe *self = owner;
    const struct vector *meaning = NULL;
    struct buffer text = { 0 };

    text_of(self, message, &text);
    if (text.size > 0 && !text.failed) {
        meaning = meanings_find(self->meanings, buffer_string(&text));
        if (meaning == NULL && meanings_ask(self->meanings, buffer_string(&text))) {
            waiting_add(self->waiting, from, message, buffer_string(&text));
            buffer_clear(&text);
            return 0;
        }
    }
    buffer_clear(&text);
    answer_lookup(self, from, message, meaning);
    return 0;
}
