/* tests/screen/forms_filled_test.c: every form of the packs on the form's own screen, with data that its schema makes
 * (tests/support/generate.h): a clerk fills it in by keys to its end; filled in validly and wrongly it is sound at
 * 80×24 and 120×40, each field that must be filled in is reached by Tab, and what is wrong is said at its field. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "screens/form.h"
#include "screens/screen.h"
#include "tests/support/pack_forms.h"
#include "tests/support/test.h"
#include "tui/text.h"

#define CASE "a-1"

enum { KEYS_MAX = 400, ROWS_DEEP = 4, ONE_OF_TOLD = 29 /* pictures take their time */ };
static const struct {
    int w, h;
} sizes[] = {{80, 24}, {120, 40}};

/* Somebody at the form's screen, with the application that it shows. */
struct clerk {
    struct pack_form *one;
    const struct screen_ops *ops;
    struct form_screen *screen;
    struct json *data; /* what the cache answers */
    struct ui ui;
    struct frame frame;
    bool submitted;
    unsigned told; /* messages */
};

/* --- the screen's surroundings --- */

static void tell(struct clerk *clerk, struct msg *msg);

static char *drawn(struct clerk *clerk)
{
    frame_clear(&clerk->frame);
    clerk->ops->view(clerk->screen, &clerk->ui, &clerk->frame, frame_area(&clerk->frame));
    return frame_text(&clerk->frame);
}

/* What a key changes is put into the page as it stands: it must read as one that is made from nothing. */
static void check_nothing_is_stale(struct clerk *clerk)
{
    char *was = drawn(clerk);
    clerk->screen->now.today[0] = '\0'; /* as on another day */
    char *is = drawn(clerk);
    time_date(clerk->ui.now_ms, clerk->screen->now.today);
    CHECK_TEXT(was, is);
    free(was);
    free(is);
}

static void answer(struct clerk *clerk)
{
    struct msg data = {.kind = MSG_DATA, .what = "case", .json = clerk->data};
    tell(clerk, &data);
}

static void save_draft(struct clerk *clerk, const struct json *body)
{
    struct json *row = json_edit(clerk->data, "case");
    json_merge(json_edit(row, "draft"), json_get(body, "patch"));
    json_set_int(row, "row_rev", json_int(row, "row_rev", 0) + 1);
    struct msg saved = {.kind = MSG_SAVED, .what = "case.draft"};
    tell(clerk, &saved);
    answer(clerk);
}

static void carry_out(struct clerk *clerk, const struct effect *effect)
{
    if (effect->kind == EFFECT_LOAD)
        answer(clerk);
    else if (effect->kind == EFFECT_COMMAND && str_equal(effect->what, "case.draft"))
        save_draft(clerk, effect->json);
    else if (effect->kind == EFFECT_COMMAND && str_equal(effect->what, "case.submit"))
        clerk->submitted = true;
    else if (effect->kind == EFFECT_ASK)
        clerk->submitted = true; /* papers that are not settled: it is asked once more */
}

static void tell(struct clerk *clerk, struct msg *msg)
{
    struct effects effects = {0};
    msg->now_ms = clerk->ui.now_ms;
    clerk->ops->update(clerk->screen, &clerk->ui, msg, &effects);
    for (int i = 0; i < effects.count; i++)
        carry_out(clerk, &effects.items[i]);
    effects_deinit(&effects);
    if (clerk->screen->form && clerk->told++ % ONE_OF_TOLD == 0)
        check_nothing_is_stale(clerk);
}

static void key(struct clerk *clerk, const char *name)
{
    struct msg msg = {.kind = MSG_KEY, .key = key_of(name)};
    tell(clerk, &msg);
}

static void type(struct clerk *clerk, const char *text)
{
    for (size_t used; *text; text += used) {
        struct msg msg = {.kind = MSG_KEY, .key = key_typed(utf8_decode(text, strlen(text), &used))};
        if (*text == '\n')
            msg.key = key_of("A-Enter");
        tell(clerk, &msg);
    }
}

