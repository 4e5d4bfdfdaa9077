/* screens/refusals.c: the hall's refusals in the clerk's language, by their code. The hall writes its sentences in
 * English, with the names and numbers in them; they are the fallback for a code that is not here. Pure. */
#include <stdio.h>
#include <string.h>

#include "screens/show.h"

struct refusal_text {
    const char *code, *text;
};

/* Sorted for whoever reads it. */
static const struct refusal_text refusals[] = {
    {"account_disabled", TR("An administrator disabled this account. What was recorded here and is not sent "
                            "yet is kept: ask an administrator.")},
    {"already_answered", TR("This was answered already. Nothing was changed.")},
    {"already_called", TR("You have called already, and everyone sees it. End that call to call anew.")},
    {"already_checked_in", TR("This booking is checked in already.")},
    {"already_closing",
     TR("This counter closes already: a supervisor approved it. Nothing was changed: take that back "
        "first.")},
    {"already_confirmed", TR("This is confirmed already.")},
    {"already_ended", TR("This call was ended already. Nothing was changed.")},
    {"already_extended", TR("The deadline was extended already: once is all.")},
    {"already_recorded", TR("This was recorded before. Nothing was changed.")},
    {"already_requested", TR("A request to close this counter waits for the supervisor already.")},
    {"already_yours", TR("This person is yours already: e takes them back.")},
    {"another_hall",
     TR("These records were made for another hall than the one that answers here. None was taken; "
        "they are kept.")},
    {"approval_needed", TR("No other counter serves a queue in which people wait. Nothing was changed: ask a "
                           "supervisor to close this one.")},
    {"bad_credentials", TR("The name or the password is not right.")},
    {"bus_is_away", TR("A mobile hall is on the road and may have this person along. Nothing was erased: "
                       "wait for its return.")},
    {"busy", TR("Many people sign in at once. Try again in a moment.")},
    {"called_since",
     TR("Somebody was called because of this move: it cannot be taken back. Nothing was changed: "
        "move it anew.")},
    {"cannot_apply", TR("This record cannot be applied again. Nothing was changed: drop it.")},
    {"cannot_begin", TR("This scenario cannot begin in this hall. Nothing was changed: choose another.")},
    {"case_closed", TR("This application is closed: nothing more is done with it.")},
    {"case_decided", TR("This application is decided already.")},
    {"case_erased",
     TR("What this application said was erased. Nothing was changed: open a new one if it is wanted.")},
    {"case_exists", TR("This application is open already.")},
    {"case_too_large", TR("This application holds too much. Nothing was changed: choose among its branches, "
                          "or shorten its texts.")},
    {"changed_meanwhile",
     TR("Somebody else changed this meanwhile. Nothing was changed: look at it as it is now.")},
    {"check_running", TR("A check of the audit is running already. Wait until it has ended.")},
    {"confirm_first", TR("This application waits for the second person who must confirm it.")},
    {"contested", TR("Two decisions stand against each other: a supervisor must resolve them first.")},
    {"counter_awaited",
     TR("Somebody waits for this counter. Nothing was changed: send them elsewhere first.")},
    {"counter_closed", TR("This counter is closed: open it first.")},
    {"counter_disabled", TR("This counter is no longer used. Choose another counter.")},
    {"counter_in_use", TR("This counter is open. Nothing was changed: disable it when it is closed.")},
    {"counter_open", TR("This counter is open already.")},
    {"counter_paused", TR("This counter is on a break: end the break first.")},
    {"counter_taken", TR("Someone else sits at this counter. Choose another, or take it over.")},
    {"decision_exists", TR("This decision is recorded already.")},
    {"different_numbers", TR("The two records have different numbers. Nothing was merged: look at the card, "
                             "correct the number first.")},
    {"disk_full", TR("The hall cannot record: its disk is full. Nothing is lost; work goes on as offline. "
                     "Tell whoever looks after its computer.")},
    {"dispute_closed", TR("This was closed already.")},
    {"dispute_open",
     TR("A record about this person waits for somebody to close it. Nothing was erased: close it first.")},
    {"draft_conflict", TR("Two people filled in the same fields: choose which text holds.")},
    {"draft_too_deep", TR("The answers are nested too deep. Nothing was changed: tell the administrator.")},
    {"draft_too_large", TR("The answers are too large. Nothing was changed: shorten the texts.")},
    {"extension_too_long", TR("The law does not allow so many more days.")},
    {"factor_off", TR("No second factor can be set up in this hall: it has no key for them. Nothing was "
                      "changed; tell whoever looks after the hall's computer.")},
    {"factor_unreadable", TR("The hall cannot read this account's second factor. Nothing was changed; ask an "
                             "administrator to take it away, and set up another.")},
    {"fence_old", TR("This counter was opened again elsewhere. Nothing is lost: open it here to go on.")},
    {"forbidden", TR("Your roles do not include this. Nothing was changed: ask a colleague who may.")},
    {"form_changed",
     TR("This form is not the one that it was opened with. What was typed is kept: tell the administrator.")},
    {"form_unusable",
     TR("The form of this service cannot be used. Nothing was recorded: tell the administrator.")},
    {"form_version_gone", TR("The form of this service has changed. What was typed is kept: open it again.")},
    {"gen_old", TR("Someone else has this ticket by now. Nothing was changed: look at it again.")},
    {"hall_is_mobile", TR("This is a mobile hall: its queues go home with its parcel, not one by one.")},
    {"hall_is_real", TR("A real hall answers here, and this folder belongs to a training hall: what was done "
                        "there never leaves it. Nothing was sent. To work, start Loket with another folder: "
                        "--data FOLDER.")},
    {"hall_is_training",
     TR("A training hall answers here, and this folder belongs to a real hall. Nothing was sent; "
        "what is not sent yet stays here. To train, start Loket with another folder: --data "
        "FOLDER.")},
    {"hall_role",
     TR("This role is for the whole hall: an administrator of the hall gives it. Nothing was changed.")},
    {"have_another",
     TR("You have another trainee's counter still. Nothing was changed: hand that one back first.")},
    {"hold_too_long", TR("A ticket is held for a day at most. Choose an earlier time.")},
    {"home_gen_old", TR("This queue was moved meanwhile. Nothing was changed: look at it again.")},
    {"identity_used", TR("Something else has this identity already. Nothing was changed: begin anew.")},
    {"internal", TR("The hall could not carry this out. Tell an administrator: the hall's log says more.")},
    {"invalid_amount", TR("This is no amount of money.")},
    {"invalid_born", TR("This is no date of birth.")},
    {"invalid_breaks", TR("The breaks are not written as they must be. Nothing was changed.")},
    {"invalid_factor", TR("The hall does not take this second factor. Nothing was changed: this program may "
                          "be too old for it.")},
    {"invalid_hours", TR("The hours are not written as they must be. Nothing was changed.")},
    {"invalid_kind", TR("The hall knows no such call. Nobody was told: choose one of the list.")},
    {"invalid_level", TR("A target is 1 to 480 minutes for 1 to 100 of 100 people. Nothing was changed.")},
    {"invalid_login", TR("A login is one word. Nothing was changed.")},
    {"invalid_name", TR("A name is one line. Nothing was changed.")},
    {"invalid_outcome", TR("Say what came of the visit.")},
    {"invalid_pace", TR("The pace is a whole number from 0, which is a pause, to 60. Nothing was changed.")},
    {"invalid_plan",
     TR("The lines of the plan follow one another, each from one time to a later one. Nothing was changed.")},
    {"invalid_purpose",
     TR("A look at hidden numbers has a purpose. Nothing was shown: choose one of the list.")},
    {"invalid_query", TR("The hall did not understand what it was asked. Nothing was changed: this program "
                         "may be too old for it.")},
    {"invalid_scores", TR("The survey was not answered whole. Nothing was recorded: answer each question.")},
    {"invalid_until", TR("That time is over already, or too far away. Nothing was changed: name another.")},
    {"invalid_weight", TR("The weight of a queue is a whole number within its limits. Nothing was changed.")},
    {"lapsed", TR("It has lapsed: it was not answered in time. Open a new application.")},
    {"last_administrator",
     TR("This is the hall's last administrator. Nothing was changed: make somebody else one first.")},
    {"last_ticket_over",
     TR("This queue gives no numbers at this time. No ticket was given; whoever holds a number is "
        "served.")},
    {"late_ticket", TR("Late upload from a bus: this visit went on there and here. Choose which counts.")},
    {"late_upload", TR("Late upload from a bus whose queue was taken back before it came.")},
    {"list_full", TR("No more entries are kept here. Nothing was changed.")},
    {"login_taken",
     TR("There is an account with this login already. Nothing was changed: choose another login.")},
    {"move_over", TR("This move is over already. Nothing was changed.")},
    {"move_too_old", TR("This was moved on another day. Nothing was changed: move it anew.")},
    {"moved_meanwhile", TR("A colleague moved the same meanwhile. Nothing was changed: look again.")},
    {"name_needed", TR("A person needs a name or an identity number.")},
    {"name_taken",
     TR("There is a counter with this name already. Nothing was changed: choose another name.")},
    {"needs_hall", TR("This needs the hall. Nothing was changed: do it when the connection is back.")},
    {"no_complaint", TR("Without a complaint it is not decided again.")},
    {"no_confirmation_needed", TR("This needs no second person.")},
    {"no_counter", TR("They sit at no counter: there is nothing to take over. Nothing was changed.")},
    {"no_day", TR("No day is played here yet. Nothing was changed: the trainer begins one.")},
    {"no_moment", TR("No moment is kept at or before that time. Nothing was changed: choose another.")},
    {"no_queue", TR("A counter serves at least one queue. Nothing was changed.")},
    {"no_role", TR("An account has at least one role. Nothing was changed.")},
    {"no_scenarios", TR("No scenario can be read. The day goes on: ask whoever installed this hall.")},
    {"nobody_here", TR("Nobody stands at this counter just now: there is nobody to ask.")},
    {"not_approved", TR("This application is not approved. Nothing was changed.")},
    {"not_booked", TR("This ticket is not booked: it waits already.")},
    {"not_bundled",
     TR("This service does not belong together with that of the other application. Nothing was changed.")},
    {"not_called", TR("This person is not called at the moment. Nothing was changed.")},
    {"not_decided", TR("This application is not decided yet.")},
    {"not_draft", TR("This was submitted already: it is not changed any more.")},
    {"not_due", TR("The legal time of this application is not over. Nothing was changed.")},
    {"not_effective",
     TR("The application has another decision now. Nothing was confirmed: look at that one first.")},
    {"not_extendable", TR("There is no deadline to extend.")},
    {"not_held", TR("This person is not parked. Nothing was changed.")},
    {"not_merged", TR("This record stands by itself: there is nothing to take apart.")},
    {"not_parked", TR("This person is at a colleague's counter. Nothing was changed: ask them.")},
    {"not_ready", TR("The result is not ready yet. Nothing was changed.")},
    {"not_seen", TR("Only who may see both records whole merges them. Nothing was changed: ask a clerk.")},
    {"not_serving", TR("The service of this person has not begun, or is over. Nothing was changed.")},
    {"not_signed_in", TR("You are not signed in. Nothing was changed: sign in.")},
    {"not_submitted", TR("This application is not submitted, or decided already. Nothing was changed.")},
    {"not_today", TR("This booking is for another day. Nobody was called: check it in for today first.")},
    {"not_training", TR("This is a real hall: nobody is trained in it. Nothing was changed.")},
    {"not_waiting", TR("This person is not waiting any more. Nothing was changed.")},
    {"not_yet", TR("The hall still reads its older records and would miss some. Nothing was erased: ask "
                   "again in some minutes.")},
    {"not_your_counter", TR("This counter is no longer yours: open it again.")},
    {"not_your_role", TR("Your roles do not include this. Nothing was changed: ask a colleague who may.")},
    {"not_your_ticket", TR("This person is with another clerk: ask them, or a supervisor.")},
    {"not_yours", TR("Somebody else has set this: it stays. Speak with them.")},
    {"note_needed", TR("Say why you do not agree: the decision goes back with your note.")},
    {"nothing_issued", TR("Nothing was made out that could be voided.")},
    {"nothing_to_move", TR("Everything is there already: nothing was moved. Choose another place.")},
    {"nothing_to_undo",
     TR("There is nothing to undo: only the last hold, finish, no-show, transfer or cancel.")},
    {"number_clash", TR("A number was given out twice: one of the two has another now.")},
    {"number_could_be_real",
     TR("This is a training hall, and this number could be somebody's. Nothing was recorded. Invented ones: "
        "NIK and FIN begin with 99, telephones have 0000 before their last four digits.")},
    {"on_the_road", TR("People are erased at the home of this mobile hall. Nothing was erased: ask there, "
                       "when it is back.")},
    {"open_branches", TR("Two people filled in the same fields. Choose which text holds, then submit.")},
    {"open_tickets", TR("People are still open here: finish, hand over or return them first.")},
    {"other_agency", TR("This belongs to another agency. Nothing was changed: ask a colleague there.")},
    {"other_counter_open",
     TR("You still have someone at another counter. Finish or return them there first.")},
    {"other_currency", TR("The fee is in another currency.")},
    {"other_day",
     TR("This booking is for another day. Nothing was changed: take it as a walk-in, or move it.")},
    {"own_account",
     TR("Nobody disables their own account, or changes its roles or agency. Nothing was changed; "
        "ask another administrator.")},
    {"own_key",
     TR("Nobody gives themself a password here, or takes away their own second factor: nothing here proves "
        "who they are. Nothing was changed; ask another administrator, or whoever looks after the hall's "
        "computer.")},
    {"password_at_home",
     TR("On the bus passwords stay as they are: change it when you are back. Nothing was changed.")},
    {"password_expired", TR("This password is older than this hall allows. Take a new one to come in.")},
    {"password_lapsed", TR("This password was given to you and not used in time: it opens nothing any more. "
                           "Nothing was lost; ask an administrator for a new one.")},
    {"password_first", TR("Somebody else chose this password. Take one of your own to come in.")},
    {"people_left", TR("People with numbers from before still wait for this counter. Nothing was changed: "
                       "call them first.")},
    {"person_conflict", TR("A bus and this hall changed the same fields of a person. Choose which hold.")},
    {"person_erased", TR("This person's data was erased, as they asked. Nothing was recorded: if they are "
                         "here again, record them anew.")},
    {"person_merged",
     TR("This record was merged into another. Nothing was changed: open the one that goes on.")},
    {"person_twice", TR("One person was recorded on a bus and here. Join the two, or keep them apart.")},
    {"queue_elsewhere", TR("This queue is called by a mobile hall now. Ask the supervisor.")},
    {"queue_not_assigned", TR("This counter does not serve that queue. Ask the supervisor.")},
    {"quota_used_up",
     TR("All numbers of this service are given. No ticket was given: book for later, or ask the "
        "supervisor.")},
    {"reason_needed", TR("A reason is needed. Nothing was changed.")},
    {"representative_unknown", TR("A representative is named, with the document that was shown and its "
                                  "number. Nothing was handed over.")},
    {"results_unreadable",
     TR("The results of earlier days cannot be read now. They are kept: ask whoever installed this hall.")},
    {"row_changed", TR("A record was changed meanwhile. Nothing was merged: look at both again.")},
    {"same_case",
     TR("An application cannot be a duplicate of itself. Nothing was changed: choose the other one.")},
    {"same_home", TR("The queue is there already. Nothing was changed.")},
    {"same_password", TR("This is the password of before. Nothing was changed: take another one.")},
    {"same_person", TR("Someone other than who decided must do this.")},
    {"same_queue", TR("That is the queue where they wait already. Nothing was moved.")},
    {"same_record", TR("That is the same record twice. Nothing was merged: choose two.")},
    {"second_factor", TR("The password is right. This account has a second factor too: type the six figures "
                         "that its app shows now, or a code kept on paper.")},
    {"second_factor_first",
     TR("This account comes in by a second factor, and has none yet. Set one up to come in.")},
    {"session_ended", TR("This sign-in has ended. What was recorded is kept: sign in again.")},
    {"still_serving", TR("Someone is still at your counter. Nothing was changed: finish that visit first.")},
    {"stopping", TR("The hall stops. What was saved is kept: try again soon.")},
    {"store_failed", TR("The hall cannot reach its data. What was recorded is kept: try again soon.")},
    {"taken_already",
     TR("Another trainer has that counter already. Nothing was changed: hand it back first.")},
    {"target_needed", TR("Where to? Name a queue, a counter or a person.")},
    {"text_too_long", TR("This text is too long. Nothing was sent: say it shorter.")},
    {"ticket_exists", TR("This ticket was issued already. Nothing was changed.")},
    {"time_over", TR("That time is over. Nothing was changed: choose a later one.")},
    {"too_early", TR("The last call was only a moment ago: wait a little more.")},
    {"too_few_calls", TR("This person was not called often enough yet: recall first.")},
    {"too_long", TR("This is too long. Nothing was sent: use fewer words.")},
    {"too_many_alerts",
     TR("Too many calls are open already: this one was not sent. End some of them, or call out loud.")},
    {"too_many_attempts", TR("Too many attempts. Wait a moment, then try again.")},
    {"too_many_branches",
     TR("Two people filled in too many fields differently. Nothing was changed: choose among them first.")},
    {"too_many_connections", TR("The hall has more connections than it can serve now. What was recorded is "
                                "kept: try again in a few seconds.")},
    {"too_many_polls", TR("This account waits for news at as many workstations as one may. What was recorded "
                          "is kept: sign out at some of them.")},
    {"too_many_queues", TR("That is more queues than go at a time. Nothing was changed: leave some out.")},
    {"too_many_records", TR("This person has too many records. Nothing was merged: tell the administrator.")},
    {"too_many_requests", TR("Too much was asked from this address without a sign-in. What was recorded is "
                             "kept: wait a moment, then try again.")},
    {"too_many_rushes",
     TR("So many people came today already that no more are let in. Nothing was changed.")},
    {"too_old",
     TR("This program is too old to call citizens here. What it recorded is taken: have it updated.")},
    {"trainee_busy",
     TR("They serve somebody at another counter now. Nothing was changed: hand it back when that visit is "
        "over.")},
    {"trainer_no_clerk",
     TR("Your account may not serve at a counter. Nothing was changed: an administrator gives it the role "
        "clerk beside that of a trainer.")},
    {"undo_over", TR("It has counted for too long to be taken back. Choose anew instead.")},
    {"undo_too_late", TR("The last step is more than a minute ago: it can no longer be undone.")},
    {"unknown_agency", TR("The hall has no such agency. Nothing was changed.")},
    {"unknown_choice",
     TR("The hall does not know this choice. Nothing was changed: choose one of the list.")},
    {"unknown_correction", TR("No such correction was asked for.")},
    {"unknown_counter", TR("There is no such counter. Nothing was changed.")},
    {"unknown_decision", TR("This decision is of another application, or cannot be read. Nothing was "
                            "changed: look at it again.")},
    {"unknown_document", TR("This service asks for no such paper.")},
    {"unknown_field", TR("This form has no such field.")},
    {"unknown_hall", TR("The hall is not set up yet. Nothing was changed: tell the administrator.")},
    {"unknown_line", TR("The audit has no such line, or it is another agency's.")},
    {"unknown_output", TR("This service gives no such thing.")},
    {"certificate_needed",
     TR("This hall takes its own workstations alone, and this one has no certificate that counts. "
        "Nothing was taken; what is recorded here stays. An administrator gives it one.")},
    {"codes_off", TR("Too many codes were wrong, one after the other: six figures open this account no more. "
                     "Nothing is lost; type a code kept on paper, or ask an administrator to take the second "
                     "factor away.")},
    {"unknown_policy", TR("The hall has no such policy. Nothing was changed.")},
    {"unknown_priority", TR("This hall has no such priority. No ticket was given.")},
    {"unknown_question",
     TR("They do not understand that question. Nothing was changed: ask another of the list.")},
    {"unknown_queue", TR("The hall has no such queue. Nothing was changed.")},
    {"unknown_reason", TR("This is no reason of this service. Choose one of its own.")},
    {"unknown_role", TR("The hall has no such role. Nothing was changed.")},
    {"unknown_rule", TR("The hall has no such rule. Nothing was changed: choose one of the list.")},
    {"unknown_scenario", TR("There is no such scenario. Nothing was changed: choose one of the list.")},
    {"unknown_service", TR("The hall does not know this service any more.")},
    {"unknown_task", TR("The hall does not know what is asked of it. Nothing was changed: this program may "
                        "be newer than the hall.")},
    {"unknown_ticket", TR("The hall does not know this ticket. Nothing was changed: look it up again.")},
    {"unknown_tier", TR("This service has no such fee today.")},
    {"unknown_trouble",
     TR("The hall does not know this trouble. Nothing was changed: choose one of the list.")},
    {"unknown_user", TR("This person no longer works here. Choose someone else.")},
    {"user_inactive", TR("This account is not active any more: ask the administrator.")},
    {"version_old", TR("There is a newer version still. Nothing was changed: look at it again.")},
    {"version_same", TR("This application is on that version already.")},
    {"visit_open", TR("A ticket of this person is still open. Nothing was erased: end or cancel it first.")},
    {"visit_over", TR("This visit is over. Nothing was changed: give a new ticket.")},
    {"voided", TR("The output was voided: make out a new copy first.")},
    {"used_code",
     TR("This code was used already. Wait for the next one, half a minute at most, and type that.")},
    {"weak_password",
     TR("This password is easy to guess: take twelve signs or more, such as four words; no name, no row of "
        "keys, none of the commonest. Nothing was changed.")},
    {"wrong_code",
     TR("This code is not right, or the clock of the phone or of the hall is wrong. Type the six "
        "figures that the app shows now.")},
    {"wrong_new_code", TR("This is not a code of the new second factor. Nothing was changed: type the six "
                          "figures that the app shows now, and see that its clock is right.")},
};

