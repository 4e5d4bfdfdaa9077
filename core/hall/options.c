/* core/hall/options.c: see options.h. */
#include "core/hall/options.h"

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/str.h"
#include "core/db/db.h"

static const char default_data[] = "/var/lib/loket";

/* These take a value; those of flags do not. */
#define OPTION_LIST(X)                            \
    X(DATA, "--data", data)                       \
    X(HALL, "--hall", hall)                       \
    X(NAME, "--name", name)                       \
    X(PACK, "--pack", pack)                       \
    X(TIMEZONE, "--timezone", timezone)           \
    X(DB, "--db", db)                             \
    X(LISTEN, "--listen", listen)                 \
    X(CERT, "--tls-cert", tls_cert)               \
    X(KEY, "--tls-key", tls_key)                  \
    X(CLIENT_CA, "--client-ca", client_ca)        \
    X(CLIENT_CRL, "--client-crl", client_crl)     \
    X(LOG, "--log", log)                          \
    X(LOGIN, "--login", login)                    \
    X(ROLES, "--roles", roles)                    \
    X(AGENCY, "--agency", agency)                 \
    X(PASSWORD, "--password-file", password_file) \
    X(QUEUES, "--queues", queues)                 \
    X(FORMAT, "--format", format)                 \
    X(RULE, "--rule", rule)                       \
    X(SEED, "--seed", seed)                       \
    X(DAYS, "--days", days)                       \
    X(CLERKS, "--clerks", clerks)                 \
    X(USERS_FD, "--users-fd", users_fd)           \
    X(DEMO, "--demo", scenario)                   \
    X(TO, "--to", to)                             \
    X(FROM, "--from", from)                       \
    X(USERS, "--users", users)                    \
    X(UNTIL, "--until", until)                    \
    X(URL, "--url", url)                          \
    X(SCOPE, "--scope", scope)                    \
    X(SERVICES, "--services", services)           \
    X(AFTER, "--after", after)                    \
    X(REASON, "--reason", reason)                 \
    X(CONFIRM, "--confirm", confirm)              \
    X(CONNECTIONS, "--connections", connections)  \
    X(BY_ADDRESS, "--per-address", by_address)    \
    X(SEAL, "--seal", seal)                       \
    X(UNSEAL, "--unseal", unseal)                 \
    X(HEADS, "--heads", heads)                    \
    X(FACTOR_KEY, "--factor-key", factor_key)

enum option {
#define X(id, text, member) OPTION_##id,
    OPTION_LIST(X)
#undef X
        OPTION_COUNT
};
static const struct {
    const char *text;
    size_t member;
} options_known[] = {
#define X(id, text, member) {text, offsetof(struct hall_options, member)},
    OPTION_LIST(X)
#undef X
};

