/* tests/e2e/replay_test.c: a recorded session, drawn again: the same pictures, without cache or hall. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/rng.h"
#include "core/base/str.h"
#include "core/wire/json.h"
#include "tests/support/program.h"
#include "tests/support/pty.h"
#include "tests/support/test.h"

#define CTRL_Q "\x11"

/* Row y of a text of rows, without its end; the caller frees. */
static char *row_of(const char *text, int y)
{
    for (; y > 0 && *text; y--)
        text += strcspn(text, "\n") + (text[strcspn(text, "\n")] == '\n');
    return xstrndup(text, strcspn(text, "\n"));
}

/* The clock of the title line may have gone on: every other row is the same. */
static void check_rows(const char *got, const char *want)
{
    for (int y = 1; y < 24; y++) {
        char *got_row = row_of(got, y), *want_row = row_of(want, y);
        CHECK_TEXT(got_row, want_row);
        free(want_row);
        free(got_row);
    }
}

/* The last picture of what replay printed. */
static const char *last_picture(const char *out)
{
    const char *last = NULL;
    for (const char *at = out; (at = strstr(at, "--- ")); at += 4)
        if (at == out || at[-1] == '\n')
            last = at;
    return last ? last + strcspn(last, "\n") + 1 : "";
}

static int messages(const char *path)
{
    char *text = test_read_file(path);
    int count = -1; /* the first line is the head */
    for (const char *at = text; at && (at = strchr(at, '\n')); at++)
        count++;
    free(text);
    return count;
}

/* A clerk opens the counter, calls and looks why, recorded at path. Returns the last picture before leaving. */
static char *record_session(const char *path)
{
    char *program = program_path("loket");
    const char *argv[] = {program,  "--hall", "practice", "--data", test_folder(),
                          "--lang", "en",     "--record", path,     NULL};
    const struct pty_options options = {.argv = argv};
    struct pty *pty = pty_start(&options);
    free(program);
    REQUIRE(pty_wait(pty, "Whose services"));
    pty_type(pty, "1");
    REQUIRE(pty_wait(pty, "One key signs in"));
    pty_type(pty, "1");
    REQUIRE(pty_wait(pty, "c   open counter"));
    REQUIRE(pty_wait(pty, "all safe"));
    pty_type(pty, "c");
    REQUIRE(pty_wait(pty, "n   call next"));
    pty_type(pty, "n");
    REQUIRE(pty_wait(pty, "s start"));
    REQUIRE(pty_wait(pty, "all safe"));
    pty_type(pty, "9"); /* the settings stand still */
    REQUIRE(pty_wait(pty, "This workstation"));
    pty_type(pty, "j");
    pty_type(pty, CTRL_Q);
    REQUIRE(pty_wait(pty, "Still with you"));
    char *last = xstrdup(pty_screen(pty));
    pty_type(pty, CTRL_Q);
    CHECK_INT(pty_end(pty), 0);
    pty_free(&pty);
    return last;
}

TEST(replay_draws_what_the_session_drew)
{
    char *path = xasprintf("%s/session", test_folder());
    char *last = record_session(path);
    struct ran all = RUN(NULL, "loket", "replay", path);
    CHECK_INT(all.status, 0);
    CHECK_TEXT(all.err, "");
    check_rows(last_picture(all.out), last);

    /* One picture, and the same one as among all. */
    char number[20], *mark = NULL;
    int half = messages(path) / 2;
    str_format(number, sizeof number, "%d", half);
    struct ran one = RUN(NULL, "loket", "replay", path, "--until", number);
    CHECK_INT(one.status, 0);
    mark = xasprintf("--- %d ", half);
    CHECK(strncmp(one.out, mark, strlen(mark)) == 0);
    CHECK(strstr(all.out, one.out) != NULL);
    CHECK(strlen(one.out) < strlen(all.out));
    free(mark);
    ran_free(&one);
    one = RUN(NULL, "loket", "replay", path, "--until", "999999");
    CHECK_INT(one.status, 1);
    CHECK(strstr(one.err, "the session ends before message 999999: it has ") != NULL);
    ran_free(&one);
    ran_free(&all);
    free(last);
    free(path);
}

static struct ran replay_lines(const char *lines)
{
    char *path = xasprintf("%s/lines", test_folder());
    FILE *file = fopen(path, "we");
    REQUIRE(file);
    fputs(lines, file);
    fclose(file);
    struct ran ran = RUN(NULL, "loket", "replay", path);
    free(path);
    return ran;
}

