/* bench_model URL DIALECT CHUNKS ROUNDS -- CPU time for a streamed chunk, of the model client and of libcurl
 * alone, reading the same bytes from the same server, in turns. Prints one JSON line. */
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "common/log.h"
#include "common/loop.h"
#include "common/model/model.h"
#include "common/options.h"

struct bench {
    struct loop *loop;
    size_t deltas, bytes;
    int bad;
};

/* CPU time of this process so far, microseconds. */
static double
cpu_us(void)
{
    struct rusage usage;

    getrusage(RUSAGE_SELF, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e6 +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

static void
on_text(void *owner, const char *delta, size_t size)
{
    struct bench *bench = owner;

    (void)delta;
    bench->deltas++;
    bench->bytes += size;
}

static void
on_done(void *owner, const struct model_result *result)
{
    struct bench *bench = owner;

    if (result->status != MODEL_OK) {
        fprintf(stderr, "bench_model: %s\n", result->message ? result->message : "no text");
        bench->bad++;
    }
    loop_stop(bench->loop);
}

static double
with_client(struct bench *bench, struct model *model, json_t *messages)
{
    static const struct model_listener listener = { on_text, on_done };
    struct model_request request = {
        .model = "gpt-6-luna", .messages = messages, .stream = true, .deadline_ms = 60000
    };
    double from = cpu_us();

    model_ask(model, &request, &listener, bench);
    loop_run(bench->loop);
    return cpu_us() - from;
}

static size_t
swallow(char *bytes, size_t one, size_t size, void *owner)
{
    (void)bytes;
    *(size_t *)owner += size;
    return one * size;
}

static double
with_curl(CURL *easy, size_t *got)
{
    double from = cpu_us();

    curl_easy_setopt(easy, CURLOPT_WRITEDATA, got);
    if (curl_easy_perform(easy) != CURLE_OK)
        fputs("bench_model: libcurl alone failed\n", stderr);
    return cpu_us() - from;
}

static int
smaller(const void *a, const void *b)
{
    return *(const double *)a < *(const double *)b ? -1 : 1;
}

/* The middle one: other programs share the machine. */
static double
median(double *times, int count)
{
    qsort(times, (size_t)count, sizeof *times, smaller);
    return times[count / 2];
}

int
main(int argc, char *argv[])
{
    struct bench bench = { .loop = loop_new() };
    struct options options;
    char *none[] = { argv[0], NULL }, url[512];
    double client[64], curl[64];
    json_t *messages = json_pack("[{s:s, s:s}]", "role", "user", "content", "hi");
    CURL *easy = curl_easy_init();
    struct model *model;
    int chunks, rounds;
    size_t got = 0;

    log_start("bench_model");
    if (argc != 5 || easy == NULL || options_read(&options, "orchestrator", 1, none) != OPTIONS_OK)
        return 2;
    log_set_level("warning");
    chunks = atoi(argv[3]);
    rounds = atoi(argv[4]) < 64 ? atoi(argv[4]) : 64;
    options.model_url = argv[1];
    options.model_dialect = argv[2];
    if ((model = model_open(bench.loop, &options)) == NULL)
        return 1;
    snprintf(url, sizeof url, "%s/%s", argv[1],
             strcmp(argv[2], "chat") == 0 ? "chat/completions" : "responses");
    curl_easy_setopt(easy, CURLOPT_URL, url);
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, "{\"model\":\"gpt-6-luna\",\"stream\":true,\"input\":\"hi\"}");
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, swallow);

    with_client(&bench, model, messages); /* connections and memory are there after this */
    with_curl(easy, &got);
    bench.deltas = bench.bytes = got = 0;
    for (int i = 0; i < rounds; i++) {
        client[i] = with_client(&bench, model, messages);
        curl[i] = with_curl(easy, &got);
    }
    printf(
        "{\"chunks\":%d,\"rounds\":%d,\"deltas\":%zu,\"bytes_per_chunk\":%.0f,\"client_us_per_chunk\":%.3f,"
        "\"curl_us_per_chunk\":%.3f}\n",
        chunks, rounds, bench.deltas / (size_t)rounds, (double)got / rounds / chunks,
        median(client, rounds) / chunks, median(curl, rounds) / chunks);
    model_close(&model);
    curl_easy_cleanup(easy);
    options_clear(&options);
    json_decref(messages);
    loop_destroy(&bench.loop);
    return bench.bad ? 1 : 0;
}
