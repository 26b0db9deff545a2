#ifndef ORCHESTRATOR_STORE_H
#define ORCHESTRATOR_STORE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/buffer.h"
#include "common/message.h"

/* What must not be lost: threads, messages, runs, finished steps, events; in a file (SQLite's write-ahead
 * log), or on a PostgreSQL server, which several orchestrators may share. All that one turn of the loop
 * writes is one transaction, and nothing is told to anybody before store_commit() has returned.
 *
 * Every function returns 0, or -1 when the store can't be read or written any more (disk full, file
 * gone, server away; logged once): what was written since the last commit is then rolled back by
 * store_rollback(). A server is told of writes without waiting, and may refuse them only at the commit.
 * JSON values passed in are lent; those handed out are new references. Texts handed out are freed by
 * the store_*_clear() of their struct. */
struct store;

/* Open, create or migrate the store at PATH, a file or a server's URL (postgresql://…). NULL when it can't
 * (logged: another process holds it, it is of a later version, the disk is full, it may not be written, the
 * server is not there). */
struct store *store_open(const char *path);

/* Is PATH a server's URL, and no file? */
bool store_is_at_server(const char *path);

/* Close; what is uncommitted is lost. CLEAN notes that the process ended in good order. */
void store_close(struct store **store, bool clean);

/* True when the process before did not end in good order (killed, power cut), or that can't be known: offsets
 * then jump. */
bool store_was_unclean(const struct store *store);

/* Commit what this turn wrote; nothing to commit is fine. SYNC: on the disk before it returns (for an
 * acceptance), else a death of the process loses nothing but a power cut may. */
int store_commit(struct store *store, bool sync);
void store_rollback(struct store *store);

/* True after a sync that failed, or a server that was away: what the store holds of the last commits is known
 * only when it is opened again (a server: after store_join()), and until then everything fails, at once. */
bool store_is_lost(const struct store *store);

/* A random text made at the first start, for hashes that go to others. */
const char *store_salt(const struct store *store);

/* -- several orchestrators over one store --------------------------------------------------------
 *
 * Each has a lease, which ends unless it is renewed; a run belongs to the orchestrator that has accepted it,
 * until another takes it over because the lease has ended. What is written is written only while nobody has:
 * an orchestrator that was frozen, or cut off, finds its store lost at the next commit. */

/* Is it a server, so that there may be others? Then store_join() comes before all that follows, and again
 * after store_is_lost(); the runs that were led here are to be forgotten then, and taken up from the store.
 */
bool store_is_shared(const struct store *store);

/* Have a lease as NAME, for LEASE_MS (connects again where the connection was lost). The lease *ID, of this
 * process or of one that is dead, ends with that (0: there was none), and *ID is the new one's number. Of a
 * file: nothing. */
int store_join(struct store *store, const char *name, int64_t lease_ms, int64_t *id);

/* What renewing has shown; lease.h says what is to be done. */
struct lease_seen {
    bool held;       /* the lease was still mine, and is for another LEASE_MS */
    int64_t ended;   /* others' leases that have ended, and runs that nobody leads */
    int64_t next_ms; /* until the next of the others' ends, as far as is known; -1: there is no other */
};

/* Renew the lease, and look at the others'. */
int store_renew(struct store *store, struct lease_seen *seen);

/* The runs of those whose lease has ended are mine from the next commit on (store_runs_unfinished()). */
int store_take_over(struct store *store);

/* -- threads ------------------------------------------------------------------------------------ */

struct store_thread {
    int64_t id;       /* the store's own; 0: there is none */
    char *thread;     /* the client's thread id */
    json_t *criteria; /* object by key */
    json_t *profile;  /* object */
    json_t *shown;    /* the cards shown last, in order: [{id, title, slot}] */
    json_t *wishes;   /* the last look's wishes: [{slot, wish}], for "cheaper" */
    char *at;         /* the orchestrator that leads its runs, where that is another one; else "" */
};

/* Find OWNER's THREAD; id 0 in *OUT when there is none. */
int store_thread_find(struct store *store, const char *owner, const char *thread, struct store_thread *out);

/* The same, made when it is not there. No other orchestrator accepts a run in it until this turn's commit;
 * `at` is "-" where one is about to, at this moment. */
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
    char *at; /* the orchestrator that leads it, where that is another one; else "" */
};

/* Accept a run: RUN->thread_id, key, owner, run_id, thread, said and state are given; sets RUN->id. 0: its
 * owner has one of that run_id already. */
int store_run_add(struct store *store, struct store_run *run, int64_t wall_ms);

/* Find it by owner and the client's run id; id 0 when there is none. */
int store_run_find(struct store *store, const char *owner, const char *run_id, struct store_run *out);

/* The newest unended run of OWNER's THREAD; id 0 when there is none. */
int store_run_of_thread(struct store *store, const char *owner, const char *thread, struct store_run *out);

int store_run_set_state(struct store *store, int64_t run, enum store_run_state state, int64_t wall_ms);

/* All that are not ended and are led here, oldest first; the caller clears each and frees the array. */
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
