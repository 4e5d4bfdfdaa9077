/* core/hall/main.c: loketd. Reads the command line and starts what is asked. */
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/log.h"
#include "core/base/seal.h"
#include "core/hall/audit_heads.h"
#include "core/hall/backup.h"
#include "core/hall/backup_sealed.h"
#include "core/hall/catalogues.h"
#include "core/hall/courier.h"
#include "core/hall/demo.h"
#include "core/hall/door.h"
#include "core/hall/export.h"
#include "core/hall/listing.h"
#include "core/hall/move_store.h"
#include "core/hall/options.h"
#include "core/hall/partner_verbs.h"
#include "core/hall/people.h"
#include "core/hall/person_verbs.h"
#include "core/hall/practice.h"
#include "core/hall/rehearse.h"
#include "core/hall/serve.h"
#include "core/hall/trips.h"
#include "core/hall/verify.h"

enum { STATUS_DONE, STATUS_FAILED, STATUS_USAGE };

static enum err help(const struct hall_options *options, struct err_info *info)
{
    (void)options, (void)info;
    fputs(hall_options_usage(), stdout);
    return ERR_OK;
}

static enum err version(const struct hall_options *options, struct err_info *info)
{
    (void)options, (void)info;
    puts("loketd " LOKET_VERSION);
    return ERR_OK;
}

static enum err init(const struct hall_options *options, struct err_info *info)
{
    if (options->from)
        return trips_init(options, info);
    const struct setup setup = {
        .data = options->data, .code = options->hall, .name = options->name, .timezone = options->timezone};
    struct pack pack = {0};
    struct db *db = NULL;
    enum err err = setup_pack(options->pack, &pack, info);
    if (err == ERR_OK)
        err = setup_hall(&setup, &pack, &db, info);
    if (err == ERR_OK)
        printf(
            "The hall %s is set up in %s with %d services. Next: loketd user add, loketd counter add, loketd "
            "serve.\n",
            options->hall, options->data, pack.service_count);
    pack_free(&pack);
    db_close(&db);
    return err;
}

static bool number_of(const char *text, int *number)
{
    char *end;
    long value = text ? strtol(text, &end, 10) : 0;
    *number = (int)value;
    return !text || (*text && !*end && value >= 1 && value <= 1000000);
}

static enum err serve(const struct hall_options *options, struct err_info *info)
{
    int connections, by_address;
    if (!number_of(options->connections, &connections) || !number_of(options->by_address, &by_address))
        return err_set(info, ERR_USAGE,
                       "--connections and --per-address are numbers from 1, such as 12000 and 512.");
    const char *said = getenv("LOKET_PLAIN_HTTP"); /* the second time */
    const struct serve_options serve = {.data = options->data,
                                        .listen = options->listen,
                                        .tls_cert_file = options->tls_cert,
                                        .tls_key_file = options->tls_key,
                                        .client_ca_file = options->client_ca,
                                        .client_crl_file = options->client_crl,
                                        .client_ca_optional = options->client_ca_optional,
                                        .factor_key_file = options->factor_key,
                                        .plain = options->plain_http && said && str_equal(said, "yes"),
                                        .stop_fd = -1,
                                        .connections = connections,
                                        .by_address = by_address,
                                        .announce = stdout};
    enum err err = ERR_OK;
    if (!options->tls_cert != !options->tls_key)
        err = err_set(info, ERR_USAGE, "--tls-cert and --tls-key belong together: name both files.");
    else if ((options->client_ca && !options->tls_cert) ||
             ((options->client_crl || options->client_ca_optional) && !options->client_ca))
        err = err_set(
            info, ERR_USAGE,
            "Workstations show a certificate within TLS: --client-ca needs --tls-cert and --tls-key, and "
            "--client-crl and --client-ca-optional need --client-ca.");
    if (err == ERR_OK)
        err = log_open(options->log, info);
    return err == ERR_OK ? serve_run(&serve, info) : err;
}

static enum err practice(const struct hall_options *options, struct err_info *info)
{
    return practice_run(options, info);
}

/* Before the copy, which so has it. */
static enum err note_backup(const struct hall_options *options, struct err_info *info)
{
    struct json *request = json_new_object(), *answer = NULL;
    json_set_text(request, "do", "hall.backup");
    json_set_bool(request, "sealed", options->seal != NULL);
    enum err err = door_ask(options->data, request, &answer, info);
    json_free(&request);
    json_free(&answer);
    return err;
}

