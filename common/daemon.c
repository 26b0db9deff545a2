#include "common/daemon.h"

#include <curl/curl.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/log.h"
#include "common/metrics.h"

#define DRAIN_LOOK_MS 20  /* between two looks whether a draining daemon is idle */
#define FIGURES_BEATS 5   /* between two FIGURES */
#define DESCRIPTORS 65536 /* what a daemon asks for; lws makes a table of that size */

/* As many descriptors as we may have, up to DESCRIPTORS: lws sizes its table by the soft limit, so that an
 * unlimited one would be as bad as a small one. */
static void
set_descriptor_limit(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return;
    limit.rlim_cur = limit.rlim_max < DESCRIPTORS ? limit.rlim_max : DESCRIPTORS;
    setrlimit(RLIMIT_NOFILE, &limit);
}

/* abort() says nothing by itself, and libzmq calls it too. It is not undone by this. */
static void
about_to_abort(int number)
{
    (void)number;
    /* called in a turn of the loop, never in the log itself:
     * NOLINTNEXTLINE(bugprone-signal-handler,cert-sig30-c) */
    log_error("aborted: no memory was left, or a mistake of its own; what was accepted is in the store");
}

static int
make_folder(const char *path)
{
    if (mkdir(path, 0750) == 0 || errno == EEXIST)
        return 0;
    log_error("folder %s can't be made: %s", path, strerror(errno));
    return -1;
}

/* Whether there is nothing left to wait for before the process ends. */
static bool
is_done(struct daemon *daemon)
{
    if (daemon->calls == NULL || daemon->calls->is_idle == NULL || daemon->calls->is_idle(daemon->self))
        return true;
    return clock_now_ms() >= daemon->drain_deadline_ms;
}

static void
look_whether_done(void *owner)
{
    struct daemon *daemon = owner;

    if (is_done(daemon))
        loop_stop(daemon->loop);
    else
        loop_timer_start(daemon->drain_timer, DRAIN_LOOK_MS);
}

/* A loop that stands still touches nothing, and the container is seen to be ill. */
static void
touch_health_file(void *owner)
{
    struct daemon *daemon = owner;
    int fd = open(daemon->options.health_file, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);

    if (fd < 0 || futimens(fd, NULL) != 0)
        log_warning("option health-file=%s: %s", daemon->options.health_file, strerror(errno));
    if (fd >= 0)
        close(fd);
    loop_timer_start(daemon->health_timer, daemon->options.beat_ms);
}

/* Figures go to the gateways, those of a worker through the orchestrators. */
static void
tell_figures(void *owner)
{
    struct daemon *daemon = owner;
    const char *to = strcmp(daemon->name, "orchestrator") == 0 ? "gateway" : "orchestrator";
    struct message message = { .kind = MESSAGE_FIGURES };
    struct buffer text = { 0 };
    struct peer *peer = NULL;
    char labels[80];

    snprintf(labels, sizeof labels, "daemon=\"%s\",process=\"%.8s\"", daemon->name, bus_name(daemon->bus));
    metrics_write(&text, labels);
    message.figures = (struct figures) { .name = bus_name(daemon->bus), .figures = buffer_string(&text) };
    while (text.size > 0 && !text.failed && (peer = bus_next_peer(daemon->bus, to, peer)) != NULL)
        daemon_send(daemon, peer, &message);
    buffer_clear(&text);
    loop_timer_start(daemon->figures_timer, FIGURES_BEATS * daemon->options.beat_ms);
}

static void
told_to_stop(void *owner)
{
    struct daemon *daemon = owner;

    if (daemon->draining) {
        loop_stop(daemon->loop); /* told twice: at once */
        return;
    }
    daemon->draining = true;
    daemon->drain_deadline_ms = clock_now_ms() + daemon->options.drain_ms;
    log_info("draining for at most %lld ms", (long long)daemon->options.drain_ms);
    if (daemon->bus != NULL)
        bus_set_capacity(daemon->bus, 0);
    if (daemon->calls != NULL && daemon->calls->drain != NULL)
        daemon->calls->drain(daemon->self);
    loop_timer_start(daemon->drain_timer, 0);
}

static void
told_to_reload(void *owner)
{
    struct daemon *daemon = owner;

    options_reload(&daemon->options, daemon->name, daemon->argc, daemon->argv);
    log_set_level(daemon->options.log_level);
    if (daemon->bus != NULL)
        bus_reload(daemon->bus);
    if (daemon->calls != NULL && daemon->calls->reload != NULL)
        daemon->calls->reload(daemon->self);
    log_info("options read again");
}

