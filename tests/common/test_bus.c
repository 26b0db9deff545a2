/* Two ends of a bus in one process, on one loop and a real ipc socket. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "common/bus.h"
#include "common/clock.h"
#include "common/log.h"

struct end {
    struct loop *loop;
    struct bus *bus;
    struct peer *peer;
    int joined, gone, received, gone_after; /* gone_after: how many were received before `gone` */
    bool answers;
    int stop_at; /* stop the loop when so many were received; 0: never */
};

static void
received(void *owner, struct peer *from, const struct message *message)
{
    struct end *end = owner;

    end->received++;
    if (end->answers) {
        struct message answer = message_answer(message, MESSAGE_FOUND);

        bus_send(end->bus, from, &answer);
    }
    if (end->received == end->stop_at)
        loop_stop(end->loop);
}

static void
joined(void *owner, struct peer *peer)
{
    struct end *end = owner;

    end->joined++;
    end->peer = peer;
    if (end->stop_at == 0)
        loop_stop(end->loop);
}

static void
gone(void *owner, struct peer *peer)
{
    struct end *end = owner;

    (void)peer;
    end->gone++;
    end->peer = NULL;
    end->gone_after = end->received;
    loop_stop(end->loop);
}

static void
time_is_up(void *owner)
{
    loop_stop(owner);
}

static const struct bus_listener listener = { received, joined, gone, NULL };
static char folder[] = "/tmp/ensemble-bus-XXXXXX";

static struct bus *
open_end(struct end *end, const char *role, bool binds)
{
    struct bus_settings settings = { .role = role,
                                     .endpoints = "ipc://hub/orchestrator",
                                     .state_dir = folder,
                                     .binds = binds,
                                     .capacity = 8,
                                     .beat_ms = 100,
                                     .secret_key = "",
                                     .server_key = "",
                                     .known_keys = "" };

    return end->bus = bus_open(end->loop, &settings, &listener, end);
}

/* Run the loop until the ends stop it, five seconds at the most. */
static void
run(struct loop *loop)
{
    struct loop_timer *timer = loop_timer_new(loop, time_is_up, loop);

    loop_timer_start(timer, 5000);
    loop_run(loop);
    assert_true(loop_timer_is_running(timer));
    loop_timer_destroy(&timer);
}

static void
meet(struct loop *loop, struct end *hub, struct end *worker)
{
    hub->loop = worker->loop = loop;
    assert_non_null(open_end(hub, "orchestrator", true));
    assert_non_null(open_end(worker, "wardrobe", false));
    while (hub->joined == 0 || worker->joined == 0)
        run(loop);
}

static void
both_ends_learn_each_other(void **state)
{
    struct loop *loop = loop_new();
    struct end hub = { 0 }, worker = { 0 };

    (void)state;
    meet(loop, &hub, &worker);
    assert_string_equal(peer_role(hub.peer), "wardrobe");
    assert_int_equal(peer_capacity(hub.peer), 8);
    assert_string_equal(peer_role(worker.peer), "orchestrator");
    assert_ptr_equal(bus_next_peer(hub.bus, "wardrobe", NULL), hub.peer);
    assert_null(bus_next_peer(hub.bus, "extractor", NULL));
    bus_set_capacity(worker.bus, 0);
    run(loop);
    assert_int_equal(peer_capacity(hub.peer), 0);
    bus_close(&worker.bus);
    bus_close(&hub.bus);
    loop_destroy(&loop);
}

static void
a_thousand_requests_have_a_thousand_answers(void **state)
{
    struct loop *loop = loop_new();
    struct end hub = { 0 }, worker = { .answers = true };
    struct message lookup = { .kind = MESSAGE_LOOKUP, .run = "r", .step = "early", .attempt = 1 };

    (void)state;
    meet(loop, &hub, &worker);
    lookup.lookup.words = "linen shirt";
    hub.stop_at = 1000;
    for (int i = 0; i < 1000; i++)
        assert_int_equal(bus_send(hub.bus, hub.peer, &lookup), 0);
    run(loop);
    assert_int_equal(hub.received, 1000);
    bus_close(&worker.bus);
    bus_close(&hub.bus);
    loop_destroy(&loop);
}

static void
what_a_dying_peer_had_sent_is_read_before_it_is_gone(void **state)
{
    struct loop *loop = loop_new();
    struct end hub = { .stop_at = -1 }, worker = { 0 };
    struct message found = { .kind = MESSAGE_FOUND, .run = "r", .step = "early", .attempt = 1 };
    int64_t begun;

    (void)state;
    hub.stop_at = 0;
    meet(loop, &hub, &worker);
    for (int i = 0; i < 50; i++)
        assert_int_equal(bus_send(worker.bus, worker.peer, &found), 0);
    hub.stop_at = 50;
    run(loop);
    hub.stop_at = -1;
    begun = clock_now_ms();
    bus_close(&worker.bus);
    run(loop);
    assert_int_equal(hub.gone, 1);
    assert_int_equal(hub.gone_after, 50);
    print_message("gone %lld ms after the close\n", (long long)(clock_now_ms() - begun));
    bus_close(&hub.bus);
    loop_destroy(&loop);
}

static void
a_second_orchestrator_on_the_path_is_refused(void **state)
{
    struct loop *loop = loop_new();
    struct end first = { .loop = loop }, second = { .loop = loop };

    (void)state;
    assert_non_null(open_end(&first, "orchestrator", true));
    assert_null(open_end(&second, "orchestrator", true));
    bus_close(&first.bus);
    assert_non_null(open_end(&second, "orchestrator", true));
    bus_close(&second.bus);
    loop_destroy(&loop);
}

static void
an_orchestrator_that_returns_is_joined_again(void **state)
{
    struct loop *loop = loop_new();
    struct end hub = { 0 }, worker = { 0 };

    (void)state;
    meet(loop, &hub, &worker);
    bus_close(&hub.bus);
    run(loop);
    assert_int_equal(worker.gone, 1);
    hub.joined = worker.joined = 0;
    assert_non_null(open_end(&hub, "orchestrator", true));
    while (hub.joined == 0 || worker.joined == 0)
        run(loop);
    bus_close(&worker.bus);
    bus_close(&hub.bus);
    loop_destroy(&loop);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_ends_learn_each_other),
        cmocka_unit_test(a_thousand_requests_have_a_thousand_answers),
        cmocka_unit_test(what_a_dying_peer_had_sent_is_read_before_it_is_gone),
        cmocka_unit_test(a_second_orchestrator_on_the_path_is_refused),
        cmocka_unit_test(an_orchestrator_that_returns_is_joined_again),
    };

    if (mkdtemp(folder) == NULL)
        return 1;
    log_set_level("error");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
