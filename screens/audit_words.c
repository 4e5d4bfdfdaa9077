/* screens/audit_words.c: the lines of the audit as people say them. What a command is called is said in show_record.c; here
 * are the hall's own doings. Pure. */
#include <stdlib.h>
#include <string.h>

#include "core/command/command.h"
#include "screens/audit.h"

/* --- what --- */

/* What the hall and its administrator do outside the table of commands. */
static const struct {
    const char *type, *text;
} own[] = {
    {"hall.init", TR("hall made")},
    {"hall.setup", TR("hall made")},
    {"hall.bookings", TR("bookings whose time has come")},
    {"hall.day", TR("business day turned")},
    {"hall.leases", TR("counters that nobody attends")},
    {"hall.leases_restart", TR("counters after the hall's start")},
    {"hall.backup", TR("backup begun")},
    {"store.move", TR("hall moved to another store")},
    {"hall.restore", TR("hall restored from a backup")},
    {"hall.failover", TR("hall went on without its last records")},
    {"training.take", TR("trainer took a counter over")},
    {"training.hand_back", TR("trainer handed a counter back")},
    {"training.keys", TR("keys of a visit counted")},
    {"training.rows", TR("trainees' rows brought up to date")},
    {"service.import", TR("service read in")},
    {"catalogue.import", TR("catalogue read in")},
    {"user.add", TR("account added")},
    {"user.disable", TR("account disabled")},
    {"user.enable", TR("account enabled again")},
    {"user.change", TR("account changed")},
    {"user.own_password", TR("own password changed")},
    {"user.own_sign_out", TR("own other sign-ins ended")},
    {"user.own_factor", TR("own second factor set up")},
    {"user.no_factor", TR("second factor taken away")},
    {"user.password", TR("password changed")},
    {"user.sign_out", TR("signed out everywhere")},
    {"counter.add", TR("counter added")},
    {"counter.change", TR("counter changed")},
    {"counter.disable", TR("counter taken out of use")},
    {"counter.enable", TR("counter in use again")},
    {"person.export", TR("all data of a person given out")},
    {"person.erase", TR("data of a person erased")},
    {"retention.shorten", TR("old changes shortened")},
    {"key.add", TR("key for another system made")},
    {"key.revoke", TR("key of another system revoked")},
    {"webhook.add", TR("address for events added")},
    {"webhook.remove", TR("address for events removed")},
    {"cases.export", TR("applications exported")},
    {"cases.export_unmasked", TR("applications exported with hidden values")},
    {"application.receive", TR("application left by another system")},
    {"case.deem", TR("granted by law, as its time was over")},
    {"case.lapse", TR("lapsed, as nobody answered in time")},
    {"move.over", TR("move ended by itself")},
    {"bus.depart", TR("bus departed")},
    {"bus.begin", TR("bus began its day")},
    {"bus.counters", TR("counters of the bus made")},
    {"bus.take", TR("records taken over from a bus")},
    {"bus.merge", TR("records of a bus")},
    {"audit.head", TR("head of the audit as the day ended")},
    {"audit.look", TR("audit looked at")},
    {"audit.export", TR("audit saved to a file")},
    {"audit.verify", TR("audit checked")},
};
enum { OWN = sizeof own / sizeof *own };

const char *audit_type(const struct ui *ui, const char *type, char out[SHOW_TEXT])
{
    for (int i = 0; i < OWN; i++)
        if (str_equal(own[i].type, type)) {
            str_copy(out, SHOW_TEXT, tr(ui->lang, own[i].text));
            return out;
        }
    if (command_known(type))
        return show_record(ui, type, NULL, out);
    str_copy(out, SHOW_TEXT, type); /* of a newer hall, or of another: its own name says most */
    return out;
}

const char *audit_type_at(int index)
{
    int count;
    const struct command_info *table = command_table(&count);
    return index < count ? table[index].type : index < count + OWN ? own[index - count].type : NULL;
}

static bool holds(const char *text, const char *folded)
{
    struct buf mine = {0};
    utf8_fold(&mine, text);
    bool found = strstr(buf_text(&mine), folded) != NULL;
    buf_free(&mine);
    return found;
}