static void expect_sentence(const char *lines, const char *line, const char *words)
{
    struct ran ran = replay_lines(lines);
    CHECK_INT(ran.status, 1);
    if (!CHECK(strstr(ran.err, line) && strstr(ran.err, words)))
        printf("    %s", ran.err);
    ran_free(&ran);
}

#define HEAD "{\"loket_session\":1,\"lang\":\"ru\",\"screen\":\"start\"}\n"

TEST(replay_of_hand_made_lines)
{
    struct ran ran = replay_lines(HEAD "{\"msg\":\"resize\",\"at\":1795489320000,\"w\":60,\"h\":20}\n");
    CHECK_INT(ran.status, 0);
    CHECK(strncmp(ran.out, "--- 1 resize\n", 13) == 0);
    CHECK(strstr(ran.out, "Добро пожаловать") != NULL);
    ran_free(&ran);
}

TEST(replay_names_the_broken_line)
{
    expect_sentence("", "lines:", "the file is empty");
    expect_sentence("{}\n", "lines:1: ", "no recorded session");
    expect_sentence(HEAD "{\"msg\":\"dance\"}\n", "lines:2: ", "\"dance\" is no message");
    expect_sentence(HEAD "{\"msg\":\"tick\"}\n{\"msg\":\"key\",\"key\":\"Hyper-q\"}\n",
                    "lines:3: ", "is no key");
    expect_sentence(HEAD "{\"msg\":\"tick\"\n", "lines:2: ", "JSON");
}

TEST(replay_says_what_it_wants)
{
    struct ran ran = RUN(NULL, "loket", "replay");
    CHECK_INT(ran.status, 2);
    CHECK(strstr(ran.err, "loket replay FILE") != NULL);
    ran_free(&ran);
    ran = RUN(NULL, "loket", "replay", "any", "--until", "soon");
    CHECK_INT(ran.status, 2);
    ran_free(&ran);
    ran = RUN(NULL, "loket", "replay", "/nowhere/at/all");
    CHECK_INT(ran.status, 1);
    CHECK(strstr(ran.err, "/nowhere/at/all cannot be read: ") != NULL);
    ran_free(&ran);
}

/* --- without the data of people --- */

#define ESC "\x1b"
#define F4  "\x1bOS"
#define F10 "\x1b[21~"
#define ALT_3 \
    "\x1b"    \
    "3"
#define STREET "Zərgərpalan" /* typed; no list of the catalogue has it */

static const char house[] = "7193", looked_for[] = "Kerimov";

/* A clerk serves somebody from the call to the decision, and looks for a person. */
static void record_visit(const char *path)
{
    char *program = program_path("loket");
    const char *argv[] = {program,  "--hall", "practice", "--data", test_folder(),
                          "--lang", "en",     "--record", path,     NULL};
    const struct pty_options options = {.argv = argv};
    struct pty *pty = pty_start(&options);
    free(program);
    REQUIRE(pty_wait(pty, "Whose services"));
    pty_type(pty, "2");
    REQUIRE(pty_wait(pty, "One key signs in"));
    pty_type(pty, "1");
    REQUIRE(pty_wait(pty, "c   open counter"));
    REQUIRE(pty_wait(pty, "all safe"));
    pty_type(pty, "c");
    REQUIRE(pty_wait(pty, "n   call next"));
    pty_type(pty, "n");
    REQUIRE(pty_wait(pty, "s start"));
    pty_type(pty, "s");
    REQUIRE(pty_wait(pty, "serving"));
    pty_type(pty, "+");
    REQUIRE(pty_wait(pty, "Which service?"));
    pty_type(pty, "persons registered");
    REQUIRE(pty_wait(pty, "› Certificate of persons"));
    pty_type(pty, "\r");
    REQUIRE(pty_wait(pty, "of 6 filled"));
    pty_type(pty, "\r\r\r");
    pty_type(pty, "Bak\r");
    pty_type(pty, "\r\r");
    pty_type(pty, STREET "q\x7f\r"); /* with a slip */
    pty_type(pty, house);
    pty_type(pty, "\r");
    REQUIRE(pty_wait(pty, "6 of 6 filled"));
    pty_type(pty, F4);
    REQUIRE(pty_wait(pty, "Identity card"));
    pty_type(pty, "s");
    REQUIRE(pty_wait(pty, "seen"));
    pty_type(pty, ESC);
    REQUIRE(pty_wait(pty, "6 of 6 filled"));
    pty_type(pty, F10);
    REQUIRE(pty_wait(pty, "ubmitted"));
    pty_type(pty, "d");
    REQUIRE(pty_wait(pty, "approve"));
    pty_type(pty, "a");
    REQUIRE(pty_wait(pty, "The citizen will read"));
    pty_type(pty, "y");
    REQUIRE(pty_wait(pty, "The notice as it was given"));
    pty_type(pty, ALT_3);
    pty_type(pty, looked_for);
    pty_type(pty, CTRL_Q CTRL_Q);
    CHECK_INT(pty_end(pty), 0);
    pty_free(&pty);
}

