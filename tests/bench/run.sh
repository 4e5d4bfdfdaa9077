#!/bin/sh
# Measures Loket as ratios against a yardstick of the same run and prints a table with the target beside each.
# SMALL=1 takes a hundredth of the data, to see whether it all runs; PART=station, unsent, hall, floods, idle, postgres, country, search, reports, audit, forms, worklist, board, halls, hour, demo or catalogue measures one part;
# PACK=az takes the hall's queues from another pack.
set -eu
cd "$(dirname "$0")/../.."
build=$(cd "${BUILD:-build}" && pwd)
bench=$build/release/tests/bench/bench
million=1000000 history=10000000 pushes=4000 rounds=100 clients=500
if [ -n "${SMALL:-}" ]; then
    million=10000 history=100000 pushes=800 rounds=10 clients=50
fi
work=$(mktemp -d)
hall_pid='' pids=''
cleanup() {
    # shellcheck disable=SC2086 # words
    [ -z "$hall_pid$pids" ] || kill $hall_pid $pids 2>/dev/null || true
    rm -rf "$work"
}
trap cleanup EXIT INT TERM

row() { printf '%-58s %14s   %-22s %s\n' "$1" "$2" "$3" "$4"; }
# verdict VALUE LIMIT: met when VALUE is at most LIMIT
most() { awk -v v="$1" -v l="$2" 'BEGIN { print (v <= l) ? "met" : "MISSED" }'; }
least() { awk -v v="$1" -v l="$2" 'BEGIN { print (v >= l) ? "met" : "MISSED" }'; }
ratio() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.2f", b ? a / b : 0 }'; }
field() { echo "$1" | cut -d' ' -f"$2"; }

keys() { # keys OPTIONS… -- CMD: "p50 p99 start pss silent"
    "$bench" keys --size 120x40 "$@"
}

part() { [ -z "${PART:-}" ] || [ "$PART" = "$1" ]; }

row "what" "measured" "target" ""
row "----" "--------" "------" ""

durable() { # "p50 p99 of confirm, p50 p99 of the raw write, bytes": beside the programs, as /tmp may be no disk
    rm -rf "$build/durable"
    cp -r "$work/small" "$build/durable"
    "$bench" durable "$build/durable"
    rm -rf "$build/durable"
}

# --- the workstation -------------------------------------------------------------------------------
measure_station() {
    "$bench" fill cache "$work/small" 100
    "$bench" fill cache "$work/large" "$million"
    station() { # station DIR: loket on that cache; the hall is not there, as on a day without network
        echo "$build/loket --hall http://127.0.0.1:9 --data $1 --lang en"
    }
    mkdir "$work/home" "$work/repository"
    export HOME="$work/home"
    (
        cd "$work/repository"
        git init -q .
        for n in $(seq 200); do
            git -c user.name=bench -c user.email=bench@example.org commit -q --allow-empty -m "change $n"
        done
    )
    seq -f 'line %g of a long text that is turned page by page on the screen of a terminal' 200000 >"$work/text"

    # shellcheck disable=SC2046 # the command is words on purpose
    desk=$(keys --keys '	' --count 300 -- $(station "$work/large"))
    # shellcheck disable=SC2046
    empty=$(keys --count 20 -- $(station "$work/small"))
    htop=$(keys --keys jk --count 200 -- htop -d 300)
    # shellcheck disable=SC2034 # read by eval below
    tig=$(cd "$work/repository" && keys --keys jk --count 200 -- tig)
    less=$(keys --keys ' b' --count 200 -- less "$work/text")

    for other in htop tig; do
        eval "line=\$$other"
        for part in 1 2; do
            name=$([ "$part" = 1 ] && echo p50 || echo p99)
            r=$(ratio "$(field "$desk" $part)" "$(field "$line" $part)")
            row "key to frame, $name, of $other's ($(field "$desk" $part) of $(field "$line" $part) us)" "$r" "at most 1" "$(most "$r" 1)"
        done
    done
    r=$(ratio "$(field "$desk" 1)" "$(field "$less" 1)")
    row "key to frame, p50, of a page of less ($(field "$less" 1) us)" "$r" "at most 1.5" "$(most "$r" 1.5)"
    r=$(ratio "$(field "$desk" 3)" "$(field "$htop" 3)")
    row "start to full screen, $million applications, of htop's ($(field "$desk" 3) of $(field "$htop" 3) ms)" "$r" "at most 0.25" "$(most "$r" 0.25)"
    r=$(ratio "$(field "$desk" 3)" "$(field "$empty" 3)")
    row "the same, of an empty cache's ($(field "$empty" 3) ms)" "$r" "at most 1.5" "$(most "$r" 1.5)"
    mib=$(ratio "$(field "$desk" 4)" 1024)
    row "memory of loket with that cache" "$mib MiB" "under 16 MiB" "$(most "$mib" 16)"

    durable=$(thrice durable | awk '{ print $2 / $4, $0 }' | sort -n | head -n 1 | cut -d' ' -f2-)
    r=$(ratio "$(field "$durable" 2)" "$(field "$durable" 4)")
    row "confirm to saved, p99, of one page written and synced ($(field "$durable" 2) of $(field "$durable" 4) us)" "$r" "under 2" "$(most "$r" 2)"
}

