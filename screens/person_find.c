/* screens/person_find.c: who is found while typing: this computer's copy at once, with it whom the hall's archive has
 * besides. No key waits for either; an answer to letters that stand there no more is put away. */
#include <stdlib.h>
#include <string.h>

#include "screens/person.h"

enum { LETTERS_MIN = 2, ARCHIVE_ROWS = 20 };

const struct json *person_row(const struct person *self)
{
    return json_at(self->rows, (size_t)self->list.selected);
}

bool person_only_archive(const struct json *row)
{
    return json_bool(row, "archive", false);
}

void person_find_clear(struct person *self)
{
    json_free(&self->found);
    json_free(&self->rows);
    json_free(&self->archive.rows);
}

/* --- what is listed --- */

static bool is_listed(const struct json *rows, const char *id)
{
    for (const struct json *row = json_first(rows); row && id; row = json_next(row))
        if (str_equal(json_text(row, "id"), id))
            return true;
    return false;
}

static bool is_answered(const struct person *self)
{
    return self->archive.rows && str_equal(self->archive.answers, field_text(&self->find));
}

/* This copy's rows first and in their order, so that what comes from the hall moves nothing under the fingers. */
static void list_rows(struct person *self)
{
    char selected[64];
    str_copy(selected, sizeof selected, json_text_or(person_row(self), "id", ""));
    json_free(&self->rows);
    self->rows = json_new_array();
    for (const struct json *row = json_first(json_get(self->found, "rows")); row; row = json_next(row))
        json_add(self->rows, json_copy(row));
    for (const struct json *row = is_answered(self) ? json_first(self->archive.rows) : NULL; row;
         row = json_next(row))
        if (!is_listed(self->rows, json_text(row, "id")) &&
            !is_listed(self->rows, json_text(row, "merged_into")))
            json_add(self->rows, json_copy(row));
    list_set_count(&self->list, (int)json_count(self->rows));
    for (size_t i = 0; *selected && i < json_count(self->rows); i++)
        if (str_equal(json_text(json_at(self->rows, i), "id"), selected))
            list_select(&self->list, (int)i);
}

void person_find_load(const struct person *self, const struct ui *ui, struct effects *effects)
{
    struct json *args = json_new_object();
    json_set_text(args, "q", field_text(&self->find));
    json_set_text(args, "lang", lang_code(ui->lang));
    effects_load(effects, "persons", args);
}

void person_find_data(struct person *self, const struct json *found)
{
    if (!str_equal(json_text_or(found, "q", ""), field_text(&self->find)))
        return; /* an answer to what was typed before */
    json_free(&self->found);
    self->found = json_copy(found);
    list_rows(self);
}

/* --- the hall's archive --- */

static bool is_reached(const struct ui *ui)
{
    return ui->link.state == LINK_ONLINE || ui->link.state == LINK_COPYING;
}

static char *path_of(const char *letters)
{
    struct buf path = {0};
    buf_addf(&path, "/v1/search?limit=%d&q=", ARCHIVE_ROWS);
    for (const unsigned char *c = (const unsigned char *)letters; *c; c++) {
        bool plain = (*c >= '0' && *c <= '9') || (*c >= 'A' && *c <= 'Z') || (*c >= 'a' && *c <= 'z');
        buf_addf(&path, plain ? "%c" : "%%%02X", *c);
    }
    return buf_take(&path);
}

static bool is_worth_asking(const struct person *self)
{
    const char *letters = field_text(&self->find);
    return utf8_count(letters, strlen(letters)) >= LETTERS_MIN && letters[strspn(letters, " ")] &&
           !str_equal(letters, self->archive.asked);
}

void person_find_ask(struct person *self, const struct ui *ui, struct effects *effects)
{
    if (self->archive.under_way || !is_reached(ui) || !is_worth_asking(self))
        return;
    str_copy(self->archive.asked, sizeof self->archive.asked, field_text(&self->find));
    self->archive.under_way = true;
    self->archive.failed = false;
    char *path = path_of(self->archive.asked);
    effects_add(effects, EFFECT_FETCH, path, NULL);
    free(path);
}