/* The first sign typed and the rest in one piece: a key more costs more than a letter says. */
static void write_text(struct clerk *clerk, const char *text)
{
    size_t used = 0;
    if (*text)
        utf8_decode(text, strlen(text), &used);
    char *first = xstrndup(text, used);
    struct msg rest = {.kind = MSG_PASTE, .text = text + used};
    type(clerk, first);
    if (text[used])
        tell(clerk, &rest);
    free(first);
}

static void act(struct clerk *clerk, enum action action)
{
    struct msg msg = {.kind = MSG_ACTION, .action = action};
    tell(clerk, &msg);
}

static void resize(struct clerk *clerk, int w, int h)
{
    struct msg msg = {.kind = MSG_RESIZE, .w = w, .h = h};
    frame_resize(&clerk->frame, w, h);
    tell(clerk, &msg);
}

static void open_clerk(struct clerk *clerk, struct pack_form *one, const struct json *draft)
{
    struct json *args = json_new_object(), *row = json_new_object();
    *clerk = (struct clerk){.one = one, .ops = screen_ops(SCREEN_FORM), .data = json_new_object()};
    REQUIRE(zone_set("Asia/Baku") && time_parse("2026-11-24T06:00:00.000Z", &clerk->ui.now_ms));
    clerk->ui.lang = LANG_EN;
    json_set_text(args, "case", CASE);
    json_set_text(row, "id", CASE);
    json_set_text(row, "service", json_text(one->service, "id"));
    json_set_text(row, "state", "draft");
    json_set(row, "draft", json_copy(draft));
    json_set(clerk->data, "case", row);
    json_set(clerk->data, "service", json_copy(one->service));
    json_set(clerk->data, "hall", json_copy(one->pack->about));
    clerk->screen = clerk->ops->new (args);
    frame_init(&clerk->frame, sizes[0].w, sizes[0].h);
    resize(clerk, sizes[0].w, sizes[0].h);
    struct msg load = {.kind = MSG_LOAD};
    tell(clerk, &load);
    json_free(&args);
}

static void close_clerk(struct clerk *clerk)
{
    clerk->ops->free(clerk->screen);
    frame_deinit(&clerk->frame);
    json_free(&clerk->data);
}

static const char *focus(const struct clerk *clerk)
{
    const struct fill_page *now = &clerk->screen->now;
    const char *id = sheet_focused(&clerk->screen->sheet, now->sheet.items, now->sheet.count);
    return id ? id : "";
}

static const struct json *draft_of(const struct clerk *clerk)
{
    return json_get(json_get(clerk->data, "case"), "draft");
}

/* --- filling in by keys --- */

/* The field as it will be with that value: its text is what a person types. */
static char *text_to_type(const struct clerk *clerk, const struct form_item *item, const struct json *value)
{
    struct buf text = {0};
    form_text(item, value, &clerk->one->context, &text);
    return text.data ? buf_take(&text) : xstrdup("");
}

static void fill_radio(struct clerk *clerk, const char *pointer, const struct json *value)
{
    const struct form_item *item = form_view_find(&clerk->screen->now.view, pointer);
    for (int i = 0; item && i < item->option_count; i++) {
        if (json_equal(json_pointer(clerk->screen->draft, pointer), value))
            return;
        key(clerk, "Right");
        item = form_view_find(&clerk->screen->now.view, pointer);
    }
}

static int chosen_of(const struct form_item *item, bool wanted[], const struct json *value)
{
    for (int i = 0; i < item->option_count; i++) {
        wanted[i] = false;
        for (const struct json *one = json_first(value); one; one = json_next(one))
            wanted[i] |= json_equal(item->options[i].json, one);
    }
    return item->option_count;
}

static void fill_checks(struct clerk *clerk, const struct form_item *item, const struct json *value)
{
    enum { OPTIONS_MAX = 64 };
    bool wanted[OPTIONS_MAX];
    REQUIRE(item->option_count <= OPTIONS_MAX);
    int count = chosen_of(item, wanted, value);
    for (int i = 0; i < count; i++) {
        if (wanted[i])
            key(clerk, "Space");
        if (i + 1 < count)
            key(clerk, "Down");
    }
}

