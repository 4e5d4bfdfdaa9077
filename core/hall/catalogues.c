/* core/hall/catalogues.c: see catalogues.h. */
#include "core/hall/catalogues.h"

#include <errno.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/form/form.h"
#include "core/hall/catalogue_plan.h"
#include "core/hall/door.h"
#include "core/hall/setup.h"

enum {
    MIB = 1024 * 1024,
    FILE_MAX = 1024 * MIB,   /* ten thousand services with forms are 300 */
    PART_BYTES = 256 * 1024, /* of what a hall at work is asked or told at once: a few ms */
    LINE_BYTES = 8 * 1024    /* a line of it costs as much as these, however short it is */
};

/* --- the file --- */

static enum err read_file(const char *path, struct buf *out, struct err_info *info)
{
    char part[64 * 1024];
    size_t got;
    struct stat about;
    FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
    if (!file)
        return err_set(info, errno == ENOENT ? ERR_ABSENT : err_from_errno(errno), "%s cannot be read: %s.",
                       path, strerror(errno));
    bool folder = fstat(fileno(file), &about) == 0 && S_ISDIR(about.st_mode);
    while (!folder && out->length <= FILE_MAX && (got = fread(part, 1, sizeof part, file)) > 0)
        buf_add(out, part, got);
    bool failed = ferror(file) != 0;
    if (file != stdin)
        fclose(file);
    if (folder)
        return err_set(info, ERR_INVALID, "%s is a folder. Name one file of it.", path);
    if (failed)
        return err_set(info, ERR_DISK, "%s cannot be read to its end: %s.", path, strerror(errno));
    return out->length <= FILE_MAX
               ? ERR_OK
               : err_set(info, ERR_TOO_LARGE, "%s is larger than %d MiB.", path, FILE_MAX / MIB);
}

/* --- progress: a line on a terminal, for what takes longer than a moment --- */

enum { PATIENCE_MS = 500, PERIOD_MS = 100 };
struct progress {
    bool terminal, shown;
    int64_t start_ms, last_ms;
};

static void progress_start(struct progress *progress)
{
    *progress = (struct progress){.terminal = isatty(STDERR_FILENO) == 1, .start_ms = clock_mono_now_ms()};
}

static void progress_checked(struct progress *progress, size_t done, size_t all)
{
    int64_t now_ms = clock_mono_now_ms();
    if (!progress->terminal || now_ms - progress->start_ms < PATIENCE_MS ||
        now_ms - progress->last_ms < PERIOD_MS)
        return;
    fprintf(stderr, "\r\033[K%zu of %zu services are checked", done, all);
    progress->last_ms = now_ms;
    progress->shown = true;
}

/* How many of them are in the catalogue nobody knows before the end. */
static void progress_stores(struct progress *progress, size_t count)
{
    enum { MANY = 500 };
    if (!progress->terminal || (count < MANY && clock_mono_now_ms() - progress->start_ms < PATIENCE_MS))
        return;
    fprintf(stderr, "\r\033[K%zu services are being stored", count);
    progress->shown = true;
}

/* A hall at work takes them in parts. */
static void progress_taken(struct progress *progress, size_t done, size_t all)
{
    int64_t now_ms = clock_mono_now_ms();
    if (!progress->terminal || now_ms - progress->last_ms < PERIOD_MS)
        return;
    fprintf(stderr, "\r\033[K%zu of %zu services are put down", done, all);
    progress->last_ms = now_ms;
    progress->shown = true;
}

static void progress_end(struct progress *progress)
{
    if (progress->shown)
        fputs("\r\033[K", stderr);
    progress->shown = false;
}

/* --- what is shown --- */

/* What stands in a file may be anything: no letter of it steers a terminal or begins a line. */
static void print_text(const char *text)
{
    struct buf plain = {0};
    utf8_add_plain(&plain, text);
    for (const char *c = buf_text(&plain); *c; c++)
        putchar(*c == '\n' ? ' ' : *c);
    buf_free(&plain);
}

