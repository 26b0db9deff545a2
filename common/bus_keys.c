#include "common/bus_keys.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zmq.h>

#include "common/log.h"

#define ZAP_ADDRESS "inproc://zeromq.zap.01"
#define ZAP_FRAMES 7 /* version, request id, domain, address, identity, mechanism, key */
#define ZAP_ENFORCE_DOMAIN                                                                                   \
    93 /* a draft's name, but the released library takes it: without a handler nobody gets in */
#define KEY_BYTES 32
#define KEY_TEXT 41

struct known_key {
    unsigned char key[KEY_BYTES];
    char name[64]; /* the file's, without .pub: for the log */
};

struct bus_keys {
    char secret[KEY_TEXT], public[KEY_TEXT], server[KEY_TEXT];
    char *folder;
    struct known_key *known;
    size_t known_count;
    void *handler; /* REP socket of the ZAP; NULL on the connecting side */
};

static int
is_key(const char *text)
{
    unsigned char bytes[KEY_BYTES];

    return strlen(text) == KEY_TEXT - 1 && zmq_z85_decode(bytes, text) != NULL;
}

/* Read NAME.pub of FOLDER. 0, or -1 when it holds no key (logged). */
static int
read_key(const char *folder, const char *file_name, struct known_key *known)
{
    char path[4096], text[KEY_TEXT + 1] = "";
    FILE *file;

    snprintf(path, sizeof path, "%s/%s", folder, file_name);
    snprintf(known->name, sizeof known->name, "%.*s", (int)(strlen(file_name) - 4), file_name);
    if ((file = fopen(path, "r")) != NULL) {
        if (fgets(text, sizeof text, file) == NULL)
            text[0] = '\0';
        fclose(file);
    }
    text[strcspn(text, "\r\n")] = '\0';
    if (is_key(text) && zmq_z85_decode(known->key, text) != NULL)
        return 0;
    log_error("bus: %s holds no public key (40 characters of Z85)", path);
    return -1;
}

static int
read_known(struct bus_keys *keys)
{
    struct known_key *known = NULL, *grown;
    size_t count = 0;
    struct dirent *entry;
    DIR *folder = opendir(keys->folder);
    int status = 0;

    if (folder == NULL) {
        log_error("option bus-known-keys=%s: %s", keys->folder, strerror(errno));
        return -1;
    }
    while (status == 0 && (entry = readdir(folder)) != NULL) {
        size_t size = strlen(entry->d_name);

        if (size < 5 || strcmp(entry->d_name + size - 4, ".pub") != 0)
            continue;
        if ((grown = realloc(known, (count + 1) * sizeof *known)) == NULL)
            abort();
        known = grown;
        status = read_key(keys->folder, entry->d_name, &known[count++]);
    }
    closedir(folder);
    if (status != 0) {
        free(known);
        return -1;
    }
    free(keys->known);
    keys->known = known;
    keys->known_count = count;
    log_info("bus: %zu known keys", count);
    return 0;
}

int
bus_keys_open(struct bus_keys **out, void *context, const struct bus_settings *settings)
{
    struct bus_keys *keys;

    *out = NULL;
    if (settings->secret_key == NULL || settings->secret_key[0] == '\0')
        return 0;
    if (!is_key(settings->secret_key) || (!settings->binds && !is_key(settings->server_key))) {
        log_error("bus: bus-secret-key%s wants 40 characters of Z85, as `./ensemble keys` makes them",
                  settings->binds ? "" : " and bus-server-key");
        return -1;
    }
    if ((keys = calloc(1, sizeof *keys)) == NULL)
        abort();
    snprintf(keys->secret, sizeof keys->secret, "%s", settings->secret_key);
    snprintf(keys->server, sizeof keys->server, "%.40s",
             settings->server_key != NULL ? settings->server_key : "");
    zmq_curve_public(keys->public, keys->secret);
    if (settings->binds) {
        if ((keys->folder = strdup(settings->known_keys)) == NULL)
            abort();
        if (read_known(keys) != 0 || (keys->handler = zmq_socket(context, ZMQ_REP)) == NULL ||
            zmq_bind(keys->handler, ZAP_ADDRESS) != 0) {
            bus_keys_close(&keys);
            return -1;
        }
    }
    *out = keys;
    return 0;
}

