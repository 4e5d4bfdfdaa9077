/* tests/hall/acts_test.c: each act of an administrator is a line of the audit, by its command line and by POST /v1/admin; and
 * the audit's heads, as they are printed and kept. What there is to do is asked of the programs themselves, so that a new
 * command cannot be forgotten here. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/str.h"
#include "core/db/db.h"
#include "core/wire/json.h"
#include "tests/support/hall.h"
#include "tests/support/program.h"
#include "tests/support/test.h"

#define PASSWORD "three good words\n"

/* --- the command line --- */

/* line: of what kind it is in the audit; "": it changes nothing of a hall that goes on, and why. */
static const struct act {
    const char *verb, *line, *why;
    const char
        *arguments; /* DIR, FILE, KEY and the like stand for this run's; NULL: done elsewhere in this test */
    const char *in;
} acts[] = {
    {"init", "hall.init", NULL, NULL, NULL},
    {"serve", "", "it serves", NULL, NULL},
    {"user add", "user.add", NULL, "--login leyla --roles clerk --password-file -", PASSWORD},
    {"user change", "user.change", NULL, "--login leyla --roles clerk,approver", NULL},
    {"user password", "user.password", NULL, "--login leyla --password-file - --first",
     "four good words here\n"},
    {"user sign-out", "user.sign_out", NULL, "--login leyla", NULL},
    {"user no-factor", "user.no_factor", NULL, NULL, NULL}, /* factor_test.c */
    {"user disable", "user.disable", NULL, "--login leyla", NULL},
    {"user enable", "user.enable", NULL, "--login leyla", NULL},
    {"user list", "", "it reads", "", NULL},
    {"user sessions", "", "it reads", "--login leyla", NULL},
    {"counter add", "counter.add", NULL, "--name 9 --queues QUEUE", NULL},
    {"counter change", "counter.change", NULL, "--name 10 9", NULL},
    {"counter disable", "counter.disable", NULL, "10", NULL},
    {"counter enable", "counter.enable", NULL, "10", NULL},
    {"counter list", "", "it reads", "", NULL},
    {"export-cases", "cases.export", NULL, "FILE", NULL},
    {"export-cases --unmasked", "cases.export_unmasked", NULL, "FILE", NULL},
    {"person export", "person.export", NULL, NULL, NULL}, /* person_erase_test.c */
    {"person erase", "person.erase", NULL, NULL, NULL},
    {"key add", "key.add", NULL, "--agency AGENCY", NULL},
    {"key list", "", "it reads", "", NULL},
    {"key revoke", "key.revoke", NULL, "K1", NULL},
    {"webhook add", "webhook.add", NULL, "--agency AGENCY --url https://example.org/in", NULL},
    {"webhook list", "", "it reads", "", NULL},
    {"webhook remove", "webhook.remove", NULL, "W1", NULL},
    {"deliver", "", "it sends what the hall said already", NULL, NULL},
    {"import-catalogue", "catalogue.import", NULL, "CATALOGUE", NULL},
    {"export-catalogue", "", "a catalogue is public", "--format json", NULL},
    {"backup", "hall.backup", NULL, "FILE", NULL},
    {"restore", "hall.restore", NULL, "FILE", NULL},
    {"seal-key", "", "it knows no hall", NULL, NULL},
    {"verify", "", "it reads", "", NULL},
    {"heads", "", "it reads", "", NULL},
    {"move", "store.move", NULL, NULL, NULL},
    {"depart", "bus.depart", NULL, "--to B3 --name Bus --queues QUEUE --users leyla PARCEL", NULL},
    {"parcel", "",
     "the bus's own file for its home: its merge is the line, and the same day twice is one parcel", NULL,
     NULL},
    {"merge", "bus.merge", NULL, NULL, NULL},
    {"recall", "queue.home", NULL, "--queues QUEUE", NULL},
    {"rehearse", "", "it knows no hall", NULL, NULL},
    {"demo list", "", "it knows no hall", NULL, NULL},
    {"demo run", "", "a hall of its own, thrown away", NULL, NULL},
};
enum { ACTS = sizeof acts / sizeof *acts };

struct place {
    char data[200], file[200], parcel[200], homeward[200], catalogue[200], queue[64], agency[64];
};

static int64_t lines_of(const char *data, const char *type)
{
    static const char sql[] = "SELECT count(*) FROM audit WHERE type = $1 AND outcome = 'applied'";
    struct db *db = NULL;
    char *path = xasprintf("%s/hall.db", data);
    REQUIRE(db_open(&db, path, 0, NULL) == ERR_OK);
    struct stmt *s = db_query(db, sql);
    db_bind_text(s, 1, type);
    int64_t count = db_step(s) == ERR_OK ? db_int(s, 0) : -1;
    db_done(s);
    db_close(&db);
    free(path);
    return count;
}

