/* tests/fuzz/form_fuzz.c: a service with its form, a draft, and what is typed into it: {"service":{…},"common"?,
 * "pack"?,"draft":{…},"typed":[["/pointer","text"]…],"lang"?}. Forms come from files and drafts from the hall, so
 * neither is trusted.
 *
 * Holds: a form that can be used is checked, drawn, filled and validated without an end of the program; a patch
 * made of typed text can be merged and drawn again. */
#include <stdlib.h>
#include <string.h>

#include "core/form/check.h"
#include "core/form/format.h"
#include "core/form/notice.h"
#include "tests/fuzz/fuzz.h"

enum { TYPED_MAX = 20, ITEMS_MAX = 60 };

struct fill {
    const struct json *input;
    struct form *form;
    struct json *draft;
    struct form_context context;
};

static void draw(const struct fill *fill, const char *inside)
{
    struct form_view view = {0};
    struct schema_errors errors = {0};
    struct json *submitted = form_submitted(fill->form, fill->draft, &fill->context);
    form_view_build(fill->form, fill->draft, &fill->context, inside, &view);
    if (!form_validate(fill->form, submitted, &fill->context, &errors))
        (void)form_view_errors(&view, &errors);
    for (int i = 0; i < view.item_count && i < ITEMS_MAX; i++) {
        char why[FORM_WHY];
        struct buf cell = {0};
        HOLD(view.items[i].pointer && view.items[i].label);
        form_problem(fill->form, fill->draft, &fill->context, &view.items[i], why);
        if (view.items[i].kind == FORM_CONTROL && view.items[i].widget == FORM_TABLE)
            form_cell(fill->form, fill->draft, &fill->context, &view.items[i], 0, 0, &cell);
        buf_free(&cell);
    }
    schema_errors_free(&errors);
    form_view_free(&view);
    json_free(&submitted);
}

static void merge(struct fill *fill, struct json *patch)
{
    if (json_is_object(patch))
        json_merge(fill->draft, patch);
    json_free(&patch);
}

static void type(struct fill *fill, const char *pointer, const char *text)
{
    struct form_view view = {0};
    struct json *value = NULL, *patch = NULL;
    char why[FORM_WHY];
    form_view_build(fill->form, fill->draft, &fill->context, "", &view);
    const struct form_item *item = form_view_find(&view, pointer);
    if (item && item->kind == FORM_CONTROL && item->widget == FORM_TABLE) {
        patch = form_row_add(fill->form, fill->draft, &fill->context, pointer);
    } else if (item && item->kind == FORM_CONTROL &&
               form_parse(item, fill->draft, text, &fill->context, &value, why)) {
        struct buf shown = {0};
        if (value)
            form_text(item, value, &fill->context, &shown);
        buf_free(&shown);
        patch = form_patch(fill->form, fill->draft, &fill->context, pointer, value);
    }
    form_view_free(&view);
    merge(fill, patch);
}

static void fill_in(struct fill *fill)
{
    merge(fill, form_prefill(fill->form, fill->draft, &fill->context));
    draw(fill, "");
    int count = 0;
    for (const struct json *t = json_first(json_get(fill->input, "typed")); t && count++ < TYPED_MAX;
         t = json_next(t))
        if (json_as_text(json_at(t, 0)) && json_as_text(json_at(t, 1)))
            type(fill, json_as_text(json_at(t, 0)), json_as_text(json_at(t, 1)));
    draw(fill, "");
    draw(fill, "/children/0");
    struct json *masked = form_masked(fill->form, fill->draft);
    json_free(&masked);
}

static void check_file(const struct form_source *source)
{
    static const char *const languages[] = {"az", "en", "ru"};
    struct form_findings findings = {0};
    form_check(source, languages, 3, &findings);
    form_findings_free(&findings);
}

static void notices(const struct fill *fill)
{
    struct buf out = {0};
    struct err_info info = {0};
    struct json *context = notice_context(&(struct notice_facts){.service = json_get(fill->input, "service"),
                                                                 .draft = fill->draft,
                                                                 .reasons = json_get(fill->input, "reasons"),
                                                                 .today = fill->context.today,
                                                                 .lang = fill->context.lang});
    static const char *const outcomes[] = {"approve", "refuse", "return", "receipt"};
    for (int i = 0; i < 4; i++)
        if (notice_render(json_get(fill->input, "service"), outcomes[i], context, fill->context.lang, &out,
                          &info) == ERR_INVALID)
            HOLD(info.text[0]);
    buf_free(&out);
    json_free(&context);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct json *input = fuzz_json(data, size);
    struct err_info info = {0};
    const struct form_source source = {.service = json_get(input, "service"),
                                       .common = json_get(input, "common"),
                                       .pack = json_get(input, "pack"),
                                       .typed = true};
    struct fill fill = {.input = input,
                        .context = {.lang = json_text_or(input, "lang", "en"),
                                    .today = "2026-11-25",
                                    .person = json_get(input, "person")}};
    if (json_is_object(source.service)) {
        const struct json *draft = json_get(input, "draft");
        fill.draft = json_is_object(draft) ? json_copy(draft) : json_new_object();
        check_file(&source);
        if (form_open(&source, &fill.form, &info) == ERR_OK)
            fill_in(&fill);
        notices(&fill);
        form_free(&fill.form);
        json_free(&fill.draft);
    }
    json_free(&input);
    return 0;
}
