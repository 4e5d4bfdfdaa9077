/* tests/support/cluster.h: a PostgreSQL server of a test program's own, on a socket in a folder of its own: nothing listens
 * on the network, nothing is brought to a disk, and it ends with the program. Everything in it is sorted as English
 * people sort, so that a column that forgot to be sorted by bytes is seen. */
#pragma once
#include <stdbool.h>

/* NULL: it runs, from the first call on. Else why it cannot: a test then skips. */
const char *cluster_lacks(void);
/* An address in it for a store of that name, made of letters, digits and _: a schema that is there once it was opened with
 * DB_CREATE. The caller frees. With LOKET_TEST_DB=postgres://… it is on that server instead of one of its own. */
char *cluster_address(const char *name);

/* The switch: with LOKET_TEST_DB in the environment halls of tests are kept in PostgreSQL, each in a schema of its own, whatever
 * folder a test names. */
bool cluster_keeps_halls(void);
/* The switch by a test's own hand: on, and off again at its end. Beside one of the environment it does nothing. */
void cluster_keep_halls(bool here);
/* Where the hall of a folder (hall.db in it) or of a file is kept then. The caller frees. */
char *cluster_hall(const char *folder);
char *cluster_hall_of_file(const char *path);
/* Where the server's own files are (base, pg_wal …); NULL: it is somebody else's. */
const char *cluster_folder(void);
/* First thing in a test of what files alone have: skips it, with the reason, where halls are kept in PostgreSQL. */
void cluster_not_for(const char *reason);
