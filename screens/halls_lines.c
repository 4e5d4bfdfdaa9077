/* screens/halls_lines.c: which hall stands in which line, and what they are together. Draws nothing. */
#include <stdlib.h>
#include <string.h>

#include "screens/halls.h"
#include "screens/show.h"
#include "screens/training_word.h"

/* --- one hall --- */

bool halls_answers(const struct json *row)
{
    return str_equal(json_text(row, "state"), "ok");
}

bool halls_is_first(const struct json *row)
{
    return str_equal(json_text(row, "state"), "first");
}

bool halls_is_training(const struct json *row)
{
    return json_bool(row, "practice", false);
}

const char *halls_name(const struct ui *ui, const struct json *row, char out[HALLS_NAME])
{
    const struct json *name = json_get(row, "name");
    bool training = halls_is_training(row);
    str_format(out, HALLS_NAME, "%s%s%s", training ? training_word(ui->lang) : "", training ? " · " : "",
               json_is_object(name) ? show_name(ui, name) : json_text_or(row, "name", ""));
    return out;
}

/* By the hall's own clock, as its arrivals are. */
int64_t halls_longest_ms(const struct ui *ui, const struct json *row)
{
    int64_t oldest_ms;
    const char *oldest = json_text(row, "oldest_at");
    if (!oldest || !time_parse(oldest, &oldest_ms))
        return 0;
    int64_t ms = ui->now_ms + json_int(row, "offset_ms", 0) - oldest_ms;
    return ms > 0 ? ms : 1;
}

const char *halls_why(const struct ui *ui, const struct json *row)
{
    static const char *const words[][2] = {
        {"first", TR("being asked")},  {"no_way", TR("not reached")},
        {"silent", TR("no answer")},   {"certificate", TR("bad certificate")},
        {"key", TR("key refused")},    {"scope", TR("wrong key")},
        {"old", TR("too old")},        {"busy", TR("not ready")},
        {"strange", TR("not a hall")},
    };
    const char *state = json_text_or(row, "state", "");
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (str_equal(state, words[i][0]))
            return tr(ui->lang, words[i][1]);
    return "";
}

const char *halls_known(const struct ui *ui, const struct json *row, char out[HALLS_NAME])
{
    char since[SHOW_TEXT];
    int64_t known_ms = json_int(row, "known_ms", 0);
    str_copy(out, HALLS_NAME, known_ms ? show_since(ui, known_ms, since) : tr(ui->lang, TR("never")));
    return out;
}

const char *halls_remark(const struct ui *ui, const struct json *row, char out[HALLS_NAME], unsigned *look)
{
    const struct {
        int64_t count;
        const char *words;
        unsigned look;
    } counts[] = {
        {json_int(row, "broken", 0), TR("targets broken"), STYLE_DANGER},
        {json_int(row, "unattended", 0), TR("unattended"), STYLE_WARN},
        {json_int(row, "burning", 0), TR("targets at risk"), STYLE_WARN},
        {json_int(row, "unsent", 0), TR("unsent records"), STYLE_WARN},
        {json_int(row, "disputes", 0), TR("disputes"), STYLE_WARN},
    };
    out[0] = '\0';
    *look = STYLE_DIM;
    if (str_equal(json_text(row, "store"), "read_only")) {
        *look = STYLE_DANGER;
        str_copy(out, HALLS_NAME, tr(ui->lang, TR("its disk is full")));
        return out;
    }
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        if (counts[i].count <= 0)
            continue;
        *look = counts[i].look;
        str_format(out, HALLS_NAME, "%s: %d", tr(ui->lang, counts[i].words), (int)counts[i].count);
        return out;
    }
    if (str_equal(json_text(row, "opening"), "closed"))
        str_copy(out, HALLS_NAME, tr(ui->lang, TR("no counter is open")));
    else if (str_equal(json_text(row, "opening"), "day_off"))
        str_copy(out, HALLS_NAME, tr(ui->lang, TR("day off")));
    return out;
}

/* --- the filter --- */

static bool has_words(const char *folded, char *words)
{
    char *rest = NULL;
    for (char *word = strtok_r(words, " ", &rest); word; word = strtok_r(NULL, " ", &rest))
        if (!strstr(folded, word))
            return false;
    return true;
}

static bool fits(const struct halls *self, const struct ui *ui, const struct json *row)
{
    struct buf text = {0}, folded = {0}, asked = {0};
    char name[HALLS_NAME];
    const char *typed = field_text(&self->filter);
    if (!*typed)
        return true;
    buf_addf(&text, "%s %s %s", halls_name(ui, row, name), json_text_or(row, "region", ""),
             json_text_or(row, "code", ""));
    utf8_fold(&folded, buf_text(&text));
    utf8_fold(&asked, typed);
    bool fit = !asked.data || has_words(buf_text(&folded), asked.data);
    buf_free(&text);
    buf_free(&folded);
    buf_free(&asked);
    return fit;
}

/* --- the order --- */

struct placed {
    const struct json *row;
    int64_t key; /* the greater the sooner */
    char name[HALLS_NAME];
    int at; /* in the file */
};

static int64_t urgency(const struct halls *self, const struct ui *ui, const struct json *row)
{
    bool answers = halls_answers(row);
    switch (self->sort) {
    case HALLS_BY_WAITING:
        return answers ? json_int(row, "waiting", 0) : -1;
    case HALLS_BY_LONGEST:
        return answers ? halls_longest_ms(ui, row) / 1000 : -1;
    case HALLS_BY_LATE:
        return answers ? json_int(row, "late", 0) * 10000 + json_int(row, "broken", 0) * 100 +
                             json_int(row, "burning", 0)
                       : -1;
    case HALLS_BY_SILENT:
        return !answers;
    case HALLS_BY_REGION:
    case HALLS_BY_NAME:
    case HALLS_SORTS:
        break;
    }
    return 0;
}

