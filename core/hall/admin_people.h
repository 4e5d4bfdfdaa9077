/* core/hall/admin_people.h: accounts and counters, as an administrator changes them: from the command line (admin.h) and
 * from the screen (POST /v1/admin). Runs in the transaction of env; knows no file, no network and no password: what comes
 * here is its hash.
 *
 * A change says what it changes and nothing else: members that are left out stay. "was" may hold members as the person saw
 * them, {name,roles,agency,active}; one that is another by now refuses the whole (changed_meanwhile), so that two who
 * change different things get in nobody's way. (row_rev would: a counter's row is written each time it is opened.)
 * Asked once more after a lost answer it finds everything as it asked for, and changes nothing: an account or counter that
 * is added may bring its own "id", a new password too. */
#pragma once
#include "core/hall/server_core.h"

/* On whose behalf. NULL instead of it: the administrator of this computer, who may do everything. */
struct admin_by {
    const struct actor *actor; /* of the sign-in; what they may do is read again here */
    const char *token;         /* it goes on when they give themself a new password; NULL: none does */
};
struct admin_refusal {
    char code[40], field[24]; /* "" when the store failed; field "": none */
    struct err_info info;
};

/* request: {"do": what, …}; who may stands behind it (A administrator, S supervisor):
 *   user.add {login,name,roles[],agency?,hash,id?,first?}                        A
 *   user.change {login,name?,roles?,agency?,was?}                                A
 *   user.disable · user.enable {login,was?} · user.password {login,hash,id?,first?}  A
 *   user.sign_out {login} · user.sessions {login}                                A S
 *   user.no_factor {login}: takes a second factor away, so that its owner comes in and sets up another  A
 *   user.own_sessions · user.own_sign_out: of whoever asks; all but the one by which they do   everybody
 *   user.own_password {login,hash} · user.own_factor {login}: by whoever it is, in a sign-in (api_session.c)
 *   counter.add {name,agency?,queues[],id?}                                      A S
 *   counter.change {counter,name?,agency?,queues?,was?}                          A S
 *   counter.disable · counter.enable {counter,was?}                              A S
 *   user.list · counter.list {after?,limit?}: by login or name                   A S
 *   person.export {person,reason} · person.erase {person,reason,confirm?}        A S, of no agency (admin_persons.c)
 * Whoever belongs to an agency sees and changes its accounts and counters alone, and gives no role of the whole hall.
 * A login never changes: it is how records that are not sent yet know whose they are. A queue is named by id or code,
 * "P:3" with its weight. *answer: {"rows":[…],"more"} or {"row":{…},"changed":bool}, of
 * user.disable with "left", how many people are with them, parked by them or sent to them; the caller frees.
 * ERR_OK, or what err_set gave with refusal filled in, or an error of the store; any error: the caller rolls back. */
enum err admin_people(const struct server_env *env, const struct admin_by *by, const struct json *request,
                      struct json **answer, struct admin_refusal *refusal) MUST_USE;
bool admin_people_knows(const char *what);
/* Whether what of the table takes a password, as a hash. */
bool admin_people_hashes(const char *what);
/* Roles that may ask for it, 0 for what is not known. */
unsigned admin_people_roles(const char *what);
