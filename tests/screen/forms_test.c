/* tests/screen/forms_test.c: every form of the packs as the clerk finds it: a fresh draft with what is known of the
 * person, all pages, in the pack's own language at 80×24 and in English at 120×40. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/catalogue/catalogue.h"
#include "core/catalogue/pack.h"
#include "screens/form_sheet.h"
#include "tests/support/test.h"

static const struct size {
    int cols, rows;
    bool english;
} sizes[] = {{80, 24, false}, {120, 40, true}};

struct drawing {
    struct form *form;
    struct json *draft;
    struct form_context context;
    struct form_view view;
    struct buf out;
};

static struct json *read_json(const char *text)
{
    struct json *json = NULL;
    REQUIRE(json_parse(text, strlen(text), &json, NULL) == ERR_OK);
    return json;
}

/* One page, as much of it as there is room for. The field at the top of the first page has the focus, as it would. */
static void draw_page(struct drawing *drawing, int page, const struct size *size)
{
    struct form_sheet sheet;
    struct sheet state;
    struct frame frame;
    form_sheet_build(drawing->form, drawing->draft, &drawing->context, &drawing->view, page, &sheet);
    sheet_init(&state);
    sheet_fit(&state, size->cols);
    int needed = sheet_rows(&state, sheet.items, sheet.count, size->cols);
    frame_init(&frame, size->cols, needed < size->rows ? needed : size->rows - 1);
    sheet_draw(&state, sheet.items, sheet.count, &frame, frame_area(&frame));
    char *text = frame_text(&frame);
    buf_adds(&drawing->out, text);
    free(text);
    frame_deinit(&frame);
    sheet_deinit(&state);
    form_sheet_free(&sheet);
}

static void draw_form(struct drawing *drawing, const struct json *service, const char *lang,
                      const struct size *size)
{
    char *path =
        xasprintf("tests/screen/golden/packs/%s_%dx%d.txt", json_text(service, "id"), size->cols, size->rows);
    drawing->context.lang = lang;
    form_view_build(drawing->form, drawing->draft, &drawing->context, "", &drawing->view);
    for (int page = 0; page < drawing->view.page_count; page++)
        if (drawing->view.pages[page].visible) {
            buf_addf(&drawing->out, "=== %s %s\n", drawing->view.pages[page].number,
                     drawing->view.pages[page].title);
            draw_page(drawing, page, size);
        }
    CHECK_GOLDEN(buf_text(&drawing->out), path);
    buf_free(&drawing->out);
    form_view_free(&drawing->view);
    free(path);
}

/* A fresh draft with what is known of the person. */
static bool open_drawing(const struct pack *pack, const struct json *service, const struct json *person,
                         struct drawing *drawing)
{
    const struct form_source source = {.service = service, .pack = pack->about};
    struct err_info info = {0};
    *drawing =
        (struct drawing){.context = {.lang = json_as_text(json_first(json_get(pack->about, "languages"))),
                                     .today = "2026-11-25",
                                     .date_order = json_text(pack->about, "date_order"),
                                     .person = person}};
    if (!CHECK(form_open(&source, &drawing->form, &info) == ERR_OK)) {
        printf("  %s: %s\n", json_text(service, "id"), info.text);
        return false;
    }
    drawing->draft = json_new_object();
    struct json *known = form_prefill(drawing->form, drawing->draft, &drawing->context);
    json_merge(drawing->draft, known);
    json_free(&known);
    return true;
}

static void close_drawing(struct drawing *drawing)
{
    json_free(&drawing->draft);
    form_free(&drawing->form);
}

static void check_service(const struct pack *pack, const struct json *service, const struct json *person)
{
    struct drawing drawing;
    if (!open_drawing(pack, service, person, &drawing))
        return;
    const char *own = drawing.context.lang;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        draw_form(&drawing, service, sizes[i].english ? "en" : own, &sizes[i]);
    close_drawing(&drawing);
}

/* The page of a table's new row. */
static void draw_row(struct drawing *drawing, const char *table)
{
    struct json *before = json_copy(drawing->draft),
                *patch = form_row_add(drawing->form, before, &drawing->context, table);
    char *inside = xasprintf("%s/0", table);
    json_merge(drawing->draft, patch);
    form_view_build(drawing->form, drawing->draft, &drawing->context, inside, &drawing->view);
    buf_addf(&drawing->out, "=== %s\n", inside);
    for (int page = 0; page < drawing->view.page_count; page++)
        draw_page(drawing, page, &sizes[0]);
    form_view_free(&drawing->view);
    json_free(&drawing->draft);
    drawing->draft = before;
    json_free(&patch);
    free(inside);
}

/* The rows of a form's tables, also of those that an answer would show first. */
static void check_rows(const struct pack *pack, const struct json *service, const struct json *person)
{
    struct drawing drawing;
    struct form_view whole;
    if (!open_drawing(pack, service, person, &drawing))
        return;
    form_view_build(drawing.form, drawing.draft, &drawing.context, "", &whole);
    for (int i = 0; i < whole.item_count; i++)
        if (whole.items[i].kind == FORM_CONTROL && whole.items[i].widget == FORM_TABLE)
            draw_row(&drawing, whole.items[i].pointer);
    if (drawing.out.length) {
        char *path = xasprintf("tests/screen/golden/packs/%s_rows.txt", json_text(service, "id"));
        CHECK_GOLDEN(buf_text(&drawing.out), path);
        free(path);
    }
    buf_free(&drawing.out);
    form_view_free(&whole);
    close_drawing(&drawing);
}

static void check_pack(const char *folder, const char *person_text, int forms_min,
                       void (*look)(const struct pack *, const struct json *, const struct json *))
{
    struct pack pack = {0};
    struct err_info info = {0};
    struct json *person = read_json(person_text);
    int count = 0;
    REQUIRE(pack_load(folder, NULL, NULL, &pack, &info) == ERR_OK);
    for (int i = 0; i < pack.service_count; i++)
        if (catalogue_has_form(pack.services[i])) {
            look(&pack, pack.services[i], person);
            count++;
        }
    CHECK(count >= forms_min);
    json_free(&person);
    pack_free(&pack);
}

static const char wahyuni[] =
    "{\"nik\":\"3578014505900001\",\"name\":\"Wahyuni Lestari\",\"born\":\"1990-05-05\","
    "\"phone\":\"+6281234567890\",\"email\":\"wahyuni@example.org\"}";

TEST(every_form_of_indonesia_looks_as_it_was_approved)
{
    check_pack("core/packs/id", wahyuni, 30, check_service);
}

TEST(every_row_of_a_table_of_indonesia_looks_as_it_was_approved)
{
    check_pack("core/packs/id", wahyuni, 30, check_rows);
}

static const char ulviyye[] = "{\"fin\":\"7A2B3XK\",\"name\":\"Ülviyyə Şükürova\",\"family\":\"Şükürova\","
                              "\"given\":\"Ülviyyə\",\"father\":\"Çingiz\",\"born\":\"1990-05-05\","
                              "\"phone\":\"+994501234567\",\"email\":\"ulviyye@example.org\"}";

TEST(every_form_of_azerbaijan_looks_as_it_was_approved)
{
    check_pack("core/packs/az", ulviyye, 30, check_service);
}

TEST(every_row_of_a_table_of_azerbaijan_looks_as_it_was_approved)
{
    check_pack("core/packs/az", ulviyye, 30, check_rows);
}
