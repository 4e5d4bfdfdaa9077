/* tests/unit/command_version_test.c: versions of a service's form: what is published stays as it is, an application
 * keeps the one that it was opened with, and a draft goes over when its clerk says so. */
#include <stdlib.h>
#include <string.h>

#include "core/command/version.h"
#include "core/form/migrate.h"
#include "tests/unit/case_hall.h"

#define SECOND "c0000000-0000-7000-8000-000000000002"

/* The hall's card, one version on: the street stands in "home" already, the town is called "city", nobody is asked
 * when they were born, and a phone is asked for. */
static const char newer[] =
    "{'id':'t.card','agency':'t.a','queue':'q','name':{'en':'Card'},"
    "'documents':[{'code':'photo','name':{'en':'Photo'}}],"
    "'fees':[{'tier':'standard','duty':'7.00','charge':'0.00','currency':'AZN','time':'P10D'}],"
    "'form':{'version':%d,'schema':{'type':'object','required':['fin','phone'],'properties':{"
    " 'fin':{'type':'string','format':'fin'},'phone':{'type':'string'},"
    " 'why':{'enum':['expired','lost','name']},'urgent':{'type':'boolean'},"
    " 'home':{'type':'object','properties':{'street':{'type':'string'},'city':{'type':'string'}}}}},"
    " 'migrate':[{'op':'move','from':'/reason','path':'/why'},"
    "  {'op':'move','from':'/home/town','path':'/home/city'},"
    "  {'op':'remove','path':'/age'},{'op':'add','path':'/urgent','value':false}]}}";

static enum err publish(const char *text, struct err_info *info)
{
    struct json *service = quoted_json(text);
    const struct command command = {.id = "00000000-0000-7000-9000-00000000ffff"};
    struct tx tx = {
        .db = hall.db, .set = ROWS_PLAIN, .rev = ++hall.rev, .now_ms = hall.now_ms, .command = &command};
    REQUIRE(db_begin(hall.db) == ERR_OK);
    char *printed = json_print(service), digest[SHA256_TEXT];
    const struct version_service told = version_service(service, printed, digest);
    enum err err = version_publish(&tx, &told, info);
    free(printed);
    if (err == ERR_OK)
        REQUIRE(db_commit(hall.db) == ERR_OK);
    else
        db_rollback(hall.db);
    tx_deinit(&tx);
    json_free(&service);
    return err;
}

static void publish_newer(int version)
{
    struct err_info info = {0};
    char *text = xasprintf(newer, version);
    if (!CHECK_INT(publish(text, &info), ERR_OK))
        CHECK_TEXT(info.text, "");
    free(text);
}

static void opened(void)
{
    hall_file_open(&hall);
    RUN(LEYLA, "case.open", "{'case':'" CASE "','service':'t.card','ticket':'t1'}");
    RUN(LEYLA, "case.draft",
        "{'case':'" CASE "','patch':{'fin':'7A2B3XK','reason':'expired','born':'1990-03-04',"
        "'home':{'street':'Nizami 5','town':'Baku'}}}");
}

TEST(version_a_published_form_is_never_changed)
{
    struct err_info info = {0};
    hall_file_open(&hall);
    publish_newer(4);
    CHECK_TEXT(hall_file_text(&hall, TABLE_SERVICE, "t.card", "/form_version"), "4");
    CHECK_TEXT(hall_file_text(&hall, TABLE_SERVICE, "t.card@3", "/version_of"), "t.card");
    CHECK_TEXT(hall_file_text(&hall, TABLE_SERVICE, "t.card@3", "/form/version"), "3");
    char *text = xasprintf(newer, 4), *other = xasprintf(newer, 3);
    struct json *mended = quoted_json(text);
    json_set_pointer(mended, "/form/schema/properties/phone/maxLength", json_new_int(20));
    char *changed = json_print(mended);
    CHECK_INT(publish(changed, &info), ERR_CONFLICT);
    CHECK(strstr(info.text, "give the new form version 5") != NULL);
    CHECK_INT(publish(other, &info), ERR_CONFLICT);
    CHECK(strstr(info.text, "version 3 is older") != NULL);
    CHECK_TEXT(hall_file_text(&hall, TABLE_SERVICE, "t.card", "/form/schema/properties/phone/maxLength"), "");
    /* Everything beside the form may be mended. */
    json_free(&mended);
    mended = quoted_json(text);
    json_set_pointer(mended, "/name/en", json_new_text("Identity card"));
    free(changed);
    changed = json_print(mended);
    CHECK_INT(publish(changed, &info), ERR_OK);
    CHECK_TEXT(hall_file_text(&hall, TABLE_SERVICE, "t.card", "/name/en"), "Identity card");
    json_free(&mended);
    free(changed);
    free(text);
    free(other);
    hall_file_close(&hall);
}

