/* load: questions over WebSockets, many at once, and how long their answers took.
 *
 *   load --port P [--peer] [--clients 20] [--queries 400] [--rate QPS] [--warm 0] FILE
 *
 * FILE has a question on each line. Without --rate every client asks again as soon as it was answered
 * (closed loop); with it questions begin at fixed times, wherever the answers are (open loop), and a
 * question that had to wait for a free client counts its waiting. --peer speaks the yardstick's frames.
 *
 * Its own work is small on purpose (no JSON parser, one epoll), so that what is measured is the server.
 * The last line is JSON. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/buffer.h"
#include "common/clock.h"

#define IMPATIENCE_US 60000000 /* a question without an answer for so long is an error */

struct client {
    int fd;
    bool busy, upgraded;
    struct buffer in;
    int64_t asked_us, word_us, product_us;
};

struct load {
    int port, client_count, query_count, warm;
    double rate;
    bool peer;
    char **questions;
    int question_count;
    struct client *clients;
    int epoll, asked, answered, errors, without_product;
    double *whole_ms, *word_ms, *product_ms;
    int whole_count, word_count, product_count;
    int64_t begun_us;
};

static void
die(const char *what)
{
    perror(what);
    exit(1);
}

static void
connect_client(struct load *load, struct client *client)
{
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons((uint16_t)load->port) };
    struct epoll_event event = { .events = EPOLLIN, .data.ptr = client };
    char request[256];
    int size, one = 1;

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if ((client->fd = socket(AF_INET, SOCK_STREAM, 0)) < 0 ||
        connect(client->fd, (struct sockaddr *)&address, sizeof address) != 0)
        die("connect");
    setsockopt(client->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    size = snprintf(request, sizeof request,
                    "GET /ws HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n",
                    load->port);
    if (send(client->fd, request, (size_t)size, 0) != size)
        die("send");
    fcntl(client->fd, F_SETFL, O_NONBLOCK);
    epoll_ctl(load->epoll, EPOLL_CTL_ADD, client->fd, &event);
}

static void
send_text(struct client *client, const char *text, size_t size)
{
    struct buffer frame = { 0 };

    buffer_append(&frame, "\x81", 1);
    if (size < 126)
        buffer_append(&frame, (char[]) { (char)(0x80 | size) }, 1);
    else
        buffer_append(&frame, (char[]) { (char)0xFE, (char)(size >> 8), (char)size }, 3);
    buffer_append(&frame, "\0\0\0\0", 4); /* a mask of zeros changes nothing */
    buffer_append(&frame, text, size);
    if (send(client->fd, frame.bytes, frame.size, 0) != (ssize_t)frame.size)
        die("send");
    buffer_clear(&frame);
}

/* DUE_US: when the question was to be asked, which is now but for an open loop that is late. */
static void
ask(struct load *load, struct client *client, int64_t due_us)
{
    const char *question = load->questions[load->asked % load->question_count];
    struct buffer text = { 0 };

    buffer_text(&text, "{\"query\":");
    buffer_json_string(&text, question, strlen(question));
    buffer_text(&text, "}");
    client->busy = true;
    client->asked_us = due_us;
    client->word_us = client->product_us = 0;
    load->asked++;
    send_text(client, text.bytes, text.size);
    buffer_clear(&text);
}

static bool
has(const char *bytes, size_t size, const char *what)
{
    return memmem(bytes, size, what, strlen(what)) != NULL;
}

static void
note(double *list, int *count, int64_t from_us, int64_t to_us)
{
    if (to_us > 0)
        list[(*count)++] = (double)(to_us - from_us) / 1000.;
}

static void
answered(struct load *load, struct client *client, bool well)
{
    client->busy = false;
    load->answered++;
    if (load->answered == load->warm)
        load->begun_us = clock_now_us();
    if (load->answered <= load->warm)
        return;
    load->errors += !well;
    load->without_product += client->product_us == 0;
    note(load->whole_ms, &load->whole_count, client->asked_us, clock_now_us());
    note(load->word_ms, &load->word_count, client->asked_us, client->word_us);
    note(load->product_ms, &load->product_count, client->asked_us, client->product_us);
}

