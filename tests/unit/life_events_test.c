/* tests/unit/life_events_test.c: what has happened in a visitor's life leads reception to the services of the packs. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/cache/life_events.h"
#include "core/catalogue/pack.h"
#include "tests/support/pair.h"
#include "tests/support/test.h"

static const char *const folders[] = {"core/packs/az", "core/packs/id"};

static void open_with(struct pair *pair, const struct pack *pack)
{
    pair_open(pair);
    for (int i = 0; i < pack->service_count; i++)
        REQUIRE(row_put(pair->hall, ROWS_PLAIN, TABLE_SERVICE, pack->services[i]) == ERR_OK);
    pair_start(pair, 0);
    pair_sign_in(pair, 0, "rina");
    pair_sync(pair, 0);
}

static struct json *find(struct pair *pair, const char *typed)
{
    struct json *args = json_new_object();
    json_set_text(args, "q", typed);
    char *text = json_print(args);
    struct json *answer = pair_load(pair, 0, "services", text);
    free(text);
    json_free(&args);
    return answer;
}

static bool lists(const struct json *answer, const char *service)
{
    for (const struct json *row = json_first(json_get(answer, "rows")); row; row = json_next(row))
        if (str_equal(json_text(row, "id"), service))
            return true;
    return false;
}

TEST(life_events_are_found_as_people_tell_them)
{
    static const struct {
        const char *typed, *services[2]; /* one of each pack; NULL: none there */
    } told[] = {
        {"born", {"az.edliyye.birth", "id.dukcapil.birth"}},
        {"baby", {"az.edliyye.birth", "id.dukcapil.birth"}},
        {"lahir", {"az.edliyye.birth", "id.dukcapil.birth"}},
        {"melahirkan", {"az.edliyye.birth", "id.dukcapil.birth"}},
        {"doğum", {"az.edliyye.birth", "id.dukcapil.birth"}},
        {"dogum", {"az.edliyye.birth", "id.dukcapil.birth"}},
        {"родился", {"az.edliyye.birth", "id.dukcapil.birth"}},
        {"Рождение", {"az.edliyye.birth", "id.dukcapil.birth"}},
        {"uşaq", {"az.edliyye.birth", NULL}},
        {"меня переехал", {NULL, NULL}},
        {"умер", {"az.edliyye.death", NULL}},
        {"evlən", {"az.edliyye.marriage", NULL}},
    };
    for (size_t f = 0; f < sizeof folders / sizeof *folders; f++) {
        struct pack pack = {0};
        struct pair pair;
        REQUIRE(pack_load(folders[f], NULL, NULL, &pack, NULL) == ERR_OK);
        open_with(&pair, &pack);
        for (size_t i = 0; i < sizeof told / sizeof *told; i++) {
            struct json *answer = find(&pair, told[i].typed);
            if (told[i].services[f] && !CHECK(lists(answer, told[i].services[f])))
                printf("    %s in %s\n", told[i].typed, folders[f]);
            json_free(&answer);
        }
        pair_close(&pair);
        pack_free(&pack);
    }
}

/* Each event of the packs: by its own name in each language, all services that name it; and words of people for each. */
TEST(life_events_list_every_service_that_names_them)
{
    for (size_t f = 0; f < sizeof folders / sizeof *folders; f++) {
        struct pack pack = {0};
        struct pair pair;
        int events = 0;
        REQUIRE(pack_load(folders[f], NULL, NULL, &pack, NULL) == ERR_OK);
        open_with(&pair, &pack);
        for (int s = 0; s < pack.service_count; s++) {
            const struct json *said = json_get(pack.services[s], "lifeEvents");
            for (const struct json *event = json_first(said); event; event = json_next(event), events++) {
                if (!CHECK(*life_event_words(json_text_or(event, "code", ""))))
                    printf("    %s has no words of people\n", json_text_or(event, "code", "?"));
                for (const struct json *name = json_first(json_get(event, "name")); name;
                     name = json_next(name)) {
                    struct json *answer = find(&pair, json_as_text(name));
                    bool more = json_bool(answer, "more", false);
                    if (!CHECK(more || lists(answer, json_text(pack.services[s], "id"))))
                        printf("    %s by %s\n", json_text(pack.services[s], "id"), json_as_text(name));
                    json_free(&answer);
                }
            }
        }
        CHECK(events > 80);
        pair_close(&pair);
        pack_free(&pack);
    }
}

/* What is called so stands first; the event says why the others are there, and how many there are. */
TEST(life_events_stand_behind_what_is_called_so)
{
    struct pack pack = {0};
    struct pair pair;
    REQUIRE(pack_load("core/packs/az", NULL, NULL, &pack, NULL) == ERR_OK);
    open_with(&pair, &pack);
    struct json *answer = find(&pair, "birth");
    bool by_event = false;
    CHECK_TEXT(json_text(json_get(json_get(answer, "event"), "name"), "en"), "Birth of a child");
    CHECK_INT(json_int(json_get(answer, "event"), "services", -1), 5);
    for (const struct json *row = json_first(json_get(answer, "rows")); row; row = json_next(row)) {
        CHECK(!by_event || json_get(row, "life_event"));
        by_event = by_event || json_get(row, "life_event");
        CHECK(!json_get(row, "fold") && !json_get(row, "events"));
    }
    CHECK(by_event && !json_get(json_first(json_get(answer, "rows")), "life_event"));
    json_free(&answer);
    answer = find(&pair, "");
    CHECK(!json_get(answer, "event"));
    json_free(&answer);
    pair_close(&pair);
    pack_free(&pack);
}
