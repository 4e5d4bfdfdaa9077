/* core/demo/certificate.c: the paper about a day of training. All its words are here, in four languages. See score.h. */
#include <stdlib.h>
#include <string.h>

#include "core/demo/scenario.h"
#include "core/demo/score.h"
#include "core/form/notice.h"

enum { ENGLISH = 2 };

/* In the order of scenario_langs. The first and the last line say that it is no paper about real work. */
static const char *const papers[SCENARIO_LANGS] = {
    "TƏLİM\n{{hall}}\n\nTƏLİMDƏ İŞTİRAK HAQQINDA ARAYIŞ\n\n{{name}}\n{{day}}, {{scenario}}\n\n"
    "Nəticə: 100 baldan {{total}}\nXidmət göstərilən: {{served}}\nQərar verilən müraciətlər: {{decided}}\n\n"
    "{{#clean}}\nHeç bir səhv olmayıb.\n{{/clean}}\n{{#lines}}\n- {{what}}: {{count}} dəfə, {{points}} bal\n"
    "{{/lines}}\n\nTƏLİM: bütün vətəndaşlar və sənədlər uydurmadır.\n",
    "LATIHAN\n{{hall}}\n\nSURAT KETERANGAN LATIHAN\n\n{{name}}\n{{day}}, {{scenario}}\n\n"
    "Nilai: {{total}} dari 100\nPengunjung yang dilayani: {{served}}\nPermohonan yang diputus: "
    "{{decided}}\n\n"
    "{{#clean}}\nTidak ada kesalahan.\n{{/clean}}\n{{#lines}}\n- {{what}}: {{count}} kali, {{points}} poin\n"
    "{{/lines}}\n\nLATIHAN: semua warga dan berkas adalah rekaan.\n",
    "TRAINING\n{{hall}}\n\nCERTIFICATE OF TRAINING\n\n{{name}}\n{{day}}, {{scenario}}\n\n"
    "Score: {{total}} of 100\nVisitors served: {{served}}\nApplications decided: {{decided}}\n\n"
    "{{#clean}}\nNo mistakes were made.\n{{/clean}}\n{{#lines}}\n- {{what}}: {{count}} times, {{points}} "
    "points\n"
    "{{/lines}}\n\nTRAINING: all citizens and papers are invented.\n",
    "ОБУЧЕНИЕ\n{{hall}}\n\nСПРАВКА ОБ ОБУЧЕНИИ\n\n{{name}}\n{{day}}, {{scenario}}\n\n"
    "Оценка: {{total}} из 100\nОбслужено посетителей: {{served}}\nПринято решений: {{decided}}\n\n"
    "{{#clean}}\nОшибок не было.\n{{/clean}}\n{{#lines}}\n- {{what}}: {{count}} раз, {{points}} баллов\n"
    "{{/lines}}\n\nОБУЧЕНИЕ: все граждане и документы вымышлены.\n",
};

