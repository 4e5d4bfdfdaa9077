/* tests/unit/audit_test.c: the audit searched: every answer against all lines read one by one, on random audits. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/hall/audit.h"
#include "core/hall/audit_chain.h"
#include "core/hall/audit_check.h"
#include "core/hall/audit_index.h"
#include "core/hall/inside.h"
#include "core/hall/writer.h"
#include "core/model/role.h"
#include "tests/support/pair.h"
#include "tests/support/test.h"

enum { LINES = 700, PEOPLE = 5, TICKETS = 12, CASES = 8, ASKS = 60, HOUR_MS = 3600 * 1000 };

static const int64_t start_ms = 1795572000000; /* 2026-11-25T02:00:00Z */

struct line {
    int64_t rev;
    char at[TIME_TEXT], user[64], type[40], outcome[60];
    char rows[3][80]; /* "ticket/t-3" */
    char agencies[3][16];
};

struct trial {
    struct pair pair;
    struct rng rng;
    struct actor people[PEOPLE];
    struct line lines[LINES];
    int count;
    int64_t now_ms;
    int low_row; /* of the rows that a change writes now */
    const struct line *being_written;
};

static struct server_env env_of(struct trial *t)
{
    struct hall_state state;
    REQUIRE(store_state(t->pair.hall, &state) == ERR_OK);
    return (struct server_env){
        .db = t->pair.hall, .epoch = state.epoch, .now_ms = t->now_ms, .mono_ms = 1000};
}

static int pick(struct trial *t, int below)
{
    return (int)(rng_next(&t->rng) % (uint64_t)below);
}

static void put(struct tx *tx, enum table table, const char *id, const char *text)
{
    struct json *row = NULL;
    REQUIRE(json_parse(text, strlen(text), &row, NULL) == ERR_OK);
    REQUIRE(tx_put(tx, table, id, row) == ERR_OK);
    json_free(&row);
}

static enum err write_rows(struct tx *tx, void *ctx)
{
    struct trial *t = ctx;
    for (int i = 0; i < 3; i++) {
        const char *name = t->being_written->rows[i], *id = strchr(name, '/');
        char *row = NULL;
        if (str_starts(name, "ticket/"))
            row = xasprintf("{\"number\":\"P%03d\",\"day\":\"2026-11-25\",\"state\":\"waiting\",\"queue\":"
                            "\"p\",\"arrived_at\":"
                            "\"2026-11-25T02:00:00.000Z\"}",
                            atoi(id + 3));
        else if (str_starts(name, "case/"))
            row = xasprintf("{\"number\":\"T1-2026-%06d\",\"agency\":\"%s\",\"state\":\"draft\",\"draft\":{"
                            "\"nik\":\"3171\"}}",
                            atoi(id + 3), atoi(id + 3) % 2 ? "a1" : "a2");
        if (row)
            put(tx, str_starts(name, "case/") ? TABLE_CASE : TABLE_TICKET, id + 1, row);
        free(row);
    }
    return ERR_OK;
}

static void add_agency(struct line *line, const char *agency)
{
    for (int i = 0; i < 3 && *agency; i++) {
        if (str_equal(line->agencies[i], agency))
            return;
        if (!*line->agencies[i]) {
            str_copy(line->agencies[i], sizeof line->agencies[i], agency);
            return;
        }
    }
}

static void random_rows(struct trial *t, struct line *line)
{
    int count = pick(t, 4);
    for (int i = 0; i < count && i < 3; i++) {
        bool ticket = pick(t, 2);
        int n = pick(t, ticket ? TICKETS : CASES);
        str_format(line->rows[i], sizeof line->rows[i], ticket ? "ticket/t-%d" : "case/k-%d", n);
        if (!ticket)
            add_agency(line, n % 2 ? "a1" : "a2");
    }
}