static void
on_frame(struct load *load, struct client *client, const char *bytes, size_t size)
{
    const char *word = load->peer ? "\"type\":\"delta\"" : "TEXT_MESSAGE_CONTENT";
    const char *product = load->peer ? "\"type\":\"products\"" : "TOOL_CALL_RESULT";
    const char *word_spaced = "\"type\": \"delta\"", *product_spaced = "\"type\": \"products\"";

    if (!client->busy)
        return;
    if (client->word_us == 0 && (has(bytes, size, word) || (load->peer && has(bytes, size, word_spaced))))
        client->word_us = clock_now_us();
    if (client->product_us == 0 &&
        (has(bytes, size, product) || (load->peer && has(bytes, size, product_spaced))) &&
        has(bytes, size, load->peer ? "\"id\"" : "variant_id"))
        client->product_us = clock_now_us();
    if (load->peer ? has(bytes, size, "\"type\": \"done\"") : has(bytes, size, "\"RUN_FINISHED\""))
        answered(load, client, true);
    else if (load->peer ? has(bytes, size, "\"type\": \"error\"") : has(bytes, size, "\"RUN_ERROR\""))
        answered(load, client, false);
}

/* Handle the frames that CLIENT->in holds whole. */
static void
read_frames(struct load *load, struct client *client)
{
    for (;;) {
        const unsigned char *bytes = (const unsigned char *)client->in.bytes;
        size_t head = 2, size;

        if (client->in.size < 2)
            return;
        size = bytes[1] & 0x7F;
        if (size == 126) {
            head = 4;
            size = client->in.size < 4 ? 0 : (size_t)bytes[2] << 8 | bytes[3];
        } else if (size == 127) {
            head = 10;
            size = client->in.size < 10
                       ? 0
                       : (size_t)bytes[6] << 24 | (size_t)bytes[7] << 16 | (size_t)bytes[8] << 8 | bytes[9];
        }
        if (client->in.size < head + size)
            return;
        if ((bytes[0] & 0x0F) == 1)
            on_frame(load, client, client->in.bytes + head, size);
        else if ((bytes[0] & 0x0F) == 8) {
            fprintf(stderr, "load: the server closed a socket\n");
            exit(1);
        }
        buffer_drop(&client->in, head + size);
    }
}

static void
on_input(struct load *load, struct client *client)
{
    char bytes[65536];
    ssize_t size = recv(client->fd, bytes, sizeof bytes, 0);
    char *end;

    if (size <= 0) {
        if (size < 0 && (errno == EAGAIN || errno == EINTR))
            return;
        fprintf(stderr, "load: a connection ended\n");
        exit(1);
    }
    buffer_append(&client->in, bytes, (size_t)size);
    if (!client->upgraded) {
        if ((end = memmem(client->in.bytes, client->in.size, "\r\n\r\n", 4)) == NULL)
            return;
        if (strncmp(client->in.bytes, "HTTP/1.1 101", 12) != 0) {
            fprintf(stderr, "load: no upgrade: %.60s\n", client->in.bytes);
            exit(1);
        }
        client->upgraded = true;
        buffer_drop(&client->in, (size_t)(end + 4 - client->in.bytes));
    }
    read_frames(load, client);
}

static struct client *
free_client(struct load *load)
{
    for (int i = 0; i < load->client_count; i++)
        if (!load->clients[i].busy && load->clients[i].upgraded)
            return &load->clients[i];
    return NULL;
}

/* Ask what is due. Returns when the next is, in milliseconds. */
static int
ask_what_is_due(struct load *load)
{
    int total = load->query_count + load->warm;
    struct client *client;
    int64_t now = clock_now_us(), due;

    while (load->asked < total && (client = free_client(load)) != NULL) {
        if (load->rate <= 0) {
            ask(load, client, now);
            continue;
        }
        due = load->begun_us + (int64_t)(load->asked * 1e6 / load->rate);
        if (due > now)
            return (int)((due - now) / 1000) + 1;
        ask(load, client, due);
    }
    return 100;
}

