#include "common/resolver.h"

#include <errno.h>
#include <netdb.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "common/log.h"

/* What the loop and the thread share. Whoever is the last of them frees it. */
struct question {
    pthread_mutex_t lock;
    char *host;
    int wake; /* eventfd: answered */
    bool answered, abandoned;
    char addresses[RESOLVER_MOST][RESOLVER_ADDRESS];
    size_t count;
    char why[128];
};

struct resolver {
    struct loop *loop;
    char *host;
    resolver_answer *answer;
    void *owner;
    struct question *question; /* under way, or NULL */
    struct loop_watch *watch;
    bool again; /* ask once more after it */
};

static void
question_free(struct question *question)
{
    if (question->wake >= 0)
        close(question->wake);
    pthread_mutex_destroy(&question->lock);
    free(question->host);
    free(question);
}

/* -- in the thread -------------------------------------------------------------------------------- */

static bool
is_there(const struct question *question, const char *address)
{
    for (size_t i = 0; i < question->count; i++)
        if (strcmp(question->addresses[i], address) == 0)
            return true;
    return false;
}

static void
look_up(struct question *question)
{
    struct addrinfo hints = { .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = AI_ADDRCONFIG };
    struct addrinfo *found = NULL;
    int status = getaddrinfo(question->host, NULL, &hints, &found);

    if (status != 0) {
        const char *why = status == EAI_SYSTEM ? strerrordesc_np(errno) : gai_strerror(status);

        snprintf(question->why, sizeof question->why, "%s", why != NULL ? why : "unknown");
        return;
    }
    for (struct addrinfo *one = found; one != NULL && question->count < RESOLVER_MOST; one = one->ai_next) {
        char *address = question->addresses[question->count];

        if (getnameinfo(one->ai_addr, one->ai_addrlen, address, RESOLVER_ADDRESS, NULL, 0, NI_NUMERICHOST) ==
                0 &&
            !is_there(question, address))
            question->count++;
    }
    freeaddrinfo(found);
    if (question->count == 0)
        snprintf(question->why, sizeof question->why, "no address");
}

static void *
answer_it(void *argument)
{
    struct question *question = argument;
    bool abandoned;

    look_up(question);
    pthread_mutex_lock(&question->lock);
    question->answered = true;
    abandoned = question->abandoned;
    if (!abandoned)
        eventfd_write(question->wake, 1);
    pthread_mutex_unlock(&question->lock);
    if (abandoned)
        question_free(question);
    return NULL;
}

/* -- in the loop ---------------------------------------------------------------------------------- */

static void
answered(void *owner, int fd, int events)
{
    struct resolver *resolver = owner;
    struct question *question = resolver->question;
    bool again = resolver->again;

    (void)fd;
    (void)events;
    pthread_mutex_lock(&question->lock); /* the thread has left it then */
    pthread_mutex_unlock(&question->lock);
    loop_watch_destroy(&resolver->watch);
    resolver->question = NULL;
    resolver->again = false;
    resolver->answer(resolver->owner, question->addresses, question->count, question->why);
    question_free(question);
    if (again)
        resolver_ask(resolver);
}

/* Start a thread on QUESTION that takes no signals: those are the loop's. Returns 0 or an errno. */
static int
start_thread(struct question *question)
{
    pthread_attr_t detached;
    pthread_t thread;
    sigset_t all, before;
    int status;

    sigfillset(&all);
    pthread_attr_init(&detached);
    pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    status = pthread_create(&thread, &detached, answer_it, question);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&detached);
    return status;
}

int
resolver_ask(struct resolver *resolver)
{
    struct question *question;

    if (resolver->question != NULL) {
        resolver->again = true;
        return 0;
    }
    if ((question = calloc(1, sizeof *question)) == NULL) {
        log_error("resolver: no memory");
        return -1;
    }
    pthread_mutex_init(&question->lock, NULL);
    question->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if ((question->host = strdup(resolver->host)) == NULL || question->wake < 0 ||
        start_thread(question) != 0) {
        log_error("resolver: no thread or descriptor to ask for %s", resolver->host);
        question_free(question);
        return -1;
    }
    resolver->question = question;
    resolver->watch = loop_watch_new(resolver->loop, question->wake, LOOP_READ, answered, resolver);
    return 0;
}

struct resolver *
resolver_new(struct loop *loop, const char *host, resolver_answer *answer, void *owner)
{
    struct resolver *resolver = calloc(1, sizeof *resolver);

    if (resolver == NULL || (resolver->host = strdup(host)) == NULL)
        abort();
    resolver->loop = loop;
    resolver->answer = answer;
    resolver->owner = owner;
    return resolver;
}

void
resolver_destroy(struct resolver **resolver)
{
    struct question *question;
    bool over;

    if (*resolver == NULL)
        return;
    if ((question = (*resolver)->question) != NULL) {
        loop_watch_destroy(&(*resolver)->watch);
        pthread_mutex_lock(&question->lock);
        question->abandoned = true;
        over = question->answered;
        pthread_mutex_unlock(&question->lock);
        if (over)
            question_free(question);
    }
    free((*resolver)->host);
    free(*resolver);
    *resolver = NULL;
}