static const char *meant(const struct place *place, const char *word)
{
    const struct {
        const char *word, *means;
    } words[] = {{"DIR", place->data},         {"FILE", place->file},           {"QUEUE", place->queue},
                 {"AGENCY", place->agency},    {"CATALOGUE", place->catalogue}, {"PARCEL", place->parcel},
                 {"HOMEWARD", place->homeward}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (str_equal(words[i].word, word))
            return words[i].means;
    return word;
}

static struct ran run_words(const struct place *place, const char *text, const char *in)
{
    enum { WORDS = 24 };
    const char *argv[WORDS] = {"loketd"};
    char *copy = xstrdup(text), *rest = copy;
    int count = 1;
    for (char *word; (word = strsep(&rest, " "));)
        if (*word && count < WORDS - 1)
            argv[count++] = meant(place, word);
    struct ran ran = program_run(in, argv);
    free(copy);
    return ran;
}

static void try_act(const struct place *place, const struct act *act)
{
    char *text = xasprintf("%s --data DIR %s", act->verb, act->arguments);
    int64_t before = *act->line ? lines_of(place->data, act->line) : lines_of(place->data, "");
    struct ran ran = run_words(place, text, act->in);
    if (!CHECK_INT(ran.status, 0) || !CHECK_TEXT(ran.err, ""))
        printf("    loketd %s\n    %s\n", text, ran.err);
    if (*act->line && !CHECK(lines_of(place->data, act->line) > before))
        printf("    loketd %s is no line %s of the audit\n", text, act->line);
    ran_free(&ran);
    free(text);
}

/* "add|list|disable" and "list | run SCENARIO", behind a verb of the usage. */
static void check_known(const char *verb, const char *rest)
{
    char name[80];
    bool more = false;
    do {
        rest += strspn(rest, " |");
        size_t length = strspn(rest, "abcdefghijklmnopqrstuvwxyz-");
        const char *end = rest + length + strspn(rest + length, " ");
        more = *end == '|';
        if (*rest == '-' || length == 0)
            str_copy(name, sizeof name, verb);
        else
            str_format(name, sizeof name, "%s %.*s", verb, (int)length, rest);
        bool known = false;
        for (int i = 0; i < ACTS; i++)
            known = known || str_equal(acts[i].verb, name);
        if (!CHECK(known))
            printf("    loketd %s: is it a line of the audit?\n", name);
        rest = end;
    } while (more);
}

static void check_table_is_whole(void)
{
    struct ran ran = RUN(NULL, "loketd", "--help");
    int verbs = 0;
    for (char *rest = ran.out, *line; (line = strsep(&rest, "\n"));) {
        char verb[40];
        line += str_starts(line, "Usage: ") ? strlen("Usage: ") : strspn(line, " ");
        if (!str_starts(line, "loketd ") || line[7] == '-')
            continue;
        str_format(verb, sizeof verb, "%.*s", (int)strcspn(line + 7, " "), line + 7);
        check_known(verb, line + 7 + strlen(verb));
        verbs++;
    }
    CHECK(verbs > 20);
    for (int i = 0; i < ACTS; i++)
        CHECK(*acts[i].line || acts[i].why);
    ran_free(&ran);
}

/* --- a hall and its bus --- */

static void open_place(struct place *place)
{
    char *text = test_read_file("core/packs/az/pack.json");
    struct json *pack = NULL;
    REQUIRE(text && json_parse(text, strlen(text), &pack, NULL) == ERR_OK);
    const struct json *queue = json_first(json_get(pack, "queues"));
    *place = (struct place){0};
    str_format(place->data, sizeof place->data, "%s/hall", test_folder());
    str_format(place->file, sizeof place->file, "%s/file", test_folder());
    str_format(place->parcel, sizeof place->parcel, "%s/parcel", test_folder());
    str_format(place->homeward, sizeof place->homeward, "%s/homeward", test_folder());
    str_format(place->catalogue, sizeof place->catalogue, "%s/catalogue", test_folder());
    str_copy(place->queue, sizeof place->queue, json_text_or(queue, "code", ""));
    str_copy(place->agency, sizeof place->agency, json_text_or(queue, "agency", ""));
    json_free(&pack);
    free(text);
    struct ran ran = run_words(place, "init --data DIR --hall A1 --name Hall --pack az", NULL);
    CHECK_INT(ran.status, 0);
    ran_free(&ran);
}

/* What the hall offers, each with another name. */
static void write_catalogue(const struct place *place)
{
    static const char name[] = "\"name\":{\"az\":\"";
    struct ran ran = run_words(place, "export-catalogue --data DIR --format json", NULL);
    const char *rest = ran.out;
    FILE *file = fopen(place->catalogue, "we");
    REQUIRE(ran.status == 0 && file);
    for (const char *found; (found = strstr(rest, name)); rest = found + strlen(name))
        fprintf(file, "%.*s%sNew ", (int)(found - rest), rest, name);
    fputs(rest, file);
    REQUIRE(rest != ran.out && fclose(file) == 0);
    ran_free(&ran);
}

static void come_home(const struct place *place)
{
    struct place laptop = *place;
    str_format(laptop.data, sizeof laptop.data, "%s/laptop", test_folder());
    const char *const steps[] = {"init --data DIR --from PARCEL", "parcel --data DIR HOMEWARD"};
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        struct ran ran = run_words(&laptop, steps[i], NULL);
        if (!CHECK_INT(ran.status, 0))
            printf("    %s\n", ran.err);
        ran_free(&ran);
    }
    CHECK_INT(lines_of(laptop.data, "bus.begin"), 1);
    struct ran ran = run_words(place, "merge --data DIR HOMEWARD", NULL);
    CHECK_INT(ran.status, 0);
    ran_free(&ran);
    CHECK_INT(lines_of(place->data, "bus.merge"), 1);
}

