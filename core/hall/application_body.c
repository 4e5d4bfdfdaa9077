/* core/hall/application_body.c: see applications_inside.h. Whatever is wrong with a body is told at once, each at its
 * place: whoever sends it is a program, and its citizen must not be asked ten times. */
#include <stdlib.h>
#include <string.h>

#include "core/form/pointer.h"
#include "core/hall/applications_inside.h"
#include "core/model/calendar.h"
#include "core/model/person.h"

enum {
    NAME_BYTES = 200,
    WORD_BYTES = 64,
    NOTE_BYTES = 1000,
    DOCUMENTS_MAX = 64,
    AHEAD_MS_DAYS = 366, /* an appointment lies at most so many days ahead */
};

struct reading {
    struct problems *problems;
    struct buf at; /* the pointer of what is read */
};

static void tell(struct reading *r, const char *code)
{
    problem_add(r->problems, buf_text(&r->at), code, NULL);
}

static void tell_at(struct reading *r, const char *name, const char *code)
{
    size_t here = r->at.length;
    pointer_add(&r->at, name);
    tell(r, code);
    pointer_cut(&r->at, here);
}

/* --- members by their names --- */

/* What an object may hold, as "name name …". */
static void need_known(struct reading *r, const struct json *object, const char *names)
{
    for (const struct json *member = json_first(object); member; member = json_next(member)) {
        const char *name = json_name(member);
        char *spaced = xasprintf(" %s ", name);
        if (strchr(name, ' ') || !strstr(names, spaced))
            tell_at(r, name, "unknown_member");
        free(spaced);
    }
}

/* NULL: not said, empty, or told of. */
static const char *text_of(struct reading *r, const struct json *object, const char *name, size_t bytes_max,
                           bool needed)
{
    const struct json *member = json_get(object, name);
    const char *text = json_as_text(member);
    if (member && !json_is_null(member) && !text) {
        tell_at(r, name, "not_text");
    } else if (text && strlen(text) > bytes_max) {
        tell_at(r, name, "too_long");
        text = NULL;
    } else if (needed && str_empty(text)) {
        tell_at(r, name, "needed");
    }
    return str_empty(text) ? NULL : text;
}

/* NULL: not said, or told of. */
static const struct json *part_of(struct reading *r, const struct json *body, const char *name,
                                  bool (*is_kind)(const struct json *json), const char *code)
{
    const struct json *part = json_get(body, name);
    if (!part || json_is_null(part))
        return NULL;
    if (is_kind(part))
        return part;
    tell_at(r, name, code);
    return NULL;
}

/* --- what no text may hold --- */

/* Control characters, and those that turn the direction of writing: in a name they make one read as another. */
static bool steers(int32_t code, bool lines)
{
    if (lines && (code == '\n' || code == '\r' || code == '\t'))
        return false;
    return code < ' ' || (code >= 0x7f && code < 0xa0) || (code >= 0x2028 && code <= 0x202e) ||
           (code >= 0x2066 && code <= 0x2069) || code == 0x200e || code == 0x200f || code == 0xfeff;
}

static bool has_steering(const char *text, bool lines)
{
    size_t used, left = strlen(text);
    for (; left; text += used, left -= used)
        if (steers(utf8_decode(text, left, &used), lines))
            return true;
    return false;
}

/* lines: a text of several lines may stand there. */
static void look_for_steering(struct reading *r, const struct json *value, bool lines)
{
    size_t here = r->at.length, index = 0;
    if (json_is_text(value) && has_steering(json_as_text(value), lines))
        tell(r, "control_character");
    for (const struct json *one = json_first(value); one; one = json_next(one)) {
        const char *name = json_is_object(value) ? json_name(one) : NULL;
        if (name && has_steering(name, false)) { /* it cannot even be pointed at */
            tell(r, "control_character");
            continue;
        }
        if (name)
            pointer_add(&r->at, name);
        else
            pointer_add_index(&r->at, index++);
        look_for_steering(r, one, lines || str_equal(name, "note") || (!here && str_equal(name, "answers")));
        pointer_cut(&r->at, here);
    }
}

/* --- the person --- */

static void read_number(struct reading *r, struct json *person, const char *name, enum identity kind,
                        enum identity or_kind)
{
    char normal[IDENTITY_TEXT];
    const char *typed = text_of(r, person, name, WORD_BYTES, false);
    if (!typed)
        return;
    if (identity_normal(kind, typed, normal) || identity_normal(or_kind, typed, normal))
        json_set_text(person, name, normal);
    else
        tell_at(r, name, "invalid_number");
}

static void read_person(struct reading *r, const struct json *body, struct arrived *out)
{
    static const char *const names[] = {"name", "given", "father", "family"};
    int32_t day;
    bool named = false;
    size_t before = json_count(r->problems->list);
    const struct json *said = part_of(r, body, "person", json_is_object, "not_object");
    if (!said) {
        tell_at(r, "person", "needed"); /* or it was told of already */
        return;
    }
    struct json *person = json_copy(said);
    pointer_add(&r->at, "person");
    need_known(r, person, " name given father family fin nik born phone address email language ");
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        named |= text_of(r, person, names[i], NAME_BYTES, false) != NULL;
    text_of(r, person, "address", NAME_BYTES, false);
    text_of(r, person, "email", NAME_BYTES, false);
    read_number(r, person, "fin", IDENTITY_FIN, IDENTITY_FIN);
    read_number(r, person, "nik", IDENTITY_NIK, IDENTITY_NIK);
    read_number(r, person, "phone", IDENTITY_PHONE_AZ, IDENTITY_PHONE_ID);
    const char *born = text_of(r, person, "born", WORD_BYTES, false);
    if (born && (strlen(born) != DATE_TEXT - 1 || !day_parse(born, &day)))
        tell_at(r, "born", "invalid_date");
    const char *lang = text_of(r, person, "language", WORD_BYTES, false);
    if (lang && !str_equal(application_lang(lang), lang))
        tell_at(r, "language", "unknown_language");
    if (!named && str_empty(json_text(person, "fin")) && str_empty(json_text(person, "nik")))
        tell_at(r, "name", "name_needed");
    pointer_cut(&r->at, 0);
    if (json_count(r->problems->list) > before)
        json_free(&person);
    out->person = person;
}

