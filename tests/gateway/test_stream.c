/* A run's way from orchestrator to orchestrator: stream.c, ask.c and the on_*.c, with a bus and a clock that
 * the test holds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/metrics.h"
#include "gateway/gateway.h"
#include "tests/gateway/fake_bus.h"
#include "tests/gateway/fake_clock.h"
#include "tests/gateway/fake_front.h"

static struct gateway gateway;

static int
begin(void **state)
{
    (void)state;
    memset(&gateway, 0, sizeof gateway);
    memset(&fake_bus, 0, sizeof fake_bus);
    memset(&fake_front, 0, sizeof fake_front);
    gateway.daemon.options.hold_ms = 3000;
    gateway.daemon.options.client_runs = 4;
    gateway.daemon.options.client_buffer = 1 << 20;
    gateway.daemon.loop = loop_new();
    gateway.hold_timer = loop_timer_new(gateway.daemon.loop, on_hold_over, &gateway);
    gateway.events_out = metrics_counter("test_events", "", "");
    gateway.slow = metrics_counter("test_slow", "", "");
    return 0;
}

static int
end(void **state)
{
    (void)state;
    while (gateway.clients.first != NULL) {
        struct client *client = gateway.clients.first;

        on_left(&gateway, client);
        client_destroy(&gateway.clients, &client);
    }
    assert_int_equal(gateway.streams.count, 0);
    while (gateway.asks.first != NULL)
        ask_drop(&gateway, gateway.asks.first->request);
    loop_timer_destroy(&gateway.hold_timer);
    loop_destroy(&gateway.daemon.loop);
    buckets_clear(&gateway.buckets);
    buffer_clear(&gateway.scratch);
    return 0;
}

static struct client *
a_client(const struct wire *wire)
{
    return client_new(&gateway.clients, NULL, wire, "anna", 1);
}

static void
run(struct client *client, const char *run_id, const char *said)
{
    struct run_input input = { .kind = INPUT_RUN, .said = (char *)said };

    strcpy(input.run_id, run_id);
    on_run(&gateway, client, &input);
}

static void
event(struct peer *from, int64_t stream, int64_t offset, bool last)
{
    struct message message = { .kind = MESSAGE_EVENT };

    message.event = (struct event) { .stream = stream, .offset = offset, .last = last };
    message.event.event = (struct bytes) { "{}", 2 };
    on_event(&gateway, from, &message);
}

static void
reject(struct peer *from, int64_t stream, const char *code, const char *where)
{
    struct message message = { .kind = MESSAGE_REJECTED };

    message.rejected = (struct rejected) { .stream = stream, .code = code, .message = "why", .where = where };
    on_rejected(&gateway, from, &message);
}

/* The oldest unsent frame of CLIENT as text, until the next call. */
static const char *
sent(struct client *client)
{
    static char text[512];
    struct unsent *piece = client_take(client);

    text[0] = '\0';
    if (piece != NULL) {
        memcpy(text, piece->bytes + CLIENT_HEADROOM, piece->size);
        text[piece->size] = '\0';
    }
    free(piece);
    return text;
}

static void
time_passes(int64_t ms)
{
    fake_now_ms += ms;
    on_hold_over(&gateway);
}

static void
a_query_is_given_to_an_orchestrator_and_its_events_to_the_client(void **state)
{
    struct peer *peer = fake_bus_join("one");
    struct client *client = a_client(&wire_tanstack);
    int64_t stream;

    (void)state;
    run(client, "r", "hello");
    assert_string_equal(fake_bus_last(MESSAGE_QUERY)->text, "hello");
    stream = fake_bus_last(MESSAGE_QUERY)->stream;
    event(peer, stream, 1, false);
    assert_string_equal(sent(client), "{\"id\":\"1\",\"chunk\":{}}");
    assert_null(client->streams->said); /* it will not be asked again */
    event(peer, stream, 1, false);
    assert_string_equal(sent(client), "");
    event(peer, stream, 2, true);
    assert_null(client->streams);
    assert_int_equal(client->close_code, 0);
    event(peer, stream, 3, false); /* nobody's */
    assert_int_equal(client->stream_count, 0);
}

