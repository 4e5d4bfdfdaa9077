/* screens/lock.c: see lock.h. */
#include "screens/lock.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/crypto.h"
#include "screens/show.h"
#include "tui/field.h"
#include "tui/funcbar.h"
#include "tui/text.h"

enum { LOGIN, PASSWORD, CODE, FIELDS };
enum { LABEL_W = 14, FIELD_W = 32, PASSWORD_BYTES = 512, CODE_BYTES = 40 };
enum {
    SECOND_MS = 1000,
    MINUTE_S = 60,
    DOUBLINGS_MAX = 9, /* 1 s after the first wrong password, 2 s, 4 s … */
    WAIT_MAX_MS = 10 * MINUTE_S * SECOND_MS,
    HALF_TYPED_MS = MINUTE_S * SECOND_MS,
};

struct lock {
    char user[UUID_TEXT], login[64], name[128];
    int64_t since_ms, until_ms; /* until: no password is tried before */
    int64_t typed_ms;           /* when the last letter was typed */
    int wrong;                  /* passwords in a row */
    bool asking, other;         /* other: somebody else signs in */
    bool coding;                /* the hall wants the code of their second factor, too */
    char *words;                /* what is asked by: as EFFECT_UNLOCK has it; or NULL */
    int focus;
    struct field fields[FIELDS];
    bool told_wrong; /* the last try was a wrong password */
    char fault[300]; /* or this is why it was not let in; "" */
};

struct lock *lock_new(const struct ui *ui, const struct json *kept)
{
    struct lock *lock = xcalloc(1, sizeof *lock);
    bool same = str_equal(json_text(kept, "user"), ui->session.user);
    str_copy(lock->user, sizeof lock->user, ui->session.user);
    str_copy(lock->login, sizeof lock->login, ui->session.login);
    str_copy(lock->name, sizeof lock->name, ui->session.name);
    lock->since_ms = same ? json_int(kept, "since", ui->now_ms) : ui->now_ms;
    lock->until_ms = same ? json_int(kept, "until", 0) : 0;
    lock->wrong = same ? (int)json_int(kept, "wrong", 0) : 0;
    lock->focus = PASSWORD;
    field_init(&lock->fields[LOGIN], sizeof lock->login - 1);
    field_init(&lock->fields[PASSWORD], PASSWORD_BYTES);
    lock->fields[PASSWORD].masked = true;
    lock->fields[PASSWORD].edit.secret = true;
    field_init(&lock->fields[CODE], CODE_BYTES);
    lock->fields[CODE].edit.secret = true;
    return lock;
}

static void forget_words(struct lock *lock)
{
    if (lock->words)
        secret_wipe(lock->words, strlen(lock->words));
    free(lock->words);
    lock->words = NULL;
}

void lock_free(struct lock **lock)
{
    if (!*lock)
        return;
    for (int i = 0; i < FIELDS; i++)
        field_deinit(&(*lock)->fields[i]);
    forget_words(*lock);
    free(*lock);
    *lock = NULL;
}

struct json *lock_kept(const struct lock *lock)
{
    struct json *kept = json_new_object();
    json_set_text(kept, "user", lock->user);
    json_set_int(kept, "since", lock->since_ms);
    json_set_int(kept, "wrong", lock->wrong);
    json_set_int(kept, "until", lock->until_ms);
    return kept;
}

const char *lock_login(const struct lock *lock)
{
    return lock->other ? field_text(&lock->fields[LOGIN]) : lock->login;
}

static const char *typed_password(const struct lock *lock)
{
    const char *text = field_text(&lock->fields[PASSWORD]);
    return *text ? text : NULL;
}

const char *lock_password(struct lock *lock)
{
    const char *text = typed_password(lock);
    forget_words(lock);
    if (text && lock->coding)
        lock->words = xasprintf("%s\n\n%s", text, field_text(&lock->fields[CODE]));
    return lock->words ? lock->words : text;
}

/* --- waiting --- */

/* Whose password is tried: also who is named as somebody else may be the one who is away. */
static bool is_own(const struct lock *lock)
{
    return str_equal(lock_login(lock), lock->login);
}

/* A clock that was turned back makes no wait longer than the longest. */
static int64_t wait_ms(const struct lock *lock, const struct ui *ui)
{
    int64_t left_ms = lock->until_ms - ui->now_ms;
    return left_ms > WAIT_MAX_MS ? WAIT_MAX_MS : left_ms > 0 ? left_ms : 0;
}

static void wait_doubles(struct lock *lock, const struct ui *ui)
{
    int doublings = lock->wrong < DOUBLINGS_MAX ? lock->wrong : DOUBLINGS_MAX;
    int64_t next_ms = (int64_t)SECOND_MS << doublings;
    lock->wrong++;
    lock->until_ms = ui->now_ms + (next_ms < WAIT_MAX_MS ? next_ms : WAIT_MAX_MS);
}

