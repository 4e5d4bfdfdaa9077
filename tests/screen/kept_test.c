/* tests/screen/kept_test.c: whatever is typed into a field of a screen is what the screen sends, sign for sign, or it is
 * refused there. Every script of every screen is run with other words in each of its fields, so a field that a script has is
 * found by itself; a field that none has is found in the sources (fields_of_screens_are_all_known). What a hall does with the
 * words: tests/unit/kept_hall_test.c. */
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/rng.h"
#include "screens/action.h"
#include "tests/screen/script.h"
#include "tests/support/kept.h"
#include "tests/support/test.h"
#include "tui/edit.h"
#include "tui/text.h"

/* Words that no filter of a script's data finds, and no number or time. */
#define MARK "Zqvx kjw"

enum { KINDS_OF_QUESTION = 4, SHORTEST_FIELD = 40 /* letters */ };

struct typed_at {
    char file[60];
    int line;
    char place[SCRIPT_PLACE];
    char where[120]; /* where the mark was sent */
    char *text;      /* with the mark in it */
    int sent_line;
};
struct walk {
    struct naughty naughty;
    struct typed_at at[200];
    int count;
    int kind;          /* the next one */
    int same, refused; /* what became of all */
};

static bool seen_before(const struct walk *walk, const char *place, const char *where)
{
    for (int i = 0; i < walk->count; i++)
        if (str_equal(walk->at[i].place, place) && str_equal(walk->at[i].where, where))
            return true;
    return false;
}

/* A notice is made of the words and wrapped. */
static bool ends_with(const char *text, const char *end)
{
    return strlen(text) >= strlen(end) && str_equal(text + strlen(text) - strlen(end), end);
}

/* Where the mark came out of this line; each member once for each place. */
static void mark_line(struct walk *walk, const char *file, int line)
{
    struct script_other other = {.line = line, .text = MARK, .sent = json_new_array()};
    script_run_other(file, &other);
    for (const struct json *sent = json_first(other.sent); sent; sent = json_next(sent)) {
        const char *where = json_as_text(json_at(sent, 0)), *text = json_as_text(json_at(sent, 1));
        if (!strstr(text, MARK) || ends_with(where, "/notice") || seen_before(walk, other.place, where))
            continue;
        REQUIRE(walk->count < (int)(sizeof walk->at / sizeof *walk->at));
        struct typed_at *at = &walk->at[walk->count++];
        str_copy(at->file, sizeof at->file, file);
        str_copy(at->place, sizeof at->place, other.place);
        str_copy(at->where, sizeof at->where, where);
        at->line = line;
        at->text = xstrdup(text);
        at->sent_line = (int)json_as_int(json_at(sent, 2), 0);
    }
    json_free(&other.sent);
}

static void mark_script(struct walk *walk, const char *path)
{
    char line[8192];
    FILE *in = fopen(path, "re");
    REQUIRE(in);
    for (int n = 1; fgets(line, sizeof line, in); n++)
        if (str_starts(line, "type ") || str_starts(line, "paste "))
            mark_line(walk, strrchr(path, '/') + 1, n);
    fclose(in);
}

static void walk_open(struct walk *walk)
{
    glob_t found;
    *walk = (struct walk){0};
    REQUIRE(glob("tests/screen/*.script", 0, NULL, &found) == 0);
    for (size_t i = 0; i < found.gl_pathc; i++)
        mark_script(walk, found.gl_pathv[i]);
    globfree(&found);
}

static void walk_close(struct walk *walk)
{
    for (int i = 0; i < walk->count; i++)
        free(walk->at[i].text);
}

/* --- every field is known --- */

/* What becomes of the words of a question: "TYPE /POINTER" where they are kept, which the walk must have seen, or why they are
 * not. */
