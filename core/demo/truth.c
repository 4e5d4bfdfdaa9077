/* core/demo/truth.c: see truth.h. */
#include "core/demo/truth.h"

#include <stdlib.h>
#include <string.h>

#include "core/catalogue/catalogue.h"
#include "core/demo/inside.h"

enum { TRIES_KNOWN = 60, TRIES_MAX = 120, HAD_AT_HOME = 80 /* of a hundred that forgot one */ };

const char *truth_ground_text(enum truth_ground ground)
{
    static const char *const texts[] = {
#define X(name, text, outcome, codes) text,
        TRUTH_GROUND_LIST(X)
#undef X
    };
    return texts[ground];
}

static const char *const outcomes[] = {
#define X(name, text, outcome, codes) outcome,
    TRUTH_GROUND_LIST(X)
#undef X
};
static const char *const reason_codes[] = {
#define X(name, text, outcome, codes) codes,
    TRUTH_GROUND_LIST(X)
#undef X
};

static void hash_in(uint64_t *hash, const char *text)
{
    const uint64_t prime = 1099511628211u; /* FNV-1a */
    for (const char *c = text; c && *c; c++)
        *hash = (*hash ^ (unsigned char)*c) * prime;
}

/* By who it is and what they ask for, so that it does not matter when, and for whom else, truth is made. */
static uint64_t seed_of(const struct truth_about *about)
{
    uint64_t hash = 1469598103934665603u ^ about->seed;
    const struct json *person = about->citizen->person;
    hash_in(&hash, json_text(person, "phone"));
    hash_in(&hash, json_text(person, "fin"));
    hash_in(&hash, json_text(person, "nik"));
    hash_in(&hash, json_text(about->service, "id"));
    return hash;
}

static bool chance(struct rng *rng, int percent)
{
    return (int)rng_below(rng, 100) < percent;
}

/* --- the form --- */

/* A draft that may be handed in, made with a seed; NULL: it may not. */
static struct json *try_draft(struct generator *g, const struct form *form,
                              const struct form_context *context)
{
    struct json *datum = generate_valid(g), *whole = NULL;
    struct schema_errors errors = {0};
    if (datum)
        whole = form_submitted(form, datum, context);
    if (whole && !form_validate(form, whole, context, &errors))
        json_free(&whole);
    schema_errors_free(&errors);
    json_free(&datum);
    return whole;
}

static struct json *make_draft(const struct truth_about *about, const struct form *form)
{
    const struct form_source source = {.service = about->service, .pack = about->pack->about};
    struct known known;
    struct json *draft = NULL;
    known_open(&known, about);
    const char *lang = json_as_text(json_first(json_get(about->pack->about, "languages")));
    const struct form_context context = {.lang = lang, .today = about->today, .person = known.person};
    for (int try = 0; try < TRIES_MAX && !draft; try++) {
        struct generator g;
        known.open = try >= TRIES_KNOWN;
        generate_open(&g, &source, form, &context, seed_of(about) + (uint64_t)try);
        g.known = known_value;
        g.known_context = &known;
        draft = try_draft(&g, form, &context);
        generate_close(&g);
    }
    known_close(&known);
    return draft;
}

static enum err fill_form(const struct truth_about *about, struct truth *truth, struct err_info *info)
{
    const struct form_source source = {.service = about->service, .pack = about->pack->about};
    struct form *own = NULL;
    if (!catalogue_has_form(about->service)) {
        truth->draft = json_new_object();
        truth->answers = json_new_array();
        return ERR_OK;
    }
    if (!about->form && form_open(&source, &own, info) != ERR_OK)
        return ERR_ABSENT;
    const struct form *form = about->form ? about->form : own;
    truth->draft = make_draft(about, form);
    if (truth->draft)
        truth->answers = papers_answers(form, truth->draft);
    form_free(&own);
    return truth->draft ? ERR_OK
                        : err_set(info, ERR_INVALID, "No answers fit the form of %s.",
                                  json_text_or(about->service, "id", ""));
}

/* --- papers --- */

