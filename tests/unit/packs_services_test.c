/* tests/unit/packs_services_test.c: the list of services that halls have published, when it lies beside this
 * checkout, against the packs: every row is in a service of its country, with the figures that the row gives.
 *
 * A service says which rows it stands for, in the words of the list: "x-rows": [{"agency", "name", "fee", "time"}].
 * What the row gives of fee, time and papers must then stand in the service itself. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/catalogue/catalogue.h"
#include "core/catalogue/pack.h"
#include "tests/support/test.h"

static const char list_path[] = "../shared/data/services.tsv";

/* The columns of the list, in its order. */
enum column { COUNTRY, AGENCY, NAME, ENGLISH, FEE, CURRENCY, TIME, DOCUMENTS, SOURCE, COLUMNS };

struct row {
    char *cells[COLUMNS];
};

struct looking {
    const struct pack *pack;
    const struct row *row;
    const struct json *service;
};

/* --- telling --- */

static void expect(const struct looking *looking, bool ok, const char *what, const char *value)
{
    if (!CHECK(ok))
        fprintf(stderr, "%s: %s, %s: %s \"%s\"\n",
                looking->service ? json_text(looking->service, "id") : json_text(looking->pack->about, "id"),
                looking->row->cells[AGENCY], looking->row->cells[NAME], what, value);
}

/* --- which service --- */

/* A mark has "english" besides where the list has no name in the country's language, or the same for several rows. */
static bool is_of_row(const struct json *mark, const struct row *row)
{
    return str_equal(json_text(mark, "agency"), row->cells[AGENCY]) &&
           str_equal(json_text_or(mark, "name", ""), row->cells[NAME]) &&
           str_equal(json_text_or(mark, "english", row->cells[ENGLISH]), row->cells[ENGLISH]);
}

static const struct json *mark_in(const struct json *service, const struct row *row)
{
    const struct json *marks = json_get(service, "x-rows");
    for (const struct json *mark = json_first(marks); mark; mark = json_next(mark))
        if (is_of_row(mark, row))
            return mark;
    return NULL;
}

static void find_service(struct looking *looking)
{
    int count = 0;
    for (int i = 0; i < looking->pack->service_count; i++)
        if (mark_in(looking->pack->services[i], looking->row)) {
            looking->service = looking->pack->services[i];
            count++;
        }
    expect(looking, count == 1, count ? "more than one service says it is" : "no service says it is",
           looking->row->cells[ENGLISH]);
}

/* --- words --- */

static void lower(char *text)
{
    for (; *text; text++)
        *text = (char)tolower((unsigned char)*text);
}

/* Whether any text inside value, in whatever language, has the word (in small letters). */
static bool says(const struct json *value, const char *word)
{
    if (json_as_text(value)) {
        char *text = xstrdup(json_as_text(value));
        lower(text);
        bool found = strstr(text, word) != NULL;
        free(text);
        return found;
    }
    for (const struct json *one = json_first(value); one; one = json_next(one))
        if (says(one, word))
            return true;
    return false;
}

static bool is_word(char c)
{
    return isalnum((unsigned char)c) || (unsigned char)c >= 0x80;
}

static bool is_number(const char *word, size_t length)
{
    return length && strspn(word, "0123456789") >= length;
}

/* The longest word of a text, in small letters; the caller frees. A word behind a number counts ("2 lembar" are
 * two sheets): a service says that by its count. */
static char *longest_word(const char *text)
{
    const char *best = text;
    size_t best_length = 0;
    bool counts = false;
    while (*text) {
        size_t length = 0;
        while (is_word(text[length]))
            length++;
        if (length > best_length && !counts) {
            best = text;
            best_length = length;
        }
        counts = length ? is_number(text, length) : counts && *text == ' ';
        text += length ? length : 1;
    }
    char *word = xasprintf("%.*s", (int)best_length, best);
    lower(word);
    return word;
}

/* --- what the row gives --- */

static bool fee_is(const struct catalogue_fee *fee, const struct money *wanted)
{
    const struct money *const amounts[] = {&fee->total, &fee->duty, &fee->charge};
    for (size_t i = 0; i < sizeof amounts / sizeof *amounts; i++)
        if (amounts[i]->minor == wanted->minor && str_equal(amounts[i]->currency, wanted->currency))
            return true;
    return false;
}

