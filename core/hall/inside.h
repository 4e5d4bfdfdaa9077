/* core/hall/inside.h: what the files of the serving half share: one hall at work. Included by them alone. */
#pragma once
#include "core/hall/day.h"
#include "core/hall/factor.h"
#include "core/hall/hasher.h"
#include "core/hall/http.h"
#include "core/hall/metrics.h"
#include "core/hall/reads.h"
#include "core/hall/server_core.h"
#include "core/hall/session.h"
#include "core/hall/throttle.h"
#include "core/wire/which_hall.h"

struct admin_calls;
struct askers;
struct audit_check;
struct clocks;
struct event_waits;
struct figures;
struct leases;
struct others;
struct polls;
struct sign_ins;
struct tokens;
struct training;
struct writer;

struct hall {
    struct db *db;
    struct http *http;
    struct hasher *hasher;
    struct reads *reads;
    struct polls *polls;
    struct event_waits *event_waits;
    struct askers *askers;
    struct audit_check *audit_check;
    struct figures *figures;
    struct writer *writer;
    struct leases *leases;
    struct clocks *clocks;
    struct sign_ins *sign_ins;
    struct admin_calls *admin_calls;
    struct tokens *tokens;
    struct training *training; /* NULL: a real hall */
    struct others *others;     /* NULL: nobody else serves this hall */
    struct throttle throttle;
    struct metrics metrics;
    struct factor_key factor_key;
    struct hall_state state;  /* of the last commit: what readers are told */
    int64_t epoch;            /* that this process serves */
    int64_t wall_ms, mono_ms; /* of this turn of the loop */
    int64_t session_ms;       /* wall time since the start that nobody turns: sign-ins end by it */
    int64_t tick_ms;          /* monotonic: when leases and the day were looked at */
    int64_t forecast_quarter; /* of wall time: the last one that was looked at; 0: none since the start */
    struct day_clock day_clock;
    char code[64], name[200], day[DATE_TEXT];
    struct which_hall which;
    struct {
        bool put_down, decided, pending,
            queued;       /* decided: part of pending; queued: a slice is among the writes */
        int64_t again_ms; /* monotonic: not before */
    } imports;
    struct {
        bool pending, queued; /* persons of an older file are not all in the index yet */
        int64_t again_ms;     /* monotonic: not before */
        int64_t slices;       /* since the start */
    } indexing;
    struct {
        bool queued, whole; /* days that are over: a part is among the writes, none was due */
        int64_t again_ms;   /* monotonic: not looked for before */
        int64_t parts;      /* since the start */
    } book;
    struct {
        bool pending, queued; /* lines of an older file are not all in the index of the audit yet */
        int64_t again_ms;     /* monotonic: not before */
    } audit_reading;
    struct {
        bool queued;         /* one is among the writes */
        char day[DATE_TEXT]; /* of which they were looked through … */
        int64_t after;       /* … up to this line of the audit */
    } erasures;              /* person_overdue.h */
    struct {
        int64_t since_ms, more; /* monotonic: of this minute; calls of it that the log does not tell */
        int said;
    } refused;
    int64_t certificate_ms; /* until when the certificate holds, wall time; 0: plain http */
    bool peers_may_miss;    /* a workstation without a certificate is told of in the log and let in */
    bool practice, stopping;
    bool grouping;  /* a group of writes is open: what is read now is not yet committed */
    bool full;      /* the last write found no room: read only until one succeeds */
    enum err fatal; /* a store that cannot be trusted any more: the loop ends with it */
    char *openapi;  /* printed once */
};

struct server_env hall_env(const struct hall *hall);
