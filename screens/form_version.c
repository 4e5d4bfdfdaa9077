/* screens/form_version.c: a draft beside itself in the newest version of its form, before its clerk takes it over: the
 * older at the left, the newer at the right, and what is new or not asked any more. Draws and asks; what goes where is
 * core/form/migrate.h's. */
#include <stdlib.h>
#include <string.h>

#include "core/form/migrate.h"
#include "screens/form.h"
#include "screens/show.h"
#include "tui/text.h"

bool version_is_gone(const struct form_screen *self)
{
    return json_bool(self->of.data, "version_gone", false);
}

const char *version_why_not(const struct form_screen *self)
{
    if (!self->form || !dossier_part(&self->of, "newest") || fill_is_foreign(self))
        return TR("There is no newer version of this form.");
    return NULL;
}

/* Made anew for each picture, as the language may change; the caller frees. */
static struct json *compared(const struct form_screen *self, const struct ui *ui)
{
    struct form *newer = NULL;
    char day[DATE_TEXT];
    struct form_context context = dossier_form_context(&self->of, ui, day);
    const struct form_source source = {.service = dossier_part(&self->of, "newest"),
                                       .pack = json_get(self->source, "pack")};
    struct json *list = NULL;
    if (!version_why_not(self) && form_open(&source, &newer, NULL) == ERR_OK)
        list = form_compared(self->form, newer, self->draft, &context);
    form_free(&newer);
    return list ? list : json_new_array();
}

void version_compare(struct form_screen *self, const struct ui *ui)
{
    struct json *list = compared(self, ui);
    self->pairs = (int)json_count(list);
    self->pair_at = 0;
    json_free(&list);
}

void version_take(struct form_screen *self, struct effects *effects)
{
    struct json *body = dossier_body(&self->of);
    json_set_int(body, "version", (int)catalogue_form_version(dossier_part(&self->of, "newest")));
    self->pairs = 0;
    effects_command(effects, "case.migrate", body);
}

/* True: the key was the comparison's. */
bool version_key(struct form_screen *self, struct key key, struct effects *effects)
{
    enum { PAGE = 10 };
    if (!self->pairs)
        return false;
    int last = self->pairs - 1;
    int by = key_is(key, "Down")   ? 1
             : key_is(key, "Up")   ? -1
             : key_is(key, "PgDn") ? PAGE
             : key_is(key, "PgUp") ? -PAGE
             : key_is(key, "End")  ? last
             : key_is(key, "Home") ? -last
                                   : 0;
    self->pair_at += by;
    self->pair_at = self->pair_at > last ? last : self->pair_at;
    self->pair_at = self->pair_at < 0 ? 0 : self->pair_at;
    if (key_is(key, "y"))
        version_take(self, effects);
    return true;
}

/* --- drawing --- */

void version_offer_view(const struct form_screen *self, const struct ui *ui, struct frame *frame,
                        struct rect *area)
{
    char text[SHOW_TEXT * 2];
    if (version_is_gone(self)) {
        str_format(
            text, sizeof text,
            tr(ui->lang, TR("Version %d of this form is not on this computer yet: it comes with the next "
                            "news of the hall. What was typed is safe.")),
            (int)json_int(dossier_row(&self->of), "form_version", 0));
        struct rect lines = rect_inset(*area, 1, 0);
        rect_cut_top(area, text_draw_wrapped(frame, lines, text, STYLE_WARN, 0));
        return;
    }
    if (version_why_not(self))
        return;
    str_format(text, sizeof text,
               tr(ui->lang, TR("A newer version of this form is here (%d). F12 shows both side by side.")),
               (int)catalogue_form_version(dossier_part(&self->of, "newest")));
    text_draw(frame, rect_inset(rect_cut_top(area, 1), 1, 0), text, STYLE_ACCENT);
}

static void side_text(const struct json *side, struct frame *frame, struct rect place, unsigned look)
{
    char *text = xasprintf("%s: %s", json_text_or(side, "label", ""), json_text_or(side, "text", ""));
    text_draw(frame, place, text, look);
    free(text);
}

static void pair_view(const struct ui *ui, const struct json *pair, struct frame *frame, struct rect line)
{
    const char *what = json_text_or(pair, "what", "");
    bool fresh = strcmp(what, "new") == 0, gone = strcmp(what, "gone") == 0;
    struct rect left = rect_cut_left(&line, line.w / 2 - 1);
    const char *sign = fresh ? "+" : gone ? "−" : strcmp(what, "moved") == 0 ? "›" : " ";
    if (fresh)
        text_draw(frame, left, tr(ui->lang, TR("asked anew")), STYLE_DIM);
    else
        side_text(json_get(pair, "before"), frame, left, gone ? STYLE_WARN : STYLE_TEXT);
    text_draw(frame, rect_cut_left(&line, 2), sign, gone ? STYLE_WARN : STYLE_ACCENT);
    if (gone)
        text_draw(frame, line, tr(ui->lang, TR("not asked any more")), STYLE_WARN);
    else
        side_text(json_get(pair, "after"), frame, line, STYLE_TEXT);
}

void version_view(const struct form_screen *self, const struct ui *ui, struct frame *frame, struct rect area)
{
    char before[SHOW_TEXT], after[SHOW_TEXT];
    struct rect below = rect_cut_bottom(&area, 2), head;
    area = rect_inset(area, 1, 0);
    str_format(before, sizeof before, tr(ui->lang, TR("as it is, version %d")), form_version(self->form));
    str_format(after, sizeof after, tr(ui->lang, TR("as it would be, version %d")),
               (int)catalogue_form_version(dossier_part(&self->of, "newest")));
    head = rect_cut_top(&area, 1);
    text_draw(frame, rect_cut_left(&head, head.w / 2 + 1), before, STYLE_TITLE | ATTR_BOLD);
    text_draw(frame, head, after, STYLE_TITLE | ATTR_BOLD);
    struct json *list = compared(self, ui);
    int all = (int)json_count(list), i = rect_scroll(self->pair_at, all, area.h);
    for (; i < all && area.h > 0; i++) {
        struct rect line = rect_cut_top(&area, 1);
        if (i == self->pair_at)
            frame_cursor(frame, line.x, line.y);
        pair_view(ui, json_at(list, (size_t)i), frame, line);
    }
    json_free(&list);
    frame_rule(frame, rect_cut_top(&below, 1));
    rect_cut_left(&below, 1);
    rect_cut_left(&below, 2 + show_hint(frame, below, "y", tr(ui->lang, TR("take this draft over"))));
    rect_cut_left(&below,
                  2 + show_hint(frame, below, "Esc", tr(ui->lang, TR("keep the version that it has"))));
    str_format(before, sizeof before, tr(ui->lang, TR("and %d more")), all - i);
    if (i < all)
        show_hint(frame, below, "PgDn", before);
}