#define NUMBER  "a number, a time or days: anything else is refused with a sentence"
#define FILE_OF "the name of a file that the person gives"
#define LOOKS   "it is looked for, and kept nowhere"
static const struct question {
    const char *file, *id, *becomes;
} questions[] = {
    {"app_notice.c", "alert_words", "hall.alert /text"},
    {"app_notice.c", "closure_why", "closure.reject /reason"},
    {"app_print.c", "", FILE_OF},
    {"audit_screen.c", "head", "it is compared, and kept nowhere"},
    {"audit_screen.c", "subject", LOOKS},
    {"audit_screen.c", "letters", LOOKS},
    {"audit_screen.c", "days", NUMBER},
    {"audit_screen.c", "file", FILE_OF},
    {"audit_screen.c", "head_file", FILE_OF},
    {"board_advice.c", "advice_not", "advice.answer /reason"},
    {"case_steps.c", "void_reason", "case.void /reason"},
    {"case_steps.c", "complaint", "case.complain /text"},
    {"case_steps.c", "answer_text", "case.complain /text"},
    {"case_steps.c", "withdraw_reason", "case.withdraw /reason"},
    {"case_steps.c", "correct_text", "case.correct /text"},
    {"case_steps.c", "correct_reason", "case.correct /reason"},
    {"case_steps.c", "extend_days", NUMBER},
    {"case_steps.c", "extend_reason", "case.extend /reason"},
    {"case_steps.c", "handed_name", "case.deliver /to"},
    {"case_steps.c", "handed_document", "case.deliver /document"},
    {"case_steps.c", "handed_number", "case.deliver /document_number"},
    {"decision_screen.c", "disagree", "case.confirm /note"},
    {"decision_screen.c", "handed_file", FILE_OF},
    {"desk_closing.c", "close_at", NUMBER},
    {"desk_closing.c", "close_words", "closure.request /reason"},
    {"desk_steps.c", "note", "ticket.hold /note"},
    {"desk_steps.c", "named_reason", "ticket.call /reason"},
    {"desk_steps.c", "pay_reference", "case.pay /reference"},
    {"desk_steps.c", "take_why", "ticket.take /reason"},
    {"disputes_screen.c", "note", "dispute.resolve /note"},
    {"documents_screen.c", "pay_reference", "case.pay /reference"},
    {"documents_screen.c", "waive", "case.check_document /note"},
    {"halls_screen.c", "file", FILE_OF},
    {"holds_screen.c", "free", "counter.close /reason"},
    {"holds_screen.c", "back", "ticket.return /note"},
    {"leaving_screen.c", "note", "ticket.transfer /note"},
    {"notice.c", "notice_file", FILE_OF},
    {"outbox_screen.c", "file", FILE_OF},
    {"person_screen.c", "purpose_text", "person.reveal /text"},
    {"reception_bookings.c", "rebook", NUMBER},
    {"reception_screen.c", "late", "ticket.issue /late_reason"},
    {"reports_screen.c", "days", NUMBER},
    {"reports_screen.c", "file", FILE_OF},
    {"rules_screen.c", "run", NUMBER},
    {"rules_screen.c", "until", NUMBER},
    {"rules_screen.c", "plan_from", NUMBER},
    {"rules_screen.c", "plan_to", NUMBER},
    {"rules_screen.c", "plan_run", NUMBER},
    {"rules_screen.c", "weight", NUMBER},
    {"rules_screen.c", "level_wait", NUMBER},
    {"rules_screen.c", "level_share", NUMBER},
    {"rules_screen.c", "level_booked", NUMBER},
    {"rules_screen.c", "silence_until", NUMBER},
    {"rules_screen.c", "reason", "queue.rule /reason"},
    {"rules_screen.c", "level_why", "queue.level /reason"},
    {"rules_screen.c", "silence_why", "level.silence /reason"},
    {"rules_screen.c", "names_why", "hall.policy /reason"},
    {"start_screen.c", "url", "the address of a hall, of this computer's settings"},
    {"trainer_lists.c", "seed", NUMBER},
    {"trainer_lists.c", "numbers", NUMBER},
    {"trainer_lists.c", "results", FILE_OF},
    {"trainer_lists.c", "certificate_file", FILE_OF},
    {"trainer_screen.c", "hint", "/v1/training /text"},
    {"why_screen.c", "number", LOOKS},
};
enum { QUESTIONS = sizeof questions / sizeof *questions };

