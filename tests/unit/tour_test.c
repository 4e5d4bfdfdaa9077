/* tests/unit/tour_test.c: the guided tour's table against the table of actions, its words, and its engine. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "screens/tour.h"
#include "tests/support/test.h"
#include "tui/key.h"
#include "tui/keymap.h"
#include "tui/text.h"

/* --- the table --- */

/* A clerk may do it, and on a screen of the step: the tour names no key that is refused there for good. */
static void check_action(const struct tour_info *info, enum action action, unsigned screens)
{
    const struct action_info *one = action_info(action);
    bool fits = !action || ((one->screens & screens) && (!one->roles || one->roles & ROLE_CLERK));
    if (!CHECK(fits))
        printf("    %s: %s\n", info->id, one->id);
}

TEST(tour_every_step_can_be_done_on_its_screen_by_a_clerk)
{
    for (int i = 0; i < STEP_COUNT; i++) {
        const struct tour_info *info = tour_info((enum tour_step)i);
        unsigned own = action_info(info->action)->screens;
        check_action(info, info->action, info->screens);
        check_action(info, info->also, info->screens);
        check_action(info, info->way, IN_ALL);
        for (size_t k = 0; k < sizeof info->over / sizeof *info->over; k++)
            check_action(info, info->over[k], info->screens);
        CHECK(!info->action || (own & info->screens) == (info->screens & IN_ALL));
        CHECK((info->by == BY_SCREEN) == (info->shown != 0));
        CHECK((info->by == BY_COMMAND) == !str_empty(info->command));
        CHECK(info->by != BY_ACTION || info->action);
        CHECK(info->by != BY_STATE || info->over[0]);
    }
}

/* --- the words --- */

/* The widest of an action's keys: what is shown depends on whether somebody is typing. */
static const char *widest(const void *self, enum action action, char out[64])
{
    char label[KEY_NAME];
    out[0] = '\0';
    for (int nth = 0; nth < KEYMAP_KEYS; nth++) {
        struct key key = keymap_key(self, (int)action, nth);
        if (key.code != K_NONE && text_width(key_label(key, label)) > text_width(out))
            str_copy(out, 64, label);
    }
    return out;
}

static const char *never(const void *self, enum action action)
{
    (void)self, (void)action;
    return NULL;
}

static void check_lines(const struct tour_scene *scene, const char *msgid)
{
    char text[TOUR_TEXT];
    tour_fill(tr(scene->lang, msgid), scene, text);
    int lines = text_wrap(text, TOUR_CELLS, NULL, 0);
    if (!CHECK(lines <= TOUR_LINES) || !CHECK(!strchr(text, '{')))
        printf("    %s, %d lines: %s\n", lang_code(scene->lang), lines, text);
}

/* The same keys in each language, each of an action that is. */
static void check_keys(enum lang lang, const char *msgid)
{
    const char *text = tr(lang, msgid);
    CHECK(lang == LANG_EN || strcmp(text, msgid) != 0);
    for (const char *from = msgid; (from = strchr(from, '{')); from++) {
        char *name = xstrndup(from, strcspn(from, "}") + 1),
             *inside = xstrndup(from + 1, strcspn(from, "}") - 1);
        enum action action;
        if (!CHECK(strstr(text, name)) || !CHECK(str_equal(inside, "lang") || action_find(inside, &action)))
            printf("    %s: %s in %s\n", lang_code(lang), name, text);
        free(inside);
        free(name);
    }
}

/* Whoever gives an action another key reads of that one: no key of the table is written into a text. */
static void check_no_key(enum lang lang, const char *msgid)
{
    static const char *const written[] = {"Esc", "Ctrl", "Alt", "F1", "F2", "F4", "F5",
                                          "F6",  "F7",   "F8",  "F9", "A-", "C-"};
    for (size_t i = 0; i < sizeof written / sizeof *written; i++)
        if (!CHECK(!strstr(tr(lang, msgid), written[i])))
            printf("    %s: %s\n", lang_code(lang), tr(lang, msgid));
}

TEST(tour_every_text_fits_in_its_lines_in_each_language)
{
    char fault[300];
    struct keymap *keys = action_keymap(fault, sizeof fault);
    for (int lang = 0; lang < LANG_COUNT; lang++) {
        const struct tour_scene scene = {
            .lang = (enum lang)lang, .self = keys, .why_not = never, .key = widest};
        for (int i = 0; i < STEP_COUNT; i++) {
            const char *const texts[] = {tour_info((enum tour_step)i)->text,
                                         tour_info((enum tour_step)i)->hint};
            for (int k = 0; k < 2; k++) {
                check_lines(&scene, texts[k]);
                check_keys(scene.lang, texts[k]);
                check_no_key(scene.lang, texts[k]);
            }
        }
    }
    keymap_free(&keys);
}

/* --- the engine --- */

