/* HISTORY: a thread's messages so far. */
#include "common/json.h"
#include "orchestrator/walk.h"

/* {threadId, messages, criteria, profile} as text in OUT. */
static int
write_thread(struct orchestrator *self, const struct store_thread *thread, struct buffer *out)
{
    json_t *messages = NULL, *whole;

    if (store_messages(self->store, thread->id, 0, &messages) != 0) {
        json_decref(messages);
        return -1;
    }
    whole = json_pack("{s:s, s:o, s:O?, s:O?}", "threadId", thread->thread, "messages", messages, "criteria",
                      thread->criteria, "profile", thread->profile);
    json_write(out, whole, 0);
    json_decref(whole);
    return 0;
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
