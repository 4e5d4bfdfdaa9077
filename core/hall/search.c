/* core/hall/search.c: see search.h. */
#include "core/hall/search.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/hall/search_index.h"
#include "core/model/name.h"
#include "core/model/person.h"

enum {
    EXACT_MAX = 100,  /* rows with one number or date */
    BEGIN_MAX = 400,  /* rows whose number begins so: more than whoever asks looks at */
    ROWS_MAX = 12000, /* of the index, for other spellings of all words: some 5 ms */
    ENDS_MAX = 2000,  /* rows of the index: the ends of one long beginning */
    SIFT_MAX = 500,   /* persons looked at one by one, where it had more */
    TERMS_MAX = NAME_WORDS_MAX + 2,
    CASE_DIGITS = 6,
    NUMBER_TEXT = 64,
};

struct work {
    const struct search *search;
    struct search_place at; /* of what is told */
    bool enough, more;
    int rows_left;
    struct name_word words[NAME_WORDS_MAX];
    int word_count;
    char dates[TERMS_MAX - NAME_WORDS_MAX][DATE_TEXT + 1]; /* "@1990-12-31" */
    int date_count;
};

/* --- statements, each by the index that is named --- */

static const char sql_fin[] = "SELECT id, '' FROM persons WHERE fin = $1 LIMIT $2";     /* persons_fin */
static const char sql_nik[] = "SELECT id, '' FROM persons WHERE nik = $1 LIMIT $2";     /* persons_nik */
static const char sql_phone[] = "SELECT id, '' FROM persons WHERE phone = $1 LIMIT $2"; /* persons_phone */
static const char sql_case[] = "SELECT id, '' FROM cases WHERE number = $1 LIMIT $2";   /* cases_number */
static const char begun_fin[] =
    "SELECT id, fin FROM persons WHERE fin >= $1 AND fin < $2 ORDER BY fin LIMIT $3";
static const char begun_nik[] =
    "SELECT id, nik FROM persons WHERE nik >= $1 AND nik < $2 ORDER BY nik LIMIT $3";
static const char begun_phone[] =
    "SELECT id, phone FROM persons WHERE phone >= $1 AND phone < $2 ORDER BY phone LIMIT $3";
static const char begun_case[] =
    "SELECT id, number FROM cases WHERE number >= $1 AND number < $2 ORDER BY number LIMIT $3";
/* persons_fold, persons_fold_family */
static const char sql_name[] =
    "SELECT id, fold FROM persons WHERE fold >= $1 AND fold < $2 ORDER BY fold LIMIT $3";
static const char sql_family[] =
    "SELECT id, fold_family FROM persons WHERE fold_family >= $1 AND fold_family < $2"
    " ORDER BY fold_family LIMIT $3";

const char *search_statement(int n)
{
    static const char *const all[] = {sql_fin,   sql_nik,     sql_phone,  sql_case, begun_fin,
                                      begun_nik, begun_phone, begun_case, sql_name, sql_family};
    enum { COUNT = sizeof all / sizeof *all };
    return n < COUNT ? all[n] : search_index_statement(n - COUNT);
}

/* --- places --- */

void search_place_print(const struct search_place *place, char out[256])
{
    str_format(out, 256, "%d,%d,%s,%s", place->step, place->part, place->key, place->id);
}

bool search_place_read(const char *text, struct search_place *place)
{
    int used = 0;
    *place = (struct search_place){0};
    if (strlen(text) > 255 || sscanf(text, "%2d,%2d,%n", &place->step, &place->part, &used) != 2 || !used)
        return false;
    const char *key = text + used, *id = strrchr(key, ',');
    if (place->step < 0 || place->part < 0 || !id || (size_t)(id - key) >= sizeof place->key || !id[1] ||
        strlen(id + 1) >= sizeof place->id)
        return false;
    str_format(place->key, sizeof place->key, "%.*s", (int)(id - key), key);
    str_copy(place->id, sizeof place->id, id + 1);
    return true;
}

