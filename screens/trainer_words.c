/* screens/trainer_words.c: what a training hall tells by codes, in the trainer's language. */
#include <stdlib.h>

#include "screens/told.h"
#include "screens/trainer.h"

const char *trainer_doing(const struct ui *ui, const struct json *row, char out[SHOW_TEXT])
{
    static const struct {
        const char *doing, *text;
    } words[] = {
        {"out", TR("not signed in")}, {"shut", TR("counter closed")}, {"free", TR("free")},
        {"called", TR("called")},     {"serving", TR("serving")},     {"paused", TR("on a break")},
    };
    const char *doing = json_text_or(row, "doing", "out"), *number = json_text_or(row, "number", "");
    char since[SHOW_TEXT] = "";
    if (json_text(row, "since"))
        show_duration(ui, show_since_ms(ui, json_text(row, "since")), since);
    str_copy(out, SHOW_TEXT, doing);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (str_equal(words[i].doing, doing))
            str_format(out, SHOW_TEXT, "%s%s%s%s%s", tr(ui->lang, words[i].text), *number ? " " : "", number,
                       *since ? " " : "", since);
    return out;
}

const char *trainer_better(const struct ui *ui, const struct json *row, char out[SHOW_TEXT])
{
    static const struct told_text better[] = {
        {"open", TR("open the counter")},
        {"resume", TR("end the break")},
        {"call_next", TR("call the next person")},
        {"recall", TR("call them once more")},
        {"no_show", TR("nobody has come: no-show")},
        {"start", TR("they are there: start")},
        {"ask_paper", TR("ask for a paper: {paper}")},
        {"finish", TR("finish the visit")},
        {NULL, NULL},
    };
    const struct json *told = json_get(row, "better");
    struct buf text = {0};
    if (json_is_object(told))
        told_add(ui, better, json_text_or(told, "code", ""), json_get(told, "args"), &text);
    str_copy(out, SHOW_TEXT, buf_text(&text));
    buf_free(&text);
    return out;
}

/* --- the score --- */

static const struct told_text rules[] = {
    {"waited_too_long", TR("the wait")},
    {"dawdled", TR("no call")},
    {"wrong_decision", TR("decision")},
    {"wrong_reason", TR("reason")},
    {"decision_mended", TR("mended")},
    {"field_wrong", TR("field")},
    {"looked_needlessly", TR("privacy")},
    {"undone", TR("undo")},
    {"disputed", TR("dispute")},
    {"passed_over", TR("order")},
    {"nobody_recalled", TR("no-show")},
    {"keystrokes", TR("keys")},
    {NULL, NULL},
};

const char *trainer_rule(const struct ui *ui, const char *rule)
{
    for (const struct told_text *one = rules; one->code; one++)
        if (str_equal(one->code, rule))
            return tr(ui->lang, one->text);
    return rule;
}

/* Those of core/demo/score.h. */
static const struct told_text lines[] = {
    {"waited_too_long", TR("{number} waited {is} seconds while your counter was free.")},
    {"dawdled",
     TR("Nobody was called for {is} seconds at your free counter, while {number} and others waited.")},
    {"wrong_decision", TR("{number} was decided wrongly; right is: {what}.")},
    {"wrong_reason", TR("{number}: the outcome is right, the reason is not.")},
    {"decision_mended", TR("{number} was decided wrongly at first and mended; right was: {what}.")},
    {"field_wrong", TR("{number}: not as the papers show: {fields}.")},
    {"looked_needlessly", TR("Looked at the data of somebody who was not there.")},
    {"undone", TR("{number}: was taken back.")},
    {"disputed", TR("{number}: the hall had to settle it.")},
    {"passed_over", TR("{number} was called before {is} who came first.")},
    {"nobody_recalled", TR("{number} was given up after {is} of {should} calls.")},
    {"keystrokes", TR("{number} took {is} keys; {should} would do.")},
    {NULL, NULL},
};

/* What is right is told as an outcome of the wire. */
static const char *outcome(const struct ui *ui, const char *what)
{
    static const struct {
        const char *code;
        enum action action;
    } outcomes[] = {{"approve", ACTION_APPROVE},
                    {"refuse", ACTION_REFUSE},
                    {"return", ACTION_SEND_BACK},
                    {"refer", ACTION_REFER}};
    for (size_t i = 0; i < sizeof outcomes / sizeof *outcomes; i++)
        if (str_equal(outcomes[i].code, what))
            return tr(ui->lang, action_info(outcomes[i].action)->label);
    return what;
}

char *trainer_score_text(const struct ui *ui, const struct json *line)
{
    struct json *args =
        json_is_object(json_get(line, "args")) ? json_copy(json_get(line, "args")) : json_new_object();
    struct buf text = {0};
    const char *what = json_text(args, "what");
    if (what) {
        char *words = xstrdup(outcome(ui, what));
        json_set_text(args, "what", words);
        free(words);
    }
    told_add(ui, lines, json_text_or(line, "code", ""), args, &text);
    json_free(&args);
    return buf_take(&text);
}

/* --- the clock --- */

const char *trainer_clock(const char *at, char out[SHOW_TEXT])
{
    if (!*show_clock(at, out))
        str_copy(out, SHOW_TEXT, at ? at : "");
    return out;
}

const char *trainer_pace(const struct ui *ui, const struct json *hall, char out[SHOW_TEXT])
{
    int pace = (int)json_int(hall, "pace", 1);
    if (json_bool(hall, "finished", false))
        str_copy(out, SHOW_TEXT, tr(ui->lang, TR("the day is over")));
    else if (json_bool(hall, "paused", false) || pace == 0)
        str_copy(out, SHOW_TEXT, tr(ui->lang, TR("paused")));
    else
        str_format(out, SHOW_TEXT, "×%d", pace);
    return out;
}