/* An amount is a tier's duty, its charge or both. */
static bool has_amount(const struct json *service, const char *digits, const char *currency)
{
    struct catalogue_fee fees[CATALOGUE_FEES_MAX];
    struct money wanted;
    int count = catalogue_fees(service, NULL, fees, CATALOGUE_FEES_MAX);
    bool found = false;
    if (money_typed(digits, currency, &wanted, NULL))
        for (int i = 0; i < count && !found; i++)
            found = fee_is(&fees[i], &wanted);
    return found;
}

/* Figures in a fee that no tier can be: the note of the service tells them. */
static const struct no_tier {
    const char *service, *digits, *why;
} no_tiers[] = {
    {"az.notariat.copies", "0.5", "it is added for each page"},
    {"az.emlak.encumbrance", "20", "a list that holds no longer, and no speed is told with it"},
    {"az.emlak.encumbrance", "30", "the same list"},
    {"az.emlak.encumbrance", "40", "the same list"},
    {"az.emlak.encumbrance", "2013", "the year of that list"},
};

static bool is_no_tier(const struct json *service, const char *digits)
{
    for (size_t i = 0; i < sizeof no_tiers / sizeof *no_tiers; i++)
        if (str_equal(json_text(service, "id"), no_tiers[i].service) && str_equal(digits, no_tiers[i].digits))
            return true;
    return false;
}

static void check_amount(const struct looking *looking, const char *digits)
{
    bool tier = has_amount(looking->service, digits, looking->row->cells[CURRENCY]);
    if (is_no_tier(looking->service, digits))
        expect(looking, !tier && says(json_get(looking->service, "x-note"), digits),
               "no note, or a tier after all, says", digits);
    else
        expect(looking, tier, "no tier costs", digits);
}

static void check_fee(const struct looking *looking)
{
    const char *at = looking->row->cells[FEE];
    while (*at) {
        size_t length = strspn(at, "0123456789.");
        if (length) {
            char *digits = xasprintf("%.*s", (int)length, at);
            check_amount(looking, digits);
            free(digits);
        }
        at += length ? length : 1;
    }
    expect(
        looking,
        str_equal(json_text_or(mark_in(looking->service, looking->row), "fee", ""), looking->row->cells[FEE]),
        "the fee is not told in the words of the list:", looking->row->cells[FEE]);
}

static int largest_number(const char *text)
{
    int largest = -1;
    while (*text) {
        int number = isdigit((unsigned char)*text) ? atoi(text) : -1;
        largest = number > largest ? number : largest;
        text += isdigit((unsigned char)*text) ? strspn(text, "0123456789") : 1;
    }
    return largest;
}

/* A range is kept by its end: "1-3 working days" is P3D. What is no standard, such as "report within 60 days of
 * birth", may stand in a note. */
static void check_time(const struct looking *looking)
{
    const char *time = looking->row->cells[TIME];
    int number = largest_number(time);
    char *digits = xasprintf("%d", number);
    const struct json *service = looking->service;
    if (number >= 0)
        expect(looking,
               says(json_get(service, "time"), digits) || says(json_get(service, "fees"), digits) ||
                   says(json_get(service, "x-note"), digits) ||
                   says(json_get(service, "description"), digits),
               "no time, tier or note says", digits);
    expect(looking, str_equal(json_text_or(mark_in(service, looking->row), "time", ""), time),
           "the time is not told in the words of the list:", time);
    free(digits);
}

/* Whether a paper says half of the words, without what stands in brackets. */
static bool says_half(const struct json *paper, const char *words)
{
    int said = 0, all = 0;
    for (const char *at = words; *at && *at != '(';) {
        size_t length = 0;
        while (is_word(at[length]))
            length++;
        if (length > 2) {
            char *word = xasprintf("%.*s", (int)length, at);
            lower(word);
            all++;
            said += says(json_get(paper, "name"), word);
            free(word);
        }
        at += length ? length : 1;
    }
    return all > 0 && said * 2 >= all;
}

static bool has_paper(const struct json *service, const char *words)
{
    const struct json *papers = json_get(service, "documents");
    char *word = longest_word(words);
    bool found = says(papers, word) || says(json_get(service, "x-note"), word);
    for (const struct json *paper = json_first(papers); paper && !found; paper = json_next(paper))
        found = says_half(paper, words);
    free(word);
    return found;
}

