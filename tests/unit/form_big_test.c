/* tests/unit/form_big_test.c: a form of 300 fields and five levels: every field is found, laid out, drawn, searched and
 * checked. How fast is for `make bench`. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/form/check.h"
#include "core/form/names.h"
#include "core/form/schema.h"
#include "screens/form_sheet.h"
#include "tests/support/big_form.h"
#include "tests/support/test.h"
#include "tui/text.h"

static const struct form_context context = {.lang = "en", .today = "2026-11-30", .date_order = "dmy"};

struct big {
    struct json *service, *draft;
    struct form *form;
};

static struct big open_big(bool deep)
{
    struct big big = {.service = big_service(deep), .draft = big_draft(deep)};
    REQUIRE(form_open(&(struct form_source){.service = big.service}, &big.form, NULL) == ERR_OK);
    return big;
}

static void close_big(struct big *big)
{
    form_free(&big->form);
    json_free(&big->service);
    json_free(&big->draft);
}

/* --- names --- */

TEST(names_are_found_at_once_and_the_first_of_two_counts)
{
    enum { MANY = 1000 };
    struct arena arena = {0};
    struct names names, none = {0};
    names_init(&names, MANY + 1, &arena);
    for (int i = 0; i < MANY; i++)
        names_add(&names, arena_printf(&arena, "name%d", i));
    names_add(&names, "name7");
    for (int i = 0; i < MANY; i++)
        CHECK(names_find(&names, arena_printf(&arena, "name%d", i)) == (size_t)i);
    CHECK(names_find(&names, "name1000") == NAME_NONE);
    CHECK(names_find(&names, "") == NAME_NONE);
    CHECK(names_find(&none, "name0") == NAME_NONE);
    arena_free(&arena);
}

TEST(of_many_required_names_exactly_the_missing_are_told_in_order)
{
    static const char document[] =
        "{\"required\":[\"a\",\"b\",\"c\",\"d\",\"e\",\"f\",\"g\",\"h\",\"i\",\"b\",\"j\"]}",
                      value[] =
                          "{\"j\":1,\"x\":1,\"c\":null,\"a\":1,\"e\":1,\"f\":1,\"h\":1,\"i\":1,\"b\":1}";
    struct json *schema_json = NULL, *value_json = NULL;
    struct schema *schema = NULL;
    struct schema_errors errors = {0};
    REQUIRE(json_parse(document, strlen(document), &schema_json, NULL) == ERR_OK);
    REQUIRE(json_parse(value, strlen(value), &value_json, NULL) == ERR_OK);
    REQUIRE(schema_compile(schema_json, NULL, NULL, &schema, NULL) == ERR_OK);
    CHECK(!schema_validate(schema, value_json, NULL, &errors));
    CHECK_INT(errors.count, 2);
    CHECK_TEXT(errors.list[0].field, "/d");
    CHECK_TEXT(errors.list[1].field, "/g");
    schema_errors_free(&errors);
    schema_free(&schema);
    json_free(&schema_json);
    json_free(&value_json);
}

/* --- the whole form --- */

static void check_each_mistake_is_found(bool deep)
{
    struct big big = open_big(deep);
    struct schema_errors errors = {0};
    CHECK(form_check_draft(big.form, big.draft, &context, &errors));
    for (int n = 0; n < BIG_FIELDS; n += 7) { /* meets every kind of field */
        struct buf pointer = {0};
        big_pointer(deep, n, &pointer);
        struct json *wrong = json_copy(big.draft), *bad = json_new_object(),
                    *patch = form_patch(big.form, wrong, &context, buf_text(&pointer), bad);
        json_merge(wrong, patch);
        bool valid = form_check_draft(big.form, wrong, &context, &errors);
        bool told = !valid && schema_errors_find(&errors, buf_text(&pointer));
        if (!CHECK(told))
            printf("  %s: %s\n", buf_text(&pointer), valid ? "valid" : errors.list[0].field);
        schema_errors_free(&errors);
        json_free(&wrong);
        json_free(&patch);
        buf_free(&pointer);
    }
    close_big(&big);
}

TEST(in_a_form_of_300_fields_a_wrong_answer_is_told_at_each_of_them)
{
    check_each_mistake_is_found(false);
    check_each_mistake_is_found(true);
}

TEST(the_author_of_a_form_of_300_fields_is_told_of_no_mistake)
{
    static const char *const languages[] = {"en"};
    struct big big = open_big(true);
    struct form_findings findings = {0};
    form_check(&(struct form_source){.service = big.service}, languages, 1, &findings);
    for (int i = 0; i < findings.count; i++)
        printf("  %s: %s\n", findings.list[i].pointer, findings.list[i].message);
    CHECK_INT(findings.broken, 0);
    form_findings_free(&findings);
    close_big(&big);
}

/* --- on the screen --- */

static int focus_row(const struct frame *frame)
{
    return frame->cursor_on ? frame->cursor_y : -1;
}

/* Walks a page by Tab: every field is met once and is in view when it is. */
static int walk_page(struct big *big, const struct form_view *view, int page, int cols, int rows)
{
    struct form_sheet items;
    struct sheet sheet;
    struct frame frame;
    int met = 0;
    form_sheet_build(big->form, big->draft, &context, view, page, &items);
    sheet_init(&sheet);
    sheet_fit(&sheet, cols);
    frame_init(&frame, cols, rows);
    sheet_sync(&sheet, items.items, items.count);
    const char *first = sheet_focused(&sheet, items.items, items.count), *now = first;
    do { /* behind the last comes the first again, or nothing does */
        frame_clear(&frame);
        sheet_draw(&sheet, items.items, items.count, &frame, frame_area(&frame));
        bool seen = focus_row(&frame) >= 0 && focus_row(&frame) < rows;
        if (!CHECK(seen))
            printf("  %s at %dx%d\n", now, cols, rows);
        const char *before = now;
        met++;
        sheet_key(&sheet, items.items, items.count, key_of("Tab"));
        now = sheet_focused(&sheet, items.items, items.count);
        if (str_equal(now, before))
            break;
    } while (met <= BIG_FIELDS && !str_equal(now, first));
    frame_deinit(&frame);
    sheet_deinit(&sheet);
    form_sheet_free(&items);
    return met;
}

static void check_walk(bool deep, int pages, int cols, int rows)
{
    struct big big = open_big(deep);
    struct form_view view;
    int met = 0;
    form_view_build(big.form, big.draft, &context, "", &view);
    CHECK_INT(view.page_count, pages);
    for (int page = 0; page < view.page_count; page++)
        met += walk_page(&big, &view, page, cols, rows);
    CHECK_INT(met, BIG_FIELDS);
    form_view_free(&view);
    close_big(&big);
}

TEST(each_of_300_fields_is_reached_by_keys_and_in_view_when_it_is)
{
    check_walk(true, 15, 80, 24);
    check_walk(true, 15, 120, 40);
    check_walk(false, 1, 80, 24);
    check_walk(false, 1, 30, 6);
}

TEST(pages_in_pages_are_numbered_by_both)
{
    struct big big = open_big(true);
    struct form_view view;
    form_view_build(big.form, big.draft, &context, "", &view);
    REQUIRE(view.page_count == 15);
    CHECK_TEXT(view.pages[0].number, "1.1");
    CHECK_TEXT(view.pages[4].number, "2.2");
    CHECK_TEXT(view.pages[14].number, "5.3");
    CHECK(strstr(view.pages[14].title, "Group 2") != NULL);
    CHECK_INT(view.filled, view.total);
    form_view_free(&view);
    close_big(&big);
}
