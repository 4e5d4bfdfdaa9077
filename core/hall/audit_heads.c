/* core/hall/audit_heads.c: see audit_heads.h. */
#include "core/hall/audit_heads.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "core/hall/audit_index.h"
#include "core/hall/bus.h"

static const char type[] = "audit.head", tag[] = "c/audit.head";

/* --- the close of a day --- */

static struct json *head_json(const char *day, int64_t lines, const struct hall_state *state)
{
    struct json *head = json_new_object();
    json_set_text(head, "day", day);
    json_set_int(head, "lines", lines);
    json_set_int(head, "rev", state->rev); /* the last number before the hash: read_heads */
    json_set_text(head, "hash", state->audit_head);
    json_set_text(head, "feed", state->feed_head);
    return head;
}

/* A bus's own chain begins where its home's stood. */
static enum err lines_of(struct db *db, int64_t rev, int64_t *lines)
{
    int64_t base = 0;
    char audit[SHA256_TEXT];
    enum err err = bus_base(db, &base, audit);
    *lines = rev - base;
    return err;
}

enum err audit_heads_close(const struct server_env *env, const char *day, struct audit_head *head)
{
    struct hall_state state;
    int64_t lines = 0;
    *head = (struct audit_head){0};
    enum err err = store_state(env->db, &state);
    if (err == ERR_OK)
        err = lines_of(env->db, state.rev, &lines);
    if (err != ERR_OK || lines == 0)
        return err;
    struct json *detail = head_json(day, lines, &state);
    err = server_note(env, type, detail);
    json_free(&detail);
    head->rev = state.rev;
    str_copy(head->day, sizeof head->day, day);
    str_copy(head->hash, sizeof head->hash, state.audit_head);
    return err;
}

/* --- a list --- */

static enum err add_present(struct db *db, struct json *rows)
{
    struct hall_state state;
    int64_t lines = 0;
    enum err err = store_state(db, &state);
    if (err == ERR_OK)
        err = lines_of(db, state.rev, &lines);
    if (err == ERR_OK && lines > 0)
        json_add(rows, head_json("now", lines, &state));
    return err;
}

/* *line: where to go on. ERR_ABSENT: there is no older one. */
static enum err add_older(struct db *db, struct json *rows, int64_t *line)
{
    struct json *head = NULL;
    int64_t found = 0;
    enum err err = audit_index_newest(db, tag, *line - 1, &found);
    *line = found;
    if (err == ERR_OK)
        err = audit_index_about(db, found, &head);
    if (err == ERR_OK && head) {
        json_set_int(head, "line", found);
        json_add(rows, head);
        head = NULL;
    }
    json_free(&head);
    return err;
}

enum err audit_heads_list(struct db *db, int64_t before, struct json *answer)
{
    struct json *rows = json_new_array();
    int64_t line = before > 0 ? before : INT64_MAX;
    enum err err = before > 0 ? ERR_OK : add_present(db, rows);
    while (err == ERR_OK && json_count(rows) < AUDIT_HEADS_MAX)
        err = add_older(db, rows, &line);
    json_set_bool(answer, "more", err == ERR_OK);
    json_set(answer, "rows", rows);
    return err == ERR_ABSENT ? ERR_OK : err;
}

/* --- heads that were kept --- */

enum { HASH_DIGITS = SHA256_TEXT - 1 };

static int by_rev(const void *left, const void *right)
{
    const struct audit_head *a = left, *b = right;
    return a->rev < b->rev ? -1 : a->rev > b->rev;
}

/* The last number before place in the line that begins there; 0: none. */
static int64_t number_before(const char *line, const char *place)
{
    const char *end = place, *from;
    while (end > line && !isdigit((unsigned char)end[-1]))
        end--;
    for (from = end; from > line && isdigit((unsigned char)from[-1]);)
        from--;
    return end - from > 0 && end - from < 19 ? strtoll(from, NULL, 10) : 0;
}

/* A digest has no other length and no sign of a word beside it. */
static const char *find_digest(const char *line, size_t length)
{
    for (size_t at = 0; at < length;) {
        size_t run = 0;
        while (at + run < length && isalnum((unsigned char)line[at + run]))
            run++;
        if (run == HASH_DIGITS && strspn(line + at, "0123456789abcdef") >= HASH_DIGITS)
            return line + at;
        at += run + 1;
    }
    return NULL;
}