static void
the_same_frame_again_is_nothing_and_other_words_are_an_error(void **state)
{
    struct client *client = a_client(&wire_tanstack);

    (void)state;
    fake_bus_join("one");
    run(client, "r", "hello");
    run(client, "r", "hello");
    assert_int_equal(fake_bus_count(MESSAGE_QUERY), 1);
    assert_string_equal(sent(client), "");
    run(client, "r", "good bye");
    assert_non_null(strstr(sent(client), "run_id_reused"));
}

static void
a_client_has_so_many_runs_at_once(void **state)
{
    struct client *client = a_client(&wire_tanstack);

    (void)state;
    for (char id[] = "1"; id[0] <= '4'; id[0]++)
        run(client, id, "x");
    assert_string_equal(sent(client), "");
    run(client, "5", "x");
    assert_non_null(strstr(sent(client), "\"busy\""));
}

static void
a_held_query_goes_to_the_first_that_joins(void **state)
{
    struct client *client = a_client(&wire_tanstack);
    struct peer *peer;

    (void)state;
    run(client, "r", "hello");
    on_abort(&gateway, client, "r");
    time_passes(2999);
    peer = fake_bus_join("one");
    on_joined(&gateway, peer);
    assert_ptr_equal(fake_bus_last(MESSAGE_QUERY)->to, peer);
    assert_string_equal(fake_bus_last(MESSAGE_ABORT)->text, "r"); /* said while it was held */
    time_passes(10000);
    assert_string_equal(sent(client), ""); /* placed: no more held */
}

static void
a_held_query_is_unavailable_when_its_time_is_up(void **state)
{
    struct client *client = a_client(&wire_tanstack), *page = a_client(&wire_agui);

    (void)state;
    page->ends = true;
    run(client, "r", "hello");
    run(page, "r", "hello");
    time_passes(2999);
    assert_string_equal(sent(client), "");
    time_passes(1);
    assert_non_null(strstr(sent(client), "unavailable"));
    assert_int_equal(client->close_code, 0);
    assert_int_equal(page->status, 503);
    assert_int_equal(page->close_code, 1000);
}

static void
a_held_resume_is_sent_away_when_its_time_is_up(void **state)
{
    struct client *client = a_client(&wire_tanstack);

    (void)state;
    on_resume(&gateway, client, "r", "", 4);
    time_passes(3000);
    assert_int_equal(client->close_code, 1013);
    assert_string_equal(sent(client), "");
}

static void
a_lost_orchestrators_runs_are_attached_from_the_last_offset(void **state)
{
    struct peer *peer = fake_bus_join("one"), *other;
    struct client *client = a_client(&wire_tanstack);
    int64_t stream;

    (void)state;
    run(client, "accepted", "x");
    stream = fake_bus_last(MESSAGE_QUERY)->stream;
    event(peer, stream, 1, false);
    run(client, "not yet", "y");
    peer->is_there = false;
    on_lost(&gateway, peer);
    time_passes(2900); /* both are held */
    other = fake_bus_join("two");
    on_joined(&gateway, other);
    assert_string_equal(fake_bus_last(MESSAGE_ATTACH)->text, "accepted");
    assert_int_equal(fake_bus_last(MESSAGE_ATTACH)->number, 1);
    assert_string_equal(fake_bus_last(MESSAGE_QUERY)->text, "y");
    event(peer, stream, 2, false); /* late, of the one before */
    free(client_take(client));
    assert_string_equal(sent(client), "");
}

