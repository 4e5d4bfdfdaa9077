/* screens/worklist_filter.c: the words of the worklist's filter. A word that begins the name of one state, one channel or
 * one time in the clerk's language means that; all others are looked for as text by the copy of the hall. Pure. */
#include <stdlib.h>
#include <string.h>

#include "core/base/str.h"
#include "screens/show.h"
#include "screens/worklist.h"

enum { LETTERS_MIN = 3, DAY_MS = 24 * 60 * 60 * 1000 };

enum meant { STATE, CHANNEL, DUE, MEANINGS };
enum due { TODAY, TOMORROW, OVERDUE };

static const struct word {
    enum meant meant;
    int due; /* of DUE */
    const char *wire, *label;
} words[] = {
    {STATE, 0, "draft", NULL},           {STATE, 0, "submitted", NULL},     {STATE, 0, "complete", NULL},
    {STATE, 0, "in_review", NULL},       {STATE, 0, "referred", NULL},      {STATE, 0, "returned", NULL},
    {STATE, 0, "approved", NULL},        {STATE, 0, "refused", NULL},       {STATE, 0, "ready", NULL},
    {CHANNEL, 0, "walk_in", NULL},       {CHANNEL, 0, "booked", NULL},      {CHANNEL, 0, "online", NULL},
    {CHANNEL, 0, "bus", NULL},           {CHANNEL, 0, "home", NULL},        {DUE, TODAY, "", TR("today")},
    {DUE, TOMORROW, "", TR("tomorrow")}, {DUE, OVERDUE, "", TR("overdue")},
};
enum { WORDS = sizeof words / sizeof *words };

static const char *label_of(const struct ui *ui, const struct word *word)
{
    if (word->meant == STATE)
        return show_case_state(ui, word->wire);
    return word->meant == CHANNEL ? show_channel(ui, word->wire) : tr(ui->lang, word->label);
}

/* Whether the typed word, folded, begins a word of the label; whole: is all of it. */
static bool begins(const char *label, const char *typed, bool *whole)
{
    struct buf folded = {0};
    utf8_fold(&folded, label);
    const char *text = buf_text(&folded);
    *whole = strcmp(text, typed) == 0;
    bool found = false;
    for (const char *at = text; at && !found; at = strchr(at, ' ') ? strchr(at, ' ') + 1 : NULL)
        found = strncmp(at, typed, strlen(typed)) == 0;
    buf_free(&folded);
    return found;
}

/* NULL: it is none of these, or may be several. */
static const struct word *meaning(const struct ui *ui, const char *typed)
{
    const struct word *found = NULL;
    int count = 0;
    for (int i = 0; utf8_count(typed, strlen(typed)) >= LETTERS_MIN && i < WORDS; i++) {
        bool whole;
        if (!begins(label_of(ui, &words[i]), typed, &whole))
            continue;
        if (whole)
            return &words[i];
        found = &words[i];
        count++;
    }
    return count == 1 ? found : NULL;
}

/* What was typed, word by word: known[] the last of each kind, text the rest as typed. */
static void read_words(const struct ui *ui, const char *typed, const struct word *known[MEANINGS],
                       struct buf *text)
{
    char *copy = xstrdup(typed), *save = NULL;
    for (char *word = strtok_r(copy, " ", &save); word; word = strtok_r(NULL, " ", &save)) {
        struct buf folded = {0};
        utf8_fold(&folded, word);
        const struct word *meant = meaning(ui, buf_text(&folded));
        buf_free(&folded);
        if (meant)
            known[meant->meant] = meant;
        else
            buf_addf(text, "%s%s", text->length ? " " : "", word);
    }
    free(copy);
}

static void put_time(struct json *args, const char *name, int64_t ms)
{
    char text[TIME_TEXT];
    time_text(ms, text);
    json_set_text(args, name, text);
}

static void put_due(const struct ui *ui, int due, struct json *args)
{
    int64_t today = time_day_start(ui->now_ms);
    int64_t tomorrow = time_day_start(today + DAY_MS + DAY_MS / 2); /* days of 23 and 25 hours */
    if (due == OVERDUE)
        return put_time(args, "due_till", ui->now_ms);
    put_time(args, "due_from", due == TODAY ? today : tomorrow);
    put_time(args, "due_till",
             (due == TODAY ? tomorrow : time_day_start(tomorrow + DAY_MS + DAY_MS / 2)) - 1);
}

void worklist_filter(const struct ui *ui, const char *typed, struct json *args)
{
    const struct word *known[MEANINGS] = {NULL};
    struct buf text = {0};
    read_words(ui, typed, known, &text);
    if (known[STATE])
        json_set_text(args, "state", known[STATE]->wire);
    if (known[CHANNEL])
        json_set_text(args, "channel", known[CHANNEL]->wire);
    if (known[DUE])
        put_due(ui, known[DUE]->due, args);
    if (text.length)
        json_set_text(args, "text", buf_text(&text));
    buf_free(&text);
}

const char *worklist_filter_text(const struct ui *ui, const char *typed, char out[160])
{
    static const char *const names[MEANINGS] = {
        [STATE] = TR("state"), [CHANNEL] = TR("channel"), [DUE] = TR("due")};
    const struct word *known[MEANINGS] = {NULL};
    struct buf text = {0}, said = {0};
    read_words(ui, typed, known, &text);
    for (int i = 0; i < MEANINGS; i++)
        if (known[i])
            buf_addf(&said, "%s%s: %s", said.length ? " · " : "", tr(ui->lang, names[i]),
                     label_of(ui, known[i]));
    str_copy(out, 160, buf_text(&said));
    buf_free(&text);
    buf_free(&said);
    return out;
}