static const char *const rule_names[SCORE_RULE_COUNT][SCENARIO_LANGS] = {
    [SCORE_RULE_WAITED_TOO_LONG] = {"Boş ikən gözlətmə", "Loket kosong saat ada yang menunggu",
                                    "Somebody waited at a free counter", "Ожидание при свободном окне"},
    [SCORE_RULE_DAWDLED] = {"Beş dəqiqə heç kimi çağırmama", "Lima menit tanpa panggilan",
                            "Five minutes without a call", "Пять минут без вызова"},
    [SCORE_RULE_WRONG_DECISION] = {"Yanlış qərar", "Keputusan salah", "Wrong decision", "Неверное решение"},
    [SCORE_RULE_WRONG_REASON] = {"Yanlış əsas", "Alasan salah", "Wrong reason", "Неверное основание"},
    [SCORE_RULE_DECISION_MENDED] = {"Sonradan düzəldilmiş yanlış qərar", "Keputusan salah yang diperbaiki",
                                    "Wrong decision, mended later", "Исправленное неверное решение"},
    [SCORE_RULE_FIELD_WRONG] = {"Sənədlərə uyğun olmayan sahələr", "Isian tidak sesuai berkas",
                                "Fields unlike the papers", "Поля не по документам"},
    [SCORE_RULE_LOOKED_NEEDLESSLY] = {"Lazım olmadan şəxsi məlumata baxış", "Melihat data tanpa perlu",
                                      "Personal data seen without need", "Просмотр данных без необходимости"},
    [SCORE_RULE_UNDONE] = {"Geri alınan əməllər", "Tindakan yang dibatalkan", "Acts taken back",
                           "Отменённые действия"},
    [SCORE_RULE_DISPUTED] = {"Mübahisələr", "Sengketa", "Disputes", "Спорные случаи"},
    [SCORE_RULE_PASSED_OVER] = {"Növbədən kənar çağırış", "Dipanggil di luar urutan", "Called out of order",
                                "Вызов вне очереди"},
    [SCORE_RULE_NOBODY_RECALLED] = {"Təkrar çağırılmayan", "Tidak dipanggil ulang", "Not called again",
                                    "Не вызван повторно"},
    [SCORE_RULE_KEYSTROKES] = {"Artıq düymələr", "Ketukan berlebih", "More keys than needed",
                               "Лишние нажатия"},
};

static int lang_of(const char *lang)
{
    for (int i = 0; i < SCENARIO_LANGS; i++)
        if (str_equal(scenario_langs[i], lang))
            return i;
    return ENGLISH;
}

/* Mistakes of one kind are one line. */
static struct json *sums(const struct json *score, int lang)
{
    struct json *list = json_new_array();
    for (int rule = 0; rule < SCORE_RULE_COUNT; rule++) {
        int64_t points = 0;
        for (const struct json *line = json_first(json_get(score, "lines")); line; line = json_next(line))
            if (str_equal(json_text(line, "rule"), score_rule_text((enum score_rule)rule)))
                points += json_int(line, "points", 0);
        if (points == 0)
            continue;
        struct json *one = json_new_object();
        json_set_text(one, "what", rule_names[rule][lang]);
        json_set_int(one, "count", -points / score_rule_points((enum score_rule)rule));
        json_set_int(one, "points", points);
        json_add(list, one);
    }
    return list;
}

/* As the pack writes a date. */
static char *day_in(const char *day, const char *order)
{
    if (strlen(day) != 10 || str_equal(order, "ymd"))
        return xstrdup(day);
    if (str_equal(order, "mdy"))
        return xasprintf("%.2s/%.2s/%.4s", day + 5, day + 8, day);
    return xasprintf("%.2s.%.2s.%.4s", day + 8, day + 5, day);
}

static void set_number(struct json *context, const char *name, int64_t number)
{
    char text[24];
    str_format(text, sizeof text, "%lld", (long long)number);
    json_set_text(context, name, text);
}

void score_certificate(const struct score_certificate *c, struct buf *out)
{
    static const struct notice_options plain = {0};
    struct json *context = json_new_object(), *lines;
    struct buf filled = {0};
    int lang = lang_of(c->lang);
    char *day = day_in(c->day, c->date_order);
    lines = sums(c->score, lang);
    json_set_text(context, "name", c->name);
    json_set_text(context, "hall", c->hall);
    json_set_text(context, "day", day);
    json_set_text(context, "scenario", json_name_in(c->scenario, scenario_langs[lang]));
    set_number(context, "total", json_int(c->score, "total", 0));
    set_number(context, "served", c->served);
    set_number(context, "decided", c->decided);
    json_set_bool(context, "clean", json_count(lines) == 0);
    json_set(context, "lines", lines);
    if (notice_fill(papers[lang], context, &plain, &filled, NULL) == ERR_OK)
        notice_wrap(buf_text(&filled), NOTICE_COLUMNS, out);
    buf_free(&filled);
    json_free(&context);
    free(day);
}
