/* Orchestrators behind one name: real sockets at 127.0.0.2, .3, ..., and a resolver that says what a test
 * wants. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/socket.h>
#include <cmocka.h>

#include "common/bus.h"
#include "names.h"

#define HUBS 3

struct end {
    struct loop *loop;
    struct bus *bus;
    int joined, gone, received;
    int64_t capacity; /* of who joined last */
};

static struct loop *loop;
static struct end hubs[HUBS]; /* at 127.0.0.2, ... */
static struct end worker;
static int port;

static void
received(void *owner, struct peer *from, const struct message *message)
{
    (void)from;
    (void)message;
    ((struct end *)owner)->received++;
}

static void
joined(void *owner, struct peer *peer)
{
    ((struct end *)owner)->joined++;
    ((struct end *)owner)->capacity = peer_capacity(peer);
}

static void
gone(void *owner, struct peer *peer)
{
    (void)peer;
    ((struct end *)owner)->gone++;
}

static struct bus *
open_end(struct end *end, const char *endpoint, bool binds, int64_t resolve_ms)
{
    static const struct bus_listener listener = { received, joined, gone, NULL };
    struct bus_settings settings = { .role = binds ? "orchestrator" : "extractor",
                                     .endpoints = endpoint,
                                     .state_dir = "/tmp",
                                     .binds = binds,
                                     .capacity = 8,
                                     .beat_ms = 100,
                                     .resolve_ms = resolve_ms,
                                     .secret_key = "",
                                     .server_key = "",
                                     .known_keys = "" };

    *end = (struct end) { .loop = loop };
    return end->bus = bus_open(loop, &settings, &listener, end);
}

static void
open_hub(int i)
{
    char endpoint[64];

    snprintf(endpoint, sizeof endpoint, "tcp://127.0.0.%d:%d", 2 + i, port);
    assert_non_null(open_end(&hubs[i], endpoint, true, 0));
}

static void
open_worker(int64_t resolve_ms)
{
    char endpoint[64];

    snprintf(endpoint, sizeof endpoint, "tcp://localhost:%d", port);
    assert_non_null(open_end(&worker, endpoint, false, resolve_ms));
}

static void
time_is_up(void *owner)
{
    loop_stop(owner);
}

static void
run_for(int64_t ms)
{
    struct loop_timer *timer = loop_timer_new(loop, time_is_up, loop);

    loop_timer_start(timer, ms);
    loop_run(loop);
    loop_timer_destroy(&timer);
}

static int
peers_of(const struct end *end)
{
    int count = 0;

    for (struct peer *peer = NULL; (peer = bus_next_peer(end->bus, "", peer)) != NULL;)
        count++;
    return count;
}

/* Run until WHAT holds, ten seconds at the most. */
#define await(what)                                                                                          \
    do {                                                                                                     \
        for (int tries = 0; !(what) && tries < 1000; tries++)                                                \
            run_for(10);                                                                                     \
        assert_true(what);                                                                                   \
    } while (0)

/* A port that is free at all of 127.0.0.0/8. */
static int
begin(void **state)
{
    struct sockaddr_in any = { .sin_family = AF_INET };
    socklen_t size = sizeof any;
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    (void)state;
    bind(fd, (struct sockaddr *)&any, sizeof any);
    getsockname(fd, (struct sockaddr *)&any, &size);
    close(fd);
    port = ntohs(any.sin_port);
    loop = loop_new();
    return 0;
}

static int
end(void **state)
{
    (void)state;
    bus_close(&worker.bus);
    for (int i = 0; i < HUBS; i++)
        bus_close(&hubs[i].bus);
    loop_destroy(&loop);
    return 0;
}

static void
a_name_leads_to_every_address_that_it_has(void **state)
{
    (void)state;
    for (int i = 0; i < HUBS; i++)
        open_hub(i);
    names_are("127.0.0.2 127.0.0.3 127.0.0.4", 0);
    open_worker(60000);
    await(peers_of(&worker) == HUBS);
    for (int i = 0; i < HUBS; i++)
        await(peers_of(&hubs[i]) == 1);
}

static void
each_of_several_gets_its_part_of_the_capacity(void **state)
{
    struct message lookup = { .kind = MESSAGE_LOOKUP, .run = "r", .step = "s", .attempt = 1 };

    (void)state;
    open_hub(0);
    open_hub(1);
    names_are("127.0.0.2 127.0.0.3", 0);
    open_worker(60000);
    await(hubs[0].capacity == 4 && hubs[1].capacity == 4);
    bus_set_capacity(hubs[1].bus, 0); /* it drains, and still has what it had asked for */
    await(hubs[0].capacity == 8);
    lookup.lookup.words = "";
    assert_int_equal(bus_send(hubs[1].bus, bus_next_peer(hubs[1].bus, "", NULL), &lookup), 0);
    await(worker.received == 1);
    bus_close(&hubs[1].bus);
    await(peers_of(&worker) == 1);
    open_hub(1);
    await(hubs[0].capacity == 4 && hubs[1].capacity == 4);
    bus_set_capacity(worker.bus, 0);
    await(hubs[0].capacity == 0 && hubs[1].capacity == 0);
    bus_set_capacity(worker.bus, 1); /* nobody is told that there is nothing, where there is one */
    await(hubs[0].capacity == 1 && hubs[1].capacity == 1);
    assert_int_equal(hubs[0].gone, 0);
}

