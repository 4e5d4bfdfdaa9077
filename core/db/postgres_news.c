/* core/db/postgres_news.c: word among the programs that share a schema, by LISTEN and NOTIFY.
 *
 * A NOTIFY within a transaction takes a lock of the whole server at its commit, so every hall's commits would follow one
 * another. So it goes out after the commit, on a connection of its own that nobody waits for, which brings nothing to the
 * disk; while one is on its way the next ones become one. */
#include <postgresql/libpq-fe.h>
#include <stdlib.h>

#include "core/base/str.h"
#include "core/db/postgres.h"

struct db_news {
    const struct db_kind *kind;
    PGconn *raw;
    bool sending, again; /* one is on its way; another is to follow */
};

/* A name that any schema's makes, of letters that need no quotes. */
static const char sql_listen[] =
    "SET synchronous_commit = off; DO $$ BEGIN EXECUTE 'LISTEN loket_' || md5(current_schema()); END $$";
static const char sql_tell[] = "SELECT pg_notify('loket_' || md5(current_schema()), '')";

enum err postgres_news_open(struct db_news **out, const struct db *db)
{
    struct db_news *news = xcalloc(1, sizeof *news);
    news->kind = &db_postgres;
    news->raw = postgres_connect(postgres_address(db), true);
    bool listens = false;
    if (PQstatus(news->raw) == CONNECTION_OK) {
        PGresult *result = PQexec(news->raw, sql_listen);
        listens = PQresultStatus(result) == PGRES_COMMAND_OK;
        PQclear(result);
    }
    if (listens && PQsetnonblocking(news->raw, 1) == 0) {
        *out = news;
        return ERR_OK;
    }
    postgres_news_close(&news);
    return ERR_DISK;
}

void postgres_news_close(struct db_news **slot)
{
    PQfinish((*slot)->raw);
    free(*slot);
    *slot = NULL;
}

int postgres_news_fd(const struct db_news *news)
{
    return PQsocket(news->raw);
}

static void take_answers(struct db_news *news)
{
    while (news->sending && !PQisBusy(news->raw)) {
        PGresult *result = PQgetResult(news->raw);
        if (!result)
            news->sending = false;
        PQclear(result);
    }
}

enum err postgres_news_take(struct db_news *news, bool *any)
{
    PGnotify *said;
    *any = false;
    if (PQconsumeInput(news->raw) != 1 || PQflush(news->raw) < 0 || PQstatus(news->raw) != CONNECTION_OK)
        return ERR_DISK;
    take_answers(news);
    while ((said = PQnotifies(news->raw))) {
        *any |= said->be_pid != PQbackendPID(news->raw);
        PQfreemem(said);
    }
    if (news->again && !news->sending)
        postgres_news_tell(news);
    return ERR_OK;
}

/* What cannot be sent is not told: whoever waits looks by themselves. */
void postgres_news_tell(struct db_news *news)
{
    take_answers(news);
    news->again = news->sending;
    if (news->sending)
        return;
    news->sending = PQsendQuery(news->raw, sql_tell) == 1;
    (void)PQflush(news->raw);
}
