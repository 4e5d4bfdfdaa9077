/* screens/trainer_lists.c: what the trainer chooses from: scenarios, moments to go back to, trouble; a score line by line and
 * the results of all, asked of the hall when they are opened. */
#include <stdlib.h>
#include <string.h>

#include "core/wire/csv.h"
#include "screens/trainer.h"

/* --- pages --- */

static void path_of(const struct trainer *self, enum trainer_page page, char out[200])
{
    static const char *const paths[TRAINER_PAGES] = {[TRAINER_SCENARIOS] = "/v1/training/scenarios",
                                                     [TRAINER_MOMENTS] = "/v1/training/moments",
                                                     [TRAINER_SCORE] = "/v1/training/score?user=",
                                                     [TRAINER_RESULTS] = "/v1/training/results"};
    str_format(out, 200, "%s%s", paths[page] ? paths[page] : "", page == TRAINER_SCORE ? self->scored : "");
}

void trainer_open(struct trainer *self, const struct ui *ui, enum trainer_page page, struct effects *effects)
{
    (void)ui;
    if (page == TRAINER_SCORE)
        str_copy(self->scored, sizeof self->scored, self->chosen);
    self->page = page;
    self->fault[0] = '\0';
    json_free(&self->answers[page]);
    self->lists[page] = (struct list){0};
    path_of(self, page, self->wanted);
    effects_add(effects, EFFECT_FETCH, self->wanted, NULL);
}

bool trainer_page_fetched(struct trainer *self, const struct msg *msg)
{
    if (!str_starts(msg->what, "/v1/training/") || str_starts(msg->what, "/v1/training/certificate"))
        return false;
    if (!str_equal(msg->what, self->wanted))
        return true; /* of a page that was left */
    const char *member = self->page == TRAINER_SCORE ? "lines" : "rows";
    const struct json *error = json_get(msg->json, "error");
    self->wanted[0] = '\0';
    if (msg->text || !json_is_array(json_get(msg->json, member))) {
        str_copy(self->fault, sizeof self->fault,
                 json_text_or(error, "message",
                              TR("The hall did not answer. Esc, then the same key, asks again.")));
        str_copy(self->code, sizeof self->code, json_text_or(error, "code", ""));
        return true;
    }
    json_free(&self->answers[self->page]);
    self->answers[self->page] = json_copy(msg->json);
    list_set_count(&self->lists[self->page], (int)json_count(json_get(msg->json, member)));
    return true;
}

static struct json *new_step(struct trainer *self, const char *what)
{
    json_free(&self->step);
    self->step = trainer_act(what);
    return self->step;
}

static void send_step(struct trainer *self, const struct ui *ui, const char *about, struct effects *effects)
{
    struct json *request = self->step;
    self->step = NULL;
    if (request)
        trainer_ask(self, ui, request, about, effects);
}

/* --- a day --- */

void trainer_ask_begin(struct trainer *self, const struct ui *ui, struct effects *effects)
{
    const struct json *row = trainer_line(self);
    char text[2 * SHOW_TEXT];
    if (!row)
        return;
    json_set_text(new_step(self, "begin"), "scenario", json_text_or(row, "id", ""));
    str_format(text, sizeof text,
               tr(ui->lang, TR("%s. Its seed (the same seed is the same day; empty: by chance):")),
               show_name(ui, json_get(row, "names")));
    struct json *question = question_new("seed", text);
    question_field(question, "", true);
    effects_ask(effects, question);
}

static bool is_running(const struct trainer *self)
{
    const struct json *hall = trainer_hall(self);
    return hall && !json_bool(hall, "finished", false);
}

static void take_seed(struct trainer *self, const struct ui *ui, const char *typed, struct effects *effects)
{
    size_t digits = strspn(typed, "0123456789");
    if (digits != strlen(typed) || digits > 15) {
        effects_toast(effects, TOAST_WARN, "%s",
                      tr(ui->lang, TR("A number of up to 15 digits, or nothing. No day has begun.")));
        return;
    }
    if (digits)
        json_set_int(self->step, "seed", strtoll(typed, NULL, 10));
    if (!is_running(self)) {
        self->page = TRAINER_DAY;
        return send_step(self, ui, "", effects);
    }
    struct json *question = question_new(
        "begin",
        tr(ui->lang, TR("Begin it? The day that is played ends for all trainees; its results are kept.")));
    question_choice(question, "y", tr(ui->lang, TR("begin")), "y", NULL);
    effects_ask(effects, question);
}

/* --- back to a moment --- */