/* A hall that cannot write any more needs its backup most: that one is made without the line, and says so. */
static enum err backup(const struct hall_options *options, struct err_info *info)
{
    int64_t rev = 0;
    struct err_info own = {0};
    enum err noted = note_backup(options, &own),
             err = options->seal
                       ? backup_make_sealed(options->data, options->argument, options->seal, &rev, info)
                       : backup_make(options->data, options->argument, &rev, info);
    if (err == ERR_OK)
        printf("The hall in %s stands in %s up to change %lld.\n", options->data, options->argument,
               (long long)rev);
    if (err == ERR_OK && noted != ERR_OK)
        fprintf(stderr, "loketd: The audit has no line of this backup: %s\n", own.text);
    return err;
}

static enum err restore(const struct hall_options *options, struct err_info *info)
{
    char *kept = NULL;
    int64_t rev = 0;
    enum err err;
    if (options->unseal)
        err = backup_restore_sealed(options->data, options->argument, options->unseal, &kept, &rev, info);
    else if (seal_is_sealed(options->argument))
        err = err_set(info, ERR_USAGE,
                      "%s is sealed: name the file of its secret by --unseal. Nothing was changed.",
                      options->argument);
    else
        err = backup_restore(options->data, options->argument, &kept, &rev, info);
    if (err == ERR_OK)
        printf(
            "The hall in %s is as %s has it, up to change %lld. Workstations will send again what is newer."
            "%s%s\n",
            options->data, options->argument, (long long)rev,
            kept                           ? " What was there before is kept as "
            : db_is_address(options->data) ? " What was there before is not kept."
                                           : "",
            kept ? kept : "");
    free(kept);
    return err;
}

/* --- the audit's heads --- */

static void cell_day(const struct json *row, char out[LIST_CELL])
{
    list_member(row, "day", out);
}
static void cell_line(const struct json *row, char out[LIST_CELL])
{
    str_format(out, LIST_CELL, "%lld", (long long)json_int(row, "rev", 0));
}
static void cell_hash(const struct json *row, char out[LIST_CELL])
{
    list_member(row, "hash", out);
}

static enum err heads(const struct hall_options *options, struct err_info *info)
{
    static const struct list_column columns[] = {{"DAY", cell_day}, {"LINE", cell_line}, {"HASH", cell_hash}};
    struct json *request = json_new_object(), *answer = NULL;
    json_set_text(request, "do", "audit.heads");
    enum err err = door_ask(options->data, request, &answer, info);
    if (err == ERR_OK)
        list_print(options->json, columns, sizeof columns / sizeof *columns, answer);
    json_free(&request);
    json_free(&answer);
    return err;
}

/* A few lines, or a journal of years. */
static enum err read_kept(const char *path, struct buf *text, struct err_info *info)
{
    enum { KEPT_MAX = 64 * 1024 * 1024 };
    char part[16 * 1024];
    size_t got;
    FILE *file = fopen(path, "rbe");
    if (!file)
        return err_set(info, ERR_USAGE, "%s cannot be read: %m.", path);
    while (text->length <= KEPT_MAX && (got = fread(part, 1, sizeof part, file)) > 0)
        buf_add(text, part, got);
    bool whole = !ferror(file) && text->length <= KEPT_MAX;
    fclose(file);
    return whole ? ERR_OK : err_set(info, ERR_USAGE, "%s cannot be read, or is larger than 64 MiB.", path);
}

static enum err compare_heads(struct db *db, const char *path, struct err_info *info)
{
    struct buf text = {0};
    int count = 0;
    enum err err = read_kept(path, &text, info);
    if (err == ERR_OK)
        err = audit_heads_compare(db, buf_text(&text), &count, info);
    if (err == ERR_OK)
        printf("Heads of its audit that were kept: %d, all there and unchanged.\n", count);
    buf_free(&text);
    return err;
}

static enum err verify(const struct hall_options *options, struct err_info *info)
{
    struct verified done = {0};
    struct db *db = NULL;
    enum err err = store_open(&db, options->data, false, info);
    if (err == ERR_OK)
        err = verify_store(db, &done, info);
    if (err == ERR_OK && options->heads)
        err = compare_heads(db, options->heads, info);
    if (err == ERR_OK)
        printf("The hall in %s is whole: %lld changes, %lld audit lines, %lld rows, %lld answers.\n",
               options->data, (long long)done.changes, (long long)done.audit, (long long)done.rows,
               (long long)done.results);
    if (err == ERR_OK && done.unsealed > 0)
        printf("%lld erasures of persons were done by an older Loket, which did not seal which rows they "
               "took: that nothing else was taken with them is not proved.\n",
               (long long)done.unsealed);
    if (err == ERR_OK && done.unsealed_changes > 0)
        printf("The first %lld changes were shortened by an older Loket, which did not seal whose rows they "
               "held: "
               "that none of those was hidden by another is not proved.\n",
               (long long)done.unsealed_changes);
    db_close(&db);
    return err;
}

