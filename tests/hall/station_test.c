/* tests/hall/station_test.c: the workstation's cache and sync, without a screen, against the real loketd over HTTP
 * and TLS: the first copy, work without the hall, two workstations, people and certificates that are not right. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/base/str.h"
#include "core/sync/sync.h"
#include "tests/support/program.h"
#include "tests/support/test.h"

/* --- a hall --- */

struct place {
    char data[300], password[300], cert[300], key[300], listen[40], url[80];
    struct running loketd;
};

static void run(struct ran ran)
{
    if (!CHECK_INT(ran.status, 0))
        printf("    %s\n", ran.err);
    ran_free(&ran);
}

static void serve(struct place *place, bool tls)
{
    if (tls)
        place->loketd = START("loketd", "serve", "--data", place->data, "--listen", place->listen,
                              "--tls-cert", place->cert, "--tls-key", place->key);
    else
        place->loketd = START("loketd", "serve", "--data", place->data, "--listen", place->listen);
    char *line = running_line(&place->loketd);
    REQUIRE(line && str_starts(line, "loketd: listening on http"));
    str_copy(place->url, sizeof place->url, strrchr(line, ' ') + 1);
    str_copy(place->listen, sizeof place->listen,
             strstr(place->url, "//") + 2); /* the same port from now on */
    free(line);
}

static void open_place(struct place *place)
{
    const char *folder = test_folder();
    *place = (struct place){.listen = "127.0.0.1:0"};
    str_format(place->data, sizeof place->data, "%s/hall", folder);
    str_format(place->password, sizeof place->password, "%s/password", folder);
    str_format(place->cert, sizeof place->cert, "%s/cert.pem", folder);
    str_format(place->key, sizeof place->key, "%s/key.pem", folder);
    FILE *file = fopen(place->password, "we");
    REQUIRE(file && fputs("open sesame!\n", file) >= 0 && fclose(file) == 0);
    run(RUN(NULL, "loketd", "init", "--data", place->data, "--hall", "T", "--name", "Test", "--pack", "id"));
    run(RUN(NULL, "loketd", "user", "add", "--data", place->data, "--login", "siti", "--name", "Siti",
            "--roles", "clerk,reception", "--password-file", place->password));
}

static void kill_place(struct place *place)
{
    kill(place->loketd.pid, SIGKILL);
    CHECK_INT(running_wait(&place->loketd), 128 + SIGKILL);
}

static void close_place(struct place *place)
{
    kill(place->loketd.pid, SIGTERM);
    CHECK_INT(running_wait(&place->loketd), 0);
}

/* --- a workstation --- */

struct station {
    struct cache *cache;
    struct sync *sync;
    struct rng rng;
    bool asked, answered; /* for a sign-in */
    enum err err;
    char code[40];
};

static void on_changed(void *ctx)
{
    (void)ctx;
}
static void on_status(void *ctx, const struct sync_status *status)
{
    (void)ctx, (void)status;
}
static void on_result(void *ctx, int64_t seq, const struct json *result)
{
    (void)ctx, (void)seq;
    if (!CHECK_TEXT(json_text(result, "status"), "applied")) {
        char *text = json_print(result);
        puts(text);
        free(text);
    }
}
static void on_signed_in(void *ctx, enum err err, const char *code, const char *message,
                         const struct json *session)
{
    struct station *station = ctx;
    (void)message, (void)session;
    station->answered = true;
    station->err = err;
    str_copy(station->code, sizeof station->code, code ? code : "");
}
static void on_answer(void *ctx, int64_t tag, enum err err, const struct json *body)
{
    (void)ctx, (void)tag, (void)err, (void)body;
}

static void open_trusting(struct station *station, const char *url, const struct sync_trust *trust)
{
    const struct sync_events events = {station, on_changed, on_status, on_result, on_signed_in, on_answer};
    struct err_info info = {0};
    *station = (struct station){0};
    rng_seed_from_system(&station->rng);
    REQUIRE(cache_open(&station->cache, test_folder(), clock_wall_now_ms(), &station->rng, NULL, &info) ==
            ERR_OK);
    REQUIRE(sync_new(&station->sync, station->cache, url, trust, &events, &station->rng, &info) == ERR_OK);
}

static void open_station(struct station *station, const char *url, const char *ca)
{
    open_trusting(station, url, &(struct sync_trust){.ca = ca});
}

