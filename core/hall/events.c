/* core/hall/events.c: see events.h. */
#include "core/hall/events.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/hall/change.h"

/* What of an application's stamps and times is told, and as what. Decisions, confirmations and answers to complaints are
 * rows of their own. */
static const struct word {
    const char *stamp, *member, *kind;
} words[] = {
    {"submit", "submitted_at", "submitted"},
    {"complete", "complete_at", "completed"}, /* the legal clock starts */
    {"extend", NULL, "extended"},
    {"complain", NULL, "complained"},
    {"contested", NULL, "contested"},
    {"correct", NULL, "corrected"},
    {"withdraw", NULL, "withdrawn"},
    {"lapse", NULL, "lapsed"},
    {"deliver", "delivered_at", "delivered"},
    {"deliver_copy", NULL, "delivered"},
    {"void", NULL, "voided"},
};
enum { WORDS = sizeof words / sizeof *words, DECIDED_RANK = 4 /* among what happened in one moment */ };

/* One thing that happened. key says which among those of its application. */
struct fact {
    const char *kind;
    char key[120];
    const char *at;             /* lives in the row */
    const struct json *subject; /* the decision or the correction, NULL: none */
    int rank, place;
};

enum { FACTS_MAX = 400, TOLD_MAX = 2000, DECISIONS_MAX = 200 };

struct telling {
    struct change *change;
    struct json *row;       /* the application */
    struct json *decisions; /* its rows */
    struct json *told;      /* [{"kind","fact"}] */
    struct fact facts[FACTS_MAX];
    int count;
};

/* --- what there is to tell --- */

static bool has_fact(const struct telling *t, const char *key)
{
    for (int i = 0; i < t->count; i++)
        if (str_equal(t->facts[i].key, key))
            return true;
    return false;
}

static bool was_told(const struct telling *t, const char *key)
{
    for (const struct json *one = json_first(t->told); one; one = json_next(one))
        if (str_equal(json_text(one, "fact"), key))
            return true;
    return false;
}

static void add_fact(struct telling *t, const struct fact *fact)
{
    if (str_empty(fact->at) || t->count == FACTS_MAX || has_fact(t, fact->key) || was_told(t, fact->key))
        return;
    t->facts[t->count] = *fact;
    t->facts[t->count].place = t->count;
    t->count++;
}

/* Two stamps of one word in one moment are two things: the nth of them. */
static int nth_of(const struct json *stamps, const struct json *stamp)
{
    int nth = 0;
    for (const struct json *one = json_first(stamps); one && one != stamp; one = json_next(one))
        nth += str_equal(json_text(one, "event"), json_text(stamp, "event")) &&
               str_equal(json_text(one, "at"), json_text(stamp, "at"));
    return nth;
}

static const struct json *correction_of(const struct json *row, const char *at, int nth)
{
    for (const struct json *one = json_first(json_get(row, "corrections")); one; one = json_next(one))
        if (str_equal(json_text(one, "at"), at) && nth-- == 0)
            return one;
    return NULL;
}

static void take_stamp(struct telling *t, const struct json *stamps, const struct json *stamp)
{
    for (int i = 0; i < WORDS; i++) {
        if (!str_equal(words[i].stamp, json_text(stamp, "event")))
            continue;
        int nth = nth_of(stamps, stamp);
        struct fact fact = {.kind = words[i].kind, .at = json_text_or(stamp, "at", ""), .rank = i};
        str_format(fact.key, sizeof fact.key, "%s %s %d", words[i].stamp, fact.at, nth);
        if (str_equal(fact.kind, "corrected"))
            fact.subject = correction_of(t->row, fact.at, nth);
        add_fact(t, &fact);
    }
}

/* A row that comes home from a bus may have lost its oldest stamps; its times say the same. */
static void take_times(struct telling *t)
{
    for (int i = 0; i < WORDS; i++) {
        const char *at = words[i].member ? json_text(t->row, words[i].member) : NULL;
        if (!at)
            continue;
        struct fact fact = {.kind = words[i].kind, .at = at, .rank = i};
        str_format(fact.key, sizeof fact.key, "%s %s 0", words[i].stamp, at);
        add_fact(t, &fact);
    }
}

static void take_decisions(struct telling *t)
{
    for (const struct json *one = json_first(t->decisions); one; one = json_next(one)) {
        struct fact fact = {
            .kind = "decided", .at = json_text_or(one, "at", ""), .subject = one, .rank = DECIDED_RANK};
        str_format(fact.key, sizeof fact.key, "decision %s", json_text_or(one, "id", ""));
        add_fact(t, &fact);
    }
}