static void check_documents(const struct looking *looking)
{
    char *copy = xstrdup(looking->row->cells[DOCUMENTS]), *rest = copy, *one;
    while ((one = strsep(&rest, ";")))
        if (*one)
            expect(looking, has_paper(looking->service, one), "no paper is", one);
    free(copy);
}

/* Addresses that the list gives must be named; an ID of somebody's search is none. */
static void check_source(const struct looking *looking)
{
    const char *said = json_text_or(looking->service, "x-source", ""), *at = looking->row->cells[SOURCE];
    expect(looking, *said, "no source is named for", at);
    while ((at = strstr(at, "http"))) {
        size_t length = strcspn(at, " ;,)");
        char *address = xasprintf("%.*s", (int)length, at);
        expect(looking, strstr(said, address) != NULL, "the source is not named:", address);
        free(address);
        at += length;
    }
}

static void check_row(const struct pack *pack, const struct row *row)
{
    struct looking looking = {.pack = pack, .row = row};
    find_service(&looking);
    if (!looking.service)
        return;
    check_fee(&looking);
    check_time(&looking);
    check_documents(&looking);
    check_source(&looking);
}

/* --- the list --- */

static bool read_row(char *line, struct row *row)
{
    int count = 0;
    char *cell;
    while (count < COLUMNS && (cell = strsep(&line, "\t")))
        row->cells[count++] = cell;
    return count == COLUMNS;
}

/* All rows of a country, against its pack. */
static void check_country(const char *country, const char *folder, int wanted)
{
    char *text = test_read_file(list_path), *rest = text, *line;
    if (!text)
        test_skip("the list of services is not beside this checkout");
    struct pack pack = {0};
    struct err_info info = {0};
    int count = 0;
    if (!CHECK(pack_load(folder, NULL, NULL, &pack, &info) == ERR_OK)) {
        fprintf(stderr, "%s\n", info.text);
        free(text);
        test_abandon();
    }
    while ((line = strsep(&rest, "\n"))) {
        struct row row;
        if (!read_row(line, &row) || strcmp(row.cells[COUNTRY], country) != 0)
            continue;
        check_row(&pack, &row);
        count++;
    }
    CHECK_INT(count, wanted);
    pack_free(&pack);
    free(text);
}

TEST(packs_services_of_indonesia_are_those_of_the_list)
{
    check_country("ID", "core/packs/id", 123);
}

TEST(packs_services_of_azerbaijan_are_those_of_the_list)
{
    check_country("AZ", "core/packs/az", 102);
}

/* --- nothing is invented --- */

/* Whether a number stands in a member of a mark; "60" is no part of "160". */
static bool mark_says(const struct json *service, const char *member, const char *number)
{
    const struct json *marks = json_get(service, "x-rows");
    for (const struct json *mark = json_first(marks); mark; mark = json_next(mark))
        for (const char *at = json_text_or(mark, member, ""); *at;) {
            size_t length = strspn(at, "0123456789.");
            if (length == strlen(number) && strncmp(at, number, length) == 0)
                return true;
            at += length ? length : 1;
        }
    return false;
}

/* An amount as the list writes it: "25" for 25.00, "0.5" for 0.50. */
static char *plain_amount(const char *amount)
{
    char *text = xstrdup(amount);
    if (strchr(text, '.'))
        for (size_t n = strlen(text); n && strchr("0.", text[n - 1]);) {
            bool point = text[--n] == '.';
            text[n] = '\0';
            if (point)
                break;
        }
    return text;
}

static bool is_listed_amount(const struct json *service, const char *amount)
{
    char *plain = plain_amount(amount);
    bool listed = mark_says(service, "fee", plain) || strcmp(plain, "0") == 0;
    free(plain);
    return listed;
}

static void check_listed_fees(const struct json *service)
{
    static const char *const members[] = {"duty", "charge"};
    const struct json *fees = json_get(service, "fees");
    for (const struct json *fee = json_first(fees); fee; fee = json_next(fee))
        for (size_t i = 0; i < sizeof members / sizeof *members; i++)
            if (!CHECK(is_listed_amount(service, json_text_or(fee, members[i], "0"))))
                fprintf(stderr, "%s: the list has no fee of %s\n", json_text(service, "id"),
                        json_text(fee, members[i]));
}