void person_find_typed(struct person *self, const struct ui *ui, struct effects *effects)
{
    list_select(&self->list, 0);
    person_find_load(self, ui, effects);
    person_find_ask(self, ui, effects);
}

static struct json *persons_of(const struct json *body)
{
    struct json *rows = json_new_array();
    for (const struct json *line = json_first(json_get(body, "rows")); line; line = json_next(line)) {
        const struct json *person = json_get(line, "row");
        if (!str_equal(json_text(line, "t"), "person") || !json_is_object(person))
            continue;
        struct json *row = json_copy(person);
        json_set_bool(row, "archive", true);
        json_add(rows, row);
    }
    return rows;
}

void person_find_fetched(struct person *self, const struct ui *ui, const struct msg *msg,
                         struct effects *effects)
{
    struct archive *archive = &self->archive;
    char *path = path_of(archive->asked);
    bool expected = archive->under_way && str_equal(msg->what, path);
    free(path);
    if (!expected)
        return;
    archive->under_way = false;
    archive->failed = msg->text != NULL;
    if (!archive->failed) {
        json_free(&archive->rows);
        archive->rows = persons_of(msg->json);
        archive->more = json_bool(msg->json, "more", false);
        str_copy(archive->answers, sizeof archive->answers, archive->asked);
    }
    list_rows(self);
    person_find_ask(self, ui, effects);
    if (archive->failed && !archive->under_way)
        archive->asked[0] = '\0'; /* asked again when letters change, or the hall is back */
}

static int only_at_hall(const struct person *self)
{
    int count = 0;
    for (const struct json *row = json_first(self->rows); row; row = json_next(row))
        count += person_only_archive(row);
    return count;
}

const char *person_find_says(const struct person *self, const struct ui *ui, char out[160], bool *warn)
{
    const char *letters = field_text(&self->find);
    *warn = false;
    if (utf8_count(letters, strlen(letters)) < LETTERS_MIN)
        return NULL;
    *warn = !is_reached(ui) || self->archive.failed;
    if (*warn)
        return tr(ui->lang, TR("Only this computer's copy: the hall is not reachable"));
    if (!is_answered(self))
        return tr(ui->lang, TR("the hall is being asked"));
    int count = only_at_hall(self);
    if (self->archive.more)
        return tr(ui->lang, TR("the hall has more: type on"));
    if (!count)
        return tr(ui->lang, TR("the hall has no others"));
    str_format(out, 160, tr(ui->lang, TR("%d of them only at the hall")), count);
    return out;
}

/* --- possibly the same person, among those found --- */

static bool same_member(const struct json *a, const struct json *b, const char *member)
{
    const char *text = json_text(a, member);
    return !str_empty(text) && str_equal(text, json_text(b, member));
}

/* Spellings of one name meet; whole false: its first word alone. */
static bool same_name(const struct json *a, const struct json *b, bool whole)
{
    struct buf one = {0}, other = {0};
    utf8_fold_name(&one, json_text_or(a, "name", ""));
    utf8_fold_name(&other, json_text_or(b, "name", ""));
    const char *left = buf_text(&one), *right = buf_text(&other);
    size_t length = whole ? strlen(left) : strcspn(left, " ");
    bool same = length && strcspn(right, whole ? "" : " ") == length && strncmp(left, right, length) == 0;
    buf_free(&one);
    buf_free(&other);
    return same;
}

static bool is_twin(const struct json *a, const struct json *b)
{
    bool masked = json_bool(a, "masked", false); /* digits that are hidden prove nothing */
    if ((!masked && (same_member(a, b, "fin") || same_member(a, b, "nik"))) || same_name(a, b, true))
        return true;
    return same_name(a, b, false) && (same_member(a, b, "born") || (!masked && same_member(a, b, "phone")));
}

const struct json *person_twin(const struct person *self)
{
    const struct json *chosen = person_row(self);
    for (const struct json *row = json_first(self->rows); row && chosen; row = json_next(row))
        if (row != chosen && is_twin(row, chosen))
            return row;
    return NULL;
}