/* The place from which this part goes on; NULL: all of it is told. */
static const struct search_place *resumed(const struct work *work)
{
    const struct search_place *after = work->search->after;
    return after && after->step == work->at.step && after->part == work->at.part ? after : NULL;
}

/* Of a step the next statement; false: it was told whole before the place. What a step asks hangs on what is typed alone,
 * so that a part is the same one on every page. */
static bool next_part(struct work *work)
{
    const struct search_place *after = work->search->after;
    work->at.part++;
    return !after || after->step != work->at.step || after->part <= work->at.part;
}

static enum err tell(struct work *work, enum table table, const char *id, const char *key)
{
    if (work->enough)
        return ERR_OK;
    str_copy(work->at.key, sizeof work->at.key, key);
    str_copy(work->at.id, sizeof work->at.id, id);
    return work->search->found(work->search->ctx, table, id, &work->at, &work->enough);
}

struct told_row {
    char id[SEARCH_ID], key[NUMBER_TEXT * 2];
};

/* Where the rows go on behind the place: what was told before has its key. */
static int first_behind(const struct told_row *rows, int count, const struct search_place *place)
{
    for (int i = 0; place && i < count && strcmp(rows[i].key, place->key) == 0; i++)
        if (strcmp(rows[i].id, place->id) == 0)
            return i + 1;
    return 0;
}

/* Tells the rows (id, key) of a bound statement; more when all limit are there. */
static enum err tell_all(struct work *work, enum table table, struct stmt *s, int limit)
{
    struct told_row *rows = xcalloc((size_t)limit, sizeof *rows);
    int count = 0;
    enum err err;
    while (count < limit && (err = db_step(s)) == ERR_OK) {
        str_copy(rows[count].key, sizeof rows->key, db_text(s, 1) ? db_text(s, 1) : "");
        str_copy(rows[count++].id, sizeof rows->id, db_text(s, 0) ? db_text(s, 0) : "");
    }
    err = count < limit ? err : ERR_ABSENT;
    db_done(s);
    work->more |= count == limit;
    if (err == ERR_ABSENT)
        err = ERR_OK;
    for (int i = first_behind(rows, count, resumed(work)); i < count && err == ERR_OK && !work->enough; i++)
        err = tell(work, table, rows[i].id, rows[i].key);
    free(rows);
    return err;
}

static enum err tell_equal(struct work *work, enum table table, const char *sql, const char *key)
{
    if (work->enough || str_empty(key) || !next_part(work))
        return ERR_OK;
    struct stmt *s = db_query(work->search->db, sql);
    db_bind_text(s, 1, key);
    db_bind_int(s, 2, EXACT_MAX);
    return tell_all(work, table, s, EXACT_MAX);
}

/* U+10FFFD sorts behind every letter. */
static enum err tell_beginning(struct work *work, enum table table, const char *sql, const char *key)
{
    if (work->enough || str_empty(key) || !next_part(work))
        return ERR_OK;
    const struct search_place *after = resumed(work);
    char *end = xasprintf("%s\xF4\x8F\xBF\xBD", key);
    struct stmt *s = db_query(work->search->db, sql);
    db_bind_text(s, 1, after && strcmp(after->key, key) > 0 ? after->key : key);
    db_bind_text(s, 2, end);
    db_bind_int(s, 3, BEGIN_MAX);
    free(end);
    return tell_all(work, table, s, BEGIN_MAX);
}

/* --- exact numbers --- */

static const struct number_kind {
    enum identity kind;
    const char *sql;
} number_kinds[] = {
    {IDENTITY_FIN, sql_fin},
    {IDENTITY_NIK, sql_nik},
    {IDENTITY_PHONE_AZ, sql_phone},
    {IDENTITY_PHONE_ID, sql_phone},
};
enum { NUMBER_KINDS = sizeof number_kinds / sizeof *number_kinds };