/* Which branch of a choice the value is of is what the view of a draft with it says. */
static void fill_choice(struct clerk *clerk, const char *pointer, const struct json *datum)
{
    struct form_view view;
    int wanted = -1;
    form_view_build(clerk->one->form, datum, &clerk->one->context, "", &view);
    const struct form_item *item = form_view_find(&view, pointer);
    for (int i = 0; item && i < item->option_count; i++)
        wanted = item->options[i].chosen ? i : wanted;
    form_view_free(&view);
    for (int i = 0; i <= wanted; i++)
        key(clerk, "Right");
}

static void fill_field(struct clerk *clerk, const struct form_item *item, const struct json *datum)
{
    char pointer[FORM_POINTER];
    str_copy(pointer, sizeof pointer, item->pointer);
    const struct json *value = json_pointer(datum, pointer);
    char *text = value ? text_to_type(clerk, item, value) : NULL;
    if (!value || item->readonly)
        return free(text);
    switch (item->widget) {
    case FORM_RADIO:
        fill_radio(clerk, pointer, value);
        break;
    case FORM_CHECKS:
        fill_checks(clerk, item, value);
        break;
    case FORM_CHOICE:
        fill_choice(clerk, pointer, datum);
        break;
    case FORM_YES_NO:
        type(clerk, json_as_bool(value, false) ? "y" : "n");
        break;
    case FORM_TOGGLE:
        key(clerk, "Space");
        if (!json_as_bool(value, false))
            key(clerk, "Space"); /* no is an answer too */
        break;
    case FORM_PICK:
        write_text(clerk, text);
        break;
    default:
        key(clerk, "C-u"); /* what was prefilled there */
        write_text(clerk, text);
    }
    free(text);
}

static void fill_page(struct clerk *clerk, const struct json *datum, int depth);

/* At "/children/-": as many rows as the datum has, each on its own page. */
static void fill_rows(struct clerk *clerk, const struct json *datum, int depth)
{
    char door[FORM_POINTER], table[FORM_POINTER];
    str_copy(door, sizeof door, focus(clerk));
    str_copy(table, sizeof table, door);
    *strrchr(table, '/') = '\0';
    size_t wanted = json_count(json_pointer(datum, table));
    for (size_t i = json_count(json_pointer(draft_of(clerk), table)); i < wanted && depth < ROWS_DEEP; i++) {
        struct fill_page *now = &clerk->screen->now;
        key(clerk, "Enter");
        fill_page(clerk, datum, depth + 1);
        act(clerk, ACTION_BACK);
        if (!CHECK(sheet_focus(&clerk->screen->sheet, now->sheet.items, now->sheet.count, door)))
            printf("  no way back to %s\n", door);
    }
}

/* From the first field to the last by Tab, filling in what the datum has. */
static void fill_page(struct clerk *clerk, const struct json *datum, int depth)
{
    char first[FORM_POINTER], here[FORM_POINTER];
    key(clerk, "C-Home");
    str_copy(first, sizeof first, focus(clerk));
    for (int i = 0; i < KEYS_MAX; i++) {
        str_copy(here, sizeof here, focus(clerk));
        const struct form_item *item = form_view_find(&clerk->screen->now.view, here);
        if (item)
            fill_field(clerk, item, datum);
        else if (*here && here[strlen(here) - 1] == '-')
            fill_rows(clerk, datum, depth);
        key(clerk, "Tab");
        if (str_equal(focus(clerk), first))
            return; /* around */
    }
    CHECK(!"an end of the page");
}

static void fill_pages_in(struct clerk *clerk, const struct json *datum)
{
    for (int i = 0; i < KEYS_MAX; i++) {
        int page = clerk->screen->page;
        fill_page(clerk, datum, 0);
        act(clerk, ACTION_NEXT_PAGE);
        if (clerk->screen->page == page)
            return;
    }
}

