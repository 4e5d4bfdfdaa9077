/* core/command/tx.c: one command's reads and writes, and the list of rows that it changed.
 *
 * Knows no rule. The plain name of a table is the hall's table or the workstation's view, so a read sees what the
 * same command wrote a line earlier on both sides. */
#include <stdlib.h>
#include <string.h>

#include "core/command/rules.h"

void tx_deinit(struct tx *tx)
{
    tx_undone(tx, 0);
    free(tx->texts);
    tx->texts = NULL;
    free(tx->changes);
    tx->changes = NULL;
    tx->change_count = tx->change_capacity = 0;
}

/* Also what is left may have been written again by what was undone. */
void tx_undone(struct tx *tx, int count)
{
    for (int i = 0; tx->texts && i < tx->change_count; i++) {
        free(tx->texts[i]);
        tx->texts[i] = NULL;
    }
    tx->change_count = count;
}

static bool is_watched(const struct tx *tx, enum table table)
{
    return tx->watch && table != TABLE_HALL && table != TABLE_AGENCY && table != TABLE_SERVICE;
}

enum err tx_get(struct tx *tx, enum table table, const char *id, struct json **row)
{
    if (is_watched(tx, table))
        tx->watch->read(tx->watch->ctx, table, id);
    return row_get(tx->db, table, id, row);
}

struct stmt *tx_list(struct tx *tx, const char *sql, enum table table, const char *member, const char *value)
{
    struct stmt *s = db_query(tx->db, sql);
    if (is_watched(tx, table))
        tx->watch->list(tx->watch->ctx, table, member, value);
    if (member)
        db_bind_text(s, 1, value);
    return s;
}

/* -1: not yet */
static int noted(const struct tx *tx, enum table table, const char *id)
{
    for (int i = tx->change_count - 1; i >= 0; i--)
        if (tx->changes[i].table == table && str_equal(tx->changes[i].id, id))
            return i;
    return -1;
}

static void make_room(struct tx *tx)
{
    if (tx->change_count < tx->change_capacity)
        return;
    tx->change_capacity = tx->change_capacity ? tx->change_capacity * 2 : 8;
    tx->changes = xrealloc(tx->changes, sizeof *tx->changes * (size_t)tx->change_capacity);
    if (tx->keeps)
        tx->texts = xrealloc(tx->texts, sizeof *tx->texts * (size_t)tx->change_capacity);
}

static bool note(struct tx *tx, enum table table, const char *id)
{
    if (noted(tx, table, id) >= 0)
        return true;
    if (tx->change_count == TX_CHANGES_MAX)
        return false;
    make_room(tx);
    if (tx->keeps)
        tx->texts[tx->change_count] = NULL;
    struct tx_change *change = &tx->changes[tx->change_count++];
    change->table = table;
    return str_copy(change->id, sizeof change->id, id);
}

/* What is foreseen on a row that changed since the command was confirmed stands on that change. */
static int64_t rev_of(const struct tx *tx, const struct json *row)
{
    int64_t rev = json_int(row, "row_rev", 0);
    return tx->predicting && rev > tx->rev ? rev : tx->rev;
}

/* An id that does not fit, or a command that would change thousands of rows, is bad data, not a crash. */
static enum err begin_put(struct tx *tx, enum table table, const char *id, struct json *row)
{
    if (str_empty(id) || strlen(id) >= sizeof tx->changes->id || !note(tx, table, id))
        return ERR_TOO_LARGE;
    if (!str_equal(json_text(row, "id"), id)) /* else whoever kept row_id(row) keeps it */
        json_set_text(row, "id", id);
    json_set_int(row, "row_rev", rev_of(tx, row));
    return ERR_OK;
}

/* Takes the text. */
static void keep_text(struct tx *tx, enum table table, const char *id, char *text)
{
    int at = tx->keeps ? noted(tx, table, id) : -1;
    if (at < 0) {
        free(text);
        return;
    }
    free(tx->texts[at]);
    tx->texts[at] = text;
}

enum err tx_put(struct tx *tx, enum table table, const char *id, struct json *row)
{
    TRY(begin_put(tx, table, id, row));
    if (is_watched(tx, table))
        TRY(tx->watch->put(tx->watch->ctx, table, id, row));
    char *text = json_print(row);
    enum err err = row_put_text(tx->db, tx->set, table, row, text);
    keep_text(tx, table, id, text);
    return err;
}

enum err tx_put_text(struct tx *tx, enum table table, const char *id, struct json *columns, const char *text)
{
    TRY(begin_put(tx, table, id, columns));
    keep_text(tx, table, id, xstrdup(text));
    return row_put_text(tx->db, tx->set, table, columns, text);
}

void tx_new_id(struct tx *tx, char out[UUID_TEXT])
{
    uuid_derive(tx->command->id, tx->ids++, out);
}
