/* core/hall/admin_inside.h: what the files of admin_people share; included by them alone. */
#pragma once
#include "core/hall/admin_people.h"

enum { LOGIN_MAX = 63, NAME_MAX = 120, LIST_MAX = 10000 };

struct people {
    const struct server_env *env;
    const struct admin_by *by; /* NULL: this computer's administrator */
    struct actor actor;        /* by's, as their account stands in this transaction; empty without by */
    const struct json *request;
    struct json *answer;
    struct admin_refusal *refusal;
    struct json *row, *before; /* the row as it will be, and as it was; before NULL: there was none */
    enum table table;
};

/* Fills in the refusal and returns err. */
enum err people_refuse(struct people *p, enum err err, const char *code, const char *field,
                       const char *format, ...) PRINTF(5, 6);
enum err people_first(struct people *p, const char *sql, const char *value, struct json **row);
/* {"rows","more"}: sql has the place to go on from as $1 and how many as $2. keep NULL: all of them. */
enum err people_list(struct people *p, const char *sql, const char *member,
                     bool (*keep)(const struct people *p, const struct json *row));
/* Copies row into before, for what is changed. */
void people_begin(struct people *p);
/* The members of "was" are still so; so is a row that is as it shall be, which only has not to be written. */
enum err people_check_was(struct people *p);
/* Writes row as one change by who asks; its audit line has members of before and after, which is never a secret. */
enum err people_write(struct people *p, const char *const *members);
/* "id" of the request, when it is one. */
const char *people_request_id(const struct people *p);
/* An agency of the hall, "" none, that who asks may give. */
enum err people_need_agency(struct people *p, const char *agency);
/* Member names of table in a refusal: "P, A, T". */
void people_known(struct people *p, const char *sql, const char *member, struct buf *out);
bool people_is_word(const char *text, size_t max);
bool people_is_line(const char *text, size_t max);

enum err user_add(struct people *p);
enum err user_change(struct people *p);
enum err user_disable(struct people *p);
enum err user_enable(struct people *p);
enum err user_password(struct people *p);
enum err user_own_password(struct people *p);
enum err user_own_factor(struct people *p);
enum err user_no_factor(struct people *p);
enum err user_own_sessions(struct people *p);
enum err user_own_sign_out(struct people *p);
enum err user_sign_out(struct people *p);
enum err user_sessions(struct people *p);
enum err user_list(struct people *p);
enum err desk_add(struct people *p);
enum err desk_change(struct people *p);
enum err desk_disable(struct people *p);
enum err desk_enable(struct people *p);
enum err desk_list(struct people *p);
enum err person_take_out(struct people *p);
enum err person_erase(struct people *p);