/* --- keys --- */

static void forget_password(struct lock *lock)
{
    forget_words(lock);
    lock->coding = false;
    lock->focus = lock->focus == CODE ? PASSWORD : lock->focus;
    field_set(&lock->fields[CODE], "");
    field_set(&lock->fields[PASSWORD], "");
}

static void turn_to(struct lock *lock, bool other)
{
    forget_password(lock);
    lock->other = other;
    lock->focus = other ? LOGIN : PASSWORD;
    lock->told_wrong = false;
    lock->fault[0] = '\0';
}

static bool enter(struct lock *lock, const struct ui *ui)
{
    if (lock->other && lock->focus == LOGIN) {
        lock->focus = *field_text(&lock->fields[LOGIN]) ? PASSWORD : LOGIN;
        return false;
    }
    if (lock->coding && !*field_text(&lock->fields[CODE])) {
        lock->focus = CODE;
        return false;
    }
    bool may_try = typed_password(lock) || (ui->practice && !lock->other);
    if (!may_try || (is_own(lock) && wait_ms(lock, ui)))
        return false;
    lock->asking = true;
    lock->told_wrong = false;
    lock->fault[0] = '\0';
    return true;
}

static void move(struct lock *lock, int step)
{
    int count = lock->coding ? FIELDS : CODE;
    lock->focus = (lock->focus + step + count) % count;
}

bool lock_key(struct lock *lock, const struct ui *ui, struct key key)
{
    if (lock->asking)
        return false;
    lock->typed_ms = ui->now_ms;
    if (key_is(key, "Enter"))
        return enter(lock, ui);
    if (key_is(key, "Esc")) {
        turn_to(lock, false);
    } else if (key_is(key, "Tab") || key_is(key, "S-Tab") || key_is(key, "Up") || key_is(key, "Down")) {
        if (lock->other)
            move(lock, key_is(key, "Tab") || key_is(key, "Down") ? 1 : -1);
        else if (!ui->practice)
            turn_to(lock, true);
    } else if (!ui->practice) {
        field_key(&lock->fields[lock->focus], key);
    }
    return false;
}

void lock_paste(struct lock *lock, const struct ui *ui, const char *text)
{
    lock->typed_ms = ui->now_ms;
    if (!lock->asking && !ui->practice)
        field_paste(&lock->fields[lock->focus], text, strlen(text));
}

void lock_tick(struct lock *lock, const struct ui *ui)
{
    if (!lock->asking && typed_password(lock) && ui->now_ms - lock->typed_ms > HALF_TYPED_MS)
        forget_password(lock);
}

/* Of a password that was right: it stays, and the code is asked. */
static bool wants_code(struct lock *lock, const char *code)
{
    if (!str_equal(code, "second_factor") && !str_equal(code, "wrong_code") &&
        !str_equal(code, "used_code") && !str_equal(code, "codes_off"))
        return false;
    forget_words(lock);
    lock->coding = true;
    lock->focus = CODE;
    field_set(&lock->fields[CODE], "");
    return true;
}

bool lock_refused(struct lock *lock, const struct ui *ui, const char *code, const char *text)
{
    bool wrong = is_own(lock) && str_equal(code, "bad_credentials");
    lock->asking = false;
    if (wants_code(lock, code)) {
        str_copy(lock->fault, sizeof lock->fault, show_refusal(ui, code, text));
        return false;
    }
    forget_password(lock);
    if (!wrong) {
        str_copy(lock->fault, sizeof lock->fault, show_refusal(ui, code, text));
        return false;
    }
    wait_doubles(lock, ui);
    lock->told_wrong = true;
    return true;
}

/* --- drawing --- */

static void field_row(const struct lock *lock, int index, const char *label, struct frame *frame,
                      struct rect line)
{
    struct rect name = rect_cut_left(&line, LABEL_W);
    text_draw(frame, name, label, STYLE_TEXT);
    struct rect place = rect_cut_left(&line, FIELD_W);
    field_draw(&lock->fields[index], frame, place, NULL, lock->focus == index);
}

static void code_row(const struct lock *lock, const struct ui *ui, struct frame *frame, struct rect *area)
{
    if (lock->coding)
        field_row(lock, CODE, tr(ui->lang, TR("Code")), frame, rect_cut_top(area, 1));
}

