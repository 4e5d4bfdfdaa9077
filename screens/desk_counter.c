/* screens/desk_counter.c: at which counter a clerk may sit: which ones fit, in which order, and how they read. Draws
 * nothing and sends nothing. */
#include <stdlib.h>
#include <string.h>

#include "screens/desk.h"
#include "screens/show.h"

bool desk_counter_is_taken(const struct json *counter, const char *user)
{
    const char *state = json_text_or(counter, "state", "closed"), *holder = json_text_or(counter, "user", "");
    return strcmp(state, "closed") != 0 && *holder && !str_equal(holder, user);
}

/* A clerk of an agency sits at its counters; those of no agency are for everyone. */
static bool is_mine(const struct json *counter, const struct ui *ui)
{
    const char *agency = json_text_or(counter, "agency", "");
    return !*agency || !*ui->session.agency || str_equal(agency, ui->session.agency);
}

const char *desk_only_counter(const struct json *accounts, const struct ui *ui)
{
    const char *only = NULL;
    for (const struct json *row = json_first(json_get(accounts, "counters")); row; row = json_next(row)) {
        if (!is_mine(row, ui))
            continue;
        if (only || desk_counter_is_taken(row, ui->session.user))
            return NULL;
        only = json_text(row, "id");
    }
    return only;
}

/* --- their order: my agency's, then what is free, then by name as people count --- */

struct place {
    const struct json *row;
    bool mine, taken;
    bool to_send; /* a person is sent there: those where someone sits come first */
};

static int by_place(const void *a, const void *b)
{
    const struct place *one = a, *other = b;
    if (one->mine != other->mine)
        return one->mine ? -1 : 1;
    if (one->taken != other->taken)
        return one->taken != one->to_send ? 1 : -1;
    return strverscmp(json_text_or(one->row, "name", ""), json_text_or(other->row, "name", ""));
}

static const struct json *row_of(const struct json *rows, const char *id)
{
    for (const struct json *row = json_first(rows); row; row = json_next(row))
        if (str_equal(json_text(row, "id"), id))
            return row;
    return NULL;
}

static const char *separator(const struct json *first, const struct json *row)
{
    return row == first ? "  " : ", ";
}

/* "taken: Siti"; "unattended: Siti" when nothing was heard of her for a lease */
static void holder_label(const struct json *accounts, const struct ui *ui, const struct place *place,
                         struct buf *label)
{
    const struct json *holder = row_of(json_get(accounts, "users"), json_text_or(place->row, "user", ""));
    bool away = json_int(place->row, "unattended_ms", 0) > 0;
    const char *name = json_text_or(holder, "name", "…");
    if (place->to_send && !away)
        buf_adds(label, name);
    else
        buf_addf(label, tr(ui->lang, away ? TR("unattended: %s") : TR("taken: %s")), name);
}

/* "7  free  P Population, A Civil registry" */
static void counter_label(const struct json *accounts, const struct ui *ui, const struct place *place,
                          struct buf *label)
{
    const struct json *first = json_first(json_get(place->row, "queues"));
    buf_clear(label);
    buf_addf(label, "%-3s ", json_text_or(place->row, "name", ""));
    if (place->taken)
        holder_label(accounts, ui, place, label);
    else
        buf_adds(label, tr(ui->lang, place->to_send ? TR("closed") : TR("free")));
    for (const struct json *q = first; q; q = json_next(q)) {
        const struct json *queue = row_of(json_get(accounts, "queues"), json_text_or(q, "queue", ""));
        buf_addf(label, "%s%s %s", separator(first, q), json_text_or(queue, "code", ""),
                 show_name(ui, json_get(queue, "name")));
    }
}

static void add_counters(struct json *question, const struct json *accounts, const struct ui *ui,
                         bool to_send)
{
    const struct json *counters = json_get(accounts, "counters");
    struct place *places = xcalloc(json_count(counters) + 1, sizeof *places);
    struct buf label = {0};
    size_t count = 0;
    for (const struct json *row = json_first(counters); row; row = json_next(row))
        if (!to_send || !str_equal(json_text(row, "id"), ui->session.counter))
            places[count++] =
                (struct place){row, is_mine(row, ui), desk_counter_is_taken(row, ui->session.user), to_send};
    qsort(places, count, sizeof *places, by_place);
    for (size_t i = 0; i < count; i++) {
        counter_label(accounts, ui, &places[i], &label);
        question_item(question, buf_text(&label), json_text_or(places[i].row, "id", ""), NULL);
    }
    buf_free(&label);
    free(places);
}

void desk_ask_counter(const struct json *accounts, const struct ui *ui, struct effects *effects)
{
    struct json *question =
        question_new("counter", tr(ui->lang, TR("At which counter do you sit? Type to search.")));
    add_counters(question, accounts, ui, false);
    effects_ask(effects, question);
}

void desk_add_counters(struct json *question, const struct json *accounts, const struct ui *ui)
{
    add_counters(question, accounts, ui, true);
}

/* --- colleagues: those who serve, my agency's first, by name --- */

static int by_colleague(const void *a, const void *b)
{
    const struct place *one = a, *other = b;
    if (one->mine != other->mine)
        return one->mine ? -1 : 1;
    return strcmp(json_text_or(one->row, "name", ""), json_text_or(other->row, "name", ""));
}

void desk_add_colleagues(struct json *question, const struct json *users, const struct ui *ui)
{
    struct place *places = xcalloc(json_count(users) + 1, sizeof *places);
    size_t count = 0;
    for (const struct json *row = json_first(users); row; row = json_next(row))
        if (json_has_text(json_get(row, "roles"), "clerk") && json_bool(row, "active", true) &&
            !str_equal(json_text(row, "id"), ui->session.user))
            places[count++] = (struct place){.row = row, .mine = is_mine(row, ui)};
    qsort(places, count, sizeof *places, by_colleague);
    for (size_t i = 0; i < count; i++)
        question_item(question, json_text_or(places[i].row, "name", ""),
                      json_text_or(places[i].row, "id", ""), NULL);
    free(places);
}
