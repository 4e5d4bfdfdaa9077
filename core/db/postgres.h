/* core/db/postgres.h: what the files of this store share: postgres.c, postgres_news.c with a line of its own, and
 * postgres_line.c, which says whether an address leads over one that can be trusted. */
#pragma once
#include "core/db/kind.h"

struct pg_conn;
/* Never NULL; PQstatus tells. One whose other end fell silent is given up after some seconds. */
struct pg_conn *postgres_connect(const char *address, bool writes);
const char *postgres_address(const struct db *db); /* whole, with its password */

enum err postgres_line(const char *address, struct err_info *info) MUST_USE; /* db_line */

enum err postgres_news_open(struct db_news **out, const struct db *db) MUST_USE;
void postgres_news_close(struct db_news **news);
int postgres_news_fd(const struct db_news *news);
enum err postgres_news_take(struct db_news *news, bool *any) MUST_USE;
void postgres_news_tell(struct db_news *news);