static bool is_in(const char *name, const char *const *names)
{
    for (; name && *names; names++)
        if (strcmp(name, *names) == 0)
            return true;
    return false;
}

/* Every value of a person in a message: what they are called, their numbers, their days, what their form holds. */
static void collect(const struct json *json, const char *name, bool form, struct json *values)
{
    static const char *const people[] = {"name",      "given", "family", "father",      "fin",
                                         "born",      "phone", "email",  "person_name", "holder_name",
                                         "user_name", "login", NULL};
    static const char *const forms[] = {"draft", "submitted", "patch", "typed", NULL};
    static const char *const public[] = {"hall", "lists", "service", "form", "region", NULL};
    const char *text = json_as_text(json);
    bool code = text && text[strspn(text, "abcdefghijklmnopqrstuvwxyz-._")] == '\0' && !is_in(name, people);
    if (text && (form || is_in(name, people)) && !code && strlen(text) > 3 && !uuid_valid(text))
        json_set_bool(values, text, true);
    if (!json_is_object(json) && !json_is_array(json))
        return;
    for (const struct json *one = json_first(json); one; one = json_next(one)) {
        const char *own = json_is_object(json) ? json_name(one) : name;
        if (!is_in(own, public))
            collect(one, own, form || is_in(own, forms), values);
    }
}

/* The same without what the catalogue says to everybody: a district may be called as somebody's father. */
static struct json *private_part(const struct json *json)
{
    if (!json_is_object(json) && !json_is_array(json))
        return json_copy(json);
    if (json_text(json, "az") && json_text(json, "en"))
        return json_new_null();
    struct json *part = json_is_object(json) ? json_new_object() : json_new_array();
    for (const struct json *one = json_first(json); one; one = json_next(one)) {
        if (!json_is_object(json))
            json_add(part, private_part(one));
        else if (!is_in(json_name(one), (const char *const[]){"hall", "lists", NULL}))
            json_set(part, json_name(one), private_part(one));
    }
    return part;
}

/* Calls look for each line of a recording, parsed. */
static int each_line(const char *path, void (*look)(const struct json *line, void *ctx), void *ctx)
{
    char *text = test_read_file(path), *rest = NULL;
    int count = 0;
    REQUIRE(text);
    for (char *at = strtok_r(text, "\n", &rest); at; at = strtok_r(NULL, "\n", &rest), count++) {
        struct json *line = NULL;
        REQUIRE(json_parse(at, strlen(at), &line, NULL) == ERR_OK);
        look(line, ctx);
        json_free(&line);
    }
    free(text);
    return count;
}

static void collect_line(const struct json *line, void *values)
{
    collect(json_get(line, "json"), NULL, false, values);
}

struct found {
    const struct json *values;
    struct buf keys; /* all that was typed, one after the other */
    struct buf fins;
};

static void find_line(const struct json *line, void *ctx)
{
    struct found *found = ctx;
    struct json *part = private_part(line);
    char *text = json_print(part);
    for (const struct json *value = json_first(found->values); value; value = json_next(value))
        if (!CHECK(!strstr(text, json_name(value))))
            printf("    %s in %.300s\n", json_name(value), text);
    if (json_text(line, "key"))
        buf_adds(&found->keys, json_text(line, "key"));
    const char *fin = json_text(json_get(json_get(line, "json"), "person"), "fin");
    if (fin)
        buf_addf(&found->fins, "%s ", fin);
    free(text);
    json_free(&part);
}

/* Letters and digits are one and the same: what is left is where they stand. */
static char *shape(const char *text)
{
    struct buf out = {0};
    for (size_t used; *text; text += used) {
        int32_t code = utf8_decode(text, strlen(text), &used);
        bool word = (code >= '0' && code <= '9') || (code >= 'a' && code <= 'z') ||
                    (code >= 'A' && code <= 'Z') || (code >= 0xc0 && code < 0x250) || code == 0x259;
        if (word)
            buf_addc(&out, 'x');
        else
            buf_addf(&out, "%.*s", (int)used, text);
    }
    return buf_take(&out);
}

