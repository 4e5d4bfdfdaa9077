/* core/command/case_life.c: who holds an application, and how it ends: assigned, handed over, withdrawn; what is
 * noted beside it: corrections and possible duplicates. */
#include "core/command/cases.h"

#include <stdlib.h>
#include <string.h>

/* --- case.assign --- */

static enum err need_colleague(struct call *c, const struct json *row, const struct json *user)
{
    const char *agency = json_text(user, "agency");
    if (!json_bool(user, "active", true))
        return refuse(c, "user_inactive", "to", "%s does not work here any more.",
                      json_text_or(user, "name", "This person"));
    if (str_empty(agency) || str_equal(agency, json_text(row, "agency")))
        return ERR_OK;
    return refuse(c, "other_agency", "to", "%s works for another agency and cannot hold %s.",
                  json_text_or(user, "name", "This person"), case_title(row));
}

/* Whom it goes to: {"user"} or {"queue"}. */
static enum err read_holder(struct call *c, const struct json *row, const char **user, const char **queue)
{
    const struct json *to;
    struct json *found;
    *user = *queue = NULL;
    TRY(body_object(c, "to", &to));
    if (json_is_text(json_get(to, "user"))) {
        TRY(load_named(c, TABLE_USER, "to", json_text(to, "user"), &found));
        TRY(need_colleague(c, row, found));
        *user = row_id(found);
        return ERR_OK;
    }
    if (!json_is_text(json_get(to, "queue")))
        return refuse(c, "invalid_body", "to", "\"to\" names a user or a queue.");
    TRY(load_named(c, TABLE_QUEUE, "to", json_text(to, "queue"), &found));
    *queue = row_id(found);
    return ERR_OK;
}

/* {case, to:{user|queue}}: hold_gen grows; a complete case that a person takes is in review. */
enum err case_assign(struct call *c)
{
    struct json *row, *service;
    struct case_file file;
    const char *user, *queue;
    TRY(case_load(c, &row, &service));
    if (!case_is_open(case_state_of(row)))
        return refuse(c, "case_closed", "", "%s is %s: nobody needs to hold it any more.", case_title(row),
                      json_text_or(row, "state", ""));
    TRY(read_holder(c, row, &user, &queue));
    if (user && case_allows(case_state_of(row), CASE_DO_REVIEW, NULL))
        TRY(case_do(c, row, &(struct case_act){.event = CASE_DO_REVIEW}));
    case_read(row, &file);
    str_copy(file.user, sizeof file.user, user ? user : "");
    file.hold_gen++;
    case_write(&file, row);
    json_set_text(row, "queue", queue);
    row_stamp(c, row, "assign");
    json_set_int(answer(c), "hold_gen", file.hold_gen);
    return case_save(c, row);
}

/* --- case.deliver --- */

/* Each thing that is made out has its copy number; a voided one is replaced by the next. */
static enum err add_output(struct call *c, struct json *row)
{
    struct json *list, *output = NULL;
    TRY(case_list(c, row, "outputs", &list));
    output = case_note(c);
    json_set_int(output, "copy", (int64_t)json_count(list) + 1);
    json_set_null(output, "delivered_at");
    json_add(list, output);
    row_set_flag(row, case_flag_text(CASE_VOIDED), false);
    json_set_int(answer(c), "copy", (int64_t)json_count(list));
    return ERR_OK;
}

/* Made out: from the decision, or once more after a void. */
static enum err make_out(struct call *c, struct json *row)
{
    enum case_state state = case_state_of(row);
    bool voided = row_has_flag(row, case_flag_text(CASE_VOIDED));
    if (voided && (state == CASE_READY || state == CASE_DELIVERED))
        return add_output(c, row);
    TRY(case_do(c, row, &(struct case_act){.event = CASE_DO_PREPARE}));
    return add_output(c, row);
}

static enum err hand_over(struct call *c, struct json *row)
{
    const char *to, *note;
    TRY(body_text(c, "to", &to));
    TRY(body_text(c, "note", &note));
    size_t count = json_count(row_list(row, "outputs"));
    const struct json *last = count ? json_at(json_get(row, "outputs"), count - 1) : NULL;
    bool replacement = case_state_of(row) == CASE_DELIVERED && last && row_time(last, "delivered_at") < 0 &&
                       !row_has_flag(row, case_flag_text(CASE_VOIDED));
    if (replacement)
        row_stamp(c, row, "deliver_copy");
    else
        TRY(case_do(c, row, &(struct case_act){.event = CASE_DO_DELIVER}));
    json_set_text(row, "delivered_to", to);
    if (!last)
        return ERR_OK;
    struct json *output = json_copy(last);
    row_set_time(output, "delivered_at", c->at_ms);
    json_set_text(output, "delivered_by", c->actor->user);
    json_set_text(output, "to", to);
    json_set_text(output, "note", note);
    case_list_set(row, "outputs", count - 1, output);
    json_set_int(answer(c), "copy", (int64_t)count);
    return ERR_OK;
}

