/* watch -- import what is put into a folder; see watch.h. */

#include "wardrobe/watch.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/log.h"
#include "common/url.h"
#include "common/loop.h"
#include "wardrobe/catalogue.h"

struct watch {
    const char *folder;
    const struct import_settings *settings;
    struct loop *loop;
    char *last; /* the last whole feed that was imported, here or by one before us; NULL before it */
    int fd;
};

static bool
ends(const char *name, const char *with)
{
    size_t size = strlen(name), end = strlen(with);

    return size >= end && strcmp(name + size - end, with) == 0;
}

/* Whether NAME may be a feed, and not a report, or a file that is still being written under another name. */
static bool
is_feed(const char *name)
{
    static const char *const others[] = { ".report",   ".tmp", ".part", ".partial",
                                          ".filepart", ".swp", "~",     NULL };

    for (const char *const *other = others; *other != NULL; other++)
        if (ends(name, *other))
            return false;
    return name[0] != '.';
}

static bool
is_patch(const char *path)
{
    const char *slash = strrchr(path, '/');

    return strstr(slash == NULL ? path : slash + 1, ".patch") != NULL;
}

/* PATH is the feed that SIGHUP imports again. */
static void
remember(struct watch *watch, const char *path)
{
    char *last = path == watch->last ? NULL : strdup(path);

    if (last == NULL)
        return;
    free(watch->last);
    watch->last = last;
}

/* Import the feed at PATH, and write its report beside it. */
static void
import(struct watch *watch, const char *path)
{
    struct import_settings settings = *watch->settings;
    struct import_counts counts;
    char *report;
    bool imported;

    if (asprintf(&report, "%s.report", path) < 0) {
        log_error("import: no memory");
        return;
    }
    settings.feed = path;
    settings.report = report;
    settings.patch = watch->settings->patch || is_patch(path);
    imported = import_run(&settings, &counts) == 0;
    log_info("import feed=%s outcome=%s rows=%lld refused=%lld", path, imported ? "imported" : "failed",
             (long long)counts.rows, (long long)counts.refused);
    free(report);
    if (!settings.patch &&
        (imported || watch->last == NULL)) /* what fails now may not when it is tried again */
        remember(watch, path);
}

static void
import_name(struct watch *watch, const char *name)
{
    char *path;

    if (!is_feed(name) || asprintf(&path, "%s/%s", watch->folder, name) < 0)
        return;
    import(watch, path);
    free(path);
}

/* -- what lies there at the start ------------------------------------------------------------------ */

static bool
is_later(const struct timespec *one, const struct timespec *other)
{
    return one->tv_sec != other->tv_sec ? one->tv_sec > other->tv_sec : one->tv_nsec > other->tv_nsec;
}

/* Whether the feed at PATH has come since its report was written (*AT), or has none. By when the folder got
 * it: a file that is moved here, or copied with its time, may be of long ago. */
static bool
is_new(const char *path, struct timespec *at)
{
    struct stat feed, about;
    char *report;
    bool has_report;

    if (asprintf(&report, "%s.report", path) < 0)
        return false;
    has_report = stat(report, &about) == 0;
    free(report);
    if (has_report)
        *at = about.st_ctim;
    return stat(path, &feed) == 0 && (!has_report || is_later(&feed.st_ctim, at));
}

/* The feed at PATH lay there at the start. LAST becomes it where it is whole, and was imported after that. */
static void
import_old(struct watch *watch, const char *path, char **last, struct timespec *last_at)
{
    struct timespec at = { 0 };

    if (is_new(path, &at)) {
        import(watch, path);
    } else if (!is_patch(path) && !watch->settings->patch && (*last == NULL || is_later(&at, last_at))) {
        free(*last);
        *last = strdup(path);
        *last_at = at;
    }
}

/* By name, so that dated feeds come in their order. */
static void
import_present(struct watch *watch)
{
    struct dirent **names = NULL;
    int count = scandir(watch->folder, &names, NULL, alphasort);
    struct timespec last_at = { 0 };
    char *last = NULL;

    for (int i = 0; i < count; i++) {
        char *path;

        if (is_feed(names[i]->d_name) && asprintf(&path, "%s/%s", watch->folder, names[i]->d_name) >= 0) {
            import_old(watch, path, &last, &last_at);
            free(path);
        }
        free(names[i]);
    }
    free(names);
    if (watch->last == NULL && last != NULL)
        remember(watch, last);
    free(last);
}

/* -- what comes ---------------------------------------------------------------------------------- */

static void
on_change(void *owner, int fd, int events)
{
    struct watch *watch = owner;
    char bytes[4096] __attribute__((aligned(__alignof__(struct inotify_event))));
    ssize_t size = read(fd, bytes, sizeof bytes);

    (void)events;
    for (ssize_t at = 0; at < size;) {
        const struct inotify_event *event = (const struct inotify_event *)(const void *)(bytes + at);

        at += (ssize_t)sizeof *event + event->len;
        if (event->mask & IN_Q_OVERFLOW)
            import_present(watch);
        /* a file when it is closed; a folder only when it comes as a whole */
        else if (event->len > 0 && (event->mask & (IN_CLOSE_WRITE | IN_MOVED_TO)))
            import_name(watch, event->name);
    }
}

static void
on_hangup(void *owner)
{
    struct watch *watch = owner;

    if (watch->last == NULL)
        log_warning("import: there is no feed yet to import again");
    else
        import(watch, watch->last);
}

static void
on_stop(void *owner)
{
    struct watch *watch = owner;

    loop_stop(watch->loop);
}

int
watch_run(const char *folder, const struct import_settings *settings)
{
    struct watch watch = { .folder = folder,
                           .settings = settings,
                           .fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC) };
    struct loop_watch *seen = NULL;
    int status = -1;

    if (watch.fd < 0 || inotify_add_watch(watch.fd, folder, IN_CLOSE_WRITE | IN_MOVED_TO | IN_ONLYDIR) < 0) {
        log_error("%s: can't be watched: %s", folder, strerror(errno));
        goto done;
    }
    if ((watch.loop = loop_new()) == NULL || loop_signal(watch.loop, SIGTERM, on_stop, &watch) < 0 ||
        loop_signal(watch.loop, SIGINT, on_stop, &watch) < 0 ||
        loop_signal(watch.loop, SIGHUP, on_hangup, &watch) < 0)
        goto done;
    seen = loop_watch_new(watch.loop, watch.fd, LOOP_READ, on_change, &watch);
    if (settings->feed != NULL)
        import(&watch, settings->feed);
    import_present(&watch);
    log_info("ready watch=%s catalogue=%s", folder, url_shown(settings->catalogue).text);
    loop_run(watch.loop);
    status = 0;
done:
    loop_watch_destroy(&seen);
    loop_destroy(&watch.loop);
    if (watch.fd >= 0)
        close(watch.fd);
    free(watch.last);
    return status;
}
