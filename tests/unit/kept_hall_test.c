/* tests/unit/kept_hall_test.c: each member that holds a person's own words (tests/support/kept.h) is put to a hall with texts
 * that programs stumble over: the hall keeps it as it was typed, in the row, in the feed or in the audit, or refuses it with a
 * sentence and changes nothing. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/hall/admin.h"
#include "core/hall/admin_people.h"
#include "core/hall/server_core.h"
#include "core/hall/session.h"
#include "tests/support/kept.h"
#include "tests/support/naughty.h"
#include "tests/support/pair.h"
#include "tests/support/quoted.h"
#include "tests/support/test.h"
#include "tests/support/workday.h"
#include "tui/edit.h"

enum { KINDS = 3, TICKETS = 2 };

struct room {
    struct pair pair;
    char ticket[TICKETS][64], closure[64], dispute[64];
    int tickets;
    struct outcome out;
    char why[400];      /* it was refused */
    struct json *texts; /* of the naughty ones, as a field has them, by kind */
    int kind, same, refused;
    struct rng rng;
};

/* --- what is typed --- */

static struct json *as_fields_have_them(void)
{
    struct naughty naughty;
    struct json *kinds = json_new_object();
    naughty_init(&naughty, 0);
    for (const struct json *kind = json_first(naughty.kinds); kind; kind = json_next(kind)) {
        struct json *texts = json_new_array();
        for (const struct json *text = json_first(kind); text; text = json_next(text)) {
            struct edit edit;
            edit_init(&edit);
            edit.text_max = 400;
            (void)edit_insert(&edit, json_as_text(text), strlen(json_as_text(text)));
            if (*edit_text(&edit))
                json_add_text(texts, edit_text(&edit));
            edit_deinit(&edit);
        }
        if (json_count(texts) > 0)
            json_set(kinds, json_name(kind), texts);
        else
            json_free(&texts);
    }
    naughty_deinit(&naughty);
    return kinds;
}

/* One of the next kind. */
static const char *next_text(struct room *room)
{
    const struct json *kind = json_first(room->texts);
    for (size_t k = (size_t)room->kind++ % json_count(room->texts); k > 0; k--)
        kind = json_next(kind);
    return json_as_text(json_at(kind, rng_below(&room->rng, json_count(kind))));
}

/* --- the hall --- */

static struct server_env env_of(const struct room *room)
{
    return (struct server_env){
        .db = room->pair.hall, .epoch = 1, .now_ms = room->pair.now_ms, .mono_ms = room->pair.mono_ms};
}

static void room_open(struct room *room)
{
    *room = (struct room){.texts = as_fields_have_them()};
    rng_seed(&room->rng, test_seed());
    pair_open(&room->pair);
    REQUIRE(db_begin(room->pair.hall) == ERR_OK);
    workday_lie(&room->pair, TABLE_USER, "u-ayla",
                "{\"id\":\"u-ayla\",\"login\":\"ayla\",\"name\":\"Ayla\",\"roles\":[\"approver\"],\"agency\":"
                "\"a1\",\"active\":true}");
    workday_lie(
        &room->pair, TABLE_SERVICE, "s1",
        "{\"time\":{\"standard\":\"P5D\",\"days\":\"working\",\"extend\":\"P5D\"},"
        "\"fees\":[{\"tier\":\"standard\",\"duty\":\"5 IDR\",\"charge\":\"0 IDR\",\"currency\":\"IDR\"}],"
        "\"confirm\":[\"refuse\"],\"outputs\":[{\"code\":\"card\",\"name\":{\"en\":\"Card\"}}]}");
    workday_lie(&room->pair, TABLE_QUEUE, "late",
                "{\"id\":\"late\",\"code\":\"L\",\"name\":{\"en\":\"Over\"},\"agency\":\"a1\",\"rule\":{"
                "\"kind\":\"fifo\"},"
                "\"home\":\"hall\",\"home_gen\":1,\"hours\":{\"week\":{\"wed\":[\"00:00-01:00\"],\"thu\":["
                "\"09:00-12:00\"]}}}");
    REQUIRE(db_commit(room->pair.hall) == ERR_OK);
}

