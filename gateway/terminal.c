#include "gateway/terminal.h"

#include <curl/curl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/id.h"
#include "common/json.h"
#include "common/model/sse.h"
#include "gateway/answer_screen.h"

#define BODY_KEPT 4096 /* of an answer that is no stream: an error to show */

static const char usage[] =
    "usage: ask \"QUESTION\" [--thread ID] [--json] [--port 8080] [--url http://host:port]\n"
    "       a question to a gateway that runs; ENSEMBLE_TOKEN is shown as its token\n";

struct asked {
    const char *question, *thread, *url;
    bool json;
    char made_url[64], made_thread[ID_SIZE];
};

struct answer {
    struct sse sse;
    struct answer_screen *screen;
    bool json;
    struct buffer other; /* what came and was no event stream */
    CURL *curl;
};

static int
read_arguments(struct asked *asked, char *argv[])
{
    const char *port = getenv("ENSEMBLE_PORT");

    for (int i = 2; argv[i] != NULL; i++) {
        const char *value = argv[i + 1]; /* NULL behind the last */

        if (strcmp(argv[i], "--json") == 0)
            asked->json = true;
        else if (strcmp(argv[i], "--thread") == 0 && value != NULL)
            asked->thread = argv[++i];
        else if (strcmp(argv[i], "--port") == 0 && value != NULL)
            port = argv[++i];
        else if (strcmp(argv[i], "--url") == 0 && value != NULL)
            asked->url = argv[++i];
        else if (strncmp(argv[i], "--", 2) != 0 && asked->question == NULL)
            asked->question = argv[i];
        else {
            fprintf(stderr, "ask: %s is not understood\n%s", argv[i], usage);
            return -1;
        }
    }
    if (asked->question == NULL) {
        fputs(usage, stderr);
        return -1;
    }
    if (asked->url == NULL) {
        snprintf(asked->made_url, sizeof asked->made_url, "http://127.0.0.1:%.10s",
                 port != NULL && port[0] != '\0' ? port : "8080");
        asked->url = asked->made_url;
    }
    if (asked->thread == NULL) {
        id_random(asked->made_thread);
        asked->thread = asked->made_thread;
    }
    return 0;
}

static void
on_event(void *owner, const char *name, const char *data, size_t size)
{
    struct answer *answer = owner;
    json_t *event;

    (void)name;
    if (answer->json) {
        printf("%.*s\n", (int)size, data);
        fflush(stdout);
    }
    if ((event = json_read(data, size, NULL)) != NULL)
        answer_screen_event(answer->screen, event);
    json_decref(event);
}

static size_t
on_bytes(char *bytes, size_t one, size_t size, void *owner)
{
    struct answer *answer = owner;
    char *type = NULL;

    (void)one;
    curl_easy_getinfo(answer->curl, CURLINFO_CONTENT_TYPE, &type);
    if (type != NULL && strncmp(type, "text/event-stream", 17) == 0)
        return sse_feed(&answer->sse, bytes, size, on_event, answer) == 0 ? size : 0;
    if (answer->other.size < BODY_KEPT)
        buffer_append(&answer->other, bytes, size);
    return size;
}

static char *
body_of(const struct asked *asked)
{
    char run[ID_SIZE], message[ID_SIZE];
    json_t *body;
    char *text;

    id_random(run);
    id_random(message);
    body = json_pack("{s:s, s:s, s:[{s:s, s:s, s:s}], s:[], s:[], s:{}, s:{}}", "threadId", asked->thread,
                     "runId", run, "messages", "id", message, "role", "user", "content", asked->question,
                     "tools", "context", "state", "forwardedProps");
    text = body != NULL ? json_string_of(body) : NULL;
    json_decref(body);
    return text;
}

/* Send BODY and read the answer to its end. Returns 0, or -1 (said on standard error). */
static int
exchange(struct answer *answer, const struct asked *asked, const char *body)
{
    struct curl_slist *headers = curl_slist_append(NULL, "content-type: application/json");
    const char *token = getenv("ENSEMBLE_TOKEN");
    char url[512], authorization[4200];
    long status = 0;
    CURLcode code;

    headers = curl_slist_append(headers, "accept: text/event-stream");
    headers = curl_slist_append(headers, "expect:");
    if (token != NULL) {
        snprintf(authorization, sizeof authorization, "authorization: Bearer %.4096s", token);
        headers = curl_slist_append(headers, authorization);
    }
    snprintf(url, sizeof url, "%.480s/agui", asked->url);
    curl_easy_setopt(answer->curl, CURLOPT_URL, url);
    curl_easy_setopt(answer->curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(answer->curl, CURLOPT_POSTFIELDS, body);
    curl_easy_setopt(answer->curl, CURLOPT_WRITEFUNCTION, on_bytes);
    curl_easy_setopt(answer->curl, CURLOPT_WRITEDATA, answer);
    curl_easy_setopt(answer->curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(answer->curl, CURLOPT_NOPROXY, "*");
    code = curl_easy_perform(answer->curl);
    curl_easy_getinfo(answer->curl, CURLINFO_RESPONSE_CODE, &status);
    curl_slist_free_all(headers);
    sse_end(&answer->sse, on_event, answer);
    if (code == CURLE_COULDNT_CONNECT)
        fprintf(stderr, "ask: nobody answers at %s: start `./ensemble up`, or name it with --port or --url\n",
                asked->url);
    else if (code != CURLE_OK)
        fprintf(stderr, "ask: %s: %s\n", asked->url, curl_easy_strerror(code));
    else if (status != 200)
        fprintf(stderr, "ask: %s answers %ld: %s\n", asked->url, status, buffer_string(&answer->other));
    return code == CURLE_OK && status == 200 ? 0 : -1;
}

int
terminal_ask(char *argv[])
{
    struct asked asked = { 0 };
    struct answer answer = { 0 };
    char *body = NULL;
    int status = 1;

    if (read_arguments(&asked, argv) != 0)
        return 2;
    answer.json = asked.json;
    answer.curl = curl_easy_init();
    answer.screen = answer_screen_new(asked.json ? NULL : stdout, isatty(STDOUT_FILENO) == 1);
    sse_begin(&answer.sse, 0, 0);
    if (answer.curl == NULL || answer.screen == NULL || (body = body_of(&asked)) == NULL)
        fprintf(stderr, "ask: no memory\n");
    else if (exchange(&answer, &asked, body) == 0)
        status = answer_screen_end(answer.screen, asked.thread) ? 0 : 1;
    free(body);
    sse_clear(&answer.sse);
    buffer_clear(&answer.other);
    answer_screen_destroy(&answer.screen);
    curl_easy_cleanup(answer.curl);
    curl_global_cleanup();
    return status;
}
