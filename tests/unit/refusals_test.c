/* tests/unit/refusals_test.c: the hall's refusals in the clerk's language. */
#include <glob.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/str.h"
#include "screens/show.h"
#include "tests/support/test.h"

static const char hall_says[] = "The hall's own sentence.";

TEST(refusals_are_found_wherever_their_code_stands_in_the_table)
{
    static const char *const codes[] = {"already_answered", "other_currency",  "other_day",    "people_left",
                                        "person_conflict",  "queue_elsewhere", "quota_used_up"};
    const struct ui ui = {.lang = LANG_RU};
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        CHECK(!str_equal(show_refusal(&ui, codes[i], hall_says), hall_says));
    CHECK_TEXT(show_refusal(&ui, "of_a_later_version", hall_says), hall_says);
}

/* What only another program than the workstation can do wrong, what the workstation answers for itself without showing it, and
 * what is said on the command line of the hall. */
static const char *const for_programs[] = {
    "already_acknowledged", "cursor_ahead",    "epoch_changed",     "header_too_large",
    "invalid_application",  "invalid_body",    "invalid_json",      "invalid_push",
    "invalid_reference",    "invalid_session", "malformed_command", "not_as_read",
    "not_understood",       "other_scope",     "reason_names_them", "seq_conflict",
    "server_regressed",     "several_records", "snapshot_needed",   "too_large",
    "too_many_commands",    "unknown_code",    "unknown_command",   "unknown_path",
    "unknown_person",       "unknown_report",  "unknown_version",   "unsupported_media_type",
    "wrong_client",         "wrong_method",
};
/* Fields, of refusals whose code is the caller's. */
static const char *const fields[] = {"annulled", "days", "person", "scores", "tickets"};

static bool is_for_people(const char *code)
{
    for (size_t i = 0; i < sizeof for_programs / sizeof *for_programs; i++)
        if (str_equal(for_programs[i], code))
            return false;
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        if (str_equal(fields[i], code))
            return false;
    return true;
}

/* The first literal among the arguments that can be a code; "" when the first is none. */
static const char *code_at(const char *arguments, char out[64])
{
    const char *quote = arguments + strcspn(arguments, "\";{");
    size_t length = *quote == '"' ? strspn(quote + 1, "abcdefghijklmnopqrstuvwxyz_0123456789") : 0;
    bool is_code = length > 0 && length < 64 && quote[1 + length] == '"' && quote[2 + length] == ',';
    return str_format(out, 64, "%.*s", is_code ? (int)length : 0, quote + 1) ? out : "";
}

static int check_source(const char *path)
{
    static const char *const refuses[] = {" refuse(",      "people_refuse(", "refusal_set(", "api_error(",
                                          "answer_limit(", "answer_error(",  " stop("};
    const struct ui ui = {.lang = LANG_RU};
    char *source = test_read_file(path), code[64];
    int found = 0;
    REQUIRE(source);
    for (size_t i = 0; i < sizeof refuses / sizeof *refuses; i++) {
        for (const char *at = source; (at = strstr(at, refuses[i]));) {
            at += strlen(refuses[i]);
            if (!*code_at(at, code) || !is_for_people(code))
                continue;
            found++;
            if (str_equal(show_refusal(&ui, code, hall_says), hall_says)) {
                char *text = xasprintf("%s: screens/refusals.c has no \"%s\"", path, code);
                check(false, __FILE__, __LINE__, text);
                free(text);
            }
        }
    }
    free(source);
    return found;
}

/* In every language: that each sentence of the table is translated tr_every_marked_text_is_translated sees to. */
TEST(refusals_of_the_hall_have_their_sentences)
{
    static const char *const rooms[] = {"core/hall/*.c", "core/command/*.c", "core/model/*.c"};
    int found = 0;
    for (size_t i = 0; i < sizeof rooms / sizeof *rooms; i++) {
        glob_t paths;
        REQUIRE(glob(rooms[i], 0, NULL, &paths) == 0);
        for (size_t j = 0; j < paths.gl_pathc; j++)
            found += check_source(paths.gl_pathv[j]);
        globfree(&paths);
    }
    CHECK(found > 300);
}