static void close_station(struct station *station)
{
    sync_free(&station->sync);
    cache_close(&station->cache);
}

/* Turns until the condition holds; a failed check with the station's state when patience ends. */
static bool turn_until(struct station *station, bool (*so)(struct station *station))
{
    int64_t until_ms = clock_mono_now_ms() + TEST_PATIENCE_MS;
    for (;;) {
        int64_t now_ms = clock_mono_now_ms();
        sync_step(station->sync, clock_wall_now_ms(), now_ms);
        if (so(station))
            return true;
        if (now_ms >= until_ms)
            break;
        int due_ms = sync_timeout_ms(station->sync, now_ms), left_ms = (int)(until_ms - now_ms);
        sync_wait(station->sync, NULL, 0, due_ms >= 0 && due_ms < left_ms ? due_ms : left_ms);
    }
    const struct sync_status *status = sync_status(station->sync);
    printf("    state %d, unsent %d: %s\n", status->state, (int)cache_unsent(station->cache), status->text);
    return CHECK(!"patience");
}

static bool is_answered(struct station *station)
{
    return station->answered;
}
static bool is_online(struct station *station)
{
    return sync_status(station->sync)->state == SYNC_ONLINE;
}
static bool is_offline(struct station *station)
{
    return sync_status(station->sync)->state == SYNC_OFFLINE;
}
static bool is_expired(struct station *station)
{
    return sync_status(station->sync)->state == SYNC_EXPIRED;
}
static bool is_drained(struct station *station)
{
    return cache_unsent(station->cache) == 0;
}

static enum err sign_in(struct station *station, const char *login, const char *password)
{
    station->answered = false;
    sync_sign_in(station->sync, login, password);
    turn_until(station, is_answered);
    return station->err;
}

static void issue(struct station *station)
{
    struct saved saved;
    struct json *body = json_new_object();
    json_set_text(body, "queue", "P");
    json_set_text(body, "channel", "walk_in");
    CHECK(cache_confirm(station->cache, "ticket.issue", body, clock_wall_now_ms(), &station->rng, &saved) ==
          ERR_OK);
    json_free(&saved.outcome.data);
    json_free(&body);
    sync_wake(station->sync);
}

static int64_t waiting(struct station *station, int64_t *numbered)
{
    struct json *answer = NULL;
    REQUIRE(cache_load(station->cache, "tickets", NULL, clock_wall_now_ms(), &answer) == ERR_OK);
    const struct json *rows = json_get(answer, "rows");
    int64_t count = (int64_t)json_count(rows);
    if (numbered) {
        *numbered = 0;
        for (const struct json *row = json_first(rows); row; row = json_next(row))
            *numbered += !str_empty(json_text(row, "number"));
    }
    json_free(&answer);
    return count;
}

static bool sees_three(struct station *station)
{
    int64_t numbered;
    return waiting(station, &numbered) == 3 && numbered == 3;
}

/* --- tests --- */

TEST(station_copies_works_and_is_seen_by_another)
{
    struct place place;
    struct station one, other;
    open_place(&place);
    serve(&place, false);
    open_station(&one, place.url, NULL);
    open_station(&other, place.url, NULL);
    CHECK(sign_in(&one, "siti", "open sesame!") == ERR_OK &&
          sign_in(&other, "siti", "open sesame!") == ERR_OK);
    turn_until(&one, is_online);
    turn_until(&other, is_online);
    CHECK_INT(waiting(&other, NULL), 0);
    for (int i = 0; i < 3; i++)
        issue(&one);
    CHECK_INT(waiting(&one, NULL), 3); /* here at once, without a number */
    turn_until(&one, is_drained);
    turn_until(&other, sees_three);
    turn_until(&one, sees_three);
    close_station(&one);
    close_station(&other);
    close_place(&place);
}

TEST(station_works_on_while_the_hall_is_away)
{
    struct place place;
    struct station station;
    open_place(&place);
    serve(&place, false);
    open_station(&station, place.url, NULL);
    CHECK(sign_in(&station, "siti", "open sesame!") == ERR_OK);
    turn_until(&station, is_online);
    kill_place(&place);
    issue(&station);
    issue(&station);
    turn_until(&station, is_offline);
    CHECK(strstr(sync_status(station.sync)->text, "Hall not reachable") != NULL);
    issue(&station);
    CHECK_INT(cache_unsent(station.cache), 3);
    serve(&place, false);
    sync_retry_now(station.sync);
    turn_until(&station, is_drained);
    turn_until(&station, sees_three); /* each once */
    turn_until(&station, is_online);
    close_station(&station);
    close_place(&place);
}

