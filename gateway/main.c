/* gateway -- clients on one side, orchestrators on the other; never waits, keeps nothing.
 *
 *     client --frame, POST--> gateway --QUERY, ATTACH, DETACH, ABORT, HISTORY, FORGET--> orchestrator
 *     client <--frame, SSE--- gateway <--EVENT, REJECTED, ABORTED, THREAD, FORGOTTEN---- orchestrator
 *
 * It has no state: kill it, and the clients come back through another and resume. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/log.h"
#include "common/metrics.h"
#include "gateway/terminal.h"
#include "gateway/connection.h"
#include "gateway/proxy.h"

#define PING_PARTS 8 /* clients are pinged in so many parts, each at its time, and not all at once */

static const struct daemon_calls calls = {
    .handlers = {
        [MESSAGE_EVENT] = on_event,
        [MESSAGE_REJECTED] = on_rejected,
        [MESSAGE_THREAD] = on_thread,
        [MESSAGE_FORGOTTEN] = on_forgotten,
        [MESSAGE_ABORTED] = on_aborted,
        [MESSAGE_FIGURES] = on_figures,
    },
    .joined = on_joined,
    .gone = on_lost,
    .reload = on_reload,
    .drain = on_drain,
    .is_idle = gateway_is_idle,
};

/* A sign of life to every client of this part. */
static void
ping(void *owner)
{
    struct gateway *gateway = owner;
    unsigned part = gateway->beat++ % PING_PARTS, i = 0;

    for (struct client *client = gateway->clients.first; client != NULL; client = client->next) {
        if (i++ % PING_PARTS != part)
            continue;
        client->ping_due = true;
        front_wake(client);
    }
    loop_timer_start(gateway->ping_timer, gateway->daemon.options.ping_ms / PING_PARTS + 1);
}

void
on_reload(void *self)
{
    struct gateway *gateway = self;

    web_reload(gateway->web);
    if (!frame_is_readable(gateway->daemon.options.embedders))
        log_warning(
            "option embedders=%s: wants none, same, * or origins with commas: nobody may embed the page",
            gateway->daemon.options.embedders);
    frame_policy(gateway->daemon.options.embedders, gateway->page_policy);
}

/* What cannot be served later is said now. */
static int
check(const struct options *options)
{
    bool with_tokens = strcmp(options->auth, "token") == 0;

    if (!with_tokens && strcmp(options->auth, "none") != 0) {
        log_error("option auth=%s: wants none or token", options->auth);
        return -1;
    }
    if (with_tokens && strlen(options->token_secret) < 16) {
        log_error("option auth=token needs token-secret, of 16 bytes or more");
        return -1;
    }
    if ((options->tls_cert[0] == '\0') != (options->tls_key[0] == '\0')) {
        log_error("options tls-cert and tls-key go together");
        return -1;
    }
    if (!proxy_is_readable(options->proxies)) {
        log_error("option proxies=%s: wants addresses or address/bits, with commas", options->proxies);
        return -1;
    }
    if (!frame_is_readable(options->embedders)) {
        log_error("option embedders=%s: wants none, same, * or https://shop.example,… with commas",
                  options->embedders);
        return -1;
    }
    return 0;
}

/* An API without a page is all right; a folder that was misspelt is not, and nobody would see why. */
static void
look_for_page(const char *folder)
{
    char path[4096];

    snprintf(path, sizeof path, "%s/index.html", folder);
    if (access(path, R_OK) != 0)
        log_warning("option web=%s: no index.html that can be read there; the page is 404", folder);
}

/* Its connections are those of many shoppers. */
static bool
is_proxy(void *owner, const char *address)
{
    struct gateway *gateway = owner;

    return proxy_is_trusted(address, gateway->daemon.options.proxies);
}

static int
open_doors(struct gateway *gateway)
{
    const struct options *options = &gateway->daemon.options;
    struct web_settings settings = { .address = options->address,
                                     .port = options->port,
                                     .tls_cert = options->tls_cert,
                                     .tls_key = options->tls_key,
                                     .max_clients = options->max_clients,
                                     .address_clients = options->client_connections,
                                     .may_have_more = is_proxy,
                                     .protocols = front_protocols,
                                     .owner = gateway };

    if ((gateway->web = web_open(gateway->daemon.loop, &settings)) == NULL)
        return -1;
    log_info("listening address=%s port=%d tls=%s", options->address, web_port(gateway->web),
             options->tls_cert[0] == '\0' ? "no" : "yes");
    if (options->metrics_port == 0)
        return 0;
    settings.address = "127.0.0.1";
    settings.port = options->metrics_port;
    settings.tls_cert = settings.tls_key = "";
    settings.max_clients = 16;
    settings.address_clients = 0;
    return (gateway->metrics_web = web_open(gateway->daemon.loop, &settings)) == NULL ? -1 : 0;
}

static void
start_timers(struct gateway *gateway)
{
    struct loop *loop = gateway->daemon.loop;

    gateway->hold_timer = loop_timer_new(loop, on_hold_over, gateway);
    gateway->ping_timer = loop_timer_new(loop, ping, gateway);
    gateway->slow_timer = loop_timer_new(loop, on_slow, gateway);
    if (gateway->daemon.options.frame_ms > 0)
        on_slow(gateway);
    loop_timer_start(gateway->ping_timer, gateway->daemon.options.ping_ms / PING_PARTS + 1);
}

static void
count_things(struct gateway *gateway)
{
    gateway->frames_in = metrics_counter("ensemble_frames_total", "", "Frames and bodies of clients");
    gateway->frames_bad = metrics_counter("ensemble_frames_bad_total", "", "Those that were refused");
    gateway->events_out = metrics_counter("ensemble_events_total", "", "Events given to clients");
    gateway->slow =
        metrics_counter("ensemble_slow_clients_total", "", "Clients closed for reading too slowly");
    gateway->connected = metrics_gauge("ensemble_clients", "", "Clients connected");
}

int
main(int argc, char *argv[])
{
    struct gateway gateway = { 0 };
    int status;

    if (argc > 1 && strcmp(argv[1], "ask") == 0)
        return terminal_ask(argv);
    if (daemon_start(&gateway.daemon, "gateway", argc, argv, &status))
        return status;
    status = EXIT_FAILURE;
    if (check(&gateway.daemon.options)) {
        status = 2;
        goto done;
    }
    frame_policy(gateway.daemon.options.embedders, gateway.page_policy);
    look_for_page(gateway.daemon.options.web);
    count_things(&gateway);
    start_timers(&gateway);
    if (daemon_open_bus(&gateway.daemon, &calls, &gateway) || open_doors(&gateway))
        goto done;
    status = daemon_serve(&gateway.daemon, &calls, &gateway);

done:
    web_close(&gateway.metrics_web);
    figures_clear(&gateway.figures);
    web_close(&gateway.web);
    loop_timer_destroy(&gateway.drain_timer);
    loop_timer_destroy(&gateway.slow_timer);
    loop_timer_destroy(&gateway.ping_timer);
    loop_timer_destroy(&gateway.hold_timer);
    buckets_clear(&gateway.reads);
    buckets_clear(&gateway.buckets);
    buffer_clear(&gateway.scratch);
    daemon_stop(&gateway.daemon);
    return status;
}