static void
an_accepted_run_that_stays_lost_is_no_error_but_a_close(void **state)
{
    struct peer *peer = fake_bus_join("one");
    struct client *client = a_client(&wire_tanstack);

    (void)state;
    run(client, "r", "x");
    event(peer, fake_bus_last(MESSAGE_QUERY)->stream, 1, false);
    free(client_take(client));
    peer->is_there = false;
    on_lost(&gateway, peer);
    time_passes(29999);
    assert_int_equal(client->close_code, 0);
    time_passes(1);
    assert_int_equal(client->close_code, 1013);
    assert_string_equal(sent(client), "");
}

static void
a_gap_is_asked_about_once(void **state)
{
    struct peer *peer = fake_bus_join("one");
    struct client *client = a_client(&wire_tanstack);
    int64_t first, second;

    (void)state;
    run(client, "r", "x");
    first = fake_bus_last(MESSAGE_QUERY)->stream;
    event(peer, first, 1, false);
    event(peer, first, 5, false);
    assert_int_equal(fake_bus_last(MESSAGE_DETACH)->stream, first);
    second = fake_bus_last(MESSAGE_ATTACH)->stream;
    assert_int_equal(fake_bus_last(MESSAGE_ATTACH)->number, 1);
    assert_true(second != first);
    event(peer, first, 2, false);  /* too late */
    event(peer, second, 5, false); /* then it is a jump */
    event(peer, second, 1006, true);
    assert_int_equal(fake_bus_count(MESSAGE_ATTACH), 2); /* the second jump is asked about, too */
    second = fake_bus_last(MESSAGE_ATTACH)->stream;
    event(peer, second, 1006, true);
    assert_null(client->streams);
}

static void
a_run_that_is_elsewhere_is_asked_there_and_not_for_ever(void **state)
{
    struct peer *one = fake_bus_join("one"), *two = fake_bus_join("two");
    struct client *client = a_client(&wire_tanstack);

    (void)state;
    on_resume(&gateway, client, "r", "", -1);
    reject(fake_bus_last(MESSAGE_ATTACH)->to, fake_bus_last(MESSAGE_ATTACH)->stream, "elsewhere", "two");
    assert_ptr_equal(fake_bus_last(MESSAGE_ATTACH)->to, two);
    reject(two, fake_bus_last(MESSAGE_ATTACH)->stream, "elsewhere", "one");
    assert_ptr_equal(fake_bus_last(MESSAGE_ATTACH)->to, one);
    for (int i = 0; i < 20; i++)
        reject(fake_bus_last(MESSAGE_ATTACH)->to, fake_bus_last(MESSAGE_ATTACH)->stream, "elsewhere", "two");
    assert_int_equal(fake_bus_count(MESSAGE_ATTACH), 9);
    assert_null(client->streams);
}

/* Its owner is dead, and nobody has taken over yet. */
static void
a_run_whose_orchestrator_is_not_here_is_asked_about_until_somebody_leads_it(void **state)
{
    struct peer *one = fake_bus_join("one");
    struct client *client = a_client(&wire_tanstack);

    (void)state;
    run(client, "r", "x");
    for (int i = 1; i < 20; i++) { /* 4,750 ms: longer than an unaccepted query is held */
        reject(one, fake_bus_last(MESSAGE_QUERY)->stream, "elsewhere", "dead");
        assert_int_equal(fake_bus_count(MESSAGE_QUERY), i);
        time_passes(249);
        assert_int_equal(fake_bus_count(MESSAGE_QUERY), i);
        time_passes(1);
        assert_int_equal(fake_bus_count(MESSAGE_QUERY), i + 1);
    }
    event(one, fake_bus_last(MESSAGE_QUERY)->stream, 1, true);
    assert_string_equal(sent(client), "{\"id\":\"1\",\"chunk\":{}}");
    assert_null(client->streams);
}

static void
a_run_that_nobody_ever_leads_is_unavailable(void **state)
{
    struct peer *one = fake_bus_join("one");
    struct client *client = a_client(&wire_tanstack);

    (void)state;
    run(client, "r", "x");
    for (int i = 0; i < 121 && client->streams != NULL; i++) {
        reject(one, fake_bus_last(MESSAGE_QUERY)->stream, "elsewhere", "dead");
        time_passes(250);
    }
    assert_null(client->streams);
    assert_non_null(strstr(sent(client), "\"unavailable\""));
    assert_int_equal(fake_bus_count(MESSAGE_QUERY), 121);
}