static void random_line(struct trial *t)
{
    static const char *const types[] = {"ticket.call", "ticket.finish", "case.decide",
                                        "case.draft",  "hall.day",      "queue.rule"};
    struct line *line = &t->lines[t->count++];
    const struct actor *who = &t->people[pick(t, PEOPLE)];
    struct server_env env = env_of(t);
    *line = (struct line){0};
    str_copy(line->user, sizeof line->user, who->user);
    str_copy(line->type, sizeof line->type, types[pick(t, 6)]);
    str_copy(line->outcome, sizeof line->outcome, "applied");
    add_agency(line, who->agency);
    t->now_ms += pick(t, 40) ? pick(t, 20 * 60 * 1000)
                             : -(int64_t)pick(t, 30 * HOUR_MS); /* a clock is turned at times */
    time_text(t->now_ms, line->at);
    env.now_ms = t->now_ms;
    if (pick(t, 5) == 0) { /* refused: the body names what it was about */
        int n = pick(t, CASES);
        struct outcome out = {0};
        struct json *body = json_new_object();
        char id[16];
        str_format(id, sizeof id, "k-%d", n);
        json_set_text(body, "case", id);
        REQUIRE(server_command(&env, who->user[0] ? who : NULL, "case.nonsense", body, &out) == ERR_OK);
        str_copy(line->type, sizeof line->type, "case.nonsense");
        str_format(line->outcome, sizeof line->outcome, "refused %s", out.code);
        str_format(line->rows[0], sizeof line->rows[0], "case/%s", id);
        struct json *row = NULL;
        if (row_get(t->pair.hall, TABLE_CASE, id, &row) == ERR_OK)
            add_agency(line, json_text_or(row, "agency", ""));
        json_free(&row);
        json_free(&out.data);
        json_free(&body);
    } else {
        random_rows(t, line);
        t->being_written = line;
        REQUIRE(server_change_by(&env, who->user[0] ? who : NULL, line->type, NULL, write_rows, t) == ERR_OK);
    }
    struct hall_state state;
    REQUIRE(store_state(t->pair.hall, &state) == ERR_OK);
    line->rev = state.rev;
}

static void more_lines(struct trial *t, int count)
{
    REQUIRE(db_begin(t->pair.hall) == ERR_OK);
    for (int i = 0; i < count && t->count < LINES; i++)
        random_line(t);
    REQUIRE(db_commit(t->pair.hall) == ERR_OK);
}

static enum err write_other(struct tx *tx, void *ctx)
{
    (void)ctx;
    put(tx, TABLE_USER, "u-other",
        "{\"id\":\"u-other\",\"login\":\"other\",\"name\":\"Other\",\"agency\":\"a2\"}");
    return ERR_OK;
}

static void add_other(struct trial *t)
{
    struct line *line = &t->lines[t->count++];
    struct server_env env = env_of(t);
    REQUIRE(db_begin(t->pair.hall) == ERR_OK);
    REQUIRE(server_change(&env, "user.add", NULL, write_other, NULL) == ERR_OK);
    REQUIRE(db_commit(t->pair.hall) == ERR_OK);
    *line = (struct line){.rev = 2, .type = "user.add", .outcome = "applied", .agencies = {"a2"}};
    time_text(t->now_ms, line->at);
}

static void trial_open(struct trial *t, uint64_t seed, int lines)
{
    static const char *const who[PEOPLE][3] = {{"", "", ""},
                                               {"u-siti", "siti", "a1"},
                                               {"u-adi", "adi", "a1"},
                                               {"u-rina", "rina", ""},
                                               {"u-other", "other", "a2"}};
    *t = (struct trial){.now_ms = start_ms};
    pair_open(&t->pair);
    rng_seed(&t->rng, seed);
    for (int i = 0; i < PEOPLE; i++) {
        str_copy(t->people[i].user, sizeof t->people[i].user, who[i][0]);
        str_copy(t->people[i].login, sizeof t->people[i].login, who[i][1]);
        str_copy(t->people[i].agency, sizeof t->people[i].agency, who[i][2]);
        t->people[i].roles = i == 0 ? ~0u : ROLE_CLERK;
    }
    struct line *first = &t->lines[t->count++]; /* the hall's own making */
    first->rev = 1;
    time_text(start_ms, first->at);
    str_copy(first->type, sizeof first->type, "hall.setup");
    str_copy(first->outcome, sizeof first->outcome, "applied");
    add_agency(first, "a1");
    add_other(t);
    more_lines(t, lines);
}

/* --- the plain way: every line, asked by itself --- */

struct question {
    char from[TIME_TEXT], to[TIME_TEXT], user[64], types[80], subject[80], letters[40];
    bool refused;
    struct actor viewer;
};

static bool has_row(const struct line *line, const char *name)
{
    return str_equal(line->rows[0], name) || str_equal(line->rows[1], name) || str_equal(line->rows[2], name);
}

