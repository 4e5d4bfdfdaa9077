/* screens/halls_screen.c: many halls on one screen, for who answers for a region: what is heard of each, and since when of one
 * that does not answer. Only looks. */
#include <stdlib.h>
#include <string.h>

#include "core/wire/csv.h"
#include "screens/halls.h"

static void *halls_new(const struct json *args)
{
    struct halls *self = xcalloc(1, sizeof *self);
    (void)args;
    field_init(&self->filter, HALLS_NAME);
    return self;
}

static void halls_free(void *data)
{
    struct halls *self = data;
    json_free(&self->data);
    json_free(&self->some);
    field_deinit(&self->filter);
    free(self->lines);
    free(self->marked);
    free(self);
}

/* --- what comes --- */

static void load_open(const struct halls *self, struct effects *effects)
{
    struct json *args = json_new_object(), *list = json_new_array();
    for (int i = 0; i < self->open_count; i++)
        json_add(list, json_new_int(self->open[i]));
    json_set(args, "halls", list);
    effects_load(effects, "hall", args);
}

static void on_load(const struct halls *self, struct effects *effects)
{
    effects_load(effects, "halls", NULL);
    if (self->open_count)
        load_open(self, effects);
}

static void on_data(struct halls *self, const struct ui *ui, const struct msg *msg)
{
    if (str_equal(msg->what, "hall")) {
        json_free(&self->some);
        self->some = json_copy(msg->json);
        return;
    }
    struct json *before = self->data;
    int count = (int)json_count(json_get(msg->json, "rows"));
    self->data = json_copy(msg->json);
    if (count > self->hall_count) {
        self->marked = xrealloc(self->marked, (size_t)count * sizeof *self->marked);
        for (int i = self->hall_count; i < count; i++)
            self->marked[i] = false;
        self->hall_count = count;
    }
    halls_arrange(self, ui); /* looks at the row that was chosen, which is of before */
    json_free(&before);
}

/* --- looking into some --- */

static void open_hall(struct halls *self, struct effects *effects)
{
    const struct json *row = halls_chosen(self);
    if (!row)
        return;
    self->open[0] = (int)json_int(row, "hall", 0);
    self->open_count = 1;
    self->top = 0;
    json_free(&self->some);
    load_open(self, effects);
}

static void compare(struct halls *self, struct effects *effects)
{
    self->open_count = 0;
    for (int i = 0; i < self->hall_count && self->open_count < HALLS_BESIDE_MAX; i++)
        if (self->marked[i])
            self->open[self->open_count++] = i;
    self->top = 0;
    json_free(&self->some);
    load_open(self, effects);
}

/* --- keys --- */

static void mark(struct halls *self)
{
    const struct json *row = halls_chosen(self);
    int64_t hall = json_int(row, "hall", -1);
    if (row && hall >= 0 && hall < self->hall_count)
        self->marked[hall] = !self->marked[hall];
    (void)list_key(&self->list, (struct key){.code = K_DOWN});
}

static void ask_sort(const struct halls *self, const struct ui *ui, struct effects *effects)
{
    static const char *const words[] = {
#define X(id, words) words,
        HALLS_SORT_LIST(X)
#undef X
    };
    struct json *question = question_new("sort", tr(ui->lang, TR("In which order")));
    (void)self;
    for (int i = 0; i < HALLS_SORTS; i++) {
        char key[2] = {(char)('1' + i), '\0'};
        question_choice(question, key, tr(ui->lang, words[i]), key, NULL);
    }
    effects_ask(effects, question);
}

static void ask_file(const struct ui *ui, struct effects *effects)
{
    char name[80], date[DATE_TEXT];
    struct json *question = question_new(
        "file", tr(ui->lang, TR("Save as: .csv for spreadsheets, .pdf or .txt for a page that people read")));
    time_date(ui->now_ms, date);
    str_format(name, sizeof name, "~/halls-%s.csv", date);
    question_field(question, name, false);
    effects_ask(effects, question);
}

static bool ends_with(const char *text, const char *end)
{
    size_t length = strlen(text), tail = strlen(end);
    return length >= tail && strcmp(text + length - tail, end) == 0;
}

static void save(const struct halls *self, const struct ui *ui, const char *path, struct effects *effects)
{
    char date[DATE_TEXT];
    struct json *paper = json_new_object(), *names = json_new_array();
    struct json *rows = halls_table(self, ui, names);
    struct buf csv = {0};
    char *page = ends_with(path, ".csv") ? NULL : halls_paper(self, ui);
    csv_write(names, rows, &csv);
    time_date(ui->now_ms, date);
    json_set_text(paper, "title", tr(ui->lang, TR("Halls")));
    json_set_text(paper, "hall", "");
    json_set_text(paper, "text", page ? page : buf_text(&csv));
    json_set_text(paper, "date", date);
    json_set_text(paper, "page", tr(ui->lang, TR("Page {page} of {pages}")));
    json_set_bool(paper, "mono", true);
    effects_notice(effects, path, paper);
    json_free(&rows);
    json_free(&names);
    buf_free(&csv);
    free(page);
}