/* The store is away: for as long as a query is held. */
static void
a_query_that_is_unavailable_is_asked_again_for_hold_ms(void **state)
{
    struct peer *one = fake_bus_join("one");
    struct client *client = a_client(&wire_tanstack);

    (void)state;
    run(client, "r", "x");
    for (int i = 0; i < 12; i++) {
        reject(one, fake_bus_last(MESSAGE_QUERY)->stream, "unavailable", "");
        time_passes(250);
    }
    assert_int_equal(fake_bus_count(MESSAGE_QUERY), 13);
    reject(one, fake_bus_last(MESSAGE_QUERY)->stream, "unavailable", "");
    assert_null(client->streams);
    assert_non_null(strstr(sent(client), "\"unavailable\""));
}

static void
a_run_that_waits_goes_to_who_joins_and_its_patience_begins_anew_with_an_event(void **state)
{
    struct peer *one = fake_bus_join("one"), *two;
    struct client *client = a_client(&wire_tanstack);

    (void)state;
    run(client, "r", "x");
    event(one, fake_bus_last(MESSAGE_QUERY)->stream, 1, false);
    reject(one, fake_bus_last(MESSAGE_QUERY)->stream, "unavailable", "");
    one->capacity = 0;
    two = fake_bus_join("two");
    on_joined(&gateway, two);
    assert_ptr_equal(fake_bus_last(MESSAGE_ATTACH)->to, two);
    time_passes(250); /* it does not wait any more */
    assert_int_equal(fake_bus_count(MESSAGE_ATTACH), 1);
    event(two, fake_bus_last(MESSAGE_ATTACH)->stream, 2, false);
    assert_int_equal(client->streams->patience_ms, 0);
}

static void
a_query_sent_to_an_orchestrator_that_drains_waits_for_its_end(void **state)
{
    struct peer *one = fake_bus_join("one"), *two = fake_bus_join("two");
    struct client *client = a_client(&wire_tanstack);

    (void)state;
    one->capacity = 0; /* two is asked first */
    run(client, "r", "x");
    assert_ptr_equal(fake_bus_last(MESSAGE_QUERY)->to, two);
    reject(two, fake_bus_last(MESSAGE_QUERY)->stream, "elsewhere", "one");
    assert_ptr_equal(fake_bus_last(MESSAGE_QUERY)->to, one);
    reject(one, fake_bus_last(MESSAGE_QUERY)->stream, "draining", "");
    assert_int_equal(fake_bus_count(MESSAGE_QUERY), 2);
    time_passes(250);
    assert_ptr_equal(fake_bus_last(MESSAGE_QUERY)->to, two);
}

static void
a_draining_orchestrator_is_passed_over(void **state)
{
    struct peer *one = fake_bus_join("one");
    struct client *client = a_client(&wire_tanstack);

    (void)state;
    run(client, "r", "x");
    one->capacity = 0;
    reject(one, fake_bus_last(MESSAGE_QUERY)->stream, "draining", "");
    assert_int_equal(fake_bus_count(MESSAGE_QUERY), 1); /* held */
    on_joined(&gateway, one);
    assert_int_equal(fake_bus_count(MESSAGE_QUERY), 1);
    on_joined(&gateway, fake_bus_join("two"));
    assert_int_equal(fake_bus_count(MESSAGE_QUERY), 2);
}

