/* wardrobe -- the catalogue as it is replaced under a running wardrobe; see wardrobe.h. */

#include "wardrobe/wardrobe.h"

#include <string.h>

#include "common/clock.h"
#include "common/json.h"
#include "common/log.h"

struct catalogue *
wardrobe_catalogue(struct wardrobe *self, const char *version)
{
    if (self->previous != NULL && strcmp(catalogue_version(self->previous), version) == 0)
        return self->previous;
    return self->catalogue;
}

void
wardrobe_send_facets(struct wardrobe *self, struct peer *peer)
{
    struct message message = { .kind = MESSAGE_FACETS, .run = "", .step = "" };

    if (self->catalogue == NULL || self->facets == NULL || strcmp(peer_role(peer), "orchestrator") != 0)
        return;
    message.facets.version = catalogue_version(self->catalogue);
    message.facets.facets = self->facets;
    daemon_send(&self->daemon, peer, &message);
}

/* Where words are to be turned into vectors: whether the catalogue has those of the same model. */
static void
say_vectors(const struct wardrobe *self, const struct vectors *vectors)
{
    const char *model = self->daemon.options.embedding_model;

    if (self->meanings == NULL)
        return;
    if (vectors == NULL)
        log_warning("catalogue: it has no vectors: lookups go by words alone; import the shop's feed again "
                    "with EMBEDDING_URL set");
    else if (strcmp(vectors->model, model) != 0)
        log_warning("catalogue: its vectors are of the model %s and not of %s: lookups go by words alone; "
                    "import the shop's feed again",
                    vectors->model, model);
    else
        log_info("catalogue: vectors of %s, %u dimensions, %u products without one", vectors->model,
                 vectors->dimensions, vectors->missing);
}

void
wardrobe_take(void *owner, struct catalogue *fresh)
{
    struct wardrobe *self = owner;
    const struct index *index = catalogue_index(fresh);

    loader_close(self->loader, &self->previous);
    self->previous = self->catalogue;
    self->previous_until_ms = clock_now_ms() + CATALOGUE_KEPT_MS;
    self->catalogue = fresh;
    json_decref(self->facets);
    self->facets = json_read(catalogue_facets(fresh), strlen(catalogue_facets(fresh)), NULL);
    if (self->facets != NULL && self->model != NULL) /* so that the orchestrator asks */
        json_object_set_new(self->facets, "chooses", json_true());
    log_info("catalogue version=%s products=%u variants=%u terms=%u", catalogue_version(fresh),
             index->product_count, index->variant_count, names_count(index->names[NAMES_TERM]));
    say_vectors(self, index->vectors);
    if (self->daemon.bus == NULL)
        return;
    for (struct peer *peer = NULL; (peer = bus_next_peer(self->daemon.bus, "orchestrator", peer)) != NULL;)
        wardrobe_send_facets(self, peer);
}

void
wardrobe_look(struct wardrobe *self)
{
    struct catalogue *fresh;

    if (loader_is_busy(self->loader))
        return; /* and look again in a second */
    if (self->previous != NULL && clock_now_ms() >= self->previous_until_ms)
        loader_close(self->loader, &self->previous);
    if (self->catalogue != NULL && !catalogue_is_replaced(self->catalogue))
        return;
    if (self->daemon.bus != NULL)
        loader_open(self->loader);
    else if ((fresh = loader_open_here(self->loader)) != NULL)
        wardrobe_take(self, fresh);
}
