/* tests/bench/search.c: how long the hall's search takes among many persons and applications.
 *
 *   bench search DIR PERSONS CASES   "letter common none typed numbers mix50 mix99 write": microseconds of the processor, the
 *                                    99th percentile where nothing else is said. Fills the hall of DIR, when it is empty,
 *                                    and asks it 20 rows at a time as a clerk of one agency and as reception. With BENCH_TELL=1
 *                                    each question is told with its time.
 *   letter: one letter · common: the most frequent names, whole · none: two or three frequent beginnings that nobody has
 *   together · typed: a name, letter by letter, in any spelling · numbers: any number or a beginning of it · mix: all of
 *   them, the median and the 99th percentile · write: one person more in the index, the median */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/hall/reads.h"
#include "core/hall/search_index.h"
#include "core/model/role.h"
#include "tests/bench/bench.h"

enum { SLICE = 4096, ROWS = 20, SAMPLES_MAX = 4000, WRITES = 500 };

static void need(enum err err, const char *what, struct db *db)
{
    if (err != ERR_OK)
        bench_fail("%s: %s: %s", what, err_text(err), db ? db_message(db) : "");
}

/* --- persons: two countries, each name the rarer the further back it stands --- */

static const char *const names[2][4][16] = {
    {{"Əli", "Leyla", "Aysel", "Nigar", "Vüqar", "Elçin", "Rəşad", "Günel", "Orxan", "Kamran", "Şəbnəm",
      "Tural", "İlqar", "Gülnar", "Xəyal", "Çingiz"},
     {"Məmmədov", "Əliyev", "Həsənov", "Hüseynov", "Quliyev", "İsmayılov", "Abbasov", "Rəhimov", "Cəfərov",
      "Kərimov", "Babayev", "Qasımov", "Ağayev", "Şirinov", "Xəlilov", "Zeynalov"},
     {"Məmmədova", "Əliyeva", "Həsənova", "Hüseynova", "Quliyeva", "İsmayılova", "Abbasova", "Rəhimova",
      "Cəfərova", "Kərimova", "Babayeva", "Qasımova", "Ağayeva", "Şirinova", "Xəlilova", "Zeynalova"},
     {"Rasim", "Fuad", "Ələkbər", "Məhəmməd", "Vaqif", "Nizami", "Yusif", "Zaur", "Mübariz", "Natiq", "Səməd",
      "Tofiq", "Bəhruz", "Akif", "Eldar", "Ramiz"}},
    {{"Muhammad", "Siti", "Budi", "Dewi", "Agus", "Sri", "Ahmad", "Nur", "Eko", "Rina", "Joko", "Putri",
      "Moh.", "Wahyu", "Yusuf", "Indah"},
     {"Santoso", "Wijaya", "Hidayat", "Susanto", "Setiawan", "Saputra", "Kurniawan", "Gunawan", "Lestari",
      "Rahman", "Wibowo", "Nugroho", "Siregar", "Nasution", "Soekarno", "Cahyono"},
     {"Aminah", "Rahayu", "Wulandari", "Handayani", "Fatimah", "Kartini", "Nurhaliza", "Utami", "Maryam",
      "Zubaidah", "Hasanah", "Pertiwi", "Anggraini", "Puspita", "Safitri", "Yuliana"},
     {"Rizky", "Fajar", "Bagus", "Arif", "Dimas", "Hendra", "Yoga", "Bayu", "Ilham", "Teguh", "Ridwan",
      "Surya", "Candra", "Galih", "Kemal", "Tri"}},
};

static uint64_t seed = 7;
static unsigned chance(unsigned below)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)((seed >> 33) % below);
}

/* A third are the first, and so on. */
static const char *pick(const char *const list[16])
{
    int at = 0;
    while (at < 15 && chance(3))
        at++;
    return list[at];
}

/* Family names that few have, as there are in any hall: a syllable more or less. */
static void rare_end(char out[16])
{
    static const char *const syllables[] = {"ba", "do", "fi", "lu", "ma", "ne",
                                            "ri", "so", "ta", "va", "zu", "bi"};
    str_format(out, 16, "%s%s%s", syllables[chance(12)], syllables[chance(12)], syllables[chance(12)]);
}

static void nik_of(int64_t n, char out[40])
{
    str_format(out, 40, "99%04lld010190%04lld", (long long)(n / 10000), (long long)(n % 10000));
}

