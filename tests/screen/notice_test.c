/* tests/screen/notice_test.c: what goes to the file: the text as it was given, its code and its day. */
#include <stdlib.h>
#include <string.h>

#include "core/form/notice.h"
#include "screens/notice.h"
#include "screens/notice_paper.h"
#include "tests/screen/script.h"
#include "tests/support/quoted.h"
#include "tests/support/test.h"

TEST(screen_notice)
{
    script_run("notice.script");
}

static struct dossier dossier(void)
{
    struct dossier of = {.id = "a-1"};
    of.data =
        quoted_json("{'case':{'id':'a-1','number':'2026/000017','submitted_at':'2026-11-23T09:00:00.000Z',"
                    "'draft':{}},'hall':{'name':'Zal 1','date_order':'dmy'},'ticket':{'language':'az'},"
                    "'service':{'name':{'en':'Card','az':'Kart'},'notices':{'receipt':{"
                    "'az':'Qəbul: {{service.name}}, {{today}}. {{text}}','en':'Received'}}}}");
    return of;
}

static const struct json *saved(const struct effects *effects)
{
    REQUIRE(effects->count == 1 && effects->items[0].kind == EFFECT_NOTICE);
    CHECK_TEXT(effects->items[0].text, "/tmp/x.pdf");
    return effects->items[0].json;
}

TEST(notice_goes_to_the_file_with_its_code_and_the_day_of_its_decision)
{
    struct dossier of = dossier();
    struct ui ui = {.lang = LANG_EN, .now_ms = 1795576800000};
    struct effects effects = {0};
    struct json *decision =
        quoted_json("{'case':'01900000-0000-7000-8000-0000000000c1','at':'2026-11-24T10:00:00.000Z',"
                    "'id':'01900000-0000-7000-8000-0000000000d1'}");
    notice_save(&of, &ui, "ru", "Отказано", decision, "/tmp/x.pdf", &effects);
    const struct json *paper = saved(&effects);
    CHECK_TEXT(json_text(paper, "text"), "Отказано");
    CHECK_TEXT(json_text(paper, "hall"), "Zal 1");
    CHECK_TEXT(json_text(paper, "code"), "XRKX-W02Q-G6SC-YT4D");
    CHECK_TEXT(json_text(paper, "code_label"), "Код проверки");
    CHECK_TEXT(json_text(paper, "date"), "2026-11-24");
    effects_deinit(&effects);
    json_free(&decision);
    dossier_deinit(&of);
}

/* It is in the language of the citizen, of the day on which it was handed in, and nobody answers for it by a code. */
TEST(receipt_is_the_citizens_and_of_the_day_on_which_it_was_handed_in)
{
    struct dossier of = dossier();
    struct ui ui = {.lang = LANG_EN, .now_ms = 1795576800000};
    struct effects effects = {0};
    struct buf text = {0};
    CHECK(!notice_receipt(&of, &ui, &text)); /* {{text}} has no value here: a blank is never printed */
    json_free(&of.data);
    of = dossier();
    json_set(json_edit(json_edit(json_edit(of.data, "service"), "notices"), "receipt"), "az",
             json_new_text("Qəbul: {{service.name}}, {{today}}."));
    buf_clear(&text);
    CHECK(notice_receipt(&of, &ui, &text));
    CHECK_TEXT(buf_text(&text), "Qəbul: Kart, 23.11.2026.");
    notice_save(&of, &ui, notice_lang(&of, &ui), buf_text(&text), NULL, "/tmp/x.pdf", &effects);
    const struct json *paper = saved(&effects);
    CHECK(!json_text(paper, "code"));
    CHECK_TEXT(json_text(paper, "date"), "2026-11-23");
    CHECK_TEXT(json_text(paper, "page"), "Səhifə {page} / {pages}");
    effects_deinit(&effects);
    buf_free(&text);
    dossier_deinit(&of);
}

/* No slash of a number makes a folder of a name. */
TEST(notice_file_is_asked_for_with_a_name_that_every_disk_takes)
{
    struct dossier of = dossier();
    struct ui ui = {.lang = LANG_EN};
    struct effects effects = {0};
    notice_ask_file(&of, &ui, false, &effects);
    REQUIRE(effects.count == 1 && effects.items[0].kind == EFFECT_ASK);
    CHECK_TEXT(json_text(json_get(effects.items[0].json, "field"), "typed"), "~/2026-000017-notice.pdf");
    effects_deinit(&effects);
    dossier_deinit(&of);
}