static void check_frames(const char *path, const char *anonymous)
{
    struct ran one = RUN(NULL, "loket", "replay", path), two = RUN(NULL, "loket", "replay", anonymous);
    CHECK_INT(one.status, 0);
    CHECK_INT(two.status, 0);
    CHECK(strstr(one.out, STREET) && !strstr(two.out, STREET));
    char *want = shape(one.out), *got = shape(two.out);
    if (!CHECK(strcmp(want, got) == 0))
        for (int y = 0; y < 1 << 20; y++) {
            char *left = row_of(want, y), *right = row_of(got, y);
            bool same = strcmp(left, right) == 0;
            if (!same)
                printf("    row %d\n    %s\n    %s\n", y, left, right);
            free(left);
            free(right);
            if (!same)
                break;
        }
    free(want);
    free(got);
    ran_free(&one);
    ran_free(&two);
}

TEST(replay_with_stand_ins_holds_nothing_of_anybody)
{
    char *path = xasprintf("%s/session", test_folder()), *to = xasprintf("%s/anonymous", test_folder());
    struct json *values = json_new_object();
    record_visit(path);
    struct ran ran = RUN(NULL, "loket", "replay", path, "--anonymise", to);
    CHECK_TEXT(ran.err, "");
    CHECK_INT(ran.status, 0);
    ran_free(&ran);
    int lines = each_line(path, collect_line, values);
    CHECK(json_count(values) > 20 && json_get(values, STREET) && json_get(values, house));
    json_set_bool(values, looked_for, true);
    struct found found = {.values = values};
    CHECK_INT(each_line(to, find_line, &found), lines);
    CHECK(!strstr(buf_text(&found.keys), STREET) && !strstr(buf_text(&found.keys), house));
    CHECK(!strstr(buf_text(&found.keys), looked_for));
    CHECK(strstr(buf_text(&found.keys), "personsSpaceregistered")); /* the catalogue's words are nobody's */
    CHECK(found.fins.length > 8);
    for (const char *fin = buf_text(&found.fins); *fin; fin += 8)
        CHECK(strncmp(fin, "99", 2) == 0 && fin[7] == ' ');
    check_frames(path, to);

    /* Never over another file, and nothing half. */
    ran = RUN(NULL, "loket", "replay", path, "--anonymise", to);
    CHECK_INT(ran.status, 1);
    CHECK(strstr(ran.err, "cannot be written") != NULL);
    ran_free(&ran);
    buf_free(&found.keys);
    buf_free(&found.fins);
    json_free(&values);
    free(path);
    free(to);
}

TEST(replay_with_stand_ins_names_the_broken_line)
{
    char *path = xasprintf("%s/lines", test_folder()), *to = xasprintf("%s/anonymous", test_folder());
    FILE *file = fopen(path, "we");
    REQUIRE(file);
    fputs(HEAD "{\"msg\":\"dance\"}\n", file);
    fclose(file);
    struct ran ran = RUN(NULL, "loket", "replay", path, "--anonymise", to);
    CHECK_INT(ran.status, 1);
    CHECK(strstr(ran.err, "lines:2: ") && strstr(ran.err, "\"dance\" is no message"));
    CHECK(!test_read_file(to));
    ran_free(&ran);
    free(path);
    free(to);
}

/* Typed and pasted, at the sign-in: it goes to the hall and nowhere else. */
TEST(replay_has_no_password)
{
    char *path = xasprintf("%s/session", test_folder()), *program = program_path("loket");
    const char *argv[] = {program,  "--hall", "http://127.0.0.1:9", "--data", test_folder(),
                          "--lang", "en",     "--record",           path,     NULL};
    const struct pty_options options = {.argv = argv};
    struct pty *pty = pty_start(&options);
    REQUIRE(pty_wait(pty, "Who works here?"));
    pty_type(pty, "siti\r");
    pty_type(pty, "quince");
    pty_type(pty, "\x1b[200~medlar\x1b[201~");
    pty_type(pty, "\r");
    REQUIRE(pty_wait(pty, "cannot be reached"));
    pty_type(pty, CTRL_Q);
    CHECK_INT(pty_end(pty), 0);
    pty_free(&pty);
    char *text = test_read_file(path);
    REQUIRE(text);
    CHECK(strstr(text, "\"key\":\"*\"") && strstr(text, "\"text\":\"*\""));
    CHECK(!strstr(text, "medlar") && !strstr(text, "\"key\":\"q\""));
    free(text);
    free(program);
    free(path);
}