TEST(station_says_who_may_not_come_in)
{
    struct place place;
    struct station station;
    open_place(&place);
    serve(&place, false);
    open_station(&station, place.url, NULL);
    CHECK(sign_in(&station, "siti", "open sesam") == ERR_REFUSED);
    CHECK_TEXT(station.code, "bad_credentials");
    CHECK(sign_in(&station, "nobody", "open sesame!") == ERR_REFUSED);
    CHECK_TEXT(station.code, "bad_credentials");
    CHECK(cache_actor(station.cache) == NULL);
    CHECK(sign_in(&station, "siti", "open sesame!") == ERR_OK);
    turn_until(&station, is_online);
    run(RUN(NULL, "loketd", "user", "disable", "--data", place.data, "--login", "siti"));
    issue(&station);
    turn_until(&station, is_expired);
    CHECK_INT(cache_unsent(station.cache), 1); /* kept with its owner */
    close_station(&station);
    close_place(&place);
}

/* Takes text. */
static void run_shell(bool done, char *text)
{
    if (!CHECK((system(text) == 0) == done))
        printf("    %s\n", text);
    free(text);
}

/* Its end, in two days, is told by the metrics, the log and doctor; TLS before 1.2 is not spoken. */
static void check_certificate(const struct place *place)
{
    int64_t expires_ms = 0, left_ms;
    char data[400];
    str_format(data, sizeof data, "%s-doctor", place->data);
    CHECK(sync_certificate(place->url, &(struct sync_trust){.ca = place->cert}, &expires_ms));
    left_ms = expires_ms - clock_wall_now_ms();
    CHECK(left_ms > 40 * 3600 * 1000LL && left_ms <= 48 * 3600 * 1000LL);
    char *config = xasprintf("%s/config", test_folder());
    FILE *file = fopen(config, "we");
    REQUIRE(file && fprintf(file, "[hall]\nca = %s\n", place->cert) > 0 && fclose(file) == 0);
    struct ran ran = RUN(NULL, "loket", "doctor", "--hall", place->url, "--config", config, "--data", data);
    free(config);
    if (!CHECK(strstr(ran.out, "!     certificate: it holds until") != NULL))
        printf("    %s%s\n", ran.out, ran.err);
    ran_free(&ran);
    run_shell(true, xasprintf("curl -s --noproxy '*' --cacert '%s' %s/metrics | grep -q '^"
                              "loketd_tls_certificate_expires_seconds %lld$'",
                              place->cert, place->url, (long long)expires_ms / 1000));
    static const char *const versions[] = {"-tls1_2", "-tls1_3", "-tls1_1 -cipher ALL:@SECLEVEL=0"};
    for (int i = 0; i < 3; i++)
        run_shell(i < 2, xasprintf("openssl s_client -connect %s %s </dev/null >/dev/null 2>&1",
                                   strstr(place->url, "//") + 2, versions[i]));
}

/* The certificate is one that it trusts; it must have the key, too. */
static void check_pin(const struct place *place)
{
    char pin[100] = "sha256//", file[400];
    struct station station;
    str_format(file, sizeof file, "%s-pin", place->data);
    run_shell(true,
              xasprintf("openssl x509 -in '%s' -pubkey -noout | openssl pkey -pubin -outform der | openssl "
                        "dgst -sha256 -binary | openssl base64 -A >'%s'",
                        place->cert, file));
    FILE *in = fopen(file, "re");
    REQUIRE(in && fgets(pin + strlen(pin), 60, in));
    fclose(in);
    open_trusting(&station, place->url, &(struct sync_trust){.ca = place->cert, .pin = pin});
    CHECK(sign_in(&station, "siti", "open sesame!") == ERR_OK);
    close_station(&station);
    pin[strlen("sha256//")] ^= 1;
    open_trusting(&station, place->url, &(struct sync_trust){.ca = place->cert, .pin = pin});
    CHECK(sign_in(&station, "siti", "open sesame!") == ERR_OFFLINE);
    close_station(&station);
}