/* Fields of screens, how often their file makes one; becomes as above, or more of these than one with spaces between. */
static const struct field_of {
    const char *file;
    int times;
    const char *screen;
    const char *becomes[6];
} fields[] = {
    {"ask.c", 1, "", {NULL}}, /* the questions above; a list is filtered */
    {"board_screen.c", 1, "board", {NULL}},
    {"decision_screen.c", 1, "decision", {"case.decide /text"}},
    {"form_fill.c", 4, "form", {"case.draft /patch/street", "case.draft /patch/note"}},
    {"form_sheet.c", 7, "form", {"case.draft /patch/name", "case.draft /patch/children/-/name"}},
    {"halls_screen.c", 1, "halls", {NULL}},
    {"lock.c", 3, "", {NULL}}, /* who signs in, a password and a code */
    {"move_screen.c", 1, "move", {NULL}},
    {"people_screen.c", 1, "people", {NULL}},
    {"people_sheet.c", 1, "people", {"/v1/admin /name"}}, /* a login is letters, digits, dots and lines */
    {"person_record.c",
     8,
     "person",
     {"person.record /name", "person.record /family", "person.record /given", "person.record /father",
      "person.record /fin"}}, /* dates and telephones are numbers */
    {"person_screen.c", 1, "person", {NULL}},
    {"reception_screen.c", 2, "person", {"ticket.issue /person/name"}},
    {"sign_in_screen.c", 2, "sign_in", {NULL}}, /* who signs in, and passwords */
    {"survey_screen.c", 1, "survey", {"survey.record /text"}},
    {"worklist_screen.c", 1, "worklist", {NULL}},
};

static bool is_known(const char *file, const char *id)
{
    for (int i = 0; i < QUESTIONS; i++)
        if (str_equal(questions[i].file, file) && str_equal(questions[i].id, id))
            return true;
    printf("    %s asks \"%s\": say in kept_test.c what becomes of what is typed there\n", file, id);
    return false;
}

/* The first text in quotes from at to end, of the names that a question can have. */
static bool id_in(const char *at, const char *end, char id[40])
{
    const char *quote = memchr(at, '"', (size_t)(end - at));
    size_t length = quote ? strspn(quote + 1, "abcdefghijklmnopqrstuvwxyz_") : 0;
    if (!quote || quote[1 + length] != '"')
        return false;
    str_format(id, 40, "%.*s", (int)length, quote + 1);
    return true;
}

/* The last call of what begins a question between from and to. */
static const char *question_before(const char *from, const char *to)
{
    static const char *const begin[] = {"question_new(", " ask(", "ask_about("};
    const char *last = NULL;
    for (size_t i = 0; i < sizeof begin / sizeof *begin; i++)
        for (const char *at = from; (at = strstr(at, begin[i])) != NULL && at < to; at++)
            if (!last || at > last)
                last = at;
    return last;
}

/* The function around a place of the text: where it begins, and its name. */
static const char *function_around(const char *text, const char *place, char name[60])
{
    const char *start = place;
    while (start > text && strncmp(start, "\n{\n", 3) != 0)
        start--;
    const char *head = start;
    while (head > text && strncmp(head, "\n\n", 2) != 0 && strncmp(head, "*/\n", 3) != 0)
        head--;
    const char *open = strchr(head, '('), *from = open;
    while (from > head && (from[-1] == '_' || (from[-1] >= 'a' && from[-1] <= 'z')))
        from--;
    str_format(name, 60, "%.*s", (int)(open - from), from);
    return start;
}