static unsigned possible; /* bits of the actions below; a test's scene asks it */
enum { CAN_OPEN = 1, CAN_CALL = 2, CAN_START = 4, CAN_FINISH = 8, CAN_PAUSE = 16 };

static const char *why_not(const void *self, enum action action)
{
    static const struct {
        enum action action;
        unsigned bit;
    } bits[] = {{ACTION_COUNTER_OPEN, CAN_OPEN}, {ACTION_CALL_NEXT, CAN_CALL},
                {ACTION_CALL_NAMED, CAN_CALL},   {ACTION_START, CAN_START},
                {ACTION_FINISH, CAN_FINISH},     {ACTION_COUNTER_PAUSE, CAN_PAUSE}};
    (void)self;
    for (size_t i = 0; i < sizeof bits / sizeof *bits; i++)
        if (bits[i].action == action)
            return possible & bits[i].bit ? NULL : "Nobody is waiting.";
    return action == ACTION_PLACE_DESK ? NULL : "Not here.";
}

static const char *sign_in_first(const void *self, enum action action)
{
    (void)self, (void)action;
    return "That is for another screen.";
}

static const char *id_key(const void *self, enum action action, char out[64])
{
    (void)self;
    str_format(out, 64, "<%s>", action_info(action)->id);
    return out;
}

static struct tour_scene scene_at(enum screen_id screen)
{
    return (struct tour_scene){.lang = LANG_EN,
                               .screen = screen,
                               .signed_in = screen != SCREEN_SIGN_IN,
                               .named = true,
                               .roles = ROLE_CLERK,
                               .why_not = why_not,
                               .key = id_key};
}

static void tell(struct tour *tour, struct tour_msg msg, const struct tour_scene *scene)
{
    tour_tell(tour, &msg, scene);
}

static void check_says(const struct tour *tour, const struct tour_scene *scene, const char *words)
{
    char text[TOUR_TEXT], hint[TOUR_TEXT];
    REQUIRE(tour_say(tour, scene, text, hint));
    if (!CHECK(strstr(text, words)))
        printf("    %s\n", text);
}

TEST(tour_goes_with_what_is_done)
{
    struct tour tour = {0};
    struct tour_scene scene = scene_at(SCREEN_SIGN_IN);
    possible = 0;
    CHECK(!tour_say(&tour, &scene, (char[TOUR_TEXT]){0}, (char[TOUR_TEXT]){0}));
    tell(&tour, (struct tour_msg){.kind = TOUR_GO_ON}, &scene);
    CHECK_INT(tour.step, STEP_LOOK);
    tell(&tour, (struct tour_msg){.kind = TOUR_GO_ON}, &scene);
    CHECK_INT(tour.step, STEP_SIGN_IN);
    scene = scene_at(SCREEN_DESK);
    possible = CAN_OPEN;
    tell(&tour, (struct tour_msg){.kind = TOUR_SHOWN, .screen = SCREEN_DESK}, &scene);
    CHECK_INT(tour.step, STEP_OPEN);
    check_says(&tour, &scene, "<counter_open>");
    possible = CAN_CALL | CAN_PAUSE;
    tell(&tour, (struct tour_msg){.kind = TOUR_LOOKED}, &scene);
    CHECK_INT(tour.step, STEP_CALL);
    check_says(&tour, &scene, "<call_next>");
    possible = CAN_START;
    tell(&tour, (struct tour_msg){.kind = TOUR_LOOKED}, &scene);
    CHECK_INT(tour.step, STEP_START);
}

/* A training hall on the network asks for a password: no names are praised there, nor is a desk that is not reached yet. */
TEST(tour_before_somebody_has_signed_in)
{
    struct tour tour = {.state = TOUR_ON, .step = STEP_LOOK};
    struct tour_scene scene = scene_at(SCREEN_SIGN_IN);
    possible = 0;
    scene.named = false;
    scene.why_not = sign_in_first;
    tell(&tour, (struct tour_msg){.kind = TOUR_GO_ON}, &scene);
    CHECK_INT(tour.step, STEP_OPEN);
    check_says(&tour, &scene, "Sign in first. <tour> goes on without this step.");
}

/* Nobody waits: the key is not praised, and the way on is told. */
TEST(tour_says_why_a_step_cannot_be_done_now)
{
    struct tour tour = {.state = TOUR_ON, .step = STEP_CALL};
    struct tour_scene scene = scene_at(SCREEN_DESK);
    possible = 0;
    check_says(&tour, &scene, "Nobody is waiting. <tour> goes on without this step.");
    scene = scene_at(SCREEN_WORKLIST);
    check_says(&tour, &scene, "It goes on at “Desk”. <place_desk> leads there.");
    scene.cover = COVER_HELP;
    check_says(&tour, &scene, "<back> leads back");
    scene.cover = COVER_QUESTION;
    check_says(&tour, &scene, "A question stands below");
}