static int compare(const void *left, const void *right)
{
    const struct fact *a = left, *b = right;
    int order = strcmp(a->at, b->at);
    if (order == 0)
        order = a->rank - b->rank;
    return order ? order : a->place - b->place;
}

/* Draft applications, and those that were handed back before they were ever handed in, are nobody's business yet. */
static void gather(struct telling *t)
{
    const struct json *stamps = json_get(t->row, "stamps");
    for (const struct json *stamp = json_first(stamps); stamp; stamp = json_next(stamp))
        take_stamp(t, stamps, stamp);
    take_times(t);
    take_decisions(t);
    bool handed_in = json_count(t->told) > 0 || json_text(t->row, "submitted_at");
    for (int i = 0; i < t->count; i++)
        handed_in = handed_in || str_equal(t->facts[i].kind, "submitted");
    if (!handed_in)
        t->count = 0;
    qsort(t->facts, (size_t)t->count, sizeof *t->facts, compare);
}

/* --- the event --- */

static void copy_members(struct json *data, const struct json *from, const char *const *members)
{
    for (; *members; members++) {
        const struct json *member = json_get(from, *members);
        json_set(data, *members, member ? json_copy(member) : json_new_null());
    }
}

static struct json *subject_json(const struct fact *fact)
{
    static const char *const of_decision[] = {"id", "kind", "outcome", "effective", "of", "at", NULL};
    static const char *const of_correction[] = {"id", "state", "of", "at", NULL};
    struct json *subject = json_new_object();
    copy_members(subject, fact->subject, str_equal(fact->kind, "decided") ? of_decision : of_correction);
    return subject;
}

/* Everything that an agency's system is told. Nothing of the form or the person may come in here. */
static struct json *data_json(const struct telling *t, const struct fact *fact, int64_t step)
{
    static const char *const of_case[] = {
        "number",  "service",      "form_version", "agency", "channel",    "state",        "flags",
        "outcome", "submitted_at", "complete_at",  "due_at", "decided_at", "delivered_at", NULL};
    struct json *data = json_new_object();
    json_set_text(data, "case", json_text(t->row, "id"));
    json_set_int(data, "step", step);
    copy_members(data, t->row, of_case);
    if (fact->subject)
        json_set(data, str_equal(fact->kind, "decided") ? "decision" : "correction", subject_json(fact));
    return data;
}

static int64_t told_of(const struct telling *t, const char *kind)
{
    int64_t count = 0;
    for (const struct json *one = json_first(t->told); one; one = json_next(one))
        count += !kind || str_equal(json_text(one, "kind"), kind);
    return count;
}

/* The same thing has the same identity also when it is recorded a second time, after a restore: a decision by its own,
 * anything else by being the first, second … of its kind. */
static void event_id(const struct telling *t, const struct fact *fact, const char *source, char id[UUID_TEXT])
{
    const char *row = json_text_or(t->row, "id", "");
    char *text =
        fact->subject
            ? xasprintf("event %s %s %s %s", source, row, fact->kind, json_text_or(fact->subject, "id", ""))
            : xasprintf("event %s %s %s %lld", source, row, fact->kind, (long long)told_of(t, fact->kind));
    server_id(text, id);
    free(text);
}

/* Fixed width, so that it sorts as text too (CloudEvents, extension sequence). */
static struct json *event_json(const char *id, const char *source, const char *kind, const char *at,
                               int64_t seq, int64_t now_ms)
{
    char sequence[24], type[64], now[TIME_TEXT];
    struct json *event = json_new_object();
    time_text(now_ms, now);
    str_format(sequence, sizeof sequence, "%016lld", (long long)seq);
    str_format(type, sizeof type, "loket.%s", kind);
    json_set_text(event, "specversion", "1.0");
    json_set_text(event, "id", id);
    json_set_text(event, "source", source);
    json_set_text(event, "type", type);
    json_set_text(event, "time", at);
    json_set_text(event, "recordedtime", now);
    json_set_text(event, "sequence", sequence);
    json_set_text(event, "datacontenttype", "application/json");
    return event;
}

struct line {
    int64_t seq, step, rev;
    const char *id, *agency, *case_id, *kind, *fact, *at;
};