static void print_members(const struct plan_line *line)
{
    const char *before = " ";
    for (const struct json *one = json_first(line->members); one; one = json_next(one)) {
        fputs(before, stdout);
        print_text(json_as_text(one));
        if (strcmp(json_as_text(one), "form") == 0 && line->form_from != line->form_to)
            printf(" (version %lld to %lld)", (long long)line->form_from, (long long)line->form_to);
        before = ", ";
    }
}

static void print_line(const struct plan_line *line)
{
    static const char *const words[] = {[PLAN_NEW] = "new      ",
                                        [PLAN_CHANGED] = "changed  ",
                                        [PLAN_GONE] = "gone     ",
                                        [PLAN_BAD] = "skipped  "};
    fputs(words[line->what], stdout);
    print_text(line->what == PLAN_BAD ? line->where : line->id);
    if (line->what == PLAN_BAD) {
        fputs(line->id[0] ? ", " : ": ", stdout);
        print_text(line->id);
        fputs(line->id[0] ? ": " : "", stdout);
        print_text(line->reason);
    } else if (line->what == PLAN_NEW) {
        putchar(' ');
        print_text(line->name);
    } else if (line->what == PLAN_CHANGED) {
        putchar(':');
        print_members(line);
    } else {
        fputs(": it is not in this file, and stays", stdout);
    }
    putchar('\n');
}

/* Everything for whoever looks before importing; afterwards what did not come. */
static void print_lines(const struct plan *plan, bool all)
{
    for (size_t i = 0; i < plan->count; i++) {
        const struct plan_line *line = &plan->lines[i];
        if (line->what != PLAN_SAME && (all || line->what == PLAN_BAD))
            print_line(line);
    }
    for (const struct json *one = json_first(plan->agencies); one && all; one = json_next(one)) {
        fputs("agency   ", stdout);
        print_text(json_text_or(one, "id", ""));
        putchar(' ');
        print_text(json_name_in(json_get(one, "name"), "en"));
        putchar('\n');
    }
    for (const struct json *one = json_first(plan->notes); one; one = json_next(one)) {
        fputs("note     ", stdout);
        print_text(json_as_text(one));
        putchar('\n');
    }
}

static void print_counts(const struct plan *plan, const char *format, const char *path, bool dry_run)
{
    print_text(path);
    printf(", %s: %zu new, %zu changed, %zu unchanged, %zu gone, %zu skipped", format, plan->of[PLAN_NEW],
           plan->of[PLAN_CHANGED], plan->of[PLAN_SAME], plan->of[PLAN_GONE], plan->of[PLAN_BAD]);
    if (json_count(plan->agencies) > 0)
        printf("; %zu new %s", json_count(plan->agencies),
               json_count(plan->agencies) == 1 ? "agency" : "agencies");
    printf(".%s\n", dry_run ? " Nothing was changed: this was a dry run." : "");
}

static struct json *line_json(const struct plan_line *line)
{
    struct json *out = json_new_object();
    if (line->id[0])
        json_set_text(out, "id", line->id);
    if (line->where)
        json_set_text(out, "where", line->where);
    if (line->reason)
        json_set_text(out, "reason", line->reason);
    if (line->members)
        json_set(out, "members", json_copy(line->members));
    return out;
}

static void print_json(const struct plan *plan, const struct catalogue_file *file, bool imported)
{
    static const char *const names[] = {[PLAN_NEW] = "new",
                                        [PLAN_CHANGED] = "changed",
                                        [PLAN_SAME] = "unchanged",
                                        [PLAN_GONE] = "gone",
                                        [PLAN_BAD] = "skipped"};
    struct json *out = json_new_object(), *lists[PLAN_KINDS];
    json_set_text(out, "format", file->format);
    json_set_bool(out, "imported", imported);
    for (int i = 0; i < PLAN_KINDS; i++)
        lists[i] = json_new_array();
    for (size_t i = 0; i < plan->count; i++)
        json_add(lists[plan->lines[i].what], line_json(&plan->lines[i]));
    for (int i = 0; i < PLAN_KINDS; i++)
        json_set(out, names[i], lists[i]);
    json_set(out, "agencies", json_copy(plan->agencies));
    json_set(out, "notes", json_copy(plan->notes));
    char *text = json_print(out);
    puts(text);
    free(text);
    json_free(&out);
}

