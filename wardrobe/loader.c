/* loader -- catalogues opened and closed beside the loop; see loader.h. */

#include "wardrobe/loader.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

#include "common/log.h"

#define NICENESS 5 /* lookups go before it */

struct loader {
    const char *path, *language;
    struct catalogue_away away;
    const struct lexicon *lexicon;
    loader_opened *opened;
    void *owner;
    int fd; /* the thread says here that it has ended */
    struct loop_watch *watch;
    pthread_t thread;
    bool busy;
    struct catalogue *closing; /* NULL: to open */
    struct log_memory said;    /* by the attempts to open one */
    struct catalogue *fresh;   /* the thread's, until it has been joined */
};

/* -- in the thread ------------------------------------------------------------------------------- */

/* A stemmer is no two threads' at once, so this one has its own, and a lexicon read with it. */
static struct catalogue *
open_catalogue(struct loader *loader)
{
    struct stemmer *stemmer = stemmer_new(loader->language);
    struct lexicon *lexicon = stemmer == NULL ? NULL : lexicon_new(stemmer);
    struct catalogue *fresh = NULL;

    log_remember(&loader->said); /* the next attempt comes in a second, and mostly fails the same way */
    if (lexicon == NULL)
        log_error("catalogue: no memory");
    else if ((fresh = catalogue_open(loader->path, loader->away, lexicon, NULL)) != NULL)
        catalogue_settle(fresh, loader->lexicon);
    log_forget();
    lexicon_destroy(&lexicon);
    stemmer_destroy(&stemmer);
    return fresh;
}

static void *
run(void *owner)
{
    struct loader *loader = owner;
    uint64_t one = 1;

    setpriority(PRIO_PROCESS, (id_t)gettid(), NICENESS);
    if (loader->closing != NULL)
        catalogue_close(&loader->closing);
    else
        loader->fresh = open_catalogue(loader);
    while (write(loader->fd, &one, sizeof one) < 0 && errno == EINTR)
        continue;
    return NULL;
}

/* -- in the loop --------------------------------------------------------------------------------- */

static void
on_ended(void *owner, int fd, int events)
{
    struct loader *loader = owner;
    struct catalogue *fresh;
    uint64_t count;

    (void)events;
    if (read(fd, &count, sizeof count) != sizeof count)
        return;
    pthread_join(loader->thread, NULL);
    loader->busy = false;
    fresh = loader->fresh;
    loader->fresh = NULL;
    if (fresh != NULL)
        loader->opened(loader->owner, fresh);
}

struct loader *
loader_new(struct loop *loop, const char *path, struct catalogue_away away, const char *language,
           const struct lexicon *lexicon, loader_opened *opened, void *owner)
{
    struct loader *loader = calloc(1, sizeof *loader);

    if (loader == NULL) {
        log_error("catalogue: no memory");
        return NULL;
    }
    *loader = (struct loader) { .path = path,
                                .away = away,
                                .language = language,
                                .lexicon = lexicon,
                                .opened = opened,
                                .owner = owner,
                                .fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC) };
    if (loader->fd < 0) {
        log_error("catalogue: no descriptor: %s", strerror(errno));
        free(loader);
        return NULL;
    }
    loader->watch = loop_watch_new(loop, loader->fd, LOOP_READ, on_ended, loader);
    return loader;
}

void
loader_destroy(struct loader **loader)
{
    if (*loader == NULL)
        return;
    if ((*loader)->busy)
        pthread_join((*loader)->thread, NULL);
    catalogue_close(&(*loader)->fresh);
    loop_watch_destroy(&(*loader)->watch);
    close((*loader)->fd);
    free(*loader);
    *loader = NULL;
}

bool
loader_is_busy(const struct loader *loader)
{
    return loader->busy;
}

/* Start the thread; the loop's signals are not for it. */
static void
start(struct loader *loader)
{
    sigset_t all, before;
    int status;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    status = pthread_create(&loader->thread, NULL, run, loader);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    loader->busy = status == 0;
    if (status != 0)
        log_error("catalogue: no thread to open or close it with: %s", strerror(status));
}

void
loader_open(struct loader *loader)
{
    if (!loader->busy)
        start(loader);
}

struct catalogue *
loader_open_here(struct loader *loader)
{
    struct catalogue *fresh;

    log_remember(&loader->said);
    if ((fresh = catalogue_open(loader->path, loader->away, loader->lexicon, NULL)) != NULL)
        catalogue_settle(fresh, loader->lexicon);
    log_forget();
    return fresh;
}

void
loader_close(struct loader *loader, struct catalogue **catalogue)
{
    if (loader->busy || *catalogue == NULL)
        return;
    loader->closing = *catalogue;
    start(loader);
    if (!loader->busy)
        catalogue_close(&loader->closing);
    *catalogue = NULL;
}