static bool fits(const struct question *q, const struct line *line)
{
    bool agency = !*q->viewer.agency || str_equal(line->agencies[0], q->viewer.agency) ||
                  str_equal(line->agencies[1], q->viewer.agency) ||
                  str_equal(line->agencies[2], q->viewer.agency);
    bool who = !*q->user || str_equal(line->user, q->user) || (str_equal(q->user, "system") && !*line->user);
    bool letters = !*q->letters || strstr(line->type, q->letters) ||
                   (str_equal(q->letters, "siti") && (str_equal(line->user, "u-siti"))) ||
                   (str_equal(q->letters, "refu") && str_starts(line->outcome, "refused"));
    char *types = xasprintf(",%s,", q->types), *type = xasprintf(",%s,", line->type);
    bool command = !*q->types || strstr(types, type);
    free(types);
    free(type);
    return agency && who && letters && command && (!*q->from || strcmp(line->at, q->from) >= 0) &&
           (!*q->to || strcmp(line->at, q->to) < 0) && (!*q->subject || has_row(line, q->subject)) &&
           (!q->refused || str_starts(line->outcome, "refused"));
}

static struct audit_ask ask_of(const struct question *q)
{
    return (struct audit_ask){.from = *q->from ? q->from : NULL,
                              .to = *q->to ? q->to : NULL,
                              .day = "2026-11-25",
                              .user = q->user,
                              .types = q->types,
                              .subject = q->subject,
                              .letters = q->letters,
                              .refused = q->refused};
}

static void random_question(struct trial *t, struct question *q)
{
    static const char *const users[] = {"u-siti", "u-adi", "system", "u-other", "nobody"};
    static const char *const types[] = {"ticket.call", "ticket.call,ticket.finish", "case.decide", "no.such"};
    static const char *const letters[] = {"case", "siti", "draft", "refu", "zzz"};
    *q = (struct question){.viewer = {.user = "u-budi", .roles = ROLE_SUPERVISOR}};
    if (pick(t, 3) == 0)
        str_copy(q->viewer.agency, sizeof q->viewer.agency, pick(t, 2) ? "a1" : "a2");
    if (pick(t, 3) == 0)
        str_copy(q->user, sizeof q->user, users[pick(t, 5)]);
    if (pick(t, 3) == 0)
        str_copy(q->types, sizeof q->types, types[pick(t, 4)]);
    if (pick(t, 3) == 0)
        str_format(q->subject, sizeof q->subject, pick(t, 2) ? "ticket/t-%d" : "case/k-%d", pick(t, CASES));
    if (pick(t, 4) == 0)
        str_copy(q->letters, sizeof q->letters, letters[pick(t, 5)]);
    q->refused = pick(t, 6) == 0;
    int64_t from_ms = start_ms + pick(t, 100 * HOUR_MS), to_ms = from_ms + pick(t, 60 * HOUR_MS);
    if (pick(t, 2) == 0)
        time_text(from_ms, q->from);
    if (pick(t, 2) == 0)
        time_text(to_ms, q->to);
}

/* Looks at every page; what is added meanwhile is in none. */
static void check_question(struct trial *t, const struct question *q, int limit, bool growing)
{
    struct audit_ask ask = ask_of(q);
    int64_t before = INT64_MAX;
    int at = t->count - 1, pages = 0;
    bool end = false;
    for (; !end && pages < 2 * LINES; pages++) {
        struct json *page = NULL;
        REQUIRE(audit_find(t->pair.hall, &q->viewer, &ask, before, limit, &page) == ERR_OK);
        const struct json *lines = json_get(page, "lines");
        CHECK((int)json_count(lines) <= limit);
        for (const struct json *line = json_first(lines); line; line = json_next(line)) {
            while (at >= 0 && !fits(q, &t->lines[at]))
                at--;
            if (!CHECK(at >= 0) || !CHECK_INT(json_int(line, "rev", 0), t->lines[at].rev)) {
                printf("    of %s %s %s %s %s %s %s %d\n", q->viewer.agency, q->from, q->to, q->user,
                       q->types, q->subject, q->letters, q->refused);
                at = -1;
                end = true;
                break;
            }
            CHECK_TEXT(json_text(line, "type"), t->lines[at].type);
            CHECK_TEXT(json_text(line, "outcome"), t->lines[at].outcome);
            at--;
        }
        end |= json_is_null(json_get(page, "next"));
        CHECK(json_bool(page, "whole", false));
        int64_t next = json_int(page, "next", 0);
        CHECK(end || next < before);
        before = next;
        json_free(&page);
        if (growing)
            more_lines(t, 3);
    }
    while (at >= 0 && !fits(q, &t->lines[at]))
        at--;
    if (!CHECK_INT(at >= 0 ? t->lines[at].rev : 0, 0) && at > 0)
        printf("    missing of %s %s %s %s %s %s %s %d\n", q->viewer.agency, q->from, q->to, q->user,
               q->types, q->subject, q->letters, q->refused);
}

