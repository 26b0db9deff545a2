/* Peers that are frozen, of another version, without a known key, or no peers at all. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>
#include <zmq.h>

#include "common/bus.h"
#include "common/log.h"

struct end {
    struct loop *loop;
    struct bus *bus;
    int joined, gone, received;
};

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
    struct end *end = owner;

    (void)peer;
    end->joined++;
    loop_stop(end->loop);
}

static void
gone(void *owner, struct peer *peer)
{
    struct end *end = owner;

    (void)peer;
    end->gone++;
    loop_stop(end->loop);
}

static const struct bus_listener listener = { received, joined, gone, NULL };
static char folder[] = "/tmp/ensemble-peers-XXXXXX";
static const char *endpoint = "ipc://hub/orchestrator";

static struct bus *
open_end(struct end *end, bool binds, const char *secret, const char *server, const char *known)
{
    struct bus_settings settings = { .role = binds ? "orchestrator" : "extractor",
                                     .endpoints = endpoint,
                                     .state_dir = folder,
                                     .binds = binds,
                                     .capacity = 8,
                                     .beat_ms = 50,
                                     .secret_key = secret,
                                     .server_key = server,
                                     .known_keys = known };

    return end->bus = bus_open(end->loop, &settings, &listener, end);
}

static void
time_is_up(void *owner)
{
    loop_stop(owner);
}

static void
run_for(struct loop *loop, int ms)
{
    struct loop_timer *timer = loop_timer_new(loop, time_is_up, loop);

    loop_timer_start(timer, ms);
    loop_run(loop);
    loop_timer_destroy(&timer);
}

/* Start this program anew as KIND. After a fork alone the child of a process with threads may wait for ever
 * for a lock that one of them held, malloc()'s under ASan for one. */
static pid_t
start(const char *kind)
{
    pid_t pid = fork();

    if (pid == 0) {
        execl("/proc/self/exe", "test_bus_peers", kind, folder, (char *)NULL);
        _exit(1);
    }
    return pid;
}

/* A worker in a process of its own. It ends when it is killed. */
static void
be_worker(void)
{
    struct end worker = { .loop = loop_new() };

    if (open_end(&worker, false, "", "", "") == NULL)
        _exit(1);
    for (;;)
        loop_run(worker.loop);
}

static void
a_frozen_worker_is_lost_and_is_used_again_when_it_thaws(void **state)
{
    struct end hub = { .loop = loop_new() };
    pid_t worker;

    (void)state;
    assert_non_null(open_end(&hub, true, "", "", ""));
    worker = start("worker");
    while (hub.joined == 0)
        run_for(hub.loop, 5000);
    kill(worker, SIGSTOP);
    while (hub.gone == 0)
        run_for(hub.loop, 5000);
    assert_null(bus_next_peer(hub.bus, "", NULL));
    kill(worker, SIGCONT);
    while (hub.joined == 1)
        run_for(hub.loop, 5000);
    assert_non_null(bus_next_peer(hub.bus, "extractor", NULL));
    kill(worker, SIGKILL);
    waitpid(worker, NULL, 0);
    while (hub.gone == 1)
        run_for(hub.loop, 5000);
    bus_close(&hub.bus);
    loop_destroy(&hub.loop);
}

/* A socket of no daemon of ours that sends what it likes. */
static void *
stranger(void *context)
{
    char path[200];
    void *socket = zmq_socket(context, ZMQ_DEALER);

    snprintf(path, sizeof path, "ipc://%s/hub/orchestrator", folder);
    zmq_setsockopt(socket, ZMQ_LINGER, &(int) { 0 }, sizeof(int));
    assert_int_equal(zmq_connect(socket, path), 0);
    return socket;
}

static void
send_hello(void *socket, int version, bool again)
{
    struct message hello = { .kind = MESSAGE_HELLO };
    struct bytes frames[MESSAGE_FRAMES];
    struct buffer wire = { 0 };
    int count;

    hello.hello = (struct hello) {
        .role = "extractor", .name = "x", .version = version, .capacity = 1, .again = again
    };
    count = message_encode(&hello, &wire, frames);
    for (int i = 0; i < count; i++)
        zmq_send(socket, frames[i].bytes, frames[i].size, i + 1 < count ? ZMQ_SNDMORE : 0);
    buffer_clear(&wire);
}

