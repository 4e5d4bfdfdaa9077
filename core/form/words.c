/* core/form/words.c: what is read on the screen: labels, hints, options, and the form's own sentences. Knows
 * no widgets. Texts stand in the service's, the form's or the pack's `texts`, as {key:{lang:text}} or
 * {lang:{key:text}}. */
#include <ctype.h>
#include <string.h>

#include "core/form/inside.h"
#include "core/form/pointer.h"

/* --- the file's texts --- */
const char *form_lang_own(const struct form *form)
{
    const char *lang = json_as_text(json_first(json_get(form->pack, "languages")));
    return lang ? lang : "en";
}

static const char *text_in(const struct json *texts, const char *key, const char *lang)
{
    const char *text = json_text(json_get(texts, key), lang);
    return text ? text : json_text(json_get(texts, lang), key);
}

const char *form_text_in(const struct form *form, const char *lang, const char *key)
{
    const struct json *const sources[] = {json_get(form->service, "texts"), json_get(form->form, "texts"),
                                          json_get(form->common, "texts")};
    const char *text = NULL;
    for (size_t i = 0; i < sizeof sources / sizeof *sources && !text; i++)
        text = text_in(sources[i], key, lang);
    return text;
}

const char *form_texts(const struct form *form, const char *lang, const char *key, const char *suffix)
{
    struct buf full = {0};
    buf_adds(&full, key);
    buf_adds(&full, suffix);
    const char *text = form_text_in(form, lang, buf_text(&full));
    if (!text)
        text = form_text_in(form, form_lang_own(form), buf_text(&full));
    buf_free(&full);
    return text;
}

void form_dotted(const char *pointer, struct buf *out)
{
    struct buf token = {0};
    while (pointer_next(&pointer, &token)) {
        const char *name = buf_text(&token);
        if (*name && strspn(name, "0123456789") == strlen(name))
            continue; /* every row of a table has the same texts */
        if (out->length)
            buf_addc(out, '.');
        buf_adds(out, name);
    }
    buf_free(&token);
}

void form_in_words(const char *name, struct buf *out)
{
    size_t start = out->length;
    for (const char *s = name; *s; s++) {
        bool hump = s > name && isupper((unsigned char)s[0]) && islower((unsigned char)s[-1]);
        if (hump)
            buf_addc(out, ' ');
        if (*s == '_' || *s == '-')
            buf_addc(out, ' ');
        else
            buf_addc(out, hump ? (char)tolower((unsigned char)*s) : *s);
    }
    if (out->length > start)
        out->data[start] = (char)toupper((unsigned char)out->data[start]);
}

static const char *key_of(const struct json *element, const struct json *schema)
{
    const char *key = json_text(element, "i18n");
    return key ? key : json_text(schema, "i18n");
}

/* The text for a suffix: by i18n, then by the dotted path. */
static const char *found_text(const struct form *form, const char *lang, const struct json *element,
                              const struct json *schema, const char *pointer, const char *suffix)
{
    const char *key = key_of(element, schema), *text = NULL;
    if (key)
        text = form_texts(form, lang, key, suffix);
    if (!text && *pointer) {
        struct buf dotted = {0};
        form_dotted(pointer, &dotted);
        text = form_texts(form, lang, buf_text(&dotted), suffix);
        buf_free(&dotted);
    }
    return text;
}

static const char *element_label(const struct form *form, const char *lang, const struct json *element)
{
    const struct json *label = json_get(element, "label");
    if (!label)
        label = json_get(element, "text"); /* a Label element */
    const char *text =
        json_is_object(label) && json_get(label, "text") ? json_text(label, "text") : json_as_text(label);
    if (!text)
        return json_is_object(label) ? json_name_in(label, lang) : NULL;
    const char *translated = form_texts(form, lang, text, "");
    return translated ? translated : text;
}

void form_label(const struct form *form, const char *lang, const struct json *element,
                const struct json *schema, const char *pointer, struct buf *out)
{
    const char *text = found_text(form, lang, element, schema, pointer, ".label");
    if (!text)
        text = element_label(form, lang, element);
    const struct json *title = text ? NULL : form_keyword(form, schema, "title");
    if (title)
        text = json_name_in(title, lang);
    if (text && *text) {
        buf_adds(out, text);
        return;
    }
    const char *name = strrchr(pointer, '/');
    if (name)
        form_in_words(name + 1, out);
}

