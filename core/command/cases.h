/* core/command/cases.h: what the rules of applications share; only case_*.c, person.c and dispute.c include it.
 *
 * Members of a case's row beside those of PROTOCOL.md section 5:
 *   outcome decision decision_rev   the effective decision: its word, its row, the rev that made it effective
 *   decided_by confirmed_by confirm_pending
 *   holder_work                     idle drafted decided: what the holder did since hold_gen last grew
 *   submitted                       the form as it was handed in; the draft may be worked on further
 *   returned{by,at,decision,fields[{pointer}],papers[code]}
 *                                   what is to be completed; lapses_at: until when it may be answered
 *   pauses[{from,until}]            days on which the clock stood still
 *   draft_revs{pointer:{rev,by}} branches[]   who wrote what, and what two people wrote differently
 *   form_version form_sha256        the form that it was opened with; migrations[] says which drafts were taken over
 *   arrival{key,name,account,reference,at,language,person,missing{fields,papers}}
 *                                   how another system left it (hall/applications.h): the person as that one wrote it
 *   paid extensions[] due_first_at complaints[] corrections[] outputs[] contests[] queue duplicate_of */
#pragma once
#include "core/command/persons.h"
#include "core/command/rules.h"
#include "core/form/form.h"
#include "core/model/calendar.h"
#include "core/model/case.h"

enum {
    CASE_DRAFT_BYTES_MAX = 128 * 1024,
    CASE_ROW_BYTES_MAX = 2 * 1024 * 1024, /* with all that is remembered: it must still reach a workstation */
    CASE_DRAFT_DEPTH_MAX = 24, /* a row travels inside a feed item: JSON_DEPTH_MAX holds for the whole */
    CASE_LIST_MAX = 64,        /* branches, complaints, corrections … of one case */
    CASE_ROWS_MAX = 200,       /* documents, payments or decisions of one case that are read */
    HOLIDAYS_MAX = 512,
};

/* --- case_row.c --- */
void case_read(const struct json *row, struct case_file *file);
void case_write(const struct case_file *file,
                struct json *row); /* a new holder starts with holder_work idle */
/* body.case, of the actor's agency, with its service. */
enum err case_load(struct call *c, struct json **row, struct json **service) MUST_USE;
/* The service in the version that the case was opened with; the newest when that is not here any more, an empty
 * object when the service is gone. */
enum err case_service(struct call *c, const struct json *row, struct json **service) MUST_USE;
/* Applies act to the row (time and, when NULL, person and agency are filled in) and stamps it. */
enum err case_do(struct call *c, struct json *row, const struct case_act *act) MUST_USE;
/* Saves the row and puts {"case","state"} into the answer. */
enum err case_save(struct call *c, struct json *row) MUST_USE;
enum case_state case_state_of(const struct json *row);
bool case_is_undecided(enum case_state state); /* open, and nobody has decided it */
enum err case_need_undecided(struct call *c, const struct json *row) MUST_USE;
const char *case_title(const struct json *row); /* its number, or "This application" before it has one */
/* Remembers that the holder has worked on it since it became theirs. */
void case_touch(const struct call *c, struct json *row);
/* An id of the body (letters, digits, - _ .), or when absent one derived from the command. */
enum err body_id(struct call *c, const char *name, char id[MODEL_ID]) MUST_USE;
enum err body_word(struct call *c, const char *name, const char *const words[], const char **word) MUST_USE;
/* A list of the row that may grow to CASE_LIST_MAX; refused as list_full beyond. */
enum err case_list(struct call *c, struct json *row, const char *name, struct json **list) MUST_USE;
/* {"at","by"} of now, to be added to a list of the row. */
struct json *case_note(struct call *c);
/* An identity made from two texts: the same on the workstation and at the hall. */
void case_part_id(const char *case_id, const char *part, char out[UUID_TEXT]);
/* What was submitted, else the draft: what papers and notices speak of. */
const struct json *case_form_data(const struct json *row);

/* Approvals and refusals that the service wants a second person for. */
bool case_wants_second(const struct json *service, const char *outcome);
/* Puts element (taken) in the place of the index-th of a list of the row. */
void case_list_set(struct json *row, const char *name, size_t index, struct json *element);

struct hall_calendar {
    struct calendar calendar;
    int32_t holidays[HOLIDAYS_MAX];
};
void hall_calendar_read(const struct json *hall, struct hall_calendar *out);
/* due_at from complete_at, the service's time and what was granted on top; null when no time is said. */
enum err case_set_due(struct call *c, struct json *row, const struct json *service) MUST_USE;