void trainer_ask_rewind(struct trainer *self, const struct ui *ui, struct effects *effects)
{
    const struct json *row = trainer_line(self);
    const char *at = json_text(row, "at");
    char text[2 * SHOW_TEXT], clock[SHOW_TEXT];
    if (!at)
        return;
    json_set_text(new_step(self, "rewind"), "to", at); /* a whole time: to before what was done then */
    str_format(text, sizeof text,
               tr(ui->lang, TR("Go back to %s? What was done since is undone for all trainees.")),
               trainer_clock(at, clock));
    struct json *question = question_new("rewind", text);
    question_choice(question, "y", tr(ui->lang, TR("go back")), "y", NULL);
    effects_ask(effects, question);
}

/* --- trouble --- */

static const struct trouble {
    const char *kind, *label, *numbers; /* numbers: what they are, asked in one line; NULL: none */
    const char *otherwise;              /* as they stand there at first */
    bool theirs;                        /* it happens to one trainee */
    bool sure;                          /* y is asked: programs end by it */
} troubles[] = {
    {"rush", TR("rush: many people at once"), TR("How many people, within how many minutes:"), "50 20", false,
     false},
    {"outage", TR("outage: the hall cannot be reached"), TR("For how many minutes:"), "15", false, false},
    {"slow", TR("slow network: answers take seconds"), TR("For how many minutes:"), "15", false, false},
    {"power", TR("power cut: trainees' workstations end at once"), TR("For how many minutes:"), "10", false,
     true},
    {"away", TR("away: other clerks leave their counters"), TR("How many clerks, for how many minutes:"),
     "3 60", false, false},
    {"emergency", TR("emergency: somebody faints in the hall"), NULL, "", false, false},
    {"papers", TR("missing papers: their next visitor forgot one"), NULL, "", true, false},
    {"offended", TR("offended citizen: their visitor complains"), NULL, "", true, false},
};
enum { TROUBLES = sizeof troubles / sizeof *troubles };

void trainer_ask_trouble(const struct ui *ui, struct effects *effects)
{
    struct json *question = question_new("trouble", tr(ui->lang, TR("Which trouble:")));
    for (int i = 0; i < TROUBLES; i++)
        question_item(question, tr(ui->lang, troubles[i].label), troubles[i].kind, NULL);
    effects_ask(effects, question);
}

static const struct trouble *trouble_of(const char *kind)
{
    for (int i = 0; i < TROUBLES; i++)
        if (str_equal(troubles[i].kind, kind))
            return &troubles[i];
    return NULL;
}

static void ask_numbers(const struct ui *ui, const struct trouble *trouble, const char *typed,
                        struct effects *effects)
{
    struct json *question = question_new("numbers", tr(ui->lang, trouble->numbers));
    question_field(question, typed, false);
    effects_ask(effects, question);
}

static void take_trouble(struct trainer *self, const struct ui *ui, const char *kind, struct effects *effects)
{
    const struct trouble *trouble = trouble_of(kind);
    if (!trouble)
        return;
    json_set_text(new_step(self, "trouble"), "kind", kind);
    if (trouble->theirs && !*self->chosen) {
        effects_toast(effects, TOAST_WARN, "%s",
                      tr(ui->lang, TR("Nobody is trained yet: a trainee signs in at another workstation.")));
        return;
    }
    if (trouble->theirs)
        json_set_text(self->step, "user", self->chosen);
    if (trouble->numbers)
        return ask_numbers(ui, trouble, trouble->otherwise, effects);
    send_step(self, ui, trouble->theirs ? json_text_or(trainer_chosen(self), "name", "") : "", effects);
}

/* As many whole numbers as stood there at first. */
static bool read_numbers(const char *typed, const char *otherwise, struct json *numbers)
{
    int want = strchr(otherwise, ' ') ? 2 : 1, count = 0;
    for (const char *at = typed + strspn(typed, " "); *at; at += strspn(at, " ")) {
        size_t digits = strspn(at, "0123456789");
        if (digits < 1 || digits > 4 || atoi(at) < 1)
            return false;
        json_add(numbers, json_new_int(atoi(at)));
        at += digits;
        count++;
    }
    return count == want;
}

