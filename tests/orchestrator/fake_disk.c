#include "tests/orchestrator/fake_disk.h"

#include <assert.h>
#include <fcntl.h>
#include <limits.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SECTOR = 512, FILES_MAX = 4 };

enum kind { CREATE, WRITE, TRUNCATE, DELETE, SYNC };

struct operation {
    enum kind kind;
    bool durable;   /* of a DELETE: its folder was synced with it */
    int file;       /* in disk.names */
    int64_t offset; /* of a WRITE; the size left by a TRUNCATE */
    size_t size;
    unsigned char *bytes;
};

/* A file as it would be found. */
struct image {
    bool there;
    size_t size, room;
    unsigned char *bytes;
};

static struct {
    sqlite3_vfs vfs;
    sqlite3_vfs *below;
    char names[FILES_MAX][64]; /* without their folder */
    int name_count;
    enum fake_disk_fault fault;
    struct operation *operations;
    size_t count, room;
    /* laying out: what was applied, as it is in memory and as it is certain to be on the disk */
    size_t applied;
    struct image now[FILES_MAX], certain[FILES_MAX];
    size_t certain_until[FILES_MAX]; /* operations before it are in `certain` */
} disk;

/* -- recording ---------------------------------------------------------------------------------- */

struct file {
    sqlite3_file base;
    int number; /* in disk.names, -1 for a file that is not recorded */
    sqlite3_file *below;
};

static int
number_of(const char *path)
{
    const char *name = strrchr(path, '/') + 1;

    for (int n = 0; n < disk.name_count; n++)
        if (strcmp(disk.names[n], name) == 0)
            return n;
    assert(disk.name_count < FILES_MAX && strlen(name) < sizeof disk.names[0]);
    strcpy(disk.names[disk.name_count], name);
    return disk.name_count++;
}

static void
record(struct operation operation, const void *bytes)
{
    if (disk.count == disk.room) {
        disk.room = disk.room == 0 ? 1024 : 2 * disk.room;
        disk.operations = reallocarray(disk.operations, disk.room, sizeof *disk.operations);
    }
    if (bytes != NULL) {
        operation.bytes = malloc(operation.size);
        memcpy(operation.bytes, bytes, operation.size);
    }
    disk.operations[disk.count++] = operation;
}

#define BELOW(file) ((struct file *)(file))->below
#define PASS_ON(name, parameters, arguments)                                                                 \
    static int name parameters                                                                               \
    {                                                                                                        \
        return BELOW(file)->pMethods->name arguments;                                                        \
    }

PASS_ON(xRead, (sqlite3_file * file, void *bytes, int size, sqlite3_int64 at), (BELOW(file), bytes, size, at))
PASS_ON(xFileSize, (sqlite3_file * file, sqlite3_int64 *size), (BELOW(file), size))
PASS_ON(xLock, (sqlite3_file * file, int level), (BELOW(file), level))
PASS_ON(xUnlock, (sqlite3_file * file, int level), (BELOW(file), level))
PASS_ON(xCheckReservedLock, (sqlite3_file * file, int *out), (BELOW(file), out))
PASS_ON(xFileControl, (sqlite3_file * file, int op, void *argument), (BELOW(file), op, argument))
PASS_ON(xSectorSize, (sqlite3_file * file), (BELOW(file)))
PASS_ON(xDeviceCharacteristics, (sqlite3_file * file), (BELOW(file)))
PASS_ON(xShmMap, (sqlite3_file * file, int page, int size, int extend, void volatile **out),
        (BELOW(file), page, size, extend, out))
PASS_ON(xShmLock, (sqlite3_file * file, int offset, int count, int flags),
        (BELOW(file), offset, count, flags))
PASS_ON(xShmUnmap, (sqlite3_file * file, int remove), (BELOW(file), remove))

static void
xShmBarrier(sqlite3_file *file)
{
    BELOW(file)->pMethods->xShmBarrier(BELOW(file));
}

static int
xClose(sqlite3_file *file)
{
    int status = BELOW(file)->pMethods->xClose(BELOW(file));

    free(BELOW(file));
    return status;
}

