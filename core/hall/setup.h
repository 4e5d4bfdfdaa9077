/* core/hall/setup.h: a hall is made from a country pack: its file, its one row, agencies, queues and services.
 * Everything is there or nothing. Knows no network. */
#pragma once
#include "core/catalogue/pack.h"
#include "core/hall/server_core.h"

struct setup {
    const char *data; /* folder; made with its parents */
    const char *code, *name;
    const char *timezone; /* NULL: the pack's */
    bool practice;
    int64_t now_ms; /* when it is made; 0: now */
};

/* A folder that came with the program and holds file: the one that variable of the environment names, else in_tree of the
 * tree that the program was built in, else share/loket/installed. The caller frees *folder. */
bool setup_folder(const char *variable, const char *in_tree, const char *installed, const char *file,
                  char **folder);
/* Where the pack of that id is: below $LOKET_PACKS, the tree that the program was built in, or the installed
 * ones. The caller frees *folder. */
enum err setup_pack_folder(const char *id, char **folder, struct err_info *info) MUST_USE;
enum err setup_pack(const char *id, struct pack *pack, struct err_info *info) MUST_USE;
/* ERR_CONFLICT: there is a hall already; nothing was changed. On ERR_OK *out is the store, open. */
enum err setup_hall(const struct setup *setup, const struct pack *pack, struct db **out,
                    struct err_info *info) MUST_USE;
/* A folder with an empty store, open, for a hall that is made otherwise. ERR_CONFLICT as above. */
enum err setup_store(const char *data, struct db **out, struct err_info *info) MUST_USE;

/* The hall's file for one command: opened, the zone set, a transaction begun; then done or undone. */
struct work {
    struct db *db;
    struct json *hall; /* its row; NULL while it is being set up */
    struct server_env env;
};
enum err work_open(struct work *work, const char *data, struct err_info *info) MUST_USE;
/* err ERR_OK commits; anything else undoes. Returns what came of it and closes. */
enum err work_close(struct work *work, enum err err, struct err_info *info) MUST_USE;
/* For changes of one's own: now and epoch, a transaction begun on work->db. */
enum err work_begin(struct work *work) MUST_USE;

/* The queue whose services hold id; NULL: none. */
const struct json *setup_queue_of(const struct pack *pack, const char *service);
