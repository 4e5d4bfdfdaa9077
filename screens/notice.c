/* screens/notice.c: see notice.h. */
#include "screens/notice.h"

#include <stdlib.h>
#include <string.h>

#include "core/form/notice.h"
#include "core/model/notice_code.h"
#include "screens/notice_paper.h"
#include "screens/print_text.h"
#include "screens/show.h"
#include "screens/training_word.h"

enum { MISSING_MAX = CATALOGUE_DOCUMENTS_MAX };

bool notice_blank(const char *text)
{
    return !text || text[strspn(text, " \n")] == '\0';
}

const char *notice_lang(const struct dossier *of, const struct ui *ui)
{
    enum lang lang = ui->lang;
    const char *wanted = json_text(dossier_part(of, "ticket"), "language");
    return wanted && lang_find(wanted, &lang) ? lang_code(lang) : lang_code(ui->lang);
}

/* --- what it speaks of --- */

/* again (may be NULL): those that were looked at and are asked for once more. */
static struct json *missing_codes(const struct dossier *of, const struct json *again)
{
    struct catalogue_document papers[MISSING_MAX];
    struct json *codes = json_new_array();
    int count = catalogue_documents(dossier_part(of, "service"), json_get(dossier_row(of), "draft"),
                                    dossier_part(of, "documents"), papers, MISSING_MAX);
    for (int i = 0; i < count; i++)
        if (!papers[i].met || json_has_text(again, papers[i].code))
            json_add_text(codes, papers[i].code);
    return codes;
}

static void local_date(const char *time, char out[DATE_TEXT])
{
    int64_t wall_ms;
    out[0] = '\0';
    if (time && time_parse(time, &wall_ms))
        time_date(wall_ms, out);
}

/* The day on which an approved application can be fetched, by the tier's own time; "" when none is said. */
static void ready_day(const struct dossier *of, const char *today, char out[DATE_TEXT])
{
    struct dossier_days days;
    const char *tier = json_text(json_get(dossier_row(of), "fee"), "tier");
    struct catalogue_time time = catalogue_time(dossier_part(of, "service"), tier, today);
    dossier_calendar(of, &days);
    if (!catalogue_due(&time, &days.calendar, today, 0, out))
        out[0] = '\0';
}

/* The last day of a complaint against what is decided on that day; "" when the service says none. */
static void complaint_day(const struct dossier *of, const char *today, char out[DATE_TEXT])
{
    struct dossier_days days;
    dossier_calendar(of, &days);
    if (!catalogue_complaint_until(dossier_part(of, "service"), &days.calendar, today, out))
        out[0] = '\0';
}

bool notice_write(const struct dossier *of, const struct ui *ui, const struct notice_words *words,
                  struct buf *out, bool *blank)
{
    const struct json *row = dossier_row(of), *hall = dossier_part(of, "hall");
    char today[DATE_TEXT], due[DATE_TEXT], ready[DATE_TEXT], complaint[DATE_TEXT];
    struct json *missing = missing_codes(of, words->papers);
    if (words->day)
        str_copy(today, sizeof today, words->day);
    else
        time_date(ui->now_ms, today);
    local_date(json_text(row, "due_at"), due);
    ready_day(of, today, ready);
    complaint_day(of, today, complaint);
    struct notice_facts facts = {
        .service = dossier_part(of, "service"),
        .pack = hall,
        .agency = dossier_part(of, "agency"),
        .person = dossier_part(of, "person"),
        .draft = json_get(row, "submitted") ? json_get(row, "submitted") : json_get(row, "draft"),
        .case_number = json_text(row, "number"),
        .reasons = words->reasons,
        .text = notice_blank(words->text) ? NULL : words->text,
        .conditions = notice_blank(words->conditions) ? NULL : words->conditions,
        .missing = missing,
        .fields = words->fields,
        .today = today,
        .due = *due ? due : NULL,
        .ready = *ready ? ready : NULL,
        .complaint_until = *complaint ? complaint : NULL,
        .hall = json_text_or(hall, "name", ui->session.hall_name),
        .clerk = ui->session.name,
        .date_order = json_text(hall, "date_order"),
        .date_hyphens = show_date_hyphens(ui),
        .lang = words->lang,
    };
    struct json *context = notice_context(&facts);
    struct err_info info = {0};
    enum err err = notice_render(facts.service, words->outcome, context, facts.lang, out, &info);
    *blank = err == ERR_INVALID;
    json_free(&context);
    json_free(&missing);
    return out->length > 0 && err != ERR_ABSENT;
}

