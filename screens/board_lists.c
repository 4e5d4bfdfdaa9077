/* screens/board_lists.c: the lists of the board: which rows of an answer stand in which line, under which agency, past which
 * filter; the cursors and marks, which stay with their rows however often the rows come anew. */
#include <stdlib.h>
#include <string.h>

#include "core/model/queue.h"
#include "screens/board.h"
#include "screens/show.h"

enum { LINES_MAX = 5000 };

/* --- finding --- */

const struct json *board_row(const struct board *self, enum board_pane pane, int line)
{
    const struct board_list *list = &self->lists[pane];
    return line >= 0 && line < list->list.count ? list->rows[line] : NULL;
}

const struct json *board_chosen(const struct board *self, enum board_pane pane)
{
    return board_row(self, pane, self->lists[pane].list.selected);
}

static const struct json *find(const struct json *rows, const char *id)
{
    for (const struct json *row = json_first(rows); row; row = json_next(row))
        if (str_equal(json_text(row, "id"), id))
            return row;
    return NULL;
}

const struct json *board_counter_row(const struct board *self, const char *id)
{
    return find(json_get(self->data, "counters"), id);
}

const struct json *board_queue_row(const struct board *self, const char *id)
{
    return find(json_get(self->data, "queues"), id);
}

const char *board_label(const struct ui *ui, enum board_pane pane, const struct json *row, char out[160])
{
    if (pane == BOARD_QUEUES)
        str_format(out, 160, "%s %s", json_text_or(row, "code", ""), show_name(ui, json_get(row, "name")));
    else
        str_copy(out, 160, json_text_or(row, pane == BOARD_COUNTERS ? "name" : "number", ""));
    return out;
}

/* --- the filter --- */

/* All words of the filter stand somewhere in the row's texts, in any spelling. */
static bool has_words(const char *folded, char *words)
{
    char *rest = NULL;
    for (char *word = strtok_r(words, " ", &rest); word; word = strtok_r(NULL, " ", &rest))
        if (!strstr(folded, word))
            return false;
    return true;
}

static void add_names(const struct json *names, struct buf *text)
{
    if (json_as_text(names))
        buf_addf(text, "%s ", json_as_text(names));
    for (const struct json *name = json_is_object(names) ? json_first(names) : NULL; name;
         name = json_next(name))
        buf_addf(text, "%s ", json_as_text(name) ? json_as_text(name) : "");
}

static bool fits(const struct board *self, const struct json *row, const char *group)
{
    static const char *const members[] = {"code", "codes", "user_name", "number", "person_name"};
    struct buf text = {0}, folded = {0}, asked = {0};
    const char *typed = field_text(&self->filter);
    if (!*typed)
        return true;
    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        buf_addf(&text, "%s ", json_text_or(row, members[i], ""));
    add_names(json_get(row, "name"), &text);
    add_names(json_get(row, "service_name"), &text);
    add_names(json_get(json_get(self->data, "agencies"), group), &text);
    utf8_fold(&folded, buf_text(&text));
    utf8_fold(&asked, typed);
    char *words = buf_take(&asked);
    bool all = has_words(buf_text(&folded), words ? words : (char[]){""});
    free(words);
    buf_free(&text);
    buf_free(&folded);
    return all;
}

/* --- lines --- */

static int by_code(const void *a, const void *b)
{
    const struct json *left = *(const struct json *const *)a, *right = *(const struct json *const *)b;
    const char *member = json_get(left, "codes") ? "name" : "code";
    return queue_number_compare(json_text_or(left, member, ""), json_text_or(right, member, ""));
}

static int by_agency(const void *a, const void *b)
{
    const struct json *left = *(const struct json *const *)a, *right = *(const struct json *const *)b;
    int order = strcmp(json_text_or(left, "agency", ""), json_text_or(right, "agency", ""));
    return order ? order : by_code(a, b);
}

