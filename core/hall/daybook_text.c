/* core/hall/daybook_text.c: see daybook_text.h. */
#include "core/hall/daybook_text.h"

#include <stdlib.h>
#include <string.h>

#include "core/model/calendar.h"

enum {
    NAME = 3,    /* signs */
    INSTANT = 6, /* 36 bits of milliseconds: two years */
    MINUTES = 3,
    VISIT_LINE = 5 * NAME + 3 + 3 * INSTANT + 2 * MINUTES,
    SURVEY_LINE = NAME + 9,
    DECISION_LINE = 4 * NAME + 1 + INSTANT,
    NAMES_MAX = 1 << 18,
};
#define INSTANT_MAX ((INT64_C(1) << 36) - 1)
#define BEFORE_MS   (INT64_C(1) << 35) /* an instant may lie before its day's midnight */

/* --- numbers --- */

static void put(struct buf *out, int64_t value, int signs)
{
    char text[INSTANT];
    for (int i = signs - 1; i >= 0; i--, value >>= 6)
        text[i] = (char)('0' + (value & 63));
    buf_add(out, text, (size_t)signs);
}

static int64_t within(int64_t value, int64_t most)
{
    return value < 0 ? 0 : value > most ? most : value;
}

/* 0 is "not known". */
static void put_known(struct buf *out, int64_t value, int signs)
{
    int64_t most = (INT64_C(1) << 6 * signs) - 1;
    put(out, value < 0 ? 0 : within(value + 1, most), signs);
}

static void put_instant(struct buf *out, int64_t at_ms, int64_t midnight_ms)
{
    put(out, at_ms < 0 ? 0 : 1 + within(at_ms - midnight_ms + BEFORE_MS, INSTANT_MAX - 1), INSTANT);
}

static inline int64_t get(const char **at, int signs)
{
    int64_t value = 0;
    for (int i = 0; i < signs; i++)
        value = value << 6 | ((unsigned char)*(*at)++ - '0');
    return value;
}

static inline int64_t get_instant(const char **at, int64_t midnight_ms)
{
    int64_t kept = get(at, INSTANT);
    return kept ? kept - 1 - BEFORE_MS + midnight_ms : -1;
}

static int64_t midnight(const char *day)
{
    int32_t number = 0;
    return day_parse(day, &number) ? (int64_t)number * 24 * 60 * 60 * 1000 : 0;
}

/* --- names --- */

static unsigned hash_of(const char *text)
{
    unsigned hash = 2166136261u;
    for (; *text; text++)
        hash = (hash ^ (unsigned char)*text) * 16777619u;
    return hash;
}

static int *slot_of(struct day_names *names, const char *name)
{
    unsigned mask = (unsigned)names->slot_count - 1, at = hash_of(name) & mask;
    while (names->slots[at] && strcmp(names->all[names->slots[at] - 1], name) != 0)
        at = (at + 1) & mask;
    return &names->slots[at];
}

static void grow(struct day_names *names)
{
    names->capacity = names->capacity ? names->capacity * 2 : 64;
    names->all = xrealloc(names->all, (size_t)names->capacity * sizeof *names->all);
    free(names->slots);
    names->slot_count = names->capacity * 4;
    names->slots = xcalloc((size_t)names->slot_count, sizeof *names->slots);
    for (int i = 0; i < names->count; i++)
        *slot_of(names, names->all[i]) = i + 1;
}

int day_names_place(struct day_names *names, const char *name)
{
    if (names->count == names->capacity)
        grow(names);
    int *slot = slot_of(names, name ? name : "");
    if (!*slot && names->count < NAMES_MAX) {
        names->all[names->count++] = xstrdup(name ? name : "");
        *slot = names->count;
    }
    return *slot ? *slot - 1 : 0;
}

void day_names_free(struct day_names *names)
{
    for (int i = 0; i < names->count; i++)
        free(names->all[i]);
    free(names->all);
    free(names->slots);
    *names = (struct day_names){0};
}

/* --- writing --- */

void day_part_start(struct day_part *part, const char *day)
{
    *part = (struct day_part){.midnight_ms = midnight(day)};
    (void)day_part_name(part, "");
}

void day_part_free(struct day_part *part)
{
    day_names_free(&part->names);
    buf_free(&part->visits);
    buf_free(&part->surveys);
    buf_free(&part->decisions);
    *part = (struct day_part){0};
}

int day_part_name(struct day_part *part, const char *name)
{
    return day_names_place(&part->names, name);
}

void day_part_visit(struct day_part *part, const struct day_visit *v)
{
    struct buf *out = &part->visits;
    const int names[] = {v->queue, v->service, v->user, v->counter, v->channel};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        put(out, names[i], NAME);
    put(out, v->state, 1);
    put(out, v->outcome, 1);
    put(out, v->called | v->named << 1 | v->booked << 2, 1);
    put_instant(out, v->arrived_ms, part->midnight_ms);
    put_known(out, v->wait_ms, INSTANT);
    put_known(out, v->service_ms, INSTANT);
    put_known(out, v->low_min, MINUTES);
    put_known(out, v->high_min, MINUTES);
    part->lines[0]++;
}

void day_part_survey(struct day_part *part, const struct day_survey *s)
{
    put(&part->surveys, s->service, NAME);
    for (int i = 0; i < 9; i++)
        put(&part->surveys, s->scores[i], 1);
    part->lines[1]++;
}

