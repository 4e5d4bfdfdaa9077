/* screens/show_record.c: what a record of the outbox or a dispute is, in a person's words; its age and size. Pure. */
#include <string.h>

#include "screens/show.h"

enum { SECOND_MS = 1000, MINUTE_MS = 60 * SECOND_MS, HOUR_MS = 60 * MINUTE_MS, DAY_H = 24 };

/* What was done, as one would tell a colleague. Types that need the hall at once are here for the moment they wait. */
static const struct {
    const char *type, *text;
} records[] = {
    {"counter.open", TR("counter opened")},
    {"counter.pause", TR("break begun")},
    {"counter.resume", TR("break ended")},
    {"counter.close", TR("counter closed")},
    {"ticket.issue", TR("ticket issued")},
    {"ticket.check_in", TR("booking checked in")},
    {"ticket.rebook", TR("booking moved")},
    {"ticket.call_next", TR("call of the next person")},
    {"ticket.call", TR("call out of turn")},
    {"ticket.take", TR("taken from a colleague")},
    {"ticket.recall", TR("called again")},
    {"ticket.start", TR("visit begun")},
    {"ticket.no_show", TR("did not come")},
    {"ticket.hold", TR("parked")},
    {"ticket.resume", TR("taken back")},
    {"ticket.return", TR("put back into the queue")},
    {"ticket.finish", TR("visit finished")},
    {"ticket.cancel", TR("ticket cancelled")},
    {"ticket.transfer", TR("passed on")},
    {"ticket.stops", TR("stops of the visit changed")},
    {"ticket.undo", TR("step undone")},
    {"case.open", TR("application opened")},
    {"case.draft", TR("form filled in")},
    {"case.migrate", TR("form taken over")},
    {"case.submit", TR("application submitted")},
    {"case.check_document", TR("paper checked")},
    {"case.pay", TR("payment recorded")},
    {"case.decide", TR("decided")},
    {"case.confirm", TR("decision confirmed")},
    {"case.extend", TR("deadline extended")},
    {"case.complain", TR("complaint recorded")},
    {"case.void", TR("result withdrawn")},
    {"case.duplicate", TR("duplicate marked")},
    {"case.assign", TR("application assigned")},
    {"case.deliver", TR("result handed over")},
    {"case.withdraw", TR("application withdrawn")},
    {"case.correct", TR("correction added")},
    {"person.record", TR("person recorded")},
    {"person.reveal", TR("hidden value shown")},
    {"person.merge", TR("records merged")},
    {"person.unmerge", TR("records taken apart")},
    {"queue.assign", TR("queues of a counter changed")},
    {"queue.move", TR("people moved to another queue")},
    {"queue.rule", TR("rule of a queue changed")},
    {"hall.policy", TR("policy of the hall changed")},
    {"queue.level", TR("service level changed")},
    {"level.silence", TR("alarm silenced")},
    {"advice.answer", TR("advice answered")},
    {"queue.home", TR("queue taken back")},
    {"hall.move", TR("counters or people moved")},
    {"move.undo", TR("move taken back")},
    {"closure.request", TR("closing asked for")},
    {"closure.approve", TR("closing approved")},
    {"closure.reject", TR("closing rejected")},
    {"closure.withdraw", TR("closing withdrawn")},
    {"hall.alert", TR("emergency call sent")},
    {"hall.alert_seen", TR("emergency call answered")},
    {"hall.alert_end", TR("emergency call ended")},
    {"survey.record", TR("survey recorded")},
    {"dispute.resolve", TR("dispute settled")},
    {"bus.merge", TR("records of a bus")},
};

static const char *detail(const struct ui *ui, const char *type, const struct json *body)
{
    const char *outcome = json_text(body, "outcome"), *state = json_text(body, "state");
    if (outcome && strcmp(type, "ticket.finish") == 0)
        return show_outcome(ui, outcome);
    if (outcome && strcmp(type, "case.decide") == 0)
        return show_case_event(ui, outcome);
    if (state && strcmp(type, "case.check_document") == 0)
        return show_document_state(ui, state);
    return NULL;
}

const char *show_record(const struct ui *ui, const char *type, const struct json *body, char out[SHOW_TEXT])
{
    const char *text = NULL, *more = type ? detail(ui, type, body) : NULL;
    char unknown[SHOW_TEXT];
    for (size_t i = 0; type && !text && i < sizeof records / sizeof *records; i++)
        if (strcmp(records[i].type, type) == 0)
            text = tr(ui->lang, records[i].text);
    if (!text) {
        str_format(unknown, sizeof unknown, tr(ui->lang, TR("of a newer program: %s")), type ? type : "");
        text = unknown;
    }
    str_format(out, SHOW_TEXT, "%s%s%s", text, more ? ": " : "", more ? more : "");
    return out;
}

const char *show_age(const struct ui *ui, int64_t ms, char out[SHOW_TEXT])
{
    if (ms < MINUTE_MS)
        str_format(out, SHOW_TEXT, tr(ui->lang, TR("%d s")), (int)(ms < 0 ? 0 : ms / SECOND_MS));
    else if (ms < 2 * (int64_t)HOUR_MS)
        str_format(out, SHOW_TEXT, tr(ui->lang, TR("%d min")), (int)(ms / MINUTE_MS));
    else if (ms < 2 * (int64_t)DAY_H * HOUR_MS)
        str_format(out, SHOW_TEXT, tr(ui->lang, TR("%d h")), (int)(ms / HOUR_MS));
    else
        str_format(out, SHOW_TEXT, tr(ui->lang, TR("%d days")), (int)(ms / HOUR_MS / DAY_H));
    return out;
}

const char *show_size(int64_t bytes, char out[SHOW_TEXT])
{
    enum { KIB = 1024 };
    if (bytes < KIB)
        str_format(out, SHOW_TEXT, "%d B", (int)bytes);
    else if (bytes < (int64_t)KIB * KIB)
        str_format(out, SHOW_TEXT, "%.1f KiB", (double)bytes / KIB);
    else
        str_format(out, SHOW_TEXT, "%.1f MiB", (double)bytes / KIB / KIB);
    return out;
}