TEST(audit_answers_as_every_line_read_by_itself)
{
    for (uint64_t seed = 1; seed <= 4; seed++) {
        struct trial *t = xcalloc(1, sizeof *t);
        trial_open(t, seed, 400);
        for (int i = 0; i < ASKS; i++) {
            struct question q;
            random_question(t, &q);
            check_question(t, &q, 1 + pick(t, 40), false);
        }
        pair_close(&t->pair);
        free(t);
    }
}

TEST(audit_pages_are_complete_and_without_doubles_while_lines_are_added)
{
    struct trial *t = xcalloc(1, sizeof *t);
    trial_open(t, 9, 300);
    for (int i = 0; i < 8; i++) {
        struct question q;
        random_question(t, &q);
        check_question(t, &q, 7, true);
    }
    pair_close(&t->pair);
    free(t);
}

/* --- a file from before --- */

/* What the index has of lines that were carried out: of refusals only the line itself is kept. */
static char *index_text(struct db *db)
{
    static const char sql[] =
        "SELECT tag || ' ' || audit_tag.rev FROM audit_tag JOIN audit ON audit.rev = audit_tag.rev"
        " WHERE outcome = 'applied' ORDER BY tag, audit_tag.rev",
                      sql_hours[] = "SELECT hour || ' ' || first_rev FROM audit_hour ORDER BY first_rev";
    struct buf text = {0};
    struct stmt *s = db_query(db, sql);
    while (db_step(s) == ERR_OK)
        buf_addf(&text, "%s\n", db_text(s, 0));
    db_done(s);
    s = db_query(db, sql_hours);
    while (db_step(s) == ERR_OK)
        buf_addf(&text, "%s\n", db_text(s, 0));
    db_done(s);
    return buf_take(&text);
}

TEST(audit_of_a_file_from_before_is_read_into_the_index)
{
    struct trial *t = xcalloc(1, sizeof *t);
    trial_open(t, 5, 300);
    struct db *db = t->pair.hall;
    char *written = index_text(db);
    REQUIRE(db_script(db, "DELETE FROM audit_tag; DELETE FROM audit_hour;"
                          "UPDATE audit_state SET place = (SELECT rev FROM hall_state)") == ERR_OK);
    more_lines(t, 1); /* the hall works on meanwhile */
    struct question all = {.viewer = {.user = "u-budi", .roles = ROLE_SUPERVISOR}};
    struct audit_ask ask = ask_of(&all);
    struct json *page = NULL;
    REQUIRE(audit_find(db, &all.viewer, &ask, INT64_MAX, 50, &page) == ERR_OK);
    CHECK(!json_bool(page, "whole", true));
    CHECK_INT((int64_t)json_count(json_get(page, "lines")), 1);
    json_free(&page);
    bool whole = false;
    for (int i = 0; i < 100 && !whole; i++) {
        REQUIRE(db_begin(db) == ERR_OK);
        REQUIRE(audit_index_slice(db, 1000, &whole) == ERR_OK);
        REQUIRE(db_commit(db) == ERR_OK);
    }
    CHECK(whole);
    char *read = index_text(db);
    REQUIRE(db_script(db, "DELETE FROM audit_tag WHERE rev = (SELECT rev FROM hall_state);"
                          "DELETE FROM audit_hour WHERE first_rev = (SELECT rev FROM hall_state)") == ERR_OK);
    char *before = index_text(db);
    CHECK(strlen(before) <= strlen(read));
    check_question(t, &all, 40, false);
    CHECK_TEXT(before, written);
    free(written);
    free(read);
    free(before);
    pair_close(&t->pair);
    free(t);
}

/* --- cost --- */

