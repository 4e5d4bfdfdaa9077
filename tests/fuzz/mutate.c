/* tests/fuzz/mutate.c: mutations that keep JSON what it is, so that odd values reach the code behind the parser.
 * An input is one JSON document, or blocks between lines "%%" (session_fuzz.c), each a line of numbers and a
 * document. What is no JSON, and a part of the rest, is left to libFuzzer's own. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/rng.h"
#include "tests/fuzz/fuzz.h"

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed);
size_t LLVMFuzzerCustomCrossOver(const uint8_t *a, size_t a_size, const uint8_t *b, size_t b_size,
                                 uint8_t *out, size_t max_size, unsigned seed);

enum operation { REPLACE, DELETE, SPLICE, TWEAK, TWICE, RENAME, WRAP, OPERATIONS };

struct mutation {
    struct rng rng;
    enum operation operation;
    int at, target; /* nodes are numbered in the order of the text */
    const struct json *donor;
};

/* --- values --- */

/* Words of the protocol, of forms and of themes; members of objects take them as names, too. */
static const char *const words[] = {
    "id",
    "row_rev",
    "rev",
    "seq",
    "type",
    "v",
    "at",
    "base",
    "body",
    "wall",
    "offset_ms",
    "hold_gen",
    "client",
    "epoch",
    "acked_through",
    "commands",
    "as",
    "siti",
    "adi",
    "rina",
    "budi",
    "t",
    "row",
    "rows",
    "items",
    "h",
    "by",
    "command",
    "hidden",
    "leaf",
    "from",
    "to",
    "more",
    "server_time",
    "safe_through",
    "digests",
    "next",
    "after",
    "total",
    "results",
    "status",
    "applied",
    "refused",
    "data",
    "error",
    "code",
    "message",
    "field",
    "last_seq",
    "token",
    "expires_in",
    "user",
    "login",
    "name",
    "roles",
    "agency",
    "hall",
    "proto",
    "clerk",
    "reception",
    "supervisor",
    "approver",
    "trainer",
    "administrator",
    "system",
    "active",
    "counter",
    "c1",
    "c2",
    "fence",
    "takeover",
    "reason",
    "state",
    "open",
    "paused",
    "closed",
    "lease_until",
    "queue",
    "p",
    "P",
    "queues",
    "weight",
    "rule",
    "kind",
    "fifo",
    "priority",
    "weighted",
    "appointments",
    "max_run",
    "home",
    "home_gen",
    "services",
    "service",
    "s1",
    "channel",
    "walk_in",
    "person",
    "language",
    "appointment_at",
    "visit",
    "ticket",
    "gen",
    "early",
    "until",
    "outcome",
    "served",
    "papers_missing",
    "not_eligible",
    "wrong_service",
    "left",
    "note",
    "place",
    "keep",
    "first",
    "last",
    "number",
    "called_at",
    "started_at",
    "held_until",
    "hold_reason",
    "finished_at",
    "calls",
    "promise_min",
    "arrived_at",
    "before",
    "stamps",
    "waiting",
    "called",
    "serving",
    "held",
    "done",
    "no_show",
    "cancelled",
    "case",
    "tier",
    "standard",
    "patch",
    "base_row_rev",
    "document",
    "old-card",
    "seen",
    "copied",
    "missing",
    "waived",
    "amount",
    "currency",
    "method",
    "reference",
    "cash",
    "card",
    "decision",
    "approve",
    "refuse",
    "return",
    "refer",
    "reasons",
    "R1",
    "text",
    "conditions",
    "notice",
    "agree",
    "days",
    "complaint",
    "answer",
    "answer_decision",
    "upheld",
    "changed",
    "annulled",
    "of",
    "correction",
    "given",
    "father",
    "family",
    "fin",
    "nik",
    "born",
    "phone",
    "documents",
    "filter",
    "preview",
    "closure",
    "scores",
    "dispute",
    "choice",
    "draft",
    "submitted",
    "complete",
    "in_review",
    "approved",
    "returned",
    "referred",
    "ready",
    "delivered",
    "withdrawn",
    "flags",
    "contested",
    "fee",
    "draft_revs",
    "branches",
    "opened_at",
    "submitted_at",
    "complete_at",
    "due_at",
    "decided_at",
    "confirmed_by",
    "effective",
    "concurring",
    "form",
    "form_version",
    "schema",
    "properties",
    "required",
    "enum",
    "const",
    "format",
    "pattern",
    "minLength",
    "maxLength",
    "minimum",
    "maximum",
    "multipleOf",
    "items",
    "oneOf",
    "anyOf",
    "allOf",
    "not",
    "if",
    "then",
    "else",
    "$ref",
    "$defs",
    "dependentRequired",
    "uniqueItems",
    "x-compute",
    "x-prefill",
    "x-options",
    "x-sensitive",
    "layout",
    "elements",
    "scope",
    "options",
    "pages",
    "texts",
    "legal",
    "fees",
    "duty",
    "charge",
    "time",
    "priorities",
    "class",
    "holidays",
    "weekend",
    "date_order",
    "dmy",
    "timezone",
    "UTC",
    "Asia/Baku",
    "pack",
    "az",
    "en",
    "ru",
    "practice",
    "policy",
    "business_day",
    "languages",
    "lists",
    "entries",
    "now",
    "average_min",
    "desks",
    "arrival",
    "booked",
    "last_call",
};