/* Capital, without blanks around; a blank within stands for the dash that was not typed: "b 2026 000123". */
static void case_number(const char *typed, char out[NUMBER_TEXT])
{
    size_t length = 0;
    for (const char *c = typed; *c && length < NUMBER_TEXT - 1; c++) {
        char sign = isspace((unsigned char)*c) || *c == '/' ? '-' : (char)toupper((unsigned char)*c);
        if (sign != '-' || (length && out[length - 1] != '-'))
            out[length++] = sign;
    }
    out[length] = '\0';
}

/* "123": the application of that number of this year, or the last. */
static enum err tell_short_number(struct work *work, const char *number)
{
    const struct search *search = work->search;
    enum err err = ERR_OK;
    size_t length = strlen(number);
    if (length > CASE_DIGITS || number[strspn(number, "0123456789")] != '\0' || str_empty(search->hall))
        return ERR_OK;
    for (int year = atoi(search->today), last = year - 1; year >= last && err == ERR_OK; year--) {
        char whole[2 * NUMBER_TEXT];
        str_format(whole, sizeof whole, "%s-%04d-%06d", search->hall, year, atoi(number));
        err = tell_equal(work, TABLE_CASE, sql_case, whole);
    }
    return err;
}

static enum err tell_set(struct work *work, const struct person_set *set, const struct person_set *without);

/* Persons of a document, or whose documents begin so. */
static enum err tell_document(struct work *work, bool begins)
{
    char key[SEARCH_ID];
    enum err err;
    if (work->enough || !search_document(work->search->typed, key) || !next_part(work))
        return ERR_OK;
    struct person_set set = person_set_new(work->search->db, &err);
    int rows_left = BEGIN_MAX;
    if (err == ERR_OK)
        err = begins ? person_set_add_all(work->search->db, key, &set, &rows_left, &work->more)
                     : person_set_add(work->search->db, key, &set, &rows_left);
    if (err == ERR_OK)
        err = tell_set(work, &set, NULL);
    person_set_free(&set);
    return err;
}

static enum err tell_exact(struct work *work)
{
    const char *typed = work->search->typed;
    char number[NUMBER_TEXT], key[IDENTITY_TEXT];
    case_number(typed, number);
    enum err err = tell_equal(work, TABLE_CASE, sql_case, number);
    for (int i = 0; i < NUMBER_KINDS && err == ERR_OK; i++)
        if (identity_normal(number_kinds[i].kind, typed, key))
            err = tell_equal(work, TABLE_PERSON, number_kinds[i].sql, key);
    if (err == ERR_OK)
        err = tell_document(work, false);
    return err == ERR_OK ? tell_short_number(work, number) : err;
}

/* --- names --- */

enum rank { WHOLE_TYPED, WHOLE_ANY, BEGINS_TYPED, BEGINS_ANY, RANKS };

struct ranks {
    struct person_set set[RANKS];
};

static enum err ranks_new(struct db *db, struct ranks *ranks)
{
    enum err err = ERR_OK;
    for (int r = 0; r < RANKS; r++) {
        enum err made;
        ranks->set[r] = person_set_new(db, &made);
        err = err == ERR_OK ? made : err;
    }
    return err;
}

static void ranks_free(struct ranks *ranks)
{
    for (int r = 0; r < RANKS; r++)
        person_set_free(&ranks->set[r]);
}

static void set_clear(struct person_set *set)
{
    memset(set->bits, 0, set->words * sizeof *set->bits);
}

static void set_join(struct person_set *set, const struct person_set *other)
{
    for (size_t i = 0; i < set->words; i++)
        set->bits[i] |= other->bits[i];
}

static bool set_meet(struct person_set *set, const struct person_set *other)
{
    uint64_t any = 0;
    for (size_t i = 0; i < set->words; i++)
        any |= set->bits[i] &= other->bits[i];
    return any != 0;
}