static enum err read_queue(struct json **queue, struct err_info *info)
{
    enum { QUEUE_MAX = 16 * 1024 * 1024 };
    struct buf text = {0};
    struct err_info own = {0};
    char part[16 * 1024];
    size_t got;
    while (text.length <= QUEUE_MAX && (got = fread(part, 1, sizeof part, stdin)) > 0)
        buf_add(&text, part, got);
    enum err err = text.length > QUEUE_MAX
                       ? err_set(info, ERR_TOO_LARGE, "The queue on standard input is larger than 16 MiB.")
                       : json_parse(buf_text(&text), text.length, queue, &own);
    if (err != ERR_OK && !info->text[0])
        err_set(info, err, "The queue on standard input is not JSON: %s", own.text);
    buf_free(&text);
    return err;
}

static enum err rehearse_stdin(const struct hall_options *options, struct err_info *info)
{
    enum rule_kind kind;
    struct json *queue = NULL, *out = NULL;
    if (!rule_find(options->rule, &kind))
        return err_set(info, ERR_USAGE, "--rule is fifo, priority, weighted or appointments, not \"%s\".",
                       options->rule);
    enum err err = read_queue(&queue, info);
    if (err == ERR_OK)
        err = rehearse(kind, queue, &out, info);
    if (err == ERR_OK) {
        char *text = json_print(out);
        puts(text);
        free(text);
    }
    json_free(&queue);
    json_free(&out);
    return err;
}

static enum err run(const struct hall_options *options, struct err_info *info)
{
    static enum err (*const verbs[])(const struct hall_options *options, struct err_info *info) = {
        [HALL_HELP] = help,
        [HALL_VERSION] = version,
        [HALL_INIT] = init,
        [HALL_SERVE] = serve,
        [HALL_PRACTICE] = practice,
        [HALL_USER_ADD] = people_user_add,
        [HALL_USER_LIST] = people_user_list,
        [HALL_USER_CHANGE] = people_user_change,
        [HALL_USER_DISABLE] = people_user_disable,
        [HALL_USER_ENABLE] = people_user_enable,
        [HALL_USER_PASSWORD] = people_user_password,
        [HALL_USER_SIGN_OUT] = people_user_sign_out,
        [HALL_USER_SESSIONS] = people_user_sessions,
        [HALL_USER_NO_FACTOR] = people_user_no_factor,
        [HALL_COUNTER_ADD] = people_counter_add,
        [HALL_COUNTER_CHANGE] = people_counter_change,
        [HALL_COUNTER_DISABLE] = people_counter_disable,
        [HALL_COUNTER_ENABLE] = people_counter_enable,
        [HALL_COUNTER_LIST] = people_counter_list,
        [HALL_EXPORT_CASES] = export_cases,
        [HALL_PERSON_EXPORT] = person_verb_export,
        [HALL_PERSON_ERASE] = person_verb_erase,
        [HALL_KEY_ADD] = partner_key_add,
        [HALL_KEY_LIST] = partner_key_list,
        [HALL_KEY_REVOKE] = partner_key_revoke,
        [HALL_WEBHOOK_ADD] = partner_webhook_add,
        [HALL_WEBHOOK_LIST] = partner_webhook_list,
        [HALL_WEBHOOK_REMOVE] = partner_webhook_remove,
        [HALL_DELIVER] = courier_run,
        [HALL_IMPORT] = catalogues_import,
        [HALL_EXPORT] = catalogues_export,
        [HALL_BACKUP] = backup,
        [HALL_RESTORE] = restore,
        [HALL_SEAL_KEY] = seal_key,
        [HALL_HEADS] = heads,
        [HALL_VERIFY] = verify,
        [HALL_MOVE] = move_store,
        [HALL_DEPART] = trips_depart,
        [HALL_PARCEL] = trips_parcel,
        [HALL_MERGE] = trips_merge,
        [HALL_RECALL] = trips_recall,
        [HALL_REHEARSE] = rehearse_stdin,
        [HALL_DEMO_LIST] = demo_list,
        [HALL_DEMO_RUN] = demo_run,
    };
    return verbs[options->verb](options, info);
}

int main(int argc, char **argv)
{
    struct err_info info = {0};
    struct hall_options options;
    setlocale(LC_CTYPE, "");
    signal(SIGPIPE, SIG_IGN); /* who asked may be gone before the answer */
    enum err err = hall_options_parse(argc, argv, &options, &info);
    if (err == ERR_OK)
        err = run(&options, &info);
    if (err == ERR_OK && fflush(stdout) != 0)
        err = err_set(&info, ERR_DISK, "The answer cannot be written to standard output: %m.");
    if (err != ERR_OK)
        fprintf(stderr, "loketd: %s\n", info.text[0] ? info.text : err_text(err));
    log_close();
    return err == ERR_OK ? STATUS_DONE : err == ERR_USAGE ? STATUS_USAGE : STATUS_FAILED;
}