TEST(station_trusts_a_certificate_that_it_was_given_and_no_other)
{
    struct place place;
    struct station station, stranger;
    open_place(&place);
    char *make = xasprintf("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2"
                           " -keyout '%s' -out '%s' -subj /CN=localhost"
                           " -addext subjectAltName=DNS:localhost,IP:127.0.0.1 2>/dev/null",
                           place.key, place.cert);
    REQUIRE(system(make) == 0);
    free(make);
    serve(&place, true);
    CHECK(str_starts(place.url, "https://"));
    open_station(&station, place.url, place.cert);
    CHECK(sign_in(&station, "siti", "open sesame!") == ERR_OK);
    turn_until(&station, is_online);
    issue(&station);
    turn_until(&station, is_drained);
    open_station(&stranger, place.url, NULL);
    CHECK(sign_in(&stranger, "siti", "open sesame!") == ERR_OFFLINE); /* the password never left */
    check_certificate(&place);
    check_pin(&place);
    close_station(&station);
    close_station(&stranger);
    close_place(&place);
}

/* --- certificates of workstations --- */

/* In folder: an authority "ca", "own" and "gone" of it, the second revoked in ca.crl, and "other" of nobody's. */
static void make_authority(const char *folder)
{
    static const char make[] =
        "cd '%s' && exec 2>/dev/null && R='openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 "
        "-nodes' &&"
        " $R -x509 -days 9 -keyout ca.key -out ca.pem -subj /CN=ca"
        " -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,cRLSign &&"
        " $R -x509 -days 9 -keyout other.key -out other.pem -subj /CN=other &&"
        " for n in own gone; do $R -keyout $n.key -out $n.csr -subj /CN=$n &&"
        " openssl x509 -req -in $n.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 9 -out $n.pem || exit "
        "1; done &&"
        " : >index.txt && echo 01 >crlnumber && printf '[ca]\ndefault_ca = d\n[d]\ndatabase = index.txt\n"
        "crlnumber = crlnumber\ndefault_md = sha256\ndefault_crl_days = 9\n' >ca.conf &&"
        " openssl ca -config ca.conf -cert ca.pem -keyfile ca.key -revoke gone.pem &&"
        " openssl ca -config ca.conf -cert ca.pem -keyfile ca.key -gencrl -out ca.crl &&"
        " openssl ca -config ca.conf -cert other.pem -keyfile other.key -gencrl -out other.crl &&"
        " cat ca.crl other.crl >two.crl && chmod 600 *.key";
    run_shell(true, xasprintf(make, folder));
}

struct shown {
    char ca[500], own[500], own_key[500], gone[500], gone_key[500], other[500], other_key[500], crl[500];
};

static void serve_workstations(struct place *place, const struct shown *shown, bool optional)
{
    place->loketd = START("loketd", "serve", "--data", place->data, "--listen", place->listen, "--tls-cert",
                          place->cert, "--tls-key", place->key, "--client-ca", shown->ca, "--client-crl",
                          shown->crl, optional ? "--client-ca-optional" : NULL);
    char *line = running_line(&place->loketd);
    REQUIRE(line && str_starts(line, "loketd: listening on https"));
    str_copy(place->url, sizeof place->url, strrchr(line, ' ') + 1);
    free(line);
}

/* A list that the authority did not sign: were it left out, whoever it revokes would come in. */
static void check_list_of_another(const struct place *place, const struct shown *shown, const char *folder)
{
    char two[500];
    str_format(two, sizeof two, "%s/two.crl", folder);
    struct running loketd =
        START("loketd", "serve", "--data", place->data, "--listen", "127.0.0.1:0", "--tls-cert", place->cert,
              "--tls-key", place->key, "--client-ca", shown->ca, "--client-crl", two);
    char *line = running_line(&loketd);
    if (!CHECK(!line))
        kill(loketd.pid, SIGKILL);
    CHECK(running_wait(&loketd) != 0);
    free(line);
}

static enum err shows(const struct place *place, const char *cert, const char *key, const char *code)
{
    struct station station;
    open_trusting(&station, place->url, &(struct sync_trust){.ca = place->cert, .cert = cert, .key = key});
    enum err err = sign_in(&station, "siti", "open sesame!");
    CHECK_TEXT(station.code, code);
    close_station(&station);
    return err;
}