/* A length of time such as P10D is listed when its number is; "same day" has none, and is a working day. */
static void check_listed_time(const struct json *service, const char *length)
{
    char *number = length ? xasprintf("%d", largest_number(length)) : NULL;
    if (number && strcmp(length, "PT8H") != 0 && !CHECK(mark_says(service, "time", number)))
        fprintf(stderr, "%s: the list has no time of %s\n", json_text(service, "id"), length);
    free(number);
}

static void check_listed_times(const struct json *service)
{
    const struct json *time = json_get(service, "time"), *fees = json_get(service, "fees");
    check_listed_time(service, json_text(time, "standard"));
    check_listed_time(service, json_text(time, "extend"));
    for (const struct json *fee = json_first(fees); fee; fee = json_next(fee))
        check_listed_time(service, json_text(fee, "time"));
}

static bool is_free_of_the_list(const struct json *service)
{
    return !json_get(service, "x-rows");
}

/* What the list leaves empty stays so: no fee and no time are made up. */
TEST(packs_services_of_azerbaijan_make_up_no_fee_and_no_time)
{
    struct pack pack = {0};
    struct err_info info = {0};
    REQUIRE(pack_load("core/packs/az", NULL, NULL, &pack, &info) == ERR_OK);
    for (int i = 0; i < pack.service_count; i++) {
        const struct json *service = pack.services[i], *mark = json_first(json_get(service, "x-rows"));
        bool fee = false, time = false;
        for (; mark; mark = json_next(mark)) {
            fee |= json_get(mark, "fee") != NULL;
            time |= json_get(mark, "time") != NULL;
        }
        if (!CHECK(is_free_of_the_list(service) || fee || !json_get(service, "fees")) ||
            !CHECK(is_free_of_the_list(service) || time || !json_get(service, "time")))
            fprintf(stderr, "%s says more than the list\n", json_text(service, "id"));
        check_listed_fees(service);
        check_listed_times(service);
    }
    pack_free(&pack);
}

/* Where the list gives Indonesia no time, the law's own holds (UU 30/2014, art. 53), and the service says so. */
TEST(packs_services_of_indonesia_make_up_no_fee_and_no_time)
{
    struct pack pack = {0};
    struct err_info info = {0};
    REQUIRE(pack_load("core/packs/id", NULL, NULL, &pack, &info) == ERR_OK);
    for (int i = 0; i < pack.service_count; i++) {
        const struct json *service = pack.services[i];
        if (!CHECK(!is_free_of_the_list(service)))
            fprintf(stderr, "%s stands for no row of the list\n", json_text(service, "id"));
        check_listed_fees(service);
        if (!str_equal(json_text(json_get(service, "time"), "legal"), "AP53"))
            check_listed_times(service);
    }
    pack_free(&pack);
}

/* --- the fourteen components of a service standard (UU 25/2009, art. 21) --- */

static bool is_said(const struct pack *pack, const struct json *text)
{
    const struct json *languages = json_get(pack->about, "languages");
    for (const struct json *lang = json_first(languages); lang; lang = json_next(lang))
        if (str_empty(json_text(text, json_as_text(lang))))
            return false;
    return text != NULL;
}

/* Papers and fees are where the list gives them: check_row. */
static void check_components(const struct pack *pack, const struct json *service)
{
    static const char *const texts[] = {"facilities", "competence", "supervision", "staff",
                                        "guarantee",  "safety",     "evaluation"};
    static const char *const lists[] = {"legal", "outputs", "reasons"};
    const char *id = json_text(service, "id");
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (!CHECK(is_said(pack, json_get(json_get(service, "standard"), texts[i]))))
            fprintf(stderr, "%s: its standard does not say %s\n", id, texts[i]);
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        if (!CHECK(json_count(json_get(service, lists[i])) > 0))
            fprintf(stderr, "%s: it has no %s\n", id, lists[i]);
    if (!CHECK(is_said(pack, json_get(service, "procedure"))) ||
        !CHECK(is_said(pack, json_get(json_get(service, "complaint"), "to"))))
        fprintf(stderr, "%s: no procedure, or nobody to complain to\n", id);
}

TEST(packs_services_of_indonesia_tell_the_components_of_their_standard)
{
    struct pack pack = {0};
    struct err_info info = {0};
    REQUIRE(pack_load("core/packs/id", NULL, NULL, &pack, &info) == ERR_OK);
    for (int i = 0; i < pack.service_count; i++)
        check_components(&pack, pack.services[i]);
    pack_free(&pack);
}