void form_hint(const struct form *form, const char *lang, const struct json *element,
               const struct json *schema, const char *pointer, struct buf *out)
{
    const char *text = found_text(form, lang, element, schema, pointer, ".description");
    const struct json *description = text ? NULL : form_keyword(form, schema, "description");
    buf_adds(out, text ? text : json_name_in(description, lang));
}

void form_option_text(const struct form *form, const char *lang, const struct json *schema,
                      const char *pointer, const struct json *value, const char *title, struct buf *out)
{
    struct buf suffix = {0};
    buf_addc(&suffix, '.');
    if (json_is_text(value))
        buf_adds(&suffix, json_as_text(value));
    else
        json_print_to(value, &suffix);
    const char *text = found_text(form, lang, NULL, schema, pointer, buf_text(&suffix));
    if (!text)
        text = title;
    if (text)
        buf_adds(out, text);
    else if (json_is_text(value))
        form_in_words(json_as_text(value), out);
    else
        buf_adds(out, buf_text(&suffix) + 1);
    buf_free(&suffix);
}

/* --- the form's own words --- */
enum { LANGS = 4 };
static const char *const langs[LANGS] = {"az", "id", "en", "ru"};

static const struct say {
    const char *id;
    const char *text[LANGS];
} sayings[] = {
    {"yes", {"bəli", "ya", "yes", "да"}},
    {"no", {"xeyr", "tidak", "no", "нет"}},
    {"row", {"Sətir", "Baris", "Row", "Строка"}},
    {"dmy", {"gg.aa.iiii", "hh.bb.tttt", "dd.mm.yyyy", "дд.мм.гггг"}},
    {"dmy-", {"gg-aa-iiii", "hh-bb-tttt", "dd-mm-yyyy", "дд-мм-гггг"}},
    {"mdy", {"aa.gg.iiii", "bb.hh.tttt", "mm.dd.yyyy", "мм.дд.гггг"}},
    {"ymd", {"iiii-aa-gg", "tttt-bb-hh", "yyyy-mm-dd", "гггг-мм-дд"}},
    {"time", {"ss:dd", "jj:mm", "hh:mm", "чч:мм"}},
    {"why_number",
     {"Ədəd yazın, məsələn 12 və ya 12,5.", "Tulis angka, misalnya 12 atau 12,5.",
      "Write a number such as 12 or 12.5.", "Напишите число, например 12 или 12,5."}},
    {"why_money",
     {"Məbləği yazın, məsələn 5,50.", "Tulis jumlah, misalnya 30.000.", "Write an amount such as 5.50.",
      "Напишите сумму, например 5,50."}},
    {"why_date",
     {"Mövcud tarixi belə yazın: ", "Tulis tanggal yang ada di kalender, seperti ",
      "Write a date that exists, as ", "Напишите существующую дату так: "}},
    {"why_time",
     {"Saatı belə yazın: ss:dd, 00:00–23:59.", "Tulis jam seperti jj:mm, 00:00–23:59.",
      "Write the time as hh:mm, 00:00 to 23:59.", "Напишите время так: чч:мм, 00:00–23:59."}},
    {"why_yes_no",
     {"Bəli və ya xeyr yazın.", "Tulis ya atau tidak.", "Write yes or no.", "Напишите да или нет."}},
    {"why_option",
     {"Siyahıdan birini seçin.", "Pilih salah satu dari daftar.", "Choose one from the list.",
      "Выберите из списка."}},
    {"why_readonly",
     {"Bu sahə dəyişdirilmir.", "Bagian ini tidak dapat diubah.", "This cannot be changed here.",
      "Это поле не изменяется."}},
    {"why_table",
     {"Sətirlər ayrıca açılır və doldurulur.", "Baris dibuka dan diisi satu per satu.",
      "Rows are opened and filled in one by one.", "Строки открываются и заполняются по одной."}},
    {"unknown_element",
     {"Bu proqram bu elementi tanımır: ", "Program ini tidak mengenal elemen: ",
      "This program does not know the element ", "Программа не знает элемент "}},
    {"unknown_scope",
     {"Formada belə sahə yoxdur: ", "Tidak ada isian: ", "The form has no field ", "В форме нет поля "}},
};

const char *form_say(const char *lang, const char *id)
{
    int index = 2; /* English */
    for (int i = 0; i < LANGS; i++)
        if (str_equal(lang, langs[i]))
            index = i;
    for (size_t i = 0; i < sizeof sayings / sizeof *sayings; i++)
        if (strcmp(sayings[i].id, id) == 0)
            return sayings[i].text[index];
    return "";
}
