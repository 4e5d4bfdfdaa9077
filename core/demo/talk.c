/* core/demo/talk.c: see talk.h. */
#include "core/demo/talk.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/demo/inside.h"
#include "core/form/inside.h"
#include "core/model/calendar.h"

/* In the order of scenario_langs. */
struct four {
    const char *in[SCENARIO_LANGS];
};

static struct json *in_four(const struct four *words)
{
    struct json *names = json_new_object();
    for (int i = 0; i < SCENARIO_LANGS; i++)
        json_set_text(names, scenario_langs[i], words->in[i]);
    return names;
}

/* --- codes --- */

static const struct {
    const char *code, *english;
} sentences[] = {
#define X(name, code, english) {code, english},
    TALK_LIST(X)
#undef X
};

const char *talk_code_text(enum talk_code code)
{
    return sentences[code].code;
}

const char *talk_english(const char *code)
{
    for (int i = 0; i < TALK_COUNT; i++)
        if (str_equal(sentences[i].code, code))
            return sentences[i].english;
    return NULL;
}

/* The code as somebody of that temper says it. */
static const char *code_by_temper(const struct talk *talk, enum talk_code code)
{
    enum temper temper = talk->about->citizen->temper;
    const char *before = temper == TEMPER_ANGRY ? "angry_" : temper == TEMPER_CONFUSED ? "confused_" : NULL;
    const char *plain = sentences[code].code;
    for (int i = 0; before && i < TALK_COUNT; i++)
        if (str_starts(sentences[i].code, before) && strcmp(sentences[i].code + strlen(before), plain) == 0)
            return sentences[i].code;
    return plain;
}

struct json *talk_greeting(const struct talk *talk)
{
    struct json *said = json_new_object(), *args = json_new_object();
    json_set(args, "service", json_copy(json_get(talk->about->service, "name")));
    json_set_text(said, "by", "citizen");
    json_set_text(said, "code", code_by_temper(talk, TALK_GREETING));
    json_set(said, "args", args);
    return said;
}

struct json *talk_company(const char *who)
{
    struct json *seen = json_new_object(), *args = json_new_object();
    json_set_text(args, "who", who);
    json_set_text(seen, "by", "hall");
    json_set_text(seen, "code", sentences[TALK_WITH].code);
    json_set(seen, "args", args);
    return seen;
}

/* --- questions --- */

static const struct {
    const char *id;
    struct four label;
} questions[] = {
    [QUESTION_WHY] = {"why",
                      {{"Nə üçün və kimin adından gəlmisiniz?", "Untuk apa dan atas nama siapa Anda datang?",
                        "What have you come for, and in whose name?", "Зачем и от чьего имени вы пришли?"}}},
    [QUESTION_NAME] = {"name",
                       {{"Adınız və doğum tarixiniz?", "Siapa nama dan tanggal lahir Anda?",
                         "Your name and date of birth?", "Ваше имя и дата рождения?"}}},
    [QUESTION_ADDRESS] = {"address",
                          {{"Ünvanınız və telefonunuz?", "Apa alamat dan telepon Anda?",
                            "Your address and telephone?", "Ваш адрес и телефон?"}}},
    [QUESTION_DETAILS] = {"details",
                          {{"Qalan məlumatları deyin.", "Sebutkan keterangan lainnya.",
                            "Tell me the rest, please.", "Назовите остальные сведения."}}},
};

static void add_question(struct json *list, char *id, struct json *label)
{
    struct json *one = json_new_object();
    json_set_text(one, "id", id);
    json_set(one, "label", label);
    json_add(list, one);
    free(id);
}

static struct json *paper_label(const struct truth_paper *paper)
{
    static const struct four asks = {
        {"Göstərin: %s", "Boleh saya lihat: %s", "May I see: %s", "Покажите, пожалуйста: %s"}};
    struct json *label = json_new_object();
    for (int i = 0; i < SCENARIO_LANGS; i++) {
        const char *before = asks.in[i], *at = strstr(before, "%s");
        char *text =
            xasprintf("%.*s%s", (int)(at - before), before, json_name_in(paper->name, scenario_langs[i]));
        json_set_text(label, scenario_langs[i], text);
        free(text);
    }
    return label;
}

/* --- what is read on a paper or told --- */

struct reading {
    const struct talk *talk;
    const struct form *form;
    const struct json *draft; /* with what a paper shows instead */
    const struct json *wanted;
    struct json *out;
    int lang; /* under way */
};

static struct json *entry_of(const struct reading *r, const char *pointer)
{
    for (size_t i = 0; i < json_count(r->out); i++) {
        const struct json *one = json_at(r->out, i);
        if (str_equal(json_text(one, "field"), pointer))
            return json_take(r->out, one);
    }
    struct json *one = json_new_object();
    json_set(one, "label", json_new_object());
    json_set(one, "value", json_new_object());
    json_set_text(one, "field", pointer);
    return one;
}

