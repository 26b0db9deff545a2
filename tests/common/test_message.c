#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "common/message.h"

static struct message
lookup(json_t *criteria)
{
    struct message message = {
        .kind = MESSAGE_LOOKUP, .run = "r1", .step = "find.2.1", .attempt = 2, .left_ms = 900
    };

    message.lookup = (struct lookup) {
        .words = "wei\xC3\x9F \"linen\"", .slot = "top", .criteria = criteria, .limit = 12
    };
    return message;
}

static void
what_is_sent_arrives(void **state)
{
    json_t *criteria = json_pack("{s:{s:s}}", "gender", "field", "gender");
    struct message sent = lookup(criteria), got;
    struct bytes frames[MESSAGE_FRAMES];
    struct buffer wire = { 0 };
    int count = message_encode(&sent, &wire, frames);

    (void)state;
    assert_int_equal(count, 6);
    assert_int_equal(message_decode(&got, frames, count), 0);
    assert_int_equal(got.kind, MESSAGE_LOOKUP);
    assert_string_equal(got.run, "r1");
    assert_string_equal(got.step, "find.2.1");
    assert_int_equal(got.attempt, 2);
    assert_int_equal(got.left_ms, 900);
    assert_string_equal(got.lookup.words, "wei\xC3\x9F \"linen\"");
    assert_true(json_equal(got.lookup.criteria, criteria));
    assert_int_equal(got.lookup.limit, 12);
    assert_string_equal(got.lookup.version, "");
    assert_null(got.lookup.wish);
    message_clear(&got);
    buffer_clear(&wire);
    json_decref(criteria);
}

static void
a_tail_is_carried_byte_for_byte(void **state)
{
    struct message sent = { .kind = MESSAGE_EVENT }, got;
    struct bytes frames[MESSAGE_FRAMES];
    struct buffer wire = { 0 };
    int count;

    (void)state;
    sent.event = (struct event) { .stream = 7, .offset = 12, .event = { "\x00{]\xFF", 4 } };
    count = message_encode(&sent, &wire, frames);
    assert_int_equal(count, MESSAGE_FRAMES);
    assert_int_equal(message_decode(&got, frames, count), 0);
    assert_int_equal(got.event.event.size, 4);
    assert_memory_equal(got.event.event.bytes, "\x00{]\xFF", 4);
    message_clear(&got);
    assert_int_equal(message_decode(&got, frames, count - 1), -1);
    buffer_clear(&wire);
}

/* The network may stop anywhere, and anybody may send anything. */
static void
every_shorter_and_every_changed_message_is_refused_or_read(void **state)
{
    struct message sent = lookup(NULL), got;
    struct bytes frames[MESSAGE_FRAMES];
    struct buffer wire = { 0 };
    int count = message_encode(&sent, &wire, frames);

    (void)state;
    for (int shorter = 0; shorter < count; shorter++)
        assert_int_equal(message_decode(&got, frames, shorter), -1);
    for (int frame = 0; frame < count; frame++) {
        struct bytes whole = frames[frame];

        for (size_t size = 0; size < whole.size; size++) {
            frames[frame].size = size;
            assert_int_equal(message_decode(&got, frames, count), -1);
        }
        frames[frame] = whole;
    }
    for (size_t i = 0; i < wire.size; i++) {
        char kept = wire.bytes[i];

        for (int change = 0; change < 256; change += 17) {
            wire.bytes[i] = (char)change;
            if (message_decode(&got, frames, count) == 0)
                message_clear(&got);
        }
        wire.bytes[i] = kept;
    }
    buffer_clear(&wire);
}

static void
an_answer_carries_back_run_step_and_attempt(void **state)
{
    struct message asked = lookup(NULL), answer = message_answer(&asked, MESSAGE_FOUND);

    (void)state;
    assert_string_equal(answer.run, "r1");
    assert_string_equal(answer.step, "find.2.1");
    assert_int_equal(answer.attempt, 2);
    assert_int_equal(answer.left_ms, 0);
    assert_string_equal(message_name(answer.kind), "FOUND");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_sent_arrives),
        cmocka_unit_test(a_tail_is_carried_byte_for_byte),
        cmocka_unit_test(every_shorter_and_every_changed_message_is_refused_or_read),
        cmocka_unit_test(an_answer_carries_back_run_step_and_attempt),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
