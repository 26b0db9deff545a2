#ifndef ORCHESTRATOR_RUN_H
#define ORCHESTRATOR_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One run: its steps and what each waits for. Plain memory, no pointers and no I/O, so that lead.c
 * is a function of it and a test can keep a million of them. What the steps have brought (texts,
 * products) is kept beside it, in struct walk. */

#define RUN_STEPS 160     /* of one run at most; what does not fit is left out */
#define RUN_STEP_NAME 64  /* bytes of a step's name */
#define RUN_CALLS 8       /* lookups for one paragraph at most */
#define RUN_PARAGRAPHS 40 /* of which products are looked up, at most */
#define RUN_WISHES 8      /* of the last look that are repeated, at most */

enum step_kind {
    STEP_EARLY,   /* early.1: the shopper's own words; early.2...: the last look's wishes again */
    STEP_ASSESS,  /* assess */
    STEP_SUGGEST, /* suggest: the model writes */
    STEP_EXTRACT, /* extract.<paragraph> */
    STEP_FIND,    /* find.<paragraph>.<call> */
    STEP_CHECK,   /* check.<step>: a lookup once more, with criteria that came later */
    STEP_CHOOSE   /* choose.<paragraph>.<call> */
};

/*            run_add                  answered
 *   (none) ----------->  OPEN  -------------------->  DONE
 *                         |  \------ no time, no attempts left ------>  GIVEN_UP
 *                         \--------- nobody wants it any more ------->  DROPPED             */
enum step_state { STEP_OPEN, STEP_DONE, STEP_GIVEN_UP, STEP_DROPPED };

struct step {
    enum step_kind kind;
    enum step_state state;
    int paragraph, call; /* the numbers in its name, from 1; 0: none */
    int of;              /* CHECK, CHOOSE: index of the step it is about */
    bool queued;         /* waits for a worker that has room */
    bool hedged;         /* a second worker was asked because the first is slow */
    bool shown;          /* its products are on the screen */
    int attempt;         /* number of the newest asking; 0: not asked yet */
    int valid_from;      /* an answer to an earlier attempt is stale */
    int outstanding;     /* askings that nobody has answered */
    int failures;        /* askings that were refused or lost */
    int products;        /* lookups: how many were found */
    int64_t deadline_ms; /* its time is up then; 0: none of its own */
    int64_t patience_ms; /* another worker is asked then; 0: never */
};

struct run_limits {
    int attempts;
    int64_t assess_wait_ms, assess_ms, extract_ms, lookup_ms, choose_ms, run_ms;
};

enum run_outcome {
    RUN_GOES_ON,
    RUN_FINISHED,  /* whole, or degraded */
    RUN_FAILED,    /* the suggestion's model has failed before anything of use */
    RUN_TIMED_OUT, /* the run's time was up before anything of use */
    RUN_CANCELLED
};

enum run_repeat {
    REPEAT_NOT,     /* the words name a product, or there is nothing to repeat */
    REPEAT_WAITING, /* for the assessment's criteria */
    REPEAT_ASKED
};

struct run {
    struct run_limits limits;
    enum run_outcome outcome;
    enum run_repeat repeat;
    bool off_topic;        /* not about fashion: nothing is looked up */
    bool chooses;          /* the wardrobe has a model that chooses */
    bool suggesting;       /* the suggestion's model is at work */
    bool words;            /* something of the suggestion has been said */
    int wishes;            /* of the thread's last look */
    int paragraphs;        /* finished ones */
    int64_t suggest_at_ms; /* the suggestion begins then, assessed or not */
    int64_t deadline_ms;
    int step_count;
    struct step steps[RUN_STEPS];
};

/* Make RUN a new one, with no steps. */
void run_init(struct run *run, const struct run_limits *limits);

/* Add a step. Its share of the time begins at NOW_MS. Returns its index, or -1 when there are RUN_STEPS. */
int run_add(struct run *run, enum step_kind kind, int paragraph, int call, int of, int64_t now_ms);

/* The name of step INDEX, as it goes over the bus and into the store. */
void run_step_name(const struct run *run, int index, char name[RUN_STEP_NAME]);

/* The step of that name, or -1. */
int run_step_find(const struct run *run, const char *name);

/* The step of KIND with these numbers, or -1. */
int run_step_of(const struct run *run, enum step_kind kind, int paragraph, int call);

/* Step INDEX has been sent to a worker: its attempt's number is returned. */
int run_asked(struct run *run, int index, int64_t now_ms);

/* Is an answer to ATTEMPT of step INDEX one that somebody waits for? */
bool run_waits_for(const struct run *run, int index, int attempt);

/* May this step's lookup be sent (again)? False once it is over. */
bool run_step_is_open(const struct run *run, int index);

/* EARLY, FIND or CHECK: the wardrobe is asked with words and criteria. */
bool step_is_lookup(const struct step *step);

/* The role of the worker that does KIND; "" for the suggestion. */
const char *step_role(enum step_kind kind);

/* Is there nothing that ROLE is still to answer, now or later? */
bool run_role_is_over(const struct run *run, const char *role);

/* Has ROLE been asked, and given nothing at all? */
bool run_role_has_failed(const struct run *run, const char *role);

/* Is there something that a shopper can use: a finished paragraph, or words with products? */
bool run_is_useful(const struct run *run);

/* This process stood still for LATE_MS: what it waits for has had that much less time than it should. The
 * run's own deadline stays. */
void run_stood_still(struct run *run, int64_t late_ms);

/* The next moment at which lead.c has to look at the clock. */
int64_t run_next_time(const struct run *run);

#endif
