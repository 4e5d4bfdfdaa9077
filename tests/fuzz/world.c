/* tests/fuzz/world.c: see world.h. */
#include "tests/fuzz/world.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/log.h"
#include "core/cache/store.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/nest.h"

#define CASE(n)     "01900000-0000-7000-8000-00000000c00" #n
#define DECISION(n) "01900000-0000-7000-8000-00000000d00" #n

enum { TICKETS = 12 };
static const char *const ticket_names[TICKETS] = {"@serving", "@held",      "@called",    "@gone",
                                                  "@absent",  "@waiting",   "@second",    "@third",
                                                  "@fourth",  "@with-case", "@cancelled", "@moved"};
static struct {
    struct pair pair;
    bool made;
    struct json *names; /* "@called" → identity */
    struct cache kept[PAIR_STATIONS];
    char *token[PAIR_STATIONS];
} here;

/* --- making it --- */

/* As somebody at the hall; single quotes for double, and names for identities. */
static struct json *act(const char *login, const char *type, const char *quoted)
{
    char *text = xstrdup(quoted);
    for (char *c = text; *c; c++)
        *c = *c == '\'' ? '"' : *c;
    char *named = world_text(text);
    here.pair.now_ms += 1000;
    struct json *data = pair_at_hall(&here.pair, login, type, named);
    free(named);
    free(text);
    return data;
}

static void does(const char *login, const char *type, const char *body)
{
    struct json *data = act(login, type, body);
    json_free(&data);
}

static void issue(const char *name)
{
    struct json *data =
        act("rina", "ticket.issue", "{'queue':'p','channel':'walk_in','person':{'name':'Wayan Contoh'}}");
    json_set_text(here.names, name, json_text(json_get(data, "ticket"), "id"));
    json_free(&data);
}

static void make_tickets(void)
{
    for (int i = 0; i < TICKETS; i++)
        issue(ticket_names[i]);
    does("siti", "counter.open", "{'counter':'c1'}");
    does("adi", "counter.open", "{'counter':'c2'}");
    does("siti", "ticket.call", "{'counter':'c1','fence':1,'ticket':'@held','reason':'asked'}");
    does("siti", "ticket.start", "{'ticket':'@held','gen':1}");
    does("siti", "ticket.hold", "{'ticket':'@held','gen':1,'reason':'copies'}");
    does("siti", "ticket.call", "{'counter':'c1','fence':1,'ticket':'@gone','reason':'asked'}");
    does("siti", "ticket.start", "{'ticket':'@gone','gen':1}");
    does("siti", "ticket.finish", "{'ticket':'@gone','gen':1,'outcome':'served'}");
    does("siti", "ticket.call", "{'counter':'c1','fence':1,'ticket':'@serving','reason':'asked'}");
    does("siti", "ticket.start", "{'ticket':'@serving','gen':1}");
    does("adi", "ticket.call", "{'counter':'c2','fence':1,'ticket':'@called','reason':'asked'}");
    does("rina", "ticket.cancel", "{'ticket':'@cancelled','gen':0}");
}

static void make_case(const char *id)
{
    char *body = xasprintf("{'case':'%s','service':'s1','ticket':'@with-case','channel':'walk_in',"
                           "'person':{'name':'Wayan Contoh'}}",
                           id);
    does("siti", "case.open", body);
    free(body);
}

static void submit(const char *id)
{
    char *body =
        xasprintf("{'case':'%s','patch':{'reason':'lost','street':'Jalan Contoh 1'},'base_row_rev':0}", id);
    does("siti", "case.draft", body);
    free(body);
    body = xasprintf("{'case':'%s'}", id);
    does("siti", "case.submit", body);
    free(body);
    body = xasprintf("{'case':'%s','document':'old-card','state':'seen'}", id);
    does("siti", "case.check_document", body);
    free(body);
}

/* @draft, @submitted, @second-case, @approved, @refused. */
static void make_cases(void)
{
    static const char *const cases[] = {CASE(1), CASE(2), CASE(3), CASE(4), CASE(5)};
    static const char *const names[] = {"@draft", "@submitted", "@approved", "@refused", "@second-case"};
    for (int i = 0; i < 5; i++) {
        json_set_text(here.names, names[i], cases[i]);
        make_case(cases[i]);
        if (i > 0)
            submit(cases[i]);
    }
    json_set_text(here.names, "@decision", DECISION(1));
    json_set_text(here.names, "@refusal", DECISION(2));
    does("siti", "case.decide", "{'case':'@approved','decision':'@decision','outcome':'approve'}");
    does(
        "siti", "case.decide",
        "{'case':'@refused','decision':'@refusal','outcome':'refuse','reasons':['R1'],'text':'not genuine'}");
}

