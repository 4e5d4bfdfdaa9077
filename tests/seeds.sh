#!/bin/sh
# seeds.sh FIRST COUNT: the tests that draw (tests/support/test.h), by COUNT seeds from FIRST on. Says which fail, and exits 1 when
# any does. BUILD: the built tests' folder; DRAWN: words of the unit tests' names.
set -u
first=$1 count=$2 status=0
out=$(mktemp)
trap 'rm -f "$out"' EXIT

by_seed() {
    LOKET_SEED=$seed "$@" >"$out" 2>&1 && return
    echo "LOKET_SEED=$seed $*"
    grep -vE '^(skipped|LOKET_SEED)' "$out"
    status=1
}
for seed in $(seq "$first" $((first + count - 1))); do
    # shellcheck disable=SC2086 # words
    by_seed "$BUILD/san/unit" $DRAWN
    for test in crash migrate moments; do by_seed "$BUILD/san/tests/sim/${test}_test"; done
done
[ $status -ne 0 ] || echo "$count seeds from $first: all passed"
exit $status
