/* screens/verb_form_notice.c: `loket form notice`: a service's notice as the citizen reads it, or a bare template. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/catalogue/catalogue.h"
#include "core/command/cases.h"
#include "core/form/notice.h"
#include "screens/form_file.h"
#include "screens/notice_file.h"
#include "screens/verb_form.h"

enum { TEMPLATE_BYTES_MAX = 1024 * 1024 };

static int fail(struct form_command *command, const char *text)
{
    fprintf(command->errors, "loket: %s\n", text);
    return 1;
}

/* --- a bare template --- */

static enum err read_text(const char *path, struct buf *out, struct err_info *info)
{
    char block[8192];
    size_t length;
    FILE *file = fopen(path, "re");
    if (!file)
        return err_set(info, err_from_errno(errno), "%s cannot be read: %s", path, strerror(errno));
    while (out->length <= TEMPLATE_BYTES_MAX && (length = fread(block, 1, sizeof block, file)) > 0)
        buf_add(out, block, length);
    bool failed = ferror(file);
    fclose(file);
    if (failed || out->length > TEMPLATE_BYTES_MAX || !utf8_valid(buf_text(out), out->length))
        return err_set(info, ERR_INVALID, "%s is no text in UTF-8 of at most 1 MiB", path);
    return ERR_OK;
}

/* As the Mustache specification has it, but for the escaping: a name without a value prints nothing. */
static int fill_template(struct form_command *command, const char *path)
{
    struct buf template = {0}, text = {0};
    struct json *data = NULL;
    struct err_info info = {0};
    if (!form_words(command, 1, 1, "notice --template FILE DATA [--lang L]"))
        return 2;
    enum err err = read_text(path, &template, &info);
    if (err == ERR_OK)
        err = form_file_json(command->args[0], &data, &info);
    if (err == ERR_OK)
        err = notice_fill(buf_text(&template), data, &(struct notice_options){0}, &text, &info);
    if (err == ERR_OK)
        fputs(buf_text(&text), command->out);
    buf_free(&template);
    buf_free(&text);
    json_free(&data);
    return err == ERR_OK ? 0 : fail(command, info.text);
}

/* --- a service's notice --- */

static bool is_date(const struct json *value)
{
    int32_t day;
    return json_as_text(value) && day_parse(json_as_text(value), &day);
}

/* Codes to be looked up in the service, not entries written out. */
static const struct json *codes_in(const struct json *data, const char *name)
{
    const struct json *list = json_get(data, name);
    return json_is_array(list) && json_as_text(json_first(list)) ? list : NULL;
}

static const char *date_in(const struct json *data, const char *name, const char *otherwise)
{
    return is_date(json_get(data, name)) ? json_text(data, name) : otherwise;
}

static const struct json *agency_of(const struct form_file *file)
{
    const struct json *list = json_get(file->pack, "agencies");
    for (const struct json *one = json_first(list); one; one = json_next(one))
        if (str_equal(json_text(one, "id"), json_text(file->service, "agency")))
            return one;
    return NULL;
}

/* What the data says in the words of a notice wins; what was taken from it as facts is in the context already. */
static void put_own_words(struct json *context, const struct json *data)
{
    static const char *const facts[] = {"person", "draft"};
    for (const struct json *one = json_first(data); one; one = json_next(one)) {
        const char *name = json_name(one);
        bool taken = is_date(one) || codes_in(data, name) != NULL;
        for (size_t i = 0; i < sizeof facts / sizeof *facts; i++)
            taken |= strcmp(name, facts[i]) == 0 && json_get(context, name);
        if (taken)
            continue;
        if (json_is_object(one) && json_is_object(json_get(context, name)))
            json_merge(json_edit(context, name), one);
        else
            json_set(context, name, json_copy(one));
    }
}

/* A form's own data rather than a notice's: none of its members is one that a notice speaks of. */
static bool is_draft(const struct json *data)
{
    for (const struct json *one = json_first(data); one; one = json_next(one))
        if (notice_name_known(json_name(one)))
            return false;
    return true;
}