static int
xWrite(sqlite3_file *file, const void *bytes, int size, sqlite3_int64 at)
{
    int number = ((struct file *)file)->number;

    if (disk.fault == FAKE_DISK_FULL)
        return SQLITE_FULL;
    if (number >= 0)
        record((struct operation) { .kind = WRITE, .file = number, .offset = at, .size = (size_t)size },
               bytes);
    return BELOW(file)->pMethods->xWrite(BELOW(file), bytes, size, at);
}

static int
xTruncate(sqlite3_file *file, sqlite3_int64 size)
{
    int number = ((struct file *)file)->number;

    if (number >= 0)
        record((struct operation) { .kind = TRUNCATE, .file = number, .offset = size }, NULL);
    return BELOW(file)->pMethods->xTruncate(BELOW(file), size);
}

/* The real file need not be synced: nobody cuts the real power. */
static int
xSync(sqlite3_file *file, int flags)
{
    int number = ((struct file *)file)->number;

    (void)flags;
    if (disk.fault == FAKE_DISK_UNSYNCED)
        return SQLITE_IOERR_FSYNC;
    if (number >= 0)
        record((struct operation) { .kind = SYNC, .file = number }, NULL);
    return SQLITE_OK;
}

static const sqlite3_io_methods methods = {
    .iVersion = 2,
    .xClose = xClose,
    .xRead = xRead,
    .xWrite = xWrite,
    .xTruncate = xTruncate,
    .xSync = xSync,
    .xFileSize = xFileSize,
    .xLock = xLock,
    .xUnlock = xUnlock,
    .xCheckReservedLock = xCheckReservedLock,
    .xFileControl = xFileControl,
    .xSectorSize = xSectorSize,
    .xDeviceCharacteristics = xDeviceCharacteristics,
    .xShmMap = xShmMap,
    .xShmLock = xShmLock,
    .xShmBarrier = xShmBarrier,
    .xShmUnmap = xShmUnmap,
};

static int
xOpen(sqlite3_vfs *vfs, const char *path, sqlite3_file *base, int flags, int *out_flags)
{
    struct file *file = (struct file *)base;
    int status;

    (void)vfs;
    file->base.pMethods = NULL;
    file->below = calloc(1, (size_t)disk.below->szOsFile);
    status = disk.below->xOpen(disk.below, path, file->below, flags, out_flags);
    if (status != SQLITE_OK) {
        free(file->below);
        return status;
    }
    file->base.pMethods = &methods;
    file->number = path == NULL ? -1 : number_of(path);
    if (file->number >= 0)
        record((struct operation) { .kind = CREATE, .file = file->number }, NULL);
    return SQLITE_OK;
}

static int
xDelete(sqlite3_vfs *vfs, const char *path, int sync_folder)
{
    (void)vfs;
    record((struct operation) { .kind = DELETE, .file = number_of(path), .durable = sync_folder != 0 }, NULL);
    return disk.below->xDelete(disk.below, path, sync_folder);
}

void
fake_disk_start(void)
{
    fake_disk_clear();
    disk.below = sqlite3_vfs_find(NULL);
    disk.vfs = *disk.below;
    disk.vfs.zName = "fake-disk";
    disk.vfs.szOsFile = sizeof(struct file);
    disk.vfs.pNext = NULL;
    disk.vfs.xOpen = xOpen;
    disk.vfs.xDelete = xDelete;
    sqlite3_vfs_register(&disk.vfs, 1);
}

void
fake_disk_stop(void)
{
    sqlite3_vfs_unregister(&disk.vfs);
    sqlite3_vfs_register(disk.below, 1);
}

void
fake_disk_set_fault(enum fake_disk_fault fault)
{
    disk.fault = fault;
}

size_t
fake_disk_count(void)
{
    return disk.count;
}

bool
fake_disk_is_database_write(size_t n)
{
    const char *name = disk.names[disk.operations[n].file];

    return disk.operations[n].kind == WRITE && strchr(name, '-') == NULL;
}

/* -- laying out --------------------------------------------------------------------------------- */

static void
grow(struct image *image, size_t size)
{
    if (size > image->room) {
        image->room = 2 * size;
        image->bytes = realloc(image->bytes, image->room);
    }
    if (size > image->size) {
        memset(image->bytes + image->size, 0, size - image->size);
        image->size = size;
    }
}

