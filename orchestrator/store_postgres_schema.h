#ifndef ORCHESTRATOR_STORE_POSTGRES_SCHEMA_H
#define ORCHESTRATOR_STORE_POSTGRES_SCHEMA_H

/* The store's tables on a server, and how they came to be; as store_schema.h, with the number in the table
 * meta. Orchestrators of the release before go on beside one that has brought the tables up to date: a step
 * adds, and changes nothing that they read or write. */

/* Make the tables in the first schema of URL's search_path, or bring them up to date. Returns 0, or -1
 * (logged). */
int store_postgres_migrate(const char *url);

#endif