void audit_types_with(const struct ui *ui, const char *letters, char *out, size_t capacity)
{
    struct buf folded = {0}, list = {0};
    char name[SHOW_TEXT];
    utf8_fold(&folded, letters);
    for (int i = 0; *letters && audit_type_at(i); i++) {
        const char *type = audit_type_at(i);
        if (!holds(audit_type(ui, type, name), buf_text(&folded)) ||
            list.length + strlen(type) + 2 > capacity)
            continue;
        buf_addf(&list, "%s%s", list.length ? "," : "", type);
    }
    str_copy(out, capacity, buf_text(&list));
    buf_free(&folded);
    buf_free(&list);
}

/* --- on what --- */

const char *audit_about(const struct ui *ui, const struct json *about, char out[SHOW_TEXT])
{
    static const char *const names[][2] = {
        {"ticket", TR("ticket")},   {"case", TR("application")},    {"person", TR("person")},
        {"counter", TR("counter")}, {"queue", TR("queue")},         {"user", TR("account")},
        {"service", TR("service")}, {"agency", TR("agency")},       {"document", TR("paper")},
        {"payment", TR("payment")}, {"decision", TR("decision")},   {"dispute", TR("dispute")},
        {"closure", TR("closing")}, {"survey", TR("survey")},       {"alert", TR("emergency call")},
        {"move", TR("move")},       {"station", TR("workstation")}, {"hall", TR("hall")},
    };
    const char *wire = json_text_or(about, "t", ""), *name = wire, *label = json_text_or(about, "label", "");
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (str_equal(names[i][0], wire))
            name = tr(ui->lang, names[i][1]);
    str_format(out, SHOW_TEXT, *label ? "%s %s" : "%s", name, label);
    return out;
}

/* What has a number or a name is said before what has none, each kind without one only once. */
static void add_abouts(const struct ui *ui, const struct json *about, struct buf *out)
{
    enum { SAID_MAX = 3 };
    char words[SHOW_TEXT];
    int said = 0;
    for (int named = 1; named >= 0; named--)
        for (const struct json *one = json_first(about); one && said < SAID_MAX; one = json_next(one)) {
            if (str_empty(json_text(one, "label")) == named)
                continue;
            audit_about(ui, one, words);
            if (named || !strstr(buf_text(out), words)) {
                buf_addf(out, " · %s", words);
                said++;
            }
        }
}

const char *audit_sentence(const struct ui *ui, const struct json *line, char out[4 * SHOW_TEXT])
{
    char type[SHOW_TEXT];
    struct buf text = {0};
    buf_adds(&text, audit_type(ui, json_text_or(line, "type", ""), type));
    add_abouts(ui, json_get(line, "about"), &text);
    str_copy(out, 4 * SHOW_TEXT, buf_text(&text));
    buf_free(&text);
    return out;
}

const char *audit_who(const struct ui *ui, const struct json *line)
{
    const char *name = json_text_or(line, "name", ""), *user = json_text_or(line, "user", "");
    return *name ? name : *user ? user : tr(ui->lang, TR("the hall itself"));
}

const char *audit_outcome(const struct ui *ui, const struct json *line, char out[2 * SHOW_TEXT])
{
    const char *outcome = json_text_or(line, "outcome", ""), *code = strchr(outcome, ' ');
    if (!str_starts(outcome, "refused")) {
        str_copy(out, 2 * SHOW_TEXT,
                 str_equal(outcome, "applied") ? tr(ui->lang, TR("carried out")) : outcome);
        return out;
    }
    str_format(out, 2 * SHOW_TEXT, "%s: %s", tr(ui->lang, TR("refused")),
               code ? show_refusal(ui, code + 1, code + 1) : "");
    return out;
}

/* --- what is asked for --- */

static void part(struct buf *out, const char *text)
{
    buf_addf(out, "%s%s", out->length ? " · " : "", text);
}

static void add_types(const struct audit *self, const struct ui *ui, struct buf *out)
{
    char type[64], words[SHOW_TEXT];
    const char *more = strchr(self->only.types, ',');
    if (!*self->only.types)
        return;
    str_format(type, sizeof type, "%.*s", (int)strcspn(self->only.types, ","), self->only.types);
    part(out, audit_type(ui, type, words));
    if (more)
        buf_adds(out, ", …");
}