static void on_answer(struct halls *self, const struct ui *ui, const struct msg *msg, struct effects *effects)
{
    if (str_equal(msg->what, "file"))
        return save(self, ui, msg->text, effects);
    int sort = *msg->text - '1';
    if (sort < 0 || sort >= HALLS_SORTS)
        return;
    self->sort = (enum halls_sort)sort;
    halls_arrange(self, ui);
    list_select(&self->list, self->line_count > 1 && !self->lines[0].row ? 1 : 0);
}

/* Esc closes one thing after the other; the screen itself stays. */
static void back(struct halls *self, const struct ui *ui)
{
    if (self->open_count) {
        self->open_count = 0;
        json_free(&self->some);
        return;
    }
    if (self->filtering || *field_text(&self->filter)) {
        self->filtering = false;
        field_set(&self->filter, "");
        return halls_arrange(self, ui);
    }
    for (int i = 0; i < self->hall_count; i++)
        self->marked[i] = false;
}

static void on_action(struct halls *self, const struct ui *ui, enum action action, struct effects *effects)
{
    switch (action) {
    case ACTION_BACK:
        return back(self, ui);
    case ACTION_FILTER:
        self->filtering = true;
        return;
    case ACTION_SORT:
        return ask_sort(self, ui, effects);
    case ACTION_MARK:
        return mark(self);
    case ACTION_HALLS_COMPARE:
        return compare(self, effects);
    case ACTION_NEXT_VIEW:
        self->map = !self->map;
        return;
    case ACTION_EXPORT:
        return ask_file(ui, effects);
    default:
        return;
    }
}

static void filter_key(struct halls *self, const struct ui *ui, struct key key)
{
    if (key.code == K_ENTER || key.code == K_DOWN || key.code == K_UP) {
        self->filtering = false;
        return;
    }
    if (list_key_below_field(&self->list, key))
        return;
    (void)field_key(&self->filter, key);
    halls_arrange(self, ui);
}

/* What is looked into scrolls; a heading is no hall and is stepped over. */
static void on_key(struct halls *self, const struct ui *ui, struct key key, struct effects *effects)
{
    if (self->filtering)
        return filter_key(self, ui, key);
    if (self->open_count) {
        int step = key.code == K_DOWN   ? 1
                   : key.code == K_UP   ? -1
                   : key.code == K_PGDN ? 10
                   : key.code == K_PGUP ? -10
                                        : 0;
        self->top = self->top + step > 0 ? self->top + step : 0;
        return;
    }
    if (key.code == K_ENTER)
        return open_hall(self, effects);
    int before = self->list.selected;
    if (!list_key(&self->list, key) || halls_chosen(self))
        return;
    bool up = self->list.selected < before && self->list.selected > 0;
    list_select(&self->list, self->list.selected + (up ? -1 : 1));
}

static void halls_update(void *data, const struct ui *ui, const struct msg *msg, struct effects *effects)
{
    struct halls *self = data;
    switch (msg->kind) {
    case MSG_LOAD:
        return on_load(self, effects);
    case MSG_DATA:
        on_data(self, ui, msg);
        break;
    case MSG_RESIZE:
        self->w = msg->w;
        self->h = msg->h;
        break;
    case MSG_ACTION:
        on_action(self, ui, msg->action, effects);
        break;
    case MSG_KEY:
        on_key(self, ui, msg->key, effects);
        break;
    case MSG_PASTE:
        if (self->filtering) {
            (void)field_paste(&self->filter, msg->text, strlen(msg->text));
            halls_arrange(self, ui);
        }
        break;
    case MSG_ANSWERED:
        on_answer(self, ui, msg, effects);
        break;
    default:
        return;
    }
    list_fit(&self->list, halls_rows(self));
    halls_show_heading(self);
}

static const char *halls_enabled(const void *data, const struct ui *ui, enum action action)
{
    const struct halls *self = data;
    int marked = halls_marked(self);
    (void)ui;
    if (action == ACTION_HALLS_COMPARE && (marked < 2 || marked > HALLS_BESIDE_MAX))
        return TR("Mark two to six halls first: Space marks one.");
    if (self->open_count && (action == ACTION_MARK || action == ACTION_SORT || action == ACTION_FILTER ||
                             action == ACTION_NEXT_VIEW))
        return TR("That is for the list: Esc goes back to it.");
    if (action == ACTION_MARK_SHOWN)
        return TR("That is for another screen.");
    return NULL;
}

static bool halls_typing(const void *data)
{
    return ((const struct halls *)data)->filtering;
}

static char *halls_title(const void *data, const struct ui *ui)
{
    const struct halls *self = data;
    char name[HALLS_NAME];
    const struct json *row = json_first(json_get(self->some, "rows"));
    if (self->open_count == 1 && row)
        return xasprintf("%s · %s", tr(ui->lang, TR("Halls")), halls_name(ui, row, name));
    return xstrdup(tr(ui->lang, TR("Halls")));
}

const struct screen_ops halls_screen = {.id = SCREEN_HALLS,
                                        .new = halls_new,
                                        .free = halls_free,
                                        .update = halls_update,
                                        .view = halls_view,
                                        .enabled = halls_enabled,
                                        .typing = halls_typing,
                                        .title = halls_title};