/* --- what an author's file refers to --- */

static struct json *read_common(const char *folder)
{
    struct buf text = {0};
    struct json *common = NULL;
    char *path = xasprintf("%s/common.json", folder);
    if (access(path, R_OK) == 0 && read_file(path, &text, NULL) == ERR_OK &&
        json_parse(buf_text(&text), text.length, &common, NULL) == ERR_OK && !json_is_object(common))
        json_free(&common);
    buf_free(&text);
    free(path);
    return common;
}

/* The common.json of the pack that the file stands in (PACK/services/FILE), else of the hall's own pack; NULL: none. */
static struct json *common_of(const char *path, const struct json *stock)
{
    const char *slash = strrchr(path, '/');
    char *pack = NULL, *folder = slash ? xasprintf("%.*s/..", (int)(slash - path), path) : xstrdup("..");
    struct json *common = read_common(folder);
    if (!common &&
        setup_pack_folder(json_text_or(json_get(stock, "hall"), "pack", ""), &pack, NULL) == ERR_OK)
        common = read_common(pack);
    free(folder);
    free(pack);
    return common;
}

static bool refers_to_common(const struct json *node)
{
    const char *ref = json_text(node, "$ref");
    if (ref && strstr(ref, "common.json"))
        return true;
    for (const struct json *one = json_first(node); one; one = json_next(one))
        if (refers_to_common(one))
            return true;
    return false;
}

/* What an import needs beside its file. */
struct importing {
    const struct hall_options *options;
    struct json *stock;
    bool whole; /* catalogue_file.whole */
    struct json *common;
    bool looked;  /* for common */
    bool at_work; /* there is a loketd that nobody shall wait for */
    struct progress progress;
};

/* Publishing bundles (FORMS.md section 1): a service as its author wrote it carries from then on what it refers to. What
 * another hall exported carries it already. */
static struct json *bundle(void *ctx, struct json *service)
{
    struct importing *importing = ctx;
    if (!json_get(service, "form") || json_get(service, "common") ||
        (importing->whole && !refers_to_common(json_get(service, "form"))))
        return service;
    if (!importing->looked)
        importing->common = common_of(importing->options->argument, importing->stock);
    importing->looked = true;
    struct json *whole = form_bundle(service, importing->common);
    json_free(&service);
    return whole;
}

static void progress_of(void *ctx, size_t done, size_t all)
{
    progress_checked(&((struct importing *)ctx)->progress, done, all);
}

/* --- import --- */

static bool nobody_at_work(enum err err, const struct err_info *info)
{
    return err == ERR_ABSENT && !info->text[0];
}

/* Asks a hall at work for a page that it is not held up for, one that stands still for all at once. */
static enum err ask_page(struct importing *importing, const char *after, struct json **page,
                         struct err_info *info)
{
    const struct hall_options *options = importing->options;
    struct json *request = json_new_object();
    json_set_text(request, "do", "catalogue.list");
    json_set_text(request, "after", after);
    json_set_int(request, "bytes", PART_BYTES);
    enum err err = door_ask_running(options->data, request, page, info);
    importing->at_work = !nobody_at_work(err, info);
    if (!importing->at_work) {
        json_remove(request, "bytes");
        err = door_ask(options->data, request, page, info);
    }
    json_free(&request);
    return err;
}

/* The place of the next page; NULL: there is none. The caller frees. */
static char *next_of(const struct json *page)
{
    const char *next = json_text(page, "next");
    return next ? xstrdup(next) : NULL;
}

