/* tests/e2e/author_test.c: the author of a form at work: `loket form render --watch` on a real terminal while an editor
 * writes the file, in every way that editors do. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/str.h"
#include "tests/support/program.h"
#include "tests/support/pty.h"
#include "tests/support/test.h"

#define CTRL_C "\x03"
#define RIGHT  "\x1b[C"
#define LEFT   "\x1b[D"
#define DOWN   "\x1b[B"
#define PGDN   "\x1b[6~"
#define END    "\x1b[4~"

/* A form of one field; ' stands for ". */
#define ONE(title) "{'type':'object','properties':{'a':{'type':'string','title':'" title "'}}}"

static char *path_of(const char *folder, const char *name)
{
    return xasprintf("%s/%s", folder, name);
}

/* In place: the file is cut and written again. */
static void write_in_place(const char *path, const char *text)
{
    FILE *file = fopen(path, "we");
    REQUIRE(file);
    for (; *text; text++)
        fputc(*text == '\'' ? '"' : *text, file);
    fclose(file);
}

/* A new file takes the name. */
static void write_by_rename(const char *path, const char *text)
{
    char *fresh = xasprintf("%s.new", path);
    write_in_place(fresh, text);
    CHECK(rename(fresh, path) == 0);
    free(fresh);
}

/* The old one is put aside first, and the new one is made under its name. */
static void write_with_backup(const char *path, const char *text)
{
    char *backup = xasprintf("%s~", path);
    CHECK(rename(path, backup) == 0);
    write_in_place(path, text);
    free(backup);
}

static struct pty *watch(const char *const *files, int cols, int rows)
{
    char *program = program_path("loket");
    const char *argv[16] = {program, "form", "render", "--watch", "--lang", "en"};
    for (size_t n = 6; *files; n++, files++)
        argv[n] = *files;
    const struct pty_options options = {.argv = argv, .cols = cols, .rows = rows};
    struct pty *pty = pty_start(&options);
    free(program);
    return pty;
}
#define WATCH(cols, rows, ...) watch((const char *const[]){__VA_ARGS__, NULL}, cols, rows)

static void leave(struct pty **pty, const char *key)
{
    pty_send(*pty, key);
    CHECK_INT(pty_end(*pty), 0);
    CHECK(!pty_alternate(*pty)); /* the terminal is as it was */
    pty_free(pty);
}

TEST(the_form_is_drawn_anew_however_its_file_is_written)
{
    char *path = path_of(test_folder(), "form.json");
    write_in_place(path, ONE("First title"));
    struct pty *pty = WATCH(0, 0, path);
    REQUIRE(pty_wait(pty, "First title"));
    CHECK(pty_wait(pty, "No mistakes found"));
    write_in_place(path, ONE("Written in place"));
    CHECK(pty_wait(pty, "Written in place"));
    CHECK(pty_wait_gone(pty, "First title"));
    write_by_rename(path, ONE("Came by a rename"));
    CHECK(pty_wait(pty, "Came by a rename"));
    write_with_backup(path, ONE("Old one put aside"));
    CHECK(pty_wait(pty, "Old one put aside"));
    write_by_rename(path, ONE("And once more")); /* the watch has not gone with the file */
    CHECK(pty_wait(pty, "And once more"));
    leave(&pty, "q");
    free(path);
}

TEST(a_file_behind_a_link_is_watched_where_it_is)
{
    char *folder = path_of(test_folder(), "elsewhere"), *real = path_of(folder, "real.json"),
         *other = path_of(folder, "other.json"), *link = path_of(test_folder(), "link.json");
    CHECK(mkdir(folder, 0700) == 0);
    write_in_place(real, ONE("Behind the link"));
    CHECK(symlink(real, link) == 0);
    struct pty *pty = WATCH(0, 0, link);
    REQUIRE(pty_wait(pty, "Behind the link"));
    write_by_rename(real, ONE("Changed behind it"));
    CHECK(pty_wait(pty, "Changed behind it"));
    write_in_place(other, ONE("Led elsewhere"));
    CHECK(unlink(link) == 0 && symlink(other, link) == 0);
    CHECK(pty_wait(pty, "Led elsewhere"));
    write_in_place(other, ONE("And changed there"));
    CHECK(pty_wait(pty, "And changed there"));
    leave(&pty, CTRL_C);
    free(folder);
    free(real);
    free(other);
    free(link);
}