static void add_line(struct board_list *list, int line, const struct json *row, const char *group)
{
    if (line == list->capacity) {
        list->capacity = list->capacity ? 2 * list->capacity : 64;
        list->rows = xrealloc(list->rows, (size_t)list->capacity * sizeof *list->rows);
        list->groups = xrealloc(list->groups, (size_t)list->capacity * sizeof *list->groups);
    }
    list->rows[line] = row;
    list->groups[line] = group;
}

/* What is sought among the people does not hide the row that they belong to, nor the other way round. */
bool board_filters(const struct board *self, enum board_pane pane)
{
    return *field_text(&self->filter) && self->filters_people == (pane == BOARD_PEOPLE);
}

static int gather(const struct board *self, enum board_pane pane, const struct json *rows,
                  const struct json *out[LINES_MAX])
{
    int count = 0;
    for (const struct json *row = json_first(rows); row && count < LINES_MAX; row = json_next(row))
        if (!board_filters(self, pane) || fits(self, row, json_text_or(row, "agency", "")))
            out[count++] = row;
    return count;
}

/* Of rows in their agencies' order. Headings over one or two rows each would take the room that they are to save. */
static bool groups_help(const struct json *const *rows, int count)
{
    enum { A_GROUP = 3 };
    int groups = count > 0;
    for (int i = 1; i < count; i++)
        groups += !str_equal(json_text_or(rows[i], "agency", ""), json_text_or(rows[i - 1], "agency", ""));
    return groups > 1 && groups * A_GROUP <= count;
}

/* How much a row needs somebody: a counter that nobody attends, one whose break or parked people are overdue; 0: not. */
static int need_of_counter(const struct json *row)
{
    if (str_equal(json_text(row, "doing"), "unattended"))
        return 3;
    return json_int(row, "overdue", 0) ? 2 : json_int(row, "unsent", 0) ? 1 : 0;
}

/* First what is unattended or late, then who has waited longest. */
static int by_need(const void *a, const void *b)
{
    const struct json *left = *(const struct json *const *)a, *right = *(const struct json *const *)b;
    bool counters = json_get(left, "codes") != NULL;
    int64_t needs = counters ? need_of_counter(right) - need_of_counter(left)
                             : json_int(right, "late", 0) - json_int(left, "late", 0);
    if (needs)
        return needs < 0 ? -1 : 1;
    const char *none = "~"; /* behind every time */
    int order =
        counters ? 0 : strcmp(json_text_or(left, "oldest_at", none), json_text_or(right, "oldest_at", none));
    return order ? order : by_code(a, b);
}

static int lay_out(struct board_list *list, const struct json *const *rows, int count)
{
    const char *group = NULL;
    int line = 0;
    for (int i = 0; i < count; i++) {
        const char *agency = json_text_or(rows[i], "agency", "");
        if (list->grouped && !str_equal(group, agency))
            add_line(list, line++, NULL, agency);
        group = agency;
        add_line(list, line++, rows[i], agency);
    }
    return line;
}

static bool is_heading(const struct board_list *list, int line)
{
    return line >= 0 && line < list->list.count && !list->rows[line];
}

/* The cursor stands on rows alone: on from a heading in the direction it came from. */
static void leave_heading(struct board_list *list, int by)
{
    int line = list->list.selected;
    if (!is_heading(list, line))
        return;
    line += by < 0 && line > 0 ? -1 : 1;
    list_select(&list->list, line);
    if (line == 1 && by < 0 && list->list.top > 0)
        list->list.top = 0;
}

static void keep_cursor(struct board_list *list)
{
    for (int line = 0; *list->cursor && line < list->list.count; line++)
        if (list->rows[line] && str_equal(json_text(list->rows[line], "id"), list->cursor)) {
            int on_screen = list->list.selected - list->list.top;
            if (line != list->list.selected)
                list->list.top = line > on_screen ? line - on_screen : 0;
            list_select(&list->list, line);
            return;
        }
    leave_heading(list, 1);
}

static void note_cursor(struct board_list *list)
{
    const struct json *row = list->list.selected < list->list.count ? list->rows[list->list.selected] : NULL;
    str_copy(list->cursor, sizeof list->cursor, json_text_or(row, "id", ""));
}

