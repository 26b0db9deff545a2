#ifndef ORCHESTRATOR_LEASE_FILE_H
#define ORCHESTRATOR_LEASE_FILE_H

#include <stdint.h>

/* A file in the state folder that says which lease this process has, and is locked for as long as it lives.
 * The next one that finds it unlocked knows that its holder is dead, and does not wait for that lease to end.
 * It saves time, and nothing depends on it. */

/* Lock the first of the folder's files that is free: lease.1, lease.2, ... Returns its descriptor, or -1
 * (logged; one does without). */
int lease_file_open(const char *folder);
void lease_file_close(int *file);

/* The lease that is noted in FILE, of the store that is known by its SALT; 0: none. FILE may be -1, here and
 * below. */
int64_t lease_file_read(int file, const char *salt);
void lease_file_write(int file, const char *salt, int64_t lease);

#endif
