/* core/command/case_life.c: who holds an application, that it is withdrawn, and what is noted beside it: corrections
 * and possible duplicates. */
#include "core/command/cases.h"

#include <stdlib.h>
#include <string.h>

/* --- case.assign --- */

/* Whom it goes to: {"user"} or {"queue"}. */
static enum err read_holder(struct call *c, const struct json *row, const char **user, const char **queue)
{
    const struct json *to;
    struct json *found;
    *user = *queue = NULL;
    TRY(body_object(c, "to", &to));
    if (json_is_text(json_get(to, "user"))) {
        TRY(load_named(c, TABLE_USER, "to", json_text(to, "user"), &found));
        TRY(case_need_colleague(c, row, found));
        *user = row_id(found);
        return ERR_OK;
    }
    if (!json_is_text(json_get(to, "queue")))
        return refuse(c, "invalid_body", "to", "\"to\" names a user or a queue.");
    TRY(load_named(c, TABLE_QUEUE, "to", json_text(to, "queue"), &found));
    TRY(case_need_own_queue(c, row, found));
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

/* The correction that is answered: it was asked for, and nobody answered it yet. */
static enum err need_asked(struct call *c, const struct json *row, const char *of, const struct json **asked)
{
    const struct json *list = json_get(row, "corrections");
    *asked = NULL;
    for (const struct json *one = json_first(list); one; one = json_next(one)) {
        if (str_equal(json_text(one, "of"), of))
            return refuse(c, "already_answered", "correction", "This correction of %s is answered already.",
                          case_title(row));
        if (str_equal(json_text(one, "id"), of) && str_equal(json_text(one, "state"), "asked"))
            *asked = one;
    }
    return *asked ? ERR_OK
                  : refuse(c, "unknown_correction", "correction", "No such correction of %s was asked for.",
                           case_title(row));
}

static enum err need_small(struct call *c, const struct json *patch)
{
    enum { PATCH_BYTES_MAX = 16 * 1024 };
    char *printed = patch ? json_print(patch) : xstrdup("");
    size_t length = strlen(printed);
    free(printed);
    return length <= PATCH_BYTES_MAX ? ERR_OK
                                     : refuse(c, "invalid_body", "patch",
                                              "A correction holds at most %d KiB.", PATCH_BYTES_MAX / 1024);
}

/* {case, patch? text? reason, state?:"asked|granted|denied", correction?}: a correction adds, never overwrites: it
 * stands beside what was submitted and decided. One that names an earlier correction answers it, and takes its patch
 * and text where it has none of its own. */
enum err case_correct(struct call *c)
{
    static const char *const states[] = {"asked", "granted", "denied", NULL};
    struct json *row, *service, *list;
    const struct json *patch, *asked = NULL;
    const char *reason, *text, *of, *state = "granted";
    char id[UUID_TEXT];
    TRY(case_load(c, &row, &service));
    TRY(body_object(c, "patch", &patch));
    TRY(body_text(c, "text", &text));
    TRY(body_text(c, "correction", &of));
    TRY(body_need(c, "reason", &reason));
    if (json_get(c->body, "state"))
        TRY(body_word(c, "state", states, &state));
    TRY(need_small(c, patch));
    if (of)
        TRY(need_asked(c, row, of, &asked));
    if (asked && str_equal(state, "asked"))
        return refuse(c, "invalid_body", "state", "A correction is answered by granted or denied.");
    TRY(case_list(c, row, "corrections", &list));
    tx_new_id(c->tx, id);
    if (!patch && json_is_object(json_get(asked, "patch")))
        patch = json_get(asked, "patch");
    struct json *correction = case_note(c);
    json_set_text(correction, "id", id);
    json_set_text(correction, "of", of);
    json_set_text(correction, "state", state);
    json_set(correction, "patch", patch ? json_copy(patch) : json_new_null());
    json_set_text(correction, "text", text ? text : json_text(asked, "text"));
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
    case_put_twin(row, of);
    row_stamp(c, row, of ? "duplicate" : "not_duplicate");
    return case_save(c, row);
}