#define BIT(id)      (UINT64_C(1) << OPTION_##id)
#define JSON_BIT     (UINT64_C(1) << OPTION_COUNT)
#define DRY_BIT      (UINT64_C(1) << (OPTION_COUNT + 1))
#define KEEP_BIT     (UINT64_C(1) << (OPTION_COUNT + 2))
#define UNMASKED_BIT (UINT64_C(1) << (OPTION_COUNT + 3))
#define FIRST_BIT    (UINT64_C(1) << (OPTION_COUNT + 4))
#define PLAIN_BIT    (UINT64_C(1) << (OPTION_COUNT + 5))
#define CA_MAY_BIT   (UINT64_C(1) << (OPTION_COUNT + 6))
#define LINE_BIT     (UINT64_C(1) << (OPTION_COUNT + 7))
static const struct {
    const char *text;
    size_t member;
    uint64_t bit;
} flags[] = {
    {"--json", offsetof(struct hall_options, json), JSON_BIT},
    {"--dry-run", offsetof(struct hall_options, dry_run), DRY_BIT},
    {"--keep-good", offsetof(struct hall_options, keep_good), KEEP_BIT},
    {"--unmasked", offsetof(struct hall_options, unmasked), UNMASKED_BIT},
    {"--first", offsetof(struct hall_options, first), FIRST_BIT},
    {"--plain-http", offsetof(struct hall_options, plain_http), PLAIN_BIT},
    {"--client-ca-optional", offsetof(struct hall_options, client_ca_optional), CA_MAY_BIT},
    {"--plain-db", offsetof(struct hall_options, plain_db), LINE_BIT},
};
enum { FLAG_COUNT = sizeof flags / sizeof *flags };
static const struct verb {
    const char *first, *second; /* second NULL: a verb of one word */
    enum hall_verb verb;
    uint64_t allowed, needed;
    const char *argument; /* what stands behind the verb, NULL: nothing */
    const char *usage;
} verbs[] = {
    {"init", NULL, HALL_INIT, BIT(DATA) | BIT(FROM), BIT(FROM), NULL, "init --data DIR --from FILE"},
    {"init", NULL, HALL_INIT, BIT(DATA) | BIT(HALL) | BIT(NAME) | BIT(PACK) | BIT(TIMEZONE) | BIT(DB),
     BIT(HALL) | BIT(NAME) | BIT(PACK), NULL,
     "init --data DIR --hall CODE --name NAME --pack az|id [--timezone TZ]"},
    {"serve", NULL, HALL_SERVE,
     BIT(DATA) | BIT(LISTEN) | BIT(DB) | BIT(CERT) | BIT(KEY) | BIT(CLIENT_CA) | BIT(CLIENT_CRL) | BIT(LOG) |
         BIT(CONNECTIONS) | BIT(BY_ADDRESS) | BIT(FACTOR_KEY) | PLAIN_BIT | CA_MAY_BIT,
     BIT(LISTEN), NULL,
     "serve --data DIR --listen HOST:PORT [--tls-cert F --tls-key F] [--client-ca F [--client-crl F]] [--log "
     "FILE] [--connections N] [--per-address N] [--factor-key FILE]"},
    {"practice", NULL, HALL_PRACTICE, BIT(DATA) | BIT(DB) | BIT(PACK) | BIT(SEED) | BIT(USERS_FD) | BIT(DEMO),
     BIT(DATA) | BIT(PACK), NULL,
     "practice --data DIR --pack az|id [--db postgres://…] [--demo SCENARIO] [--seed N]"},
    {"user", "add", HALL_USER_ADD,
     BIT(DATA) | BIT(LOGIN) | BIT(NAME) | BIT(ROLES) | BIT(AGENCY) | BIT(PASSWORD) | FIRST_BIT,
     BIT(LOGIN) | BIT(ROLES), NULL,
     "user add --data DIR --login L --name N --roles "
     "clerk,reception,supervisor,trainer,approver,administrator"
     " [--agency A] --password-file F [--first]"},
    {"user", "list", HALL_USER_LIST, BIT(DATA) | JSON_BIT, 0, NULL, "user list --data DIR [--json]"},
    {"user", "disable", HALL_USER_DISABLE, BIT(DATA) | BIT(LOGIN), BIT(LOGIN), NULL,
     "user disable --data DIR --login L"},
    {"user", "password", HALL_USER_PASSWORD, BIT(DATA) | BIT(LOGIN) | BIT(PASSWORD) | FIRST_BIT, BIT(LOGIN),
     NULL, "user password --data DIR --login L --password-file F [--first]"},
    {"user", "sign-out", HALL_USER_SIGN_OUT, BIT(DATA) | BIT(LOGIN), BIT(LOGIN), NULL,
     "user sign-out --data DIR --login L"},
    {"user", "sessions", HALL_USER_SESSIONS, BIT(DATA) | BIT(LOGIN) | JSON_BIT, BIT(LOGIN), NULL,
     "user sessions --data DIR --login L [--json]"},
    {"user", "no-factor", HALL_USER_NO_FACTOR, BIT(DATA) | BIT(LOGIN), BIT(LOGIN), NULL,
     "user no-factor --data DIR --login L"},
    {"user", "change", HALL_USER_CHANGE, BIT(DATA) | BIT(LOGIN) | BIT(NAME) | BIT(ROLES) | BIT(AGENCY),
     BIT(LOGIN), NULL, "user change --data DIR --login L [--name N] [--roles R,…] [--agency A]"},
    {"user", "enable", HALL_USER_ENABLE, BIT(DATA) | BIT(LOGIN), BIT(LOGIN), NULL,
     "user enable --data DIR --login L"},
    {"counter", "add", HALL_COUNTER_ADD, BIT(DATA) | BIT(NAME) | BIT(AGENCY) | BIT(QUEUES),
     BIT(NAME) | BIT(QUEUES), NULL, "counter add --data DIR --name N [--agency A] --queues Q,…"},
    {"counter", "list", HALL_COUNTER_LIST, BIT(DATA) | JSON_BIT, 0, NULL, "counter list --data DIR [--json]"},
    {"counter", "change", HALL_COUNTER_CHANGE, BIT(DATA) | BIT(NAME) | BIT(AGENCY) | BIT(QUEUES), 0,
     "COUNTER", "counter change --data DIR [--name N] [--agency A] [--queues Q,…] COUNTER"},
    {"counter", "disable", HALL_COUNTER_DISABLE, BIT(DATA), 0, "COUNTER",
     "counter disable --data DIR COUNTER"},
    {"counter", "enable", HALL_COUNTER_ENABLE, BIT(DATA), 0, "COUNTER", "counter enable --data DIR COUNTER"},
    {"export-cases", NULL, HALL_EXPORT_CASES, BIT(DATA) | BIT(FROM) | BIT(UNTIL) | BIT(AGENCY) | UNMASKED_BIT,
     0, "[FILE]", "export-cases --data DIR [--from DAY] [--until DAY] [--agency A] [--unmasked] [FILE]"},
    {"person", "export", HALL_PERSON_EXPORT, BIT(DATA) | BIT(REASON) | BIT(TO), BIT(REASON), "PERSON",
     "person export PERSON --data DIR --reason TEXT [--to FILE]"},
    {"person", "erase", HALL_PERSON_ERASE, BIT(DATA) | BIT(REASON) | BIT(CONFIRM), BIT(REASON), "PERSON",
     "person erase PERSON --data DIR --reason TEXT [--confirm CODE]"},
    {"key", "add", HALL_KEY_ADD, BIT(DATA) | BIT(AGENCY) | BIT(NAME) | BIT(SCOPE) | BIT(SERVICES) | JSON_BIT,
     0, NULL,
     "key add --data DIR --agency A [--name N] [--scope read|apply|figures] [--services S,…] [--json]"},
    {"key", "list", HALL_KEY_LIST, BIT(DATA) | JSON_BIT, 0, NULL, "key list --data DIR [--json]"},
    {"key", "revoke", HALL_KEY_REVOKE, BIT(DATA), 0, "KEY", "key revoke --data DIR KEY"},
    {"webhook", "add", HALL_WEBHOOK_ADD, BIT(DATA) | BIT(AGENCY) | BIT(URL) | BIT(AFTER) | JSON_BIT,
     BIT(AGENCY) | BIT(URL), NULL, "webhook add --data DIR --agency A --url URL [--after PLACE] [--json]"},
    {"webhook", "list", HALL_WEBHOOK_LIST, BIT(DATA) | JSON_BIT, 0, NULL, "webhook list --data DIR [--json]"},
    {"webhook", "remove", HALL_WEBHOOK_REMOVE, BIT(DATA), 0, "WEBHOOK", "webhook remove --data DIR WEBHOOK"},
    {"deliver", NULL, HALL_DELIVER, BIT(DATA) | BIT(LOG), 0, NULL, "deliver --data DIR [--log FILE]"},
    {"import-catalogue", NULL, HALL_IMPORT, BIT(DATA) | BIT(AGENCY) | DRY_BIT | KEEP_BIT | JSON_BIT, 0,
     "FILE", "import-catalogue FILE --data DIR [--dry-run] [--keep-good] [--agency A] [--json]"},
    {"export-catalogue", NULL, HALL_EXPORT, BIT(DATA) | BIT(FORMAT), BIT(FORMAT), NULL,
     "export-catalogue --format jsonld|json --data DIR"},
    {"backup", NULL, HALL_BACKUP, BIT(DATA) | BIT(SEAL), 0, "FILE", "backup --data DIR [--seal KEY] FILE"},
    {"restore", NULL, HALL_RESTORE, BIT(DATA) | BIT(UNSEAL), 0, "FILE",
     "restore --data DIR [--unseal FILE] FILE"},
    {"seal-key", NULL, HALL_SEAL_KEY, 0, 0, "FILE", "seal-key FILE"},
    {"heads", NULL, HALL_HEADS, BIT(DATA) | JSON_BIT, 0, NULL, "heads --data DIR [--json]"},
    {"verify", NULL, HALL_VERIFY, BIT(DATA) | BIT(HEADS), 0, NULL, "verify --data DIR [--heads FILE]"},
    {"move", NULL, HALL_MOVE, BIT(FROM) | BIT(TO), BIT(FROM) | BIT(TO), NULL,
     "move --from DIR|postgres://… --to postgres://…|DIR"},
    {"depart", NULL, HALL_DEPART, BIT(DATA) | BIT(TO) | BIT(NAME) | BIT(QUEUES) | BIT(USERS),
     BIT(TO) | BIT(NAME) | BIT(QUEUES) | BIT(USERS), "FILE",
     "depart --data DIR --to CODE --name NAME --queues Q,… --users L,… FILE"},
    {"parcel", NULL, HALL_PARCEL, BIT(DATA), 0, "FILE", "parcel --data DIR FILE"},
    {"merge", NULL, HALL_MERGE, BIT(DATA) | BIT(FROM), 0, "FILE", "merge --data DIR [--from FILE] FILE"},
    {"recall", NULL, HALL_RECALL, BIT(DATA) | BIT(QUEUES), BIT(QUEUES), NULL,
     "recall --data DIR --queues Q,…"},
    {"rehearse", NULL, HALL_REHEARSE, BIT(RULE), BIT(RULE), NULL,
     "rehearse --rule fifo|priority|weighted|appointments < QUEUE.json"},
    {"demo", "list", HALL_DEMO_LIST, JSON_BIT, 0, NULL, "demo list"},
    {"demo", "run", HALL_DEMO_RUN, BIT(SEED) | BIT(DAYS) | BIT(PACK) | BIT(CLERKS) | BIT(DB) | JSON_BIT,
     BIT(SEED), "SCENARIO",
     "demo run SCENARIO --seed N [--days N] [--pack az|id] [--clerks N,…] [--db postgres://…] [--json]"},
};
enum { VERB_COUNT = sizeof verbs / sizeof *verbs };

