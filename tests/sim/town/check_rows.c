/* tests/sim/town/check_rows.c: every change of the hall, as it is committed: revs dense, one holder a ticket and gen,
 * gen and fence never back, numbers unique in a day, decisions never rewritten. */
#include <stdlib.h>
#include <string.h>

#include "tests/sim/town/checking.h"

struct wanted {
    const struct check *check;
    const char *text;
    enum table table;
};

static bool is_row(const void *ctx, size_t index)
{
    const struct wanted *wanted = ctx;
    const struct shadow *shadow = &wanted->check->shadows[index];
    return shadow->table == wanted->table && strcmp(shadow->id, wanted->text) == 0;
}

static bool is_number(const void *ctx, size_t index)
{
    const struct wanted *wanted = ctx;
    return strcmp(wanted->check->shadows[index].number, wanted->text) == 0;
}

void rows_forget(struct town *town)
{
    struct check *check = town->check;
    if (town->side == AT_HOME)
        channel_forget(town);
    check->shadow_count = 0;
    check->seen_rev = 0;
    check->is_old = true;
    order_forget(check);
    lookup_clear(&check->shadow_ids);
    lookup_clear(&check->numbers);
}

static struct shadow *shadow_of(struct check *check, enum table table, const char *id, bool *is_new)
{
    uint64_t hash = text_hash(id) + (uint64_t)table;
    struct wanted wanted = {check, id, table};
    ptrdiff_t at = lookup_find(&check->shadow_ids, hash, is_row, &wanted);
    *is_new = at < 0;
    if (at >= 0)
        return &check->shadows[at];
    if (check->shadow_count == check->shadow_capacity) {
        check->shadow_capacity = check->shadow_capacity ? check->shadow_capacity * 2 : 128;
        check->shadows = xrealloc(check->shadows, sizeof *check->shadows * check->shadow_capacity);
    }
    lookup_add(&check->shadow_ids, hash, check->shadow_count);
    struct shadow *shadow = &check->shadows[check->shadow_count++];
    *shadow = (struct shadow){.table = table};
    str_copy(shadow->id, sizeof shadow->id, id);
    return shadow;
}

/* --- tickets --- */

static void check_number(struct town *town, struct shadow *shadow, const struct json *row)
{
    struct check *check = town->check;
    char number[48];
    str_format(number, sizeof number, "%.12s %.30s", json_text_or(row, "day", ""),
               json_text_or(row, "number", ""));
    if (strcmp(number, shadow->number) == 0 || !*json_text_or(row, "number", ""))
        return;
    struct wanted wanted = {check, number, TABLE_TICKET};
    if (lookup_find(&check->numbers, text_hash(number), is_number, &wanted) >= 0)
        town_violated(town, "number %s was given twice", number);
    str_copy(shadow->number, sizeof shadow->number, number);
    lookup_add(&check->numbers, text_hash(number), (size_t)(shadow - check->shadows));
}

static void check_ticket(struct town *town, struct shadow *shadow, const struct json *row, int64_t rev)
{
    const char *state = json_text_or(row, "state", "");
    bool held = strcmp(state, "called") == 0 || strcmp(state, "serving") == 0;
    int64_t gen = json_int(row, "gen", -1);
    char holder[64];
    str_format(holder, sizeof holder, "%.20s/%.40s", held ? json_text_or(row, "counter", "-") : "",
               held ? json_text_or(row, "user", "-") : "");
    if (gen < shadow->gen)
        town_violated(town, "rev %lld: gen of ticket %s went from %lld to %lld", (long long)rev, shadow->id,
                      (long long)shadow->gen, (long long)gen);
    if (held && shadow->holder[0] && gen == shadow->gen && strcmp(holder, shadow->holder) != 0)
        town_violated(town, "rev %lld: ticket %s gen %lld has two holders, %s and %s", (long long)rev,
                      shadow->id, (long long)gen, shadow->holder, holder);
    if (held || gen != shadow->gen)
        str_copy(shadow->holder, sizeof shadow->holder, held ? holder : "");
    shadow->gen = gen;
    check_number(town, shadow, row);
}

/* --- the others --- */