/* The first letters of text that there are sets for; whether that is all of it. */
static bool first_letters(const char *text, char out[NAME_KEY])
{
    size_t at = 0, used, length = strlen(text);
    for (int i = 0; i < SEARCH_PREFIX && at < length; i++) {
        utf8_decode(text + at, length - at, &used);
        at += used;
    }
    str_format(out, NAME_KEY, "%.*s", (int)at, text);
    return at == length;
}

/* Persons with a word that begins with text. Of one longer than the sets know, the ends are gathered; when they are too many,
 * those of its first letters are, and *loose is told: they are looked at one by one later. */
static enum err add_beginning(struct work *work, const char *text, struct person_set *set, int *rows_left,
                              bool *loose)
{
    char first[NAME_KEY];
    struct db *db = work->search->db;
    if (first_letters(text, first))
        return person_set_add(db, first, set, rows_left);
    bool cut = false;
    int ends_left = ENDS_MAX;
    enum err err = person_set_add_all(db, text, set, &ends_left, &cut);
    *rows_left -= ENDS_MAX - ends_left;
    if (err != ERR_OK || !cut)
        return err;
    *loose = true;
    return person_set_add(db, first, set, rows_left);
}

static enum err add_whole(struct work *work, const char *text, struct person_set *set, int *rows_left)
{
    char key[NAME_KEY + 1];
    str_format(key, sizeof key, "%s.", text);
    return person_set_add(work->search->db, key, set, rows_left);
}

static enum err add_spelling(struct work *work, const struct name_key *key, struct ranks *term,
                             int *rows_left, bool *loose)
{
    enum err err = add_whole(work, key->text, &term->set[WHOLE_ANY], rows_left);
    if (err != ERR_OK || *rows_left <= 0)
        return err;
    return key->whole ? add_whole(work, key->text, &term->set[BEGINS_ANY], rows_left)
                      : add_beginning(work, key->text, &term->set[BEGINS_ANY], rows_left, loose);
}

/* What was typed is read whatever it costs, other spellings as far as there is time. */
static enum err read_word(struct work *work, const struct name_word *word, struct ranks *term, bool *loose)
{
    int all = 1 << 30;
    for (int r = 0; r < RANKS; r++)
        set_clear(&term->set[r]);
    enum err err = add_whole(work, word->keys[0].text, &term->set[WHOLE_TYPED], &all);
    if (err == ERR_OK)
        err = add_beginning(work, word->keys[0].text, &term->set[BEGINS_TYPED], &all, loose);
    for (int k = 1; k < word->count && err == ERR_OK && work->rows_left > 0; k++)
        err = add_spelling(work, &word->keys[k], term, &work->rows_left, loose);
    work->more |= work->rows_left <= 0;
    set_join(&term->set[WHOLE_ANY], &term->set[WHOLE_TYPED]);
    set_join(&term->set[BEGINS_ANY], &term->set[BEGINS_TYPED]);
    return err;
}

static enum err read_date(struct work *work, const char *date, struct ranks *term)
{
    int all = 1 << 30;
    set_clear(&term->set[0]);
    enum err err = person_set_add(work->search->db, date, &term->set[0], &all);
    for (int r = 1; r < RANKS; r++)
        memcpy(term->set[r].bits, term->set[0].bits, term->set[0].words * sizeof(uint64_t));
    return err;
}

static enum err tell_person(struct work *work, int64_t number)
{
    char id[SEARCH_ID], key[24];
    str_format(key, sizeof key, "%lld", (long long)number);
    enum err err = search_person(work->search->db, number, id);
    if (err == ERR_ABSENT)
        return ERR_OK; /* a bit without a person, in a damaged set: there is nobody to tell */
    return err == ERR_OK ? tell(work, TABLE_PERSON, id, key) : err;
}