static void room_close(struct room *room)
{
    json_free(&room->out.data);
    json_free(&room->texts);
    pair_close(&room->pair);
}

/* "@1", "@closure": what the hall gave it. */
static char *named(const struct room *room, const char *body)
{
    struct buf out = {0};
    for (; *body; body++) {
        if (*body != '@')
            buf_addc(&out, *body);
        else if (str_starts(body, "@closure"))
            buf_adds(&out, room->closure), body += strlen("closure");
        else if (str_starts(body, "@dispute"))
            buf_adds(&out, room->dispute), body += strlen("dispute");
        else if (body[1] >= '1' && body[1] < '1' + TICKETS)
            buf_adds(&out, room->ticket[*++body - '1']);
    }
    return buf_take(&out);
}

static bool say(struct room *room, const char *login, const char *type, const struct json *body)
{
    struct server_env env = env_of(room);
    struct actor actor;
    char id[64];
    str_format(id, sizeof id, "u-%s", login);
    struct json *row = pair_hall_row(&room->pair, TABLE_USER, id);
    REQUIRE(row);
    actor_read(row, "01900000-0000-7000-8000-0000000000aa", &actor);
    json_free(&row);
    json_free(&room->out.data);
    room->out = (struct outcome){0};
    REQUIRE(server_command(&env, &actor, type, body, &room->out) == ERR_OK);
    str_copy(room->why, sizeof room->why, room->out.message);
    return room->out.applied;
}

/* As the administrator of this computer. */
static bool administer(struct room *room, const struct json *request)
{
    struct server_env env = env_of(room);
    struct admin_refusal refusal = {0};
    struct json *answer = NULL;
    enum err err = admin_people(&env, NULL, request, &answer, &refusal);
    str_copy(room->why, sizeof room->why, refusal.info.text);
    json_free(&answer);
    return err == ERR_OK;
}

static void before(struct room *room, const char *line)
{
    char login[20] = "", type[40] = "";
    int used = 0;
    REQUIRE(sscanf(line, "%19s %39s %n", login, type, &used) == 2);
    char *body = named(room, line + used);
    struct json *json = quoted_json(body);
    if (!CHECK(say(room, login, type, json)))
        printf("    before: %s: %s\n", line, room->why);
    if (str_equal(type, "ticket.issue") && room->tickets < TICKETS)
        str_copy(room->ticket[room->tickets++], sizeof *room->ticket,
                 json_text_or(json_get(room->out.data, "ticket"), "id", ""));
    str_copy(room->closure, sizeof room->closure,
             json_text_or(json_get(room->out.data, "closure"), "id", room->closure));
    json_free(&json);
    free(body);
}

