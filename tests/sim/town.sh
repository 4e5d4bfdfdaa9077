#!/bin/sh
# The simulator's part of make test: the seeds that once failed, new ones each day, and a few under ASan and UBSan.
# SEED=N and SEEDS=N in the environment take others. Closes with "N passed, N failed".
set -u
cd "$(dirname "$0")/../.." || exit 1
build=${1:-build} jobs=$(nproc)
seed=${SEED:-$(date +%Y%m%d)000} seeds=${SEEDS:-300}
passed=0 failed=0
try() { # try PROGRAM ARGUMENT…
    echo "$(basename "$(dirname "$1")") $*" | sed "s,$1 ,sim ,"
    if "$@"; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
}
# A planted bug that no longer fits the code proves nothing (bugs.sh, which takes minutes, hunts for them).
for bug in tests/sim/bugs/*.patch; do
    if ! patch -s -p1 --dry-run <"$bug" >/dev/null; then
        echo "$bug does not fit the code any more"
        failed=$((failed + 1))
    fi
done
# shellcheck disable=SC2013 # numbers, one a line
for old in $(sed -n 's/^\([0-9][0-9]*\).*/\1/p' tests/sim/seeds); do
    try "$build/release/sim" --seed "$old" --whole
done
try "$build/release/sim" --seed "$seed" --seeds "$seeds" --jobs "$jobs"
try "$build/release/sim" --seed "$seed" --seeds 10 --twice --whole
try "$build/san/sim" --seed "$seed" --seeds 20 --jobs "$jobs" --whole
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