TEST(version_digest_knows_the_form_and_not_its_order)
{
    char one[SHA256_TEXT], two[SHA256_TEXT], none[SHA256_TEXT];
    struct json *a = quoted_json("{'form':{'version':1,'schema':{'type':'object','title':'A'}}}"),
                *b = quoted_json(
                    "{'texts':{'en':{}},'form':{'schema':{'title':'A','type':'object'},'version':1}}"),
                *c = quoted_json("{'name':'no form'}");
    version_digest(a, one);
    version_digest(b, two);
    version_digest(c, none);
    CHECK_TEXT(one, two);
    CHECK_INT(strlen(one), 64);
    CHECK_TEXT(none, "");
    json_set_pointer(b, "/form/schema/title", json_new_text("B"));
    version_digest(b, two);
    CHECK(strcmp(one, two) != 0);
    json_free(&a);
    json_free(&b);
    json_free(&c);
}

TEST(version_of_an_application_stays_to_the_end)
{
    char digest[80];
    opened();
    str_copy(digest, sizeof digest, hall_file_text(&hall, TABLE_CASE, CASE, "/form_sha256"));
    CHECK_INT(strlen(digest), 64);
    publish_newer(4);
    RUN(LEYLA, "case.open", "{'case':'" SECOND "','service':'t.card'}");
    CHECK_TEXT(hall_file_text(&hall, TABLE_CASE, SECOND, "/form_version"), "4");
    CHECK(strcmp(hall_file_text(&hall, TABLE_CASE, SECOND, "/form_sha256"), digest) != 0);
    RUN(LEYLA, "case.draft", "{'case':'" CASE "','patch':{'reason':'lost'}}");
    RUN(LEYLA, "case.submit", "{'case':'" CASE "'}");
    CASE_TEXT("/state", "submitted"); /* no phone is asked for in version 3 */
    REFUSED(LEYLA, "case.check_document", "{'case':'" CASE "','document':'photo','state':'seen'}",
            "unknown_document"); /* nor the newer one's paper */
    RUN(LEYLA, "case.check_document", "{'case':'" CASE "','document':'old-card','state':'seen'}");
    RUN(LEYLA, "case.check_document", "{'case':'" CASE "','document':'loss-note','state':'seen'}");
    CASE_TEXT("/state", "complete");
    REFUSED(LEYLA, "case.migrate", "{'case':'" CASE "','version':4}", "not_draft");
    RUN(LEYLA, "case.decide", "{'case':'" CASE "','outcome':'return','reasons':['R20']}");
    REFUSED(LEYLA, "case.migrate", "{'case':'" CASE "','version':4}", "not_draft");
    CASE_TEXT("/form_version", "3");
    CASE_TEXT("/form_sha256", digest);
    hall_file_close(&hall);
}

TEST(version_kept_beside_is_no_service_of_its_own)
{
    opened();
    publish_newer(4);
    REFUSED(LEYLA, "case.open", "{'service':'t.card@3'}", "unknown_service");
    REFUSED(LEYLA, "ticket.issue", "{'service':'t.card@3','channel':'walk_in'}", "unknown_service");
    hall_file_close(&hall);
}