static void
a_query_waits_while_an_orchestrator_drains_and_hold_ms_after_it(void **state)
{
    struct peer *one = fake_bus_join("one"), *two;
    struct client *client = a_client(&wire_tanstack);

    (void)state;
    one->capacity = 0;
    run(client, "r", "x");
    for (int i = 0; i < 8; i++)
        time_passes(2999);
    assert_non_null(client->streams);
    one->is_there = false;
    on_lost(&gateway, one);
    time_passes(2900);
    assert_non_null(client->streams); /* all of hold-ms is the next one's, to start in */
    on_joined(&gateway, two = fake_bus_join("two"));
    assert_int_equal(fake_bus_count(MESSAGE_QUERY), 1);
    two->is_there = false;
    on_lost(&gateway, two);
    time_passes(3100);
    assert_null(client->streams);
    assert_non_null(strstr(sent(client), "unavailable"));
}

static void
what_is_rejected_ends_as_its_client_expects(void **state)
{
    struct peer *peer = fake_bus_join("one");
    struct client *socket = a_client(&wire_tanstack), *resumed = a_client(&wire_tanstack);
    struct client *page = a_client(&wire_agui);

    (void)state;
    page->ends = true;
    run(socket, "r", "x");
    reject(peer, fake_bus_last(MESSAGE_QUERY)->stream, "busy", "");
    assert_non_null(strstr(sent(socket), "\"code\":\"busy\""));
    assert_int_equal(socket->close_code, 0);
    on_resume(&gateway, resumed, "r", "", 3);
    reject(peer, fake_bus_last(MESSAGE_ATTACH)->stream, "unknown_run", "");
    assert_int_equal(resumed->close_code, 1008);
    resumed = a_client(&wire_tanstack);
    on_resume(&gateway, resumed, "r", "", 3);
    reject(peer, fake_bus_last(MESSAGE_ATTACH)->stream, "store", ""); /* the run has not ended */
    assert_int_equal(resumed->close_code, 1013);
    assert_string_equal(sent(resumed), "");
    run(page, "r", "x");
    reject(peer, fake_bus_last(MESSAGE_QUERY)->stream, "busy", "");
    assert_int_equal(page->status, 429);
    assert_string_equal(sent(page), "{\"code\":\"busy\",\"message\":\"why\"}");
}

static void
a_resume_closes_1000_after_the_last_event(void **state)
{
    struct peer *peer = fake_bus_join("one");
    struct client *client = a_client(&wire_tanstack);

    (void)state;
    on_resume(&gateway, client, "r", "", 5);
    assert_int_equal(fake_bus_last(MESSAGE_ATTACH)->number, 5);
    event(peer, fake_bus_last(MESSAGE_ATTACH)->stream, 6, true);
    assert_int_equal(client->close_code, 1000);
    assert_string_equal(sent(client), "{\"id\":\"6\",\"chunk\":{}}");
}

static void
who_leaves_detaches_but_does_not_abort(void **state)
{
    struct client *client = a_client(&wire_tanstack);

    (void)state;
    fake_bus_join("one");
    run(client, "r", "x");
    on_left(&gateway, client);
    assert_int_equal(fake_bus_count(MESSAGE_DETACH), 1);
    assert_int_equal(fake_bus_count(MESSAGE_ABORT), 0);
}

static void
an_unknown_runs_abort_goes_to_every_orchestrator(void **state)
{
    struct client *client = a_client(&wire_tanstack);

    (void)state;
    fake_bus_join("one");
    fake_bus_join("two");
    on_abort(&gateway, client, "r");
    assert_int_equal(fake_bus_count(MESSAGE_ABORT), 2);
}

static void
many_streams_are_found_by_number(void **state)
{
    struct client *client = a_client(&wire_tanstack);
    struct stream *streams[500];

    (void)state;
    for (int i = 0; i < 500; i++)
        streams[i] = stream_new(&gateway.streams, client, "r", "", NULL, NULL, -1);
    for (int i = 0; i < 500; i++)
        assert_ptr_equal(stream_find(&gateway.streams, streams[i]->number), streams[i]);
    for (int i = 0; i < 500; i += 2)
        stream_destroy(&gateway.streams, &streams[i]);
    for (int i = 1; i < 500; i += 2)
        assert_ptr_equal(stream_find(&gateway.streams, streams[i]->number), streams[i]);
    assert_null(stream_find(&gateway.streams, 99999));
    assert_int_equal(client->stream_count, 250);
}

