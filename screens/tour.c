/* screens/tour.c: where the tour is and what it says; see tour.h. */
#include "screens/tour.h"

#include <assert.h>
#include <string.h>

#define OVER(a, b, c)                      \
    {                                      \
        ACTION_##a, ACTION_##b, ACTION_##c \
    }
#define SHOWN(screens) .shown = (screens)
#define COMMAND(type)  .command = (type)
#define NOTHING        .shown = 0
static const struct tour_info steps[STEP_COUNT] = {
#define TOUR(ID, name, where, way_, action_, also_, by_, what, over_, text_, hint_) \
    [STEP_##ID] = {.id = (name),                                                    \
                   .screens = (where),                                              \
                   .way = ACTION_##way_,                                            \
                   .action = ACTION_##action_,                                      \
                   .also = ACTION_##also_,                                          \
                   .by = (by_),                                                     \
                   .over = over_,                                                   \
                   .text = (text_),                                                 \
                   .hint = (hint_),                                                 \
                   what},
#include "screens/tour.def"
};
_Static_assert(STEP_COUNT <= 64, "a bit each step");

const struct tour_info *tour_info(enum tour_step step)
{
    assert(step < STEP_COUNT);
    return &steps[step];
}

static bool is_here(const struct tour_info *info, const struct tour_scene *scene)
{
    return scene->screen < SCREEN_COUNT && info->screens & 1U << scene->screen;
}

static bool is_possible(const struct tour_scene *scene, enum action action)
{
    return action && !scene->why_not(scene->self, action);
}

/* --- where it is --- */

static bool completes(const struct tour_info *info, const struct tour_msg *msg)
{
    switch (msg->kind) {
    case TOUR_DID:
        return info->by == BY_ACTION && (msg->action == info->action || msg->action == info->also);
    case TOUR_SHOWN:
        return info->by == BY_SCREEN && info->shown & 1U << msg->screen;
    case TOUR_SAVED:
        return info->by == BY_COMMAND && str_equal(info->command, msg->type);
    default:
        return false;
    }
}

static bool fits(unsigned roles, const struct tour_scene *scene)
{
    return !roles || roles & scene->roles;
}

/* What this person's roles do not include is not taught, nor to choose among names where none are offered. */
static bool is_not_theirs(const struct tour_info *info, const struct tour_scene *scene)
{
    bool reached = false;
    for (int i = 0; i < SCREEN_COUNT; i++)
        reached = reached || (info->screens & 1U << i && fits(screen_info((enum screen_id)i)->roles, scene));
    if (info->shown == IN_WORK && !scene->named)
        return true;
    return scene->signed_in && (!reached || !fits(action_info(info->action)->roles, scene) ||
                                !fits(action_info(info->way)->roles, scene));
}

static bool lies_behind(const struct tour_info *info, const struct tour_scene *scene)
{
    if (info->by == BY_SCREEN && scene->screen < SCREEN_COUNT && info->shown & 1U << scene->screen)
        return true;
    if (!is_here(info, scene) || scene->cover)
        return false;
    for (size_t i = 0; i < sizeof info->over / sizeof *info->over; i++)
        if (is_possible(scene, info->over[i]))
            return true;
    return false;
}

static void go_to(struct tour *tour, enum tour_step step)
{
    tour->step = step;
    tour->ticks = 0;
}

static void settle(struct tour *tour, const struct tour_scene *scene)
{
    while (tour->state == TOUR_ON && tour->step < STEP_COUNT) {
        const struct tour_info *info = &steps[tour->step];
        if (!(tour->done & 1ULL << tour->step) && !is_not_theirs(info, scene) && !lies_behind(info, scene))
            return;
        tour->done |= 1ULL << tour->step;
        go_to(tour, tour->step + 1);
    }
    if (tour->state == TOUR_ON)
        *tour = (struct tour){.state = TOUR_OVER};
}

static void begin(struct tour *tour)
{
    *tour = (struct tour){.state = TOUR_ON};
}

static void go_on(struct tour *tour)
{
    if (tour->state == TOUR_NEVER || tour->state == TOUR_OVER)
        return begin(tour);
    if (tour->state == TOUR_ON)
        tour->done |= 1ULL << tour->step;
    tour->state = TOUR_ON;
    tour->ticks = 0;
}

void tour_tell(struct tour *tour, const struct tour_msg *msg, const struct tour_scene *scene)
{
    switch (msg->kind) {
    case TOUR_TICK:
        tour->ticks += tour->state == TOUR_ON;
        break;
    case TOUR_GO_ON:
        go_on(tour);
        break;
    case TOUR_LEAVE:
        if (tour->state == TOUR_ON)
            tour->state = TOUR_ASIDE;
        break;
    case TOUR_AGAIN:
        begin(tour);
        break;
    case TOUR_DID:
    case TOUR_SHOWN:
    case TOUR_SAVED:
        for (int i = 0; tour->state == TOUR_ON && i < STEP_COUNT; i++)
            tour->done |= (uint64_t)completes(&steps[i], msg) << i;
        break;
    case TOUR_LOOKED:
        break;
    }
    settle(tour, scene);
}

/* --- what it says --- */

