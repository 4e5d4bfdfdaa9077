#!/bin/sh
# Runs every layer of tests that fits in ten minutes, on the programs built with ASan and UBSan, and closes with
# "N passed, N failed". Each program of tests ends with such a line of its own; a program that dies without one
# counts as a failure. Arguments name layers (unit fuzz sim hall e2e …); none: all. ONLY: a part of the tests' names.
set -u
cd "$(dirname "$0")/.." || exit 1
build=${BUILD:-build}
layers=${*:-"unit fuzz sim hall e2e"}
passed=0 failed=0 skipped=0
out=$(mktemp) || exit 1
trap 'rm -f "$out"' EXIT

# Everything is built before anything is run, so that a broken build is one clear end.
programs() {
    for layer in $layers; do
        if [ "$layer" = unit ]; then
            echo "$build/san/unit"
        else
            for source in tests/"$layer"/*_test.c tests/"$layer"/*_fuzz.c; do
                [ -e "$source" ] && echo "$build/san/${source%.c}"
            done
        fi
    done
}
# shellcheck disable=SC2046 # names of programs hold no spaces
make --no-print-directory BUILD="$build" KIND=san -j"$(nproc)" \
    "$build/san/loket" "$build/san/loketd" "$build/san/loket-pdf" $(programs) || {
    echo "0 passed, 1 failed"
    exit 1
}
case " $layers " in *" sim "*)
    make --no-print-directory BUILD="$build" -j"$(nproc)" "$build/release/sim" &&
        make --no-print-directory BUILD="$build" KIND=san -j"$(nproc)" "$build/san/sim" || failed=$((failed + 1)) ;;
esac
sh tests/layers.sh || failed=$((failed + 1))
sh tests/keys.sh "$build/san/loket" || failed=$((failed + 1))

number() { # number WORD: the count before WORD in the closing line of the last program
    tail -n 1 "$out" | sed -n "s/.*\\b\\([0-9][0-9]*\\) $1.*/\\1/p"
}
run() {
    echo "--- $1"
    "$@" >"$out" 2>&1
    status=$?
    p=$(number passed) f=$(number failed) s=$(number skipped)
    if [ -z "$p" ] || { [ "$status" -ne 0 ] && [ "${f:-0}" -eq 0 ]; }; then
        cat "$out"
        echo "$1 ended with status $status"
        p=${p:-0} f=1
    elif [ "$f" -ne 0 ]; then
        cat "$out"
    else
        grep -v '^[0-9]* passed' "$out"
        tail -n 1 "$out"
    fi
    passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + ${s:-0}))
}
for program in $(programs); do
    run "$program" ${ONLY:+"$ONLY"}
done
case " $layers " in *" sim "*) run tests/sim/town.sh "$build" ;; esac
[ "$skipped" -eq 0 ] && echo "$passed passed, $failed failed" || echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