/* Each event is sealed together with the one before it, so that verify finds one that was changed or taken out. */
static void event_seal(const char *before, const struct line *line, const char *text, char h[SHA256_TEXT])
{
    char numbers[80];
    struct sha256 sha;
    str_format(numbers, sizeof numbers, "%lld %lld %lld", (long long)line->seq, (long long)line->step,
               (long long)line->rev);
    const char *const members[] = {before,     numbers,    line->id, line->agency, line->case_id,
                                   line->kind, line->fact, line->at, text};
    sha256_start(&sha);
    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        sha256_add(&sha, members[i], strlen(members[i]));
        sha256_add(&sha, "\n", 1);
    }
    sha256_text(&sha, h);
}

static enum err last_seal(struct db *db, char h[SHA256_TEXT])
{
    static const char sql[] = "SELECT h FROM event ORDER BY seq DESC LIMIT 1"; /* primary key */
    struct stmt *s = db_query(db, sql);
    enum err err = db_step(s);
    str_copy(h, SHA256_TEXT, err == ERR_OK ? db_text(s, 0) : "");
    db_done(s);
    return err == ERR_ABSENT ? ERR_OK : err;
}

static enum err insert(struct db *db, const struct line *line, const struct json *event)
{
    static const char sql[] =
        "INSERT INTO event (seq, step, rev, id, agency, case_, kind, fact, at_, event, h)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"
        " ON CONFLICT DO NOTHING"; /* nothing is told twice, and no change fails for what was told */
    char before[SHA256_TEXT], h[SHA256_TEXT];
    enum err err = last_seal(db, before);
    if (err != ERR_OK)
        return err;
    char *text = json_print(event);
    event_seal(before, line, text, h);
    const char *const texts[] = {line->id,   line->agency, line->case_id, line->kind,
                                 line->fact, line->at,     text,          h};
    struct stmt *s = db_query(db, sql);
    db_bind_int(s, 1, line->seq);
    db_bind_int(s, 2, line->step);
    db_bind_int(s, 3, line->rev);
    for (int i = 0; i < 8; i++)
        db_bind_text(s, 4 + i, texts[i]);
    free(text);
    return db_run(s);
}

/* "/halls/T-01", kept where it is found without reading the hall's row, which carries the pack's lists. */
static enum err read_source(struct db *db, char source[128])
{
    static const char sql[] = "SELECT source FROM event_about WHERE id = 1"; /* primary key */
    static const char sql_put[] = "UPDATE event_about SET source = $1 WHERE id = 1";
    struct json *hall = NULL;
    struct stmt *s = db_query(db, sql);
    enum err err = db_step(s);
    if (err == ERR_OK)
        str_copy(source, 128, db_text(s, 0));
    db_done(s);
    if (err != ERR_OK || *source)
        return err;
    err = store_hall(db, &hall);
    if (err != ERR_OK)
        return err;
    str_format(source, 128, "/halls/%s", json_text_or(hall, "code", ""));
    json_free(&hall);
    s = db_query(db, sql_put);
    db_bind_text(s, 1, source);
    return db_run(s);
}

static enum err tell_fact(struct telling *t, const struct fact *fact, const char *source)
{
    char id[UUID_TEXT], kind[64];
    int64_t seq = 0, step = told_of(t, NULL) + 1;
    struct change *change = t->change;
    enum err err = events_last(change->env->db, &seq);
    if (err != ERR_OK)
        return err;
    event_id(t, fact, source, id);
    str_format(kind, sizeof kind, "case.%s", fact->kind);
    struct json *event = event_json(id, source, kind, fact->at, ++seq, change->env->now_ms);
    if (!str_empty(json_text(t->row, "number")))
        json_set_text(event, "subject", json_text(t->row, "number"));
    json_set_text(event, "partitionkey", json_text(t->row, "id"));
    json_set(event, "data", data_json(t, fact, step));
    struct line line = {.seq = seq,
                        .step = step,
                        .rev = change->state.rev,
                        .id = id,
                        .agency = json_text_or(t->row, "agency", ""),
                        .case_id = json_text_or(t->row, "id", ""),
                        .kind = fact->kind,
                        .fact = fact->key,
                        .at = fact->at};
    err = insert(change->env->db, &line, event);
    json_free(&event);
    struct json *told = json_new_object();
    json_set_text(told, "kind", fact->kind);
    json_set_text(told, "fact", fact->key);
    json_add(t->told, told);
    return err;
}