void day_part_decision(struct day_part *part, const struct day_decision *d)
{
    const int names[] = {d->service, d->user, d->outcome, d->reason};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        put(&part->decisions, names[i], NAME);
    put(&part->decisions, d->first, 1);
    put_instant(&part->decisions, d->at_ms, part->midnight_ms);
    part->lines[2]++;
}

void day_part_print(const struct day_part *part, struct buf *out)
{
    buf_addf(out, "1 %d %d %d %d\n", part->names.count, part->lines[0], part->lines[1], part->lines[2]);
    for (int i = 0; i < part->names.count; i++)
        buf_addf(out, "%zu:%s", strlen(part->names.all[i]), part->names.all[i]);
    buf_adds(out, buf_text(&part->visits));
    buf_adds(out, buf_text(&part->surveys));
    buf_adds(out, buf_text(&part->decisions));
}

/* --- reading --- */

struct reading {
    const char *at, *end;
    int64_t midnight_ms;
    char **names;
    int count, lines[3];
};

/* Digits and what follows them; -1: there are none, or too many. */
static int number(struct reading *r, char after)
{
    int value = 0, digits = 0;
    for (; r->at < r->end && *r->at >= '0' && *r->at <= '9' && digits < 9; digits++)
        value = value * 10 + (*r->at++ - '0');
    if (!digits || r->at == r->end || *r->at++ != after)
        return -1;
    return value;
}

static bool read_names(struct reading *r)
{
    r->names = xcalloc((size_t)r->count + 1, sizeof *r->names);
    for (int i = 0; i < r->count; i++) {
        int length = number(r, ':');
        if (length < 0 || length > r->end - r->at)
            return false;
        r->names[i] = xstrndup(r->at, (size_t)length);
        r->at += length;
    }
    return true;
}

static bool read_head(struct reading *r)
{
    int version = number(r, ' ');
    r->count = number(r, ' ');
    r->lines[0] = number(r, ' ');
    r->lines[1] = number(r, ' ');
    r->lines[2] = number(r, '\n');
    if (version != 1 || r->count < 1 || r->count > NAMES_MAX || r->lines[0] < 0 || r->lines[1] < 0 ||
        r->lines[2] < 0 || !read_names(r))
        return false;
    return r->end - r->at == (int64_t)r->lines[0] * VISIT_LINE + (int64_t)r->lines[1] * SURVEY_LINE +
                                 (int64_t)r->lines[2] * DECISION_LINE;
}

static inline bool get_name(struct reading *r, int *name)
{
    *name = (int)get(&r->at, NAME);
    return *name >= 0 && *name < r->count;
}

static bool read_visit(struct reading *r, struct day_visit *v)
{
    bool good = get_name(r, &v->queue);
    good &= get_name(r, &v->service);
    good &= get_name(r, &v->user);
    good &= get_name(r, &v->counter);
    good &= get_name(r, &v->channel);
    v->state = (char)get(&r->at, 1);
    v->outcome = (char)get(&r->at, 1);
    int64_t flags = get(&r->at, 1);
    v->called = flags & 1;
    v->named = flags >> 1 & 1;
    v->booked = flags >> 2 & 1;
    v->arrived_ms = get_instant(&r->at, r->midnight_ms);
    v->wait_ms = get(&r->at, INSTANT) - 1;
    v->service_ms = get(&r->at, INSTANT) - 1;
    v->low_min = (int)get(&r->at, MINUTES) - 1;
    v->high_min = (int)get(&r->at, MINUTES) - 1;
    return good;
}

static bool read_survey(struct reading *r, struct day_survey *s)
{
    bool good = get_name(r, &s->service);
    for (int i = 0; i < 9; i++) {
        s->scores[i] = (int)get(&r->at, 1);
        good &= s->scores[i] >= 1 && s->scores[i] <= 4;
    }
    return good;
}

static bool read_decision(struct reading *r, struct day_decision *d)
{
    bool good = get_name(r, &d->service);
    good &= get_name(r, &d->user);
    good &= get_name(r, &d->outcome);
    good &= get_name(r, &d->reason);
    d->first = get(&r->at, 1) != 0;
    d->at_ms = get_instant(&r->at, r->midnight_ms);
    return good;
}

static bool read_lines(struct reading *r, const struct day_reader *reader)
{
    bool good = true;
    struct day_visit visit;
    struct day_survey survey;
    struct day_decision decision;
    for (int i = 0; good && i < r->lines[0]; i++)
        if ((good = read_visit(r, &visit)) && reader->visit)
            reader->visit(reader->ctx, &visit);
    for (int i = 0; good && i < r->lines[1]; i++)
        if ((good = read_survey(r, &survey)) && reader->survey)
            reader->survey(reader->ctx, &survey);
    for (int i = 0; good && i < r->lines[2]; i++)
        if ((good = read_decision(r, &decision)) && reader->decision)
            reader->decision(reader->ctx, &decision);
    return good;
}

bool day_part_read(const char *day, const char *text, size_t length, const struct day_reader *reader)
{
    struct reading r = {.at = text, .end = text + length, .midnight_ms = midnight(day)};
    bool good = read_head(&r);
    if (good && reader->names)
        reader->names(reader->ctx, day, r.names, r.count);
    good = good && read_lines(&r, reader);
    for (int i = 0; r.names && i < r.count; i++)
        free(r.names[i]);
    free(r.names);
    return good;
}