/* The first row of a statement gets a name. */
static void name_first(const char *sql, const char *name)
{
    struct stmt *s = db_query(here.pair.hall, sql);
    HOLD(db_step(s) == ERR_OK);
    json_set_text(here.names, name, db_text(s, 0));
    db_done(s);
}

/* One that the hall refuses, so that there is a dispute; and work that is not sent yet. */
static void make_outbox(void)
{
    static const char sql_dispute[] = "SELECT id FROM disputes", sql_closure[] = "SELECT id FROM closures",
                      sql_person[] = "SELECT id FROM persons";
    struct pair *pair = &here.pair;
    pair_start(pair, WORLD_STATION);
    pair_sign_in(pair, WORLD_STATION, "siti");
    pair_sync(pair, WORLD_STATION);
    char *body = xasprintf("{\"ticket\":\"%s\",\"gen\":1,\"reason\":\"copies\"}", world_named("@serving"));
    pair_confirm(pair, WORLD_STATION, "ticket.hold", body);
    does("budi", "ticket.return", "{'ticket':'@serving','gen':1}");
    pair_sync(pair, WORLD_STATION);
    free(body);
    does("siti", "ticket.call", "{'counter':'c1','fence':1,'ticket':'@serving','reason':'asked'}");
    does("siti", "ticket.start", "{'ticket':'@serving','gen':3}");
    does("adi", "closure.request", "{'counter':'c2','reason':'lunch'}");
    pair_sync(pair, WORLD_STATION);
    pair_make_safe(pair);
    name_first(sql_dispute, "@dispute");
    name_first(sql_closure, "@closure");
    name_first(sql_person, "@person");
    pair_confirm(pair, WORLD_STATION, "case.draft",
                 "{\"case\":\"" CASE(1) "\",\"patch\":{\"reason\":\"expired\"},\"base_row_rev\":0}");
    pair_confirm(
        pair, WORLD_STATION, "case.open",
        "{\"case\":\"" CASE(6) "\",\"service\":\"s1\",\"channel\":\"walk_in\",\"person\":{\"name\":\"Made "
                               "Contoh\"}}");
    pair_confirm(pair, WORLD_STATION, "counter.pause", "{\"counter\":\"c1\",\"fence\":1}");
    json_set_text(here.names, "@unsent", CASE(6));
    json_set_text(here.names, "@client", pair->actor[WORLD_STATION].client);
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
    (void)st, (void)kind, (void)ftw;
    return remove(path);
}