static enum err need_decision(struct call *c, const struct json *row)
{
    if (!row_has_flag(row, case_flag_text(CASE_COMPLAINED)) || !str_empty(json_text(row, "decision")))
        return ERR_OK; /* the table says what else may be missing */
    return refuse(c, "annulled", "", "The decision of %s was annulled: decide it again first.",
                  case_title(row));
}

/* {case, to?, note?} hands over, making out on the way what is handed over at once; {case, ready:true} only makes
 * it out, to be fetched later, or makes out the next copy after a void. */
enum err case_deliver(struct call *c)
{
    struct json *row, *service;
    bool ready;
    TRY(case_load(c, &row, &service));
    TRY(body_bool(c, "ready", &ready));
    TRY(need_decision(c, row));
    enum case_state state = case_state_of(row);
    if (ready || state == CASE_APPROVED || state == CASE_REFUSED)
        TRY(make_out(c, row));
    if (!ready)
        TRY(hand_over(c, row));
    return case_save(c, row);
}

/* --- case.withdraw --- */

/* {case, reason?} */
enum err case_withdraw(struct call *c)
{
    struct json *row, *service;
    const char *reason;
    TRY(case_load(c, &row, &service));
    TRY(body_text(c, "reason", &reason));
    TRY(case_do(c, row, &(struct case_act){.event = CASE_DO_WITHDRAW}));
    json_set_text(row, "withdrawn_reason", reason);
    return case_save(c, row);
}

/* --- case.correct --- */

/* {case, patch? text? reason, state?:"asked|granted|denied", correction?}: a correction adds, never overwrites: it
 * stands beside what was submitted and decided. One that names an earlier correction answers it. */
enum err case_correct(struct call *c)
{
    static const char *const states[] = {"asked", "granted", "denied", NULL};
    enum { PATCH_BYTES_MAX = 16 * 1024 };
    struct json *row, *service, *list;
    const struct json *patch;
    const char *reason, *text, *of, *state = "granted";
    char id[UUID_TEXT];
    TRY(case_load(c, &row, &service));
    TRY(body_object(c, "patch", &patch));
    TRY(body_text(c, "text", &text));
    TRY(body_text(c, "correction", &of));
    TRY(body_need(c, "reason", &reason));
    if (json_get(c->body, "state"))
        TRY(body_word(c, "state", states, &state));
    char *printed = patch ? json_print(patch) : xstrdup("");
    size_t length = strlen(printed);
    free(printed);
    if (length > PATCH_BYTES_MAX)
        return refuse(c, "invalid_body", "patch", "A correction holds at most %d KiB.",
                      PATCH_BYTES_MAX / 1024);
    TRY(case_list(c, row, "corrections", &list));
    tx_new_id(c->tx, id);
    struct json *correction = case_note(c);
    json_set_text(correction, "id", id);
    json_set_text(correction, "of", of);
    json_set_text(correction, "state", state);
    json_set(correction, "patch", patch ? json_copy(patch) : json_new_null());
    json_set_text(correction, "text", text);
    json_set_text(correction, "reason", reason);
    json_add(list, correction);
    case_touch(c, row);
    row_stamp(c, row, "correct");
    json_set_text(answer(c), "correction", id);
    return case_save(c, row);
}

/* --- case.duplicate --- */

/* {case, of|null} */
enum err case_duplicate(struct call *c)
{
    struct json *row, *service, *other;
    const char *of;
    TRY(case_load(c, &row, &service));
    TRY(body_text(c, "of", &of));
    if (str_equal(of, row_id(row)))
        return refuse(c, "same_case", "of", "%s cannot be a duplicate of itself.", case_title(row));
    if (of)
        TRY(load(c, TABLE_CASE, "of", of, &other));
    row_set_flag(row, case_flag_text(CASE_DUPLICATE), of != NULL);
    json_set_text(row, "duplicate_of", of);
    row_stamp(c, row, of ? "duplicate" : "not_duplicate");
    return case_save(c, row);
}