static void person(int64_t n, char text[600])
{
    char end[16], number[40];
    int country = n % 2 != 0;
    rare_end(end);
    const char *given = pick(names[country][0]), *family = pick(names[country][1 + chance(2)]);
    const char *third = pick(names[country][3]);
    bool rare = chance(5) == 0;
    if (country)
        nik_of(n, number);
    else
        str_format(number, sizeof number, "7%06lld", (long long)n);
    str_format(text, 600,
               "{\"id\":\"p%09lld\",\"row_rev\":0,\"name\":\"%s %s%s %s\",\"born\":\"%d-%02d-%02d\","
               "\"%s\":\"%s\",\"phone\":\"+%s%09lld\",\"documents\":[{\"number\":\"AA%08lld\"}]}",
               (long long)n, given, family, rare ? end : "", third, 1930 + (int)chance(90),
               1 + (int)chance(12), 1 + (int)chance(28), country ? "nik" : "fin", number,
               country ? "62" : "994", 800000000 + (long long)n, (long long)n);
}

static void fill_persons(struct db *db, int64_t count)
{
    need(db_begin(db), "begin", db);
    for (int64_t n = 0; n < count; n++) {
        struct json *row = NULL;
        char text[600];
        person(n, text);
        need(json_parse(text, strlen(text), &row, NULL), text, NULL);
        need(row_put_text(db, ROWS_PLAIN, TABLE_PERSON, row, text), "person", db);
        json_free(&row);
    }
    need(db_commit(db), "commit", db);
}

static void fill_index(struct db *db)
{
    bool whole = false;
    need(db_script(db, "UPDATE search_state SET place = '', whole = 0"), "index", db);
    need(db_begin(db), "begin", db);
    while (!whole)
        need(search_slice(db, SLICE, &whole), "index", db);
    need(db_commit(db), "commit", db);
}

static bool has_rows(struct db *db, const char *sql)
{
    struct stmt *s = db_query(db, sql);
    enum err err = db_step(s);
    db_done(s);
    return err == ERR_OK;
}

/* What is there already is left as it is. */
static void fill(const char *dir, int64_t persons, int64_t cases)
{
    struct db *db = NULL;
    struct err_info info = {0};
    if (store_open(&db, dir, false, &info) != ERR_OK)
        bench_fail("%s", info.text);
    need(db_script(db, "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -800000"),
         "open", db);
    int64_t start = bench_now_us();
    bool filled = has_rows(db, "SELECT 1 FROM persons LIMIT 1");
    if (!filled)
        fill_persons(db, persons);
    int64_t written = bench_now_us();
    if (!has_rows(db, "SELECT 1 FROM search_person LIMIT 1"))
        fill_index(db);
    int64_t indexed = bench_now_us();
    if (!filled)
        bench_fill_cases(db, cases);
    fprintf(stderr, "bench: %lld persons in %lld s, their index in %lld s, %lld applications in %lld s\n",
            (long long)persons, (long long)(written - start) / 1000000,
            (long long)(indexed - written) / 1000000, (long long)cases,
            (long long)(bench_now_us() - indexed) / 1000000);
    db_close(&db);
}

/* --- questions --- */

static int64_t processor_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static const struct actor clerk = {.user = "u1", .agency = "a7", .roles = ROLE_CLERK},
                          reception = {.user = "u2", .roles = ROLE_RECEPTION};

struct samples {
    int64_t us[SAMPLES_MAX];
    size_t count;
};

static struct samples mix;

static void ask(struct reads *reads, struct samples *samples, const char *typed)
{
    static unsigned turn;
    struct buf out = {0};
    int64_t start = processor_us();
    need(reads_search(reads, turn++ % 3 ? &clerk : &reception, typed, NULL, ROWS, &out), typed, NULL);
    int64_t us = processor_us() - start;
    if (getenv("BENCH_TELL"))
        fprintf(stderr, "%8lld us  %s\n", (long long)us, typed);
    if (samples->count < SAMPLES_MAX)
        samples->us[samples->count++] = us;
    if (mix.count < SAMPLES_MAX)
        mix.us[mix.count++] = us;
    buf_free(&out);
}

static void ask_letters(struct reads *reads, struct samples *samples)
{
    char typed[2] = "a";
    for (int round = 0; round < 4; round++)
        for (typed[0] = 'a'; typed[0] <= 'z'; typed[0]++)
            ask(reads, samples, typed);
}