void tour_fill(const char *text, const struct tour_scene *scene, char out[TOUR_TEXT])
{
    size_t length = 0;
    out[0] = '\0';
    while (*text && length < TOUR_TEXT - 1) {
        size_t plain = strcspn(text, "{"), inside = text[plain] ? strcspn(text + plain + 1, "}") : 0;
        char name[40], key[64] = "";
        enum action action;
        str_format(out + length, TOUR_TEXT - length, "%.*s", (int)plain, text);
        length += strlen(out + length);
        if (!text[plain])
            return;
        str_format(name, sizeof name, "%.*s", (int)inside, text + plain + 1);
        const char *word = str_equal(name, "lang")      ? lang_code(scene->lang)
                           : action_find(name, &action) ? scene->key(scene->self, action, key)
                                                        : "";
        str_format(out + length, TOUR_TEXT - length, "%s", word);
        length += strlen(out + length);
        text += plain + inside + 2;
    }
}

static const char *const covers[] = {
    [COVER_QUESTION] = TR("A question stands below: press the key before an answer, or type and take it with "
                          "Enter. {back} takes it back."),
    [COVER_HELP] = TR("These are the keys that count here, and why some cannot be used now. {back} leads "
                      "back to the work."),
    [COVER_PALETTE] =
        TR("Type a few letters of what you want to do; Enter does it. {back} leads back to the work."),
};

static void say(const char *msgid, const struct tour_scene *scene, char out[TOUR_TEXT])
{
    tour_fill(tr(scene->lang, msgid), scene, out);
}

/* Two sentences, the first one of the program. */
static void say_not_now(const char *why, const struct tour_scene *scene, char out[TOUR_TEXT])
{
    char rest[TOUR_TEXT];
    say(TR("{tour} goes on without this step."), scene, rest);
    str_format(out, TOUR_TEXT, "%s %s", why, rest);
}

static enum screen_id first_of(unsigned screens)
{
    int i = 0;
    while (i < SCREEN_COUNT - 1 && !(screens & 1U << i))
        i++;
    return (enum screen_id)i;
}

static void say_way(enum screen_id to, enum action way, const struct tour_scene *scene, char out[TOUR_TEXT])
{
    char key[64];
    str_format(out, TOUR_TEXT, tr(scene->lang, TR("It goes on at “%s”. %s leads there.")),
               tr(scene->lang, screen_info(to)->title), scene->key(scene->self, way, key));
}

/* From another screen: its own way, else back to the desk, from where that way goes. */
static void say_elsewhere(const struct tour_info *info, const struct tour_scene *scene, char out[TOUR_TEXT])
{
    bool at_desk = scene->screen == SCREEN_DESK;
    if (is_possible(scene, info->way))
        say_way(first_of(info->screens), info->way, scene, out);
    else if (!at_desk && is_possible(scene, ACTION_PLACE_DESK))
        say_way(SCREEN_DESK, ACTION_PLACE_DESK, scene, out);
    else
        say_not_now(scene->signed_in ? scene->why_not(scene->self, info->way)
                                     : tr(scene->lang, TR("Sign in first.")),
                    scene, out);
}

/* NULL: it can be done here and now. A call needs somebody who waits, though its key may be tried. */
static const char *why_not(const struct tour_info *info, const struct tour_scene *scene)
{
    const char *why = info->action ? scene->why_not(scene->self, info->action) : NULL;
    if (!why && info->by == BY_STATE && info->also)
        why = scene->why_not(scene->self, info->also);
    return why;
}

bool tour_say(const struct tour *tour, const struct tour_scene *scene, char text[TOUR_TEXT],
              char hint[TOUR_TEXT])
{
    text[0] = hint[0] = '\0';
    if (tour->state != TOUR_ON)
        return false;
    const struct tour_info *info = &steps[tour->step];
    const char *why = why_not(info, scene);
    if (scene->cover) {
        say(covers[scene->cover], scene, text);
    } else if (!is_here(info, scene)) {
        say_elsewhere(info, scene, text);
    } else if (why) {
        say_not_now(why, scene, text);
    } else {
        say(info->text, scene, text);
        if (tour->ticks >= TOUR_LONG_S)
            say(info->hint, scene, hint);
    }
    return true;
}

/* --- kept for the next start --- */

static const char *const states[] = {
    [TOUR_NEVER] = "never", [TOUR_ON] = "on", [TOUR_ASIDE] = "aside", [TOUR_OVER] = "over"};

void tour_kept(const struct tour *tour, char out[TOUR_KEPT])
{
    const char *between = "";
    str_format(out, TOUR_KEPT, "%s %s ", states[tour->state], steps[tour->step].id);
    for (int i = 0; i < STEP_COUNT; i++) {
        size_t length = strlen(out);
        if (!(tour->done & 1ULL << i))
            continue;
        str_format(out + length, TOUR_KEPT - length, "%s%s", between, steps[i].id);
        between = ",";
    }
}

static int step_named(const char *name, size_t length)
{
    for (int i = 0; i < STEP_COUNT; i++)
        if (strlen(steps[i].id) == length && strncmp(steps[i].id, name, length) == 0)
            return i;
    return -1;
}

void tour_read(struct tour *tour, const char *kept)
{
    *tour = (struct tour){.state = TOUR_NEVER};
    if (!kept)
        return;
    size_t state = strcspn(kept, " ");
    for (int i = 0; i <= TOUR_OVER; i++)
        if (strlen(states[i]) == state && strncmp(states[i], kept, state) == 0)
            tour->state = (enum tour_state)i;
    const char *at = kept + state + (kept[state] == ' ');
    int step = step_named(at, strcspn(at, " "));
    tour->step = step < 0 ? STEP_LOOK : (enum tour_step)step;
    at += strcspn(at, " ");
    for (at += *at == ' '; *at; at += *at == ',') {
        size_t length = strcspn(at, ",");
        step = step_named(at, length);
        if (step >= 0)
            tour->done |= 1ULL << step;
        at += length;
    }
}