static int compare_key(const void *a, const void *b)
{
    const struct placed *x = a, *y = b;
    if (x->key != y->key)
        return x->key > y->key ? -1 : 1;
    return x->at - y->at;
}

static int compare_name(const void *a, const void *b)
{
    const struct placed *x = a, *y = b;
    int order = strcmp(x->name, y->name);
    return order ? order : x->at - y->at;
}

static void fold_name(const struct ui *ui, struct placed *placed)
{
    char name[HALLS_NAME];
    struct buf folded = {0};
    utf8_fold(&folded, halls_name(ui, placed->row, name));
    str_copy(placed->name, sizeof placed->name, buf_text(&folded));
    buf_free(&folded);
}

static void add_line(struct halls *self, const struct json *row, const char *region)
{
    self->lines[self->line_count++] = (struct halls_line){row, region};
}

/* Regions in the order in which the file names them, each once. */
static void add_by_region(struct halls *self, const struct placed *placed, int count)
{
    for (int i = 0; i < count; i++) {
        const char *region = json_text_or(placed[i].row, "region", "");
        bool begun = false;
        for (int j = 0; j < i && !begun; j++)
            begun = str_equal(json_text_or(placed[j].row, "region", ""), region);
        if (begun)
            continue;
        if (*region)
            add_line(self, NULL, region);
        for (int j = i; j < count; j++)
            if (str_equal(json_text_or(placed[j].row, "region", ""), region))
                add_line(self, placed[j].row, region);
    }
}

void halls_show_heading(struct halls *self)
{
    if (self->list.top == 1 && self->list.selected == 1)
        self->list.top = 0;
}

static void keep_cursor(struct halls *self, int64_t hall)
{
    list_set_count(&self->list, self->line_count);
    for (int i = 0; i < self->line_count; i++)
        if (self->lines[i].row && json_int(self->lines[i].row, "hall", -1) == hall)
            return list_select(&self->list, i);
    if (self->line_count > 1 && !self->lines[self->list.selected].row)
        list_select(&self->list, self->list.selected + 1);
    halls_show_heading(self);
}

void halls_arrange(struct halls *self, const struct ui *ui)
{
    const struct json *rows = json_get(self->data, "rows");
    const struct json *chosen = halls_chosen(self);
    int64_t hall = chosen ? json_int(chosen, "hall", -1) : -1;
    int all = (int)json_count(rows), count = 0;
    struct placed *placed = xcalloc((size_t)all + 1, sizeof *placed);
    for (const struct json *row = json_first(rows); row; row = json_next(row)) {
        if (!fits(self, ui, row))
            continue;
        placed[count] = (struct placed){.row = row, .key = urgency(self, ui, row), .at = count};
        if (self->sort == HALLS_BY_NAME)
            fold_name(ui, &placed[count]);
        count++;
    }
    if (self->sort != HALLS_BY_REGION)
        qsort(placed, (size_t)count, sizeof *placed,
              self->sort == HALLS_BY_NAME ? compare_name : compare_key);
    self->lines = xrealloc(self->lines, (2 * (size_t)all + 2) * sizeof *self->lines);
    self->line_count = 0;
    if (self->sort == HALLS_BY_REGION)
        add_by_region(self, placed, count);
    for (int i = 0; i < count && self->sort != HALLS_BY_REGION; i++)
        add_line(self, placed[i].row, "");
    free(placed);
    keep_cursor(self, hall);
}

const struct json *halls_chosen(const struct halls *self)
{
    int at = self->list.selected;
    return at >= 0 && at < self->line_count ? self->lines[at].row : NULL;
}

int halls_marked(const struct halls *self)
{
    int count = 0;
    for (int i = 0; i < self->hall_count; i++)
        count += self->marked[i];
    return count;
}

/* --- together --- */

static void add_to(struct halls_sum *sum, const struct ui *ui, const struct json *row)
{
    int64_t longest_ms = halls_longest_ms(ui, row);
    sum->answering++;
    sum->waiting += json_int(row, "waiting", 0);
    sum->in_hour += json_int(row, "waiting_in_hour", 0);
    sum->late += json_int(row, "late", 0);
    sum->served += json_int(row, "served", 0);
    sum->no_show += json_int(row, "no_show", 0);
    sum->called += json_int(row, "called", 0);
    sum->kept += json_int(row, "kept", 0);
    sum->burning += json_int(row, "burning", 0);
    sum->broken += json_int(row, "broken", 0);
    sum->counters += json_int(row, "counters", 0);
    sum->open += json_int(row, "open", 0);
    sum->paused += json_int(row, "paused", 0);
    sum->unattended += json_int(row, "unattended", 0);
    sum->unsent += json_int(row, "unsent", 0);
    sum->unsent_stations += json_int(row, "unsent_stations", 0);
    sum->disputes += json_int(row, "disputes", 0);
    sum->wait_min_people += json_number(row, "wait_mean_min", 0) * (double)json_int(row, "called", 0);
    if (longest_ms > sum->longest_ms) {
        sum->longest_ms = longest_ms;
        sum->longest = row;
    }
}

void halls_sum(const struct halls *self, const struct ui *ui, const char *region, struct halls_sum *out)
{
    *out = (struct halls_sum){0};
    for (int i = 0; i < self->line_count; i++) {
        const struct json *row = self->lines[i].row;
        if (!row || halls_is_training(row) || (region && !str_equal(json_text_or(row, "region", ""), region)))
            continue;
        out->halls++;
        out->asked += !halls_answers(row) && !halls_is_first(row);
        if (halls_answers(row))
            add_to(out, ui, row);
    }
}