static void list_papers(const struct truth_about *about, struct truth *truth)
{
    struct catalogue_document documents[TRUTH_PAPERS_MAX];
    const struct json *draft = catalogue_has_form(about->service) ? truth->draft : NULL;
    truth->paper_count = catalogue_documents(about->service, draft, NULL, documents, TRUTH_PAPERS_MAX);
    for (int i = 0; i < truth->paper_count; i++) {
        struct truth_paper *paper = &truth->papers[i];
        *paper = (struct truth_paper){.code = documents[i].code,
                                      .kind = documents[i].kind,
                                      .group = documents[i].group,
                                      .name = documents[i].name,
                                      .fields = json_new_array()};
        for (const struct json *at = json_first(truth->answers); at; at = json_next(at))
            if (papers_show(paper, json_as_text(at)))
                json_add_text(paper->fields, json_as_text(at));
    }
}

static struct truth_paper *find_paper(struct truth *truth, const char *code)
{
    for (int i = 0; i < truth->paper_count; i++)
        if (str_equal(truth->papers[i].code, code))
            return &truth->papers[i];
    return NULL;
}

const struct truth_paper *truth_paper(const struct truth *truth, const char *code)
{
    for (int i = 0; i < truth->paper_count; i++)
        if (str_equal(truth->papers[i].code, code))
            return &truth->papers[i];
    return NULL;
}

/* Of papers of which any one is enough, one is there: the one that is forgotten, or any. */
static void choose_of_groups(struct truth *truth, struct rng *rng, const struct truth_paper *forgotten)
{
    for (int i = 0; i < truth->paper_count; i++) {
        const char *group = truth->papers[i].group;
        int members = 0, kept;
        bool seen = false;
        for (int j = 0; j < truth->paper_count; j++) {
            bool member = *group && str_equal(truth->papers[j].group, group);
            members += member;
            seen = seen || (member && j < i);
        }
        if (members < 2 || seen)
            continue;
        kept = (int)rng_below(rng, (uint64_t)members);
        bool by_name = forgotten && str_equal(forgotten->group, group);
        for (int j = 0, nth = 0; j < truth->paper_count; j++)
            if (str_equal(truth->papers[j].group, group) &&
                (by_name ? &truth->papers[j] != forgotten : nth++ != kept))
                truth->papers[j].where = PAPER_NEVER_HAD;
    }
}

static void forget(const struct truth_about *about, struct truth *truth, struct rng *rng)
{
    struct truth_paper *forgotten = about->citizen->forgot ? find_paper(truth, about->citizen->forgot) : NULL;
    choose_of_groups(truth, rng, forgotten);
    enum paper_where where = chance(rng, HAD_AT_HOME) ? PAPER_AT_HOME : PAPER_NEVER_HAD;
    if (!forgotten)
        return;
    forgotten->where = where;
    truth->ground = TRUTH_PAPER_MISSING;
    json_add_text(truth->missing, forgotten->code);
}

/* The place of a name or a number on a paper, by which it is known whose it is; NULL: there is none. */
static const char *whose_field(const struct truth_paper *paper)
{
    static const char *const leaves[] = {"name", "family", "nik", "fin"};
    for (size_t i = 0; i < sizeof leaves / sizeof *leaves; i++)
        for (const struct json *at = json_first(paper->fields); at; at = json_next(at))
            if (strcmp(papers_leaf(json_as_text(at)), leaves[i]) == 0)
                return json_as_text(at);
    return NULL;
}

static bool may_be(const struct truth_paper *paper, enum paper_fault fault)
{
    bool written = strcmp(paper->kind, "statement") != 0 && strcmp(paper->kind, "form") != 0 &&
                   strcmp(paper->kind, "photo") != 0;
    if (paper->where != PAPER_HERE)
        return false;
    if (fault == PAPER_ANOTHERS)
        return papers_identify(paper->code) && whose_field(paper);
    if (fault == PAPER_UNREADABLE)
        return strcmp(paper->kind, "copy") == 0;
    return fault == PAPER_FORGED ? written : written && strcmp(paper->kind, "receipt") != 0;
}