/* A function that is told which question it is: each of its calls names one. */
static void know_callers(const char *file, const char *text, const char *name, const char *itself)
{
    char call[70], id[40];
    str_format(call, sizeof call, "%s(", name);
    for (const char *at = text; (at = strstr(at, call)) != NULL; at++) {
        const char *end = strchr(at, ';');
        if (at < itself && strchr(at, '{') == itself + 1)
            continue; /* its own head */
        if (id_in(at, end, id))
            CHECK(is_known(file, id));
    }
}

static void know_questions(const char *file, const char *text)
{
    for (const char *at = text; (at = strstr(at, "question_field(")) != NULL; at++) {
        char name[60], id[40];
        const char *start = function_around(text, at, name), *asked = question_before(start, at);
        if (asked && id_in(asked, strchr(asked, ','), id))
            CHECK(is_known(file, id));
        else
            know_callers(file, text, name, start);
    }
}

static int count_of(const char *text, const char *words)
{
    int count = 0;
    for (const char *at = text; (at = strstr(at, words)) != NULL; at++)
        count++;
    return count;
}

static void know_fields(const char *file, const char *text)
{
    static const char *const makes[] = {"field_init(", "area_init(",   "SHEET_TEXT",
                                        "SHEET_AREA",  "SHEET_NUMBER", "SHEET_DATE"};
    int times = 0, known = 0;
    for (size_t i = 0; i < sizeof makes / sizeof *makes; i++)
        times += count_of(text, makes[i]);
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        known += str_equal(fields[i].file, file) ? fields[i].times : 0;
    if (!CHECK_INT(times, known))
        printf("    %s: say in kept_test.c what becomes of what is typed into its fields\n", file);
}

/* What no other script has. */
TEST(screen_reasons_that_may_stay_empty_and_calls_out_of_turn)
{
    script_run("kept.script");
}

TEST(kept_fields_of_screens_are_all_known)
{
    glob_t found;
    REQUIRE(glob("screens/*.c", 0, NULL, &found) == 0);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        const char *file = strrchr(found.gl_pathv[i], '/') + 1;
        char *text = test_read_file(found.gl_pathv[i]);
        REQUIRE(text);
        if (!str_equal(file, "screen.c")) /* which makes them */
            know_questions(file, text);
        know_fields(file, text);
        free(text);
    }
    globfree(&found);
}

/* --- what is typed instead --- */

/* As a field has it: what it shows is what is meant. */
static char *as_shown(const char *text, bool lines)
{
    struct edit edit;
    edit_init(&edit);
    edit.lines = lines;
    CHECK(edit_insert(&edit, text, strlen(text)));
    char *shown = xstrdup(edit_text(&edit));
    edit_deinit(&edit);
    return shown;
}

static char *with(const char *text, const char *typed)
{
    const char *mark = strstr(text, MARK);
    return xasprintf("%.*s%s%s", (int)(mark - text), text, typed, mark + strlen(MARK));
}

static void trim(char *text)
{
    size_t from = strspn(text, " "), length;
    memmove(text, text + from, strlen(text + from) + 1);
    for (length = strlen(text); length > 0 && text[length - 1] == ' '; length--)
        text[length - 1] = '\0';
}

/* Nothing stands in the field after it, to the eye. */
static bool shows_nothing(const char *typed)
{
    char *shown = as_shown(typed, false);
    trim(shown);
    bool nothing = text_width(shown) == 0;
    free(shown);
    return nothing;
}

/* Blanks around it go; what is longer than its field ends where the field does, as the screen shows. */
static bool is_same_in(const char *got, const char *text, const char *typed, bool lines)
{
    char *shown = as_shown(typed, lines), *want = with(text, shown);
    trim(want);
    char *trimmed = xstrdup(got);
    trim(trimmed);
    bool same = str_equal(trimmed, want);
    if (!same && utf8_count(want, strlen(want)) > SHORTEST_FIELD)
        same = strlen(trimmed) >= SHORTEST_FIELD && str_starts(want, trimmed);
    free(trimmed);
    free(want);
    free(shown);
    return same;
}

static bool is_same(const char *got, const char *text, const char *typed)
{
    return is_same_in(got, text, typed, false) || is_same_in(got, text, typed, true);
}