static void
versions_next_to_ours_are_spoken_with_and_older_ones_are_not(void **state)
{
    void *context = zmq_ctx_new(), *socket;
    struct end hub = { .loop = loop_new() };
    const int spoken[] = { MESSAGE_VERSION - 1, MESSAGE_VERSION, MESSAGE_VERSION + 1 };

    (void)state;
    assert_non_null(open_end(&hub, true, "", "", ""));
    for (int i = 0; i < 3; i++) {
        socket = stranger(context);
        send_hello(socket, spoken[i], false);
        run_for(hub.loop, 5000);
        assert_int_equal(hub.joined, i + 1);
        zmq_close(socket);
        while (hub.gone <= i)
            run_for(hub.loop, 5000);
    }
    socket = stranger(context);
    send_hello(socket, MESSAGE_VERSION - 2, false);
    send_hello(socket, MESSAGE_VERSION + 2, false);
    run_for(hub.loop, 200);
    assert_int_equal(hub.joined, 3);
    zmq_close(socket);
    zmq_ctx_term(context);
    bus_close(&hub.bus);
    loop_destroy(&hub.loop);
}

/* It took us for dead while we were frozen: what it had of ours is lost, and it is used again. */
static void
a_worker_that_begins_anew_has_lost_what_it_had_and_one_with_another_capacity_has_not(void **state)
{
    void *context = zmq_ctx_new(), *socket;
    struct end hub = { .loop = loop_new() };

    (void)state;
    assert_non_null(open_end(&hub, true, "", "", ""));
    socket = stranger(context);
    send_hello(socket, MESSAGE_VERSION, false);
    while (hub.joined < 1)
        run_for(hub.loop, 5000);
    send_hello(socket, MESSAGE_VERSION, true);
    while (hub.joined < 2)
        run_for(hub.loop, 5000);
    assert_int_equal(hub.gone, 0);
    send_hello(socket, MESSAGE_VERSION, false);
    while (hub.joined < 3)
        run_for(hub.loop, 5000);
    assert_int_equal(hub.gone, 1);
    assert_non_null(bus_next_peer(hub.bus, "extractor", NULL));
    zmq_close(socket);
    zmq_ctx_term(context);
    bus_close(&hub.bus);
    loop_destroy(&hub.loop);
}

static void
bytes_that_are_no_message_are_dropped_and_a_stranger_is_asked_who_it_is(void **state)
{
    void *context = zmq_ctx_new(), *socket;
    struct end hub = { .loop = loop_new() };
    char kind[16] = "";

    (void)state;
    assert_non_null(open_end(&hub, true, "", "", ""));
    socket = stranger(context);
    zmq_send(socket, "\xFF\x00{", 3, 0);
    for (int i = 0; i < 20; i++)
        zmq_send(socket, "x", 1, i < 19 ? ZMQ_SNDMORE : 0);
    zmq_send(socket, "BEAT", 5, ZMQ_SNDMORE);
    zmq_send(socket, "", 1, ZMQ_SNDMORE);
    zmq_send(socket, "", 1, ZMQ_SNDMORE);
    zmq_send(socket, "0", 2, ZMQ_SNDMORE);
    zmq_send(socket, "0", 2, ZMQ_SNDMORE);
    zmq_send(socket, "{}", 2, 0);
    for (int i = 0; i < 50 && zmq_recv(socket, kind, sizeof kind, ZMQ_DONTWAIT) < 0; i++)
        run_for(hub.loop, 20);
    assert_string_equal(kind, "WHO");
    assert_int_equal(hub.received, 0);
    zmq_close(socket);
    zmq_ctx_term(context);
    bus_close(&hub.bus);
    loop_destroy(&hub.loop);
}

/* Read from ROUTER until a HELLO comes, running LOOP meanwhile; its sender into ROUTE. */
static size_t
await_hello(void *router, struct loop *loop, char route[64])
{
    for (;;) {
        char part[512], kind[16] = "";
        int size = zmq_recv(router, route, 64, ZMQ_DONTWAIT), more = size >= 0;
        size_t option = sizeof more;

        for (int i = 0; more; i++) {
            zmq_recv(router, i == 0 ? kind : part, i == 0 ? sizeof kind : sizeof part, 0);
            zmq_getsockopt(router, ZMQ_RCVMORE, &more, &option);
        }
        if (strcmp(kind, "HELLO") == 0)
            return (size_t)size;
        run_for(loop, 10);
    }
}

static void
send_from(void *router, const char *route, size_t size, const struct message *message)
{
    struct bytes frames[MESSAGE_FRAMES];
    struct buffer wire = { 0 };
    int count = message_encode(message, &wire, frames);

    zmq_send(router, route, size, ZMQ_SNDMORE);
    for (int i = 0; i < count; i++)
        zmq_send(router, frames[i].bytes, frames[i].size, i + 1 < count ? ZMQ_SNDMORE : 0);
    buffer_clear(&wire);
}

