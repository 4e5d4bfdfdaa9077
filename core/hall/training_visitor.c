/* core/hall/training_visitor.c: who stands at a trainee's counter, and what they say when they are asked (core/demo/talk.h). */
#include <string.h>

#include "core/demo/family.h"
#include "core/demo/talk.h"
#include "core/hall/training_inside.h"

/* --- what a trainer brought upon somebody's next visitor --- */

static int visit_before(struct training *t, struct db *db, const char *user, const char *state, enum err *err)
{
    static const char sql[] = "SELECT id FROM tickets WHERE user_ = $1 AND state = $2"
                              " ORDER BY called_at DESC LIMIT 1"; /* tickets_user */
    struct stmt *s = db_query(db, sql);
    db_bind_text(s, 1, user);
    db_bind_text(s, 2, state);
    *err = db_step(s);
    int found = *err == ERR_OK && db_text(s, 0) ? demo_visit_of(&t->demo, db_text(s, 0)) : -1;
    db_done(s);
    if (*err == ERR_ABSENT)
        *err = ERR_OK;
    return found;
}

static void mark(struct json *person, struct demo_visit *visit)
{
    visit->forgets = visit->forgets || json_bool(person, "papers", false);
    visit->offended = visit->offended || json_bool(person, "offended", false);
    json_remove(person, "papers");
    json_remove(person, "offended");
}

enum err training_bring(struct training *t, struct db *db)
{
    enum err err = ERR_OK;
    for (int i = 0; i < t->demo.trainee_count && err == ERR_OK; i++) {
        const char *user = t->demo.trainees[i].user;
        struct json *person = json_edit(t->people, user);
        if (!json_bool(person, "papers", false) && !json_bool(person, "offended", false))
            continue;
        int found = visit_before(t, db, user, "called", &err);
        if (found >= 0)
            mark(person, &t->demo.visits[found]);
    }
    return err;
}

/* The first that the service asks for. */
static const char *some_paper(const struct training *t, const struct citizen *citizen)
{
    const struct json *service = pack_service(&t->demo.pack, citizen->service);
    return json_text(json_first(json_get(service, "documents")), "code");
}

bool training_is_offended(const struct demo_visit *visit)
{
    return visit->offended && !visit->calmed;
}

struct citizen training_citizen(const struct training *t, const struct demo_visit *visit)
{
    struct citizen citizen = *visit->citizen;
    if (visit->forgets && !citizen.forgot)
        citizen.forgot = some_paper(t, &citizen);
    if (training_is_offended(visit))
        citizen.temper = TEMPER_ANGRY;
    return citizen;
}

/* --- what they say --- */

static const char *const tempers[] = {
#define X(name, text) [TEMPER_##name] = text,
    TEMPER_LIST(X)
#undef X
};

enum training_here training_is_here(const struct training *t, const struct demo_visit *visit)
{
    int64_t now_s = training_now_s(t);
    if (visit->citizen == &t->demo.stranger)
        return TRAINING_HERE;
    if (visit->desk_s < 0)
        return TRAINING_NOBODY;
    return visit->desk_s <= now_s ? TRAINING_HERE : TRAINING_COMING;
}

/* ERR_ABSENT: nothing is known of them but their ticket. */
static enum err open_talk(struct training *t, const struct citizen *citizen, struct truth_about *about,
                          struct truth *truth, struct talk *talk)
{
    struct err_info info = {0};
    *truth = (struct truth){0};
    if (!pack_service(&t->demo.pack, citizen->service))
        return ERR_ABSENT;
    demo_about(&t->demo, citizen, about);
    *talk = (struct talk){about, truth};
    return truth_make(about, truth, &info);
}

static void add_name(struct buf *who, const char *name, int64_t age)
{
    buf_addf(who, who->length ? ", %s" : "%s", name);
    if (age >= 0)
        buf_addf(who, " (%d)", (int)age);
}

/* Those without a ticket, and those of the family who still wait for their own; who was called went there. */
static struct json *company(const struct training *t, const struct demo_visit *visit)
{
    const struct demo *d = &t->demo;
    struct buf who = {0};
    const struct json *with = visit->citizen->with;
    for (const struct json *one = json_first(with); one; one = json_next(one))
        add_name(&who, json_text_or(one, "name", ""), json_int(one, "age", -1));
    for (int i = 0; i < d->visit_count; i++) {
        const struct demo_visit *other = &d->visits[i];
        if (!demo_is_family(visit, other) || !other->here || other->gone || other->called_s >= 0)
            continue;
        struct json *member = family_member(other->citizen->person, -1);
        add_name(&who, json_text_or(member, "name", ""), -1);
        json_free(&member);
    }
    struct json *seen = who.length ? talk_company(buf_text(&who)) : NULL;
    buf_free(&who);
    return seen;
}

struct json *training_visitor(struct training *t, const struct demo_visit *visit)
{
    static const char *const here[] = {"coming", "here", "nobody"};
    struct citizen citizen = training_citizen(t, visit);
    enum training_here is_here = training_is_here(t, visit);
    struct json *answer = json_new_object(), *says = json_new_array(), *questions = NULL, *row = NULL;
    struct truth_about about;
    struct truth truth;
    struct talk talk;
    bool temper = citizen.temper < TEMPER_COUNT && citizen.temper != TEMPER_FRAUD; /* which does not show */
    if (is_here == TRAINING_HERE && open_talk(t, &citizen, &about, &truth, &talk) == ERR_OK) {
        json_add(says, talk_greeting(&talk));
        questions = talk_questions(&talk);
        if (training_is_offended(visit))
            talk_add_sorry(questions);
        truth_free(&truth);
    }
    struct json *with = is_here == TRAINING_HERE ? company(t, visit) : NULL;
    if (with)
        json_add(says, with);
    json_set_text(answer, "ticket", visit->ticket);
    if (row_get(t->hall->db, TABLE_TICKET, visit->ticket, &row) == ERR_OK)
        json_set_text(answer, "number", json_text(row, "number"));
    json_free(&row);
    json_set_text(answer, "here", here[is_here]);
    json_set_text(answer, "temper", tempers[temper ? citizen.temper : TEMPER_CALM]);
    json_set(answer, "says", says);
    json_set(answer, "questions", questions ? questions : json_new_array());
    return answer;
}

struct json *training_ask(struct training *t, const struct demo_visit *visit, const char *question)
{
    struct citizen citizen = training_citizen(t, visit);
    struct truth_about about;
    struct truth truth;
    struct talk talk;
    struct json *answer = NULL;
    if (open_talk(t, &citizen, &about, &truth, &talk) == ERR_OK) {
        answer = talk_answer(&talk, question);
        truth_free(&truth);
    }
    return answer;
}

enum err training_say_sorry(struct training *t, const struct server_env *env, const char *ticket)
{
    enum err err = t->lost ? training_recall(t, &(struct err_info){0}) : ERR_OK;
    int found = err == ERR_OK ? demo_visit_of(&t->demo, ticket) : -1;
    if (err != ERR_OK)
        return err;
    t->lost = true; /* until it is committed */
    if (found >= 0)
        t->demo.visits[found].calmed = true;
    return training_play(t, env);
}
