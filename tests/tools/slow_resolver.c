/* A getaddrinfo() for LD_PRELOAD: every name is 127.0.0.1, after RESOLVER_MS milliseconds. Each call appends
 * a line to the file RESOLVER_LOG, so that a test can count the look-ups. */
#include <dlfcn.h>
#include <fcntl.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

int
getaddrinfo(const char *node, const char *service, const struct addrinfo *hints, struct addrinfo **found)
{
    int (*real)(const char *, const char *, const struct addrinfo *, struct addrinfo **);
    const char *log = getenv("RESOLVER_LOG");
    long ms = getenv("RESOLVER_MS") ? atol(getenv("RESOLVER_MS")) : 0;
    struct timespec wait = { ms / 1000, ms % 1000 * 1000000 };

    *(void **)&real = dlsym(RTLD_NEXT, "getaddrinfo");
    if (node == NULL || strspn(node, "0123456789.:") == strlen(node))
        return real(node, service, hints, found);
    if (log != NULL) {
        int fd = open(log, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
        if (fd >= 0) {
            if (write(fd, "look-up\n", 8) < 0)
                abort();
            close(fd);
        }
    }
    nanosleep(&wait, NULL);
    return real("127.0.0.1", service, hints, found);
}