/* Two sets of ten thousand lines that never meet: a page says how far it came, and the pages end. */
TEST(audit_walks_no_further_than_its_bound_and_says_how_far)
{
    static const char sql[] = "INSERT INTO audit_tag (tag, rev) VALUES ($1, $2)";
    struct pair pair;
    struct actor viewer = {.user = "u-budi", .roles = ROLE_SUPERVISOR};
    struct audit_ask ask = {.user = "u-x", .types = "y"};
    enum { EACH = 20000 };
    pair_open(&pair);
    REQUIRE(db_begin(pair.hall) == ERR_OK);
    for (int i = 2; i < EACH; i++) {
        struct stmt *s = db_query(pair.hall, sql);
        db_bind_text(s, 1, i % 2 ? "u/u-x" : "c/y");
        db_bind_int(s, 2, i);
        REQUIRE(db_run(s) == ERR_OK);
    }
    REQUIRE(db_script(pair.hall, "UPDATE hall_state SET rev = 20000") == ERR_OK);
    REQUIRE(db_commit(pair.hall) == ERR_OK);
    int pages = 0;
    for (int64_t before = INT64_MAX; before > 0; pages++) {
        struct json *page = NULL;
        REQUIRE(audit_find(pair.hall, &viewer, &ask, before, 50, &page) == ERR_OK);
        CHECK_INT((int64_t)json_count(json_get(page, "lines")), 0);
        int64_t next = json_int(page, "next", 0);
        CHECK(next < before && json_int(page, "searched_through", 0) >= next);
        before = next;
        json_free(&page);
    }
    CHECK(pages > EACH / 2 / AUDIT_STEPS_MAX && pages < 40);
    pair_close(&pair);
}

/* --- who sees what --- */

static const struct json *about_with(const struct json *line, const char *id)
{
    for (const struct json *one = json_first(json_get(line, "about")); one; one = json_next(one))
        if (str_equal(json_text(one, "id"), id))
            return one;
    return NULL;
}

TEST(audit_shows_an_agency_its_own_rows_and_nobody_what_is_hidden)
{
    struct trial *t = xcalloc(1, sizeof *t);
    trial_open(t, 3, 0);
    struct line *line = &t->lines[t->count];
    *line = (struct line){.type = "case.draft", .rows = {"case/k-1", "case/k-2", "ticket/t-1"}};
    t->being_written = line;
    struct server_env env = env_of(t);
    for (int i = 0; i < 2; i++) {
        REQUIRE(db_begin(t->pair.hall) == ERR_OK);
        REQUIRE(server_change_by(&env, &t->people[1], "case.draft", NULL, write_rows, t) == ERR_OK);
        REQUIRE(db_commit(t->pair.hall) == ERR_OK);
    }
    struct actor viewers[] = {{.user = "u-1", .agency = "a1", .roles = ROLE_SUPERVISOR},
                              {.user = "u-2", .agency = "a2", .roles = ROLE_SUPERVISOR},
                              {.user = "u-3", .agency = "a3", .roles = ROLE_SUPERVISOR},
                              {.user = "u-4", .roles = ROLE_ADMINISTRATOR}};
    static const char *const sees[][2] = {{"k-1", "k-2"}, {"k-2", "k-1"}};
    for (int i = 0; i < 4; i++) {
        struct json *whole = NULL;
        enum err err = audit_line(t->pair.hall, &viewers[i], 4, &whole);
        CHECK_INT(err, i == 2 ? ERR_ABSENT : ERR_OK);
        char *text = whole ? json_print(whole) : xstrdup("");
        CHECK(!strstr(text, "3171")); /* what is hidden from both roles */
        if (i < 2) {
            CHECK(about_with(whole, sees[i][0]) && !about_with(whole, sees[i][1]));
            CHECK(strstr(text, sees[i][0]) != NULL);
        }
        CHECK(i == 2 || strstr(text, "P001"));
        if (i == 3)
            CHECK(!json_is_null(json_pointer(whole, "/written/2/before")));
        free(text);
        json_free(&whole);
    }
    pair_close(&t->pair);
    free(t);
}

/* --- what was altered --- */