/* It was frozen for a while, was taken for dead, and what the orchestrator had of it was given up. */
static void
an_orchestrator_that_has_forgotten_us_is_gone_and_comes_back(void **state)
{
    struct message hello = { .kind = MESSAGE_HELLO }, who = { .kind = MESSAGE_WHO, .who = { .name = "o" } };
    void *context = zmq_ctx_new(), *router = zmq_socket(context, ZMQ_ROUTER);
    struct end worker = { .loop = loop_new() };
    char path[200], route[64];
    size_t size;

    (void)state;
    hello.hello = (struct hello) { .role = "orchestrator", .name = "o", .version = MESSAGE_VERSION };
    snprintf(path, sizeof path, "ipc://%s/hub/orchestrator", folder);
    zmq_setsockopt(router, ZMQ_LINGER, &(int) { 0 }, sizeof(int));
    assert_int_equal(zmq_bind(router, path), 0);
    assert_non_null(open_end(&worker, false, "", "", ""));
    size = await_hello(router, worker.loop, route);
    send_from(router, route, size, &hello);
    while (worker.joined == 0)
        run_for(worker.loop, 5000);
    send_from(router, route, size, &who);
    send_from(router, route, size, &who); /* for each of what it had sent meanwhile */
    while (worker.gone == 0)
        run_for(worker.loop, 5000);
    assert_null(bus_next_peer(worker.bus, "", NULL));
    size = await_hello(router, worker.loop, route);
    send_from(router, route, size, &hello);
    while (worker.joined == 1)
        run_for(worker.loop, 5000);
    assert_int_equal(worker.gone, 1);
    bus_close(&worker.bus);
    zmq_close(router);
    zmq_ctx_term(context);
    loop_destroy(&worker.loop);
}

/* An orchestrator that says much and is killed in the middle of it. */
static void
be_talker(void)
{
    struct message hello = { .kind = MESSAGE_HELLO }, beat = { .kind = MESSAGE_BEAT };
    char path[200], route[64];
    void *router;
    size_t size;

    router = zmq_socket(zmq_ctx_new(), ZMQ_ROUTER);
    snprintf(path, sizeof path, "ipc://%s/hub/orchestrator", folder);
    zmq_bind(router, path);
    size = await_hello(router, loop_new(), route);
    hello.hello = (struct hello) { .role = "orchestrator", .name = "o", .version = MESSAGE_VERSION };
    send_from(router, route, size, &hello);
    for (int i = 0; i < 4000; i++)
        send_from(router, route, size, &beat);
    usleep(3000);
    kill(getpid(), SIGKILL);
    _exit(1);
}

/* With ZMQ_IMMEDIATE libzmq drops the pipe between two frames of a message, and aborts on it. */
static void
a_death_in_the_middle_of_what_is_read_is_survived(void **state)
{
    struct end worker = { .loop = loop_new() };

    (void)state;
    assert_non_null(open_end(&worker, false, "", "", ""));
    for (int i = 1; i <= 20; i++) {
        pid_t talker = start("talker");

        while (worker.gone < i)
            run_for(worker.loop, 5000);
        waitpid(talker, NULL, 0);
    }
    bus_close(&worker.bus);
    loop_destroy(&worker.loop);
}

/* libzmq would cut the connection, and not make it again. */
static void
what_is_too_long_is_not_sent_and_cuts_off_nobody(void **state)
{
    struct end hub = { .loop = loop_new() }, worker = { .loop = hub.loop };
    struct message thread = { .kind = MESSAGE_THREAD, .run = "", .step = "" };
    struct peer *peer;

    (void)state;
    assert_non_null(open_end(&hub, true, "", "", ""));
    assert_non_null(open_end(&worker, false, "", "", ""));
    while ((peer = bus_next_peer(hub.bus, "extractor", NULL)) == NULL)
        run_for(hub.loop, 5000);
    thread.thread.messages = (struct bytes) { calloc(1, 17 << 20), 17 << 20 };
    log_set_level("error");
    assert_int_equal(bus_send(hub.bus, peer, &thread), -1);
    run_for(hub.loop, 200);
    assert_int_equal(hub.gone + worker.gone, 0);
    thread.thread.messages.size = 15 << 20;
    assert_int_equal(bus_send(hub.bus, peer, &thread), 0);
    while (worker.received == 0)
        run_for(hub.loop, 20);
    assert_int_equal(hub.gone + worker.gone, 0);
    free((void *)thread.thread.messages.bytes);
    bus_close(&worker.bus);
    bus_close(&hub.bus);
    loop_destroy(&hub.loop);
}