TEST(a_torn_file_says_where_and_leaves_the_last_picture)
{
    char *path = path_of(test_folder(), "form.json");
    write_in_place(path, ONE("The last good one"));
    struct pty *pty = WATCH(0, 0, path);
    REQUIRE(pty_wait(pty, "The last good one"));
    write_in_place(path, "{\n 'type':'object',\n 'properties':{'a':\n");
    CHECK(pty_wait(pty, "the form is shown as it was before"));
    CHECK(pty_wait(pty, "form.json:4:"));
    CHECK(pty_wait(pty, "The last good one"));
    CHECK(unlink(path) == 0);
    CHECK(pty_wait(pty, "No such file"));
    CHECK(pty_wait(pty, "The last good one"));
    write_in_place(path, ONE("Whole again"));
    CHECK(pty_wait(pty, "Whole again"));
    CHECK(pty_wait(pty, "No mistakes found"));
    leave(&pty, "q");
    free(path);
}

TEST(a_file_that_comes_later_is_shown_when_it_comes)
{
    char *path = path_of(test_folder(), "form.json");
    struct pty *pty = WATCH(0, 0, path);
    REQUIRE(pty_wait(pty, "The file cannot be used as it is."));
    CHECK(pty_wait(pty, "No such file"));
    write_in_place(path, ONE("Here at last"));
    CHECK(pty_wait(pty, "Here at last"));
    leave(&pty, "q");
    free(path);
}

TEST(mistakes_stand_below_the_form_and_go_when_they_are_mended)
{
    char *path = path_of(test_folder(), "form.json");
    write_in_place(path, "{'properties':{'a':{'type':'string','title':'A','maxLenght':3}}}");
    struct pty *pty = WATCH(120, 30, path);
    REQUIRE(pty_wait(pty, "did you mean \"maxLength\"?"));
    CHECK(pty_wait(pty, "form.json:/properties/a/maxLenght:"));
    CHECK(pty_wait(pty, "mistakes: 1"));
    write_in_place(path, "{'properties':{'a':{'$ref':'#/$defs/none','title':'A'}}}"); /* cannot be drawn */
    CHECK(pty_wait(pty, "leads to no schema"));
    CHECK(pty_wait(pty, "the form is shown as it was before"));
    write_in_place(path, ONE("A"));
    CHECK(pty_wait(pty, "No mistakes found"));
    leave(&pty, "q");
    free(path);
}

TEST(layout_and_data_are_watched_beside_the_schema)
{
    char *schema = path_of(test_folder(), "s.json"), *layout = path_of(test_folder(), "l.json"),
         *data = path_of(test_folder(), "d.json");
    write_in_place(schema, ONE("Title"));
    write_in_place(layout, "{'type':'Control','scope':'#/properties/a','label':'As laid out'}");
    write_in_place(data, "{'a':'first answer'}");
    struct pty *pty = WATCH(0, 0, schema, layout, data);
    REQUIRE(pty_wait(pty, "As laid out"));
    CHECK(pty_wait(pty, "first answer"));
    write_in_place(data, "{'a':'second answer'}");
    CHECK(pty_wait(pty, "second answer"));
    write_in_place(layout, "{'type':'Control','scope':'#/properties/b','label':'Gone'}");
    CHECK(pty_wait(pty, "l.json:/scope: ")); /* the layout's own file is named */
    write_in_place(layout, "{'type':'Control','scope':'#/properties/a','label':'Laid anew'}");
    CHECK(pty_wait(pty, "Laid anew"));
    leave(&pty, "q");
    free(schema);
    free(layout);
    free(data);
}