TEST(version_that_is_not_here_is_said_clearly)
{
    opened();
    publish_newer(4);
    REQUIRE(row_delete(hall.db, ROWS_PLAIN, TABLE_SERVICE, "t.card@3") == ERR_OK);
    REFUSED(LEYLA, "case.submit", "{'case':'" CASE "'}", "form_changed");
    RUN(LEYLA, "case.draft", "{'case':'" CASE "','patch':{'reason':'lost'}}"); /* typing goes on */
    CASE_TEXT("/draft/reason", "lost");
    RUN(LEYLA, "case.migrate", "{'case':'" CASE "','version':4}");
    CASE_TEXT("/draft/why", "lost");
    hall_file_close(&hall);
}

TEST(version_newer_takes_a_draft_over_when_the_clerk_says_so)
{
    opened();
    publish_newer(4);
    CASE_TEXT("/form_version", "3"); /* never by itself */
    REFUSED(LEYLA, "case.migrate", "{'case':'" CASE "','version':3}", "version_old");
    REFUSED(OTHER, "case.migrate", "{'case':'" CASE "','version':4}", "other_agency");
    REFUSED(SUPER, "case.migrate", "{'case':'" CASE "','version':4}", "forbidden");
    RUN(LEYLA, "case.migrate", "{'case':'" CASE "','version':4}");
    CASE_TEXT("/form_version", "4");
    CASE_TEXT("/draft/fin", "7A2B3XK");
    CASE_TEXT("/draft/why", "expired");
    CASE_TEXT("/draft/reason", "");
    CASE_TEXT("/draft/home/street", "Nizami 5");
    CASE_TEXT("/draft/home/city", "Baku");
    CASE_TEXT("/draft/urgent", "false");
    CASE_TEXT("/draft/born", ""); /* nobody asks for it any more */
    CASE_TEXT("/migrations/0/from", "3");
    CASE_TEXT("/migrations/0/draft/born", "1990-03-04"); /* and still it is not lost */
    CASE_TEXT("/fee/total", "7.00 AZN");
    REFUSED(LEYLA, "case.migrate", "{'case':'" CASE "','version':4}", "version_same");
    RUN(LEYLA, "case.submit", "{'case':'" CASE "'}");
    CASE_TEXT("/state", "returned"); /* the newer one asks for a phone */
    CHECK(strstr(hall_file_data(&hall, "/fields"), "/phone") != NULL);
    RUN(LEYLA, "case.draft", "{'case':'" CASE "','patch':{'phone':'+994501234567'}}");
    RUN(LEYLA, "case.submit", "{'case':'" CASE "'}");
    CASE_TEXT("/state", "submitted");
    hall_file_close(&hall);
}

/* What the hall's own check gave back was never handed in: it is a draft still. */
TEST(version_newer_takes_over_what_was_never_handed_in)
{
    opened();
    RUN(LEYLA, "case.draft", "{'case':'" CASE "','patch':{'reason':'stolen'}}");
    RUN(LEYLA, "case.submit", "{'case':'" CASE "'}");
    CASE_TEXT("/state", "returned");
    publish_newer(4);
    RUN(LEYLA, "case.migrate", "{'case':'" CASE "','version':4}");
    CASE_TEXT("/draft/why", "stolen");
    hall_file_close(&hall);
}

/* Written on the older form by somebody who had not heard of it: it goes where that field went. */
TEST(version_old_words_find_their_new_field)
{
    opened();
    char *late = xasprintf("{'case':'" CASE "','patch':{'home':{'town':'Sumqayit'},'reason':'name'},"
                           "'base_row_rev':%s}",
                           hall_file_text(&hall, TABLE_CASE, CASE, "/row_rev"));
    publish_newer(4);
    RUN(LEYLA, "case.migrate", "{'case':'" CASE "','version':4}");
    RUN(RASHAD, "case.draft", late);
    CASE_TEXT("/draft/home/town", "");
    CASE_TEXT("/draft/reason", "");
    CASE_TEXT("/draft/home/city", "Sumqayit");
    CASE_TEXT("/draft/why", "name");
    free(late);
    hall_file_close(&hall);
}

