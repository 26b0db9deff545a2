#include "common/bus_address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/log.h"

#define IPC "ipc://"
#define TCP "tcp://"

static bool
begins_with(const char *text, const char *start)
{
    return strncmp(text, start, strlen(start)) == 0;
}

char *
bus_address_at(const char *list, int index, const char *state_dir)
{
    char *endpoint = NULL;
    size_t size;
    int made;

    for (; index > 0 && list != NULL; index--)
        if ((list = strchr(list, ',')) != NULL)
            list++;
    if (list == NULL)
        return NULL;
    size = strcspn(list, ",");
    if (size == 0)
        return NULL;
    if (begins_with(list, IPC) && list[strlen(IPC)] != '/')
        made = asprintf(&endpoint, IPC "%s/%.*s", state_dir, (int)(size - strlen(IPC)), list + strlen(IPC));
    else
        made = asprintf(&endpoint, "%.*s", (int)size, list);
    if (made < 0)
        abort();
    return endpoint;
}

/* Whether the tcp:// ENDPOINT ends in a port, and has something before it. */
static bool
has_port(const char *endpoint)
{
    const char *colon = strrchr(endpoint + strlen(TCP), ':');
    char *end;
    long port;

    if (colon == NULL || colon == endpoint + strlen(TCP) || colon[1] < '0' || colon[1] > '9')
        return false;
    port = strtol(colon + 1, &end, 10);
    return *end == '\0' && port > 0 && port <= 65535;
}

int
bus_address_check(const char *endpoint, bool binds, bool has_keys)
{
    if (begins_with(endpoint, IPC)) {
        if (strlen(endpoint + strlen(IPC)) < sizeof((struct sockaddr_un *)0)->sun_path)
            return 0;
        log_error("bus: %s is longer than a socket's path may be (%zu): choose a shorter state-dir", endpoint,
                  sizeof((struct sockaddr_un *)0)->sun_path - 1);
        return -1;
    }
    if (!begins_with(endpoint, TCP)) {
        log_error("bus: %s is neither ipc:// nor tcp://", endpoint);
        return -1;
    }
    if (!binds && !has_port(endpoint)) {
        log_error("bus: %s wants a port: tcp://host:port", endpoint);
        return -1;
    }
    if (has_keys || begins_with(endpoint, "tcp://127.") || begins_with(endpoint, "tcp://[::1]") ||
        begins_with(endpoint, "tcp://localhost:"))
        return 0;
    log_error("bus: %s %s without keys would let anybody in: set bus-secret-key and %s",
              binds ? "binding" : "joining", endpoint, binds ? "bus-known-keys" : "bus-server-key");
    return -1;
}

char *
bus_address_host(const char *endpoint)
{
    struct in_addr v4;
    char *host;

    if (!begins_with(endpoint, TCP))
        return NULL;
    endpoint += strlen(TCP);
    if (endpoint[0] == '[' || strchr(endpoint, ';') != NULL) /* IPv6; libzmq's `from;to` */
        return NULL;
    if ((host = strndup(endpoint, (size_t)(strrchr(endpoint, ':') - endpoint))) == NULL)
        abort();
    if (inet_pton(AF_INET, host, &v4) == 1 || strchr(host, ':') != NULL) {
        free(host);
        return NULL;
    }
    return host;
}

int
bus_address_lock(const char *endpoint, int *lock)
{
    char path[PATH_MAX], *slash;

    if (!begins_with(endpoint, IPC))
        return 0;
    snprintf(path, sizeof path, "%s", endpoint + strlen(IPC));
    if ((slash = strrchr(path, '/')) != NULL && slash != path) {
        *slash = '\0';
        if (mkdir(path, 0750) != 0 && errno != EEXIST) {
            log_error("bus: folder %s can't be made: %s", path, strerror(errno));
            return -1;
        }
    }
    snprintf(path, sizeof path, "%s.lock", endpoint + strlen(IPC));
    if ((*lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0640)) < 0) {
        log_error("bus: %s: %s", path, strerror(errno));
        return -1;
    }
    if (flock(*lock, LOCK_EX | LOCK_NB) != 0) {
        log_error("bus: another orchestrator is at %s; stop it, or give this one another state-dir",
                  endpoint);
        return -1;
    }
    return 0;
}