/* What the hall has, of all pages. */
static enum err ask_stock(struct importing *importing, struct err_info *info)
{
    struct json *page = NULL;
    enum err err = ask_page(importing, "", &importing->stock, info);
    char *after = next_of(importing->stock);
    while (after && err == ERR_OK && (err = ask_page(importing, after, &page, info)) == ERR_OK) {
        struct json *rows = json_edit(importing->stock, "rows"), *more = json_edit(page, "rows");
        for (const struct json *one; (one = json_first(more));)
            json_add(rows, json_take(more, one));
        free(after);
        after = next_of(page);
        json_free(&page);
    }
    free(after);
    return err;
}

/* The language and country of the hall's pack. */
static struct catalogue_home home_of(const struct json *stock, const char *agency)
{
    const struct json *hall = json_get(stock, "hall");
    return (struct catalogue_home){.agencies = json_get(stock, "agencies"),
                                   .agency = agency,
                                   .language = json_as_text(json_first(json_get(hall, "languages"))),
                                   .country = json_text(hall, "pack")};
}

static enum err need_agency(const struct json *stock, const char *agency, struct err_info *info)
{
    struct buf known = {0};
    enum err err = ERR_OK;
    const struct json *list = json_get(stock, "agencies");
    bool found = !agency;
    for (const struct json *one = json_first(list); one; one = json_next(one)) {
        found |= str_equal(json_text(one, "id"), agency);
        buf_addf(&known, "%s%s", known.length ? ", " : "", json_text_or(one, "id", "?"));
    }
    if (!found)
        err = err_set(info, ERR_ABSENT, "This hall has no agency \"%s\". It has: %s.", agency,
                      buf_text(&known));
    buf_free(&known);
    return err;
}

static enum err say_no_catalogue(const struct hall_options *options, enum err err, const struct err_info *why,
                                 struct err_info *info)
{
    return err_set(info, err, "%s is no catalogue: %s Nothing was changed.", options->argument, why->text);
}

/* bytes are what file's entries stand in. */
static enum err open_catalogue(const struct importing *importing, struct buf *bytes,
                               struct catalogue_file *file, struct err_info *info)
{
    const struct hall_options *options = importing->options;
    struct err_info own = {0};
    const struct catalogue_home home = home_of(importing->stock, options->agency);
    enum err err = read_file(options->argument, bytes, info);
    if (err != ERR_OK)
        return err;
    err = catalogue_open(buf_text(bytes), bytes->length, &home, file, &own);
    return err == ERR_OK ? err : say_no_catalogue(options, err, &own, info);
}

/* --- to the hall --- */

/* The plan's texts go over into it: none is kept twice. */
static struct json *line_of(struct plan_line *line)
{
    struct json *one = json_new_object();
    json_set_int(one, "base", line->base);
    json_set_text(one, "id", line->id);
    json_set_text(one, "agency", line->agency);
    json_set_text(one, "queue", line->queue);
    json_set_int(one, "form_version", line->form_to);
    json_set_text(one, "digest", line->digest);
    json_set_text(one, "row", line->text);
    free(line->text);
    line->text = NULL;
    return one;
}

/* Lines of the plan from *at on, of about so many bytes; *at is then the first that is left. */
static struct json *request_of(const char *what, struct plan *plan, size_t *at, size_t bytes)
{
    struct json *request = json_new_object(), *services = json_new_array();
    size_t put = 0;
    json_set_text(request, "do", what);
    json_set_text(request, "checked", LOKET_VERSION);
    if (*at == 0)
        json_set(request, "agencies", json_copy(plan->agencies));
    for (; *at < plan->count && put < bytes; ++*at) {
        struct plan_line *line = &plan->lines[*at];
        if (!line->text)
            continue;
        put += strlen(line->text) + LINE_BYTES;
        json_add(services, line_of(line));
    }
    json_set(request, "services", services);
    return request;
}

static enum err say_stopped(const struct hall_options *options, struct err_info *info)
{
    return err_set(info, ERR_OFFLINE,
                   "The loketd at work on %s ended meanwhile. Nothing was changed: import the file again.",
                   options->data);
}