/* Everything is open; nothing shall be left behind by a process that ends in the middle. */
static void forget_files(void)
{
    nftw(here.pair.folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

struct pair *world(void)
{
    if (here.made)
        return &here.pair;
    here.made = true;
    HOLD(getenv("LOKET_LOG") || log_open("/dev/null", NULL) == ERR_OK);
    here.names = json_new_object();
    pair_open(&here.pair);
    make_tickets();
    make_cases();
    make_outbox();
    forget_files();
    for (int n = 0; n < PAIR_STATIONS; n++)
        if (here.pair.cache[n]) {
            json_free(&here.pair.cache[n]->setting);
            json_free(&here.pair.cache[n]->services);
            here.kept[n] = *here.pair.cache[n];
            here.token[n] = xstrdup(here.kept[n].token ? here.kept[n].token : "");
        }
    return &here.pair;
}

/* --- each input --- */

void world_begin(void)
{
    struct pair *pair = world();
    nest_begin(pair->hall);
    for (int n = 0; n < PAIR_STATIONS; n++)
        if (pair->cache[n])
            nest_begin(pair->cache[n]->db);
}

static void restore(int n)
{
    struct cache *cache = here.pair.cache[n];
    json_free(&cache->setting);
    json_free(&cache->services);
    free(cache->token);
    *cache = here.kept[n];
    cache->token = xstrdup(here.token[n]);
}

void world_end(void)
{
    struct pair *pair = &here.pair;
    nest_end(pair->hall);
    reads_free(&pair->reads); /* it remembers items that are gone now */
    pair->reads = reads_new(pair->hall);
    for (int n = 0; n < PAIR_STATIONS; n++)
        if (pair->cache[n]) {
            nest_end(pair->cache[n]->db);
            restore(n);
        }
}

/* --- names --- */

const char *world_named(const char *name)
{
    return name && name[0] == '@' ? json_text(here.names, name) : NULL;
}

char *world_text(const char *text)
{
    struct buf out = {0};
    char name[24];
    for (const char *quote; (quote = strstr(text, "\"@")) != NULL;) {
        size_t length = strcspn(quote + 1, "\"");
        str_format(name, sizeof name, "%.*s", (int)(length < sizeof name ? length : 0), quote + 1);
        const char *id = quote[1 + length] == '"' ? world_named(name) : NULL;
        buf_add(&out, text, (size_t)(quote - text) + 1);
        buf_adds(&out, id ? id : "@");
        text = id ? quote + 1 + length : quote + 2;
    }
    buf_adds(&out, text);
    return buf_take(&out);
}

/* --- looking at a cache --- */

/* The columns that say what a person did; what became of it may change. */
char *world_outbox(struct cache *cache)
{
    static const char sql[] = "SELECT client, seq, id, type, user_, at_ms, online, command FROM outbox"
                              " ORDER BY id";
    struct buf text = {0};
    struct stmt *s = db_query(cache->db, sql);
    while (db_step(s) == ERR_OK) {
        for (int column = 0; column < 8; column++)
            if (column > 1) /* a stream may be adopted by its person's own */
                buf_addf(&text, "%s|", db_text(s, column) ? db_text(s, column) : "");
        buf_addc(&text, '\n');
    }
    db_done(s);
    return text.data ? buf_take(&text) : xstrdup("");
}

static void add_table(struct cache *cache, enum table table, struct buf *text)
{
    static const char *const sql_rows[] = {
#define TABLE(ID, wire, name) [TABLE_##ID] = "SELECT id, row_rev, row FROM base_" name " ORDER BY id",
#include "core/db/tables.def"
    };
    struct stmt *s = db_query(cache->db, sql_rows[table]);
    while (db_step(s) == ERR_OK) {
        const char *row = db_text(s, 2);
        struct json *json = NULL;
        HOLD(row && json_parse(row, strlen(row), &json, NULL) == ERR_OK && json_is_object(json));
        HOLD(str_equal(json_text(json, "id"), db_text(s, 0)));
        json_free(&json);
        buf_addf(text, "%s %s %s %s\n", table_wire(table), db_text(s, 0), db_text(s, 1), row);
    }
    db_done(s);
}

char *world_base(struct cache *cache)
{
    struct buf text = {0};
    char *place = NULL;
    for (int table = 0; table < TABLE_COUNT; table++)
        add_table(cache, (enum table)table, &text);
    HOLD(meta_get(cache->db, "place", &place) == ERR_OK);
    buf_adds(&text, place ? place : "");
    free(place);
    return buf_take(&text);
}

static const struct question {
    const char *what, *args;
} questions[] = {
    {"accounts", "{}"},
    {"desk", "{\"counter\":\"c1\"}"},
    {"desk", "{\"counter\":\"c2\"}"},
    {"case", "{\"case\":\"" CASE(1) "\"}"},
    {"case", "{\"case\":\"" CASE(3) "\"}"},
    {"persons", "{\"q\":\"contoh\"}"},
    {"person", "{\"person\":\"@person\"}"},
    {"services", "{\"q\":\"\",\"lang\":\"en\"}"},
    {"services", "{\"q\":\"card\",\"lang\":\"id\",\"agency\":\"a1\",\"first\":\"s1\"}"},
    {"priorities", "{}"},
    {"queue", "{\"queue\":\"p\",\"after\":null,\"limit\":50}"},
    {"queues", "{}"},
    {"users", "{}"},
    {"outbox", "{\"after\":0,\"limit\":50}"},
    {"disputes", "{\"limit\":50}"},
    {"worklist", "{\"filter\":\"mine\",\"after\":null,\"limit\":50}"},
    {"worklist", "{\"filter\":\"agency\",\"after\":null,\"limit\":50}"},
    {"worklist", "{\"filter\":\"due\",\"after\":null,\"limit\":50}"},
    {"board", "{}"},
    {"journal", "{}"},
    {"status", "{}"},
};

void world_ask(struct cache *cache)
{
    for (size_t i = 0; i < sizeof questions / sizeof *questions; i++) {
        struct json *args = NULL, *answer = NULL;
        char *text = world_text(questions[i].args);
        HOLD(json_parse(text, strlen(text), &args, NULL) == ERR_OK);
        free(text);
        enum err err = cache_load(cache, questions[i].what, args, here.pair.now_ms, &answer);
        if (err != ERR_OK && err != ERR_ABSENT)
            fuzz_fail(questions[i].what, __LINE__, cache_message(cache));
        json_free(&args);
        json_free(&answer);
    }
}

void world_check_cache(struct cache *cache)
{
    struct place place;
    HOLD(place_read(cache->db, &place) == ERR_OK);
    HOLD(place.cursor == cache->place.cursor && place.epoch == cache->place.epoch);
    HOLD(place.safe_through == cache->place.safe_through);
    HOLD(place.needs_snapshot == cache->place.needs_snapshot);
    HOLD(str_equal(place.chain, cache->place.chain));
    world_ask(cache);
}