static uint64_t fixed_of(const struct json *row)
{
    static const char *const members[] = {"case", "outcome", "reasons", "text", "conditions", "by", "at"};
    uint64_t sum = 0;
    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        char *text = json_get(row, members[i]) ? json_print(json_get(row, members[i])) : xstrdup("");
        sum = sum * 31 + text_hash(text);
        free(text);
    }
    return sum;
}

static void check_counter(struct town *town, struct shadow *shadow, const struct json *row, int64_t rev)
{
    int64_t fence = json_int(row, "fence", 0);
    if (fence < shadow->gen)
        town_violated(town, "rev %lld: the fence of counter %s went from %lld to %lld", (long long)rev,
                      shadow->id, (long long)shadow->gen, (long long)fence);
    shadow->gen = fence;
}

static void check_case(struct town *town, struct shadow *shadow, const struct json *row, int64_t rev)
{
    int64_t gen = json_int(row, "hold_gen", 0);
    if (gen < shadow->gen)
        town_violated(town, "rev %lld: hold_gen of case %s went back", (long long)rev, shadow->id);
    shadow->gen = gen;
}

static void check_row(struct town *town, const struct json *line, int64_t rev)
{
    enum table table;
    bool is_new;
    const struct json *row = json_get(line, "row");
    if (!table_find(json_text_or(line, "t", ""), &table)) {
        town_violated(town, "rev %lld has a row of no table", (long long)rev);
        return;
    }
    struct shadow *shadow = shadow_of(town->check, table, json_text_or(line, "id", ""), &is_new);
    if (json_int(row, "row_rev", 0) != rev && json_is_object(row))
        town_violated(town, "rev %lld: a row of it says row_rev %lld", (long long)rev,
                      (long long)json_int(row, "row_rev", 0));
    shadow->rev = rev;
    if (table == TABLE_DECISION) {
        uint64_t fixed = json_is_object(row) ? fixed_of(row) : 0;
        if (!is_new && fixed != shadow->fixed)
            town_violated(town, "rev %lld: decision %s was rewritten", (long long)rev, shadow->id);
        shadow->fixed = fixed;
    } else if (table == TABLE_TICKET) {
        check_ticket(town, shadow, row, rev);
    } else if (table == TABLE_COUNTER) {
        check_counter(town, shadow, row, rev);
    } else if (table == TABLE_CASE) {
        check_case(town, shadow, row, rev);
        if (town->side == AT_HOME)
            channel_follow(town, shadow->id, row, rev);
    }
}

static void check_item(struct town *town, struct committed *committed, const char *text)
{
    int64_t rev = committed->rev;
    struct json *item = past_item(town, rev, text);
    if (!item)
        return;
    const struct json *lines = json_get(item, "rows");
    if (town->side == AT_HOME && strcmp(committed->type, "application.receive") == 0)
        channel_received(town, lines, rev);
    for (const struct json *line = json_first(lines); line; line = json_next(line))
        check_row(town, line, rev);
    committed->rows = lines;
    order_follow(town, committed);
    json_free(&item);
}

void rows_follow(struct town *town, struct backend *backend)
{
    static const char sql[] =
        "SELECT c.rev, c.item, c.command, c.by_, a.type, a.outcome, a.client FROM change c"
        " JOIN audit a ON a.rev = c.rev WHERE c.rev > $1 ORDER BY c.rev";
    struct check *check = town->check;
    if (backend->hall.state.rev == check->seen_rev)
        return;
    struct stmt *s = db_query(backend->hall.db, sql);
    db_bind_int(s, 1, check->seen_rev);
    enum err err;
    while ((err = db_step(s)) == ERR_OK) {
        int64_t rev = db_int(s, 0);
        if (rev != check->seen_rev + 1 && check->seen_rev > 0)
            town_violated(town, "rev %lld follows rev %lld", (long long)rev, (long long)check->seen_rev);
        check->seen_rev = rev;
        struct committed committed = {.rev = rev,
                                      .command = db_text(s, 2),
                                      .by = db_text(s, 3),
                                      .type = db_text(s, 4),
                                      .outcome = db_text(s, 5),
                                      .client = db_text(s, 6)};
        check_item(town, &committed, db_text(s, 1));
    }
    db_done(s);
    check->is_old = false;
    if (err == ERR_ABSENT && check->seen_rev != backend->hall.state.rev)
        town_violated(town, "the hall says rev %lld and has changes up to %lld",
                      (long long)backend->hall.state.rev, (long long)check->seen_rev);
}
