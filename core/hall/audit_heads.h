/* core/hall/audit_heads.h: the head of the audit's chain as each day ended: which line was the last, and its hash. A head that
 * is kept outside the hall (on paper, in another computer's journal) finds a chain that was made anew, which fits itself.
 *
 * When the day turns the hall writes a line "audit.head" about the day that is over: {"day","rev","lines","hash","feed"}, of
 * the line before it. So the audit's head seals the changes' head too, which is no part of the audit otherwise. */
#pragma once
#include "core/hall/server_core.h"

enum { AUDIT_HEADS_MAX = 1000, HEADS_WHAT = 160 };

struct audit_head {
    char day[DATE_TEXT];
    int64_t rev;
    char hash[SHA256_TEXT];
};

/* Writes the line, in the transaction of env; nothing where the chain has no line yet. head: what it says. */
enum err audit_heads_close(const struct server_env *env, const char *day, struct audit_head *head) MUST_USE;

/* {"rows":[{"day","rev","lines","hash","line"}…],"more"}: the newest first, lines before this one (0: from the end), at most
 * AUDIT_HEADS_MAX. The first, with "day" "now" and no "line", is the chain's present end, unless before is given. */
enum err audit_heads_list(struct db *db, int64_t before, struct json *answer) MUST_USE;

/* Whether each head in text is still in the chain. A head is 64 hexadecimal digits and the last number before them in their
 * line: as loketd heads prints it, a saved page has it, or a journal. *count: how many were compared.
 * ERR_CORRUPT: info names the first that is not there, and the last before it that is. ERR_USAGE: text has none. */
enum err audit_heads_compare(struct db *db, const char *text, int *count, struct err_info *info) MUST_USE;

/* For loketd verify. ERR_CORRUPT: what says which line tells other heads than there are. */
enum err audit_heads_verify(struct db *db, char what[HEADS_WHAT]) MUST_USE;