const char *hall_options_usage(void)
{
    return "Usage: loketd init     --data DIR --hall CODE --name NAME --pack az|id [--timezone TZ]\n"
           "       loketd serve    --data DIR --listen HOST:PORT [--tls-cert F --tls-key F] [--log FILE]\n"
           "                       [--client-ca F [--client-crl F] [--client-ca-optional]]\n"
           "                       [--connections N]   at most; 12000\n"
           "                       [--per-address N]   of them from one address without a sign-in; 512\n"
           "                       [--factor-key FILE]   of second factors; DIR/factor.key\n"
           "       loketd user     add|list|disable|password|change|enable|sign-out|sessions|no-factor\n"
           "                       --data DIR\n"
           "                       [--login L --name N --roles R,… --agency A] [--password-file F "
           "[--first]]\n"
           "                       --first: a password of their own is asked for when they sign in\n"
           "       loketd counter  add|list|change|disable|enable --data DIR [--name N --agency A\n"
           "                       --queues Q,…] [COUNTER]\n"
           "       loketd export-cases --data DIR [--from DAY] [--until DAY] [--agency A] [--unmasked] "
           "[FILE]\n"
           "                       the applications as JSON Lines, without what is sensitive unless asked\n"
           "       loketd person   export|erase PERSON --data DIR --reason TEXT [--to FILE | --confirm "
           "CODE]\n"
           "                       what the hall holds of one person, by identity, FIN or NIK; gone when\n"
           "                       the code of its plan is said\n"
           "       loketd key      add|list|revoke --data DIR [--agency A --name N --scope\n"
           "                       read|apply|figures] [KEY]   by which an agency's own system reads its "
           "events,\n"
           "                       and loket halls this hall's figures\n"
           "       loketd webhook  add|list|remove --data DIR [--agency A --url URL] [WEBHOOK]\n"
           "       loketd deliver  --data DIR [--log FILE]   sends events to those addresses, beside serve\n"
           "       loketd import-catalogue FILE --data DIR [--dry-run] [--keep-good] [--agency A] [--json]\n"
           "                       services as JSON, JSON-LD, a list of the ZMS family or a tab-separated "
           "one\n"
           "       loketd export-catalogue --format json|jsonld --data DIR\n"
           "       loketd backup   --data DIR [--seal KEY] FILE    the hall as it is now, in one file\n"
           "       loketd restore  --data DIR [--unseal FILE] FILE   puts such a file in place\n"
           "       loketd seal-key FILE   a secret into FILE, and the KEY that backups are sealed with\n"
           "       loketd verify   --data DIR [--heads FILE]   audit chain, digests, invariants; and "
           "whether\n"
           "                       heads that were kept are still there\n"
           "       loketd heads    --data DIR [--json]  the audit's last line as each day ended: keep it "
           "elsewhere\n"
           "       loketd move     --from DIR --to postgres://…, or back   every row, proved the same in "
           "both\n"
           "       loketd depart   --data DIR --to CODE --name NAME --queues Q,… --users L,… FILE\n"
           "                       a bus leaves with queues and people; FILE is for its laptop\n"
           "       loketd init     --data DIR --from FILE   the mobile hall, on the laptop\n"
           "       loketd parcel   --data DIR FILE      everything that the bus did, for its return\n"
           "       loketd merge    --data DIR [--from FILE] FILE  takes such a file in, at home\n"
           "       loketd recall   --data DIR --queues Q,…  takes queues back without their bus\n"
           "       loketd rehearse --rule fifo|priority|weighted|appointments < QUEUE.json\n"
           "       loketd demo     list | run SCENARIO --seed N [--days N] [--pack az|id] [--clerks N,…] "
           "[--json]\n"
           "                       whole simulated days; with fewer clerks: what waiting would become;\n"
           "                       of several numbers of clerks: each beside the others; with --db\n"
           "                       postgres://… in a schema of that database, made for the run\n"
           "       loketd --version | --help\n"
           "Of a hall in PostgreSQL all but practice and move take --db postgres://USER@HOST/DATABASE in "
           "place\n"
           "of --data DIR, also while it is served; verify and restore want it alone. A server elsewhere "
           "needs\n"
           "sslmode=verify-full in its address, or --plain-db and LOKET_PLAIN_DB=yes.\n"
           "DIR is /var/lib/loket when --data is not given. --listen HOST:0 takes a free port.\n"
           "A password never stands on a command line: --password-file F, or - for standard input.\n"
           "Details: man loketd.\n";
}