static struct json *context_of(const struct form_command *command, const struct form_file *file,
                               const struct json *data)
{
    struct hall_calendar days = {.calendar.weekend = CALENDAR_SAT_SUN};
    char today[DATE_TEXT], complaint[DATE_TEXT] = "";
    const struct json *given = json_get(data, "complaint"), *agency = json_get(data, "agency");
    bool draft = is_draft(data);
    time_date(clock_wall_now_ms(), today);
    if (file->pack)
        hall_calendar_read(file->pack, &days);
    const char *day = date_in(data, "today", today);
    if (!catalogue_complaint_until(file->service, &days.calendar, day, complaint))
        complaint[0] = '\0';
    struct notice_facts facts = {
        .service = file->service,
        .pack = file->pack,
        .agency = agency ? agency : agency_of(file),
        .person = json_get(data, "person"),
        .draft = draft ? data : json_get(data, "draft"),
        .case_number = json_text(data, "case"),
        .reasons = codes_in(data, "reasons"),
        .missing = codes_in(data, "missing"),
        .today = day,
        .due = date_in(data, "due", NULL),
        .ready = date_in(data, "ready", NULL),
        .complaint_until = date_in(given, "until", *complaint ? complaint : NULL),
        .date_order = json_text(file->pack, "date_order"),
        .lang = command->lang,
    };
    struct json *context = notice_context(&facts);
    struct json *words = draft ? json_new_object() : json_copy(data);
    if (is_date(json_get(given, "until")))
        json_remove(json_edit(words, "complaint"), "until"); /* it stands there as the country writes it */
    if (json_text(words, "case"))
        json_remove(words, "case");
    json_remove(words, "agency");
    json_remove(words, "service");
    put_own_words(context, words);
    json_free(&words);
    return context;
}

/* As it would be printed, but for the code: no hall answers for an author's notice. */
static int save_pdf(struct form_command *command, const struct form_file *file, const struct json *context,
                    const char *text, const char *day, const char *path)
{
    struct notice_file pdf;
    struct err_info info = {0};
    char today[DATE_TEXT];
    enum lang lang = LANG_EN;
    lang_find(command->lang, &lang);
    time_date(clock_wall_now_ms(), today);
    struct json *paper = notice_paper(lang, json_text_or(context, "hall", ""),
                                      json_name_in(json_get(file->service, "name"), command->lang), text, "",
                                      day ? day : today);
    enum err err = notice_file_start(&pdf, paper, path, true, lang, &info);
    if (err == ERR_OK)
        notice_file_done(&pdf, true, &err, &info);
    notice_file_forget(&pdf);
    json_free(&paper);
    return err == ERR_OK ? 0 : fail(command, info.text);
}

static int print_notice(struct form_command *command, const struct form_file *file, const struct json *data,
                        const char *pdf)
{
    struct buf text = {0};
    struct err_info info = {0};
    struct json *context = context_of(command, file, data);
    enum err err = notice_render(file->service, command->args[1], context, command->lang, &text, &info);
    /* A notice with a blank is for its author's eyes, not for print. */
    if (text.length && !(pdf && err == ERR_OK)) {
        FILE *to = err == ERR_OK ? command->out : command->errors;
        fprintf(to, "%s%s", buf_text(&text), text.data[text.length - 1] == '\n' ? "" : "\n");
    }
    int status = err != ERR_OK ? fail(command, info.text)
                 : pdf ? save_pdf(command, file, context, buf_text(&text), date_in(data, "today", NULL), pdf)
                       : 0;
    json_free(&context);
    buf_free(&text);
    return status;
}

int form_verb_notice(struct form_command *command)
{
    bool missing = false;
    const char *template = form_option(command, "--template", &missing);
    const char *pdf = form_option(command, "--pdf", &missing);
    struct form_file file = {.inside = ""};
    struct json *data = NULL;
    struct err_info info = {0};
    if (template && !pdf)
        return fill_template(command, template);
    if (missing || !form_words(command, 3, 3, "notice SERVICE OUTCOME DATA [--pdf FILE] [--lang L]"))
        return 2;
    int status = 1;
    if (form_file_open(command->args[0], &file, &info) != ERR_OK ||
        form_file_json(command->args[2], &data, &info) != ERR_OK)
        fail(command, info.text);
    else
        status = print_notice(command, &file, data, pdf);
    form_file_free(&file);
    json_free(&data);
    return status;
}