/* Those of 64 whose numbers are below the place. */
static uint64_t below(const struct search_place *place, size_t word)
{
    long long end = place ? atoll(place->key) : INT64_MAX, first = (long long)word * 64;
    if (end <= first)
        return 0;
    return end - first >= 64 ? ~(uint64_t)0 : ((uint64_t)1 << (end - first)) - 1;
}

/* The newest, which have the highest numbers, first. */
static enum err tell_set(struct work *work, const struct person_set *set, const struct person_set *without)
{
    enum err err = ERR_OK;
    for (size_t i = set->words; i-- > 0 && err == ERR_OK && !work->enough;) {
        uint64_t left = set->bits[i] & (without ? ~without->bits[i] : ~(uint64_t)0) & below(resumed(work), i);
        while (left && err == ERR_OK && !work->enough) {
            int bit = 63 - __builtin_clzll(left);
            left &= ~((uint64_t)1 << bit);
            err = tell_person(work, (int64_t)i * 64 + bit);
        }
    }
    return err;
}

/* Those whose words answer indeed, of the newest. */
static enum err sift(struct work *work, struct person_set *set)
{
    enum err err = ERR_OK;
    struct buf words = {0};
    int left = SIFT_MAX;
    for (size_t i = set->words; i-- > 0 && err == ERR_OK;)
        for (int bit = 63; bit >= 0 && set->bits[i] && err == ERR_OK; bit--) {
            uint64_t one = (uint64_t)1 << bit;
            if (!(set->bits[i] & one))
                continue;
            buf_clear(&words);
            if (left > 0)
                err = search_words(work->search->db, (int64_t)i * 64 + bit, &words);
            if (left-- <= 0 || !name_answers(work->words, work->word_count, buf_text(&words)))
                set->bits[i] &= ~one;
            work->more |= left < 0;
        }
    buf_free(&words);
    return err;
}

static enum err tell_ranks(struct work *work, struct ranks *found, bool loose)
{
    enum err err = loose ? sift(work, &found->set[BEGINS_ANY]) : ERR_OK;
    if (loose)
        set_meet(&found->set[BEGINS_TYPED], &found->set[BEGINS_ANY]);
    enum err made;
    struct person_set told = person_set_new(work->search->db, &made);
    err = err == ERR_OK ? made : err;
    for (int r = 0; r < RANKS && err == ERR_OK && !work->enough; r++) {
        if (next_part(work))
            err = tell_set(work, &found->set[r], &told);
        set_join(&told, &found->set[r]);
    }
    person_set_free(&told);
    return err;
}

/* Dates are taken out of what is typed, the rest are words of a name. */
static void read_typed(struct work *work)
{
    char *copy = xstrdup(work->search->typed), *at = copy;
    struct buf rest = {0};
    for (char *word; (word = strsep(&at, " ")) != NULL;) {
        char born[DATE_TEXT];
        if (work->date_count < TERMS_MAX - NAME_WORDS_MAX && born_typed(word, born))
            str_format(work->dates[work->date_count++], sizeof work->dates[0], "@%s", born);
        else
            buf_addf(&rest, "%s ", word);
    }
    work->word_count = name_ask(buf_text(&rest), work->words);
    buf_free(&rest);
    free(copy);
}

static enum err tell_names(struct work *work)
{
    struct ranks found = {0}, term = {0};
    bool loose = false, first = true, any = true;
    int terms = work->word_count + work->date_count;
    if (work->enough || terms == 0)
        return ERR_OK;
    enum err err = ranks_new(work->search->db, &found);
    if (err == ERR_OK)
        err = ranks_new(work->search->db, &term);
    for (int t = 0; t < terms && any && err == ERR_OK; t++) {
        struct ranks *into = first ? &found : &term;
        err = t < work->date_count ? read_date(work, work->dates[t], into)
                                   : read_word(work, &work->words[t - work->date_count], into, &loose);
        for (int r = 0; !first && err == ERR_OK && r < RANKS; r++)
            any = set_meet(&found.set[r], &term.set[r]);
        first = false;
    }
    if (err == ERR_OK && any)
        err = tell_ranks(work, &found, loose);
    ranks_free(&found);
    ranks_free(&term);
    return err;
}