# --- many records that were not sent ---------------------------------------------------------------
# A batch of the hall's news costs what it touches, however many wait: of ten times as many it may not cost twice.
unsent() { # unsent N: "p50 of a batch, its p99, p50 on the clock, start"
    rm -rf "$work/unsent"
    cp -r "$work/few" "$work/unsent"
    "$bench" unsent "$work/unsent" --unsent "$1" --batches 20
}
measure_unsent() {
    "$bench" fill cache "$work/few" 100
    some=$(unsent 200)
    many=$(unsent 2000)
    ms=$(ratio "$(field "$many" 1)" 1000)
    row "news taken in while 2000 records wait, of a processor" "$ms ms" "under 16 ms: a frame" "$(most "$ms" 16)"
    r=$(ratio "$(field "$many" 1)" "$(field "$some" 1)")
    row "the same, of 200's ($(field "$some" 1) us)" "$r" "at most 2" "$(most "$r" 2)"
    ms=$(ratio "$(field "$many" 4)" 1000)
    row "the workstation opened again with 2000 of them" "$ms ms" "under 2000 ms" "$(most "$ms" 2000)"
}

# --- the hall --------------------------------------------------------------------------------------
where="--data $work/hall" # the hall's, for loketd
serve() {
    mkfifo "$work/ready"
    # shellcheck disable=SC2086 # an option and its value
    "$build/loketd" serve $where --listen 127.0.0.1:0 --log "$work/hall.log" >"$work/ready" &
    hall_pid=$!
    read -r line <"$work/ready"
    rm "$work/ready"
    hall=${line##* }
}
end() {
    kill "$hall_pid"
    wait "$hall_pid" || true
    hall_pid=
}
yard() { # "pushes a second, microseconds a push"
    "$bench" yard --data "$work/hall" --queue "$queue" --clients 16 --pushes "$pushes"
}
calls() { # pushes a second
    serve
    "$bench" calls --hall "$hall" --queue "$queue" --clients 16 --pushes "$pushes" --password bench-password
    end
}
# Of three runs the best counts, on both sides: what else this computer does only slows.
thrice() { for _ in 1 2 3; do "$@"; done; }
fastest() { sort -n | tail -n 1; }
shortest() { cut -d' ' -f2 | sort -n | head -n 1; }

# --- a hall in PostgreSQL --------------------------------------------------------------------------
# Beside a server of this run's own that writes the same rows and does nothing else, with the same disk and as many pushes a
# commit. What a hall does besides: rules, looks, seals, HTTP.
postgres=/usr/lib/postgresql/15/bin
as_somebody() { if [ "$(id -u)" = 0 ]; then setpriv --reuid=postgres --regid=postgres --clear-groups "$@"; else "$@"; fi; }
sql() { psql -qAt -v ON_ERROR_STOP=1 -h "$work/cluster" -U loket postgres "$@"; }
bare_schema() { # the hall's tables that a push writes, as they are now, in a schema beside it
    sql -c 'DROP SCHEMA IF EXISTS bare CASCADE; CREATE SCHEMA bare' 2>/dev/null
    for table in hall_state client result change audit audit_tag tickets counters; do
        sql -c "CREATE TABLE bare.$table (LIKE hall.$table INCLUDING ALL); INSERT INTO bare.$table SELECT * FROM hall.$table"
    done
    sql -c 'ANALYZE'
}
measure_postgres() {
    if [ ! -x "$postgres/postgres" ]; then
        row "durable call_next in PostgreSQL" "-" "at least 0.70" "skipped: postgresql-15 is not installed"
        return
    fi
    mkdir "$work/cluster"
    chmod 755 "$work"
    [ "$(id -u)" != 0 ] || chown postgres "$work/cluster"
    as_somebody "$postgres/initdb" -D "$work/cluster/data" -U loket -A trust -E UTF8 --locale=C.UTF-8 >/dev/null
    as_somebody "$postgres/pg_ctl" -D "$work/cluster/data" -l "$work/cluster/log" -w start \
        -o "-c listen_addresses= -c unix_socket_directories=$work/cluster -c shared_buffers=128MB" >/dev/null
    queue=P address="postgres://loket@/postgres?host=$work/cluster&options=-csearch_path%3D"
    where="--db ${address}hall"
    echo bench-password >"$work/password"
    # shellcheck disable=SC2086 # an option and its value
    "$build/loketd" init $where --hall B --name Bench --pack "${PACK:-id}" >/dev/null
    for n in $(seq 16); do
        # shellcheck disable=SC2086
        "$build/loketd" user add $where --login "clerk$n" --name "Clerk $n" --roles clerk,reception \
            --password-file "$work/password" >/dev/null
        # shellcheck disable=SC2086
        "$build/loketd" counter add $where --name "B$n" --queues "$queue" >/dev/null
    done
    : >"$work/calls"
    : >"$work/bare"
    for _ in 1 2 3; do
        serve
        "$bench" calls --hall "$hall" --queue "$queue" --clients 16 --pushes 16 --password bench-password >/dev/null
        bare_schema
        before=$(sql -c 'SELECT rev FROM hall.hall_state')
        "$bench" calls --hall "$hall" --queue "$queue" --clients 16 --pushes "$((pushes / 4))" \
            --password bench-password >>"$work/calls"
        end
        "$bench" bare --from "${address}hall" --to "${address}bare" --after "$before" --clients 16 \
            --pushes "$((pushes / 4))" >>"$work/bare"
    done
    as_somebody "$postgres/pg_ctl" -D "$work/cluster/data" -m immediate stop >/dev/null
    calls=$(fastest <"$work/calls")
    bare=$(fastest <"$work/bare")
    r=$(ratio "$calls" "$bare")
    row "durable call_next in PostgreSQL, 16 clients, of its rows alone ($calls of $bare a second)" "$r" "at least 0.70" "$(least "$r" 0.70)"
    where="--data $work/hall"
}

# shellcheck source=tests/bench/country.sh
. tests/bench/country.sh

measure_hall() {
    queue=P # both packs have it
    echo bench-password >"$work/password"
    "$build/loketd" init --data "$work/hall" --hall B --name Bench --pack "${PACK:-id}" >/dev/null
    for n in $(seq 16); do
        "$build/loketd" user add --data "$work/hall" --login "clerk$n" --name "Clerk $n" --roles clerk,reception \
            --password-file "$work/password" >/dev/null
        "$build/loketd" counter add --data "$work/hall" --name "B$n" --queues "$queue" >/dev/null
    done

    thrice yard >"$work/yard"
    thrice calls >"$work/calls"
    yard=$(cut -d' ' -f1 "$work/yard" | fastest)
    calls=$(fastest <"$work/calls")
    r=$(ratio "$calls" "$yard")
    row "durable call_next, 16 clients, of no HTTP ($calls of $yard a second)" "$r" "at least 0.70" "$(least "$r" 0.70)"

    serve
    polls=$("$bench" polls --hall "$hall" --queue "$queue" --clients "$clients" --rounds "$rounds" --pid "$hall_pid" --password bench-password)
    end
    ms=$(ratio "$(field "$polls" 2)" 1000)
    row "commit to the last of $clients long polls, p99" "$ms ms" "under 50 ms" "$(most "$ms" 50)"
    mib=$(ratio "$(field "$polls" 3)" 1024)
    row "memory of loketd with $clients workstations" "$mib MiB" "under 64 MiB" "$(most "$mib" 64)"

    before=$(thrice yard | shortest)
    "$bench" fill hall "$work/hall" "$history"
    after=$(thrice yard | shortest)
    r=$(ratio "$after" "$before")
    row "call_next with $history applications, of none ($after of $before us)" "$r" "at most 1.2" "$(most "$r" 1.2)"
}

# --- floods ------------------------------------------------------------------------------------------
# One clerk's call_next while another process of this computer floods the hall from the clerk's own address, beside the same
# without it; what both processes take of the processors is in it. Then the same over TLS.
flooded() { # flooded ACCOUNTS: a hall, and as many sign-ins, a hundred of an account
    queue=P client=0193b0de-0000-7000-8000-00000000beef
    echo bench-password >"$work/password"
    "$build/loketd" init --data "$work/flooded" --hall B --name Bench --pack "${PACK:-id}" >/dev/null
    "$build/loketd" user add --data "$work/flooded" --login clerk1 --name "Clerk 1" --roles clerk,reception \
        --password-file "$work/password" >/dev/null
    "$build/loketd" counter add --data "$work/flooded" --name B1 --queues "$queue" >/dev/null
    "$bench" seats --data "$work/flooded" --count "$1" --accounts "$(($1 / 100))" >"$work/tokens"
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=127.0.0.1 \
        -addext subjectAltName=IP:127.0.0.1 -keyout "$work/tls.key" -out "$work/tls.pem" 2>/dev/null
    plain="--data $work/flooded" secret="--data $work/flooded --tls-cert $work/tls.pem --tls-key $work/tls.key"
    export LOKET_BENCH_CA="$work/tls.pem"
}
after=0
desk() { # "p50 p99 of call_next, p50 of a sign-in, the last seq"
    desk=$("$bench" desk --hall "$hall" --queue "$queue" --pushes "$((pushes / 8))" --client "$client" \
        --after "$after" --password bench-password)
    after=$(field "$desk" 4)
}
flood() { # flood NAME KIND…: a row each
    name=$1
    shift
    serve
    desk
    desk # the first has made the workstation known
    quiet=$desk
    for kind in "$@"; do
        "$bench" flood "$kind" --hall "$hall" --tokens "$work/tokens" &
        flood_pid=$!
        desk
        kill "$flood_pid"
        wait "$flood_pid" 2>/dev/null || true
        for part in 1 2; do
            share=$([ "$part" = 1 ] && echo p50 || echo p99)
            r=$(ratio "$(field "$desk" $part)" "$(field "$quiet" $part)")
            row "call_next in a flood$name ($kind), $share, of none ($(field "$desk" $part) of $(field "$quiet" $part) us)" "$r" "at most 10" "$(most "$r" 10)"
        done
        if [ "$kind" = login ]; then
            r=$(ratio "$(field "$desk" 3)" "$(field "$quiet" 3)")
            row "a known clerk's sign-in among them ($(field "$desk" 3) of $(field "$quiet" 3) us)" "$r" "at most 5" "$(most "$r" 5)"
        fi
    done
    end
}
measure_floods() {
    flooded 1000
    where=$plain
    flood '' connect request login slow poll
    where=$secret
    flood ' over TLS' connect handshake request login slow poll
    where="--data $work/hall"
}

# Ten thousand workstations that wait for news, and of TLS a fifth as many, as each handshake takes its time here.
idle() { # idle NAME COUNT: what the second half of them adds
    serve
    waits=$("$bench" idle --hall "$hall" --tokens "$work/tokens" --count "$2" --rounds "$((rounds / 10))" --pid "$hall_pid")
    end
    kib=$(field "$waits" 1)
    row "memory of each of $2 long polls$1, after $((rounds / 10)) answers" "$kib KiB" "under 20 KiB" "$(most "$kib" 20)"
    row "the kernel's for it, both ends" "$(field "$waits" 2) KiB" "" ""
    ms=$(ratio "$(field "$waits" 4)" 1000)
    row "commit to each of them, p99" "$ms ms" "under 1000 ms" "$(most "$ms" 1000)"
}
measure_idle() {
    waiting=10000
    [ -z "${SMALL:-}" ] || waiting=1000
    rm -rf "$work/flooded"
    flooded "$((waiting + 100))"
    where=$plain
    idle '' "$waiting"
    where=$secret
    sed 1d "$work/tokens" >"$work/more" && mv "$work/more" "$work/tokens" # whoever issued before has their numbers
    idle ' over TLS' "$((waiting / 5))"
    where="--data $work/hall"
}

# --- forms -----------------------------------------------------------------------------------------
# The same form and answer by validators that are known: one in C++, one in Python. Each is left out with a word where
# it is not to be had.
valijson() {
    ${CXX:-g++} -std=c++17 -O2 -w -o "$work/valijson" tests/bench/valijson.cc 2>/dev/null &&
        thrice "$work/valijson" "$work/schema.json" "$work/data.json" | sort -n | head -n 1
}
jsonschema() {
    python3 - "$work/schema.json" "$work/data.json" 2>/dev/null <<'END'
import json, sys, time
import jsonschema
schema, data = (json.load(open(name)) for name in sys.argv[1:])
validator = jsonschema.Draft202012Validator(schema)
times = []
for _ in range(21):
    began = time.perf_counter()
    if not validator.is_valid(data):
        sys.exit(1)
    times.append(time.perf_counter() - began)
print("%.1f" % (sorted(times)[len(times) // 2] * 1e6))
END
}
beside() { # beside NAME MICROSECONDS
    if [ -n "$2" ]; then
        r=$(ratio "$us" "$2")
        row "the same, of $1's ($2 us)" "$r" "at most 1" "$(most "$r" 1)"
    else
        row "the same, of $1's" "-" "at most 1" "skipped: it is not installed"
    fi
}

measure_forms() {
    forms=$(thrice "$bench" forms | sort -n | head -n 1)
    us=$(field "$forms" 1)
    row "a form of 300 fields validated, five levels" "$us us" "under 200 us" "$(most "$us" 200)"
    row "the same, all in one object" "$(field "$forms" 2) us" "under 200 us" "$(most "$(field "$forms" 2)" 200)"
    r=$(ratio "$us" "$(field "$forms" 3)")
    row "the same, of reading the answers' JSON ($(field "$forms" 3) us)" "$r" "at most 4" "$(most "$r" 4)"
    row "a letter typed into it, to the picture" "$(field "$forms" 5) us" "under 1000 us" "$(most "$(field "$forms" 5)" 1000)"
    row "the same, one of a hundred" "$(field "$forms" 6) us" "under 16000 us: a frame" "$(most "$(field "$forms" 6)" 16000)"
    row "the same while all that is wrong is told" "$(field "$forms" 7) us" "under 16000 us" "$(most "$(field "$forms" 7)" 16000)"
    "$bench" forms --write "$work"
    beside valijson "$(valijson)"
    beside jsonschema "$(jsonschema)"
}

# --- the worklist ----------------------------------------------------------------------------------
measure_worklist() {
    worklist=$("$bench" worklist "$work/worklist" "$million")
    field=0
    for what in opened "moved in anywhere" "at its end" "filtered and sorted" "looked through for typed words"; do
        field=$((field + 1))
        ms=$(ratio "$(field "$worklist" $field)" 1000)
        row "a worklist of $million applications $what, p99" "$ms ms" "under 16 ms: a frame" "$(most "$ms" 16)"
    done
}

# --- the board -------------------------------------------------------------------------------------
measure_board() {
    board=$("$bench" board "$work/board" 500 10000)
    ms=$(ratio "$(field "$board" 2)" 1000)
    row "the board refreshed, 500 counters, 10000 waiting, p99 (p50 $(field "$board" 1) us)" "$ms ms" "under 16 ms: a frame" "$(most "$ms" 16)"
    ms=$(ratio "$(field "$board" 3)" 1000)
    row "the same for the first time, with the day's pictures and the next hour" "$ms ms" "under 1000 ms" "$(most "$ms" 1000)"
    board=$("$bench" board "$work/board-usual" 60 300)
    row "the board refreshed, 60 counters, 300 waiting, p99" "$(field "$board" 2) us" "under 4000 us" "$(most "$(field "$board" 2)" 4000)"
}

# --- many halls ------------------------------------------------------------------------------------
measure_halls() {
    halls=$("$bench" halls 305)
    row "305 halls: one's answer with ten queues read and kept" "$(field "$halls" 1) us" "under 500 us" "$(most "$(field "$halls" 1)" 499)"
    row "all of them put in order for the screen" "$(field "$halls" 2) us" "under 16000 us: a frame" "$(most "$(field "$halls" 2)" 15999)"
    row "and drawn, 120x40" "$(field "$halls" 3) us" "under 4000 us" "$(most "$(field "$halls" 3)" 3999)"
    figures=$("$bench" figures "$work/figures" 60 300 3000)
    row "a hall's figures read, 60 counters, 300 waiting, 3000 visits" "$(field "$figures" 2) us" "under 50000 us" "$(most "$(field "$figures" 2)" 49999)"
    row "and told again from memory" "$(field "$figures" 3) us" "under 50 us" "$(most "$(field "$figures" 3)" 49)"
    "$build/loketd" init --data "$work/many" --hall H --name Bench --pack id >/dev/null
    mkfifo "$work/ready"
    LOKET_PLAIN_HTTP=yes "$build/loketd" serve --data "$work/many" --listen 0.0.0.0:0 --plain-http --log "$work/many.log" >"$work/ready" &
    hall_pid=$!
    read -r line <"$work/ready"
    rm "$work/ready"
    port=${line##*:}
    for n in 0 1 2 3 4; do # a key is answered ten times a second
        "$build/loketd" key add --data "$work/many" --scope figures --json | sed 's/.*"key":"\([^"]*\)".*/\1/' >"$work/key$n"
    done
    seq 305 | awk -v port="$port" '{ printf "http://127.0.%d.%d:%d key%d Hall %d\n", $1 / 200, 1 + $1 % 200, port, $1 % 5, $1 }' >"$work/region"
    percent=$("$bench" halls-idle 45 -- "$build/loket" --data "$work/region.data" --lang en halls "$work/region")
    row "loket halls with 305 quiet halls, of a core" "$percent %" "under 2 %" "$(most "$percent" 2)"
    kill "$hall_pid"
    wait "$hall_pid" || true
    hall_pid=
}

# --- the search ------------------------------------------------------------------------------------
measure_search() {
    "$build/loketd" init --data "$work/search" --hall H --name Bench --pack id >/dev/null
    search=$("$bench" search "$work/search" "$million" "$history")
    field=0
    for what in "one letter" "the most frequent names" "frequent words that nobody has together" \
        "a name in any spelling, letter by letter" "any number, or its beginning"; do
        field=$((field + 1))
        ms=$(ratio "$(field "$search" $field)" 1000)
        row "$what, p99" "$ms ms" "under 16 ms" "$(most "$ms" 16)"
    done
    ms=$(ratio "$(field "$search" 7)" 1000)
    row "all of $million persons, $history applications, p99 (p50 $(field "$search" 6) us)" "$ms ms" "under 16 ms" "$(most "$ms" 16)"
    row "a person written into the index" "$(field "$search" 8) us" "under 1000 us" "$(most "$(field "$search" 8)" 1000)"
    rm -rf "$work/search"
}

# --- the audit --------------------------------------------------------------------------------------
measure_audit() {
    "$build/loketd" init --data "$work/audit_few" --hall H --name Bench --pack id >/dev/null
    "$build/loketd" init --data "$work/audit" --hall H --name Bench --pack id >/dev/null
    few=$("$bench" audit "$work/audit_few" "$((history / 30))")
    audit=$("$bench" audit "$work/audit" "$history")
    times=$(ratio "$(field "$audit" 2)" "$(field "$few" 2)")
    row "a page of the audit of $history lines, p99 $(field "$audit" 2) us" "$times" "under 2 of a 30th of it" "$(most "$times" 2)"
    row "its index, a command" "$(field "$audit" 4) us" "under 100 us" "$(most "$(field "$audit" 4)" 100)"
    ms=$(ratio "$(field "$audit" 5)" 1000)
    row "a slice of its check, the longest (all in $(ratio "$(field "$audit" 6)" 1000) s)" "$ms ms" "under 10 ms" "$(most "$ms" 10)"
    rm -rf "$work/audit" "$work/audit_few"
}

# --- the reports ------------------------------------------------------------------------------------
measure_reports() {
    "$build/loketd" init --data "$work/reports" --hall H --name Bench --pack id >/dev/null
    reports=$("$bench" reports "$work/reports" "$million")
    ms=$(ratio "$(field "$reports" 1)" 1000)
    row "who waited how long, a year of $million visits" "$ms ms" "under 1000 ms" "$(most "$ms" 1000)"
    ms=$(ratio "$(field "$reports" 2)" 1000)
    row "the same, the slowest of all reports" "$ms ms" "under 1000 ms" "$(most "$ms" 1000)"
    ms=$(ratio "$(field "$reports" 3)" 1000)
    row "the same, compared with the year before" "$ms ms" "under 1000 ms" "$(most "$ms" 1000)"
    ms=$(ratio "$(field "$reports" 4)" 1000)
    row "the same, of today, from its rows" "$ms ms" "under 1000 ms" "$(most "$ms" 1000)"
    ms=$(ratio "$(field "$reports" 5)" 1000)
    row "a part of the day book written, the longest (all in $(ratio "$(field "$reports" 6)" 1000000) s, $(field "$reports" 7) KiB)" "$ms ms" "under 100 ms" "$(most "$ms" 100)"
    rm -rf "$work/reports"
}

# --- the next hour ---------------------------------------------------------------------------------
measure_hour() {
    hour=$("$bench" hour)
    field=0
    for what in "the next hour of 500 counters and 10000 people" "what a move changes in it, for each of them"; do
        field=$((field + 1))
        ms=$(ratio "$(field "$hour" $field)" 1000)
        row "$what" "$ms ms" "under $((field * 16)) ms" "$(most "$ms" $((field * 16)))"
    done
    ms=$(ratio "$(field "$hour" 3)" 1000)
    row "advice for 60 counters and 30 queues, the longest of 21 halls" "$ms ms" "under 200 ms" "$(most "$ms" 200)"
}

# --- simulated days --------------------------------------------------------------------------------
# Everything that a day writes is decided by the rules, chained and indexed: beside as many bare rows of the same length.
measure_demo() {
    demo=$("$bench" demo monday-rush --days "$((rounds / 5 + 1))")
    times=$(ratio 28800000000 "$(field "$demo" 1)") # eight hours
    row "simulated days a second, $(field "$demo" 3) changes each" "$(ratio 1000000 "$(field "$demo" 1)")" "" ""
    row "such a day, so many times as fast as it would be" "$times" "at least 1000" "$(least "$times" 1000)"
    r=$(ratio "$(field "$demo" 1)" "$(field "$demo" 2)")
    row "such a day, of as many bare rows in one transaction ($(field "$demo" 2) us)" "$r" "at most 80" "$(most "$r" 80)"
}

# --- the catalogue ---------------------------------------------------------------------------------
cpu_ms() { # cpu_ms COMMAND…: what it took of a processor, which what else this computer does lengthens less than its time
    sh -c '"$@" >"$0" && times' "$work/said" "$@" | awk -F'[ms ]' 'END { printf "%d\n", ($1 + $4) * 60000 + ($2 + $5) * 1000 }'
}
measure_catalogue() { # ten services in a thousand have an amount that is prose, as in the published lists
    data=$work/catalogue services=10000
    "$build/loketd" init --data "$data" --hall BENCH --name Bench --pack az >"$work/said"
    awk -v n="$services" 'BEGIN {
        print "agency\tname\tEnglish name\tfee\tcurrency\tduration\tdocuments\tsource"
        for (i = 0; i < n; i++)
            printf "Nazirlik %d\tXidmət %d\tService %d\t%s\tAZN\t%d working days\tpassport;photo %d\thttps://list.example/%d\n",
                i % 40, i, i, i % 100 ? i % 90 : "20 / 30", 1 + i % 30, i % 9, i
    }' >"$work/services.tsv"
    for how in new unchanged; do
        start=$(date +%s%N)
        "$build/loketd" import-catalogue "$work/services.tsv" --data "$data" >"$work/said"
        ms=$((($(date +%s%N) - start) / (services / 1000) / 1000000))
        row "a thousand of $services services imported, $how" "$ms ms" "under 1000 ms" "$(most "$ms" 999)"
    done
    "$build/loketd" export-catalogue --format json --data "$data" >"$work/pack.json"
    "$bench" fill services "$work/pack.json" 1000 >"$work/forms.json"
    for _ in 1 2 3; do
        forms=$work/catalogue-forms
        rm -rf "$forms"
        "$build/loketd" init --data "$forms" --hall BENCH --name Bench --pack az >"$work/said"
        cpu_ms "$build/loketd" import-catalogue "$work/forms.json" --data "$forms"
    done >"$work/cpu"
    ms=$(sort -n "$work/cpu" | head -n 1)
    kib=$(($(wc -c <"$work/forms.json") / 1000 / 1024))
    row "a thousand services with forms imported, $kib KiB each, of a processor" "$ms ms" "under 1000 ms" "$(most "$ms" 999)"
}

if part station; then measure_station; fi
if part unsent; then measure_unsent; fi
if part worklist; then measure_worklist; fi
if part board; then measure_board; fi
if part halls; then measure_halls; fi
if part catalogue; then measure_catalogue; fi
if part forms; then measure_forms; fi
if part search; then measure_search; fi
if part reports; then measure_reports; fi
if part audit; then measure_audit; fi
if part hour; then measure_hour; fi
if part demo; then measure_demo; fi
if part hall; then measure_hall; fi
if part floods; then measure_floods; fi
if part idle; then measure_idle; fi
if part postgres; then measure_postgres; fi
if part country; then measure_country; fi
