/* core/hall/catalogues.c: see catalogues.h. */
#include "core/hall/catalogues.h"

#include <errno.h>
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

enum { FILE_MAX = 64 * 1024 * 1024, MIB = 1024 * 1024 };

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

static void progress_checked(void *ctx, size_t done, size_t all)
{
    struct progress *progress = ctx;
    int64_t now_ms = clock_mono_now_ms();
    if (!progress->terminal || now_ms - progress->start_ms < PATIENCE_MS ||
        now_ms - progress->last_ms < PERIOD_MS)
        return;
    fprintf(stderr, "\r\033[K%zu of %zu services are checked", done, all);
    progress->last_ms = now_ms;
    progress->shown = true;
}

/* The hall stores them in one piece: how many it has stored nobody knows before the end. */
static void progress_stores(struct progress *progress, size_t count)
{
    enum { MANY = 500 };
    if (!progress->terminal || (count < MANY && clock_mono_now_ms() - progress->start_ms < PATIENCE_MS))
        return;
    fprintf(stderr, "\r\033[K%zu services are being stored", count);
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
        print_text(json_name_in(json_get(line->row, "name"), "en"));
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

/* Publishing bundles (FORMS.md section 1): a service as its author wrote it carries from then on what it refers to. What
 * another hall exported carries it already. */
static void bundle(const struct hall_options *options, const struct json *stock, struct catalogue_file *file)
{
    struct json *common = NULL;
    bool looked = false;
    for (size_t i = 0; i < file->count && !file->foreign; i++) {
        struct json *service = file->entries[i].service;
        if (!json_get(service, "form") || json_get(service, "common") ||
            (file->whole && !refers_to_common(json_get(service, "form"))))
            continue;
        if (!looked)
            common = common_of(options->argument, stock);
        looked = true;
        file->entries[i].service = form_bundle(service, common);
        json_free(&service);
    }
    json_free(&common);
}

/* --- import --- */

static enum err stock_of(const struct hall_options *options, struct json **stock, struct err_info *info)
{
    struct json *request = json_new_object();
    json_set_text(request, "do", "catalogue.list");
    enum err err = door_ask(options->data, request, stock, info);
    json_free(&request);
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

static enum err read_catalogue(const struct hall_options *options, const struct json *stock,
                               struct catalogue_file *file, struct err_info *info)
{
    struct buf bytes = {0};
    struct err_info own = {0};
    const struct catalogue_home home = home_of(stock, options->agency);
    enum err err = read_file(options->argument, &bytes, info);
    if (err == ERR_OK) {
        err = catalogue_read(buf_text(&bytes), bytes.length, &home, file, &own);
        if (err != ERR_OK)
            err_set(info, err, "%s is no catalogue: %s Nothing was changed.", options->argument, own.text);
    }
    buf_free(&bytes);
    return err;
}

/* The plan's rows go into it: it is kept of none of them. */
static struct json *import_request(struct plan *plan)
{
    struct json *request = json_new_object(), *services = json_new_array();
    json_set_text(request, "do", "catalogue.import");
    json_set_text(request, "checked", LOKET_VERSION);
    json_set(request, "agencies", json_copy(plan->agencies));
    for (size_t i = 0; i < plan->count; i++) {
        struct plan_line *line = &plan->lines[i];
        if (!line->row)
            continue;
        struct json *one = json_new_object();
        json_set_int(one, "base", line->base);
        json_set(one, "row", line->row);
        line->row = NULL;
        json_add(services, one);
    }
    json_set(request, "services", services);
    return request;
}

static enum err store(const struct hall_options *options, struct plan *plan, struct progress *progress,
                      struct err_info *info)
{
    struct json *answer = NULL;
    size_t count = plan->of[PLAN_NEW] + plan->of[PLAN_CHANGED];
    if (count == 0 && json_count(plan->agencies) == 0)
        return ERR_OK;
    struct json *request = import_request(plan);
    progress_stores(progress, count);
    enum err err = door_ask(options->data, request, &answer, info);
    progress_end(progress);
    json_free(&answer);
    json_free(&request);
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

static enum err import_planned(const struct hall_options *options, const struct catalogue_file *file,
                               struct plan *plan, struct progress *progress, struct err_info *info)
{
    enum err err = refuse_bad(options, plan, info);
    bool wanted = err == ERR_OK && !options->dry_run;
    if (wanted)
        err = store(options, plan, progress, info);
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

enum err catalogues_import(const struct hall_options *options, struct err_info *info)
{
    struct json *stock = NULL;
    struct catalogue_file file = {0};
    struct plan plan = {0};
    struct progress progress;
    progress_start(&progress);
    enum err err = stock_of(options, &stock, info);
    if (err == ERR_OK)
        err = need_agency(stock, options->agency, info);
    if (err == ERR_OK)
        err = read_catalogue(options, stock, &file, info);
    if (err == ERR_OK) {
        bundle(options, stock, &file);
        plan_make(&file, stock, options->agency, progress_checked, &progress, &plan);
        progress_end(&progress);
        err = import_planned(options, &file, &plan, &progress, info);
    }
    plan_free(&plan);
    catalogue_file_free(&file);
    json_free(&stock);
    return err;
}

/* --- export --- */

enum err catalogues_export(const struct hall_options *options, struct err_info *info)
{
    bool linked = str_equal(options->format, "jsonld");
    struct json *stock = NULL;
    if (!linked && !str_equal(options->format, "json"))
        return err_set(info, ERR_USAGE, "--format is json or jsonld, not \"%s\".", options->format);
    enum err err = stock_of(options, &stock, info);
    if (err != ERR_OK)
        return err;
    const struct catalogue_home home = home_of(stock, NULL);
    const struct json *agencies = json_get(stock, "agencies"), *services = json_get(stock, "rows");
    struct json *document =
        linked ? catalogue_linked(agencies, services, &home) : catalogue_document(agencies, services);
    char *text = json_print(document);
    puts(text);
    free(text);
    json_free(&document);
    json_free(&stock);
    return ERR_OK;
}