/* They are keys of their own, if any. */
static bool has_controls(const char *text)
{
    while (*text && (unsigned char)*text >= ' ' && *text != 0x7f)
        text++;
    return *text != '\0';
}

static bool has_letters(const char *text)
{
    while (*text && strchr("0123456789-+./: ", *text))
        text++;
    return *text != '\0';
}

static void type_text(struct walk *walk, const struct typed_at *at, const char *kind, const char *text)
{
    struct script_other other = {.line = at->line,
                                 .text = text,
                                 .keys = walk->same % 5 == 4 && !has_controls(text),
                                 .last = at->sent_line,
                                 .sent = json_new_array()};
    const char *got = NULL;
    script_run_other(at->file, &other);
    for (const struct json *sent = json_first(other.sent); sent && !got; sent = json_next(sent))
        if (str_equal(json_as_text(json_at(sent, 0)), at->where) ||
            is_same(json_as_text(json_at(sent, 1)), at->text, text)) /* it may be a telephone and no name */
            got = json_as_text(json_at(sent, 1));
    /* A date or a telephone there is looked for, and is nobody's name. */
    bool looks = str_equal(at->where, "ticket.issue /person/name") && !has_letters(text);
    bool nothing = looks || shows_nothing(text);
    bool same = got && is_same(got, at->text, text);
    walk->same += same;
    walk->refused += !got;
    if (!CHECK(same || nothing || (!got && other.said)))
        printf("    %s:%d %s: \"%s\" (%s, LOKET_SEED=%llu) became \"%s\"\n", at->file, at->line, at->where,
               text, kind, (unsigned long long)walk->naughty.seed,
               got ? got : "(nothing, and nothing was said)");
    json_free(&other.sent);
}

static void type_kinds(struct walk *walk, const struct typed_at *at, int kinds, struct rng *rng)
{
    size_t all = json_count(walk->naughty.kinds);
    for (int i = 0; i < kinds; i++) {
        const struct json *kind = json_first(walk->naughty.kinds);
        for (size_t k = (size_t)walk->kind++ % all; k > 0; k--)
            kind = json_next(kind);
        type_text(walk, at, json_name(kind), json_as_text(json_at(kind, rng_below(rng, json_count(kind)))));
    }
}

/* Each field that keeps words was walked through, and the hall is known to keep what it sends. */
static void all_were_walked(const struct walk *walk)
{
    for (int i = 0; i < QUESTIONS; i++)
        if (strchr(questions[i].becomes, '/') &&
            !CHECK(seen_before(walk, questions[i].id, questions[i].becomes)))
            printf("    no script types into \"%s\" of %s up to %s\n", questions[i].id, questions[i].file,
                   questions[i].becomes);
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        for (size_t k = 0; k < 6 && fields[i].becomes[k]; k++)
            if (!CHECK(seen_before(walk, fields[i].screen, fields[i].becomes[k])))
                printf("    no script types into %s up to %s\n", fields[i].screen, fields[i].becomes[k]);
    for (int i = 0; i < walk->count; i++)
        if (!CHECK(kept_find(walk->at[i].where) != NULL))
            printf("    tests/support/kept.c does not know %s\n", walk->at[i].where);
}

TEST(kept_words_are_sent_as_they_were_typed_or_refused_at_the_field)
{
    static struct walk walk;
    struct rng rng;
    walk_open(&walk);
    all_were_walked(&walk);
    naughty_init(&walk.naughty, test_seed());
    rng_seed(&rng, test_seed());
    for (int i = 0; i < walk.count; i++) {
        enum screen_id screen;
        bool question = !screen_find(walk.at[i].place, &screen);
        type_kinds(&walk, &walk.at[i], question ? KINDS_OF_QUESTION : (int)json_count(walk.naughty.kinds),
                   &rng);
    }
    CHECK(walk.same > walk.refused && walk.refused > 0);
    naughty_deinit(&walk.naughty);
    walk_close(&walk);
}