/* --- one application --- */

static enum err read_told(struct telling *t, const char *id)
{
    static const char sql[] =
        "SELECT kind, fact FROM event WHERE case_ = $1 LIMIT $2"; /* event_fact: prefix case_ */
    struct stmt *s = db_query(t->change->env->db, sql);
    db_bind_text(s, 1, id);
    db_bind_int(s, 2, TOLD_MAX);
    enum err err;
    while ((err = db_step(s)) == ERR_OK) {
        struct json *one = json_new_object();
        json_set_text(one, "kind", db_text(s, 0));
        json_set_text(one, "fact", db_text(s, 1));
        json_add(t->told, one);
    }
    db_done(s);
    return err == ERR_ABSENT ? ERR_OK : err;
}

static enum err read_decisions(struct telling *t, const char *id)
{
    static const char sql[] =
        "SELECT row FROM decisions WHERE case_ = $1 ORDER BY at_ LIMIT $2"; /* decisions_case */
    struct stmt *s = db_query(t->change->env->db, sql);
    db_bind_text(s, 1, id);
    db_bind_int(s, 2, DECISIONS_MAX);
    return rows_collect(s, t->decisions);
}

static enum err tell_all(struct telling *t)
{
    char source[128] = "";
    enum err err = t->count > 0 ? read_source(t->change->env->db, source) : ERR_OK;
    for (int i = 0; i < t->count && err == ERR_OK; i++)
        err = tell_fact(t, &t->facts[i], source);
    return err;
}

static enum err tell_case(struct change *change, const char *id)
{
    struct telling *t = xcalloc(1, sizeof *t);
    t->change = change;
    t->told = json_new_array();
    t->decisions = json_new_array();
    enum err err = row_get(change->env->db, TABLE_CASE, id, &t->row);
    if (err == ERR_OK)
        err = read_told(t, id);
    if (err == ERR_OK)
        err = read_decisions(t, id);
    if (err == ERR_OK) {
        gather(t);
        err = tell_all(t);
    }
    json_free(&t->row);
    json_free(&t->told);
    json_free(&t->decisions);
    free(t);
    return err == ERR_ABSENT ? ERR_OK : err; /* its row comes with a later change, and tells all */
}

/* Most changes of an application are keystrokes of a draft: those read no row. */
static enum err is_draft(struct db *db, const char *id, bool *draft)
{
    static const char sql[] = "SELECT state FROM cases WHERE id = $1"; /* primary key */
    struct stmt *s = db_query(db, sql);
    db_bind_text(s, 1, id);
    enum err err = db_step(s);
    *draft = err == ERR_OK && str_equal(db_text(s, 0), "draft");
    db_done(s);
    return err == ERR_ABSENT ? ERR_OK : err;
}

/* The application that a written row is of; "": none. */
static enum err case_of(struct db *db, const struct tx_change *written, char id[64])
{
    static const char sql[] = "SELECT case_ FROM decisions WHERE id = $1"; /* primary key */
    id[0] = '\0';
    if (written->table == TABLE_CASE)
        str_copy(id, 64, written->id);
    if (written->table != TABLE_DECISION)
        return ERR_OK;
    struct stmt *s = db_query(db, sql);
    db_bind_text(s, 1, written->id);
    enum err err = db_step(s);
    if (err == ERR_OK && db_text(s, 0))
        str_copy(id, 64, db_text(s, 0));
    db_done(s);
    return err == ERR_ABSENT ? ERR_OK : err;
}

enum err events_tell(struct change *change)
{
    struct db *db = change->env->db;
    char last[64] = "", id[64];
    enum err err = ERR_OK;
    for (int i = 0; i < change->tx.change_count && err == ERR_OK && !change->state.mobile; i++) {
        bool draft = false;
        err = case_of(db, &change->tx.changes[i], id);
        if (err != ERR_OK || !*id || str_equal(id, last))
            continue;
        str_copy(last, sizeof last, id);
        err = is_draft(db, id, &draft);
        if (err == ERR_OK && !draft)
            err = tell_case(change, id);
    }
    return err;
}

/* --- places --- */

static bool read_number(const char **at, int64_t *value)
{
    char *end;
    if (**at < '0' || **at > '9')
        return false;
    errno = 0;
    *value = strtoll(*at, &end, 10);
    *at = end;
    return errno == 0;
}