/* Written after it was taken over, the old name means what the newer form asks under it. */
TEST(version_new_words_stay_where_they_were_written)
{
    case_opened();
    char *text = xasprintf(newer, 4);
    struct json *reused = quoted_json(text);
    json_set_pointer(reused, "/form/schema/properties/reason", quoted_json("{'type':'string'}"));
    char *printed = json_print(reused);
    struct err_info info = {0};
    REQUIRE(publish(printed, &info) == ERR_OK);
    RUN(LEYLA, "case.migrate", "{'case':'" CASE "','version':4}");
    char *now = xasprintf("{'case':'" CASE "','patch':{'reason':'in my own words'},'base_row_rev':%s}",
                          hall_file_text(&hall, TABLE_CASE, CASE, "/row_rev"));
    RUN(LEYLA, "case.draft", now);
    CASE_TEXT("/draft/reason", "in my own words");
    CASE_TEXT("/draft/why", "");
    free(now);
    free(printed);
    free(text);
    json_free(&reused);
    hall_file_close(&hall);
}

/* And where somebody else wrote meanwhile, both words are kept, as in one form. */
TEST(version_old_words_meet_others_in_their_new_field)
{
    opened();
    char *late = xasprintf("{'case':'" CASE "','patch':{'home':{'town':'Sumqayit'}},'base_row_rev':%s}",
                           hall_file_text(&hall, TABLE_CASE, CASE, "/row_rev"));
    RUN(LEYLA, "case.draft", "{'case':'" CASE "','patch':{'home':{'town':'Quba'}}}");
    publish_newer(4);
    RUN(LEYLA, "case.migrate", "{'case':'" CASE "','version':4}");
    RUN(RASHAD, "case.draft", late);
    CASE_TEXT("/draft/home/city", "Quba");
    CASE_TEXT("/branches/0/pointer", "/home/city");
    CASE_TEXT("/branches/0/value", "Sumqayit");
    free(late);
    hall_file_close(&hall);
}

TEST(version_two_answers_to_one_question_are_settled_before_a_draft_goes_over)
{
    opened();
    char *late = xasprintf("{'case':'" CASE "','patch':{'home':{'town':'Sumqayit'}},'base_row_rev':%s}",
                           hall_file_text(&hall, TABLE_CASE, CASE, "/row_rev"));
    RUN(LEYLA, "case.draft", "{'case':'" CASE "','patch':{'home':{'town':'Quba'}}}");
    RUN(RASHAD, "case.draft", late);
    CASE_TEXT("/branches/0/pointer", "/home/town");
    publish_newer(4);
    REFUSED(LEYLA, "case.migrate", "{'case':'" CASE "','version':4}", "open_branches");
    CASE_TEXT("/form_version", "3");
    free(late);
    hall_file_close(&hall);
}

TEST(version_paid_fee_stays_when_a_draft_goes_over)
{
    opened();
    RUN(LEYLA, "case.pay", "{'case':'" CASE "','amount':'5.00','currency':'AZN','method':'cash'}");
    publish_newer(4);
    RUN(LEYLA, "case.migrate", "{'case':'" CASE "','version':4}");
    CASE_TEXT("/fee/total", "5.00 AZN");
    hall_file_close(&hall);
}

/* --- the form alone --- */

static struct form *form_of(const char *text, struct json **service)
{
    struct form *form = NULL;
    *service = quoted_json(text);
    REQUIRE(form_open(&(struct form_source){.service = *service}, &form, NULL) == ERR_OK);
    return form;
}