static void make_list(struct board *self, enum board_pane pane, const struct json *rows)
{
    struct board_list *list = &self->lists[pane];
    const struct json **found = xcalloc(LINES_MAX, sizeof(struct json *));
    int count = gather(self, pane, rows, found), room = board_pane_rows(self, pane);
    if (pane != BOARD_PEOPLE)
        qsort(found, (size_t)count, sizeof *found, self->worst ? by_need : by_agency);
    list->grouped = pane != BOARD_PEOPLE && !self->worst && count > room && groups_help(found, count);
    if (pane != BOARD_PEOPLE && !self->worst && !list->grouped)
        qsort(found, (size_t)count, sizeof *found, by_code);
    int lines = lay_out(list, found, count);
    list_fit(&list->list, room);
    list_set_count(&list->list, lines);
    keep_cursor(list);
    note_cursor(list);
    free(found);
}

/* An answer about the row that the cursor has left is nobody's. */
static const struct json *people_here(const struct board *self)
{
    const struct json *row = board_chosen(self, self->beside);
    const char *asked = json_text(self->people, self->beside == BOARD_QUEUES ? "queue" : "user");
    const char *here = json_text(row, self->beside == BOARD_QUEUES ? "id" : "user");
    return !row || (asked && !str_equal(asked, here)) ? NULL : json_get(self->people, "rows");
}

void board_make_lists(struct board *self)
{
    make_list(self, BOARD_QUEUES, json_get(self->data, "queues"));
    make_list(self, BOARD_COUNTERS, json_get(self->data, "counters"));
    make_list(self, BOARD_PEOPLE, people_here(self));
}

void board_drop_lists(struct board *self)
{
    for (int i = 0; i < BOARD_PANES; i++) {
        free(self->lists[i].rows);
        free(self->lists[i].groups);
        json_free(&self->marks[i]);
    }
}

bool board_move_cursor(struct board *self, enum board_pane pane, struct key key)
{
    struct board_list *list = &self->lists[pane];
    int was = list->list.selected;
    if (!list_key(&list->list, key))
        return false;
    leave_heading(list, list->list.selected - was);
    note_cursor(list);
    return true;
}

/* --- marks --- */

const struct json *board_marks(const struct board *self, enum board_pane pane)
{
    return json_count(self->marks[pane]) ? self->marks[pane] : NULL;
}

int board_mark_count(const struct board *self)
{
    int count = 0;
    for (int i = 0; i < BOARD_PANES; i++)
        count += (int)json_count(self->marks[i]);
    return count;
}

bool board_is_marked(const struct board *self, enum board_pane pane, const char *id)
{
    return json_get(self->marks[pane], id) != NULL;
}

static void set_mark(struct board *self, const struct ui *ui, enum board_pane pane, const struct json *row)
{
    char label[160];
    if (!self->marks[pane])
        self->marks[pane] = json_new_object();
    json_set_text(self->marks[pane], json_text_or(row, "id", ""), board_label(ui, pane, row, label));
}

void board_mark(struct board *self, const struct ui *ui)
{
    const struct json *row = board_chosen(self, self->pane);
    const char *id = json_text_or(row, "id", "");
    if (!row)
        return;
    if (board_is_marked(self, self->pane, id))
        json_remove(self->marks[self->pane], id);
    else
        set_mark(self, ui, self->pane, row);
}

void board_mark_shown(struct board *self, const struct ui *ui)
{
    const struct board_list *list = &self->lists[self->pane];
    int before = (int)json_count(self->marks[self->pane]);
    for (int line = 0; line < list->list.count; line++)
        if (list->rows[line])
            set_mark(self, ui, self->pane, list->rows[line]);
    if ((int)json_count(self->marks[self->pane]) == before)
        json_free(&self->marks[self->pane]);
}

void board_unmark(struct board *self)
{
    for (int i = 0; i < BOARD_PANES; i++)
        json_free(&self->marks[i]);
}