static const struct refusal_text *text_of(const char *code)
{
    for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++)
        if (str_equal(refusals[i].code, code))
            return &refusals[i];
    return NULL;
}

const char *show_refusal(const struct ui *ui, const char *code, const char *message)
{
    if (str_empty(code) || (ui->lang == LANG_EN && !str_empty(message)))
        return message ? message : "";
    const struct refusal_text *found = text_of(code);
    return found ? tr(ui->lang, found->text) : message ? message : "";
}

/* --- with the times that the hall's sentence names --- */

/* " · numbers again: 25.11.2026 09:00"; "" where the sentence does not say. */
static void again_words(const struct ui *ui, const char *message, char out[SHOW_TEXT])
{
    char date[12] = "", clock[8] = "", day[SHOW_TEXT], when[SHOW_TEXT], text[SHOW_TEXT];
    const char *from = strstr(message, " From ");
    out[0] = '\0';
    if (!from || sscanf(from, " From %10[0-9-] %5[0-9:]", date, clock) < 1)
        return;
    str_format(when, sizeof when, "%.40s%s%s", show_day(ui, date, day), *clock ? " " : "", clock);
    str_format(text, sizeof text, tr(ui->lang, TR("numbers again: %s")), when);
    str_format(out, SHOW_TEXT, " · %.140s", text);
}

