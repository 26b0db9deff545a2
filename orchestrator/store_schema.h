#ifndef ORCHESTRATOR_STORE_SCHEMA_H
#define ORCHESTRATOR_STORE_SCHEMA_H

#include <sqlite3.h>

/* The store's tables and how they came to be: a file of version N is brought up to date by the steps
 * N+1, N+2, ... in order, each a transaction of its own with the new number in it. A step that was
 * ever released is never changed; a new need is a new step at the end. */

#define STORE_APPLICATION_ID 0x456e736d /* "Ensm": in the file's header, says whose file it is */

/* The number of the last step: what this program reads and writes. */
int store_schema_version(void);

/* Bring DB from its version up to TO. Returns 0, or -1 (logged): a step failed and left no trace, the
 * file is of a later version, or it is a SQLite file of something else. */
int store_schema_migrate(sqlite3 *db, const char *path, int to);

#endif