/* A file from before the index that is still being read in: by the columns of then, names that begin with what is typed. */
static enum err tell_old_names(struct work *work)
{
    struct buf folded = {0};
    bool whole;
    enum err err = search_whole(work->search->db, &whole);
    if (err != ERR_OK || whole)
        return err;
    work->more = true;
    utf8_fold_name(&folded, work->search->typed);
    err = tell_beginning(work, TABLE_PERSON, sql_name, buf_text(&folded));
    if (err == ERR_OK)
        err = tell_beginning(work, TABLE_PERSON, sql_family, buf_text(&folded));
    buf_free(&folded);
    return err;
}

/* --- numbers that begin so --- */

/* Digits of a telephone as far as it is typed, after each country's code: "050 12" is +9945012. */
static enum err tell_phones(struct work *work, const char *sql)
{
    static const char *const codes[] = {"+", "+994", "+62"};
    char digits[NUMBER_TEXT];
    size_t length = 0;
    for (const char *c = work->search->typed; *c && length < sizeof digits - 1; c++)
        if (isdigit((unsigned char)*c))
            digits[length++] = *c;
        else if (!strchr(" -().,/+", *c))
            return ERR_OK;
    digits[length] = '\0';
    const char *national = digits + strspn(digits, "0");
    enum err err = ERR_OK;
    for (size_t i = 0; i < sizeof codes / sizeof *codes && err == ERR_OK && strlen(national) > 3; i++) {
        char number[2 * NUMBER_TEXT];
        str_format(number, sizeof number, "%s%s", codes[i], national);
        err = tell_beginning(work, TABLE_PERSON, sql, number);
    }
    return err;
}

static enum err tell_begun_persons(struct work *work, const char *number)
{
    char plain[NUMBER_TEXT];
    size_t length = 0;
    for (const char *c = number; *c; c++) /* as cards have it: no blanks */
        if (*c != '-')
            plain[length++] = *c;
    plain[length] = '\0';
    if (length < 3)
        return ERR_OK;
    enum err err = tell_beginning(work, TABLE_PERSON, begun_fin, plain);
    if (err == ERR_OK)
        err = tell_beginning(work, TABLE_PERSON, begun_nik, plain);
    if (err == ERR_OK)
        err = tell_phones(work, begun_phone);
    return err == ERR_OK ? tell_document(work, true) : err;
}

static enum err tell_begun(struct work *work)
{
    char number[NUMBER_TEXT];
    case_number(work->search->typed, number);
    if (number[strcspn(number, "0123456789-")] == '\0') /* without a digit it is a name */
        return ERR_OK;
    enum err err = tell_beginning(work, TABLE_CASE, begun_case, number);
    return err == ERR_OK && work->search->numbers_begin ? tell_begun_persons(work, number) : err;
}

enum err search_run(const struct search *search, bool *more)
{
    static enum err (*const steps[])(struct work * work) = {tell_exact, tell_names, tell_old_names,
                                                            tell_begun};
    struct work work = {.search = search, .rows_left = ROWS_MAX};
    enum err err = ERR_OK;
    *more = false;
    if (!utf8_valid(search->typed, strlen(search->typed))) /* nobody is named so, whatever the store takes */
        return ERR_OK;
    read_typed(&work);
    for (size_t i = search->after ? (size_t)search->after->step : 0;
         i < sizeof steps / sizeof *steps && err == ERR_OK && !work.enough; i++) {
        work.at = (struct search_place){.step = (int)i, .part = -1};
        err = steps[i](&work);
    }
    *more = work.more || work.enough;
    return err;
}