/* Gives one of the papers that may have it the fault; NULL: none may. */
static struct truth_paper *spoil(struct truth *truth, struct rng *rng, enum paper_fault fault)
{
    struct truth_paper *taken = NULL;
    uint64_t fitting = 0;
    for (int i = 0; i < truth->paper_count; i++)
        if (may_be(&truth->papers[i], fault) && rng_below(rng, ++fitting) == 0)
            taken = &truth->papers[i];
    if (taken)
        taken->fault = fault;
    return taken;
}

static char *others_number(const char *own, struct rng *rng)
{
    char *number = xstrdup(own);
    size_t length = strlen(number);
    for (size_t i = length > 4 ? length - 4 : 0; i < length; i++)
        number[i] = (char)('0' + (number[i] + 1 + (int)rng_below(rng, 8)) % 10);
    return number;
}

static void put_another(const struct truth_about *about, struct truth *truth, struct truth_paper *paper,
                        struct rng *rng)
{
    const char *at = whose_field(paper), *leaf = papers_leaf(at);
    const char *own = json_as_text(json_pointer(truth->draft, at));
    struct json *stranger = known_stranger(about, rng);
    char *text;
    if (strcmp(leaf, "name") == 0)
        text = xasprintf("%s %s", json_text_or(stranger, "given", ""), json_text_or(stranger, "family", ""));
    else if (strcmp(leaf, "family") == 0)
        text = xstrdup(json_text_or(stranger, "family", ""));
    else
        text = others_number(own ? own : "", rng);
    if (str_equal(text, own)) { /* a namesake is no fault */
        free(text);
        text = xasprintf("%s-%s", own, json_text_or(stranger, "given", ""));
    }
    paper->instead = json_new_object();
    json_set_text(paper->instead, at, text);
    free(text);
    json_free(&stranger);
}

static bool put_false_paper(const struct truth_about *about, struct truth *truth, struct rng *rng)
{
    bool fraud = about->citizen->temper == TEMPER_FRAUD;
    enum paper_fault first = fraud || chance(rng, 50) ? PAPER_ANOTHERS : PAPER_FORGED;
    struct truth_paper *paper = spoil(truth, rng, first);
    if (!paper)
        paper = spoil(truth, rng, first == PAPER_ANOTHERS ? PAPER_FORGED : PAPER_ANOTHERS);
    if (!paper)
        return false;
    if (paper->fault == PAPER_ANOTHERS)
        put_another(about, truth, paper, rng);
    truth->ground = TRUTH_FALSE_PAPER;
    return true;
}

static void put_stale_paper(struct truth *truth, struct rng *rng)
{
    enum paper_fault first = chance(rng, 50) ? PAPER_EXPIRED : PAPER_UNREADABLE;
    struct truth_paper *paper = spoil(truth, rng, first);
    if (!paper)
        paper = spoil(truth, rng, first == PAPER_EXPIRED ? PAPER_UNREADABLE : PAPER_EXPIRED);
    if (!paper)
        return;
    truth->ground = paper->fault == PAPER_EXPIRED ? TRUTH_PAPER_EXPIRED : TRUTH_PAPER_UNREADABLE;
    json_add_text(truth->missing, paper->code);
}

/* --- what follows from it --- */

/* A paper that is missing stands before everything else: what is not whole cannot be decided. */
static void find_ground(const struct truth_about *about, struct truth *truth, struct rng *rng)
{
    bool fraud = about->citizen->temper == TEMPER_FRAUD, false_paper = chance(rng, about->false_paper),
         no_right = chance(rng, about->no_right), elsewhere = chance(rng, about->elsewhere),
         stale = chance(rng, about->stale);
    if (truth->ground != TRUTH_FULFILLED)
        return;
    if ((fraud || false_paper) && put_false_paper(about, truth, rng))
        return;
    if (no_right)
        truth->ground = TRUTH_NO_RIGHT;
    else if (elsewhere)
        truth->ground = TRUTH_ELSEWHERE;
    else if (stale)
        put_stale_paper(truth, rng);
}