/* --- words --- */

struct words {
    const char *word[3]; /* the verb's, then its argument */
    int count;
    uint64_t given;
};

/* "--data DIR" or "--data=DIR"; *used counts the arguments. */
static enum err take_option(int argc, char **argv, int at, struct hall_options *options, struct words *words,
                            int *used, struct err_info *info)
{
    const char *text = argv[at];
    *used = 1;
    for (int i = 0; i < FLAG_COUNT; i++) {
        if (!str_equal(text, flags[i].text))
            continue;
        *(bool *)((char *)options + flags[i].member) = true;
        words->given |= flags[i].bit;
        return ERR_OK;
    }
    for (int i = 0; i < OPTION_COUNT; i++) {
        const char *name = options_known[i].text, *value = NULL;
        size_t length = strlen(name);
        if (strncmp(text, name, length) != 0 || (text[length] != '\0' && text[length] != '='))
            continue;
        if (text[length] == '=')
            value = text + length + 1;
        else if (at + 1 < argc)
            value = argv[at + 1];
        *used = text[length] == '=' ? 1 : 2;
        if (!value)
            return err_set(info, ERR_USAGE, "%s needs a value; see loketd --help", name);
        memcpy((char *)options + options_known[i].member, &value, sizeof value);
        words->given |= UINT64_C(1) << i;
        return ERR_OK;
    }
    return err_set(info, ERR_USAGE, "%s is not an option of loketd; see loketd --help", text);
}

