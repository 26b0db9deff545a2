#ifndef WARDROBE_WARDROBE_H
#define WARDROBE_WARDROBE_H

#include "common/daemon.h"
#include "common/instructions.h"
#include "common/model/model.h"
#include "common/money.h"
#include "common/tasks.h"
#include "wardrobe/catalogue.h"
#include "wardrobe/loader.h"
#include "wardrobe/meaning.h"
#include "wardrobe/search.h"
#include "wardrobe/waiting.h"
#include "wardrobe/weights.h"

#define CATALOGUE_KEPT_MS 60000 /* how long the previous catalogue stays open */

/* The wardrobe's own state. */
struct wardrobe {
    struct daemon daemon;
    struct stemmer *stemmer;
    struct lexicon *lexicon;
    struct weights weights;
    struct money_rates *rates;
    char *path;                  /* of the catalogue */
    struct catalogue_away away;  /* what of it stays on its server */
    struct catalogue *catalogue; /* the newest; NULL until there is one */
    struct catalogue *previous;  /* the one before it, for runs that began with it; NULL mostly */
    int64_t previous_until_ms;
    json_t *facets;          /* of the newest */
    struct loop_timer *look; /* for a new one, every second */
    struct loader *loader;   /* of catalogues, beside the loop */
    struct search_work *work;
    struct model *model; /* that chooses among the found; NULL: the search's order stands */
    struct instructions *instructions;
    struct tasks *tasks;       /* choices in hand */
    struct meanings *meanings; /* NULL: lookups go by words alone */
    uint32_t mismatch;       /* the server's dimensions, when it was said that they are not the catalogue's */
    struct waiting *waiting; /* lookups, for their words' vector */
};

/* The catalogue that VERSION names, or the newest; NULL when there is none. */
struct catalogue *wardrobe_catalogue(struct wardrobe *self, const char *version);

/* Look for a catalogue, or for a newer one, at its path; once it is open the orchestrators are told. Before
 * the daemon serves it is open on return; later the loop goes on meanwhile. */
void wardrobe_look(struct wardrobe *self);

/* Put FRESH in the place of the catalogue that was (a loader_opened call). */
void wardrobe_take(void *self, struct catalogue *fresh);

/* Tell PEER what the shop sells. */
void wardrobe_send_facets(struct wardrobe *self, struct peer *peer);

handler on_lookup;

/* Open what turns words into vectors, where there is a server for it. Returns -1 when it can't be used
 * (logged). */
int lookup_open(struct wardrobe *self);

/* CHOOSE: take it in hand. */
handler on_choose;

/* The turn in which it came has ended: ask the model. */
tasks_begin choose_begin;

/* CANCEL: nobody waits for it any more. */
handler on_cancel;

/* `wardrobe search "…"`: the subcommand, ARGV without the program's own name. Returns what main() is to
 * return. */
int search_main(int argc, char *argv[]);

#endif