/* --- the receipt --- */

bool notice_receipt(const struct dossier *of, const struct ui *ui, struct buf *out)
{
    char day[DATE_TEXT];
    bool blank;
    local_date(json_text(dossier_row(of), "submitted_at"), day);
    const struct notice_words words = {.outcome = "receipt", .lang = notice_lang(of, ui), .day = day};
    return *day && notice_write(of, ui, &words, out, &blank) && !blank;
}

const char *notice_why_no_receipt(const struct dossier *of, const struct ui *ui)
{
    struct buf text = {0};
    if (!dossier_row(of))
        return TR("There is no application here.");
    if (!json_text(dossier_row(of), "submitted_at"))
        return TR("Nothing was handed in yet, so there is no receipt: F10 checks and submits.");
    bool there = notice_receipt(of, ui, &text);
    buf_free(&text);
    return there ? NULL : TR("This service has no receipt.");
}

/* --- to a file --- */

void notice_row_code(const struct json *decision, char out[NOTICE_CODE])
{
    _Static_assert((int)NOTICE_CODE == (int)NOTICE_CODE_TEXT, "one length");
    notice_code(json_text_or(decision, "case", ""), json_text_or(decision, "id", ""), out);
}

void notice_add_code(const struct json *decision, const char *lang, struct buf *out)
{
    char code[NOTICE_CODE];
    enum lang words = LANG_EN;
    lang_find(lang, &words);
    notice_row_code(decision, code);
    buf_addf(out, "%s\n%s: %s\n", out->length && out->data[out->length - 1] != '\n' ? "\n" : "",
             tr(words, TR("Verification code")), code);
}

/* No folder comes of a number's slash. */
static char *file_name(const char *number, const char *word)
{
    char *name = xasprintf("%s-%s", number, word), *file = print_file_name(name, ".pdf");
    free(name);
    return file;
}

void notice_ask_file(const struct dossier *of, const struct ui *ui, bool receipt, struct effects *effects)
{
    const char *word = tr(ui->lang, receipt ? TR("receipt") : TR("notice"));
    char *typed = file_name(json_text_or(dossier_row(of), "number", of->id), word);
    struct json *question = question_new("notice_file", tr(ui->lang, TR("Save to the file (.pdf or .txt)")));
    question_field(question, typed, false);
    effects_ask(effects, question);
    free(typed);
}

static struct json *paper_of(const struct dossier *of, const struct ui *ui, const char *lang,
                             const char *text, const struct json *decision)
{
    char code[NOTICE_CODE] = "", day[DATE_TEXT];
    enum lang words = ui->lang;
    const struct json *hall = dossier_part(of, "hall");
    lang_find(lang, &words);
    if (decision)
        notice_row_code(decision, code);
    local_date(decision ? json_text(decision, "at") : json_text(dossier_row(of), "submitted_at"), day);
    struct json *paper = notice_paper(words, json_text_or(hall, "name", ui->session.hall_name),
                                      json_text_or(dossier_row(of), "number", ""), text, code, day);
    if (ui->training)
        training_paper(words, paper);
    return paper;
}

void notice_save(const struct dossier *of, const struct ui *ui, const char *lang, const char *text,
                 const struct json *decision, const char *path, struct effects *effects)
{
    effects_notice(effects, path, paper_of(of, ui, lang, text, decision));
}

void notice_print(const struct dossier *of, const struct ui *ui, const char *lang, const char *text,
                  const struct json *decision, struct effects *effects)
{
    struct buf lines = {0};
    struct json *paper = paper_of(of, ui, lang, text, decision);
    notice_paper_text(paper, &lines);
    print_send(effects, "paper", json_text_or(paper, "title", ""), buf_take(&lines));
    json_free(&paper);
}
