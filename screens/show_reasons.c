/* screens/show_reasons.c: reasons of the wire and what a call from a desk is about, in the clerk's language; and as
 * choices of a question. A reason that is no known code is somebody's own words, and stays. Pure. */
#include <string.h>

#include "screens/show.h"

struct word {
    const char *code, *label;
};

static const struct word hold_reasons[] = {
    {"copies", TR("makes copies")},         {"papers", TR("fetches a paper")},
    {"payment", TR("pays the fee")},        {"form", TR("fills something in")},
    {"colleague", TR("I ask a colleague")}, {"system", TR("a system is not available")},
    {"other", TR("another reason")},        {NULL, NULL},
};
static const struct word close_reasons[] = {
    {"day_ends", TR("my day ends")},
    {"ill", TR("not well")},
    {"away", TR("called away")},
    {"technical", TR("something is broken")},
    {NULL, NULL},
};
static const struct word pause_reasons[] = {
    {"break", TR("short break")},
    {"meal", TR("meal")},
    {"prayer", TR("prayer")},
    {"back_office", TR("back office work")},
    {NULL, NULL},
};
static const struct word alerts[] = {
    {"medical", TR("Medical emergency")},
    {"security", TR("Security needed")},
    {"fire", TR("Fire: everyone leaves the building")},
    {"technical", TR("Technical trouble")},
    {"help", TR("Help needed")},
    {NULL, NULL},
};

static const char *find(const struct ui *ui, const struct word *words, const char *code)
{
    for (; code && words->code; words++)
        if (strcmp(words->code, code) == 0)
            return tr(ui->lang, words->label);
    return code ? code : "";
}

static void add(const struct ui *ui, const struct word *words, struct json *question)
{
    static const char *const digits[] = {"1", "2", "3", "4", "5", "6", "7", "8", "9"};
    for (int i = 0; words[i].code; i++)
        question_choice(question, digits[i], tr(ui->lang, words[i].label), words[i].code, NULL);
}

const char *show_hold_reason(const struct ui *ui, const char *code)
{
    return find(ui, hold_reasons, code);
}

void show_add_hold_reasons(const struct ui *ui, struct json *question)
{
    add(ui, hold_reasons, question);
}

const char *show_close_reason(const struct ui *ui, const char *code)
{
    return find(ui, close_reasons, code);
}

void show_add_close_reasons(const struct ui *ui, struct json *question)
{
    add(ui, close_reasons, question);
}

const char *show_pause_reason(const struct ui *ui, const char *code)
{
    return find(ui, pause_reasons, code);
}

void show_add_pause_reasons(const struct ui *ui, struct json *question)
{
    add(ui, pause_reasons, question);
}

const char *show_alert_kind(const struct ui *ui, const char *kind)
{
    return find(ui, alerts, kind);
}

void show_add_alert_kinds(const struct ui *ui, struct json *question)
{
    add(ui, alerts, question);
}

const char *show_why(const struct ui *ui, const char *code)
{
    static const struct {
        const char *code, *text;
    } sentences[] = {
        {"sent_to_you", TR("sent to you")},
        {"waited_longest", TR("waited longest")},
        {"priority_class", TR("lawful priority")},
        {"ordinary_turn", TR("an ordinary turn after priority calls")},
        {"queue_share", TR("its queue's share of this counter")},
        {"walk_in_priority", TR("priority without booking")},
        {"booking_due", TR("the booked time has come")},
        {"before_booking", TR("time before the next booking")},
        {"only_list", TR("nobody else waits")},
        {"priority_first", TR("priority came first")},
        {"other_queue_share", TR("another queue's share")},
        {"booking_not_due", TR("the booked time has not come")},
        {"called_recently", TR("was called a moment ago")},
        {"sent_ticket_first", TR("someone sent here came first")},
        {"other_class_first", TR("another class came first")},
    };
    for (size_t i = 0; code && i < sizeof sentences / sizeof *sentences; i++)
        if (strcmp(sentences[i].code, code) == 0)
            return tr(ui->lang, sentences[i].text);
    return code ? code : "";
}