/* -- asks ---------------------------------------------------------------------------------------- */

static struct request *const somebody = (struct request *)&gateway; /* never looked into */

static void
aborted(int64_t request, int found)
{
    struct message message = { .kind = MESSAGE_ABORTED };

    message.aborted = (struct aborted) { .request = request, .found = found };
    on_aborted(&gateway, NULL, &message);
}

static void
an_abort_is_answered_by_the_first_that_knows_the_run(void **state)
{
    struct ask *ask;

    (void)state;
    fake_bus_join("one");
    fake_bus_join("two");
    ask = ask_new(&gateway, somebody, MESSAGE_ABORT, "anna", "r");
    aborted(ask->number, 0);
    assert_int_equal(fake_front.answers, 0);
    aborted(ask->number, 1);
    assert_int_equal(fake_front.status, 200);
    ask = ask_new(&gateway, somebody, MESSAGE_ABORT, "anna", "r");
    aborted(ask->number, 0);
    aborted(ask->number, 0);
    assert_int_equal(fake_front.status, 404);
    aborted(12345, 1);
    assert_int_equal(fake_front.answers, 2);
}

static void
a_question_about_a_thread_is_asked_again_when_its_orchestrator_dies(void **state)
{
    struct peer *one = fake_bus_join("one");
    struct message message = { .kind = MESSAGE_THREAD };

    (void)state;
    ask_new(&gateway, somebody, MESSAGE_HISTORY, "anna", "t");
    one->is_there = false;
    on_lost(&gateway, one);
    on_joined(&gateway, fake_bus_join("two"));
    assert_int_equal(fake_bus_count(MESSAGE_HISTORY), 2);
    message.thread = (struct thread) { .request = fake_bus_last(MESSAGE_HISTORY)->number, .found = 1 };
    message.thread.messages = (struct bytes) { "{\"a\":1}", 7 };
    on_thread(&gateway, NULL, &message);
    assert_int_equal(fake_front.status, 200);
    assert_string_equal(fake_front.json, "{\"a\":1}");
}

static void
nobody_there_is_503_in_the_end(void **state)
{
    (void)state;
    ask_new(&gateway, somebody, MESSAGE_FORGET, "anna", "t");
    time_passes(2999);
    assert_int_equal(fake_front.answers, 0);
    time_passes(1);
    assert_int_equal(fake_front.status, 503);
}

static void
an_orchestrator_that_never_answers_is_503_after_ten_seconds(void **state)
{
    (void)state;
    fake_bus_join("one");
    ask_new(&gateway, somebody, MESSAGE_FORGET, "anna", "t");
    time_passes(9999);
    assert_int_equal(fake_front.answers, 0);
    time_passes(1);
    assert_int_equal(fake_front.status, 503);
}

static void
who_left_is_not_answered(void **state)
{
    struct message message = { .kind = MESSAGE_FORGOTTEN };

    (void)state;
    fake_bus_join("one");
    ask_new(&gateway, somebody, MESSAGE_FORGET, "anna", "t");
    message.forgotten = (struct forgotten) { .request = fake_bus_last(MESSAGE_FORGET)->number, .found = 1 };
    ask_drop(&gateway, somebody);
    on_forgotten(&gateway, NULL, &message);
    assert_int_equal(fake_front.answers, 0);
}

