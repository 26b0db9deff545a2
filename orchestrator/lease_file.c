#include "orchestrator/lease_file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "common/log.h"

#define FILES 16 /* orchestrators of one state folder */
#define LINE 160

int
lease_file_open(const char *folder)
{
    char path[4096];

    for (int n = 1; n <= FILES; n++) {
        int file;

        snprintf(path, sizeof path, "%s/lease.%d", folder, n);
        if ((file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600)) == -1) {
            log_warning("store: %s can't be opened: %s; after a crash its lease is waited for", path,
                        strerror(errno));
            return -1;
        }
        if (flock(file, LOCK_EX | LOCK_NB) == 0)
            return file;
        close(file);
    }
    return -1;
}

void
lease_file_close(int *file)
{
    if (*file != -1)
        close(*file);
    *file = -1;
}

int64_t
lease_file_read(int file, const char *salt)
{
    char line[LINE] = "";
    size_t size = strlen(salt);

    if (file == -1 || pread(file, line, sizeof line - 1, 0) <= 0)
        return 0;
    return strncmp(line, salt, size) == 0 && line[size] == ' ' ? strtoimax(line + size, NULL, 10) : 0;
}

void
lease_file_write(int file, const char *salt, int64_t lease)
{
    char line[LINE];
    int size = snprintf(line, sizeof line, "%s %" PRId64 "\n", salt, lease);

    if (file != -1 && (ftruncate(file, 0) != 0 || pwrite(file, line, (size_t)size, 0) != size))
        log_warning("store: the lease can't be noted in the state folder: %s; after a crash it is waited for",
                    strerror(errno));
}