/* Refused as other_agency or user_inactive when that user or queue could not act on the case. */
enum err case_need_colleague(struct call *c, const struct json *row, const struct json *user) MUST_USE;
enum err case_need_own_queue(struct call *c, const struct json *row, const struct json *queue) MUST_USE;

/* --- case_papers.c --- */
/* Refused as unknown_document, at field, when the service asks for no such paper. */
enum err case_need_document(struct call *c, const struct json *service, const char *field,
                            const char *code) MUST_USE;
/* One row for each paper of a case: writing it again changes that row. */
enum err case_put_document(struct call *c, const struct json *row, const char *code, const char *state,
                           const char *note) MUST_USE;

/* --- case_twin.c --- */
/* Marks row when its person has another undecided application for its service. The row is not saved here. */
enum err case_mark_twin(struct call *c, struct json *row) MUST_USE;
void case_put_twin(struct json *row, const char *of); /* NULL: it is none, or it is decided */

/* --- case_clock.c --- */
/* lapses_at: until when the citizen may answer a return; null in every other state. The row is not saved here. */
enum err case_put_lapse(struct call *c, struct json *row) MUST_USE;

/* --- case_open.c --- */
/* The form of the case's own version and the moment it is used at. *form NULL: the service has none. End with
 * form_free. Refused as form_version_gone when that version is no longer here. */
struct case_form {
    struct form *form;
    struct form_context context;
    char today[DATE_TEXT];
};
enum err case_form_open(struct call *c, const struct json *row, const struct json *service,
                        struct case_form *out) MUST_USE;

/* The fee of body.tier (else the first tier) as it stands on that day; null when there is none. */
enum err case_set_fee(struct call *c, struct json *row, const struct json *service) MUST_USE;

/* --- person.c --- */
/* Puts a person on a ticket that has none yet, and on its open applications without one. */
enum err ticket_identify(struct call *c, struct json *ticket, const char *person) MUST_USE;
/* The record that goes on for this one (persons.h); NULL: there is none. Kept by the call. */
enum err person_goes_on(struct call *c, const char *id, struct json **row) MUST_USE;
/* The ids of all records of that person, the one that goes on first. Kept by the call. */
enum err person_records(struct call *c, const char *id, struct json **ids) MUST_USE;
/* The newest applications of one record; of all records of a person, each_max of each. Kept by the call. */
enum err person_cases_of(struct call *c, const char *record, int max, struct json **found) MUST_USE;
enum err person_cases(struct call *c, const char *person, int each_max, struct json **found) MUST_USE;

/* --- person_merge.c --- */
/* person.merge once it is known that somebody may: fields (may be NULL) names what is taken from the record that is
 * merged. Changes both rows. */
enum err person_join(struct call *c, struct json *from, struct json *into,
                     const struct json *fields) MUST_USE;

/* --- dispute.c --- */
/* dispute_open, with the row's identity, and what belongs to this kind of dispute (taken; may be NULL). */
enum err dispute_make(struct call *c, const struct json *row, const char *code, const char *message,
                      struct json *details, char id[UUID_TEXT]) MUST_USE;
enum err dispute_close(struct call *c, const char *id, const char *choice, const char *note) MUST_USE;

/* --- dispute_bus.c: what comes of a merge; choice as in dispute.resolve --- */
enum err dispute_seen(struct call *c, const struct json *dispute, const char *choice) MUST_USE;
enum err dispute_late_ticket(struct call *c, const struct json *dispute, const char *choice) MUST_USE;
enum err dispute_person_twice(struct call *c, const struct json *dispute, const char *choice) MUST_USE;
enum err dispute_person_conflict(struct call *c, const struct json *dispute, const char *choice) MUST_USE;

/* --- case_draft.c --- */
/* Settles the branches of a dispute: mine puts their values into the draft, else they are dropped. fields (may be NULL)
 * says "mine" for those pointers that are put into it all the same. */
enum err case_branches_settle(struct call *c, struct json *row, const struct json *service,
                              const char *dispute, bool mine, const struct json *fields) MUST_USE;

/* --- case_decide.c --- */
/* Only the service's own reasons for this outcome, as each carries its legal ground and its cure. Where the service
 * names none, a written text takes their place. *count gets how many there are. Codes: unknown_reason. */
enum err case_check_reasons(struct call *c, const struct json *service, const char *outcome,
                            const struct json *reasons, const char *text, int *count) MUST_USE;
/* [{code,name,legal,legal_name,cure}] of those reasons as the service has them; the caller owns it. */
struct json *case_grounds(const struct json *service, const struct json *reasons);
/* A supervisor chose this decision of a contested case: it becomes the effective one by a new row. */
enum err case_decision_choose(struct call *c, struct json *row, const struct json *service,
                              const char *decision) MUST_USE;
