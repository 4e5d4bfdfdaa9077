/* tests/unit/form_mistakes_test.c: the mistakes that people make who write forms: for each a file in data/mistakes, of
 * which `loket form check` says where it is wrong and what to do. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/str.h"
#include "screens/verb_form.h"
#include "tests/support/test.h"

#define FOLDER "tests/unit/data/mistakes"

static const struct mistake {
    const char *file, *place;
    const char *remedy; /* words of the message; "" with place "": there is nothing wrong with it */
    bool warning;       /* the form can be used as it is */
} mistakes[] = {
    /* no JSON */
    {"trailing_comma", "27:16", "comma before the closing }: remove it", false},
    {"comma_missing", "3:2", "comma is missing before this", false},
    {"comment", "2:2", "no comments", false},
    {"single_quotes", "2:8", "straight double quotes", false},
    {"fine_quotes", "2:8", "straight double quotes", false},
    {"cut_short", "17:1", "the { of line 8 is not closed", false},
    {"backslash_once", "24:37", "\\\\d for \\d", false},
    {"tab_in_a_text", "10:15", "A tab within a text is written \\t", false},
    {"name_twice", "24:5", "The name \"a\" stands twice in this object: keep one", false},
    {"utf_16", "1:1", "save it as UTF-8", false},
    {"latin_1", "10:15", "save the file in the encoding UTF-8", false},
    {"empty", "1:1", "The file is empty", false},
    {"byte_order_mark", "1:1", "save it as UTF-8 without one", true},
    {"windows_line_ends", "", "", false},
    /* the schema */
    {"unknown_keyword", "/form/schema/properties/c/maxLenght", "did you mean \"maxLength\"?", false},
    {"own_keyword", "/form/schema/properties/c/colour", "call it \"x-colour\"", false},
    {"misspelt_properties", "/porperties", "did you mean \"properties\"?", false},
    {"unknown_type", "/form/schema/properties/c/type", "must be null, boolean, object, array, number, string",
     false},
    {"wrong_member_type", "/form/schema/properties/c/maxLength", "without quotes", false},
    {"required_is_a_text", "/form/schema/required", "an array of strings: [", false},
    {"required_misspelt", "/form/schema/required/1", "did you mean \"fin\"?", false},
    {"required_of_nothing", "/form/schema/required/1", "describe it under \"properties\"", false},
    {"if_misspelt", "/form/schema/if/properties/aa", "There is no field \"aa\"", false},
    {"if_never_met", "/form/schema/if/properties/b/const", "one of the values that it may have", false},
    {"dependent_required", "/form/schema/dependentRequired/a/0", "There is no field \"c\"", false},
    {"refused_keyword", "/form/schema/properties/c/$dynamicRef", "leave it out", false},
    {"ref_to_nothing", "/form/schema/properties/c/$ref", "describe it under \"$defs\"", false},
    {"foreign_metaschema", "/form/schema/$schema", "write \"https://json-schema.org/draft/2020-12/schema\"",
     false},
    {"older_draft", "/form/schema/$schema", "or leave it out", true},
    {"pattern_that_stalls", "/form/schema/properties/c/pattern", "do not repeat what is itself repeated",
     false},
    {"pattern_broken", "/form/schema/properties/c/pattern", "missing terminating ]", false},
    {"limits_turned_round", "/form/schema/properties/c/minLength", "Turn the two round", false},
    {"enum_twice", "/form/schema/properties/c/enum/2", "remove one of the two", false},
    {"default_of_another_kind", "/form/schema/properties/c/default", "a value that the field may have",
     false},
    {"format_unknown", "/form/schema/properties/c/format", "or a pattern", true},
    {"version_is_a_text", "/form/version", "Write 1", false},
    /* own keywords */
    {"prefill_of_nothing", "/form/schema/properties/c/x-prefill", "must be today, person.", false},
    {"compute_unknown", "/form/schema/properties/c/x-compute", "must be age, days_between", false},
    {"compute_of_nothing", "/form/schema/properties/c/x-compute", "write the field's pointer", false},
    {"compute_in_a_ring", "/form/schema/properties/c/x-compute", "take one of them out of \"of\"", false},
    {"compute_typed", "/form/schema/properties/c/x-compute", "must say \"readOnly\": true", false},
    /* the layout */
    {"field_unreachable", "/form/schema/properties/b", "add one, or remove the field", false},
    {"scope_bare_name", "/form/layout/elements/1/scope", "did you mean \"#/properties/b\"?", false},
    {"scope_of_the_value", "/form/layout/elements/1/scope", "did you mean \"#/properties/b\"?", false},
    {"scope_misspelt", "/form/layout/elements/2/scope", "did you mean \"#/properties/address\"?", false},
    {"scope_missing", "/form/layout/elements/2", "write \"scope\": \"#/properties/NAME\"", false},
    {"control_twice", "/form/layout/elements/2", "already at /form/layout/elements/0: remove one", true},
    {"element_unknown", "/form/layout/elements/2/type", "say Control, ListWithDetail", false},
    {"elements_missing", "/form/layout/elements/2", "write \"elements\": [", false},
    {"option_unknown", "/form/layout/elements/0/options/colour", "call it x-colour", true},
    {"rule_on_nothing", "/form/layout/elements/0/rule/condition/scope", "Write #/properties/ and the name",
     false},
    {"rule_never_met", "/form/layout/elements/0/rule/condition/schema/const", "can never be \"lsot\"", false},
    {"rule_effect_unknown", "/form/layout/elements/0/rule/effect", "say SHOW, HIDE", false},
    {"rule_without_condition", "/form/layout/elements/0/rule", "write \"condition\"", false},
    {"required_while_hidden", "/form/schema/properties/a", "require it by if/then on what shows it", false},
    /* texts, notices, papers */
    {"label_untranslated", "/form/schema/properties/c", "Write it under \"texts\" as \"c.label\"", true},
    {"value_untranslated", "/form/schema/properties/b", "Write it under \"texts\" as \"b.worn\"", true},
    {"heading_untranslated", "/form/layout/elements/0", "a text for each language", true},
    {"notice_misspelt", "/notices/approve/en", "Did you mean {{person.name}}?", false},
    {"notice_of_no_field", "/notices/approve/en", "draft. and a field of the form", false},
    {"notice_unclosed", "/notices/approve/en", "close it with {{/reasons}}", false},
    {"paper_of_no_field", "/documents/0/when", "name one of its properties", false},
    /* hours and quotas */
    {"hours_overlap", "/hours/week/mon/1", "overlaps with 09:00-13:00 of the same day: make one of the two",
     false},
    {"hours_past_midnight", "/hours/week/fri/0", "in two parts: one until 24:00", false},
    {"hours_weekday_misspelt", "/hours/week/wen", "write mon, tue, wed", false},
    {"hours_without_zero", "/hours/week/mon/0", "with two digits each", false},
    {"hours_of_no_date", "/hours/dates/2026-02-30", "a date that exists", false},
    {"hours_with_a_time_alone", "/hours/week/mon", "a list of times, such as [", false},
    {"quota_is_a_number", "/quota", "such as {\"day\":40}", false},
    {"quota_slots_overlap", "/quota/slots/1/from", "overlaps with one before it", false},
    {"hours_and_quota_right", "", "", false},
};
enum { MISTAKES = sizeof mistakes / sizeof *mistakes };