static void tell_mend(const struct clerk *clerk, const struct json *datum)
{
    for (const struct json *m = json_first(clerk->screen->mend); m; m = json_next(m))
        printf("  to mend: %s %s: %s\n", json_text(m, "pointer"), json_text(m, "label"),
               json_text(m, "text"));
    pack_form_tell(clerk->one, "what was to be filled in", datum);
    pack_form_tell(clerk->one, "what is filled in", clerk->screen->draft);
}

static int by_text(const void *a, const void *b)
{
    const struct json *const *one = a, *const *other = b;
    return strcmp(json_as_text(*one), json_as_text(*other));
}

/* Ticks come in the order of the options, whatever the order in the datum. */
static struct json *in_order(const struct json *list)
{
    size_t count = json_count(list), i = 0;
    const struct json **ticks = xcalloc(count + 1, sizeof *ticks);
    struct json *sorted = json_new_array();
    for (const struct json *one = json_first(list); one; one = json_next(one))
        ticks[i++] = one;
    if (json_is_text(json_first(list)))
        qsort(ticks, count, sizeof *ticks, by_text);
    for (i = 0; i < count; i++)
        json_add(sorted, json_copy(ticks[i]));
    free(ticks);
    return sorted;
}

/* As a person leaves it: no blanks around, and an empty list is none. */
static struct json *as_written(const struct json *value)
{
    if (json_is_text(value)) {
        const char *text = json_as_text(value) + strspn(json_as_text(value), " ");
        size_t length = strlen(text);
        while (length && text[length - 1] == ' ')
            length--;
        char *trimmed = xstrndup(text, length);
        struct json *written = json_new_text(trimmed);
        free(trimmed);
        return written;
    }
    if (!json_is_array(value) && !json_is_object(value))
        return json_copy(value);
    struct json *written = json_is_array(value) ? json_new_array() : json_new_object();
    for (const struct json *one = json_first(value); one; one = json_next(one)) {
        if (json_is_array(value))
            json_add(written, as_written(one));
        else if (!json_is_array(one) || json_count(one))
            json_set(written, json_name(one), as_written(one));
    }
    struct json *sorted = json_is_array(value) ? in_order(written) : NULL;
    if (sorted)
        json_free(&written);
    return sorted ? sorted : written;
}

static void by_keys(void *context, struct pack_form *one)
{
    (void)context;
    struct clerk clerk;
    struct json *empty = json_new_object(), *valid = generate_valid(&one->generator);
    REQUIRE(valid);
    struct json *prefill =
        form_prefill(one->form, valid, &one->context); /* it stays: nobody empties a field */
    json_merge(valid, prefill);
    struct json *written = as_written(valid);
    struct json *datum = form_submitted(one->form, written, &one->context); /* what can be seen */
    open_clerk(&clerk, one, empty);
    fill_pages_in(&clerk, datum);
    act(&clerk, ACTION_SUBMIT);
    struct json *filled_in = as_written(clerk.screen->draft);
    struct json *handed_in = form_submitted(one->form, filled_in, &one->context);
    if (!CHECK(clerk.submitted) || !CHECK(json_equal(handed_in, datum)))
        tell_mend(&clerk, datum);
    close_clerk(&clerk);
    json_free(&filled_in);
    json_free(&handed_in);
    json_free(&datum);
    json_free(&written);
    json_free(&prefill);
    json_free(&valid);
    json_free(&empty);
}

TEST(forms_are_filled_in_by_keys_and_handed_in)
{
    pack_forms_each(by_keys, NULL);
}

/* The second of two alternatives could not be chosen; an option's own words took another that has them inside. */
TEST(forms_that_once_could_not_be_filled_in)
{
    pack_form_again("az.vergi.local-company", 1, by_keys, NULL);
    pack_form_again("id.dukcapil.kk-split", 20787, by_keys, NULL);
    pack_form_again("id.dukcapil.move-in", 20787, by_keys, NULL);
    pack_form_again("id.dukcapil.ktp-new", 20788, by_keys, NULL);
}

