#!/bin/sh
# make fuzz: each target for FUZZ_SECONDS with libFuzzer, ASan and UBSan, one after the other. Prints "NAME: N runs, N
# findings" for each and ends nonzero on any. An input that broke something is kept in the corpus of its target as
# finding-HASH, so that `make test` runs it from then on; what merely reaches new code stays in build/fuzz-work.
# A leak, a second for one input or 512 MiB are findings as well. FUZZ=NAME picks one target.
set -u
cd "$(dirname "$0")/../.." || exit 1
build=${BUILD:-build} seconds=${FUZZ_SECONDS:-600} total=0
if [ -n "${FUZZ:-}" ]; then
    names=$FUZZ
else
    names=$(for source in tests/fuzz/*_fuzz.c; do basename "$source" _fuzz.c; done)
fi
programs=$(for name in $names; do echo "$build/fuzz/tests/fuzz/${name}_fuzz"; done)
# shellcheck disable=SC2086 # the names hold no spaces
make --no-print-directory BUILD="$build" KIND=fuzz -j"$(nproc)" $programs || exit 1
# Freed memory is kept back for a while to find its use; by default more than the limit of the whole.
export ASAN_OPTIONS=quarantine_size_mb=16:detect_leaks=1 UBSAN_OPTIONS=print_stacktrace=1

# runs LOG: how many inputs were run.
runs() {
    sed -n 's/^stat::number_of_executed_units: *//p' "$1"
}
for name in $names; do
    work=$build/fuzz-work/$name corpus=tests/fuzz/corpus/$name log=$build/fuzz-work/$name.log findings=0
    mkdir -p "$work" "$corpus"
    "$build/fuzz/tests/fuzz/${name}_fuzz" -max_total_time="$seconds" -timeout=1 -rss_limit_mb=512 -max_len=65536 \
        -print_final_stats=1 -artifact_prefix="$work-" "$work" "$corpus" >"$log" 2>&1
    status=$?
    for input in "$work"-crash-* "$work"-leak-* "$work"-timeout-* "$work"-oom-*; do
        [ -e "$input" ] || continue
        findings=$((findings + 1))
        mv "$input" "$corpus/finding-$(printf %.12s "${input##*-}")"
    done
    [ "$status" -eq 0 ] || [ "$findings" -gt 0 ] || findings=1 # it ended without an input
    [ "$findings" -eq 0 ] || grep -E 'not so|ERROR|runtime error' "$log"
    echo "$name: $(runs "$log") runs, $findings findings"
    total=$((total + findings))
done
[ "$total" -eq 0 ]
