/* core/hall/application_words.c: see applications_inside.h. The sentences are for the citizen who stands before another
 * system's form, or for its operator: short, and saying what to do. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/hall/applications_inside.h"

enum { LANGS = 4 };
static const char *const langs[LANGS] = {"az", "id", "en", "ru"};

static const struct {
    const char *code, *text[LANGS];
} sentences[] = {
    {"invalid_application",
     {"Müraciət qəbul olunmadı və heç nə qeyd edilmədi. Aşağıdakı sahələri düzəldib yenidən göndərin.",
      "Permohonan tidak diterima dan tidak ada yang dicatat. Perbaiki isian berikut, lalu kirim lagi.",
      "The application was not taken and nothing was recorded. Put these fields right and send it again.",
      "Заявление не принято, ничего не записано. Исправьте эти поля и отправьте снова."}},
    {"needed",
     {"Bu sahə doldurulmalıdır.", "Bagian ini harus diisi.", "This must be filled in.",
      "Это нужно заполнить."}},
    {"not_text", {"Burada mətn olmalıdır.", "Isi dengan teks.", "This must be text.", "Здесь нужен текст."}},
    {"not_object",
     {"Burada sahələr qrupu olmalıdır.", "Isi dengan kelompok isian.", "This must be a group of fields.",
      "Здесь нужна группа полей."}},
    {"not_list",
     {"Burada siyahı olmalıdır.", "Isi dengan daftar.", "This must be a list.", "Здесь нужен список."}},
    {"not_boolean",
     {"Burada true və ya false olmalıdır.", "Isi dengan true atau false.", "This must be true or false.",
      "Здесь нужно true или false."}},
    {"too_long",
     {"Bu çox uzundur; qısaldın.", "Ini terlalu panjang; persingkat.", "This is too long; shorten it.",
      "Это слишком длинно; сократите."}},
    {"too_many",
     {"Siyahı çox uzundur; qısaldın.", "Daftar ini terlalu panjang; persingkat.",
      "This list is too long; shorten it.", "Список слишком длинный; сократите."}},
    {"control_character",
     {"Burada görünməyən idarəetmə işarəsi var; onu silin.",
      "Ada karakter kendali yang tidak terlihat; hapus karakter itu.",
      "There is an invisible control character here; take it out.",
      "Здесь есть невидимый управляющий знак; уберите его."}},
    {"unknown_member",
     {"Zal belə sahə tanımır; adını yoxlayın.", "Balai tidak mengenal isian ini; periksa namanya.",
      "The hall knows no such member; check its name.", "Зал не знает такого поля; проверьте имя."}},
    {"invalid_number",
     {"Bu nömrə düzgün deyil; sənədlə tutuşdurun.", "Nomor ini tidak benar; cocokkan dengan dokumen.",
      "This number is not right; compare it with the document.",
      "Этот номер неверен; сверьте его с документом."}},
    {"invalid_date",
     {"Tarix YYYY-MM-DD kimi yazılır.", "Tanggal ditulis YYYY-MM-DD.", "A date is written YYYY-MM-DD.",
      "Дата пишется YYYY-MM-DD."}},
    {"invalid_time",
     {"Vaxt YYYY-MM-DDThh:mm:ssZ kimi yazılır.", "Waktu ditulis YYYY-MM-DDThh:mm:ssZ.",
      "A time is written YYYY-MM-DDThh:mm:ssZ.", "Время пишется YYYY-MM-DDThh:mm:ssZ."}},
    {"unknown_language",
     {"Dil az, id, en və ya ru ola bilər.", "Bahasa adalah az, id, en, atau ru.",
      "A language is az, id, en or ru.", "Язык: az, id, en или ru."}},
    {"name_needed",
     {"Şəxsin adı və ya şəxsi nömrəsi lazımdır.", "Orang ini perlu nama atau nomor identitas.",
      "A person needs a name or an identity number.", "Нужно имя или личный номер человека."}},
    {"document_state",
     {"Kənardan yalnız copied və ya missing demək olar; əslinə işçi baxır.",
      "Dari luar hanya dapat copied atau missing; aslinya dilihat petugas.",
      "From outside only copied or missing can be said; a clerk looks at the original.",
      "Извне можно сказать только copied или missing; оригинал смотрит сотрудник."}},
    {"unknown_document",
     {"Bu xidmət belə sənəd istəmir; kodu yoxlayın.",
      "Layanan ini tidak meminta dokumen itu; periksa kodenya.",
      "This service asks for no such paper; check its code.",
      "Эта услуга не требует такого документа; проверьте код."}},
    {"unknown_service",
     {"Zalda belə xidmət yoxdur; kodu yoxlayın.", "Balai tidak punya layanan ini; periksa kodenya.",
      "This hall has no such service; check its code.", "В зале нет такой услуги; проверьте код."}},
    {"unknown_tier",
     {"Bu xidmətin bu gün belə rüsumu yoxdur.", "Layanan ini tidak punya tarif itu hari ini.",
      "This service has no such fee tier today.", "Сегодня у этой услуги нет такого тарифа."}},
    {"invalid_amount",
     {"Məbləğ düzgün deyil, nümunə: 5.00.", "Jumlahnya tidak benar, contoh: 5.00.",
      "This amount is not right; an example: 5.00.", "Сумма неверна, пример: 5.00."}},
    {"other_currency",
     {"Rüsum başqa valyutadadır.", "Biayanya dalam mata uang lain.", "The fee is in another currency.",
      "Пошлина в другой валюте."}},
    {"not_to_come",
     {"Bu vaxt keçib və ya bir ildən uzaqdır; başqasını seçin.",
      "Waktu ini sudah lewat atau lebih dari setahun lagi; pilih yang lain.",
      "This time is over or more than a year ahead; choose another.",
      "Это время прошло или дальше чем через год; выберите другое."}},
    {"quota_used_up",
     {"Bu vaxt üçün nömrə qalmayıb; başqa vaxt seçin.", "Nomor untuk waktu itu habis; pilih waktu lain.",
      "No number is left for this time; choose another.",
      "На это время номеров не осталось; выберите другое."}},
    {"no_queue",
     {"Bu xidmətin növbəsi yoxdur: vaxt seçmədən göndərin.",
      "Layanan ini belum punya antrean: kirim tanpa waktu kunjungan.",
      "This service has no queue yet: send it without an appointment.",
      "У этой услуги нет очереди: отправьте без записи на время."}},
    {"draft_too_large",
     {"Cavablar çox böyükdür; mətnləri qısaldın.", "Jawabannya terlalu besar; persingkat teksnya.",
      "The answers are too large; shorten the texts.", "Ответы слишком велики; сократите тексты."}},
    {"draft_too_deep",
     {"Cavablar çox dərin iç-içədir.", "Jawabannya bersarang terlalu dalam.",
      "The answers are nested too deep.", "Ответы вложены слишком глубоко."}},
};

const char *application_sentence(const char *code, const char *lang)
{
    int column = 2;
    for (int i = 0; i < LANGS; i++)
        if (str_equal(langs[i], lang))
            column = i;
    for (size_t i = 0; i < sizeof sentences / sizeof *sentences; i++)
        if (str_equal(sentences[i].code, code))
            return sentences[i].text[column];
    return NULL;
}

struct json *problem_add(struct problems *problems, const char *pointer, const char *code,
                         const char *otherwise)
{
    const char *text = application_sentence(code, problems->lang);
    for (const struct json *one = json_first(problems->list); one; one = json_next(one))
        if (str_equal(json_text(one, "pointer"), pointer))
            return NULL;
    if (json_count(problems->list) >= PROBLEMS_MAX)
        return NULL;
    struct json *problem = json_new_object();
    json_set_text(problem, "pointer", pointer);
    json_set_text(problem, "code", code);
    json_set_text(problem, "message", text ? text : otherwise ? otherwise : "");
    json_add(problems->list, problem);
    return problem;
}

/* --- Accept-Language (RFC 9110): "az-AZ, ru;q=0.8, *;q=0.1" --- */

static const char *known_lang(const char *tag)
{
    for (int i = 0; i < LANGS; i++)
        if (strncasecmp(tag, langs[i], 2) == 0 &&
            !strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", tag[2] ? tag[2] : 'a'))
            return langs[i];
    return NULL;
}

const char *application_lang(const char *accepted)
{
    const char *best = NULL;
    double best_q = 0;
    char *copy = xstrdup(accepted ? accepted : ""), *rest = copy, *part;
    while ((part = strsep(&rest, ",")) != NULL) {
        part += strspn(part, " \t");
        char tag[16];
        str_format(tag, sizeof tag, "%.8s-", part); /* so that a letter behind "az" is told from its end */
        const char *q = strstr(part, ";q="), *lang = known_lang(tag);
        double weight = q ? strtod(q + 3, NULL) : 1;
        if (!lang || weight <= best_q)
            continue;
        best = lang;
        best_q = weight;
    }
    free(copy);
    return best;
}