/* The hall's own sentence names the time and the queue; another one, of another hall's version, is told without. */
static bool last_ticket(const struct ui *ui, const char *message, char out[SHOW_REFUSED])
{
    char clock[6], queue[41], again[SHOW_TEXT];
    if (sscanf(message, "At %5[0-9:] queue %40[^ ] gives no", clock, queue) != 2)
        return false;
    again_words(ui, message, again);
    str_format(
        out, SHOW_REFUSED,
        tr(ui->lang, TR("At %s queue %s gives no numbers. No ticket was given; whoever holds a number is "
                        "served.")),
        clock, queue);
    size_t length = strlen(out);
    str_format(out + length, SHOW_REFUSED - length, "%s", again);
    return true;
}

const char *show_refusal_told(const struct ui *ui, const char *code, const char *message,
                              char out[SHOW_REFUSED])
{
    if (ui->lang == LANG_EN || !str_equal(code, "last_ticket_over") || !message ||
        !last_ticket(ui, message, out))
        str_copy(out, SHOW_REFUSED, show_refusal(ui, code, message));
    return out;
}

/* --- who did it, when, and what it is now --- */

static void moved_text(const struct ui *ui, const struct json *data, char out[SHOW_REFUSED])
{
    const char *counter = json_text(data, "counter_name"), *by = json_text(data, "by_name"),
               *codes = json_text(data, "codes");
    char clock[SHOW_TEXT];
    show_clock(json_text(data, "at"), clock);
    if (!codes)
        codes = "…";
    if (counter && by)
        str_format(out, SHOW_REFUSED,
                   tr(ui->lang, TR("%s moved counter %s at %s: it serves %s now. Nothing was changed; what "
                                   "stands here is as it is now.")),
                   by, counter, clock, *codes ? codes : tr(ui->lang, TR("no queue")));
    else if (counter)
        str_format(out, SHOW_REFUSED,
                   tr(ui->lang, TR("A move ended meanwhile: counter %s serves %s now. Nothing was changed; "
                                   "what stands here is as it is now.")),
                   counter, *codes ? codes : tr(ui->lang, TR("no queue")));
    else
        str_format(
            out, SHOW_REFUSED,
            tr(ui->lang, TR("%s moved %s at %s. Nothing was changed; what stands here is as it is now.")),
            by ? by : "…", json_text_or(data, "number", "?"), clock);
}

