#!/bin/sh
# Runs every layer of tests, as many programs at once as there are processors, on what is built with ASan and UBSan, and
# closes with "N passed, N failed". Each program of tests ends with such a line of its own; a program that dies without
# one counts as a failure. Arguments name layers (unit sim e2e hall fuzz); none: all. ONLY: a part of the tests' names.
# STORE=postgres: the layer hall with its halls in PostgreSQL.
# SLOWEST=N: each program tells which N of its tests took most of the processor.
set -u
cd "$(dirname "$0")/.." || exit 1
build=${BUILD:-build}
layers=${*:-"unit sim e2e hall fuzz"} # what takes long stands first
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
trap 'exit 1' INT TERM

# Where there is a place in memory with room for every hall of the tests, they stand there. A kill takes nothing from a
# disk that it would not take from memory; what a disk does with a power cut is the simulated disk's (tests/sim/disk.h).
room() { df -Pk /dev/shm 2>/dev/null | awk 'NR == 2 { print $4 }'; }
memory() { awk '/^MemAvailable/ { print $2 }' /proc/meminfo; }
if [ -z "${TMPDIR:-}" ] && [ -w /dev/shm ] && [ "$(room)" -gt 3000000 ] && [ "$(memory)" -gt 6000000 ]; then
    export TMPDIR=/dev/shm
fi

# An allocation's first frames are enough to find it by; all of them cost a tenth of the processor.
export ASAN_OPTIONS="${ASAN_OPTIONS:-malloc_context_size=8}"

# STORE=postgres: halls are kept in PostgreSQL (tests/support/cluster.h), a server for each program of tests.
postgres=/usr/lib/postgresql/15/bin/postgres
case ${STORE:-} in
'' | sqlite) ;;
postgres)
    [ "$layers" = hall ] || { echo "STORE=postgres is for the layer hall"; exit 2; }
    [ -x "$postgres" ] || { echo "PostgreSQL 15 is missing: apt-get install postgresql-15"; exit 1; }
    export LOKET_TEST_DB=own ;;
*) echo "STORE is sqlite or postgres, not $STORE"; exit 2 ;;
esac
# left_out SOURCE: says why a program has no place in such a run.
left_out() {
    [ "${STORE:-}" = postgres ] || return 1
    case ${1##*/} in
    postgres_test.c | many_test.c | commit_lost_test.c | practice_postgres_test.c)
        echo "left out: $1: it is in PostgreSQL anyhow" >&2 ;;
    practice_test.c)
        echo "left out: $1: the hall that a workstation makes for itself is a folder" >&2 ;;
    *) return 1 ;;
    esac
}

# Everything is built before anything is run, so that a broken build is one clear end.
programs() {
    for layer in $layers; do
        if [ "$layer" = unit ]; then
            for part in 1 2 3 4 5 6; do echo "$build/san/unit --part=$part/6"; done
        else
            for source in tests/"$layer"/*_test.c tests/"$layer"/*_fuzz.c; do
                [ -e "$source" ] && ! left_out "$source" && echo "$build/san/${source%.c}"
            done
        fi
    done
}
programs >"$dir/programs"
# Both stores: so much of the layer is run a second time, in PostgreSQL, with all the rest; the whole of it by STORE=postgres.
twice="access accounts acts admin api apply audit bus clone counters events factor loketd moves notice person retention station"
: >"$dir/twice"
case "${STORE:-none} $layers " in "none "*"hall "*)
    if [ -x "$postgres" ]; then
        for name in $twice; do echo "$build/san/tests/hall/${name}_test"; done >"$dir/twice"
    else
        echo "skipped in PostgreSQL: $twice: PostgreSQL 15 is not installed (apt-get install postgresql-15)"
        echo "$twice" | wc -w >"$dir/lacking"
    fi ;;
esac
# shellcheck disable=SC2046 # names of programs hold no spaces
make --no-print-directory BUILD="$build" KIND=san -j"$(nproc)" \
    "$build/san/loket" "$build/san/loketd" "$build/san/loket-pdf" $(cut -d' ' -f1 "$dir/programs" | sort -u) || {
    echo "0 passed, 1 failed"
    exit 1
}
broken=0
case " $layers " in *" sim "*)
    make --no-print-directory BUILD="$build" -j"$(nproc)" "$build/release/sim" &&
        make --no-print-directory BUILD="$build" KIND=san -j"$(nproc)" "$build/san/sim" || broken=$((broken + 1)) ;;
esac
sh tests/layers.sh || broken=$((broken + 1))
sh tests/keys.sh "$build/san/loket" || broken=$((broken + 1))

number() { # number WORD FILE: the count before WORD in the closing line of a program
    tail -n 1 "$2" | sed -n "s/.*\\b\\([0-9][0-9]*\\) $1.*/\\1/p"
}
# run N WORD…: its words are printed when it has ended, all together; its counts become a line of sums.
run() {
    out=$dir/$1
    shift
    # what a shell puts into the background would not hear Ctrl-C, nor would the programs that it tests
    env --default-signal=INT,QUIT "$@" >"$out" 2>&1
    status=$?
    p=$(number passed "$out") f=$(number failed "$out") s=$(number skipped "$out")
    {
        flock 9
        echo "--- $*"
        if [ -z "$p" ] || { [ "$status" -ne 0 ] && [ "${f:-0}" -eq 0 ]; }; then
            cat "$out"
            echo "$* ended with status $status"
            p=${p:-0} f=1
        elif [ "$f" -ne 0 ]; then
            cat "$out"
        else
            grep -v '^[0-9]* passed' "$out"
            tail -n 1 "$out"
        fi
        echo "$p $f ${s:-0}" >>"$dir/sums"
    } 9>"$dir/lock"
    rm -f "$out"
}

# As many at once as there are processors, and one more, for these programs often wait for each other. A line in the
# pipe is a place.
mkfifo "$dir/places"
exec 8<>"$dir/places"
for _ in $(seq "$(($(nproc) + 1))"); do echo >&8; done
started=0
start() {
    read -r _ <&8
    started=$((started + 1))
    { run "$started" "$@" 8>&-; echo >&8; } &
}
: >"$dir/sums"
if [ -s "$dir/lacking" ]; then # a line as of one program
    started=$((started + 1))
    echo "0 0 $(cat "$dir/lacking")" >>"$dir/sums"
fi
case " $layers " in *" sim "*) start tests/sim/town.sh "$build" ;; esac
while read -r program options; do
    case $program in *_fuzz) start "$program" && continue ;; esac
    # shellcheck disable=SC2086 # options are words
    start "$program" $options ${ONLY:+"$ONLY"} ${SLOWEST:+"--slowest=$SLOWEST"}
done <"$dir/programs"
while read -r program; do
    start LOKET_TEST_DB=own "$program" ${ONLY:+"$ONLY"}
done <"$dir/twice"
wait
awk -v started="$started" -v broken="$broken" '
    { passed += $1; failed += $2; skipped += $3 }
    END {
        failed += broken + started - NR
        printf "%d passed, %d failed", passed, failed
        if (skipped) printf ", %d skipped", skipped
        print ""
        exit failed > 0
    }' "$dir/sums"
