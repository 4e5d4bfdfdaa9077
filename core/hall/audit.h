/* core/hall/audit.h: the audit searched: lines by time, person, command, row or letters, the newest first, page by page.
 *
 * Cost: a page meets sets of revs (audit_index.h) by walking all of them downwards at once, so it costs what it shows, with
 * ten lines as with ten million. Where sets seldom meet the walk ends after AUDIT_STEPS_MAX looks and says how far it came. */
#pragma once
#include "core/command/command.h"
#include "core/hall/store.h"

enum { AUDIT_LINES_MAX = 500, AUDIT_STEPS_MAX = 1500, AUDIT_TAGS_MAX = 512 };

/* All of them together; NULL or "": not asked for. */
struct audit_ask {
    const char *from, *to; /* TIME_TEXT: from … before to */
    const char *day;       /* the business day: numbers of tickets are looked for back from it, or from to */
    const char *user;      /* id or login; "system" is the hall itself */
    const char *types;     /* "ticket.call,ticket.call_next" */
    const char *subject;   /* the number of a ticket or application, an identity, or WIRE/ID */
    const char *letters;   /* of a person, a command, a counter, a queue, or a whole number */
    const char *words;     /* commands that the letters stand for in the reader's language, as in types */
    bool refused;          /* those alone */
};

/* {"lines":[…],"searched_through":REV,"whole":…,"next":REV or null}: lines before this rev, at most limit. next: where the
 * next page begins (its before); null: the end. whole false: older lines are not read in yet (audit_index.h), and none of them is
 * found. Lines, and what they are about, as viewer may see them. ERR_TOO_LARGE: the letters fit too much. */
enum err audit_find(struct db *db, const struct actor *viewer, const struct audit_ask *ask, int64_t before,
                    int limit, struct json **page) MUST_USE;
/* One line as above with its "prev", "body_sha256" and "rows": [{"t","id","before","after"}], each as viewer sees the row;
 * of a change that is not kept any more (retention.h) without before and after. ERR_ABSENT: there is none, or it is not
 * for viewer. */
enum err audit_line(struct db *db, const struct actor *viewer, int64_t rev, struct json **line) MUST_USE;

/* The columns of a line as a table, and a line of a page in them. */
struct json *audit_columns(void);
struct json *audit_cells(const struct json *line);