static const char *const texts[] = {
    "",
    " ",
    "a",
    "@serving",
    "@held",
    "@called",
    "@gone",
    "@absent",
    "@waiting",
    "@second",
    "@third",
    "@fourth",
    "@with-case",
    "@cancelled",
    "@moved",
    "@draft",
    "@submitted",
    "@approved",
    "@refused",
    "@second-case",
    "@decision",
    "@refusal",
    "@dispute",
    "@closure",
    "@person",
    "@unsent",
    "@client",
    "u-siti",
    "u-adi",
    "u-budi",
    "a1",
    "2026-11-25T02:00:00.000Z",
    "2026-11-25T02:10:00Z",
    "0001-01-01T00:00:00.000Z",
    "9999-12-31T23:59:59.999Z",
    "2026-11-25",
    "2026-02-30",
    "0000-00-00",
    "5.00 IDR",
    "-5.00 IDR",
    "99999999999999999999.99 IDR",
    "5,0",
    "NaN",
    "01900000-0000-7000-8000-0000000000f1",
    "00000000-0000-0000-0000-000000000000",
    "\x1b[2J\x07",
    "\r\nX-A: b",
    "%s%n%d",
    "../../etc",
    "'; DROP",
    "\xe2\x80\xae zyx",
    "\xc9\x99\xc4\xb1\xd0\x96",
    "e\xcc\x81\xcc\x81\xcc\x81",
    "\xf0\x9f\x87\xa6\xf0\x9f\x87\xbf",
    "\\u0000",
    "999999999999999999999",
    "-1",
    "1e999",
    "true",
    "null",
    "P001",
    "#/$defs/a",
    "#/properties/a",
    "^(a+)+$",
    "\\p{L}+",
    "/reason",
    "a/b~1",
    "{{x}}",
};

static const double numbers[] = {0,
                                 -0.0,
                                 1,
                                 -1,
                                 2,
                                 3,
                                 50,
                                 51,
                                 255,
                                 65536,
                                 2147483647.0,
                                 2147483648.0,
                                 4294967295.0,
                                 1e15,
                                 1e16,
                                 0.5,
                                 -0.1,
                                 1e308,
                                 9007199254740992.0,
                                 9007199254740993.0,
                                 -9007199254740992.0,
                                 9.3e18,
                                 1e-320};

static size_t below(struct mutation *m, size_t count)
{
    return (size_t)rng_below(&m->rng, count);
}

static struct json *long_text(struct mutation *m)
{
    size_t length = (size_t)1 << below(m, 15);
    char *text = xmalloc(length + 1);
    memset(text, "aA0 ."[below(m, 5)], length);
    text[length] = '\0';
    struct json *json = json_new_text(text);
    free(text);
    return json;
}

static struct json *nested(struct mutation *m)
{
    struct json *json = json_new_array();
    for (size_t depth = below(m, 50); depth > 0; depth--) {
        struct json *outer = depth % 2 ? json_new_array() : json_new_object();
        if (depth % 2)
            json_add(outer, json);
        else
            json_set(outer, "a", json);
        json = outer;
    }
    return json;
}

static struct json *many(struct mutation *m)
{
    struct json *array = json_new_array();
    for (size_t left = below(m, 200); left > 0; left--)
        json_add(array, below(m, 2) ? json_new_int((int64_t)left) : json_new_text(words[below(m, 20)]));
    return array;
}

