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
    {"other_agency",
     {"Bu açar bu xidmət üçün müraciət göndərmir: xidmət başqa qurumundur və ya açar onun üçün verilməyib. "
      "Heç nə qeyd "
      "edilmədi.",
      "Kunci ini tidak mengirim permohonan untuk layanan ini: layanan itu milik instansi lain, atau kunci "
      "tidak dibuat "
      "untuknya. Tidak ada yang dicatat.",
      "This key leaves no applications for this service: it is another agency's, or not among those that the "
      "key was "
      "made for. Nothing was recorded.",
      "Этот ключ не подаёт заявлений на эту услугу: она другого ведомства или ключ выдан не для неё. Ничего "
      "не "
      "записано."}},
    {"reference_used",
     {"Bu istinadla başqa müraciət göndərilib və qüvvədədir. Heç nə dəyişmədi: bunu öz istinadı ilə "
      "göndərin.",
      "Permohonan lain sudah dikirim dengan referensi ini dan tetap berlaku. Tidak ada yang diubah: kirim "
      "yang ini "
      "dengan referensinya sendiri.",
      "Another application was left under this reference and stands. Nothing was changed: send this one "
      "under a "
      "reference of its own.",
      "Под этой ссылкой уже подано другое заявление, и оно в силе. Ничего не изменено: отправьте это под "
      "своей "
      "ссылкой."}},
    {"invalid_reference",
     {"Müraciətə göndərənin istinadı lazımdır, Idempotency-Key başlığında və ya \"reference\" kimi: 1-dən "
      "100-ə qədər "
      "hərf, rəqəm və ya - _ . : ~",
      "Permohonan memerlukan referensi pengirim, di header Idempotency-Key atau sebagai \"reference\": 1 "
      "sampai 100 "
      "huruf, angka, atau - _ . : ~",
      "An application needs a reference of its sender's, in the header Idempotency-Key or as \"reference\": "
      "1 to 100 "
      "letters, digits or - _ . : ~",
      "Заявлению нужна ссылка отправителя, в заголовке Idempotency-Key или как \"reference\": от 1 до 100 "
      "букв, цифр "
      "или - _ . : ~"}},
    {"two_references",
     {"\"reference\" və Idempotency-Key başlığı fərqlidir. Onlardan birini göndərin.",
      "\"reference\" dan header Idempotency-Key berbeda. Kirim salah satunya.",
      "\"reference\" and the header Idempotency-Key say two things. Send one of them.",
      "\"reference\" и заголовок Idempotency-Key различаются. Отправьте одно из них."}},
    {"unknown_reference",
     {"Bu hesab bu istinadla heç nə göndərməyib. Göndərilib cavab alınmışdısa, zal o vaxtdan bərpa edilib: "
      "eyni "
      "istinadla yenidən göndərin.",
      "Akun ini tidak mengirim apa pun dengan referensi ini. Jika sudah dikirim dan dijawab, balai "
      "dipulihkan sejak itu: "
      "kirim lagi dengan referensi yang sama.",
      "Nothing was left here under this reference by this account. If it was sent and answered, the hall was "
      "restored "
      "since: send it again under the same reference.",
      "Эта учётная запись ничего не подавала под этой ссылкой. Если ответ был получен, зал с тех пор "
      "восстановлен: "
      "отправьте снова под той же ссылкой."}},
    {"hall_is_mobile",
     {"Bu, səyyar zaldır və başqa sistemlərdən müraciət qəbul etmir. Heç nə qeyd edilmədi: onu bura "
      "göndərin: ",
      "Ini balai keliling dan tidak menerima permohonan dari sistem lain. Tidak ada yang dicatat: kirim ke ",
      "This is a mobile hall and takes no applications from other systems. Nothing was recorded: send it to ",
      "Это выездной зал, он не принимает заявлений из других систем. Ничего не записано: отправьте в "}},
    {"closed_then",
     {"Bu vaxt qəbul yoxdur; başqa vaxt seçin.", "Pada waktu itu tutup; pilih waktu lain.",
      "It is closed at this time; choose another.", "В это время закрыто; выберите другое."}},
    {"next_opening",
     {" Növbəti açılış: ", " Buka berikutnya: ", " The next opening: ", " Ближайшее открытие: "}},
    {"too_many_requests",
     {"Bu açar zalın cavab verdiyindən tez-tez soruşur. Heç nə edilmədi: bir saniyə sonra yenidən soruşun.",
      "Kunci ini bertanya lebih sering daripada balai menjawab. Tidak ada yang dilakukan: tanya lagi sedetik "
      "kemudian.",
      "This key asks more often than the hall answers. Nothing was done: ask again a second later.",
      "Этот ключ спрашивает чаще, чем зал отвечает. Ничего не сделано: спросите через секунду."}},
    {"other_scope",
     {"Bu açar müraciət göndərmir: göndərəni loketd key add --scope apply yaradır.",
      "Kunci ini tidak mengirim permohonan: loketd key add --scope apply membuat yang dapat.",
      "This key leaves no applications: loketd key add --scope apply makes one that does.",
      "Этот ключ не подаёт заявлений: подающий создаёт loketd key add --scope apply."}},
    {"bad_key",
     {"Bunun üçün qurumun açarı lazımdır: \"Authorization: Bearer KEY\"; onu loketd key add yaradır.",
      "Ini memerlukan kunci instansi sebagai \"Authorization: Bearer KEY\": loketd key add membuatnya.",
      "This needs an agency's key as \"Authorization: Bearer KEY\": loketd key add makes one.",
      "Для этого нужен ключ ведомства: \"Authorization: Bearer KEY\"; его создаёт loketd key add."}},
    {"disk_full",
     {"Zal qeyd edə bilmir: diski doludur. Heç nə itməyib və heç nə qeyd edilməyib; sonra yenidən göndərin.",
      "Balai tidak dapat mencatat: disknya penuh. Tidak ada yang hilang dan tidak ada yang dicatat; kirim "
      "lagi nanti.",
      "The hall cannot record: its disk is full. Nothing is lost and nothing was recorded; send it again "
      "later.",
      "Зал не может записывать: диск полон. Ничего не потеряно и ничего не записано; отправьте позже."}},
    {"store_failed",
     {"Zal öz məlumatlarına çata bilmir. Qeyd olunan heç nə itməyib; tezliklə yenidən göndərin.",
      "Balai tidak dapat menjangkau datanya. Yang tercatat tidak hilang; kirim lagi sebentar lagi.",
      "The hall cannot reach its data. Nothing confirmed is lost; try again soon.",
      "Зал не может обратиться к своим данным. Записанное не потеряно; отправьте снова чуть позже."}},
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
