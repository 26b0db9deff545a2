/* faults: loaded into a daemon with LD_PRELOAD, makes the machine under it fail as files in $FAULTS say.
 *
 *   <daemon>.write   an errno: writing to a SQLite file fails with it (28 disk full, 30 read-only)
 *   <daemon>.open    an errno: so does opening one for writing
 *   <daemon>.clock   milliseconds that are added to the wall clock
 *
 * The files come and go while the daemon runs. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

/* The number in the file of WHAT, or 0. */
static long long
fault(const char *what)
{
    const char *folder = getenv("FAULTS");
    char path[512], text[32] = "";
    int fd;

    if (folder == NULL)
        return 0;
    snprintf(path, sizeof path, "%s/%s.%s", folder, program_invocation_short_name, what);
    if ((fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDONLY)) < 0)
        return 0;
    if (syscall(SYS_read, fd, text, sizeof text - 1) < 0)
        text[0] = '\0';
    syscall(SYS_close, fd);
    return atoll(text);
}

/* The errno that writing to FD has, or 0. */
static int
write_fault(int fd)
{
    char link[64], path[512];
    int number = (int)fault("write");
    ssize_t size;

    if (number == 0)
        return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    size = readlink(link, path, sizeof path - 1);
    path[size < 0 ? 0 : size] = '\0';
    return strstr(path, ".sqlite") != NULL ? number : 0;
}

#define REAL(name) ((__typeof__(name) *)dlsym(RTLD_NEXT, #name))

#define FAILS(fd)                                                                                            \
    int number = write_fault(fd);                                                                            \
    if (number != 0) {                                                                                       \
        errno = number;                                                                                      \
        return -1;                                                                                           \
    }

ssize_t
write(int fd, const void *bytes, size_t size)
{
    FAILS(fd)
    return syscall(SYS_write, fd, bytes, size);
}

ssize_t
pwrite(int fd, const void *bytes, size_t size, off_t at)
{
    FAILS(fd)
    return REAL(pwrite)(fd, bytes, size, at);
}

ssize_t
pwrite64(int fd, const void *bytes, size_t size, off64_t at)
{
    FAILS(fd)
    return REAL(pwrite64)(fd, bytes, size, at);
}

int
ftruncate(int fd, off_t size)
{
    FAILS(fd)
    return REAL(ftruncate)(fd, size);
}

int
ftruncate64(int fd, off64_t size)
{
    FAILS(fd)
    return REAL(ftruncate64)(fd, size);
}

static int
open_fault(const char *path, int flags)
{
    return (flags & O_ACCMODE) != O_RDONLY && strstr(path, ".sqlite") != NULL && strstr(path, ".lock") == NULL
               ? (int)fault("open")
               : 0;
}

#define OPEN(name)                                                                                           \
    int name(const char *path, int flags, ...)                                                               \
    {                                                                                                        \
        int number = open_fault(path, flags);                                                                \
        mode_t mode;                                                                                         \
        va_list list;                                                                                        \
        va_start(list, flags);                                                                               \
        mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(list, mode_t) : 0;                              \
        va_end(list);                                                                                        \
        if (number != 0) {                                                                                   \
            errno = number;                                                                                  \
            return -1;                                                                                       \
        }                                                                                                    \
        return REAL(name)(path, flags, mode);                                                                \
    }

OPEN(open)
OPEN(open64)

int
clock_gettime(clockid_t clock, struct timespec *now)
{
    int status = (int)syscall(SYS_clock_gettime, clock, now);
    long long ms = clock == CLOCK_REALTIME ? fault("clock") : 0;

    now->tv_sec += ms / 1000;
    return status;
}