static bool called_text(const struct ui *ui, const char *code, const struct json *data,
                        char out[SHOW_REFUSED])
{
    const char *number = json_text(data, "number"), *counter = json_text(data, "counter_name");
    char clock[SHOW_TEXT];
    if (!number)
        return false;
    if (counter && *show_clock(json_text(data, "at"), clock))
        str_format(
            out, SHOW_REFUSED,
            str_equal(code, "called_since")
                ? tr(ui->lang, TR("It cannot be taken back any more: %s was called at counter %s at %s. "
                                  "Nothing was changed: move it anew."))
                : tr(ui->lang, TR("%s was called at counter %s at %s. Nothing was changed; what stands "
                                  "here is as it is now.")),
            number, counter, clock);
    else
        str_format(
            out, SHOW_REFUSED,
            tr(ui->lang, TR("%s is not waiting any more. Nothing was changed; what stands here is as it "
                            "is now.")),
            number);
    return true;
}

const char *show_refused(const struct ui *ui, const struct json *result, char out[SHOW_REFUSED])
{
    const struct json *data = json_get(result, "data"), *error = json_get(result, "error");
    const char *code = json_text_or(error, "code", "");
    bool called = str_equal(code, "called_since") || str_equal(code, "not_waiting");
    if (str_equal(code, "moved_meanwhile") && (json_text(data, "counter_name") || json_text(data, "number")))
        moved_text(ui, data, out);
    else if (!called || !called_text(ui, code, data, out))
        show_refusal_told(ui, code, json_text_or(error, "message", ""), out);
    return out;
}
