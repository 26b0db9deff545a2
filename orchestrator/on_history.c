/* HISTORY: a thread's messages so far. */
#include <string.h>

#include "common/json.h"
#include "orchestrator/walk.h"

/* Of a thread that somebody never lets end the newest part: the bus takes no message of 16 MiB, and cuts off
 * who sends one. */
#define NEWEST_MESSAGES 4000
#define NEWEST_BYTES (8u << 20)

/* The newest LIMIT messages of THREAD, from a question on where some are left out. */
static int
newest(struct orchestrator *self, const struct store_thread *thread, int limit, json_t **messages)
{
    if (store_messages(self->store, thread->id, limit, messages) != 0) {
        json_decref(*messages);
        return -1;
    }
    if (json_array_size(*messages) < (size_t)limit)
        return 0;
    while (json_array_size(*messages) > 0 &&
           strcmp(json_text(json_array_get(*messages, 0), "role", ""), "user") != 0)
        json_array_remove(*messages, 0);
    return 0;
}

/* {threadId, messages, criteria, profile} as text in OUT, with the newest LIMIT messages. */
static int
write_newest(struct orchestrator *self, const struct store_thread *thread, int limit, struct buffer *out)
{
    json_t *messages = NULL, *whole;

    if (newest(self, thread, limit, &messages) != 0)
        return -1;
    whole = json_pack("{s:s, s:o, s:O?, s:O?}", "threadId", thread->thread, "messages", messages, "criteria",
                      thread->criteria, "profile", thread->profile);
    json_write(out, whole, 0);
    json_decref(whole);
    return 0;
}

static int
write_thread(struct orchestrator *self, const struct store_thread *thread, struct buffer *out)
{
    int failed = write_newest(self, thread, NEWEST_MESSAGES, out);

    for (int limit = NEWEST_MESSAGES / 2; !failed && out->size > NEWEST_BYTES && limit > 0; limit /= 2) {
        buffer_reset(out);
        failed = write_newest(self, thread, limit, out);
    }
    return failed;
}

int
on_history(void *owner, struct peer *from, const struct message *message)
{
    struct orchestrator *self = owner;
    const struct history *history = &message->history;
    struct message answer = { .kind = MESSAGE_THREAD, .thread = { .request = history->request } };
    struct store_thread thread;
    struct buffer out = { 0 };

    if (store_thread_find(self->store, history->owner, history->thread, &thread) != 0)
        answer.thread.later = 1;
    else if (thread.id != 0 && write_thread(self, &thread, &out) != 0)
        answer.thread.later = 1;
    else
        answer.thread.found = thread.id != 0;
    answer.thread.messages = (struct bytes) { buffer_string(&out), out.size };
    bus_send(self->daemon.bus, from, &answer);
    buffer_clear(&out);
    store_thread_clear(&thread);
    return 0;
}