static char *pages_form(void)
{
    struct buf text = {0};
    buf_adds(&text, "{'schema':{'properties':{'a':{'title':{'en':'Name','ru':'Имя'}}");
    for (int i = 0; i < 60; i++)
        buf_addf(&text, ",'f%d':{'title':'Field %d'}", i, i);
    buf_adds(&text,
             "}},'layout':{'type':'Categorization','elements':[{'type':'Category','label':'Who','elements':["
             "{'type':'Control','scope':'#/properties/a'}]},{'type':'Category','label':'What','elements':[");
    for (int i = 0; i < 60; i++)
        buf_addf(&text, "%s{'type':'Control','scope':'#/properties/f%d'}", i ? "," : "", i);
    buf_adds(&text, "]}]}}");
    return buf_take(&text);
}

TEST(pages_rows_and_languages_turn_by_keys_and_stay_over_a_change)
{
    char *path = path_of(test_folder(), "form.json"), *text = pages_form();
    write_in_place(path, text);
    struct pty *pty = WATCH(0, 0, path);
    REQUIRE(pty_wait(pty, "page 1 of 2"));
    CHECK(pty_wait(pty, "Name"));
    pty_type(pty, "l"); /* en → ru */
    CHECK(pty_wait(pty, "Имя"));
    pty_type(pty, "lll");
    CHECK(pty_wait(pty, "Name"));
    pty_type(pty, RIGHT);
    CHECK(pty_shows(pty, "page 2 of 2") && pty_shows(pty, "Field 0"));
    pty_type(pty, DOWN);
    CHECK(!pty_shows(pty, "Field 0"));
    pty_type(pty, END);
    CHECK(pty_wait(pty, "Field 59"));
    write_by_rename(path, text);
    CHECK(pty_wait(pty, "Field 59"));
    pty_resize(pty, 120, 40);
    CHECK(pty_shows(pty, "Field 59") && pty_shows(pty, "Field 30"));
    pty_resize(pty, 20, 5); /* nothing breaks where there is hardly room */
    pty_resize(pty, 1, 1);
    pty_resize(pty, 80, 24);
    pty_type(pty, LEFT);
    CHECK(pty_wait(pty, "page 1 of 2"));
    pty_type(pty, PGDN);
    CHECK(pty_wait(pty, "Name"));
    leave(&pty, CTRL_C);
    free(path);
    free(text);
}

TEST(a_signal_ends_it_with_the_terminal_restored)
{
    char *path = path_of(test_folder(), "form.json");
    write_in_place(path, ONE("Title"));
    struct pty *pty = WATCH(0, 0, path);
    REQUIRE(pty_wait(pty, "Title"));
    CHECK(pty_alternate(pty));
    pty_kill(pty, 15);
    CHECK_INT(pty_end(pty), 0);
    CHECK(!pty_alternate(pty));
    pty_free(&pty);
    free(path);
}

TEST(without_a_terminal_or_a_folder_it_says_so)
{
    char *path = path_of(test_folder(), "form.json");
    write_in_place(path, ONE("Title"));
    struct ran ran = RUN("", "loket", "form", "render", "--watch", path);
    CHECK_INT(ran.status, 2);
    CHECK_TEXT(ran.out, "");
    CHECK(strstr(ran.err, "no terminal") && strstr(ran.err, "Without --watch"));
    ran_free(&ran);
    ran = RUN("", "loket", "form", "render", "--watch", "-");
    CHECK_INT(ran.status, 2);
    CHECK(strstr(ran.err, "by their names") != NULL);
    ran_free(&ran);
    ran = RUN("", "loket", "form", "render", "--watch");
    CHECK_INT(ran.status, 2);
    ran_free(&ran);
    free(path);
}