static struct json *any_value(struct mutation *m)
{
    switch (below(m, 12)) {
    case 0:
        return json_new_null();
    case 1:
        return json_new_bool(below(m, 2));
    case 2:
    case 3:
        return json_new_number(numbers[below(m, sizeof numbers / sizeof *numbers)]);
    case 4:
    case 5:
        return json_new_text(words[below(m, sizeof words / sizeof *words)]);
    case 6:
    case 7:
        return json_new_text(texts[below(m, sizeof texts / sizeof *texts)]);
    case 8:
        return below(m, 2) ? json_new_array() : json_new_object();
    case 9:
        return below(m, 4) ? nested(m) : long_text(m);
    case 10:
        return many(m);
    default:
        return json_new_int((int64_t)below(m, 100));
    }
}

static struct json *tweaked_text(struct mutation *m, const char *text)
{
    size_t length = strlen(text), capacity = length + 16;
    char *bytes = xcalloc(capacity + 1, 1);
    memcpy(bytes, text, length);
    length = LLVMFuzzerMutate((uint8_t *)bytes, length ? length : 1, capacity);
    bytes[length] = '\0';
    if (!utf8_valid(bytes, strlen(bytes)) && below(m, 8))
        for (char *c = bytes; *c; c++)
            *c = (char)(*c & 0x7f ? *c & 0x7f : ' ');
    struct json *json = json_new_text(bytes);
    free(bytes);
    return json;
}

static struct json *tweaked(struct mutation *m, const struct json *node)
{
    double value = json_as_number(node, 0);
    if (json_is_text(node))
        return tweaked_text(m, json_as_text(node));
    if (json_is_number(node))
        return json_new_number(below(m, 4) ? value + (below(m, 2) ? 1 : -1) : value * -10);
    if (json_is_bool(node))
        return json_new_bool(!json_as_bool(node, false));
    return any_value(m);
}

/* --- the walk --- */

static struct json *rebuilt(struct mutation *m, const struct json *node);

static void put_member(struct mutation *m, struct json *object, const struct json *member, int number)
{
    struct json *value = rebuilt(m, member);
    if (!value)
        return;
    const char *name = json_name(member), *other = words[below(m, sizeof words / sizeof *words)];
    if (number == m->target && m->operation == TWICE)
        json_set(object, other, json_copy(value));
    json_set(object, number == m->target && m->operation == RENAME ? other : name, value);
}

static struct json *members(struct mutation *m, const struct json *node)
{
    struct json *copy = json_is_array(node) ? json_new_array() : json_new_object();
    for (const struct json *member = json_first(node); member; member = json_next(member)) {
        int number = m->at;
        if (!json_is_array(node)) {
            put_member(m, copy, member, number);
            continue;
        }
        struct json *value = rebuilt(m, member);
        if (value && number == m->target && m->operation == TWICE)
            for (size_t more = 1 + below(m, 4); more > 0; more--)
                json_add(copy, json_copy(value));
        if (value)
            json_add(copy, value);
    }
    return copy;
}

static struct json *rebuilt(struct mutation *m, const struct json *node)
{
    if (m->at++ == m->target) {
        struct json *outer;
        switch (m->operation) {
        case REPLACE:
            return any_value(m);
        case DELETE:
            return NULL;
        case SPLICE:
            return json_copy(m->donor);
        case TWEAK:
            if (!json_is_array(node) && !json_is_object(node))
                return tweaked(m, node);
            outer = json_copy(node);
            if (json_is_array(node))
                json_add(outer, any_value(m));
            else
                json_set(outer, words[below(m, sizeof words / sizeof *words)], any_value(m));
            return outer;
        case WRAP:
            outer = json_new_array();
            json_add(outer, json_copy(node));
            return outer;
        default:
            break;
        }
    }
    return json_is_array(node) || json_is_object(node) ? members(m, node) : json_copy(node);
}

static int count_nodes(const struct json *node)
{
    int count = 1;
    for (const struct json *member = json_first(node); member; member = json_next(member))
        count += count_nodes(member);
    return count;
}

static const struct json *nth(const struct json *node, int *left)
{
    const struct json *found = NULL;
    if ((*left)-- == 0)
        return node;
    for (const struct json *member = json_first(node); member && !found; member = json_next(member))
        found = nth(member, left);
    return found;
}