static void
forgetting_goes_to_who_leads_the_thread_and_waits_for_a_take_over(void **state)
{
    struct peer *one = fake_bus_join("one"), *two = fake_bus_join("two");
    struct message message = { .kind = MESSAGE_FORGOTTEN };
    int asked;

    (void)state;
    ask_new(&gateway, somebody, MESSAGE_FORGET, "anna", "t");
    assert_ptr_equal(fake_bus_last(MESSAGE_FORGET)->to, one);
    message.forgotten =
        (struct forgotten) { .request = fake_bus_last(MESSAGE_FORGET)->number, .later = 1, .where = "two" };
    on_forgotten(&gateway, one, &message);
    assert_ptr_equal(fake_bus_last(MESSAGE_FORGET)->to, two);
    message.forgotten.where = "dead";
    on_forgotten(&gateway, two, &message);
    asked = fake_bus_count(MESSAGE_FORGET);
    time_passes(249);
    assert_int_equal(fake_bus_count(MESSAGE_FORGET), asked);
    time_passes(1);
    assert_int_equal(fake_bus_count(MESSAGE_FORGET), asked + 1);
    message.forgotten.later = 0;
    message.forgotten.found = 1;
    on_forgotten(&gateway, NULL, &message);
    assert_int_equal(fake_front.status, 200);
}

static void
a_stop_is_asked_again_while_somebody_can_not_say_and_503_in_the_end(void **state)
{
    struct peer *one = fake_bus_join("one"), *two = fake_bus_join("two");
    struct message message = { .kind = MESSAGE_ABORTED };

    (void)state;
    ask_new(&gateway, somebody, MESSAGE_ABORT, "anna", "r");
    for (int i = 0; i < 121 && fake_front.answers == 0; i++) {
        message.aborted = (struct aborted) { .request = fake_bus_last(MESSAGE_ABORT)->number, .later = 1 };
        on_aborted(&gateway, one, &message);
        message.aborted.later = 0;
        on_aborted(&gateway, two, &message);
        assert_int_equal(fake_bus_count(MESSAGE_ABORT), 2 * (i + 1));
        time_passes(250);
    }
    assert_int_equal(fake_front.status, 503);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, begin, end)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_query_is_given_to_an_orchestrator_and_its_events_to_the_client),
        TEST(the_same_frame_again_is_nothing_and_other_words_are_an_error),
        TEST(a_client_has_so_many_runs_at_once),
        TEST(a_held_query_goes_to_the_first_that_joins),
        TEST(a_held_query_is_unavailable_when_its_time_is_up),
        TEST(a_held_resume_is_sent_away_when_its_time_is_up),
        TEST(a_lost_orchestrators_runs_are_attached_from_the_last_offset),
        TEST(an_accepted_run_that_stays_lost_is_no_error_but_a_close),
        TEST(a_gap_is_asked_about_once),
        TEST(a_run_that_is_elsewhere_is_asked_there_and_not_for_ever),
        TEST(a_run_whose_orchestrator_is_not_here_is_asked_about_until_somebody_leads_it),
        TEST(a_run_that_nobody_ever_leads_is_unavailable),
        TEST(a_query_that_is_unavailable_is_asked_again_for_hold_ms),
        TEST(a_run_that_waits_goes_to_who_joins_and_its_patience_begins_anew_with_an_event),
        TEST(a_query_sent_to_an_orchestrator_that_drains_waits_for_its_end),
        TEST(a_draining_orchestrator_is_passed_over),
        TEST(a_query_waits_while_an_orchestrator_drains_and_hold_ms_after_it),
        TEST(what_is_rejected_ends_as_its_client_expects),
        TEST(a_resume_closes_1000_after_the_last_event),
        TEST(who_leaves_detaches_but_does_not_abort),
        TEST(an_unknown_runs_abort_goes_to_every_orchestrator),
        TEST(many_streams_are_found_by_number),
        TEST(an_abort_is_answered_by_the_first_that_knows_the_run),
        TEST(a_question_about_a_thread_is_asked_again_when_its_orchestrator_dies),
        TEST(nobody_there_is_503_in_the_end),
        TEST(an_orchestrator_that_never_answers_is_503_after_ten_seconds),
        TEST(who_left_is_not_answered),
        TEST(forgetting_goes_to_who_leads_the_thread_and_waits_for_a_take_over),
        TEST(a_stop_is_asked_again_while_somebody_can_not_say_and_503_in_the_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
