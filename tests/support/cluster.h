/* tests/support/cluster.h: a PostgreSQL server of a test program's own, on a socket in a folder of its own: nothing listens
 * on the network, nothing is brought to a disk, and it ends with the program. Everything in it is sorted as English
 * people sort, so that a column that forgot to be sorted by bytes is seen. */
#pragma once

/* NULL: it runs, from the first call on. Else why it cannot: a test then skips. */
const char *cluster_lacks(void);
/* An address in it for a store of that name, made of letters, digits and _: a schema that is there once it was opened with
 * DB_CREATE. The caller frees. With LOKET_TEST_DB=postgres://… it is on that server instead of one of its own. */
char *cluster_address(const char *name);