TEST(migrate_steps_serve_drafts_of_every_older_version)
{
    struct json *service, *draft = quoted_json("{'a':1}"), *now;
    struct form *form =
        form_of("{'form':{'version':3,'schema':{'type':'object','properties':{"
                "'c':{'type':'integer'},'d':{'type':'integer'}}},'migrate':["
                "{'op':'move','from':'/a','path':'/b','since':2},"
                "{'op':'move','from':'/b','path':'/c'},{'op':'copy','from':'/c','path':'/d'}]}}",
                &service);
    const struct form_context context = {.lang = "en", .today = "2026-11-24"};
    now = form_taken_over(form, 1, draft, &context);
    CHECK_INT(json_int(now, "c", 0), 1);
    CHECK_INT(json_int(now, "d", 0), 1);
    CHECK(!json_get(now, "a") && !json_get(now, "b"));
    json_free(&now);
    now = form_taken_over(form, 2, draft, &context); /* in version 2 "a" was something else */
    CHECK(!json_get(now, "c"));
    json_free(&now);
    json_free(&draft);
    form_free(&form);
    json_free(&service);
}

TEST(migrate_is_shown_side_by_side)
{
    struct json *old_service, *new_service,
        *draft = quoted_json("{'fin':'7A2B3XK','reason':'lost','born':'1990-03-04'}");
    char *text = xasprintf(newer, 4);
    struct form *older = form_of("{'form':{'version':3,'schema':{'type':'object','properties':{"
                                 "'fin':{'type':'string','x-sensitive':true},'reason':{'type':'string'},"
                                 "'born':{'type':'string','format':'date'}}}}}",
                                 &old_service),
                *form = form_of(text, &new_service);
    const struct form_context context = {.lang = "en", .today = "2026-11-24"};
    struct json *list = form_compared(older, form, draft, &context);
    CHECK_TEXT(json_as_text(json_pointer(list, "/0/what")), "same");
    CHECK_TEXT(json_as_text(json_pointer(list, "/0/before/text")), "•••");
    CHECK_TEXT(json_as_text(json_pointer(list, "/1/what")), "new");
    CHECK_TEXT(json_as_text(json_pointer(list, "/1/after/label")), "Phone");
    CHECK_TEXT(json_as_text(json_pointer(list, "/2/what")), "moved");
    CHECK_TEXT(json_as_text(json_pointer(list, "/2/before/label")), "Reason");
    CHECK_TEXT(json_as_text(json_pointer(list, "/2/after/label")), "Why");
    size_t count = json_count(list);
    const struct json *last = json_at(list, count - 1);
    CHECK_TEXT(json_text(last, "what"), "gone");
    CHECK_TEXT(json_as_text(json_pointer(last, "/before/text")), "04.03.1990");
    CHECK(json_is_null(json_get(last, "after")));
    json_free(&list);
    json_free(&draft);
    form_free(&older);
    form_free(&form);
    json_free(&old_service);
    json_free(&new_service);
    free(text);
}

TEST(migrate_mistakes_are_told_to_the_author)
{
    static const struct {
        const char *step, *pointer;
    } all[] = {
        {"{'op':'rename','path':'/a'}", "/form/migrate/0/op"},
        {"{'op':'move','from':'/x','path':'/nowhere'}", "/form/migrate/0/path"},
        {"{'op':'move','from':'x','path':'/a'}", "/form/migrate/0/from"},
        {"{'op':'move','from':'/x/0/y','path':'/a'}", "/form/migrate/0/from"},
        {"{'op':'add','path':'/a'}", "/form/migrate/0/value"},
        {"{'op':'remove','path':'/old','since':3}", "/form/migrate/0/since"},
        {"{'op':'remove','path':'/old','since':2}", NULL},
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        struct form_findings findings = {0};
        char *text = xasprintf("{'form':{'version':2,'migrate':[%s],'schema':{'type':'object','properties':"
                               "{'a':{'type':'string','title':'A'}}}}}",
                               all[i].step);
        struct json *service = quoted_json(text);
        static const char *const languages[] = {"en"};
        form_check(&(struct form_source){.service = service}, languages, 1, &findings);
        const char *told = NULL;
        for (int k = 0; k < findings.count; k++)
            if (findings.list[k].kind == FORM_BROKEN)
                told = findings.list[k].pointer;
        CHECK_TEXT(told ? told : "", all[i].pointer ? all[i].pointer : "");
        form_findings_free(&findings);
        json_free(&service);
        free(text);
    }
}
