#!/bin/sh
# A hall that no one machine can take away, on one machine: three etcd, three PostgreSQL 15 under Patroni, HAProxy and two
# loketd, all in one folder and as an ordinary user. README.md tells what for.
#
#     cluster.sh start DIR      all of it, with a hall that has an administrator; says where it is
#     cluster.sh stop DIR       all of it; the rows stay in DIR
#     cluster.sh status DIR     who is primary, who is synchronous, who runs
#     cluster.sh store DIR      all but the hall: for who brings a hall of their own
#     cluster.sh serve DIR      the two loketd on it
#     cluster.sh unserve DIR    ends them: for `loketd verify`, which has a hall alone
#     cluster.sh well DIR       waits until a primary has its synchronous standby and all etcd are there
#     cluster.sh strike DIR primary|behind|loketd|etcd|cut|renew    what cluster_test.c does to it; all heals by itself
#     cluster.sh address DIR    the hall's address, for loketd --db
#
# LOKETD is the program (build/loketd), LOKET_CLUSTER_PORTS the first of a hundred free ports (21000). As root it goes on as
# the user postgres, for PostgreSQL refuses to be root.
set -eu
# shellcheck disable=SC1007 # CDPATH is emptied for this one command
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
LOKETD=${LOKETD:-$here/../../../build/loketd}
base=${LOKET_CLUSTER_PORTS:-21000}
bin=/usr/lib/postgresql/15/bin
PATH=$PATH:/usr/sbin # where Debian has haproxy