static enum err take_word(const char *text, struct words *words, struct err_info *info)
{
    if (words->count == 3)
        return err_set(info, ERR_USAGE, "\"%s\" is one word too many; see loketd --help", text);
    words->word[words->count++] = text;
    return ERR_OK;
}

/* --- the verb --- */

/* init is two: from a pack, or from a parcel. */
static bool is_meant(const struct verb *verb, const struct words *words)
{
    return verb->needed != BIT(FROM) || words->given & BIT(FROM);
}

static const struct verb *find_verb(const struct words *words, bool *half)
{
    *half = false;
    for (int i = 0; i < VERB_COUNT; i++) {
        if (!str_equal(verbs[i].first, words->word[0]) || !is_meant(&verbs[i], words))
            continue;
        if (!verbs[i].second || str_equal(verbs[i].second, words->word[1]))
            return &verbs[i];
        *half = true;
    }
    return NULL;
}

static enum err unknown_verb(const struct words *words, bool half, struct err_info *info)
{
    if (words->count == 0)
        return err_set(info, ERR_USAGE, "say what to do; see loketd --help");
    if (!half)
        return err_set(info, ERR_USAGE, "%s is not a command of loketd; see loketd --help", words->word[0]);
    struct buf list = {0};
    for (int i = 0; i < VERB_COUNT; i++)
        if (str_equal(verbs[i].first, words->word[0]))
            buf_addf(&list, "%s%s", list.length ? ", " : "", verbs[i].second);
    enum err err = err_set(info, ERR_USAGE, "loketd %s takes one of: %s", words->word[0], buf_text(&list));
    buf_free(&list);
    return err;
}