void
bus_keys_close(struct bus_keys **keys)
{
    if (*keys == NULL)
        return;
    if ((*keys)->handler != NULL)
        zmq_close((*keys)->handler);
    explicit_bzero((*keys)->secret, sizeof(*keys)->secret);
    free((*keys)->folder);
    free((*keys)->known);
    free(*keys);
    *keys = NULL;
}

int
bus_keys_use(struct bus_keys *keys, void *socket, bool binds)
{
    int one = 1, status;

    if (binds) {
        status = zmq_setsockopt(socket, ZMQ_CURVE_SERVER, &one, sizeof one) |
                 zmq_setsockopt(socket, ZMQ_CURVE_SECRETKEY, keys->secret, KEY_TEXT) |
                 zmq_setsockopt(socket, ZMQ_ZAP_DOMAIN, "bus", 3) |
                 zmq_setsockopt(socket, ZAP_ENFORCE_DOMAIN, &one, sizeof one);
    } else {
        status = zmq_setsockopt(socket, ZMQ_CURVE_SERVERKEY, keys->server, KEY_TEXT) |
                 zmq_setsockopt(socket, ZMQ_CURVE_PUBLICKEY, keys->public, KEY_TEXT) |
                 zmq_setsockopt(socket, ZMQ_CURVE_SECRETKEY, keys->secret, KEY_TEXT);
    }
    if (status != 0)
        log_error("bus: CURVE is not to be had: %s", zmq_strerror(errno));
    return status != 0 ? -1 : 0;
}

void
bus_keys_reload(struct bus_keys *keys)
{
    if (keys->handler != NULL && read_known(keys) != 0)
        log_warning("bus: the known keys stay as they were");
}

bool
bus_keys_have_input(struct bus_keys *keys)
{
    int events = 0;
    size_t size = sizeof events;

    return keys->handler != NULL && zmq_getsockopt(keys->handler, ZMQ_EVENTS, &events, &size) == 0 &&
           (events & ZMQ_POLLIN);
}

static const struct known_key *
find_known(const struct bus_keys *keys, const unsigned char *key)
{
    for (size_t i = 0; i < keys->known_count; i++)
        if (memcmp(keys->known[i].key, key, KEY_BYTES) == 0)
            return &keys->known[i];
    return NULL;
}

static void
answer_one(struct bus_keys *keys)
{
    char request[ZAP_FRAMES][256];
    int sizes[ZAP_FRAMES] = { 0 }, count = 0, more = 1;
    size_t more_size = sizeof more;
    const struct known_key *known = NULL;

    while (more && count < ZAP_FRAMES) {
        sizes[count] = zmq_recv(keys->handler, request[count], sizeof request[count], ZMQ_DONTWAIT);
        if (sizes[count] < 0)
            return;
        count++;
        zmq_getsockopt(keys->handler, ZMQ_RCVMORE, &more, &more_size);
    }
    if (count < 2)
        return;
    if (count == ZAP_FRAMES && sizes[6] == KEY_BYTES)
        known = find_known(keys, (const unsigned char *)request[6]);
    if (known == NULL)
        log_warning("bus: a connection with a key that is not in bus-known-keys was refused");
    zmq_send(keys->handler, "1.0", 3, ZMQ_SNDMORE);
    zmq_send(keys->handler, request[1], (size_t)sizes[1], ZMQ_SNDMORE);
    zmq_send(keys->handler, known != NULL ? "200" : "400", 3, ZMQ_SNDMORE);
    zmq_send(keys->handler, "", 0, ZMQ_SNDMORE);
    zmq_send(keys->handler, known != NULL ? known->name : "", known != NULL ? strlen(known->name) : 0,
             ZMQ_SNDMORE);
    zmq_send(keys->handler, "", 0, 0);
}

void
bus_keys_answer(struct bus_keys *keys)
{
    while (bus_keys_have_input(keys))
        answer_one(keys);
}
