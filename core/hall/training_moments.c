/* core/hall/training_moments.c: copies of the hall's store as files, each with a moment of the day to return to:
 * DIR/moments/HHMM.db. They are of one day and go with it. */
#include <dirent.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/log.h"
#include "core/hall/store_copy.h"
#include "core/hall/training_inside.h"

enum { MOMENTS_MAX = 150, NAME = 7 /* "HHMM.db" */ };

/* Rows of PostgreSQL become a file in a thread of their own: the hall is asked meanwhile. It knows nothing of the hall but what
 * stands here, and signals are the loop's alone, as they are blocked. */
struct moment_copy {
    pthread_t thread;
    struct store_copy *copy;
    struct err_info info;
    char clock[CLOCK_TEXT];
};

static void *copy_moment(void *ctx)
{
    struct moment_copy *moment = ctx;
    moment->info.err = store_copy_end(&moment->copy, &moment->info);
    return NULL;
}

static void no_moment(const char *clock, const struct err_info *info)
{
    log_write(LOG_WARN, "training: no moment to return to at %s: %s", clock, info->text);
}

void training_end_moment(struct training *t)
{
    struct moment_copy *moment = t->copying;
    t->copying = NULL;
    if (!moment)
        return;
    pthread_join(moment->thread, NULL);
    if (moment->info.err != ERR_OK)
        no_moment(moment->clock, &moment->info);
    free(moment);
}

static void copy_to(struct training *t, const char *path, const char *clock)
{
    struct err_info info = {0};
    struct moment_copy *moment = NULL;
    if (!db_is_address(db_path(t->hall->db))) {
        if (store_copy(t->hall->db, path, &info) != ERR_OK)
            no_moment(clock, &info);
        return;
    }
    moment = xcalloc(1, sizeof *moment);
    str_copy(moment->clock, sizeof moment->clock, clock);
    if (store_copy_begin(&moment->copy, t->hall->db, path, &info) != ERR_OK) {
        no_moment(clock, &info);
        free(moment);
        return;
    }
    if (pthread_create(&moment->thread, NULL, copy_moment, moment) == 0) {
        t->copying = moment;
        return;
    }
    copy_moment(moment);
    free(moment);
}

static char *folder_of(const struct training *t)
{
    return xasprintf("%s/moments", t->data);
}

static int is_moment(const struct dirent *entry)
{
    const char *name = entry->d_name;
    return strlen(name) == NAME && strspn(name, "0123456789") == 4 && str_equal(name + 4, ".db");
}

/* Calls each with the file's path and its time, the earliest first. */
typedef void moment_visit(void *ctx, const char *path, const char *hhmm);
static int visit(const struct training *t, moment_visit *each, void *ctx)
{
    char *folder = folder_of(t);
    struct dirent **files = NULL;
    int count = scandir(folder, &files, is_moment, alphasort);
    for (int i = 0; i < count; i++) {
        char *path = xasprintf("%s/%s", folder, files[i]->d_name), hhmm[5];
        str_format(hhmm, sizeof hhmm, "%.4s", files[i]->d_name);
        each(ctx, path, hhmm);
        free(path);
        free(files[i]);
    }
    free(files);
    free(folder);
    return count;
}

static void drop_later(void *ctx, const char *path, const char *hhmm)
{
    if (strcmp(hhmm, ctx) > 0)
        (void)unlink(path);
}

void training_drop_moments(struct training *t)
{
    training_end_moment(t);
    visit(t, drop_later, (char[]){""});
}

static void count_one(void *ctx, const char *path, const char *hhmm)
{
    (void)path, (void)hhmm;
    ++*(int *)ctx;
}

void training_copy_moment(struct training *t)
{
    char clock[CLOCK_TEXT];
    int there = 0;
    char *folder = folder_of(t);
    t->copy_due = false;
    training_end_moment(t);
    (void)mkdir(folder, 0700);
    time_clock(t->hall->wall_ms, clock);
    visit(t, count_one, &there);
    if (t->hall->fatal == ERR_OK && there < MOMENTS_MAX) {
        char *path = xasprintf("%s/%.2s%.2s.db", folder, clock, clock + 3);
        (void)unlink(path);
        copy_to(t, path, clock);
        free(path);
    }
    free(folder);
}

static void list_one(void *ctx, const char *path, const char *hhmm)
{
    struct json *rows = ctx, *row = json_new_object();
    char text[6];
    (void)path;
    str_format(text, sizeof text, "%.2s:%.2s", hhmm, hhmm + 2);
    json_set_text(row, "at", text);
    json_set_text(row, "text", text);
    json_add(rows, row);
}

struct json *training_moments(struct training *t)
{
    training_end_moment(t);
    struct json *rows = json_new_array();
    visit(t, list_one, rows);
    return rows;
}

struct wanted {
    char hhmm[5], found[5];
    char *path;
};

static void take_last(void *ctx, const char *path, const char *hhmm)
{
    struct wanted *wanted = ctx;
    if (strcmp(hhmm, wanted->hhmm) > 0)
        return;
    free(wanted->path);
    wanted->path = xstrdup(path);
    str_copy(wanted->found, sizeof wanted->found, hhmm);
}

/* "HH:MM", or a whole time of this day: then the minute before it, since a moment of its own minute may be after it. */
static bool clock_of(const struct training *t, const char *at, char clock[CLOCK_TEXT])
{
    enum { MINUTE_MS = 60 * 1000, DAY_MS = 24 * 60 * MINUTE_MS };
    int64_t ms = 0;
    if (strlen(at) == CLOCK_TEXT - 1 && at[2] == ':')
        return str_copy(clock, CLOCK_TEXT, at);
    if (!time_parse(at, &ms) || ms < t->demo.midnight_ms || ms >= t->demo.midnight_ms + DAY_MS)
        return false;
    time_clock(ms - MINUTE_MS, clock);
    return true;
}

bool training_moment_path(struct training *t, const char *at, char **path)
{
    struct wanted wanted = {0};
    char clock[CLOCK_TEXT];
    *path = NULL;
    if (!clock_of(t, at, clock))
        return false;
    training_end_moment(t);
    str_format(wanted.hhmm, sizeof wanted.hhmm, "%.2s%.2s", clock, clock + 3);
    visit(t, take_last, &wanted);
    *path = wanted.path;
    if (wanted.path) /* what came after it will be another */
        visit(t, drop_later, wanted.found);
    return wanted.path != NULL;
}
