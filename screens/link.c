/* screens/link.c: see link.h. */
#include "screens/link.h"

#include "core/base/str.h"
#include "screens/show.h"

enum { MINUTE_MS = 60 * 1000, HOUR_MS = 60 * MINUTE_MS, CLOCK_APART_MS = 2 * MINUTE_MS };
enum { HOURS_TOLD = 72, DAY_HOURS = 24 }; /* from three days on a clock is told in days */
enum apart_unit { APART_MINUTES, APART_HOURS, APART_DAYS };

/* Those that stop this workstation for good come from sync as they are; here they are only marked. */
static const char *const frozen[] = {
    TR("This installation is a copy; ask an administrator to run `loket outbox adopt` here. Nothing is sent "
       "until then; what was typed is kept."),
    TR("The hall's records of this installation are others than those here. Nothing here is lost; ask an "
       "administrator to run `loket outbox adopt` here."),
    TR("The hall has lost changes that this computer has seen. Nothing here was changed; tell an "
       "administrator "
       "before working on."),
};

static const char *frozen_text(const struct ui *ui)
{
    for (size_t i = 0; i < sizeof frozen / sizeof *frozen; i++)
        if (str_equal(ui->link.text, frozen[i]))
            return tr(ui->lang, frozen[i]);
    return ui->link.text;
}

/* "Work is kept here (3 records)." */
static void kept_text(const struct ui *ui, char out[LINK_SENTENCE])
{
    if (ui->link.unsent == 1)
        str_copy(out, LINK_SENTENCE, tr(ui->lang, TR("Work is kept here (1 record).")));
    else if (ui->link.unsent > 1)
        str_format(out, LINK_SENTENCE, tr(ui->lang, TR("Work is kept here (%d records).")),
                   (int)ui->link.unsent);
    else
        str_copy(out, LINK_SENTENCE, tr(ui->lang, TR("Work is kept here.")));
}

/* What is wrong since when, what becomes of the work, what to do. */
static void say_since(const struct ui *ui, const char *what, const char *todo, char out[LINK_SENTENCE])
{
    char kept[LINK_SENTENCE];
    kept_text(ui, kept);
    str_format(out, LINK_SENTENCE, "%s %s %s", what, kept, tr(ui->lang, todo));
}

static void offline_text(const struct ui *ui, char out[LINK_SENTENCE])
{
    char since[SHOW_TEXT], what[LINK_SENTENCE];
    show_since(ui, ui->link.since_ms, since);
    switch (ui->link.err) {
    case ERR_OFFLINE:
        str_format(what, sizeof what, tr(ui->lang, TR("Hall not reachable since %s.")), since);
        return say_since(ui, what, TR("Calling waits."), out);
    case ERR_INVALID:
        str_format(
            what, sizeof what,
            tr(ui->lang, TR("Offline (unexpected answer) since %s: something else answers at the hall's "
                            "address.")),
            since);
        return say_since(ui, what, TR("Calling waits."), out);
    case ERR_CONFLICT:
        str_format(
            what, sizeof what,
            tr(ui->lang, TR("Another hall answers at the hall's address since %s. Nothing was sent to it.")),
            since);
        return say_since(ui, what, TR("Tell an administrator."), out);
    case ERR_DISK_FULL:
        str_format(what, sizeof what, tr(ui->lang, TR("Hall cannot record since %s: its disk is full.")),
                   since);
        return say_since(ui, what, TR("Tell an administrator."), out);
    case ERR_TOO_OLD:
        str_copy(out, LINK_SENTENCE,
                 tr(ui->lang, TR("This Loket is too old for the hall: update it. Records are still sent. "
                                 "Calling waits.")));
        return;
    case ERR_DISK:
        str_copy(out, LINK_SENTENCE,
                 tr(ui->lang, TR("This computer cannot write to its disk: free some space, or tell an "
                                 "administrator. The hall waits.")));
        return;
    default:
        str_copy(out, LINK_SENTENCE, ui->link.text);
    }
}

static int64_t apart_ms(const struct link *link)
{
    return link->offset_ms < 0 ? -link->offset_ms : link->offset_ms;
}

static bool is_apart(const struct link *link)
{
    return link->state == LINK_ONLINE && apart_ms(link) > CLOCK_APART_MS;
}

/* A training hall has a clock of its own, which is none to set another by. */
static bool clock_is_wrong(const struct ui *ui)
{
    return !ui->training && is_apart(&ui->link);
}

/* How far the clocks are apart, in the unit that a person grasps. */
static int in_unit(const struct ui *ui, enum apart_unit *unit)
{
    int64_t apart = apart_ms(&ui->link), hours = apart / HOUR_MS;
    *unit = apart <= 2 * HOUR_MS ? APART_MINUTES : hours < HOURS_TOLD ? APART_HOURS : APART_DAYS;
    return (int)(*unit == APART_MINUTES ? apart / MINUTE_MS
                 : *unit == APART_HOURS ? hours
                                        : hours / DAY_HOURS);
}

bool link_clock_text(const struct ui *ui, char out[120])
{
    enum apart_unit unit;
    int n = in_unit(ui, &unit);
    if (!clock_is_wrong(ui))
        return false;
    if (unit == APART_DAYS)
        str_format(out, 120, tr(ui->lang, TR("! Clock differs by %d days")), n);
    else if (unit == APART_HOURS)
        str_format(out, 120, tr(ui->lang, TR("! Clock differs by %d h")), n);
    else
        str_format(out, 120, tr(ui->lang, TR("! Clock differs by %d min")), n);
    return true;
}