int
daemon_start(struct daemon *daemon, const char *name, int argc, char *argv[], int *status)
{
    memset(daemon, 0, sizeof *daemon);
    *status = 2;
    daemon->name = name;
    daemon->argc = argc;
    daemon->argv = argv;
    log_start(name);
    switch (options_read(&daemon->options, name, argc, argv)) {
    case OPTIONS_HELP:
        *status = EXIT_SUCCESS;
        return -1;
    case OPTIONS_BAD:
        return -1;
    case OPTIONS_OK:
        break;
    }
    if (log_set_level(daemon->options.log_level) != 0) {
        log_error("option log-level=%s: wants error, warning, info or debug", daemon->options.log_level);
        daemon_stop(daemon);
        return -1;
    }
    *status = EXIT_FAILURE;
    signal(SIGPIPE, SIG_IGN);
    signal(SIGABRT, about_to_abort);
    set_descriptor_limit();
    json_object_seed(0);
    curl_global_init(CURL_GLOBAL_DEFAULT); /* before any thread, once */
    if (make_folder(daemon->options.state_dir) != 0 || (daemon->loop = loop_new()) == NULL) {
        daemon_stop(daemon);
        return -1;
    }
    daemon->drain_timer = loop_timer_new(daemon->loop, look_whether_done, daemon);
    daemon->health_timer = loop_timer_new(daemon->loop, touch_health_file, daemon);
    daemon->figures_timer = loop_timer_new(daemon->loop, tell_figures, daemon);
    loop_signal(daemon->loop, SIGTERM, told_to_stop, daemon);
    loop_signal(daemon->loop, SIGINT, told_to_stop, daemon);
    loop_signal(daemon->loop, SIGHUP, told_to_reload, daemon);
    return 0;
}

static void
received(void *owner, struct peer *from, const struct message *message)
{
    struct daemon *daemon = owner;
    handler *handle = daemon->calls->handlers[message->kind];

    if (handle == NULL) {
        log_warning("refused %s from %s %s: not for a %s", message_name(message->kind), peer_role(from),
                    peer_name(from), daemon->name);
        return;
    }
    if (handle(daemon->self, from, message) != 0) {
        daemon->failed = true;
        loop_stop(daemon->loop);
    }
}

static void
joined(void *owner, struct peer *peer)
{
    struct daemon *daemon = owner;

    if (daemon->calls->joined != NULL)
        daemon->calls->joined(daemon->self, peer);
}

static void
gone(void *owner, struct peer *peer)
{
    struct daemon *daemon = owner;

    if (daemon->calls->gone != NULL)
        daemon->calls->gone(daemon->self, peer);
}

static void
turn(void *owner)
{
    struct daemon *daemon = owner;

    if (daemon->calls->turn != NULL)
        daemon->calls->turn(daemon->self);
}

int
daemon_open_bus(struct daemon *daemon, const struct daemon_calls *calls, void *self)
{
    static const struct bus_listener listener = { received, joined, gone, turn };
    const struct options *options = &daemon->options;
    struct bus_settings settings = {
        .role = daemon->name,
        .endpoints = options->bus,
        .state_dir = options->state_dir,
        .binds = strcmp(daemon->name, "orchestrator") == 0,
        .capacity = options->capacity,
        .beat_ms = options->beat_ms,
        .resolve_ms = options->bus_resolve_ms,
        .secret_key = options->bus_secret_key,
        .server_key = options->bus_server_key,
        .known_keys = options->bus_known_keys,
    };

    daemon->calls = calls;
    daemon->self = self;
    daemon->bus = bus_open(daemon->loop, &settings, &listener, daemon);
    return daemon->bus != NULL ? 0 : -1;
}

int
daemon_serve(struct daemon *daemon, const struct daemon_calls *calls, void *self)
{
    daemon->calls = calls;
    daemon->self = self;
    if (daemon->bus == NULL && strcmp(daemon->name, "understudy") != 0 &&
        daemon_open_bus(daemon, calls, self) != 0)
        return EXIT_FAILURE;
    if (daemon->options.health_file[0] != '\0')
        touch_health_file(daemon);
    if (daemon->bus != NULL && strcmp(daemon->name, "gateway") != 0)
        loop_timer_start(daemon->figures_timer, daemon->options.beat_ms);
    log_info("ready pid=%d state=%s", (int)getpid(), daemon->options.state_dir);
    loop_run(daemon->loop);
    log_info("stopped%s", daemon->failed ? " on a failure of its own" : "");
    return daemon->failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

void
daemon_stop(struct daemon *daemon)
{
    bus_close(&daemon->bus);
    loop_timer_destroy(&daemon->drain_timer);
    loop_timer_destroy(&daemon->health_timer);
    loop_timer_destroy(&daemon->figures_timer);
    loop_destroy(&daemon->loop);
    options_clear(&daemon->options);
}

void
daemon_send(struct daemon *daemon, struct peer *peer, const struct message *message)
{
    bus_send(daemon->bus, peer, message);
}

void
daemon_refuse(struct daemon *daemon, struct peer *peer, const struct message *message, const char *code,
              const char *why, bool retry, json_t *usage)
{
    struct message answer = message_answer(message, MESSAGE_REFUSED);

    answer.refused = (struct refused) { .code = code, .message = why, .retry = retry, .usage = usage };
    log_warning("refused %s run=%s step=%s attempt=%lld code=%s: %s", message_name(message->kind),
                message->run, message->step, (long long)message->attempt, code, why);
    daemon_send(daemon, peer, &answer);
}