TEST(audit_lines_that_were_altered_are_named_with_their_column)
{
    static const struct {
        const char *sql;
        int64_t line;
        const char *fault, *column;
    } tries[] = {
        {"UPDATE audit SET prev = hash WHERE rev = 9", 9, "altered", "prev"},
        {"UPDATE audit SET hash = prev WHERE rev = 9", 9, "altered", "hash"},
        {"UPDATE audit SET actor = 'u-rina-too' WHERE rev = 9", 9, "altered", "actor"},
        {"UPDATE audit SET client = 'x' WHERE rev = 9", 9, "altered", "client"},
        {"UPDATE audit SET type = 'nothing.much' WHERE rev = 9", 9, "altered", "type"},
        {"UPDATE audit SET outcome = 'refused so' WHERE rev = 9", 9, "altered", "outcome"},
        {"UPDATE audit SET at_ = replace(at_, '2026', '2025') WHERE rev = 9", 9, "altered", ""},
        {"UPDATE audit SET body_sha256 = prev WHERE rev = 9", 9, "altered", ""},
        {"DELETE FROM audit WHERE rev = 9", 9, "missing", ""},
        {"DELETE FROM audit WHERE rev = 1", 1, "missing", ""},
        {"UPDATE audit SET rev = 5000 WHERE rev = 9", 9, "missing", ""},
        {"UPDATE audit SET hash = NULL, actor = NULL WHERE rev = 9", 0, "", ""}, /* the table takes none */
    };
    for (size_t i = 0; i < sizeof tries / sizeof *tries; i++) {
        struct trial *t = xcalloc(1, sizeof *t);
        struct audit_place place = {0};
        enum audit_fault fault = AUDIT_FITS;
        char column[16] = "";
        bool end = false;
        trial_open(t, 7, 40);
        REQUIRE(db_script(t->pair.hall, "UPDATE audit SET client = '' WHERE rev < 0") == ERR_OK);
        enum err err = db_script(t->pair.hall, tries[i].sql);
        CHECK_INT(err == ERR_OK, tries[i].line > 0);
        while (!end && fault == AUDIT_FITS)
            REQUIRE(audit_chain_walk(t->pair.hall, &place, 8, &end, &fault) == ERR_OK);
        CHECK_TEXT(audit_fault_text(fault), tries[i].fault);
        CHECK_INT(fault ? place.rev + 1 : 0, tries[i].line);
        if (fault == AUDIT_ALTERED)
            REQUIRE(audit_chain_column(t->pair.hall, &place, column) == ERR_OK);
        if (!CHECK_TEXT(column, tries[i].column))
            printf("    %s\n", tries[i].sql);
        pair_close(&t->pair);
        free(t);
    }
}

/* --- the check --- */

static void expect_state(const struct hall *hall, const char *state)
{
    struct json *told = audit_check_tell(hall);
    CHECK_TEXT(json_text(told, "state"), state);
    json_free(&told);
}

/* Two ask for it at once: the second hears that one is running, and the first is not disturbed. */
TEST(audit_check_is_one_at_a_time_and_its_result_a_line)
{
    struct trial *t = xcalloc(1, sizeof *t);
    trial_open(t, 11, 250);
    struct hall hall = {.db = t->pair.hall, .epoch = 1, .wall_ms = t->now_ms, .mono_ms = 1000};
    struct actor budi = {.user = "u-budi", .name = "Budi", .roles = ROLE_SUPERVISOR},
                 rina = {.user = "u-rina"};
    hall.writer = writer_new(&hall);
    hall.audit_check = audit_check_new();
    REQUIRE(store_state(hall.db, &hall.state) == ERR_OK);
    int64_t last = hall.state.rev;
    expect_state(&hall, "none"); /* as in a hall that was killed in the middle of one */
    CHECK(!audit_check_due(&hall));
    CHECK_INT(audit_check_start(&hall, &budi, 0, NULL), ERR_OK);
    CHECK_INT(audit_check_start(&hall, &rina, 0, NULL), ERR_IN_USE);
    expect_state(&hall, "running");
    for (int turns = 0; audit_check_due(&hall) && turns < 1000; turns++)
        audit_check_follow(&hall);
    CHECK_INT(audit_check_start(&hall, &rina, 0, NULL), ERR_IN_USE); /* its result is not written yet */
    expect_state(&hall, "running");
    writer_flush(hall.writer);
    expect_state(&hall, "done");
    struct json *told = audit_check_tell(&hall);
    CHECK_INT(json_int(told, "lines", 0), last);
    CHECK_INT(json_int(json_get(told, "head"), "rev", 0), last);
    CHECK_TEXT(json_text(told, "by"), "Budi");
    json_free(&told);
    CHECK_INT(
        pair_count(&t->pair, "SELECT count(*) FROM audit WHERE type = 'audit.verify' AND actor = 'u-budi'"),
        1);
    CHECK_INT(audit_check_start(&hall, &rina, 0, NULL), ERR_OK);
    audit_check_free(&hall.audit_check);
    writer_free(&hall.writer);
    pair_close(&t->pair);
    free(t);
}