static const char *option_name(uint64_t bits)
{
    for (int i = 0; i < OPTION_COUNT; i++)
        if (bits & (UINT64_C(1) << i))
            return options_known[i].text;
    for (int i = 0; i < FLAG_COUNT; i++)
        if (bits & flags[i].bit)
            return flags[i].text;
    return "";
}

/* These work on a hall in PostgreSQL, too; the others on a folder and its files alone. */
static uint64_t allowed_of(const struct verb *verb)
{
    static const char *const either[] = {"serve",
                                         "user",
                                         "counter",
                                         "key",
                                         "webhook",
                                         "verify",
                                         "import-catalogue",
                                         "export-catalogue",
                                         "backup",
                                         "restore",
                                         "export-cases",
                                         "deliver",
                                         "init",
                                         "depart",
                                         "parcel",
                                         "merge",
                                         "recall",
                                         "person",
                                         "heads"};
    for (size_t i = 0; i < sizeof either / sizeof *either; i++)
        if (str_equal(verb->first, either[i]))
            return verb->allowed | BIT(DB) | LINE_BIT;
    return verb->allowed & BIT(DB) || verb->verb == HALL_MOVE ? verb->allowed | LINE_BIT : verb->allowed;
}

/* Everybody on a computer sees the command lines of all. */
static bool tells_password(const char *address)
{
    const char *user = strstr(address, "://"), *host = user ? strchr(user + 3, '@') : NULL;
    const char *colon = user ? strchr(user + 3, ':') : NULL;
    return (host && colon && colon < host) || strstr(address, "password=");
}