void audit_filters(const struct audit *self, const struct ui *ui, struct buf *out)
{
    char day[SHOW_TEXT], last[SHOW_TEXT], text[2 * SHOW_TEXT + 8];
    if (*self->only.from) {
        bool one = str_equal(self->only.from, self->only.to);
        str_format(text, sizeof text, one ? "%s" : "%s – %s", show_day(ui, self->only.from, day),
                   show_day(ui, self->only.to, last));
        part(out, text);
    }
    if (*self->only.user)
        part(out, self->only.user_name);
    add_types(self, ui, out);
    if (*self->only.subject)
        part(out, self->only.subject);
    if (*self->only.letters) {
        str_format(text, sizeof text, "“%s”", self->only.letters);
        part(out, text);
    }
    if (self->only.refused)
        part(out, tr(ui->lang, TR("refused")));
    if (!out->length)
        buf_adds(out, tr(ui->lang, TR("all lines")));
}

/* --- what the check came to --- */

static char *fault_sentence(const struct ui *ui, const struct json *bad)
{
    char number[16];
    const char *column = json_text_or(bad, "column", ""), *fault = json_text_or(bad, "fault", "");
    list_number((int)json_int(bad, "rev", 0), number);
    char *text = xasprintf(
        tr(ui->lang, str_equal(fault, "missing")   ? TR("Line %s is missing.")
                     : str_equal(fault, "altered") ? TR("Line %s was altered: its hash does not fit.")
                     : str_equal(fault, "apart")   ? TR("Line %s does not follow the one before it.")
                                                   : TR("Line %s cannot be read.")),
        number);
    if (!*column)
        return text;
    char *where = xasprintf(tr(ui->lang, TR("It is its column %s that was changed.")), column);
    char *both = xasprintf("%s %s", text, where);
    free(text);
    free(where);
    return both;
}

static char *kept_sentence(const struct ui *ui, const struct json *kept)
{
    char number[16], moment[SHOW_TEXT];
    list_number((int)json_int(kept, "rev", 0), number);
    if (!json_text(kept, "found"))
        return xasprintf(tr(ui->lang, TR("Line %s, which was saved, is not there any more.")), number);
    return xasprintf(tr(ui->lang, json_bool(kept, "same", false)
                                      ? TR("Line %s of %s, which was saved, is still there unchanged.")
                                      : TR("Line %s of %s is not the one that was saved.")),
                     number, show_moment(ui, json_text(kept, "at"), moment));
}

int audit_verdict(const struct audit *self, const struct ui *ui, char *lines[4], bool *bad)
{
    const struct json *told = self->check.told, *head = json_get(told, "head"),
                      *kept = json_get(told, "kept");
    char number[16], moment[SHOW_TEXT];
    int count = 0;
    *bad = !json_is_null(json_get(told, "bad")) || (json_is_object(kept) && !json_bool(kept, "same", false));
    if (!str_equal(json_text(told, "state"), "done")) {
        *bad = true;
        lines[count++] = xstrdup(tr(
            ui->lang, TR("The hall could not carry the check out. Nothing was changed: its log says why.")));
        return count;
    }
    list_number((int)json_int(told, "lines", 0), number);
    if (json_is_object(json_get(told, "bad"))) {
        lines[count++] = fault_sentence(ui, json_get(told, "bad"));
        lines[count++] = xasprintf(tr(ui->lang, TR("The %s lines before it are unbroken. Keep a backup as it "
                                                   "is, and tell who answers for the hall.")),
                                   number);
    } else {
        lines[count++] = xasprintf(tr(ui->lang, TR("%s lines, unbroken; the last of %s.")), number,
                                   show_moment(ui, json_text(head, "at"), moment));
        lines[count++] = xasprintf(tr(ui->lang, TR("Head %s")), json_text_or(head, "hash", ""));
    }
    if (json_is_object(kept))
        lines[count++] = kept_sentence(ui, kept);
    return count;
}
