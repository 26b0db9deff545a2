#include <string.h>

#include "common/json.h"
#include "orchestrator/store_home.h"

/* Messages: what a thread's people have said, for clients and for the model. */

/* What the model reads at the end of an answer that was not finished. */
#define CUT_NOTE "[This answer was cut off here.]"

int
store_message_add(struct store *store, int64_t thread_id, int64_t run, const json_t *message,
                  const char *history, const char *mark, int64_t wall_ms)
{
    return store_write(store, STORE_MESSAGE_ADD, "iijttti", thread_id, run, message,
                       json_text(message, "role", ""), history, mark, wall_ms);
}

int
store_messages(struct store *store, int64_t thread_id, int limit, json_t **messages)
{
    struct store_rows *rows =
        store_ask(store, STORE_MESSAGES, "ii", thread_id, limit == 0 ? INT64_MAX : (int64_t)limit);
    int row;

    *messages = json_array();
    while ((row = store_next(store, rows)) == 1) {
        json_t *message = store_json(store, rows, 0);

        if (strcmp(store_text(store, rows, 1), "aborted") == 0)
            json_object_set_new(message, "aborted", json_true());
        json_array_append_new(*messages, message);
    }
    return row;
}

int
store_message_add_text(struct store *store, int64_t thread_id, int64_t run, struct bytes message,
                       const char *role, const char *history, const char *mark, int64_t wall_ms)
{
    return store_write(store, STORE_MESSAGE_ADD, "iisttti", thread_id, run, message, role, history, mark,
                       wall_ms);
}

/* Append to HISTORY what OF has gathered as the answer of one run, and empty it. */
static void
end_answer(json_t *history, struct buffer *of, bool *cut)
{
    if (*cut)
        buffer_text(of, of->size > 0 ? "\n\n" CUT_NOTE : CUT_NOTE);
    if (of->size > 0)
        json_array_append_new(history,
                              json_pack("{s:s, s:s}", "role", "assistant", "content", buffer_string(of)));
    buffer_reset(of);
    *cut = false;
}

int
store_history_before(struct store *store, int64_t thread_id, int64_t before_run, int turns, json_t **history)
{
    struct store_rows *rows = store_ask(store, STORE_HISTORY, "iii", thread_id, before_run, (int64_t)turns);
    struct buffer answer = { 0 };
    int64_t run = -1;
    bool cut = false;
    int row;

    *history = json_array();
    while ((row = store_next(store, rows)) == 1) {
        const char *words = store_text(store, rows, 2);

        if (store_number(store, rows, 0) != run)
            end_answer(*history, &answer, &cut);
        run = store_number(store, rows, 0);
        if (strcmp(store_text(store, rows, 1), "user") == 0) {
            json_array_append_new(*history, json_pack("{s:s, s:s}", "role", "user", "content", words));
            continue;
        }
        if (answer.size > 0)
            buffer_text(&answer, "\n\n");
        buffer_text(&answer, words);
        cut = cut || strcmp(store_text(store, rows, 3), "aborted") == 0;
    }
    end_answer(*history, &answer, &cut);
    buffer_clear(&answer);
    return row;
}

int
store_history(struct store *store, int64_t thread_id, int turns, json_t **history)
{
    return store_history_before(store, thread_id, INT64_MAX, turns, history);
}
