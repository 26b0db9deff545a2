#ifndef ORCHESTRATOR_STORE_H
#define ORCHESTRATOR_STORE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/buffer.h"
#include "common/message.h"

/* What must not be lost: threads, messages, runs, finished steps, events. store_sqlite.c is a file
 * (write-ahead log); all that one turn of the loop writes is one transaction, and nothing is told to
 * anybody before store_commit() has returned.
 *
 * Every function returns 0, or -1 when the store can't be read or written any more (disk full, file
 * gone; logged once): what was written since the last commit is then rolled back by store_rollback().
 * JSON values passed in are lent; those handed out are new references. Texts handed out are freed by
 * the store_*_clear() of their struct. */
struct store;

/* Open, create or migrate the file at PATH. NULL when it can't (logged: another process holds it, it
 * is of a later version, the disk is full, it may not be written). */
struct store *store_open(const char *path);

/* Close; what is uncommitted is lost. CLEAN notes that the process ended in good order. */
void store_close(struct store **store, bool clean);

/* True when the process before did not end in good order (killed, power cut): offsets then jump. */
bool store_was_unclean(const struct store *store);

/* Commit what this turn wrote; nothing to commit is fine. SYNC: on the disk before it returns (for an
 * acceptance), else a death of the process loses nothing but a power cut may. */
int store_commit(struct store *store, bool sync);
void store_rollback(struct store *store);

/* True after a sync that failed: what the disk holds of the last commits is known only when the store is
 * opened again, and until then every write and commit fails. */
bool store_is_lost(const struct store *store);

/* A random text made at the first start, for hashes that go to others. */
const char *store_salt(struct store *store);

/* -- threads ------------------------------------------------------------------------------------ */

struct store_thread {
    int64_t id;       /* the store's own; 0: there is none */
    char *thread;     /* the client's thread id */
    json_t *criteria; /* object by key */
    json_t *profile;  /* object */
    json_t *shown;    /* the cards shown last, in order: [{id, title, slot}] */
    json_t *wishes;   /* the last look's wishes: [{slot, wish}], for "cheaper" */
};

/* Find OWNER's THREAD; id 0 in *OUT when there is none. */
int store_thread_find(struct store *store, const char *owner, const char *thread, struct store_thread *out);

/* The same, made when it is not there. */
int store_thread_make(struct store *store, const char *owner, const char *thread, int64_t wall_ms,
                      struct store_thread *out);

/* Write THREAD's criteria, profile, shown and wishes (those that are not NULL). */
int store_thread_write(struct store *store, const struct store_thread *thread, int64_t wall_ms);
void store_thread_clear(struct store_thread *thread);

/* Forget OWNER's THREAD and all that hangs on it; *FOUND says whether it was there. */
int store_thread_forget(struct store *store, const char *owner, const char *thread, bool *found);

/* Forget threads not touched since BEFORE_WALL_MS, at most LIMIT of them; none that has an unfinished run. */
int store_forget_before(struct store *store, int64_t before_wall_ms, int limit, int *forgotten);

/* -- messages ----------------------------------------------------------------------------------- */

/* Append a message to thread THREAD_ID: AG-UI's {id, role, content, toolCalls?, toolCallId?}. HISTORY is the
 * text that the model gets for it, or NULL when it is not part of that. MARK is "" or "aborted". */
int store_message_add(struct store *store, int64_t thread_id, int64_t run, const json_t *message,
                      const char *history, const char *mark, int64_t wall_ms);

/* The same with the message as JSON text, and its role. */
int store_message_add_text(struct store *store, int64_t thread_id, int64_t run, struct bytes message,
                           const char *role, const char *history, const char *mark, int64_t wall_ms);

/* The thread's AG-UI messages, oldest run first, as a JSON array; the newest LIMIT of them (0: all).
 * Those marked aborted have `"aborted": true` beside AG-UI's members. */
int store_messages(struct store *store, int64_t thread_id, int limit, json_t **messages);

/* What the model gets: [{role, content}], oldest run first, the newest TURNS runs before BEFORE_RUN (the
 * store's id of a run: its own question and those that wait behind it are left out); messages of one run
 * are one answer, one that was aborted ends with a note that says so. */
int store_history_before(struct store *store, int64_t thread_id, int64_t before_run, int turns,
                         json_t **history);

/* The same with every run that there is. */
int store_history(struct store *store, int64_t thread_id, int turns, json_t **history);

/* -- runs --------------------------------------------------------------------------------------- */

enum store_run_state { STORE_RUN_WAITING, STORE_RUN_RUNNING, STORE_RUN_ENDED };

struct store_run {
    int64_t id; /* the store's own, ascending by acceptance; 0: there is none */
    int64_t thread_id;
    char *key; /* 32 hexadecimal digits: the run's name on the bus */
    char *owner, *run_id, *thread;
    char *said;
    enum store_run_state state;
    int64_t last_offset; /* of its newest event; 0: none yet */
    int64_t begun_wall_ms;
};

/* Accept a run: RUN->thread_id, key, owner, run_id, thread, said and state are given; sets RUN->id. */
int store_run_add(struct store *store, struct store_run *run, int64_t wall_ms);

/* Find it by owner and the client's run id; id 0 when there is none. */
int store_run_find(struct store *store, const char *owner, const char *run_id, struct store_run *out);

/* The newest unended run of OWNER's THREAD; id 0 when there is none. */
int store_run_of_thread(struct store *store, const char *owner, const char *thread, struct store_run *out);

int store_run_set_state(struct store *store, int64_t run, enum store_run_state state, int64_t wall_ms);

/* All that are not ended, oldest first; the caller clears each and frees the array. */
int store_runs_unfinished(struct store *store, struct store_run **runs, size_t *count);
void store_run_clear(struct store_run *run);

/* -- steps: what is finished is not paid for twice ---------------------------------------------- */

/* Keep RESULT as the outcome of STEP of RUN (replaces an earlier one). */
int store_step_put(struct store *store, int64_t run, const char *step, const json_t *result);

/* The same with the result as JSON text. */
int store_step_put_text(struct store *store, int64_t run, const char *step, struct bytes result);

/* All of them: {step: result}. */
int store_steps(struct store *store, int64_t run, json_t **steps);

/* -- events ------------------------------------------------------------------------------------- */

int store_event_add(struct store *store, int64_t run, int64_t offset, struct bytes event);

/* Call EACH for every event of RUN after AFTER, in order, at most LIMIT of them (0: all); EVENT is lent.
 * A non-zero return of EACH ends it. */
typedef int store_each_event(void *owner, int64_t offset, struct bytes event);
int store_events(struct store *store, int64_t run, int64_t after, int limit, store_each_event *each,
                 void *owner);

#endif
