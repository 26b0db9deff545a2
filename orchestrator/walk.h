#ifndef ORCHESTRATOR_WALK_H
#define ORCHESTRATOR_WALK_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/buffer.h"
#include "common/id.h"
#include "common/model/model.h"
#include "orchestrator/lead.h"
#include "orchestrator/orchestrator.h"
#include "orchestrator/run.h"
#include "orchestrator/store.h"
#include "orchestrator/suggestion.h"

/* A run that waits or is under way in this process: the plan (struct run, which lead.c moves) and what
 * its steps have brought. */

#define SHOWN_CARDS 6 /* of one result */

/* What one step has brought; beside its struct step in the run. */
struct piece {
    char call[ID_SIZE];    /* the tool call's id; "" while there is none */
    char message[ID_SIZE]; /* and of the message that is its result */
    bool answered;         /* the tool call's result has been sent */
    json_t *wish;          /* lookups: find_product's arguments, or NULL */
    json_t *result;        /* FOUND's result, or NULL */
    char *content;         /* of it, as the client has it; NULL until it was written */
    json_t *traits;        /* and what look.c wants to know of its products */
    json_t *passing;       /* of a check: {id: card}, the shown ones that keep all criteria */
};

struct paragraph {
    char id[ID_SIZE];
    char *text;
    bool broken; /* it was cut off */
};

enum { ROLE_PSYCHOLOGIST, ROLE_EXTRACTOR, ROLE_WARDROBE, ROLES };

struct subagent {
    char id[ID_SIZE];
    bool started, closed;
};

/* An event that this turn has written and that is not sent yet. */
struct written {
    int64_t offset;
    size_t at, size; /* in `outgoing` */
};

/*           thread free, room            lead.c says END           flushed
 *  WAITING ------------------> RUNNING ------------------> ENDED ------------> destroyed */
struct walk {
    struct orchestrator *self;
    struct walk *next, *previous; /* of all, oldest first (walks.c) */
    char *name_id, *name_thread;  /* its names in walks.c */
    struct subscriber *followers; /* who gets its events (streams.c) */
    struct walk *next_in_thread;  /* waits behind this one */
    struct store_run stored;      /* as the store has it */
    struct store_thread thread;   /* criteria, profile, ... as this run has changed them; while it runs */
    json_t *patch;                /* of the frontend: applied when the run begins; or NULL */
    bool accepted_now;            /* in this turn: can still be refused */
    bool cancelled;               /* an abort came before it began */
    bool taken_up;                /* by this process, of one before it */
    int64_t begun_ms;

    struct run run;
    struct piece *pieces;
    int piece_count;
    struct paragraph *paragraphs;
    int paragraph_count, paragraphs_kept; /* before the model was asked (again) */
    struct suggestion suggestion;
    struct model_call *call;
    struct buffer delta; /* words that are not numbered yet: at most 30 events a second */
    int64_t delta_ms;    /* when the last ones were */
    struct loop_timer *delta_timer, *timer;
    int64_t due_ms; /* when `timer` should come */

    struct subagent subagents[ROLES];
    char *version;       /* of the catalogue that answered first, or NULL */
    char shopper[65];    /* hash of the owner */
    json_t *usage;       /* list, one entry for each model */
    double cost;         /* dollars, as far as known */
    json_t *degraded;    /* list of {what, reason} */
    json_t *look;        /* as RUN_FINISHED has it; NULL before */
    json_t *withdrawn;   /* set of product ids: {id: true} */
    bool model_told;     /* CUSTOM model was sent */
    bool stricter_later; /* a hard criterion came after lookups had been asked */
    const char *failure_code;
    char *failure; /* sentence for the client */

    struct buffer outgoing; /* bytes of this turn's events */
    struct written *written;
    size_t written_count, written_room;
    struct buffer scratch; /* one event while it is written */
};

/* A walk for the run STORED (taken: it is empty then) in THREAD (taken). Aborts without memory. */
struct walk *walk_new(struct orchestrator *self, struct store_run *stored, struct store_thread *thread);
void walk_destroy(struct walk **walk);

/* Make room for the pieces of all steps of the run; the piece of step INDEX. */
struct piece *walk_piece(struct walk *walk, int index);

/* A paragraph more, with the id ID (NULL: a new one). */
struct paragraph *walk_add_paragraph(struct walk *walk, const char *id);

/* Number what `scratch` holds, write it to the store, and keep it until this turn is committed. */
void walk_emit(struct walk *walk);

/* CUSTOM `degraded`, once for each WHAT: something is left out. */
void walk_degraded(struct walk *walk, const char *what, const char *reason);