static void add_reasons(const struct json *service, struct truth *truth)
{
    struct catalogue_reason reasons[CATALOGUE_REASONS_MAX];
    const char *codes = reason_codes[truth->ground];
    int count = catalogue_reasons(service, truth->outcome, reasons, CATALOGUE_REASONS_MAX);
    for (const char *code = codes; *code; code += strcspn(code, " "), code += *code == ' ')
        for (int i = 0; i < count; i++)
            if (strlen(reasons[i].code) == strcspn(code, " ") &&
                strncmp(reasons[i].code, code, strlen(reasons[i].code)) == 0)
                json_add_text(truth->reasons, reasons[i].code);
    for (int i = 0; i < count && json_count(truth->reasons) == 0; i++) /* a pack with numbers of its own */
        json_add_text(truth->reasons, reasons[i].code);
}

enum err truth_make(const struct truth_about *about, struct truth *out, struct err_info *info)
{
    struct rng rng;
    *out = (struct truth){.ground = TRUTH_FULFILLED};
    enum err err = fill_form(about, out, info);
    if (err != ERR_OK) {
        truth_free(out);
        return err;
    }
    rng_seed(&rng, seed_of(about) ^ 0x7472757468u);
    out->reasons = json_new_array();
    out->missing = json_new_array();
    list_papers(about, out);
    forget(about, out, &rng);
    find_ground(about, out, &rng);
    out->outcome = outcomes[out->ground];
    if (strcmp(out->outcome, "return") != 0) {
        json_free(&out->missing);
        out->missing = json_new_array();
    }
    add_reasons(about->service, out);
    return ERR_OK;
}

void truth_free(struct truth *truth)
{
    for (int i = 0; i < truth->paper_count; i++) {
        json_free(&truth->papers[i].fields);
        json_free(&truth->papers[i].instead);
    }
    json_free(&truth->draft);
    json_free(&truth->answers);
    json_free(&truth->reasons);
    json_free(&truth->missing);
    *truth = (struct truth){0};
}

/* --- what somebody made of it --- */

bool truth_outcome_right(const struct truth *truth, const char *outcome)
{
    return str_equal(truth->outcome, outcome);
}

bool truth_reasons_right(const struct truth *truth, const struct json *reasons)
{
    if (json_count(truth->reasons) == 0)
        return true;
    for (const struct json *code = json_first(reasons); code; code = json_next(code))
        if (!json_has_text(truth->reasons, json_as_text(code)))
            return false;
    return json_count(reasons) > 0 || strcmp(truth->outcome, "approve") == 0;
}

static bool same_text(const char *a, const char *b)
{
    struct buf one = {0}, other = {0};
    utf8_fold(&one, a);
    utf8_fold(&other, b);
    const char *x = buf_text(&one), *y = buf_text(&other);
    for (;; x++, y++) {
        while (*x == ' ')
            x++;
        while (*y == ' ')
            y++;
        if (*x != *y || !*x)
            break;
    }
    bool same = *x == *y;
    buf_free(&one);
    buf_free(&other);
    return same;
}

static bool is_in(const struct json *list, const struct json *value)
{
    for (const struct json *one = json_first(list); one; one = json_next(one))
        if (json_equal(one, value))
            return true;
    return false;
}

static bool same_answer(const struct json *a, const struct json *b)
{
    if (json_is_text(a) && json_is_text(b))
        return same_text(json_as_text(a), json_as_text(b));
    if (!json_is_array(a) || !json_is_array(b) || json_count(a) != json_count(b))
        return a && b && json_equal(a, b);
    for (const struct json *one = json_first(a); one; one = json_next(one))
        if (!is_in(b, one))
            return false;
    return true;
}

struct json *truth_wrong_fields(const struct truth *truth, const struct json *draft)
{
    struct json *wrong = json_new_array();
    for (const struct json *at = json_first(truth->answers); at; at = json_next(at)) {
        const char *pointer = json_as_text(at);
        if (!same_answer(json_pointer(truth->draft, pointer), json_pointer(draft, pointer)))
            json_add_text(wrong, pointer);
    }
    return wrong;
}