static enum err password_told(struct err_info *info)
{
    return err_set(info, ERR_USAGE,
                   "A password never stands on a command line: leave it out of the address and put it into "
                   "~/.pgpass, or into a file that PGPASSFILE names.");
}

/* Of what is given, what is an address of PostgreSQL. */
static enum err trust_line(const struct hall_options *options, const char *where, struct err_info *info)
{
    bool plain = options->plain_db && str_equal(getenv("LOKET_PLAIN_DB"), "yes"); /* the second time */
    return !where || !db_is_address(where) || plain ? ERR_OK : db_line(where, info);
}

static enum err trust_lines(const struct hall_options *options, struct err_info *info)
{
    const char *const all[] = {options->db, options->from, options->to};
    enum err err = ERR_OK;
    for (size_t i = 0; err == ERR_OK && i < sizeof all / sizeof *all; i++)
        err = trust_line(options, all[i], info);
    return err;
}

/* A hall is in a folder or at an address: both go by the name of data. A training hall has both. */
static enum err take_address(struct hall_options *options, const struct words *words, struct err_info *info)
{
    if (options->verb == HALL_MOVE && (tells_password(options->from) || tells_password(options->to)))
        return password_told(info);
    bool both = options->verb == HALL_PRACTICE; /* its folder keeps what belongs to its computer */
    if (!options->db)
        return ERR_OK;
    if (words->given & BIT(DATA) && !both)
        return err_set(info, ERR_USAGE, "--data and --db are two halls: name one.");
    if (!str_starts(options->db, "postgres://") && !str_starts(options->db, "postgresql://"))
        return err_set(info, ERR_USAGE, "--db is an address such as postgres://loket@host/halls.");
    if (tells_password(options->db))
        return password_told(info);
    if (!both)
        options->data = options->db;
    return ERR_OK;
}

static enum err check_verb(const struct verb *verb, const struct words *words, struct hall_options *options,
                           struct err_info *info)
{
    int verb_words = verb->second ? 2 : 1, arguments = words->count - verb_words;
    uint64_t wrong = words->given & ~allowed_of(verb), missing = verb->needed & ~words->given;
    options->verb = verb->verb;
    options->argument = arguments > 0 ? words->word[verb_words] : NULL;
    if (wrong)
        return err_set(info, ERR_USAGE, "%s does not belong to this command: loketd %s", option_name(wrong),
                       verb->usage);
    if (missing)
        return err_set(info, ERR_USAGE, "%s is missing: loketd %s", option_name(missing), verb->usage);
    if (arguments > (verb->argument ? 1 : 0))
        return err_set(info, ERR_USAGE, "\"%s\" is one word too many: loketd %s",
                       words->word[words->count - 1], verb->usage);
    if (verb->argument && verb->argument[0] != '[' && arguments == 0)
        return err_set(info, ERR_USAGE, "%s is missing: loketd %s", verb->argument, verb->usage);
    enum err err = take_address(options, words, info);
    return err == ERR_OK ? trust_lines(options, info) : err;
}

static bool is_help(const char *text)
{
    return str_equal(text, "--help") || str_equal(text, "-h") || str_equal(text, "help");
}

enum err hall_options_parse(int argc, char **argv, struct hall_options *options, struct err_info *info)
{
    struct words words = {0};
    bool half;
    *options = (struct hall_options){.verb = HALL_HELP, .data = default_data};
    for (int i = 1, used = 1; i < argc; i += used) {
        used = 1;
        if (is_help(argv[i]))
            return ERR_OK;
        if (str_equal(argv[i], "--version")) {
            options->verb = HALL_VERSION;
            return ERR_OK;
        }
        enum err err = argv[i][0] == '-' && argv[i][1]
                           ? take_option(argc, argv, i, options, &words, &used, info)
                           : take_word(argv[i], &words, info);
        if (err != ERR_OK)
            return err;
    }
    const struct verb *verb = find_verb(&words, &half);
    return verb ? check_verb(verb, &words, options, info) : unknown_verb(&words, half, info);
}