static void read_item(const struct reading *r, const struct form_item *item)
{
    struct json *one = entry_of(r, item->pointer);
    json_set_text(json_edit(one, "label"), scenario_langs[r->lang], item->label);
    json_set_text(json_edit(one, "value"), scenario_langs[r->lang], item->text);
    json_add(r->out, one);
}

enum { DEPTH_MAX = 4 };

static void read_view(const struct reading *r, const char *inside, int depth)
{
    const struct form_context context = {.lang = scenario_langs[r->lang],
                                         .today = r->talk->about->today,
                                         .date_order = json_text(r->talk->about->pack->about, "date_order"),
                                         .person = r->talk->about->citizen->person};
    struct form_view view = {0};
    form_view_build(r->form, r->draft, &context, inside, &view);
    for (int i = 0; i < view.item_count; i++) {
        const struct form_item *item = &view.items[i];
        if (item->kind != FORM_CONTROL)
            continue;
        for (int row = 0; item->widget == FORM_TABLE && depth < DEPTH_MAX && row < item->row_count; row++) {
            char *within = xasprintf("%s/%d", item->pointer, row);
            read_view(r, within, depth + 1);
            free(within);
        }
        if (json_has_text(r->wanted, item->pointer))
            read_item(r, item);
    }
    form_view_free(&view);
}

/* {az..} of equal texts becomes the text. */
static void join_value(struct json *one)
{
    const struct json *value = json_get(one, "value");
    for (const struct json *text = json_first(value); text; text = json_next(text))
        if (!json_equal(text, json_first(value)))
            return;
    json_set(one, "value", json_copy(json_first(value)));
}

static struct json *joined(struct json *shows)
{
    struct json *out = json_new_array();
    while (json_count(shows) > 0) {
        struct json *one = json_take(shows, json_first(shows));
        join_value(one);
        json_add(out, one);
    }
    json_free(&shows);
    return out;
}

static struct json *read_answers(const struct talk *talk, const struct json *wanted,
                                 const struct json *instead)
{
    struct json *draft = json_copy(talk->truth->draft);
    for (const struct json *other = json_first(instead); other; other = json_next(other))
        json_set_pointer(draft, json_name(other), json_copy(other));
    struct reading r = {talk, talk->about->form, draft, wanted, json_new_array(), 0};
    for (; r.form && json_count(wanted) > 0 && r.lang < SCENARIO_LANGS; r.lang++)
        read_view(&r, "", 0);
    json_free(&draft);
    return joined(r.out);
}

/* --- which question is about what --- */

static bool begins_with_one_of(const char *leaf, const char *const words[], size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strstr(leaf, words[i]))
            return true;
    return false;
}

static enum question question_about(const char *pointer)
{
    static const char *const why[] = {"why", "purpose", "reason", "kind", "ground", "basis", "aim", "what"},
                             *const name[] = {"name", "given", "family", "father", "born",
                                              "sex",  "fin",   "nik",    "voen",   "npwp"},
                             *const where[] = {"phone", "email",      "street",   "house", "flat", "region",
                                               "index", "settlement", "district", "rt",    "rw"};
    const char *leaf = papers_leaf(pointer);
    if (begins_with_one_of(leaf, why, sizeof why / sizeof *why))
        return QUESTION_WHY;
    if (str_starts(pointer, "/address") || begins_with_one_of(leaf, where, sizeof where / sizeof *where))
        return QUESTION_ADDRESS;
    return begins_with_one_of(leaf, name, sizeof name / sizeof *name) ? QUESTION_NAME : QUESTION_DETAILS;
}

static struct json *told_answers(const struct talk *talk, enum question question)
{
    struct json *wanted = json_new_array();
    for (const struct json *at = json_first(talk->truth->answers); at; at = json_next(at))
        if (question_about(json_as_text(at)) == question)
            json_add_text(wanted, json_as_text(at));
    struct json *shows = read_answers(talk, wanted, NULL);
    json_free(&wanted);
    return shows;
}

static bool has_to_tell(const struct talk *talk, enum question question)
{
    if (question == QUESTION_WHY)
        return true;
    for (const struct json *at = json_first(talk->truth->answers); at; at = json_next(at))
        if (question_about(json_as_text(at)) == question)
            return true;
    return false;
}

struct json *talk_questions(const struct talk *talk)
{
    struct json *list = json_new_array();
    for (int i = 0; i < talk->truth->paper_count; i++) {
        const struct truth_paper *paper = &talk->truth->papers[i];
        add_question(list, xasprintf("paper:%s", paper->code), paper_label(paper));
    }
    for (int i = 0; i < QUESTION_COUNT; i++)
        if (has_to_tell(talk, (enum question)i))
            add_question(list, xstrdup(questions[i].id), in_four(&questions[i].label));
    return list;
}

/* --- answers --- */

static struct json *answer(const char *kind, const char *code, struct json *args, struct json *shows)
{
    struct json *out = json_new_object();
    json_set_text(out, "answer", kind);
    json_set_text(out, "code", code);
    json_set(out, "args", args);
    json_set(out, "shows", shows);
    return out;
}