/* ERR_OFFLINE when nobody is at work any more. */
static enum err ask_running(const struct hall_options *options, const struct json *request,
                            struct json **answer, struct err_info *info)
{
    enum err err = door_ask_running(options->data, request, answer, info);
    return nobody_at_work(err, info) ? say_stopped(options, info) : err;
}

static enum err ask_about(const struct hall_options *options, const char *what, const char *import,
                          int64_t count, struct err_info *info)
{
    struct json *request = json_new_object(), *answer = NULL;
    json_set_text(request, "do", what);
    json_set_text(request, "import", import);
    json_set_int(request, "count", count);
    enum err err = ask_running(options, request, &answer, info);
    json_free(&answer);
    json_free(&request);
    return err;
}

/* lines: that were put down before, and are afterwards. */
static enum err put_down(const struct hall_options *options, const char *import, struct json *request,
                         int64_t *lines, struct err_info *info)
{
    struct json *answer = NULL;
    json_set_text(request, "import", import);
    json_set_int(request, "at", *lines);
    enum err err = ask_running(options, request, &answer, info);
    *lines = json_int(answer, "count", *lines);
    json_free(&answer);
    return err;
}

/* A hall at work takes a part a turn, so that nobody waits, and decides about all of them at the end. */
static enum err store_in_parts(struct importing *importing, struct plan *plan, struct err_info *info)
{
    char import[TOKEN_TEXT];
    size_t at = 0;
    int64_t lines = 0;
    enum err err;
    token_new(import);
    do {
        struct json *request = request_of("catalogue.stage", plan, &at, PART_BYTES);
        err = put_down(importing->options, import, request, &lines, info);
        json_free(&request);
        progress_taken(&importing->progress, at, plan->count);
    } while (err == ERR_OK && at < plan->count);
    if (err == ERR_OK)
        return ask_about(importing->options, "catalogue.decide", import, lines, info);
    struct err_info own = {0};
    (void)ask_about(importing->options, "catalogue.drop", import, lines,
                    &own); /* else its next start does it */
    return err;
}

static enum err store_whole(struct importing *importing, struct plan *plan, struct err_info *info)
{
    size_t at = 0;
    struct json *answer = NULL, *request = request_of("catalogue.import", plan, &at, SIZE_MAX);
    enum err err = door_ask(importing->options->data, request, &answer, info);
    json_free(&answer);
    json_free(&request);
    return err;
}

static enum err store(struct importing *importing, struct plan *plan, struct err_info *info)
{
    size_t count = plan->of[PLAN_NEW] + plan->of[PLAN_CHANGED];
    if (count == 0 && json_count(plan->agencies) == 0)
        return ERR_OK;
    progress_stores(&importing->progress, count);
    enum err err =
        importing->at_work ? store_in_parts(importing, plan, info) : store_whole(importing, plan, info);
    progress_end(&importing->progress);
    return err;
}

/* A file with bad rows changes nothing, unless it was asked to leave those out. */
static enum err refuse_bad(const struct hall_options *options, const struct plan *plan, struct err_info *info)
{
    size_t bad = plan->of[PLAN_BAD];
    if (bad == 0)
        return ERR_OK;
    if (!options->keep_good)
        return err_set(
            info, ERR_INVALID,
            "%zu of %s cannot be taken over, so nothing was changed. Correct them, or take the good "
            "ones with --keep-good.",
            bad, options->argument);
    if (bad == plan->count - plan->of[PLAN_GONE])
        return err_set(info, ERR_INVALID, "Nothing of %s can be taken over. Nothing was changed.",
                       options->argument);
    return ERR_OK;
}

static enum err import_planned(struct importing *importing, const struct catalogue_file *file,
                               struct plan *plan, struct err_info *info)
{
    const struct hall_options *options = importing->options;
    enum err err = refuse_bad(options, plan, info);
    bool wanted = err == ERR_OK && !options->dry_run;
    if (wanted)
        err = store(importing, plan, info);
    bool stored = wanted && err == ERR_OK;
    if (options->json) {
        print_json(plan, file, stored);
    } else {
        print_lines(plan, options->dry_run);
        if (options->dry_run || stored)
            print_counts(plan, file->format, options->argument, options->dry_run);
    }
    return err;
}