/* --- pictures --- */

static void draw(struct clerk *clerk)
{
    struct rect area = frame_area(&clerk->frame);
    frame_clear(&clerk->frame);
    rect_cut_top(&area, 1); /* app.c draws the first and the last line */
    rect_cut_bottom(&area, 1);
    clerk->ops->view(clerk->screen, &clerk->ui, &clerk->frame, area);
}

/* What no picture may have; NULL: it is sound. */
static const char *fault_of(const struct frame *frame, const char *text)
{
    const struct frame *f = frame;
    if (!f->cursor_on || f->cursor_x >= f->w || f->cursor_y >= f->h)
        return "no cursor";
    for (size_t used; *text; text += used) {
        size_t line = strcspn(text, "\n");
        char *row = xstrndup(text, line);
        bool wide = text_width(row) > f->w;
        free(row);
        if (wide)
            return "a line is wider than the screen";
        for (size_t i = 0; i < line; i += used) {
            int32_t code = utf8_decode(text + i, line - i, &used);
            if (code < 0x20 || (code >= 0x7f && code < 0xa0))
                return "a control character";
        }
        used = line + (text[line] == '\n');
    }
    return NULL;
}

/* Drawn values share words: by chance a secret may be a part of an answer that anybody may see. */
static bool stands_in_another(const struct json *masked, const char *secret)
{
    bool stands = json_is_text(masked) && strstr(json_as_text(masked), secret);
    for (const struct json *one = json_first(masked); one && !stands; one = json_next(one))
        stands = stands_in_another(one, secret);
    return stands;
}

/* A sensitive value that the picture shows though the focus is elsewhere; masked: the draft as form_masked makes it; seen:
 * all of that. */
static bool is_secret_told(const struct json *draft, const struct json *masked, const struct json *seen,
                           const char *at, const char *focused, const char *picture)
{
    enum { LONG_ENOUGH = 6 }; /* shorter ones may stand in other words by chance */
    if (json_is_text(draft)) {
        const char *secret = json_as_text(draft);
        return strlen(secret) >= LONG_ENOUGH && !str_equal(secret, json_as_text(masked)) &&
               strcmp(at, focused) != 0 && strstr(picture, secret) && !stands_in_another(seen, secret);
    }
    bool told = false;
    size_t i = 0;
    for (const struct json *one = json_first(draft); one && !told; one = json_next(one), i++) {
        const struct json *other =
            json_is_array(draft) ? json_at(masked, i) : json_get(masked, json_name(one));
        char *below =
            json_is_array(draft) ? xasprintf("%s/%zu", at, i) : xasprintf("%s/%s", at, json_name(one));
        told = is_secret_told(one, other, seen, below, focused, picture);
        free(below);
    }
    return told;
}

static bool tells_secrets(const struct clerk *clerk, const char *picture)
{
    struct json *masked = form_masked(clerk->one->form, clerk->screen->draft);
    bool told = is_secret_told(clerk->screen->draft, masked, masked, "", focus(clerk), picture);
    json_free(&masked);
    return told;
}

static void check_picture(struct clerk *clerk)
{
    draw(clerk);
    char *text = frame_text(&clerk->frame);
    const char *fault = fault_of(&clerk->frame, text);
    if (!fault && tells_secrets(clerk, text))
        fault = "a sensitive value is shown that has not the focus";
    if (!CHECK(!fault)) {
        fputs(text, stdout);
        pack_form_tell(clerk->one, fault, clerk->screen->draft);
    }
    free(text);
}

static bool is_reached(char ids[][FORM_POINTER], int count, const char *pointer)
{
    for (int i = 0; i < count; i++) {
        size_t length = strlen(pointer);
        bool row = str_starts(ids[i], pointer) && ids[i][length] == '/';
        if (row || str_equal(ids[i], pointer))
            return true;
    }
    return false;
}