TEST(acts_of_the_command_line_are_lines_of_the_audit)
{
    struct place place;
    check_table_is_whole();
    open_place(&place);
    write_catalogue(&place);
    CHECK_INT(lines_of(place.data, "hall.init"), 1);
    for (int i = 0; i < ACTS; i++)
        if (acts[i].arguments)
            try_act(&place, &acts[i]);
    come_home(&place);
    struct ran ran = run_words(&place, "verify --data DIR", NULL);
    CHECK_INT(ran.status, 0);
    ran_free(&ran);
}

/* --- POST /v1/admin: the same tasks, by a person --- */

TEST(acts_of_an_administrator_at_a_workstation_are_lines_in_their_name)
{
    static const struct {
        const char *type, *body;
    } asked[] = {
        {"user.add",
         "\"login\":\"leyla\",\"name\":\"L\",\"roles\":[\"clerk\"],\"password\":\"a boat on 7 hills\""},
        {"user.change", "\"login\":\"leyla\",\"name\":\"Leyla\""},
        {"user.password", "\"login\":\"leyla\",\"password\":\"a boat on 8 hills\""},
        {"user.sign_out", "\"login\":\"leyla\""},
        {"user.disable", "\"login\":\"leyla\""},
        {"user.enable", "\"login\":\"leyla\""},
        {"counter.add", "\"name\":\"99\",\"queues\":[\"P\"]"},
        {"counter.change", "\"counter\":\"99\",\"name\":\"98\""},
        {"counter.disable", "\"counter\":\"98\""},
        {"counter.enable", "\"counter\":\"98\""},
    };
    struct test_hall hall;
    struct hall_client boss;
    hall_open(&hall);
    CHECK_INT(hall_sign_in(&boss, &hall, "admin", TEST_PASSWORD), 200);
    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
        int status;
        char *body = xasprintf("{\"do\":\"%s\",%s}", asked[i].type, asked[i].body);
        char *path = xasprintf("/v1/audit?user=admin&type=%s", asked[i].type);
        struct json *answer = hall_ask(&boss, "POST", "/v1/admin", body, &status);
        if (!CHECK_INT(status, 200))
            printf("    %s\n", body);
        json_free(&answer);
        answer = hall_ask(&boss, "GET", path, NULL, &status);
        if (!CHECK_INT((int64_t)json_count(json_get(answer, "lines")), 1))
            printf("    %s is no line of the audit\n", asked[i].type);
        json_free(&answer);
        free(body);
        free(path);
    }
    hall_sign_out(&boss);
    CHECK_INT(hall_stop(&hall), 0);
    for (int i = 0; i < ACTS; i++) { /* what the command line does, this does */
        bool both = (str_starts(acts[i].line, "user.") || str_starts(acts[i].line, "counter.")),
             found = !both || !acts[i].arguments;
        for (size_t k = 0; k < sizeof asked / sizeof *asked; k++)
            found = found || str_equal(asked[k].type, acts[i].line);
        CHECK(found);
    }
}

/* --- heads --- */

TEST(acts_heads_are_printed_kept_and_compared)
{
    struct place place;
    open_place(&place);
    struct ran ran = run_words(&place, "heads --data DIR", NULL);
    CHECK_INT(ran.status, 0);
    const char *now = strstr(ran.out, "now");
    REQUIRE(now && str_starts(ran.out, "DAY"));
    FILE *file = fopen(place.file, "we");
    REQUIRE(file && fputs(ran.out, file) >= 0 && fclose(file) == 0);
    ran_free(&ran);
    ran = run_words(&place, "counter add --data DIR --name 9 --queues QUEUE", NULL);
    CHECK_INT(ran.status, 0);
    ran_free(&ran);
    ran = run_words(&place, "verify --data DIR --heads FILE", NULL);
    CHECK_INT(ran.status, 0);
    CHECK(strstr(ran.out, "kept: 1, all there"));
    ran_free(&ran);
    char *text = test_read_file(place.file), *hash = text + strlen(text) - 2;
    *hash = *hash == '0' ? '1' : '0';
    file = fopen(place.file, "we");
    REQUIRE(file && fputs(text, file) >= 0 && fclose(file) == 0);
    ran = run_words(&place, "verify --data DIR --heads FILE", NULL);
    CHECK_INT(ran.status, 1);
    CHECK(strstr(ran.err, "is not the one that was kept"));
    ran_free(&ran);
    ran = run_words(&place, "verify --data DIR --heads /no/such/file", NULL);
    CHECK_INT(ran.status, 2);
    ran_free(&ran);
    free(text);
}
