/* core/hall/training_results.c: see training_score.h. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/demo/score.h"
#include "core/hall/demo_files.h"
#include "core/hall/training_inside.h"
#include "core/hall/training_score.h"

enum { TAIL_BYTES = 4 * 1024 * 1024 };

static const char *const members[] = {"at",     "day",      "scenario", "scenario_name", "seed",
                                      "user",   "login",    "name",     "total",         "called",
                                      "served", "no_shows", "decided",  "keys",          "keys_least"};

struct json *training_results_columns(void)
{
    struct json *names = json_new_array();
    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        json_add_text(names, members[i]);
    for (int rule = 0; rule < SCORE_RULE_COUNT; rule++)
        json_add_text(names, score_rule_text((enum score_rule)rule));
    return names;
}

static char *path_of(const struct training *t)
{
    return xasprintf("%s/results.jsonl", t->data);
}

/* --- keeping --- */

static void add_costs(struct json *row, const struct json *score)
{
    for (int rule = 0; rule < SCORE_RULE_COUNT; rule++) {
        const char *name = score_rule_text((enum score_rule)rule);
        int64_t points = 0;
        for (const struct json *line = json_first(json_get(score, "lines")); line; line = json_next(line))
            if (str_equal(json_text(line, "rule"), name))
                points += json_int(line, "points", 0);
        json_set_int(row, name, points);
    }
}

static struct json *names_of(const struct scenario *scenario)
{
    struct json *names = json_new_object();
    for (int i = 0; i < SCENARIO_LANGS; i++)
        json_set_text(names, scenario_langs[i], scenario->name[i]);
    return names;
}

static struct json *result_row(const struct training *t, const struct json *user, const struct json *score)
{
    struct json *row = json_new_object();
    char at[TIME_TEXT];
    time_text(clock_wall_now_ms(), at);
    json_set_text(row, "at", at);
    json_set_text(row, "day", t->demo.figures->day);
    json_set_text(row, "scenario", t->scenario.id);
    json_set(row, "names", names_of(&t->scenario));
    json_set_int(row, "seed", (int64_t)t->demo.seed);
    json_set_text(row, "user", json_text(user, "id"));
    json_set_text(row, "login", json_text(user, "login"));
    json_set_text(row, "name", json_text(user, "name"));
    json_set_int(row, "total", json_int(score, "total", 0));
    for (const struct json *f = json_first(json_get(score, "figures")); f; f = json_next(f))
        json_set(row, json_name(f), json_copy(f));
    add_costs(row, score);
    return row;
}

static bool did_nothing(const struct json *score)
{
    const struct json *figures = json_get(score, "figures");
    return json_int(figures, "called", 0) == 0 && json_int(figures, "decided", 0) == 0 &&
           json_count(json_get(score, "lines")) == 0;
}

static enum err add_result(struct training *t, struct db *db, const char *who, struct buf *lines)
{
    struct json *user = NULL, *score = NULL;
    enum err err = row_get(db, TABLE_USER, who, &user);
    if (err == ERR_OK)
        err = training_score(&t->demo, t, db, who, &score);
    if (err == ERR_OK && !did_nothing(score)) {
        struct json *row = result_row(t, user, score);
        json_print_to(row, lines);
        buf_addc(lines, '\n');
        json_free(&row);
    }
    json_free(&user);
    json_free(&score);
    return err == ERR_ABSENT ? ERR_OK : err;
}

/* What a cut left without its end gets one, so that it spoils no other line. */
static void end_last_line(int fd, struct buf *lines)
{
    struct stat stat;
    char last;
    if (fstat(fd, &stat) == 0 && stat.st_size > 0 && pread(fd, &last, 1, stat.st_size - 1) == 1 &&
        last != '\n') {
        struct buf all = {0};
        buf_addc(&all, '\n');
        buf_add(&all, lines->data, lines->length);
        buf_free(lines);
        *lines = all;
    }
}

static enum err append(const char *path, struct buf *lines)
{
    int fd = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (fd < 0)
        return err_from_errno(errno);
    end_last_line(fd, lines);
    ssize_t wrote = write(fd, lines->data, lines->length);
    bool whole = wrote == (ssize_t)lines->length && fsync(fd) == 0;
    enum err err = whole ? ERR_OK : wrote < 0 ? err_from_errno(errno) : ERR_DISK_FULL;
    close(fd);
    return err;
}