/* The lines that check prints of a file; the caller frees. */
static char *said_of(const char *path, int *status)
{
    char *out = NULL, *errors = NULL, word[] = "check", *copy = xstrdup(path), *args[] = {word, copy};
    size_t out_length, errors_length;
    FILE *to = open_memstream(&out, &out_length), *wrong = open_memstream(&errors, &errors_length);
    REQUIRE(to && wrong);
    *status = form_verb(args, 2, NULL, to, wrong);
    fclose(to);
    fclose(wrong);
    CHECK_TEXT(errors, "");
    free(errors);
    free(copy);
    return out;
}

static bool is_said(const char *said, const char *path, const struct mistake *m)
{
    char *start = xasprintf("%s:%s: ", path, m->place);
    bool found = false;
    for (const char *line = said; *line && !found; line += strcspn(line, "\n") + 1) {
        char *own = xstrndup(line, strcspn(line, "\n"));
        found = str_starts(own, start) && strstr(own, m->remedy) &&
                m->warning == (strstr(own, "(a warning)") != NULL);
        free(own);
    }
    free(start);
    return found;
}

TEST(each_mistake_of_an_author_is_told_with_its_place_and_remedy)
{
    for (int i = 0; i < MISTAKES; i++) {
        const struct mistake *m = &mistakes[i];
        char *path = xasprintf(FOLDER "/%s.json", m->file);
        int status = -1;
        char *said = said_of(path, &status);
        bool ok = CHECK(*m->place ? is_said(said, path, m) : !*said);
        ok &= CHECK_INT(status, m->warning || !*m->place ? 0 : 1);
        if (!ok)
            printf("  wanted %s: … %s\n  said:\n%s\n", m->place, m->remedy, said);
        free(said);
        free(path);
    }
}

TEST(every_file_of_mistakes_is_tried)
{
    struct dirent **entries;
    int count = scandir(FOLDER, &entries, NULL, alphasort);
    REQUIRE(count > 0);
    for (int i = 0; i < count; i++) {
        bool known = entries[i]->d_name[0] == '.';
        for (int k = 0; k < MISTAKES && !known; k++) {
            char *name = xasprintf("%s.json", mistakes[k].file);
            known = strcmp(name, entries[i]->d_name) == 0;
            free(name);
        }
        if (!CHECK(known))
            printf("  %s\n", entries[i]->d_name);
        free(entries[i]);
    }
    free(entries);
}

/* Whoever makes the same slip in a pack of hundreds of services is not drowned in words: the good ones say nothing. */
TEST(the_packs_have_no_mistake)
{
    static const char *const packs[] = {"core/packs/az", "core/packs/id"};
    for (size_t i = 0; i < sizeof packs / sizeof *packs; i++) {
        int status = -1;
        char *said = said_of(packs[i], &status);
        CHECK_INT(status, 0);
        CHECK_TEXT(said, "");
        free(said);
    }
}