static enum err import_file(struct importing *importing, struct catalogue_file *file, struct err_info *info)
{
    const struct plan_hooks hooks = {.progress = progress_of, .bundle = bundle, .ctx = importing};
    struct err_info own = {0};
    struct plan plan = {0};
    importing->whole = file->whole;
    enum err err = plan_make(file, importing->stock, importing->options->agency, &hooks, &plan, &own);
    progress_end(&importing->progress);
    if (err == ERR_OK)
        err = import_planned(importing, file, &plan, info);
    else
        say_no_catalogue(importing->options, err, &own, info);
    plan_free(&plan);
    return err;
}

/* Trees of services come and go by the megabyte: what one gave back is for the next, not for the system. */
static void keep_memory(void)
{
    enum { KEPT_BYTES = 64 * 1024 * 1024 };
    mallopt(M_TRIM_THRESHOLD, 2 * KEPT_BYTES);
    mallopt(M_TOP_PAD, KEPT_BYTES);
    mallopt(M_MMAP_THRESHOLD, KEPT_BYTES / 2);
}

enum err catalogues_import(const struct hall_options *options, struct err_info *info)
{
    keep_memory();
    struct importing importing = {.options = options};
    struct catalogue_file file = {0};
    struct buf bytes = {0};
    progress_start(&importing.progress);
    enum err err = ask_stock(&importing, info);
    if (err == ERR_OK)
        err = need_agency(importing.stock, options->agency, info);
    if (err == ERR_OK)
        err = open_catalogue(&importing, &bytes, &file, info);
    if (err == ERR_OK)
        err = import_file(&importing, &file, info);
    catalogue_file_free(&file);
    buf_free(&bytes);
    json_free(&importing.common);
    json_free(&importing.stock);
    return err;
}

/* --- export --- */

static struct json *service_of(const struct json *row)
{
    struct json *service = NULL;
    const char *text = json_text_or(row, "row", "");
    return json_parse(text, strlen(text), &service, NULL) == ERR_OK ? service : json_new_object();
}

/* Of a row at a time: the tree of a whole catalogue is ten times as large as its text. */
static void print_document(const struct json *stock)
{
    static const char end[] = "]}";
    struct json *empty = catalogue_document(json_get(stock, "agencies"), NULL);
    char *head = json_print(empty);
    const char *before = "";
    printf("%.*s", (int)(strlen(head) - strlen(end)), head);
    for (const struct json *row = json_first(json_get(stock, "rows")); row; row = json_next(row)) {
        struct json *service = service_of(row), *ordered = catalogue_ordered(service);
        char *text = json_print(ordered);
        printf("%s%s", before, text);
        before = ",";
        free(text);
        json_free(&ordered);
        json_free(&service);
    }
    puts(end);
    free(head);
    json_free(&empty);
}

static void print_linked(const struct json *stock)
{
    const struct catalogue_home home = home_of(stock, NULL);
    struct json *services = json_new_array();
    for (const struct json *row = json_first(json_get(stock, "rows")); row; row = json_next(row))
        json_add(services, service_of(row));
    struct json *document = catalogue_linked(json_get(stock, "agencies"), services, &home);
    char *text = json_print(document);
    puts(text);
    free(text);
    json_free(&document);
    json_free(&services);
}

enum err catalogues_export(const struct hall_options *options, struct err_info *info)
{
    bool linked = str_equal(options->format, "jsonld");
    struct importing asking = {.options = options};
    if (!linked && !str_equal(options->format, "json"))
        return err_set(info, ERR_USAGE, "--format is json or jsonld, not \"%s\".", options->format);
    enum err err = ask_stock(&asking, info);
    if (err == ERR_OK && linked)
        print_linked(asking.stock);
    else if (err == ERR_OK)
        print_document(asking.stock);
    json_free(&asking.stock);
    return err;
}