/* USAGE, [{role, model, inputTokens, ...}] or one such entry, is added to the run's. */
void walk_add_usage(struct walk *walk, const json_t *usage);

/* ASSISTANTS: "psychologist", "extractor", "wardrobe"; -1 for another word. */
int walk_role(const char *role);

/* What has happened goes through lead.c, and what it says is done (perform.c). */
void walk_lead(struct walk *walk, struct lead_event event);

/* Wake at the run's next deadline. */
void walk_set_timer(struct walk *walk);

/* Note RESULT as the outcome of step INDEX in the store. */
void walk_keep_step(struct walk *walk, int index, const json_t *result);
void walk_keep_text(struct walk *walk, int index, const struct buffer *result); /* JSON */
void walk_keep(struct walk *walk, const char *step, const json_t *result);

/* Begin (begin.c): the run's turn has come. */
void walk_begin(struct walk *walk);
void walk_prepare(struct walk *walk); /* its plan is new, and it counts as running */

/* Go on with the runs that another process had begun, this one before it lost its store, or an orchestrator
 * whose lease has ended (take_up.c). Returns 0, or -1 (logged). */
int walks_take_up(struct orchestrator *self);

/* The store was lost: what was led here is only in it now, and is taken up when it is won again, here or
 * elsewhere. Who follows a run is told to ask again (turn.c). */
void walks_begin_afresh(struct orchestrator *self);

/* The end of the run, as run.outcome has it (finish.c): last events, thread, log. */
void walk_finish(struct walk *walk);

/* The run's messages as AG-UI has them: an assistant's for each paragraph with its calls, and the calls'
 * results. New reference. */
json_t *walk_messages(struct walk *walk);

/* MESSAGES_SNAPSHOT: the thread up to this run's question, and what of its answer is whole. What was broken
 * off goes from the screen. */
void walk_snapshot(struct walk *walk);

/* The suggestion (suggest.c): ask the model, stop it. */
void suggest_start(struct walk *walk);
void suggest_stop(struct walk *walk);
void suggest_flush(struct walk *walk); /* words that wait are numbered now */

/* Cards (cards.c): what a lookup brought, on its way to the client. */
void cards_call(struct walk *walk, int index);        /* TOOL_CALL_START, ARGS, END */
void cards_result(struct walk *walk, int index);      /* TOOL_CALL_RESULT */
void cards_unavailable(struct walk *walk, int index); /* the same, with no answer */
/* The ids on the screen that check INDEX is about; a new reference. */
json_t *cards_to_check(const struct walk *walk, int index);
void cards_compare(struct walk *walk, int index); /* a CHECK's answer beside what is shown */
void cards_withdraw(struct walk *walk, int index, const char *reason); /* all that a step has shown */
void cards_chosen(struct walk *walk, int index, const json_t *order,
                  const json_t *why); /* a CHOOSE's answer */
/* CHOOSE for step INDEX: `lines` and `look` are new references. */
void cards_choose(struct walk *walk, int index, struct message *message);
void cards_keep(struct walk *walk, int index); /* the answer of step INDEX goes into the store */
json_t *cards_shown(struct walk *walk);        /* [{id, title, slot, ...}] in the page's order; NULL: none */
json_t *cards_wishes(struct walk *walk);       /* [{slot, wish}]; NULL: none */

/* The steps that have shown cards, in the order of the page: the early ones, then those of each paragraph,
 * each followed by what a later criterion has put beside it. Returns how many. */
int cards_on_page(const struct walk *walk, int order[RUN_STEPS]);
bool cards_are_early(const struct walk *walk, const struct step *step);

/* The content of the tool call's result of step INDEX, as JSON text; lent by its piece. */
const char *cards_content(const struct walk *walk, int index);

/* The look out of the cards (outfit.c): RUN_FINISHED's `result`, and *LOOK within it (lent). */
json_t *outfit_compose(struct walk *walk, json_t **look);

/* Requests (requests.c): give waiting steps to workers that have room. */
void requests_pump(struct orchestrator *self);
void requests_cancel(struct walk *walk, int step); /* -1: all of the run's */

/* The step that MESSAGE answers, if its run is here and waits for it; its worker has room again.
 * *WALK is the run. Returns the index, or -1: the answer is dropped. */
int requests_answered(struct orchestrator *self, struct peer *from, const struct message *message,
                      struct walk **walk);

/* End of a turn (turn.c). */
bool turn_ends(void *self);

/* A write to the store: -1 is noted, and what it belongs to is undone at the end of the turn. */
void wrote(struct orchestrator *self, int status);

#endif