static void own_view(const struct lock *lock, const struct ui *ui, struct frame *frame, struct rect *area)
{
    if (ui->practice) {
        frame_cursor(frame, area->x, area->y);
        text_draw(frame, rect_cut_top(area, 1), tr(ui->lang, TR("Practice hall: Enter opens it again.")),
                  STYLE_TEXT);
        return;
    }
    const char *kept = tr(ui->lang, TR("What was typed is kept: the password brings this screen back."));
    rect_cut_top(area, text_draw_wrapped(frame, *area, kept, STYLE_DIM, 0));
    rect_cut_top(area, 1);
    field_row(lock, PASSWORD, tr(ui->lang, TR("Password")), frame, rect_cut_top(area, 1));
    code_row(lock, ui, frame, area);
}

static void other_view(const struct lock *lock, const struct ui *ui, struct frame *frame, struct rect *area)
{
    char text[400];
    str_format(text, sizeof text,
               tr(ui->lang, TR("Somebody else signs in. %s keeps what is typed here and not sent yet.")),
               lock->name);
    rect_cut_top(area, text_draw_wrapped(frame, *area, text, STYLE_DIM, 0));
    rect_cut_top(area, 1);
    field_row(lock, LOGIN, tr(ui->lang, TR("Login")), frame, rect_cut_top(area, 1));
    rect_cut_top(area, 1);
    field_row(lock, PASSWORD, tr(ui->lang, TR("Password")), frame, rect_cut_top(area, 1));
    code_row(lock, ui, frame, area);
}

static const char *fault_text(const struct lock *lock, const struct ui *ui, char out[400])
{
    if (!lock->told_wrong)
        return lock->fault;
    str_format(out, 400, tr(ui->lang, TR("%s has another password. Nothing is lost.")), lock->name);
    if (ui->link.state == LINK_OFFLINE)
        str_format(
            out, 400,
            tr(ui->lang, TR("%s has another password. The hall is not reachable, so that of the last sign-in "
                            "here counts.")),
            lock->name);
    return out;
}

/* What went wrong, and how long to wait: in words, counting down. */
static void fault_view(const struct lock *lock, const struct ui *ui, struct frame *frame, struct rect *area)
{
    char text[400];
    int64_t left_s = (wait_ms(lock, ui) + SECOND_MS - 1) / SECOND_MS;
    if (lock->asking) {
        text_draw(frame, rect_cut_top(area, 1), tr(ui->lang, TR("The hall is asked…")), STYLE_DIM);
        return;
    }
    const char *fault = fault_text(lock, ui, text);
    if (*fault)
        rect_cut_top(area, text_draw_wrapped(frame, *area, fault, STYLE_DANGER, 0));
    if (!is_own(lock) || !left_s)
        return;
    struct rect line = rect_cut_top(area, 1);
    if (left_s <= 2 * MINUTE_S)
        text_drawf(frame, line, STYLE_WARN, tr(ui->lang, TR("Next try in %d s.")), (int)left_s);
    else
        text_drawf(frame, line, STYLE_WARN, tr(ui->lang, TR("Next try in %d min.")),
                   (int)((left_s + MINUTE_S - 1) / MINUTE_S));
}

void lock_view(const struct lock *lock, const struct ui *ui, struct frame *frame, struct rect area)
{
    char since[SHOW_TEXT], away[SHOW_TEXT];
    text_draw(frame, rect_cut_top(&area, 1), lock->name, STYLE_TITLE | ATTR_BOLD);
    text_drawf(frame, rect_cut_top(&area, 1), STYLE_TEXT, tr(ui->lang, TR("Locked since %s (%s)")),
               show_since(ui, lock->since_ms, since), show_minutes(ui, ui->now_ms - lock->since_ms, away));
    rect_cut_top(&area, 1);
    if (lock->other)
        other_view(lock, ui, frame, &area);
    else
        own_view(lock, ui, frame, &area);
    rect_cut_top(&area, 1);
    fault_view(lock, ui, frame, &area);
}

void lock_bar(const struct lock *lock, const struct ui *ui, struct frame *frame, struct rect line)
{
    struct funcbar_item items[4];
    char lang[KEY_NAME];
    int count = 0;
    items[count++] = (struct funcbar_item){
        .key = "Enter", .label = tr(ui->lang, lock->other ? TR("sign in") : TR("unlock")), .priority = 1};
    if (lock->other)
        items[count++] = (struct funcbar_item){.key = "Esc", .label = tr(ui->lang, TR("back"))};
    else if (!ui->practice)
        items[count++] =
            (struct funcbar_item){.key = "Tab", .label = tr(ui->lang, TR("somebody else signs in"))};
    key_label(keymap_key(ui->keys, ACTION_NEXT_LANG, 0), lang);
    items[count++] = (struct funcbar_item){.key = lang, .label = lang_name(ui->lang)};
    funcbar_draw(items, count, frame, line);
}
