#ifndef TESTS_ORCHESTRATOR_FAKE_DISK_H
#define TESTS_ORCHESTRATOR_FAKE_DISK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A disk whose power can be cut. While it records, SQLite works on real files through it, and every
 * write, truncation, deletion and sync is kept in order. Afterwards the files can be laid out as they
 * might be found if the power had gone at any moment of that time. */

/* What the disk does with what was not synced when the power goes. */
enum fake_disk_cut {
    FAKE_DISK_PREFIX, /* keeps all in order, the last write up to some byte */
    FAKE_DISK_FORGET, /* forgets all of it */
    FAKE_DISK_SOME,   /* keeps some of it, in no order, sectors of a write torn apart */
    FAKE_DISK_CUTS
};

/* Record from now on, forgetting what was recorded before: SQLite's default file system is this disk. */
void fake_disk_start(void);

/* Stop recording; the file system of before is the default again. All files must be closed. */
void fake_disk_stop(void);

/* Free what was recorded. */
void fake_disk_clear(void);

/* From now on: writes of log and database find the disk full; syncs fail. */
enum fake_disk_fault { FAKE_DISK_WELL, FAKE_DISK_FULL, FAKE_DISK_UNSYNCED };
void fake_disk_set_fault(enum fake_disk_fault fault);

/* How many operations were recorded so far. */
size_t fake_disk_count(void);

/* Was operation N a write to the database file itself (not its log)? */
bool fake_disk_is_database_write(size_t n);

/* Lay out in FOLDER what is found if the power goes during operation N. Must be called with N never
 * falling; fake_disk_rewind() begins again. SEED decides what is torn where. */
void fake_disk_lay_out(const char *folder, size_t n, enum fake_disk_cut cut, unsigned seed);
void fake_disk_rewind(void);

#endif