static void
a_new_address_is_found_as_time_passes(void **state)
{
    (void)state;
    open_hub(0);
    open_hub(1);
    names_are("127.0.0.2", 0);
    open_worker(20);
    await(peers_of(&worker) == 1);
    names_are("127.0.0.2 127.0.0.3", 0);
    await(peers_of(&worker) == 2);
    assert_int_equal(worker.gone, 0);
}

static void
one_that_answers_is_kept_though_no_answer_names_it(void **state)
{
    int asked;

    (void)state;
    open_hub(0);
    open_hub(1);
    names_are("127.0.0.2 127.0.0.3", 0);
    open_worker(20);
    await(peers_of(&worker) == 2);
    names_are("127.0.0.3", 0);
    asked = atomic_load(&names.answered);
    await(atomic_load(&names.answered) > asked + 3);
    assert_int_equal(worker.gone, 0);
    bus_close(&hubs[0].bus); /* now it is let go of: who comes there later is a stranger */
    await(worker.gone == 1);
    open_hub(0);
    run_for(300);
    assert_int_equal(hubs[0].joined, 0);
    assert_int_equal(peers_of(&worker), 1);
    names_are("127.0.0.3 127.0.0.2", 0); /* until it is named again */
    await(peers_of(&worker) == 2);
}

static void
one_that_never_answered_is_let_go_of_when_no_answer_names_it(void **state)
{
    int asked;

    (void)state;
    open_hub(0);
    names_are("127.0.0.2 127.0.0.3", 0);
    open_worker(20);
    await(peers_of(&worker) == 1);
    names_are("127.0.0.2", 0);
    asked = atomic_load(&names.answered);
    await(atomic_load(&names.answered) > asked + 3);
    open_hub(1);
    run_for(300);
    assert_int_equal(hubs[1].joined, 0);
}

static void
a_failing_resolver_changes_nothing(void **state)
{
    int asked;

    (void)state;
    open_hub(0);
    open_hub(1);
    names_are("127.0.0.2 127.0.0.3", 0);
    open_worker(20);
    await(peers_of(&worker) == 2);
    names_are("", EAI_NONAME);
    asked = atomic_load(&names.answered);
    await(atomic_load(&names.answered) > asked + 3);
    assert_int_equal(worker.gone, 0);
    bus_close(&hubs[0].bus);
    await(worker.gone == 1);
    open_hub(0); /* and who comes back is found where it was */
    await(peers_of(&worker) == 2);
}

static void
a_name_without_an_address_is_asked_for_until_it_has_one(void **state)
{
    (void)state;
    open_hub(0);
    names_are("", EAI_AGAIN);
    open_worker(20);
    run_for(100);
    assert_int_equal(peers_of(&worker), 0);
    names_are("127.0.0.2", 0);
    await(peers_of(&worker) == 1);
}

static void
the_loss_of_an_orchestrator_asks_at_once(void **state)
{
    (void)state;
    open_hub(0);
    open_hub(1);
    names_are("127.0.0.2", 0);
    open_worker(60000);
    await(peers_of(&worker) == 1);
    names_are("127.0.0.3", 0);
    bus_close(&hubs[0].bus);
    await(worker.gone == 1 && peers_of(&worker) == 1);
    assert_int_equal(hubs[1].joined, 1);
}

static void
two_ways_to_one_orchestrator_are_one_peer(void **state)
{
    int asked;

    (void)state;
    open_hub(0);
    names_are("127.0.0.2 ::ffff:127.0.0.2", 0);
    open_worker(20);
    await(peers_of(&worker) == 1);
    asked = atomic_load(&names.answered);
    await(atomic_load(&names.answered) > asked + 3);
    await(peers_of(&hubs[0]) == 1);
    assert_int_equal(worker.joined, 1);
    assert_int_equal(peer_capacity(bus_next_peer(hubs[0].bus, "", NULL)), 8); /* the whole of it */
    bus_close(&hubs[0].bus);
    await(worker.gone == 1);
    open_hub(0);
    await(peers_of(&worker) == 1);
    await(peers_of(&hubs[0]) == 1);
}

static void
a_bus_closes_while_it_is_asked_for(void **state)
{
    int answered = atomic_load(&names.answered);

    (void)state;
    atomic_store(&names.silent, true);
    open_worker(20);
    run_for(20);
    bus_close(&worker.bus);
    atomic_store(&names.silent, false);
    while (atomic_load(&names.answered) == answered)
        usleep(500);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_name_leads_to_every_address_that_it_has, begin, end),
        cmocka_unit_test_setup_teardown(each_of_several_gets_its_part_of_the_capacity, begin, end),
        cmocka_unit_test_setup_teardown(a_new_address_is_found_as_time_passes, begin, end),
        cmocka_unit_test_setup_teardown(one_that_answers_is_kept_though_no_answer_names_it, begin, end),
        cmocka_unit_test_setup_teardown(one_that_never_answered_is_let_go_of_when_no_answer_names_it, begin,
                                        end),
        cmocka_unit_test_setup_teardown(a_failing_resolver_changes_nothing, begin, end),
        cmocka_unit_test_setup_teardown(a_name_without_an_address_is_asked_for_until_it_has_one, begin, end),
        cmocka_unit_test_setup_teardown(the_loss_of_an_orchestrator_asks_at_once, begin, end),
        cmocka_unit_test_setup_teardown(two_ways_to_one_orchestrator_are_one_peer, begin, end),
        cmocka_unit_test_setup_teardown(a_bus_closes_while_it_is_asked_for, begin, end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