/* Bytes [FROM, TO) of the write OPERATION reach IMAGE. */
static void
apply_bytes(struct image *image, const struct operation *operation, size_t from, size_t to)
{
    if (from >= to)
        return;
    image->there = true;
    grow(image, (size_t)operation->offset + to);
    memcpy(image->bytes + operation->offset + from, operation->bytes + from, to - from);
}

static void
apply(struct image *image, const struct operation *operation)
{
    switch (operation->kind) {
    case CREATE:
        image->there = true;
        break;
    case WRITE:
        apply_bytes(image, operation, 0, operation->size);
        break;
    case TRUNCATE:
        grow(image, (size_t)operation->offset);
        image->size = (size_t)operation->offset;
        break;
    case DELETE:
        image->there = false;
        image->size = 0;
        break;
    case SYNC:
        break;
    }
}

/* All operations before N have happened. */
static void
advance(size_t n)
{
    assert(n >= disk.applied);
    for (; disk.applied < n; disk.applied++) {
        const struct operation *operation = &disk.operations[disk.applied];
        int file = operation->file;

        apply(&disk.now[file], operation);
        if (operation->kind != SYNC && !operation->durable)
            continue;
        for (size_t m = disk.certain_until[file]; m <= disk.applied; m++)
            if (disk.operations[m].file == file)
                apply(&disk.certain[file], &disk.operations[m]);
        disk.certain_until[file] = disk.applied + 1;
    }
}

static void
copy(struct image *to, const struct image *from)
{
    to->there = from->there;
    to->size = 0;
    grow(to, from->size);
    if (from->size > 0)
        memcpy(to->bytes, from->bytes, from->size);
}

/* Some of what was done to FILE since it was last synced, up to and with operation N. */
static void
apply_some(struct image *image, int file, size_t n, unsigned *seed)
{
    for (size_t m = disk.certain_until[file]; m <= n; m++) {
        const struct operation *operation = &disk.operations[m];

        if (operation->file != file || rand_r(seed) % 2 == 0)
            continue;
        if (operation->kind != WRITE || rand_r(seed) % 2 == 0) {
            apply(image, operation);
            continue;
        }
        for (size_t at = 0; at < operation->size; at += SECTOR)
            if (rand_r(seed) % 2 == 0)
                apply_bytes(image, operation, at,
                            at + SECTOR < operation->size ? at + SECTOR : operation->size);
    }
}

static void
write_file(const char *folder, const char *name, const struct image *image)
{
    char path[PATH_MAX];
    int out;

    snprintf(path, sizeof path, "%s/%s", folder, name);
    unlink(path);
    if (!image->there)
        return;
    out = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    assert(out != -1);
    for (size_t done = 0; done < image->size;) {
        ssize_t written = write(out, image->bytes + done, image->size - done);

        assert(written > 0);
        done += (size_t)written;
    }
    close(out);
}

void
fake_disk_lay_out(const char *folder, size_t n, enum fake_disk_cut cut, unsigned seed)
{
    const struct operation *last = &disk.operations[n];
    struct image image = { 0 };

    advance(n);
    for (int file = 0; file < disk.name_count; file++) {
        copy(&image, cut == FAKE_DISK_PREFIX ? &disk.now[file] : &disk.certain[file]);
        if (cut == FAKE_DISK_SOME)
            apply_some(&image, file, n, &seed);
        if (cut == FAKE_DISK_PREFIX && last->file == file && last->kind == WRITE)
            apply_bytes(&image, last, 0, (size_t)rand_r(&seed) % (last->size + 1));
        write_file(folder, disk.names[file], &image);
    }
    free(image.bytes);
}

void
fake_disk_rewind(void)
{
    for (int n = 0; n < FILES_MAX; n++) {
        free(disk.now[n].bytes);
        free(disk.certain[n].bytes);
    }
    memset(disk.now, 0, sizeof disk.now);
    memset(disk.certain, 0, sizeof disk.certain);
    memset(disk.certain_until, 0, sizeof disk.certain_until);
    disk.applied = 0;
}

void
fake_disk_clear(void)
{
    fake_disk_rewind();
    for (size_t n = 0; n < disk.count; n++)
        free(disk.operations[n].bytes);
    free(disk.operations);
    memset(&disk, 0, sizeof disk);
}
