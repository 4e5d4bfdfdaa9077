# tests/bench/country.sh: run.sh's part "country": many halls in one database, each served by a loketd of its own, beside bare
# PostgreSQL that writes the same rows into as many schemas at once. HALLS="halls:workstations …" says which.
# shellcheck shell=sh disable=SC2154 # build, bench, work, postgres and the small functions are run.sh's

country_address() { echo "postgres://loket@/postgres?host=$work/country&options=-csearch_path%3D$1"; }
country_sql() { psql -qAt -v ON_ERROR_STOP=1 -h "$work/country" -U loket postgres "$@"; }

country_start() {
    mkdir "$work/country"
    chmod 755 "$work"
    [ "$(id -u)" != 0 ] || chown postgres "$work/country"
    as_somebody "$postgres/initdb" -D "$work/country/data" -U loket -A trust -E UTF8 --locale=C.UTF-8 >/dev/null
    as_somebody "$postgres/pg_ctl" -D "$work/country/data" -l "$work/country/log" -w start \
        -o "-c listen_addresses= -c unix_socket_directories=$work/country -c shared_buffers=256MB -c max_connections=700" >/dev/null
}

country_first_hall() { # whose schema all others are copies of
    first=$(country_address hall_first)
    echo bench-password >"$work/password"
    "$build/loketd" init --db "$first" --hall B --name Bench --pack "${PACK:-id}" >/dev/null
    for n in $(seq 16); do
        "$build/loketd" user add --db "$first" --login "clerk$n" --name "Clerk $n" --roles clerk,reception \
            --password-file "$work/password" >/dev/null
        "$build/loketd" counter add --db "$first" --name "B$n" --queues P >/dev/null
    done
    { echo 'SET search_path = hall_first;' && "$bench" country-seats; } | country_sql -f -
    pg_dump -h "$work/country" -U loket -n hall_first postgres >"$work/hall.sql"
}

country_halls() { # as many as that
    for n in $(seq "$1"); do
        sed "s/hall_first/hall_$n/g" "$work/hall.sql" | country_sql -f - >/dev/null
    done
    country_sql -c 'ANALYZE'
}

country_serve() { # the halls' processes: their ids in pids, their ports in halls
    : >"$work/halls"
    pids=
    for n in $(seq "$1"); do
        mkfifo "$work/ready$n"
        "$build/loketd" serve --db "$(country_address "hall_$n")" --listen 127.0.0.1:0 --log "$work/hall$n.log" >"$work/ready$n" &
        pids="$pids $!"
    done
    for n in $(seq "$1"); do
        read -r line <"$work/ready$n"
        rm "$work/ready$n"
        echo "${line##*:}" >>"$work/halls"
    done
}

country_end() {
    # shellcheck disable=SC2086 # words
    kill $pids
    for pid in $pids; do wait "$pid" || true; done
    pids=
}

pss_mib() { # of the processes named, together
    for pid in "$@"; do awk '/^Pss:/ { print $2 }' "/proc/$pid/smaps_rollup" 2>/dev/null; done | awk '{ s += $1 } END { printf "%.0f", s / 1024 }'
}

country_bare_schemas() {
    : >"$work/before"
    for n in $(seq "$1"); do
        {
            echo "DROP SCHEMA IF EXISTS bare_$n CASCADE; CREATE SCHEMA bare_$n;"
            for table in hall_state client result change audit audit_tag tickets counters; do
                echo "CREATE TABLE bare_$n.$table (LIKE hall_$n.$table INCLUDING ALL); INSERT INTO bare_$n.$table SELECT * FROM hall_$n.$table; ANALYZE bare_$n.$table;"
            done
        } | country_sql -f - 2>/dev/null
        country_sql -c "SELECT rev FROM hall_$n.hall_state" >>"$work/before"
    done
}

country_bare() { # country_bare HALLS CLERKS PUSHES: pushes of all a second; CLERKS and PUSHES of one hall
    mkfifo "$work/gate"
    pids=
    for n in $(seq "$1"); do
        mkfifo "$work/bare$n"
        "$bench" bare --from "$(country_address "hall_$n")" --to "$(country_address "bare_$n")" --after "$(sed -n "${n}p" "$work/before")" \
            --clients "$2" --pushes "$3" --gate "$work/gate" >"$work/bare$n" &
        pids="$pids $!"
        eval "exec 9<\"$work/bare$n\""
        read -r _ <&9
        cat <&9 >"$work/took$n" &
        pids="$pids $!"
    done
    exec 8>"$work/gate"
    for pid in $pids; do wait "$pid"; done
    exec 8>&- 9<&-
    pids=
    cat "$work"/took* | awk -v n="$3" 'NF == 2 { if (!from || $1 < from) from = $1; if ($2 > to) to = $2; all += n } END { printf "%.0f\n", all * 1e6 / (to - from) }'
    rm -f "$work/gate" "$work"/bare* "$work"/took*
}

country_one() { # country_one HALLS WORKSTATIONS
    clerks=$([ "$1" -lt 16 ] && echo 16 || echo 1)
    each=$((pushes / 4 / ($1 * clerks)))
    [ "$each" -ge 6 ] || each=6
    country_serve "$1"
    "$bench" country --halls "$work/halls" --clerks "$clerks" --pushes "$(($1 * clerks))" >/dev/null
    country_bare_schemas "$1"
    calls=$("$bench" country --halls "$work/halls" --clerks "$clerks" --idle "$(($2 - $1 * clerks))" --pushes "$((each * $1 * clerks))")
    # shellcheck disable=SC2086
    mib=$(pss_mib $pids)
    connections=$(country_sql -c "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()")
    # shellcheck disable=SC2046
    backends=$(pss_mib $(country_sql -c "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"))
    country_end
    bare=$(country_bare "$1" "$clerks" "$((each * clerks))")
    r=$(ratio "$(field "$calls" 1)" "$bare")
    row "call_next of $1 halls, $2 workstations, of its rows alone ($(field "$calls" 1) of $bare a second)" "$r" "at least 0.70" "$(least "$r" 0.70)"
    row "  one of them, p99 (p50 $(field "$calls" 2) us); polls answered: $(field "$calls" 4) a second" "$(ratio "$(field "$calls" 3)" 1000) ms" "" ""
    row "  memory of their loketd ($connections connections: $backends MiB)" "$mib MiB" "" ""
}

measure_country() {
    if [ ! -x "$postgres/postgres" ]; then
        row "call_next of many halls in PostgreSQL" "-" "at least 0.70" "skipped: postgresql-15 is not installed"
        return
    fi
    HALLS=${HALLS:-$([ -n "${SMALL:-}" ] && echo 1:16 3:60 || echo 1:16 1:500 50:800 300:5000)}
    country_start
    country_first_hall
    # shellcheck disable=SC2086 # words
    country_halls "$(printf '%s\n' $HALLS | cut -d: -f1 | sort -n | tail -n 1)"
    for one in $HALLS; do
        country_one "${one%:*}" "${one#*:}"
    done
    as_somebody "$postgres/pg_ctl" -D "$work/country/data" -m immediate stop >/dev/null
}