static void clock_sentence(const struct ui *ui, char out[LINK_SENTENCE])
{
    enum apart_unit unit;
    char apart[LINK_SENTENCE];
    int n = in_unit(ui, &unit);
    if (unit == APART_DAYS)
        str_format(apart, sizeof apart,
                   tr(ui->lang, TR("Clock differs by %d days from the hall's: set it right.")), n);
    else if (unit == APART_HOURS)
        str_format(apart, sizeof apart,
                   tr(ui->lang, TR("Clock differs by %d h from the hall's: set it right.")), n);
    else
        str_format(apart, sizeof apart,
                   tr(ui->lang, TR("Clock differs by %d min from the hall's: set it right.")), n);
    str_format(out, LINK_SENTENCE, "%s %s", apart,
               tr(ui->lang, TR("Nothing is lost: records keep their order.")));
}

static void expired_sentence(const struct ui *ui, char out[LINK_SENTENCE])
{
    char key[KEY_NAME];
    key_label(keymap_key(ui->keys, ACTION_SIGN_OUT, 0), key);
    str_format(
        out, LINK_SENTENCE,
        tr(ui->lang, TR("Your sign-in has ended: sign out (%s), then in again. What is not sent stays here, "
                        "and stays yours.")),
        key);
}

const char *link_sentence(const struct ui *ui, char out[LINK_SENTENCE])
{
    out[0] = '\0';
    if (ui->link.state == LINK_OFFLINE)
        offline_text(ui, out);
    else if (ui->link.state == LINK_FROZEN)
        str_copy(out, LINK_SENTENCE, frozen_text(ui));
    else if (ui->link.state == LINK_EXPIRED)
        expired_sentence(ui, out);
    else if (clock_is_wrong(ui))
        clock_sentence(ui, out);
    return out;
}

static bool is_anothers(const struct ui *ui, const struct link *link)
{
    return *link->seat_user && !str_equal(link->seat_user, ui->session.user);
}

const char *link_taken_over(const struct ui *ui, char out[LINK_SENTENCE])
{
    const struct link *link = &ui->link;
    char at[SHOW_TEXT];
    out[0] = '\0';
    if (link->seat_lost)
        str_format(out, LINK_SENTENCE, tr(ui->lang, TR("Counter %s taken over by %s at %s")), link->seat,
                   link->seat_name, show_clock(link->seat_at, at));
    return out;
}

bool link_lost_counter(const struct ui *ui, const struct link *before)
{
    bool was_mine = before->seat_lost || str_equal(before->seat_user, ui->session.user);
    return ui->session.signed_in && was_mine && str_equal(before->seat, ui->link.seat) &&
           is_anothers(ui, &ui->link);
}

const char *link_news(const struct ui *ui, const struct link *before, char out[LINK_SENTENCE])
{
    const struct link *now = &ui->link;
    char taken[LINK_SENTENCE];
    out[0] = '\0';
    if (now->seat_lost && !before->seat_lost)
        str_format(out, LINK_SENTENCE, "%s. %s", link_taken_over(ui, taken),
                   tr(ui->lang, TR("What you typed is kept; press c at the desk for another counter.")));
    else if (now->contested > before->contested)
        str_copy(
            out, LINK_SENTENCE,
            tr(ui->lang, TR("Two decisions: supervisor. Both are kept, and nothing is handed out until a "
                            "supervisor has chosen.")));
    else if (before->epoch && now->epoch > before->epoch && now->resent == 1)
        str_copy(out, LINK_SENTENCE, tr(ui->lang, TR("Hall restored; re-sending 1 record.")));
    else if (before->epoch && now->epoch > before->epoch && now->resent)
        str_format(out, LINK_SENTENCE, tr(ui->lang, TR("Hall restored; re-sending %d records.")),
                   (int)now->resent);
    else if (before->epoch && now->epoch > before->epoch)
        str_copy(out, LINK_SENTENCE, tr(ui->lang, TR("Hall restored; nothing of yours was missing.")));
    return out;
}

/* Whose word counts now, by the choice of dispute.resolve. */
static const char *verdict(const struct json *one)
{
    static const struct {
        const char *choice, *author, *other;
    } verdicts[] = {
        {"keep_mine", TR("yours counts"), TR("the other one counts")},
        {"keep_theirs", TR("the other one counts"), TR("yours counts")},
        {"fields", TR("some fields of each"), TR("some fields of each")},
        {"apply", TR("it was done once more"), TR("it was done once more")},
        {"apply_as_me", TR("it was done in their own name"), TR("it was done in their own name")},
        {"note", TR("it was kept as a note"), TR("it was kept as a note")},
    };
    bool mine = json_bool(one, "mine", false);
    for (size_t i = 0; i < sizeof verdicts / sizeof *verdicts; i++)
        if (str_equal(json_text(one, "choice"), verdicts[i].choice))
            return mine ? verdicts[i].author : verdicts[i].other;
    return TR("what the hall had stays");
}

const char *link_settled(const struct ui *ui, const struct json *settled, char out[LINK_SENTENCE])
{
    const struct json *one = json_first(settled);
    out[0] = '\0';
    if (one)
        str_format(out, LINK_SENTENCE, tr(ui->lang, TR("%s settled %s: %s.")), json_text_or(one, "by", "…"),
                   json_text_or(one, "number", "–"), tr(ui->lang, verdict(one)));
    return out;
}

bool link_turned(const struct link *before, const struct link *now)
{
    return before->state != now->state || before->err != now->err || is_apart(before) != is_apart(now);
}