bool cursor_read(const char *text, struct cursor *cursor)
{
    const char *at = text;
    return at && read_number(&at, &cursor->epoch) && *at++ == '.' && read_number(&at, &cursor->seq) && !*at;
}

void cursor_print(const struct cursor *cursor, char out[CURSOR_TEXT])
{
    str_format(out, CURSOR_TEXT, "%lld.%lld", (long long)cursor->epoch, (long long)cursor->seq);
}

/* The last event that the history of an earlier epoch shares with this one; 0 where that epoch is not known here. */
static enum err shared_through(struct db *db, int64_t epoch, int64_t *seq)
{
    static const char sql[] = "SELECT min(seq) FROM event_epoch WHERE epoch > $1";
    static const char sql_known[] = "SELECT epoch FROM event_epoch WHERE epoch = $1"; /* primary key */
    *seq = 0;
    struct stmt *s = db_query(db, sql_known);
    db_bind_int(s, 1, epoch);
    enum err err = db_step(s);
    db_done(s);
    if (err != ERR_OK)
        return err == ERR_ABSENT ? ERR_OK : err;
    s = db_query(db, sql);
    db_bind_int(s, 1, epoch);
    err = db_step(s);
    if (err == ERR_OK && !db_is_null(s, 0))
        *seq = db_int(s, 0);
    db_done(s);
    return err;
}

enum err events_place(struct db *db, int64_t epoch, const struct cursor *at, enum place *place,
                      struct cursor *resume)
{
    int64_t last = 0;
    *place = PLACE_GOOD;
    *resume = (struct cursor){epoch, at->seq};
    enum err err = events_last(db, &last);
    if (err == ERR_OK && at->epoch < epoch) {
        err = shared_through(db, at->epoch, &last);
        if (at->seq > last) {
            *place = PLACE_RESTORED;
            resume->seq = last;
        }
    } else if (at->epoch > epoch || at->seq > last) {
        *place = PLACE_AHEAD;
        resume->seq = 0;
    }
    return err;
}

/* What every agency is told when a backup was put in place. */
struct restored {
    struct db *db;
    int64_t epoch, kept, rev, now_ms;
    char source[128], fact[48];
};

static enum err tell_restored(const struct restored *r, const char *agency, int64_t seq)
{
    char id[UUID_TEXT], now[TIME_TEXT], resume[CURSOR_TEXT];
    const struct cursor from = {r->epoch, r->kept};
    char *key = xasprintf("event %s %s %s", r->source, r->fact, agency);
    server_id(key, id);
    free(key);
    time_text(r->now_ms, now);
    cursor_print(&from, resume);
    struct json *event = event_json(id, r->source, "hall.restored", now, seq, r->now_ms),
                *data = json_new_object();
    json_set_text(data, "agency", agency);
    json_set_int(data, "epoch", r->epoch);
    json_set_text(data, "resume", resume);
    json_set(event, "data", data);
    const struct line line = {.seq = seq,
                              .rev = r->rev,
                              .id = id,
                              .agency = agency,
                              .case_id = agency,
                              .kind = "restored",
                              .fact = r->fact,
                              .at = now};
    enum err err = insert(r->db, &line, event);
    json_free(&event);
    return err;
}

static enum err put_epoch(struct db *db, int64_t epoch, int64_t seq)
{
    static const char sql[] = "INSERT INTO event_epoch (epoch, seq) VALUES ($1, $2)";
    struct stmt *s = db_query(db, sql);
    db_bind_int(s, 1, epoch);
    db_bind_int(s, 2, seq);
    return db_run(s);
}

static enum err read_agencies(struct db *db, struct json *agencies)
{
    enum { AGENCIES_MAX = 10000 };
    static const char sql[] = "SELECT row FROM agencies ORDER BY id LIMIT $1"; /* primary key */
    struct stmt *s = db_query(db, sql);
    db_bind_int(s, 1, AGENCIES_MAX);
    return rows_collect(s, agencies);
}

enum err events_restored(struct db *db, int64_t epoch, int64_t rev, int64_t now_ms)
{
    struct restored r = {.db = db, .epoch = epoch, .rev = rev, .now_ms = now_ms};
    struct json *agencies = json_new_array();
    str_format(r.fact, sizeof r.fact, "restored %lld", (long long)epoch);
    enum err err = events_last(db, &r.kept);
    if (err == ERR_OK)
        err = put_epoch(db, epoch, r.kept);
    if (err == ERR_OK)
        err = read_source(db, r.source);
    if (err == ERR_OK)
        err = read_agencies(db, agencies);
    int64_t seq = r.kept;
    for (const struct json *one = json_first(agencies); one && err == ERR_OK; one = json_next(one))
        err = tell_restored(&r, json_text_or(one, "id", ""), ++seq);
    json_free(&agencies);
    return err;
}