static void
give_up_the_silent(struct load *load)
{
    int64_t now = clock_now_us();

    for (int i = 0; i < load->client_count; i++)
        if (load->clients[i].busy && now - load->clients[i].asked_us > IMPATIENCE_US) {
            fprintf(stderr, "load: a question had no answer in %d s\n", IMPATIENCE_US / 1000000);
            exit(1);
        }
}

static int
by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static double
quantile(double *list, int count, double q)
{
    if (count == 0)
        return -1;
    qsort(list, (size_t)count, sizeof *list, by_size);
    return list[(int)(q * (count - 1))];
}

static void
read_questions(struct load *load, const char *path)
{
    FILE *file = fopen(path, "r");
    char line[8192];

    if (file == NULL)
        die(path);
    while (fgets(line, sizeof line, file) != NULL) {
        line[strcspn(line, "\r\n")] = '\0';
        if (line[0] == '\0')
            continue;
        load->questions =
            realloc(load->questions, (size_t)(load->question_count + 1) * sizeof *load->questions);
        load->questions[load->question_count++] = strdup(line);
    }
    fclose(file);
}

static int
number_after(char *argv[], int *i)
{
    return argv[*i + 1] != NULL ? atoi(argv[++*i]) : 0;
}

int
main(int argc, char *argv[])
{
    struct load load = { .client_count = 20, .query_count = 400 };
    double seconds;

    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--port") == 0)
            load.port = number_after(argv, &i);
        else if (strcmp(argv[i], "--clients") == 0)
            load.client_count = number_after(argv, &i);
        else if (strcmp(argv[i], "--queries") == 0)
            load.query_count = number_after(argv, &i);
        else if (strcmp(argv[i], "--warm") == 0)
            load.warm = number_after(argv, &i);
        else if (strcmp(argv[i], "--rate") == 0 && i + 1 < argc)
            load.rate = atof(argv[++i]);
        else if (strcmp(argv[i], "--peer") == 0)
            load.peer = true;
        else
            read_questions(&load, argv[i]);
    }
    if (load.port == 0 || load.question_count == 0 || load.client_count < 1) {
        fprintf(stderr,
                "usage: load --port P [--peer] [--clients N] [--queries N] [--rate QPS] [--warm N] FILE\n");
        return 2;
    }
    load.clients = calloc((size_t)load.client_count, sizeof *load.clients);
    load.whole_ms = calloc((size_t)load.query_count, sizeof(double));
    load.word_ms = calloc((size_t)load.query_count, sizeof(double));
    load.product_ms = calloc((size_t)load.query_count, sizeof(double));
    load.epoll = epoll_create1(0);
    for (int i = 0; i < load.client_count; i++)
        connect_client(&load, &load.clients[i]);
    load.begun_us = clock_now_us();
    while (load.answered < load.query_count + load.warm) {
        struct epoll_event events[64];
        int wait = ask_what_is_due(&load), count = epoll_wait(load.epoll, events, 64, wait);

        for (int i = 0; i < count; i++)
            on_input(&load, events[i].data.ptr);
        give_up_the_silent(&load);
    }
    seconds = (double)(clock_now_us() - load.begun_us) / 1e6;
    printf("{\"queries\":%d,\"seconds\":%.3f,\"qps\":%.2f,\"p50_ms\":%.2f,\"p99_ms\":%.2f,\"first_word_p50_"
           "ms\":%.2f,"
           "\"first_word_p99_ms\":%.2f,\"first_product_p50_ms\":%.2f,\"first_product_p99_ms\":%.2f,"
           "\"errors\":%d,"
           "\"without_product\":%d}\n",
           load.query_count, seconds, load.query_count / seconds,
           quantile(load.whole_ms, load.whole_count, .5), quantile(load.whole_ms, load.whole_count, .99),
           quantile(load.word_ms, load.word_count, .5), quantile(load.word_ms, load.word_count, .99),
           quantile(load.product_ms, load.product_count, .5),
           quantile(load.product_ms, load.product_count, .99), load.errors, load.without_product);
    return 0;
}