/* Those of one line, which may be a whole table as JSON. A digest without a number of its own is another thing's. */
static void read_line(const char *line, size_t length, struct audit_head **heads, int *count)
{
    const char *digest, *end = line + length;
    while ((digest = find_digest(line, (size_t)(end - line)))) {
        int64_t rev = number_before(line, digest);
        line = digest + HASH_DIGITS;
        if (rev == 0)
            continue;
        *heads = xrealloc(*heads, ((size_t)*count + 1) * sizeof **heads);
        struct audit_head *head = &(*heads)[(*count)++];
        *head = (struct audit_head){.rev = rev};
        str_format(head->hash, sizeof head->hash, "%.*s", HASH_DIGITS, digest);
    }
}

/* The caller frees; in the chain's order. */
static struct audit_head *read_heads(const char *text, int *count)
{
    struct audit_head *heads = NULL;
    for (*count = 0; *text; text += *text == '\n') {
        size_t length = strcspn(text, "\n");
        read_line(text, length, &heads, count);
        text += length;
    }
    if (*count > 1)
        qsort(heads, (size_t)*count, sizeof *heads, by_rev);
    return heads;
}

static enum err hash_at(struct db *db, int64_t rev, char hash[SHA256_TEXT])
{
    static const char sql[] = "SELECT hash FROM audit WHERE rev = $1"; /* primary key */
    struct stmt *s = db_query(db, sql);
    db_bind_int(s, 1, rev);
    enum err err = db_step(s);
    str_copy(hash, SHA256_TEXT, err == ERR_OK && db_text(s, 0) ? db_text(s, 0) : "");
    db_done(s);
    return err == ERR_ABSENT ? ERR_OK : err;
}

static enum err departs(struct db *db, const struct audit_head *head, int64_t fits, bool there,
                        struct err_info *info)
{
    char since[120];
    if (fits)
        str_format(since, sizeof since, "Up to line %lld it is the chain that was kept.", (long long)fits);
    else
        str_copy(since, sizeof since, "No head that was kept before it is there.");
    return err_set(info, ERR_CORRUPT, "%s: audit line %lld is %s: the chain was made anew. %s", db_path(db),
                   (long long)head->rev, there ? "not the one that was kept" : "gone", since);
}

enum err audit_heads_compare(struct db *db, const char *text, int *count, struct err_info *info)
{
    int64_t base = 0, fits = 0;
    char hash[SHA256_TEXT];
    int kept = 0;
    struct audit_head *heads = read_heads(text, &kept);
    enum err err = bus_base(db, &base, hash);
    *count = 0;
    for (int i = 0; i < kept && err == ERR_OK; i++) {
        if (heads[i].rev <= base) /* of a bus's home */
            continue;
        err = hash_at(db, heads[i].rev, hash);
        if (err == ERR_OK && !str_equal(hash, heads[i].hash))
            err = departs(db, &heads[i], fits, *hash != '\0', info);
        fits = heads[i].rev;
        (*count)++;
    }
    free(heads);
    if (err == ERR_OK && *count == 0)
        err = err_set(info, ERR_USAGE,
                      "No head of this hall's audit is in that file: a line has the number of the audit's "
                      "line and its 64 digits, as loketd heads prints them.");
    return err;
}

/* --- verify --- */

enum err audit_heads_verify(struct db *db, char what[HEADS_WHAT])
{
    static const char sql[] =
        "SELECT audit.rev, audit.prev, about, h FROM audit_tag JOIN audit ON audit.rev = audit_tag.rev"
        " LEFT JOIN audit_note ON audit_note.rev = audit.rev LEFT JOIN change ON change.rev = audit.rev - 1"
        " WHERE tag = 'c/audit.head' ORDER BY audit_tag.rev"; /* primary keys */
    struct stmt *s = db_query(db, sql);
    enum err err;
    while ((err = db_step(s)) == ERR_OK) {
        struct json *head = NULL;
        const char *text = db_text(s, 2);
        bool read = text && json_parse(text, strlen(text), &head, NULL) == ERR_OK;
        bool same = read && json_int(head, "rev", 0) == db_int(s, 0) - 1 &&
                    str_equal(json_text(head, "hash"), db_text(s, 1)) &&
                    str_equal(json_text(head, "feed"), db_text(s, 3));
        json_free(&head);
        if (same)
            continue;
        str_format(what, HEADS_WHAT, "audit line %lld tells other heads than audit and changes had before it",
                   (long long)db_int(s, 0));
        err = ERR_CORRUPT;
        break;
    }
    db_done(s);
    return err == ERR_ABSENT ? ERR_OK : err;
}