/* The document changed once or a few times; donors come from other, which may be the document itself. */
static struct json *changed(struct mutation *m, const struct json *document, const struct json *other)
{
    struct json *json = json_copy(document);
    for (size_t times = 1 + below(m, 3); times > 0 && json; times--) {
        int donor = (int)below(m, (size_t)count_nodes(other));
        m->donor = nth(other, &donor);
        m->operation = (enum operation)below(m, OPERATIONS);
        m->at = 0;
        m->target = (int)below(m, (size_t)count_nodes(json));
        struct json *next = rebuilt(m, json);
        json_free(&json);
        json = next;
    }
    return json;
}

/* --- blocks --- */

struct block {
    const char *text; /* the document's */
    size_t length;
    const char *head; /* its line of numbers; NULL: none */
};

/* One of the blocks by chance. */
static struct block pick(struct mutation *m, const char *text, size_t size)
{
    static const char mark[] = "\n%%\n";
    struct block chosen = {text, size, NULL};
    size_t seen = 0;
    for (const char *at = text, *end = text + size; at <= end;) {
        const char *next = memmem(at, (size_t)(end - at), mark, sizeof mark - 1);
        size_t length = (size_t)((next ? next : end) - at);
        if (below(m, ++seen) == 0)
            chosen = (struct block){at, length, NULL};
        if (!next)
            break;
        at = next + sizeof mark - 1;
    }
    const char *line = memchr(chosen.text, '\n', chosen.length);
    if (chosen.length > 0 && chosen.text[0] >= '0' && chosen.text[0] <= '9' && line) {
        chosen.head = chosen.text;
        chosen.length -= (size_t)(line + 1 - chosen.text);
        chosen.text = line + 1;
    }
    return chosen;
}

static size_t put_back(uint8_t *data, size_t size, size_t max_size, const struct block *block,
                       const char *text)
{
    size_t before = (size_t)(block->text - (const char *)data), length = strlen(text);
    size_t behind = size - before - block->length;
    if (before + length + behind > max_size)
        return 0;
    memmove(data + before + length, data + before + block->length, behind);
    memcpy(data + before, text, length);
    return before + length + behind;
}

static size_t change_head(struct mutation *m, uint8_t *data, size_t size, size_t max_size,
                          struct block *block)
{
    static const char *const heads[] = {"0\n",   "200\n", "200\n",   "201\n",   "204\n", "302\n",
                                        "401\n", "403\n", "404\n",   "409\n",   "410\n", "413\n",
                                        "422\n", "426\n", "429 5\n", "503 1\n", "500\n", "507\n"};
    block->length = (size_t)(block->text - block->head);
    block->text = block->head;
    return put_back(data, size, max_size, block, heads[below(m, sizeof heads / sizeof *heads)]);
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed)
{
    struct mutation m = {0};
    struct json *json = NULL;
    rng_seed(&m.rng, seed);
    struct block block = pick(&m, (const char *)data, size);
    if (block.head && below(&m, 8) == 0) {
        size_t done = change_head(&m, data, size, max_size, &block);
        if (done)
            return done;
    }
    if (below(&m, 10) == 0 || json_parse(block.text, block.length, &json, NULL) != ERR_OK)
        return LLVMFuzzerMutate(data, size, max_size);
    struct json *next = changed(&m, json, json);
    char *text = next ? json_print(next) : xstrdup("{}");
    size_t done = put_back(data, size, max_size, &block, text);
    free(text);
    json_free(&next);
    json_free(&json);
    return done ? done : LLVMFuzzerMutate(data, size, max_size);
}

size_t LLVMFuzzerCustomCrossOver(const uint8_t *a, size_t a_size, const uint8_t *b, size_t b_size,
                                 uint8_t *out, size_t max_size, unsigned seed)
{
    struct mutation m = {0};
    struct json *from = NULL, *into = NULL;
    rng_seed(&m.rng, seed);
    if (a_size > max_size)
        return 0;
    memcpy(out, a, a_size);
    struct block block = pick(&m, (const char *)out, a_size), other = pick(&m, (const char *)b, b_size);
    size_t done = 0;
    if (json_parse(block.text, block.length, &into, NULL) == ERR_OK &&
        json_parse(other.text, other.length, &from, NULL) == ERR_OK) {
        int donor = (int)below(&m, (size_t)count_nodes(from));
        m.donor = nth(from, &donor);
        m.operation = SPLICE;
        m.target = (int)below(&m, (size_t)count_nodes(into));
        struct json *next = rebuilt(&m, into);
        char *text = json_print(next);
        done = put_back(out, a_size, max_size, &block, text);
        free(text);
        json_free(&next);
    }
    json_free(&from);
    json_free(&into);
    return done;
}