/* Every field of the page in hand that must be filled in, from the first by Tab and back to it. */
static void check_tab(struct clerk *clerk)
{
    static char ids[KEYS_MAX][FORM_POINTER];
    int count = 0;
    key(clerk, "C-Home");
    do {
        str_copy(ids[count++], FORM_POINTER, focus(clerk));
        key(clerk, "Tab");
        draw(clerk);
        CHECK(clerk->frame.cursor_on);
    } while (count < KEYS_MAX && strcmp(focus(clerk), ids[0]) != 0);
    const struct form_view *view = &clerk->screen->now.view;
    for (int i = 0; i < view->item_count; i++) {
        const struct form_item *item = &view->items[i];
        bool asked = item->kind == FORM_CONTROL && item->visible && item->required && item->enabled &&
                     item->page == clerk->screen->page && item->widget != FORM_READONLY;
        if (!CHECK(!asked || is_reached(ids, count, item->pointer)))
            pack_form_tell(clerk->one, item->pointer, clerk->screen->draft);
    }
}

static void every_page(struct clerk *clerk)
{
    for (int i = 0; i < KEYS_MAX; i++) {
        int page = clerk->screen->page;
        check_tab(clerk);
        for (size_t s = sizeof sizes / sizeof *sizes; s-- > 0;) {
            resize(clerk, sizes[s].w, sizes[s].h);
            check_picture(clerk);
        }
        act(clerk, ACTION_NEXT_PAGE);
        if (clerk->screen->page == page)
            return;
    }
}

static void pictures(void *context, struct pack_form *one)
{
    (void)context;
    struct json *datum = generate_valid(&one->generator);
    struct clerk clerk;
    REQUIRE(datum);
    open_clerk(&clerk, one, datum);
    every_page(&clerk);
    close_clerk(&clerk);
    json_free(&datum);
}

TEST(forms_filled_in_are_sound_and_each_field_is_reached_by_tab)
{
    pack_forms_each(pictures, NULL);
}

/* --- what is wrong --- */

/* The entry of the list at the field, else at the choice that it belongs to. */
static const struct json *mend_of(const struct clerk *clerk, const struct broken *broken)
{
    const struct json *found = NULL;
    for (const struct json *m = json_first(clerk->screen->mend); m; m = json_next(m)) {
        bool here = str_equal(json_text(m, "pointer"), broken->field);
        if (here || (!found && broken->whose && str_equal(json_text(m, "pointer"), broken->choice_at)))
            found = m;
    }
    return found;
}

/* At the field, at a row of it or the door to one more, or at the list that a tick belongs to. */
static bool is_at(const struct clerk *clerk, const char *field)
{
    const char *here = focus(clerk);
    size_t both = strlen(here) < strlen(field) ? strlen(here) : strlen(field);
    return *here && strncmp(here, field, both) == 0 && strchr("/", here[both]) && strchr("/", field[both]);
}

/* The rows from the cursor's on hold the beginning of the sentence, behind a "!". */
static bool is_said_there(const struct clerk *clerk, const char *sentence)
{
    enum { ROWS_NEAR = 12, WORD_MAX = 24 };
    char word[WORD_MAX + 3], *text = frame_text(&clerk->frame), *from = text;
    str_format(word, sizeof word, "! %.*s", (int)strcspn(sentence, " "), sentence);
    for (int y = 1; y < clerk->frame.cursor_y && from; y++)
        from = strchr(from, '\n') + 1;
    char *end = from;
    for (int y = 0; y < ROWS_NEAR && *end; y++)
        end += strcspn(end, "\n") + (end[strcspn(end, "\n")] == '\n');
    *end = '\0';
    bool said = strstr(from, word) != NULL;
    free(text);
    return said;
}

enum { KEYWORDS_MAX = 32, ONE_OF = 3 /* a screen takes its time */ };
struct wrong {
    struct pack_form *one;
    const char *seen[KEYWORDS_MAX]; /* of a form each keyword is tried once at most */
    int seen_count, looked_at;
};