static void ask_common(struct reads *reads, struct samples *samples)
{
    for (int country = 0; country < 2; country++)
        for (int part = 0; part < 4; part++)
            for (int i = 0; i < 16; i++)
                ask(reads, samples, names[country][part][i]);
}

static void ask_none(struct reads *reads, struct samples *samples)
{
    static const char *const pairs[] = {
        "məmmədov siti", "əliyev muhammad", "leyla santoso",     "m s r x",    "ə w",
        "a q b",         "moh məmmədova",   "a m n əliyev siti", "vüqar budi", "h hüs hid"};
    char typed[4] = "a b";
    for (size_t i = 0; i < 10 * sizeof pairs / sizeof *pairs; i++)
        ask(reads, samples, pairs[i % 10]);
    for (typed[0] = 'a'; typed[0] <= 'z'; typed[0]++) {
        typed[2] = (char)('a' + (typed[0] - 'a' + 7) % 26);
        ask(reads, samples, typed);
    }
}

/* As it is typed: every whole letter is a question. */
static void ask_typed(struct reads *reads, struct samples *samples)
{
    for (int n = 0; n < 60; n++) {
        const char *const(*of)[16] = names[n % 2];
        char *whole = xasprintf("%s %s", of[0][chance(16)], of[1 + chance(2)][chance(16)]);
        for (size_t length = 1; length <= strlen(whole); length++) {
            char *typed = xstrndup(whole, length);
            if (utf8_valid(typed, length))
                ask(reads, samples, typed);
            free(typed);
        }
        free(whole);
    }
}

static void ask_numbers(struct reads *reads, struct samples *samples, int64_t persons, int64_t cases)
{
    for (int i = 0; i < 30; i++) {
        long long n = chance((unsigned)persons), c = chance((unsigned)cases) + 1;
        char typed[11][60];
        str_format(typed[0], 60, "7%06lld", n & ~1);
        nik_of(n | 1, typed[1]);
        str_format(typed[2], 60, "0%lld", 800000000 + (n & ~1));
        str_format(typed[3], 60, "H-%09lld", c);
        str_format(typed[4], 60, "H-0");
        str_format(typed[5], 60, "H-%05lld", c / 10000);
        str_format(typed[6], 60, "aa %08lld", n);
        str_format(typed[7], 60, "aa 00");
        str_format(typed[8], 60, "%02d.%02d.%d", 1 + (int)chance(28), 1 + (int)chance(12),
                   1930 + (int)chance(90));
        str_format(typed[9], 60, "990");
        str_format(typed[10], 60, "əliyev %02d.%02d.%d", 1 + (int)chance(28), 1 + (int)chance(12),
                   1930 + (int)chance(90));
        for (int t = 0; t < 11; t++)
            ask(reads, samples, typed[t]);
    }
}

/* --- one person more --- */

static int64_t write_us(struct db *db, int64_t persons)
{
    int64_t us[WRITES];
    need(db_begin(db), "begin", db);
    for (int i = 0; i < WRITES; i++) {
        char text[600], id[32];
        person(persons + i, text);
        str_format(id, sizeof id, "p%09lld", (long long)(persons + i));
        int64_t start = processor_us();
        need(search_note(db, id, text), "write", db);
        us[i] = processor_us() - start;
    }
    db_rollback(db);
    return bench_share(us, WRITES, 0.5);
}

int bench_search(int argc, char **argv)
{
    static struct samples letters, common, none, typed, numbers;
    struct db *db = NULL;
    struct err_info info = {0};
    if (argc != 3)
        bench_fail("search DIR PERSONS CASES");
    int64_t persons = atoll(argv[1]), cases = atoll(argv[2]);
    fill(argv[0], persons, cases);
    if (store_open(&db, argv[0], false, &info) != ERR_OK)
        bench_fail("%s", info.text);
    struct reads *reads = reads_new(db);
    ask_letters(reads, &letters);
    ask_common(reads, &common);
    ask_none(reads, &none);
    ask_typed(reads, &typed);
    ask_numbers(reads, &numbers, persons, cases);
    struct samples *all[] = {&letters, &common, &none, &typed, &numbers};
    for (int i = 0; i < 5; i++)
        printf("%lld ", (long long)bench_share(all[i]->us, all[i]->count, 0.99));
    printf("%lld %lld ", (long long)bench_share(mix.us, mix.count, 0.5),
           (long long)bench_share(mix.us, mix.count, 0.99));
    printf("%lld\n", (long long)write_us(db, persons));
    reads_free(&reads);
    db_close(&db);
    return 0;
}
