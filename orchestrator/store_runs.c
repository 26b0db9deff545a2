#include <stdlib.h>
#include <string.h>

#include "orchestrator/store_home.h"

/* Runs, and the steps that are finished in them. */

int
store_run_add(struct store *store, struct store_run *run, int64_t wall_ms)
{
    struct store_rows *rows = store_change(store, STORE_RUN_ADD, "ittttii", run->thread_id, run->key,
                                           run->owner, run->run_id, run->said, (int64_t)run->state, wall_ms);
    int row = store_next(store, rows);

    run->id = 0;
    if (row != 1)
        return row;
    run->id = store_number(store, rows, 0);
    run->begun_wall_ms = wall_ms;
    store_end(store, rows);
    return store_write(store, STORE_THREAD_TOUCH, "ii", run->thread_id, wall_ms);
}

static void
read_run(struct store *store, const struct store_rows *rows, struct store_run *out)
{
    out->id = store_number(store, rows, 0);
    out->thread_id = store_number(store, rows, 1);
    out->key = store_copy(store, rows, 2);
    out->owner = store_copy(store, rows, 3);
    out->run_id = store_copy(store, rows, 4);
    out->thread = store_copy(store, rows, 5);
    out->said = store_copy(store, rows, 6);
    out->state = (enum store_run_state)store_number(store, rows, 7);
    out->last_offset = store_number(store, rows, 8);
    out->begun_wall_ms = store_number(store, rows, 9);
    out->at = store_copy(store, rows, 10);
}

static int
find(struct store *store, enum store_statement which, const char *owner, const char *name,
     struct store_run *out)
{
    struct store_rows *rows = store_ask(store, which, "tt", owner, name);
    int row = store_next(store, rows);

    memset(out, 0, sizeof *out);
    if (row != 1)
        return row;
    read_run(store, rows, out);
    store_end(store, rows);
    return 0;
}

int
store_run_find(struct store *store, const char *owner, const char *run_id, struct store_run *out)
{
    return find(store, STORE_RUN_FIND, owner, run_id, out);
}

int
store_run_of_thread(struct store *store, const char *owner, const char *thread, struct store_run *out)
{
    return find(store, STORE_RUN_OF_THREAD, owner, thread, out);
}

int
store_run_set_state(struct store *store, int64_t run, enum store_run_state state, int64_t wall_ms)
{
    return store_write(store, STORE_RUN_STATE, "iii", run, (int64_t)state, wall_ms);
}

int
store_runs_unfinished(struct store *store, struct store_run **runs, size_t *count)
{
    struct store_rows *rows = store_ask(store, STORE_RUNS_UNFINISHED, "");
    size_t room = 0;
    int row;

    *runs = NULL;
    *count = 0;
    while ((row = store_next(store, rows)) == 1) {
        if (*count == room) {
            room = room == 0 ? 64 : 2 * room;
            if ((*runs = reallocarray(*runs, room, sizeof **runs)) == NULL)
                abort();
        }
        read_run(store, rows, &(*runs)[(*count)++]);
    }
    return row;
}

void
store_run_clear(struct store_run *run)
{
    free(run->key);
    free(run->owner);
    free(run->run_id);
    free(run->thread);
    free(run->said);
    free(run->at);
    memset(run, 0, sizeof *run);
}

int
store_step_put(struct store *store, int64_t run, const char *step, const json_t *result)
{
    return store_write(store, STORE_STEP_PUT, "itj", run, step, result);
}

int
store_step_put_text(struct store *store, int64_t run, const char *step, struct bytes result)
{
    return store_write(store, STORE_STEP_PUT, "its", run, step, result);
}

int
store_steps(struct store *store, int64_t run, json_t **steps)
{
    struct store_rows *rows = store_ask(store, STORE_STEPS, "i", run);
    int row;

    *steps = json_object();
    while ((row = store_next(store, rows)) == 1)
        json_object_set_new(*steps, store_text(store, rows, 0), store_json(store, rows, 1));
    return row;
}