/* --- reading --- */

enum err events_last(struct db *db, int64_t *seq)
{
    static const char sql[] = "SELECT max(seq) FROM event"; /* primary key */
    struct stmt *s = db_query(db, sql);
    enum err err = db_step(s);
    *seq = err == ERR_OK ? db_int(s, 0) : 0;
    db_done(s);
    return err;
}

enum err events_waiting(struct db *db, const char *agency, int64_t seq, bool *waiting)
{
    static const char sql[] =
        "SELECT seq FROM event WHERE agency = $1 AND seq > $2 LIMIT 1"; /* event_agency */
    struct stmt *s = db_query(db, sql);
    db_bind_text(s, 1, agency);
    db_bind_int(s, 2, seq);
    enum err err = db_step(s);
    *waiting = err == ERR_OK;
    db_done(s);
    return err == ERR_ABSENT ? ERR_OK : err;
}

enum err events_count(struct db *db, const char *agency, int64_t seq, int64_t *count)
{
    static const char sql[] = "SELECT count(*) FROM (SELECT seq FROM event WHERE agency = $1 AND seq > $2"
                              " LIMIT $3) AS waiting"; /* event_agency */
    struct stmt *s = db_query(db, sql);
    db_bind_text(s, 1, agency);
    db_bind_int(s, 2, seq);
    db_bind_int(s, 3, EVENTS_COUNT_MAX);
    enum err err = db_step(s);
    *count = err == ERR_OK ? db_int(s, 0) : 0;
    db_done(s);
    return err;
}

enum err events_page(struct db *db, const char *agency, int64_t seq, int events_max, struct buf *out,
                     struct events_page *page)
{
    static const char sql[] = "SELECT seq, event FROM event WHERE agency = $1 AND seq > $2 ORDER BY seq"
                              " LIMIT $3"; /* event_agency */
    size_t start = out->length;
    *page = (struct events_page){.to = seq};
    struct stmt *s = db_query(db, sql);
    db_bind_text(s, 1, agency);
    db_bind_int(s, 2, seq);
    db_bind_int(s, 3, events_max + 1);
    enum err err;
    while ((err = db_step(s)) == ERR_OK) {
        page->more = page->count == events_max || out->length - start >= EVENTS_BYTES_MAX;
        if (page->more)
            break;
        if (page->count++)
            buf_addc(out, ',');
        buf_adds(out, db_text(s, 1));
        page->to = db_int(s, 0);
    }
    db_done(s);
    return err == ERR_ABSENT ? ERR_OK : err;
}

/* --- proof --- */

static bool is_sealed(struct stmt *s, int64_t seq, char before[SHA256_TEXT])
{
    char h[SHA256_TEXT];
    const char *texts[8];
    for (int i = 0; i < 8; i++)
        texts[i] = db_text(s, 3 + i) ? db_text(s, 3 + i) : "";
    const struct line line = {.seq = db_int(s, 0),
                              .step = db_int(s, 1),
                              .rev = db_int(s, 2),
                              .id = texts[0],
                              .agency = texts[1],
                              .case_id = texts[2],
                              .kind = texts[3],
                              .fact = texts[4],
                              .at = texts[5]};
    event_seal(before, &line, texts[6], h);
    str_copy(before, SHA256_TEXT, h);
    return line.seq == seq && str_equal(h, texts[7]);
}

enum err events_verify(struct db *db, int64_t *bad)
{
    static const char sql[] = "SELECT seq, step, rev, id, agency, case_, kind, fact, at_, event, h FROM event"
                              " ORDER BY seq"; /* primary key */
    char before[SHA256_TEXT] = "";
    struct stmt *s = db_query(db, sql);
    enum err err;
    *bad = 0;
    int64_t seq = 0;
    while ((err = db_step(s)) == ERR_OK && is_sealed(s, ++seq, before))
        ;
    db_done(s);
    *bad = err == ERR_OK ? seq : 0;
    if (err == ERR_OK)
        return ERR_CORRUPT;
    return err == ERR_ABSENT ? ERR_OK : err;
}