usage() {
    sed -n 's/^#     \(cluster\.sh.*\)/\1/p' "$0" >&2
    exit 2
}
[ $# -ge 2 ] || usage
task=$1 dir=$2
mkdir -p "$dir"
dir=$(cd "$dir" && pwd)
if [ "$(id -u)" -eq 0 ]; then
    chown postgres "$dir"
    export LOKETD LOKET_CLUSTER_PORTS="$base"
    shift 2
    exec setpriv --reuid postgres --regid postgres --init-groups "$here/cluster.sh" "$task" "$dir" "$@"
fi
cd "$dir"
umask 077

etcd_port() { echo $((base + $1)); }
peer_port() { echo $((base + 10 + $1)); }
pg_port() { echo $((base + 20 + $1)); }
rest_port() { echo $((base + 30 + $1)); }
store_port=$((base + 40))
hall_port=$((base + 80))
loketd_port() { echo $((base + 80 + $1)); }

export PGPASSFILE="$dir/pgpass"
address="postgres://loket@127.0.0.1:$store_port/loket?options=-csearch_path%3Dhall"

say() { echo "cluster: $*"; }
fail() {
    say "$*" >&2
    exit 1
}

# patience SECONDS WORD…: until the words are true.
patience() {
    until_s=$(($(date +%s) + $1))
    shift
    until "$@"; do
        [ "$(date +%s)" -lt "$until_s" ] || return 1
        sleep 0.2
    done
}

# --- a program that comes back, as a unit with Restart=always and RestartSec=1 does -----------------

alive() { [ -s "$1" ] && kill -0 "$(cat "$1" 2>/dev/null)" 2>/dev/null; }

# keep NAME WORD…: its number is in NAME.pid, its words are in NAME.log. One that runs already is left alone.
keep() {
    name=$1
    shift
    alive "$name.keeper" && return 0
    rm -f "$name.ended"
    # shellcheck disable=SC2016 # for the shell that is started
    setsid sh -c '
        name=$1
        shift
        echo $$ >"$name.keeper"
        while [ ! -e "$name.ended" ]; do
            "$@" </dev/null >>"$name.log" 2>&1 &
            echo $! >"$name.pid"
            wait $! || true
            [ -e "$name.ended" ] || sleep 1
        done
        rm -f "$name.pid" "$name.keeper"' keep "$name" "$@" </dev/null >/dev/null 2>&1 &
}

pid_of() { cat "$1.pid"; }
gone() { ! alive "$1.pid" && ! alive "$1.keeper"; }
signal() { alive "$2.pid" && kill "-$1" "$(pid_of "$2")" 2>/dev/null; }
end() {
    alive "$1.keeper" || return 0
    : >"$1.ended"
    signal CONT "$1" || true
    signal TERM "$1" || true
    patience 30 gone "$1" || signal KILL "$1" || true
}

# --- etcd --------------------------------------------------------------------------------------------

start_etcd() {
    members=
    for n in 1 2 3; do
        members="$members${members:+,}etcd$n=http://127.0.0.1:$(peer_port $n)"
    done
    for n in 1 2 3; do
        keep "etcd$n" etcd --name "etcd$n" --data-dir "$dir/etcd$n.data" --logger zap --log-level warn \
            --listen-client-urls "http://127.0.0.1:$(etcd_port $n)" \
            --advertise-client-urls "http://127.0.0.1:$(etcd_port $n)" \
            --listen-peer-urls "http://127.0.0.1:$(peer_port $n)" \
            --initial-advertise-peer-urls "http://127.0.0.1:$(peer_port $n)" \
            --initial-cluster "$members" --initial-cluster-token loket --initial-cluster-state new \
            --heartbeat-interval 200 --election-timeout 2000 --enable-v2
    done
}

etcd_healthy() { curl -sf -m 2 "http://127.0.0.1:$(etcd_port "$1")/health" 2>/dev/null | grep -q '"true"'; }
etcd_all() { etcd_healthy 1 && etcd_healthy 2 && etcd_healthy 3; }

etcd_leader() {
    for n in 1 2 3; do
        curl -s -m 2 "http://127.0.0.1:$(etcd_port $n)/metrics" 2>/dev/null |
            grep -q '^etcd_server_is_leader 1' && echo $n && return
    done
    fail "no etcd leads"
}

# --- PostgreSQL --------------------------------------------------------------------------------------

word() { od -An -N16 -tx1 /dev/urandom | tr -d ' \n'; }

start_postgres() {
    if [ ! -e pgpass ]; then
        super=$(word) replicator=$(word) rewinder=$(word) loket=$(word)
        for n in 1 2 3; do
            sed -e "s|@N@|$n|g; s|@DIR@|$dir|g; s|@PORT@|$(pg_port $n)|g; s|@REST@|$(rest_port $n)|g" \
                -e "s|@ETCD1@|$(etcd_port 1)|; s|@ETCD2@|$(etcd_port 2)|; s|@ETCD3@|$(etcd_port 3)|" \
                -e "s|@SUPER@|$super|; s|@REPLICATOR@|$replicator|; s|@REWINDER@|$rewinder|" \
                "$here/patroni.yml.in" >"patroni$n.yml"
        done
        printf '127.0.0.1:*:*:%s\n' "postgres:$super" "loket:$loket" >pgpass
    fi
    for n in 1 2 3; do
        keep "patroni$n" patroni "$dir/patroni$n.yml"
    done
}

is_primary() { [ "$(curl -s -m 2 -o /dev/null -w '%{http_code}' "http://127.0.0.1:$(rest_port "$1")/primary")" = 200 ]; }
primary() {
    for n in 1 2 3; do
        is_primary $n && echo $n && return
    done
    return 1
}
another() { now=$(primary) && [ "$now" != "$1" ]; }
# Another, or the same with a new postmaster: Patroni starts a primary that died in its place again where no standby is near enough
# to take over (a hall then waits as long, and nothing is lost).
another_or_anew() { another "$1" || { [ "$now" = "$1" ] && anew "$1" "$2"; }; }
anew() { boss=$(postmaster "$1" 2>/dev/null) && [ "$boss" != "$2" ]; }
heir() {
    if [ "$now" = "$1" ]; then say "pg$1 came back as primary itself"; else say "pg$now took over"; fi
}
is_sync() { [ "$(curl -s -m 2 -o /dev/null -w '%{http_code}' "http://127.0.0.1:$(rest_port "$1")/sync")" = 200 ]; }
# A primary, and two that follow it, one of them synchronous.
postgres_well() {
    n_primary=$(primary) || return 1
    n_sync=0
    for n in 1 2 3; do
        [ "$n" = "$n_primary" ] && continue
        curl -s -m 2 "http://127.0.0.1:$(rest_port "$n")/health" 2>/dev/null | grep -q '"state": "\(running\|streaming\)"' || return 1
        is_sync "$n" && n_sync=$((n_sync + 1))
    done
    [ "$n_sync" -ge 1 ]
}

sql() { psql -X -q -A -t -v ON_ERROR_STOP=1 -h 127.0.0.1 -p "$store_port" -U "$@"; }
store_answers() { sql postgres -d postgres -c 'SELECT 1' >/dev/null 2>&1; }

make_database() {
    [ "$(sql postgres -d postgres -c "SELECT count(*) FROM pg_database WHERE datname = 'loket'")" = 0 ] || return 0
    password=$(sed -n 's/.*:loket://p' pgpass)
    sql postgres -d postgres -c "CREATE ROLE loket LOGIN PASSWORD '$password'" -c 'CREATE DATABASE loket OWNER loket'
}

# --- HAProxy, loketd -------------------------------------------------------------------------------------

start_haproxy() {
    sed -e "s|@STORE@|$store_port|; s|@HALL@|$hall_port|" \
        -e "s|@PG1@|$(pg_port 1)|; s|@PG2@|$(pg_port 2)|; s|@PG3@|$(pg_port 3)|" \
        -e "s|@REST1@|$(rest_port 1)|; s|@REST2@|$(rest_port 2)|; s|@REST3@|$(rest_port 3)|" \
        -e "s|@LOKETD1@|$(loketd_port 1)|; s|@LOKETD2@|$(loketd_port 2)|" "$here/haproxy.cfg.in" >haproxy.cfg
    keep haproxy haproxy -db -f "$dir/haproxy.cfg"
}

hall_answers() { curl -sf -m 2 "http://127.0.0.1:$1/v1/health" >/dev/null 2>&1; }

serve() {
    for n in 1 2; do
        keep "loketd$n" "$LOKETD" serve --db "$address" --listen "127.0.0.1:$(loketd_port $n)"
    done
    for n in 1 2; do
        patience 60 hall_answers "$(loketd_port $n)" || fail "loketd$n does not answer: see $dir/loketd$n.log"
    done
    patience 60 hall_answers "$hall_port" || fail "the hall's door does not open"
}

unserve() {
    end loketd1
    end loketd2
}

well() {
    patience 180 etcd_all || fail "not all of etcd is there: see $dir/etcd*.log"
    patience 240 postgres_well || fail "PostgreSQL has no primary with its standbys: see $dir/patroni*.log"
    patience 60 store_answers || fail "the store's door does not open: see $dir/haproxy.log"
}

store() {
    ! hall_answers "$hall_port" || alive haproxy.keeper ||
        fail "something serves at port $hall_port already: LOKET_CLUSTER_PORTS=N takes a hundred others"
    for program in etcd patroni haproxy "$bin/postgres" psql curl setsid pgrep; do
        command -v "$program" >/dev/null || fail "$program is not installed: make cluster-deps"
    done
    start_etcd
    patience 60 etcd_all || fail "etcd did not start: see $dir/etcd*.log"
    start_haproxy
    start_postgres
    well
    make_database
}

make_hall() {
    [ ! -e admin.password ] || return 0
    word >first.password
    LOKET_PACKS=${LOKET_PACKS:-$here/../../../core/packs} "$LOKETD" init --db "$address" --hall HALL-01 \
        --name "An example" --pack az
    "$LOKETD" user add --db "$address" --login admin --name "Administrator" --roles administrator \
        --password-file "$dir/first.password"
    mv first.password admin.password
}

# --- what happens to it ------------------------------------------------------------------------------

postmaster() { head -n 1 "pg$1/postmaster.pid"; }
# Everybody of one node: Patroni, PostgreSQL and all of its processes.
node() {
    boss=$(postmaster "$1")
    echo "$(pid_of "patroni$1") $boss $(pgrep -P "$boss" | tr '\n' ' ')"
}

renewed() { [ "$(pid_of "loketd$1")" != "$2" ] && hall_answers "$(loketd_port "$1")"; }

strike() {
    case $1 in
    primary)
        n=$(primary)
        killed=$(postmaster "$n")
        kill -KILL "$killed"
        say "killed the primary's PostgreSQL, pg$n"
        patience 60 another_or_anew "$n" "$killed" || fail "nobody took over from pg$n"
        heir "$n"
        ;;
    behind) # a primary that would answer before a standby has it loses that here
        n=$(primary)
        receivers=
        for m in 1 2 3; do
            receivers="$receivers $(pgrep -P "$(postmaster $m)" -f walreceiver || true)"
        done
        # shellcheck disable=SC2086 # numbers, words on purpose
        kill -STOP $receivers
        sleep 2
        killed=$(postmaster "$n")
        kill -KILL "$killed"
        # shellcheck disable=SC2086 # numbers, words on purpose
        kill -CONT $receivers
        say "no standby heard of the primary for two seconds, then PostgreSQL of pg$n was killed"
        patience 60 another_or_anew "$n" "$killed" || fail "nobody took over from pg$n"
        heir "$n"
        ;;
    loketd)
        n=$((1 + $(date +%s) % 2))
        kill -KILL "$(pid_of "loketd$n")"
        say "killed loketd$n"
        ;;
    etcd)
        n=$(etcd_leader)
        kill -KILL "$(pid_of "etcd$n")"
        say "killed etcd's leader, etcd$n"
        ;;
    cut)
        n=$(primary)
        nodes=$(node "$n")
        # shellcheck disable=SC2086 # numbers, words on purpose
        kill -STOP $nodes 2>/dev/null || true
        say "nothing is heard of the primary, pg$n"
        patience 60 another "$n" || fail "nobody took over from pg$n"
        # shellcheck disable=SC2086 # numbers, words on purpose
        kill -CONT $nodes 2>/dev/null || true
        say "pg$n is heard of again"
        ;;
    renew)
        for n in 1 2; do
            old=$(pid_of "loketd$n")
            kill -TERM "$old"
            patience 30 renewed "$n" "$old" || fail "loketd$n did not come back: see $dir/loketd$n.log"
            sleep 2 # until HAProxy has seen it too, as an upgrade waits
        done
        say "ended one loketd after the other, and each came back"
        ;;
    *) usage ;;
    esac
}

status() {
    patronictl -c "$dir/patroni1.yml" list 2>/dev/null || say "Patroni does not answer"
    for name in etcd1 etcd2 etcd3 patroni1 patroni2 patroni3 haproxy loketd1 loketd2; do
        if gone "$name"; then say "$name does not run"; else say "$name runs, $(pid_of "$name")"; fi
    done
}

case $task in
store) store ;;
serve) serve ;;
unserve) unserve ;;
well) well ;;
address) echo "$address" ;;
status) status ;;
strike) strike "${3:-}" ;;
start)
    store
    make_hall
    serve
    say "the hall is at http://127.0.0.1:$hall_port; whoever is admin signs in with $dir/admin.password"
    ;;
stop)
    unserve
    for name in patroni1 patroni2 patroni3; do end "$name"; done
    for name in haproxy etcd1 etcd2 etcd3; do end "$name"; done
    ;;
*) usage ;;
esac