enum err training_results_keep(struct training *t, struct db *db)
{
    struct buf lines = {0};
    enum err err = ERR_OK;
    for (int i = 0; i < t->demo.trainee_count && err == ERR_OK; i++)
        err = add_result(t, db, t->demo.trainees[i].user, &lines);
    if (err == ERR_OK && lines.length > 0) {
        char *path = path_of(t);
        err = append(path, &lines);
        free(path);
    }
    buf_free(&lines);
    return err;
}

/* --- reading --- */

/* The file's last bytes; "" when there is none yet. */
static enum err read_tail(const char *path, struct buf *out)
{
    struct stat stat;
    char part[64 * 1024];
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return errno == ENOENT ? ERR_OK : err_from_errno(errno);
    off_t at = fstat(fd, &stat) == 0 && stat.st_size > TAIL_BYTES ? stat.st_size - TAIL_BYTES : 0;
    ssize_t got;
    while ((got = pread(fd, part, sizeof part, at)) > 0) {
        buf_add(out, part, (size_t)got);
        at += got;
    }
    enum err err = got < 0 ? err_from_errno(errno) : ERR_OK;
    close(fd);
    return err;
}

struct result {
    char *whose; /* account and day, as text */
    int at;
};

static int by_whose(const void *a, const void *b)
{
    const struct result *x = a, *y = b;
    int differ = strcmp(x->whose, y->whose);
    return differ ? differ : x->at - y->at;
}

static struct result result_of(const struct json *row, int at)
{
    return (struct result){xasprintf("%s %s %s %lld", json_text_or(row, "user", ""),
                                     json_text_or(row, "day", ""), json_text_or(row, "scenario", ""),
                                     (long long)json_int(row, "seed", 0)),
                           at};
}

/* A day that was put back and ended again is one: what came of it later counts. */
static struct json *latest_of_each(struct json *rows)
{
    int count = (int)json_count(rows), at = 0;
    struct json *out = json_new_array();
    struct result *all = xcalloc((size_t)count + 1, sizeof *all);
    bool *over = xcalloc((size_t)count + 1, sizeof *over);
    for (const struct json *row = json_first(rows); row; row = json_next(row), at++)
        all[at] = result_of(row, at);
    if (count > 1)
        qsort(all, (size_t)count, sizeof *all, by_whose);
    for (int i = 0; i + 1 < count; i++)
        over[all[i].at] = strcmp(all[i].whose, all[i + 1].whose) == 0;
    for (at = 0; json_count(rows) > 0; at++) {
        struct json *row = json_take(rows, json_first(rows));
        if (over[at])
            json_free(&row);
        else
            json_add(out, row);
    }
    for (int i = 0; i < count; i++)
        free(all[i].whose);
    free(all);
    free(over);
    json_free(&rows);
    return out;
}

/* Of a result that was kept without them. */
static void put_names(struct json *row)
{
    struct scenario scenario;
    const char *id = json_text_or(row, "scenario", "");
    if (!json_get(row, "names") && *id && !strpbrk(id, "/.") &&
        demo_scenario(id, &scenario, &(struct err_info){0}) == ERR_OK)
        json_set(row, "names", names_of(&scenario));
}

struct json *training_results_table(const struct json *rows, const char *lang)
{
    struct json *table = json_new_array();
    for (const struct json *row = json_first(rows); row; row = json_next(row)) {
        const struct json *names = json_get(row, "names");
        struct json *copy = json_copy(row);
        json_set_text(copy, "scenario_name", names ? json_name_in(names, lang) : json_text(row, "scenario"));
        json_add(table, copy);
    }
    return table;
}

enum err training_results(const struct training *t, struct json **rows, struct err_info *info)
{
    struct buf text = {0};
    char *path = path_of(t);
    *rows = json_new_array();
    enum err err = read_tail(path, &text);
    if (err != ERR_OK)
        err_set(info, err, "%s cannot be read: the results of earlier days are there, but not shown.", path);
    for (const char *line = buf_text(&text); *line;) {
        size_t length = strcspn(line, "\n");
        struct json *row = NULL;
        if (json_parse(line, length, &row, NULL) == ERR_OK && json_is_object(row)) {
            put_names(row);
            json_add(*rows, row);
            row = NULL;
        }
        json_free(&row);
        line += length + (line[length] == '\n');
    }
    *rows = latest_of_each(*rows);
    while (json_count(*rows) > RESULTS_MAX) {
        struct json *oldest = json_take(*rows, json_first(*rows));
        json_free(&oldest);
    }
    buf_free(&text);
    free(path);
    return err;
}
