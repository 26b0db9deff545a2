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
    char *last; /* the last whole feed that was imported; NULL before it */
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
    if (imported && !settings.patch && path != watch->last) {
        free(watch->last);
        watch->last = strdup(path);
    }
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

/* Whether the feed NAME was changed after its report was written, or has none. */
static int
is_new(const struct watch *watch, const char *name)
{
    struct stat feed, report;
    char *path;
    bool fresh;

    if (asprintf(&path, "%s/%s.report", watch->folder, name) < 0)
        return false;
    fresh = stat(path, &report) < 0;
    path[strlen(path) - strlen(".report")] = '\0';
    fresh = stat(path, &feed) == 0 && (fresh || feed.st_mtime > report.st_mtime);
    free(path);
    return fresh;
}

/* By name, so that dated feeds come in their order. */
static void
import_present(struct watch *watch)
{
    struct dirent **names = NULL;
    int count = scandir(watch->folder, &names, NULL, alphasort);

    for (int i = 0; i < count; i++) {
        if (is_feed(names[i]->d_name) && is_new(watch, names[i]->d_name))
            import_name(watch, names[i]->d_name);
        free(names[i]);
    }
    free(names);
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