static void add_mark(struct json *shows, const struct four *label, struct json *value)
{
    struct json *one = json_new_object();
    json_set(one, "label", in_four(label));
    json_set(one, "value", value);
    json_add(shows, one);
}

/* What stands on it and in no field of the form. */
static void add_marks(const struct talk *talk, const struct truth_paper *paper, struct json *shows)
{
    static const struct four until = {{"Etibarlıdır", "Berlaku sampai", "Valid until", "Действителен до"}},
                             state = {{"Vəziyyəti", "Keadaan", "State", "Состояние"}},
                             altered = {{"möhürün altında rəqəm dəyişdirilib", "angka di bawah cap diubah",
                                         "a number below the seal was altered",
                                         "цифра под печатью исправлена"}},
                             unreadable = {{"oxunmur", "tidak terbaca", "cannot be read", "не читается"}},
                             good = {{"qaydasındadır", "baik", "in order", "в порядке"}};
    char day[DATE_TEXT];
    int32_t today = 0;
    if (paper->fault == PAPER_UNREADABLE || paper->fault == PAPER_FORGED) {
        add_mark(shows, &state, in_four(paper->fault == PAPER_FORGED ? &altered : &unreadable));
        return;
    }
    if (paper->fault == PAPER_EXPIRED && day_parse(talk->about->today, &today)) {
        enum { OVER_SINCE = 40 };
        day_text(today - OVER_SINCE, day);
        add_mark(shows, &until, json_new_text(day));
    }
    if (json_count(shows) == 0)
        add_mark(shows, &state, in_four(&good));
}

static struct json *ask_paper(const struct talk *talk, const char *code)
{
    const struct truth_paper *paper = truth_paper(talk->truth, code);
    if (!paper)
        return NULL;
    struct json *args = json_new_object(), *shows;
    json_set(args, "paper", json_copy(paper->name));
    if (paper->where == PAPER_AT_HOME)
        return answer("at_home", code_by_temper(talk, TALK_AT_HOME), args, json_new_array());
    if (paper->where == PAPER_NEVER_HAD)
        return answer("none", code_by_temper(talk, TALK_NEVER_HAD), args, json_new_array());
    shows = paper->fault == PAPER_UNREADABLE ? json_new_array()
                                             : read_answers(talk, paper->fields, paper->instead);
    add_marks(talk, paper, shows);
    return answer("shown", code_by_temper(talk, TALK_HERE), args, shows);
}

/* For whom they ask is always known to them. */
static enum talk_code why_code(const struct truth *truth)
{
    return truth->ground == TRUTH_NO_RIGHT    ? TALK_FOR_ANOTHER
           : truth->ground == TRUTH_ELSEWHERE ? TALK_ELSEWHERE
                                              : TALK_COME_FOR;
}

struct json *talk_answer(const struct talk *talk, const char *question)
{
    if (str_starts(question, "paper:"))
        return ask_paper(talk, question + strlen("paper:"));
    for (int i = 0; i < QUESTION_COUNT; i++) {
        if (strcmp(questions[i].id, question) != 0)
            continue;
        struct json *shows = told_answers(talk, (enum question)i);
        enum talk_code code = i == QUESTION_WHY       ? why_code(talk->truth)
                              : json_count(shows) > 0 ? TALK_TOLD
                                                      : TALK_NOTHING_MORE;
        struct json *args = json_new_object();
        if (i == QUESTION_WHY)
            json_set(args, "service", json_copy(json_get(talk->about->service, "name")));
        return answer("told", code_by_temper(talk, code), args, shows);
    }
    return NULL;
}

/* --- somebody who is offended --- */

const char talk_sorry[] = "sorry";

void talk_add_sorry(struct json *list)
{
    static const struct four label = {
        {"Sizi narahat etdiyimizə görə üzr istəyirəm.", "Mohon maaf atas ketidaknyamanan Anda.",
         "I am sorry for the trouble that you had.", "Простите за доставленные неудобства."}};
    add_question(list, xstrdup(talk_sorry), in_four(&label));
}

struct json *talk_answer_sorry(void)
{
    return answer("told", sentences[TALK_CALMED].code, json_new_object(), json_new_array());
}

const char *talk_complaint(const char *language, bool decided)
{
    enum { ENGLISH = 2 };
    static const struct four about_decision =
                                 {{"Qərar ədalətsizdir və mənə heç nə izah edilmədi.",
                                   "Keputusannya tidak adil dan tidak ada yang menjelaskannya kepada saya.",
                                   "The decision is unfair, and nobody explained it to me.",
                                   "Решение несправедливо, и мне ничего не объяснили."}},
                             about_us = {{"Mənimlə kobud davrandılar, üzr də istəmədilər.",
                                          "Saya dilayani dengan kasar, dan tidak ada yang meminta maaf.",
                                          "I was treated rudely, and nobody said sorry.",
                                          "Со мной обошлись грубо и даже не извинились."}};
    const struct four *words = decided ? &about_decision : &about_us;
    for (int i = 0; i < SCENARIO_LANGS; i++)
        if (str_equal(scenario_langs[i], language))
            return words->in[i];
    return words->in[ENGLISH];
}