static bool is_new(struct wrong *wrong, const char *keyword)
{
    for (int i = 0; i < wrong->seen_count; i++)
        if (strcmp(wrong->seen[i], keyword) == 0)
            return false;
    if (wrong->seen_count < KEYWORDS_MAX)
        wrong->seen[wrong->seen_count++] = keyword;
    return true;
}

/* Prefilling may have mended it. */
static bool is_still_broken(struct clerk *clerk, const struct broken *broken)
{
    struct broken here = *broken;
    struct json *draft = json_copy(clerk->screen->draft);
    here.datum = draft;
    bool broken_still = pack_form_hands_in(clerk->one, &here) &&
                        json_equal(json_pointer(draft, broken->at), json_pointer(broken->datum, broken->at));
    json_free(&draft);
    return broken_still;
}

static bool is_listed(const struct json *mend, const char *field)
{
    for (const struct json *m = json_first(mend); m; m = json_next(m))
        if (str_equal(json_text(m, "pointer"), field))
            return true;
    return false;
}

/* The list has each field that the hall would return it for, once, and no other. */
static void check_listed(const struct clerk *clerk)
{
    struct schema_errors errors = {0};
    int fields = 0;
    form_check_draft(clerk->one->form, clerk->screen->draft, &clerk->one->context, &errors);
    for (int i = 0; i < errors.count; i++) {
        fields += schema_errors_find(&errors, errors.list[i].field) == &errors.list[i];
        if (!CHECK(is_listed(clerk->screen->mend, errors.list[i].field)))
            printf("  %s %s is not listed\n", clerk->one->file, errors.list[i].field);
    }
    CHECK_INT(json_count(clerk->screen->mend), fields);
    schema_errors_free(&errors);
}

static void check_said(struct clerk *clerk, const struct broken *broken)
{
    act(clerk, ACTION_SUBMIT);
    check_listed(clerk);
    const struct json *mend = mend_of(clerk, broken);
    bool ok = CHECK(!clerk->submitted) && CHECK(mend);
    char *sentence = xstrdup(json_text_or(mend, "text", "")),
         *field = xstrdup(json_text_or(mend, "pointer", ""));
    fill_go_to(clerk->screen, &clerk->ui, field);
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes && ok; s++) {
        resize(clerk, sizes[s].w, sizes[s].h);
        check_picture(clerk);
        ok = CHECK(is_at(clerk, field)) && CHECK(is_said_there(clerk, sentence));
        char *picture = ok ? NULL : frame_text(&clerk->frame);
        if (picture)
            fputs(picture, stdout);
        free(picture);
    }
    if (!ok) {
        printf("  at %s, focus %s: %s\n", field, focus(clerk), sentence);
        tell_mend(clerk, broken->datum);
    }
    free(sentence);
    free(field);
}

static void look_at_wrong(void *context, const struct broken *broken)
{
    struct wrong *wrong = context;
    struct clerk clerk;
    if (!pack_form_hands_in(wrong->one, broken) || !is_new(wrong, broken->keyword) ||
        rng_below(&wrong->one->generator.rng, ONE_OF) != 0)
        return;
    open_clerk(&clerk, wrong->one, broken->datum);
    if (is_still_broken(&clerk, broken)) {
        check_said(&clerk, broken);
        wrong->looked_at++;
    }
    close_clerk(&clerk);
}

static void wrong_data(void *context, struct pack_form *one)
{
    struct wrong *wrong = context;
    struct json *valid = generate_valid(&one->generator);
    REQUIRE(valid);
    struct json *datum = form_submitted(one->form, valid, &one->context);
    wrong->one = one;
    wrong->seen_count = 0;
    generate_broken(&one->generator, datum, look_at_wrong, wrong);
    json_free(&datum);
    json_free(&valid);
}

TEST(forms_say_what_is_wrong_at_its_field)
{
    struct wrong wrong = {0};
    pack_forms_each(wrong_data, &wrong);
    CHECK(wrong.looked_at > PACK_FORMS);
    printf("%d mistakes were said at their fields\n", wrong.looked_at);
}
