#!/bin/sh
# make fuzz: each target for FUZZ_SECONDS with libFuzzer, ASan and UBSan, one after the other. Prints "NAME: N runs, N
# findings" for each and ends nonzero on any. An input that broke something is kept in the corpus of its target as
# finding-HASH, so that `make test` runs it from then on; what merely reaches new code stays in build/fuzz-work.
# A leak, a second for one input or 512 MiB are findings as well. FUZZ=NAME picks one target.
#
# An hour of each may be gathered in slices: $BUILD/fuzz-ledger has a line "NAME SECONDS RUNS" for each slice, in seconds of the
# processor, and the sum is told at the end of each target's line. FUZZ_KEEP=1 takes what reached new code into the corpus
# too, the smallest inputs that do, as long as that stays below KEEP_KIB.
set -u
cd "$(dirname "$0")/../.." || exit 1
KEEP_KIB=600
build=${BUILD:-build} seconds=${FUZZ_SECONDS:-600} total=0
ledger=$build/fuzz-ledger
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
# processor_s FILE: of all children, in whole seconds, of what `times` wrote there (a subshell has none).
processor_s() {
    awk 'NR == 2 { gsub(/s/, ""); for (i = 1; i <= 2; i++) { split($i, t, "m"); sum += 60 * t[1] + t[2] } print int(sum) }' "$1"
}
# gathered NAME: the seconds of all its slices.
gathered() {
    awk -v name="$1" '$1 == name { sum += $2 } END { print sum + 0 }' "$ledger"
}
# keep PROGRAM CORPUS WORK: what reaches code that the corpus does not, the shortest first, as long as there is room.
keep() {
    fresh=$3-fresh
    rm -rf "$fresh"
    cp -r "$2" "$fresh"
    "$1" -merge=1 -max_len=4096 -timeout=1 -rss_limit_mb=512 "$fresh" "$3" >"$3-merge.log" 2>&1
    # shellcheck disable=SC2045 # libFuzzer names them by their SHA-1
    for input in $(ls -Sr "$fresh"); do
        [ "$(du -sk "$2" | cut -f1)" -lt "$KEEP_KIB" ] || break
        [ -e "$2/$input" ] || cp "$fresh/$input" "$2/"
    done
    rm -rf "$fresh"
}
touch "$ledger"
for name in $names; do
    times >"$build/fuzz-times"
    before=$(processor_s "$build/fuzz-times")
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
    times >"$build/fuzz-times"
    echo "$name $(($(processor_s "$build/fuzz-times") - before)) $(runs "$log")" >>"$ledger"
    echo "$name: $(runs "$log") runs, $findings findings; $(($(gathered "$name") / 60)) minutes of the processor in all"
    [ -z "${FUZZ_KEEP:-}" ] || keep "$build/fuzz/tests/fuzz/${name}_fuzz" "$corpus" "$work"
    total=$((total + findings))
done
[ "$total" -eq 0 ]
