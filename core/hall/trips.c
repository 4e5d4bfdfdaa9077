/* core/hall/trips.c: see trips.h. */
#include "core/hall/trips.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/rng.h"
#include "core/hall/bus.h"
#include "core/hall/door.h"
#include "core/hall/people.h"
#include "core/hall/setup.h"

/* --- files --- */

static enum err cannot(struct err_info *info, const char *what, const char *path)
{
    return err_set(info, err_from_errno(errno), "%s cannot be %s: %s.", path, what, strerror(errno));
}

/* A place is taken before anything is changed, so that what was packed has somewhere to go. */
struct place {
    const char *path;
    char *part;
    int fd;
};

static enum err place_take(struct place *place, const char *path, struct err_info *info)
{
    *place = (struct place){.path = path, .fd = -1};
    if (access(path, F_OK) == 0)
        return err_set(info, ERR_CONFLICT, "There is a file %s already. Nothing was changed; name another.",
                       path);
    place->part = xasprintf("%s.part", path);
    (void)unlink(place->part);
    place->fd = open(place->part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    return place->fd >= 0 ? ERR_OK : cannot(info, "written", path);
}

static enum err place_fill(struct place *place, const char *text, struct err_info *info)
{
    size_t length = strlen(text);
    while (length > 0) {
        ssize_t done = write(place->fd, text, length);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return cannot(info, "written", place->path);
        text += done;
        length -= (size_t)done;
    }
    if (fsync(place->fd) != 0 || rename(place->part, place->path) != 0)
        return cannot(info, "written", place->path);
    free(place->part);
    place->part = NULL;
    return ERR_OK;
}

static void place_leave(struct place *place)
{
    if (place->fd >= 0)
        close(place->fd);
    if (place->part)
        (void)unlink(place->part);
    free(place->part);
}

static enum err read_parcel(const char *path, struct buf *out, struct err_info *info)
{
    char part[64 * 1024];
    ssize_t got;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return cannot(info, "read", path);
    while ((got = read(fd, part, sizeof part)) > 0 && out->length <= PARCEL_BYTES_MAX)
        buf_add(out, part, (size_t)got);
    enum err err = got < 0 ? cannot(info, "read", path) : ERR_OK;
    close(fd);
    if (err == ERR_OK && (out->length > PARCEL_BYTES_MAX || strlen(buf_text(out)) != out->length))
        err = err_set(info, ERR_INVALID, "%s is no parcel of a hall or a bus. Nothing was changed.", path);
    return err;
}

/* --- depart --- */

static struct json *departure(const struct hall_options *options)
{
    struct rng rng;
    char id[UUID_TEXT], secret[TOKEN_TEXT];
    struct json *request = json_new_object();
    rng_seed_from_system(&rng);
    uuid_v7(clock_wall_now_ms(), &rng, id);
    token_new(secret);
    json_set_text(request, "do", "bus.depart");
    json_set_text(request, "code", options->to);
    json_set_text(request, "name", options->name);
    json_set_text(request, "id", id);
    json_set_text(request, "secret", secret);
    people_words(request, "queues", options->queues);
    people_words(request, "users", options->users);
    return request;
}

static void tell_departure(const struct hall_options *options, const struct json *answer)
{
    struct buf prefixes = {0};
    for (const struct json *p = json_first(json_get(answer, "prefixes")); p; p = json_next(p))
        buf_addf(&prefixes, "%s%s001", prefixes.length ? ", " : "", json_as_text(p));
    printf("%s has its queues now; numbers there begin with %s. %s holds %d tickets, %d applications and %d "
           "persons, and "
           "the passwords of %d people: keep it as safe as this hall.\nNext, on the laptop: loketd init "
           "--data DIR --from "
           "FILE, then loketd serve.\n",
           options->name, buf_text(&prefixes), options->argument, (int)json_int(answer, "tickets", 0),
           (int)json_int(answer, "cases", 0), (int)json_int(answer, "persons", 0),
           (int)json_int(answer, "users", 0));
    buf_free(&prefixes);
}

enum err trips_depart(const struct hall_options *options, struct err_info *info)
{
    struct place place;
    struct json *request = departure(options), *answer = NULL;
    enum err err = place_take(&place, options->argument, info);
    if (err == ERR_OK)
        err = door_ask(options->data, request, &answer, info);
    if (err == ERR_OK) {
        struct err_info own = {0};
        err = place_fill(&place, json_text_or(answer, "parcel", ""), &own);
        if (err != ERR_OK)
            err_set(info, err,
                    "%s has its queues now, but %s Run the same command again with another file; this "
                    "departure then "
                    "counts as lost.",
                    options->name, own.text);
    }
    if (err == ERR_OK)
        tell_departure(options, answer);
    place_leave(&place);
    json_free(&request);
    json_free(&answer);
    return err;
}

/* --- init --from --- */

static const struct json *hall_of(const struct parcel *parcel)
{
    for (const struct json *line = json_first(parcel->lines); line; line = json_next(line))
        if (str_equal(json_text(line, "t"), "hall"))
            return json_get(line, "row");
    return NULL;
}

static enum err fill_store(struct db *db, const struct parcel *parcel, struct err_info *info)
{
    struct work work = {.db = db};
    struct rng rng;
    char instance[UUID_TEXT];
    const int64_t second_ms = 1000;
    if (!zone_set(json_text_or(hall_of(parcel), "timezone", "")))
        return err_set(info, ERR_INVALID, "This computer knows no time zone %s.",
                       json_text_or(hall_of(parcel), "timezone", "of the parcel"));
    rng_seed_from_system(&rng);
    uuid_v7(clock_wall_now_ms(), &rng, instance);
    /* An epoch of its own: a workstation of the home that comes here by mistake is told so. */
    const struct bus_begin begin = {.instance = instance, .epoch = clock_wall_now_ms() / second_ms};
    enum err err = work_begin(&work);
    if (err == ERR_OK)
        err = bus_begin(&work.env, parcel, &begin, info);
    if (err == ERR_OK)
        err = db_commit(db);
    if (err != ERR_OK) {
        if (!info->text[0])
            store_fail(db, err, info);
        db_rollback(db);
    }
    return err;
}

enum err trips_init(const struct hall_options *options, struct err_info *info)
{
    struct buf text = {0};
    struct parcel parcel = {0};
    struct db *db = NULL;
    enum err err = read_parcel(options->from, &text, info);
    if (err == ERR_OK)
        err = parcel_read(buf_text(&text), text.length, "departure", &parcel, info);
    if (err == ERR_OK)
        err = setup_store(options->data, &db, info);
    if (err == ERR_OK)
        err = fill_store(db, &parcel, info);
    if (err == ERR_OK)
        printf("The mobile hall %s, %s, is set up in %s: its people sign in with the passwords that they "
               "have. Next: "
               "loketd serve. In the evening: loketd parcel.\n",
               json_text_or(parcel.head, "code", "?"), json_text_or(parcel.head, "name", "?"), options->data);
    db_close(&db);
    parcel_free(&parcel);
    buf_free(&text);
    return err;
}

/* --- parcel --- */

enum err trips_parcel(const struct hall_options *options, struct err_info *info)
{
    struct place place;
    struct json *request = json_new_object(), *answer = NULL;
    json_set_text(request, "do", "bus.parcel");
    enum err err = place_take(&place, options->argument, info);
    if (err == ERR_OK)
        err = door_ask(options->data, request, &answer, info);
    if (err == ERR_OK)
        err = place_fill(&place, json_text_or(answer, "parcel", ""), info);
    if (err == ERR_OK) {
        printf("%s holds everything up to change %lld: %d tickets, %d applications, %d records. Next, at "
               "home: loketd merge "
               "--data DIR FILE.\n",
               options->argument, (long long)json_int(answer, "rev", 0), (int)json_int(answer, "tickets", 0),
               (int)json_int(answer, "cases", 0), (int)json_int(answer, "commands", 0));
        if (json_int(answer, "open", 0) > 0)
            printf("%d people are still at a counter or parked here: finish them and write the parcel again, "
                   "or they will "
                   "wait at home.\n",
                   (int)json_int(answer, "open", 0));
    }
    place_leave(&place);
    json_free(&request);
    json_free(&answer);
    return err;
}

/* --- merge --- */

static void tell_merge(const struct json *answer)
{
    const char *name = json_text_or(answer, "name", "The bus");
    if (json_bool(answer, "again", false)) {
        printf("This parcel of %s is merged already. Nothing was changed.\n", name);
        return;
    }
    printf("%s%s is merged: %d tickets, %d applications, %d persons, %d records.",
           json_bool(answer, "late", false) ? "Late upload: " : "", name, (int)json_int(answer, "tickets", 0),
           (int)json_int(answer, "cases", 0), (int)json_int(answer, "persons", 0),
           (int)json_int(answer, "commands", 0));
    if (json_int(answer, "disputes", 0) > 0)
        printf(" %d need a person: they stand among the records that a supervisor settles.",
               (int)json_int(answer, "disputes", 0));
    puts(json_bool(answer, "late", false) ? "" : " Its queues are called here again.");
}

enum err trips_merge(const struct hall_options *options, struct err_info *info)
{
    struct buf text = {0};
    struct json *request = json_new_object(), *answer = NULL;
    enum err err = read_parcel(options->argument, &text, info);
    json_set_text(request, "do", "bus.merge");
    json_set_text(request, "parcel", buf_text(&text));
    buf_clear(&text);
    if (err == ERR_OK && options->from) {
        err = read_parcel(options->from, &text, info);
        json_set_text(request, "departure", buf_text(&text));
    }
    if (err == ERR_OK)
        err = door_ask(options->data, request, &answer, info);
    if (err == ERR_OK)
        tell_merge(answer);
    buf_free(&text);
    json_free(&request);
    json_free(&answer);
    return err;
}

/* --- recall --- */

enum err trips_recall(const struct hall_options *options, struct err_info *info)
{
    struct json *request = json_new_object(), *answer = NULL;
    struct buf logins = {0};
    json_set_text(request, "do", "bus.recall");
    people_words(request, "queues", options->queues);
    enum err err = door_ask(options->data, request, &answer, info);
    for (const struct json *one = json_first(json_get(answer, "logins")); one; one = json_next(one))
        buf_addf(&logins, "%s%s", logins.length ? ", " : "", json_as_text(one));
    if (err == ERR_OK)
        printf(
            "The queues are called here again. What the bus brings after all is merged as a late upload.\n");
    if (err == ERR_OK && logins.length)
        printf("If the laptop is lost or stolen, give these people new passwords now (loketd user password): "
               "%s.\n",
               buf_text(&logins));
    buf_free(&logins);
    json_free(&request);
    json_free(&answer);
    return err;
}