/* --- papers, payment, appointment --- */

static void read_documents(struct reading *r, const struct json *body, struct arrived *out)
{
    const struct json *list = part_of(r, body, "documents", json_is_array, "not_list");
    size_t index = 0;
    if (json_count(list) > DOCUMENTS_MAX) {
        tell_at(r, "documents", "too_many");
        return;
    }
    for (const struct json *one = json_first(list); one; one = json_next(one)) {
        pointer_add(&r->at, "documents");
        pointer_add_index(&r->at, index++);
        if (!json_is_object(one))
            tell(r, "not_object");
        else {
            need_known(r, one, " code state note ");
            text_of(r, one, "code", WORD_BYTES, true);
            text_of(r, one, "note", NOTE_BYTES, false);
            const char *state = text_of(r, one, "state", WORD_BYTES, true);
            if (state && !str_equal(state, "copied") && !str_equal(state, "missing"))
                tell_at(r, "state", "document_state");
        }
        pointer_cut(&r->at, 0);
    }
    out->documents = list;
}

static void read_payment(struct reading *r, const struct json *body, struct arrived *out)
{
    const struct json *payment = part_of(r, body, "payment", json_is_object, "not_object");
    if (!payment)
        return;
    pointer_add(&r->at, "payment");
    need_known(r, payment, " amount currency method reference ");
    text_of(r, payment, "amount", WORD_BYTES, true);
    text_of(r, payment, "currency", WORD_BYTES, false);
    text_of(r, payment, "method", WORD_BYTES, true);
    text_of(r, payment, "reference", NAME_BYTES, true);
    pointer_cut(&r->at, 0);
    out->payment = payment;
}

static void read_appointment(struct reading *r, const struct json *body, int64_t now_ms, struct arrived *out)
{
    const int64_t ahead_ms = (int64_t)AHEAD_MS_DAYS * 24 * 60 * 60 * 1000;
    int64_t at_ms;
    const char *text = text_of(r, body, "appointment_at", WORD_BYTES, false);
    if (!text)
        return;
    if (!time_parse(text, &at_ms))
        tell_at(r, "appointment_at", "invalid_time");
    else if (at_ms <= now_ms || at_ms > now_ms + ahead_ms)
        tell_at(r, "appointment_at", "not_to_come");
    else
        out->appointment_at = text;
}

void arrived_read(const struct json *body, int64_t now_ms, struct arrived *out, struct problems *problems)
{
    struct reading r = {.problems = problems};
    *out = (struct arrived){.complete = json_bool(body, "complete", true)};
    look_for_steering(&r, body, false);
    need_known(&r, body,
               " reference service person language tier answers documents payment appointment_at complete ");
    out->service = text_of(&r, body, "service", WORD_BYTES * 2, true);
    out->tier = text_of(&r, body, "tier", WORD_BYTES, false);
    out->language = text_of(&r, body, "language", WORD_BYTES, false);
    if (out->language && !str_equal(application_lang(out->language), out->language))
        tell_at(&r, "language", "unknown_language");
    read_person(&r, body, out);
    out->answers = part_of(&r, body, "answers", json_is_object, "not_object");
    read_documents(&r, body, out);
    read_payment(&r, body, out);
    read_appointment(&r, body, now_ms, out);
    part_of(&r, body, "complete", json_is_bool, "not_boolean");
    buf_free(&r.at);
}

/* --- reference and digest --- */

bool application_reference_valid(const char *reference)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.:~";
    size_t length = reference ? strlen(reference) : 0;
    return length > 0 && length <= APPLICATION_REFERENCE_MAX && strspn(reference, letters) == length;
}

static int by_name(const void *a, const void *b)
{
    const struct json *const *left = a, *const *right = b;
    return strcmp(json_name(*left), json_name(*right));
}

static void add_value(struct sha256 *sha, const struct json *value, bool whole);

static void add_members(struct sha256 *sha, const struct json *object, bool whole)
{
    size_t count = json_count(object), n = 0;
    const struct json **members = xcalloc(count + 1, sizeof *members);
    for (const struct json *one = json_first(object); one; one = json_next(one))
        if (!whole || !str_equal(json_name(one), "reference"))
            members[n++] = one;
    qsort(members, n, sizeof *members, by_name);
    for (size_t i = 0; i < n; i++) {
        sha256_add(sha, json_name(members[i]), strlen(json_name(members[i])) + 1);
        add_value(sha, members[i], false);
    }
    free(members);
}

static void add_value(struct sha256 *sha, const struct json *value, bool whole)
{
    bool object = json_is_object(value), array = json_is_array(value);
    sha256_add(sha, object ? "{" : array ? "[" : "=", 1);
    if (object) {
        add_members(sha, value, whole);
    } else if (array) {
        for (const struct json *one = json_first(value); one; one = json_next(one))
            add_value(sha, one, false);
    } else {
        char *text = json_print(value);
        sha256_add(sha, text, strlen(text) + 1);
        free(text);
    }
    sha256_add(sha, object ? "}" : array ? "]" : "", object || array ? 1 : 0);
}

void application_digest(const struct json *body, char out[SHA256_TEXT])
{
    struct sha256 sha;
    sha256_start(&sha);
    add_value(&sha, body, true);
    sha256_text(&sha, out);
}