static void
write_key(const char *name, const char *key)
{
    char path[200];
    FILE *file;

    snprintf(path, sizeof path, "%s/keys", folder);
    mkdir(path, 0700);
    snprintf(path, sizeof path, "%s/keys/%s.pub", folder, name);
    file = fopen(path, "w");
    fprintf(file, "%s\n", key);
    fclose(file);
}

static void
with_keys_only_the_known_come_in(void **state)
{
    char server_public[41], server_secret[41], known_public[41], known_secret[41], other_public[41],
        other_secret[41];
    char keys[200];
    struct end hub = { .loop = loop_new() }, known = { .loop = hub.loop }, other = { .loop = hub.loop };

    (void)state;
    zmq_curve_keypair(server_public, server_secret);
    zmq_curve_keypair(known_public, known_secret);
    zmq_curve_keypair(other_public, other_secret);
    snprintf(keys, sizeof keys, "%s/keys", folder);
    mkdir(keys, 0700);
    endpoint = "tcp://127.0.0.1:*";
    assert_non_null(open_end(&hub, true, server_secret, "", keys)); /* an empty folder refuses all */
    bus_close(&hub.bus);
    endpoint = "ipc://hub/orchestrator";
    assert_non_null(open_end(&hub, true, server_secret, "", keys));
    assert_non_null(open_end(&known, false, known_secret, server_public, ""));
    run_for(hub.loop, 300);
    assert_int_equal(hub.joined, 0);
    write_key("extractor-1", known_public);
    bus_reload(hub.bus);
    while (hub.joined == 0)
        run_for(hub.loop, 5000);
    assert_non_null(open_end(&other, false, other_secret, server_public, ""));
    run_for(hub.loop, 300);
    assert_int_equal(hub.joined, 1);
    assert_int_equal(other.joined, 0);
    write_key("broken", "no key at all");
    bus_reload(hub.bus); /* keeps the old ones */
    assert_non_null(bus_next_peer(hub.bus, "extractor", NULL));
    bus_close(&other.bus);
    bus_close(&known.bus);
    bus_close(&hub.bus);
    loop_destroy(&hub.loop);
}

static void
without_keys_only_this_machine_is_bound(void **state)
{
    struct end hub = { .loop = loop_new() };
    static const char *const refused[] = {
        "tcp://0.0.0.0:5555", "tcp://*:5555", "udp://127.0.0.1:1", "",
        "ipc:///tmp/"
        "a-path-that-is-longer-than-a-socket-may-have-a-path-that-is-longer-than-a-"
        "socket-may-have-a-path-that-is-longer"
    };

    (void)state;
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        endpoint = refused[i];
        assert_null(open_end(&hub, true, "", "", ""));
    }
    endpoint = "tcp://127.0.0.1:*";
    assert_null(open_end(&hub, true, "not a key", "", ""));
    assert_non_null(open_end(&hub, true, "", "", ""));
    bus_close(&hub.bus);
    endpoint = "ipc://hub/orchestrator";
    loop_destroy(&hub.loop);
}

int
main(int argc, char *argv[])
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_frozen_worker_is_lost_and_is_used_again_when_it_thaws),
        cmocka_unit_test(an_orchestrator_that_has_forgotten_us_is_gone_and_comes_back),
        cmocka_unit_test(a_death_in_the_middle_of_what_is_read_is_survived),
        cmocka_unit_test(versions_next_to_ours_are_spoken_with_and_older_ones_are_not),
        cmocka_unit_test(
            a_worker_that_begins_anew_has_lost_what_it_had_and_one_with_another_capacity_has_not),
        cmocka_unit_test(bytes_that_are_no_message_are_dropped_and_a_stranger_is_asked_who_it_is),
        cmocka_unit_test(what_is_too_long_is_not_sent_and_cuts_off_nobody),
        cmocka_unit_test(with_keys_only_the_known_come_in),
        cmocka_unit_test(without_keys_only_this_machine_is_bound),
    };

    log_set_level("error");
    if (argc == 3) {
        snprintf(folder, sizeof folder, "%s", argv[2]);
        strcmp(argv[1], "worker") == 0 ? be_worker() : be_talker();
    }
    if (mkdtemp(folder) == NULL)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
