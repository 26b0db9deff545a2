/* search_meaning -- the vector of what `wardrobe search` is asked; see search_meaning.h. */

#include "wardrobe/search_meaning.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "common/loop.h"
#include "wardrobe/meaning.h"

struct search_meaning {
    struct loop *loop;
    struct meanings *meanings;
    const struct vector *vector; /* lent by the meanings */
    char said[256];
};

static void
on_known(void *owner, const char *text, const struct vector *vector)
{
    struct search_meaning *meaning = owner;

    (void)text;
    meaning->vector = vector;
    loop_stop(meaning->loop);
}

/* What VECTORS are to be compared with is there, or what is said tells why not. */
static void
ask(struct search_meaning *meaning, const struct options *options, const struct vectors *vectors,
    const char *text)
{
    if ((meaning->loop = loop_new()) == NULL ||
        (meaning->meanings = meanings_open(meaning->loop, options, on_known, meaning)) == NULL ||
        !meanings_ask(meaning->meanings, text)) {
        snprintf(meaning->said, sizeof meaning->said, "no: the embedding server can't be asked");
        return;
    }
    loop_run(meaning->loop);
    if (meaning->vector == NULL) {
        snprintf(meaning->said, sizeof meaning->said,
                 "no: the embedding server did not answer as it should (see the warning)");
    } else if (meanings_dimensions(meaning->meanings) != vectors->dimensions) {
        snprintf(meaning->said, sizeof meaning->said,
                 "no: the server gives %u dimensions, the catalogue's vectors have %u; import the shop's "
                 "feed again",
                 meanings_dimensions(meaning->meanings), vectors->dimensions);
        meaning->vector = NULL;
    } else {
        snprintf(meaning->said, sizeof meaning->said, "vectors of %s, %u dimensions%s", vectors->model,
                 vectors->dimensions, vectors->scales == NULL ? ", compared by the catalogue's server" : "");
    }
}

struct search_meaning *
search_meaning_ask(const struct options *options, const struct vectors *vectors, const char *text)
{
    struct search_meaning *meaning = calloc(1, sizeof *meaning);

    if (meaning == NULL)
        log_error("search: no memory");
    else if (options->embedding_url[0] == '\0')
        snprintf(meaning->said, sizeof meaning->said, "no: EMBEDDING_URL is not set");
    else if (vectors == NULL)
        snprintf(meaning->said, sizeof meaning->said,
                 "no: the catalogue has no vectors; import the shop's feed again with EMBEDDING_URL set");
    else if (strcmp(vectors->model, options->embedding_model) != 0)
        snprintf(meaning->said, sizeof meaning->said,
                 "no: the catalogue's vectors are of the model %s; import the shop's feed again",
                 vectors->model);
    else
        ask(meaning, options, vectors, text);
    return meaning;
}

void
search_meaning_destroy(struct search_meaning **meaning)
{
    if (*meaning == NULL)
        return;
    meanings_close(&(*meaning)->meanings);
    if ((*meaning)->loop != NULL)
        loop_destroy(&(*meaning)->loop);
    free(*meaning);
    *meaning = NULL;
}

const struct vector *
search_meaning_vector(const struct search_meaning *meaning)
{
    return meaning->vector;
}

const char *
search_meaning_said(const struct search_meaning *meaning)
{
    return meaning->said;
}