TEST(tour_passes_what_was_done_in_another_order)
{
    struct tour tour = {.state = TOUR_ON, .step = STEP_FILL};
    struct tour_scene scene = scene_at(SCREEN_FORM);
    possible = 0;
    tell(&tour, (struct tour_msg){.kind = TOUR_DID, .action = ACTION_HELP}, &scene);
    tell(&tour, (struct tour_msg){.kind = TOUR_SHOWN, .screen = SCREEN_DOCUMENTS}, &scene);
    tell(&tour, (struct tour_msg){.kind = TOUR_SAVED, .type = "case.check_document"}, &scene);
    CHECK_INT(tour.step, STEP_FILL);
    tell(&tour, (struct tour_msg){.kind = TOUR_SAVED, .type = "case.draft"}, &scene);
    CHECK_INT(tour.step, STEP_SUBMIT);
}

TEST(tour_teaches_nobody_what_their_roles_do_not_include)
{
    struct tour tour = {.state = TOUR_ON, .step = STEP_LOOK};
    struct tour_scene scene = scene_at(SCREEN_BOARD);
    scene.roles = ROLE_SUPERVISOR;
    tell(&tour, (struct tour_msg){.kind = TOUR_GO_ON}, &scene);
    tell(&tour, (struct tour_msg){.kind = TOUR_SHOWN, .screen = SCREEN_BOARD}, &scene);
    CHECK_INT(tour.step, STEP_HELP);
    tell(&tour, (struct tour_msg){.kind = TOUR_DID, .action = ACTION_HELP}, &scene);
    CHECK_INT(tour.step, STEP_PALETTE);
}

TEST(tour_says_more_when_a_step_takes_long)
{
    struct tour tour = {.state = TOUR_ON, .step = STEP_CALL};
    struct tour_scene scene = scene_at(SCREEN_DESK);
    char text[TOUR_TEXT], hint[TOUR_TEXT];
    possible = CAN_CALL | CAN_PAUSE;
    for (int i = 0; i < TOUR_LONG_S; i++) {
        tour_say(&tour, &scene, text, hint);
        CHECK_TEXT(hint, "");
        tell(&tour, (struct tour_msg){.kind = TOUR_TICK}, &scene);
    }
    tour_say(&tour, &scene, text, hint);
    CHECK(strstr(hint, "<why> says why this one") != NULL);
    possible = CAN_FINISH;
    tell(&tour, (struct tour_msg){.kind = TOUR_TICK}, &scene);
    tour_say(&tour, &scene, text, hint);
    CHECK_TEXT(hint, "");
}

TEST(tour_is_left_resumed_begun_again_and_over)
{
    struct tour tour = {.state = TOUR_ON, .step = STEP_CALL, .done = 1}, again;
    struct tour_scene scene = scene_at(SCREEN_DESK);
    char kept[TOUR_KEPT];
    possible = CAN_CALL | CAN_PAUSE;
    tell(&tour, (struct tour_msg){.kind = TOUR_LEAVE}, &scene);
    tour_kept(&tour, kept);
    CHECK_TEXT(kept, "aside call look");
    tell(&tour, (struct tour_msg){.kind = TOUR_DID, .action = ACTION_HELP},
         &scene); /* nobody is told anything */
    tour_read(&again, kept);
    CHECK_INT(again.state, TOUR_ASIDE);
    tell(&again, (struct tour_msg){.kind = TOUR_GO_ON}, &scene);
    CHECK_INT(again.state, TOUR_ON);
    CHECK_INT(again.step, STEP_CALL);
    CHECK_INT((int)again.done, (int)tour.done);
    tell(&again, (struct tour_msg){.kind = TOUR_AGAIN}, &scene);
    CHECK_INT(again.step, STEP_LOOK);
    again = (struct tour){.state = TOUR_ON, .step = STEP_END};
    tell(&again, (struct tour_msg){.kind = TOUR_GO_ON}, &scene);
    CHECK_INT(again.state, TOUR_OVER);
    tour_kept(&again, kept);
    CHECK_TEXT(kept, "over look ");
    /* Of another version, and of nobody. */
    tour_read(&again, "on somersault look,somersault,open");
    CHECK_INT(again.state, TOUR_ON);
    CHECK_INT(again.step, STEP_LOOK);
    CHECK_INT((int)again.done, 1 << STEP_LOOK | 1 << STEP_OPEN);
    tour_read(&again, NULL);
    CHECK_INT(again.state, TOUR_NEVER);
}

/* All steps done: what is kept is whole. */
TEST(tour_with_every_step_is_kept_whole)
{
    struct tour tour = {.state = TOUR_ON, .step = STEP_END, .done = (1ULL << STEP_COUNT) - 1}, again;
    char kept[TOUR_KEPT];
    tour_kept(&tour, kept);
    CHECK(strlen(kept) < TOUR_KEPT - 1);
    tour_read(&again, kept);
    CHECK(again.done == tour.done);
}