static void set_scene(struct room *room, const struct kept *field)
{
    char *lines = xstrdup(field->before ? field->before : ""), *rest = NULL;
    room->tickets = 0;
    for (char *line = strtok_r(lines, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
        before(room, line);
    free(lines);
}

/* --- what it kept --- */

static bool holds(const struct json *json, const char *text)
{
    if (str_equal(json_as_text(json), text))
        return true;
    for (const struct json *member = json_is_object(json) || json_is_array(json) ? json_first(json) : NULL;
         member; member = json_next(member))
        if (holds(member, text))
            return true;
    return false;
}

static bool kept_in(struct room *room, const char *sql, int64_t after, const char *text)
{
    struct stmt *s = db_query(room->pair.hall, sql);
    bool found = false;
    db_bind_int(s, 1, after);
    while (db_step(s) == ERR_OK && !found) {
        struct json *json = NULL;
        const char *have = db_text(s, 0);
        if (have && json_parse(have, strlen(have), &json, NULL) == ERR_OK)
            found = holds(json, text);
        found = found || str_equal(have, text);
        json_free(&json);
    }
    db_done(s);
    return found;
}

/* The feed has each row as it stands from then on. */
static bool is_kept(struct room *room, int64_t after, const char *text)
{
    static const char sql_feed[] = "SELECT item FROM change WHERE rev > $1",
                      sql_audit[] = "SELECT about FROM audit_note WHERE rev > $1",
                      sql_advice[] = "SELECT reason FROM advice WHERE $1 = 0";
    return kept_in(room, sql_feed, after, text) || kept_in(room, sql_audit, after, text) ||
           kept_in(room, sql_advice, 0, text);
}

/* True when the hall took it. */
static bool put(struct room *room, const struct kept *field, const char *text)
{
    static const char sql_rev[] = "SELECT rev FROM hall_state";
    struct json *words = json_new_text(text), *json = NULL;
    char *printed = json_print(words), *body = named(room, field->body), *at = strstr(body, "%s"), type[40];
    REQUIRE(at);
    for (char *c = body; *c; c++)
        *c = *c == '\'' ? '"' : *c;
    char *whole = xasprintf("%.*s%s%s", (int)(at - body), body, printed, at + 2);
    REQUIRE(json_parse(whole, strlen(whole), &json, NULL) == ERR_OK);
    str_format(type, sizeof type, "%.*s", (int)strcspn(field->where, " "), field->where);
    int64_t rev = pair_count(&room->pair, sql_rev);
    bool taken = str_equal(type, "/v1/admin") ? administer(room, json) : say(room, field->who, type, json);
    room->same += taken;
    room->refused += !taken;
    if (!CHECK(taken ? is_kept(room, rev, text) : strlen(room->why) > 30))
        printf("    %s: \"%s\" (LOKET_SEED=%llu): %s %s\n", field->where, text,
               (unsigned long long)test_seed(), taken ? "applied" : "refused", room->why);
    free(whole);
    free(body);
    free(printed);
    json_free(&json);
    json_free(&words);
    return taken;
}

/* Words that every field takes, but for one that is a number of a card. */
static const char *plain(const struct kept *field)
{
    return str_equal(field->where, "person.record /fin") ? "7A2B3XK" : "plain words, 1";
}

/* Once with plain words, so that it is known that it is the text that is refused. */
static void walk_field(struct room *room, const struct kept *field)
{
    for (int k = 0; k <= KINDS; k++) {
        REQUIRE(db_begin(room->pair.hall) == ERR_OK);
        set_scene(room, field);
        bool taken = put(room, field, k == 0 ? plain(field) : next_text(room));
        if (!CHECK(taken || k > 0))
            printf("    %s: %s\n", field->where, room->why);
        db_rollback(room->pair.hall);
    }
}

TEST(kept_by_the_hall_is_every_word_as_it_was_typed)
{
    static struct room room;
    room_open(&room);
    for (size_t i = 0; i < kept_count; i++)
        if (kept[i].body && !strstr(kept[i].body, "@dispute"))
            walk_field(&room, &kept[i]);
    CHECK(room.same > 100 && room.refused > 0);
    room_close(&room);
}

/* Somebody wrote a hold down while the hall could not be reached, and a supervisor put the person back meanwhile. */
static void make_dispute(struct room *room)
{
    static const char sql[] = "SELECT id FROM disputes";
    struct pair *pair = &room->pair;
    REQUIRE(db_begin(pair->hall) == ERR_OK);
    set_scene(room, kept_find("ticket.hold /note"));
    REQUIRE(db_commit(pair->hall) == ERR_OK);
    pair_start(pair, 0);
    pair_sign_in(pair, 0, "siti");
    pair_sync(pair, 0);
    char *hold = named(room, "{\"ticket\":\"@1\",\"gen\":1,\"reason\":\"copies\"}"),
         *back = named(room, "{\"ticket\":\"@1\",\"gen\":1}");
    pair_confirm(pair, 0, "ticket.hold", hold);
    struct json *data = pair_at_hall(pair, "budi", "ticket.return", back);
    pair_sync(pair, 0);
    struct stmt *s = db_query(pair->hall, sql);
    REQUIRE(db_step(s) == ERR_OK);
    str_copy(room->dispute, sizeof room->dispute, db_text(s, 0));
    db_done(s);
    json_free(&data);
    free(hold);
    free(back);
}

TEST(kept_by_the_hall_is_the_note_on_what_it_refused)
{
    static struct room room;
    room_open(&room);
    make_dispute(&room);
    walk_field(&room, kept_find("dispute.resolve /note"));
    room_close(&room);
}