TEST(station_shows_a_certificate_to_a_hall_that_asks_for_one)
{
    struct place place;
    struct shown shown;
    struct err_info info = {0};
    open_place(&place);
    const char *folder = test_folder();
    static const char *const names[] = {"ca.pem",   "own.pem",   "own.key",   "gone.pem",
                                        "gone.key", "other.pem", "other.key", "ca.crl"};
    char(*paths)[500] = (char(*)[500])(void *)&shown;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        str_format(paths[i], 500, "%s/%s", folder, names[i]);
    make_authority(folder);
    run_shell(true,
              xasprintf("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2"
                        " -keyout '%s' -out '%s' -subj /CN=localhost"
                        " -addext subjectAltName=DNS:localhost,IP:127.0.0.1 2>/dev/null",
                        place.key, place.cert));
    serve_workstations(&place, &shown, false);
    CHECK(shows(&place, shown.own, shown.own_key, "") == ERR_OK);
    CHECK(shows(&place, NULL, NULL, "certificate_needed") == ERR_REFUSED);
    CHECK(shows(&place, shown.other, shown.other_key, "certificate_needed") == ERR_REFUSED);
    CHECK(shows(&place, shown.gone, shown.gone_key, "certificate_needed") == ERR_REFUSED);
    run_shell(true, xasprintf("curl -sf --noproxy '*' --cacert '%s' %s/v1/health >/dev/null", place.cert,
                              place.url));
    kill_place(&place);
    check_list_of_another(&place, &shown, folder);
    str_copy(place.listen, sizeof place.listen, "127.0.0.1:0");
    serve_workstations(&place, &shown, true);
    CHECK(shows(&place, NULL, NULL, "") == ERR_OK);
    close_place(&place);
    chmod(shown.own_key, 0644);
    const struct sync_trust open = {.cert = shown.own, .key = shown.own_key};
    CHECK(sync_check_way("https://hall.example", &open, &info) == ERR_ABSENT);
    CHECK(strstr(info.text, "chmod 600") != NULL);
}

/* --- a revoked certificate of a hall --- */

static enum err comes_in(const struct place *place, const char *folder, const char *list)
{
    struct station station;
    char ca[500], crl[500];
    str_format(ca, sizeof ca, "%s/ca.pem", folder);
    str_format(crl, sizeof crl, "%s/%s", folder, list ? list : "");
    open_trusting(&station, place->url, &(struct sync_trust){.ca = ca, .crl = list ? crl : NULL});
    enum err err = sign_in(&station, "siti", "open sesame!");
    close_station(&station);
    return err;
}

/* The authority's own list counts, beside that of another too; without it there is no telling, and nobody is spoken to. */
TEST(station_does_not_speak_to_a_hall_whose_certificate_was_revoked)
{
    static const char *const names[] = {"own", "gone"};
    struct place place;
    open_place(&place);
    const char *folder = test_folder();
    make_authority(folder);
    run_shell(
        true,
        xasprintf(
            "cd '%s' && exec 2>/dev/null && echo subjectAltName=IP:127.0.0.1 >san && for n in own gone; do "
            "openssl x509 -in $n.pem -noout -serial | cut -d= -f2 >$n.serial && openssl x509 -req -in $n.csr "
            "-CA "
            "ca.pem -CAkey ca.key -set_serial 0x$(cat $n.serial) -days 9 -extfile san -out $n.pem || exit 1; "
            "done",
            folder));
    for (int revoked = 0; revoked < 2; revoked++) {
        str_format(place.cert, sizeof place.cert, "%s/%s.pem", folder, names[revoked]);
        str_format(place.key, sizeof place.key, "%s/%s.key", folder, names[revoked]);
        str_copy(place.listen, sizeof place.listen, "127.0.0.1:0");
        serve(&place, true);
        CHECK(comes_in(&place, folder, NULL) == ERR_OK); /* who does not ask does not hear of it */
        CHECK(comes_in(&place, folder, "ca.crl") == (revoked ? ERR_OFFLINE : ERR_OK));
        CHECK(comes_in(&place, folder, "two.crl") == (revoked ? ERR_OFFLINE : ERR_OK));
        CHECK(comes_in(&place, folder, "other.crl") == ERR_OFFLINE);
        CHECK(comes_in(&place, folder, "no-such.crl") == ERR_OFFLINE);
        if (revoked)
            close_place(&place);
        else
            kill_place(&place);
    }
}