static void take_numbers(struct trainer *self, const struct ui *ui, const char *typed,
                         struct effects *effects)
{
    const struct trouble *trouble = trouble_of(json_text(self->step, "kind"));
    struct json *numbers = json_new_array();
    if (!trouble || !read_numbers(typed, trouble->otherwise, numbers)) {
        json_free(&numbers);
        char text[SHOW_TEXT];
        str_format(text, sizeof text, tr(ui->lang, TR("Whole numbers, as in %s. Nothing has happened yet.")),
                   trouble ? trouble->otherwise : "");
        effects_toast(effects, TOAST_WARN, "%s", text);
        if (trouble)
            ask_numbers(ui, trouble, typed, effects);
        return;
    }
    json_set(self->step, "numbers", numbers);
    if (!trouble->sure)
        return send_step(self, ui, "", effects);
    struct json *question =
        question_new("sure", tr(ui->lang, TR("Cut the power? All trainees' programs end at this moment.")));
    question_choice(question, "y", tr(ui->lang, TR("cut it")), "y", NULL);
    effects_ask(effects, question);
}

/* --- files and paper --- */

void trainer_ask_file(const struct trainer *self, const struct ui *ui, struct effects *effects)
{
    char name[120], date[DATE_TEXT];
    struct json *question = question_new("results", tr(ui->lang, TR("Save as")));
    (void)self;
    time_date(ui->now_ms, date);
    str_format(name, sizeof name, "~/training-%s.csv", date);
    question_field(question, name, false);
    effects_ask(effects, question);
}

static void save(const struct ui *ui, const char *path, const char *title, const char *text,
                 struct effects *effects)
{
    char date[DATE_TEXT];
    struct json *paper = json_new_object();
    time_date(ui->now_ms, date);
    json_set_text(paper, "title", title);
    json_set_text(paper, "hall", ui->session.hall_name);
    json_set_text(paper, "text", text);
    json_set_text(paper, "date", date);
    json_set_text(paper, "page", tr(ui->lang, TR("Page {page} of {pages}")));
    json_set_bool(paper, "mono", true);
    effects_notice(effects, path, paper);
}

/* A table has no room for names in four languages: the reader's is "scenario_name". The caller frees. */
static struct json *named(const struct ui *ui, const struct json *rows)
{
    struct json *all = json_new_array();
    for (const struct json *row = json_first(rows); row; row = json_next(row)) {
        struct json *copy = json_copy(row);
        if (json_get(row, "names"))
            json_set_text(copy, "scenario_name", show_name(ui, json_get(row, "names")));
        json_add(all, copy);
    }
    return all;
}

/* Columns are those of the first row. */
static void save_results(const struct trainer *self, const struct ui *ui, const char *path,
                         struct effects *effects)
{
    const struct json *answer = self->answers[TRAINER_RESULTS], *rows = json_get(answer, "rows");
    struct json *names = json_new_array(), *all = named(ui, rows);
    struct buf csv = {0};
    for (const struct json *one = json_first(json_first(rows)); one; one = json_next(one))
        json_add_text(names, strcmp(json_name(one), "names") == 0 ? "scenario_name" : json_name(one));
    csv_write(names, all, &csv);
    save(ui, path, tr(ui->lang, TR("Results")), buf_text(&csv), effects);
    json_free(&names);
    json_free(&all);
    buf_free(&csv);
}

static void take_certificate(struct trainer *self, const struct ui *ui, const char *where,
                             struct effects *effects)
{
    const char *title = tr(ui->lang, TR("Certificate"));
    if (!self->certificate)
        return;
    if (str_equal(where, "print"))
        return effects_print(effects, "paper", title, self->certificate);
    struct json *question = question_new("certificate_file", tr(ui->lang, TR("Save as: .pdf or .txt")));
    question_field(question, "~/certificate.pdf", false);
    effects_ask(effects, question);
}

/* --- answers --- */

bool trainer_answered(struct trainer *self, const struct ui *ui, const struct msg *msg,
                      struct effects *effects)
{
    const char *id = msg->what, *text = msg->text ? msg->text : "";
    if (str_equal(id, "seed") && self->step) {
        take_seed(self, ui, text, effects);
    } else if (str_equal(id, "begin") || str_equal(id, "rewind")) {
        self->page = TRAINER_DAY;
        send_step(self, ui, "", effects);
    } else if (str_equal(id, "trouble")) {
        take_trouble(self, ui, text, effects);
    } else if (str_equal(id, "numbers")) {
        take_numbers(self, ui, text, effects);
    } else if (str_equal(id, "sure")) {
        send_step(self, ui, "", effects);
    } else if (str_equal(id, "results")) {
        save_results(self, ui, text, effects);
    } else if (str_equal(id, "certificate")) {
        take_certificate(self, ui, text, effects);
    } else if (str_equal(id, "certificate_file")) {
        save(ui, text, tr(ui->lang, TR("Certificate")), self->certificate ? self->certificate : "", effects);
    } else {
        return false;
    }
    return true;
}
