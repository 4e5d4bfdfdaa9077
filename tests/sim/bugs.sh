#!/bin/sh
# Plants one bug after the other into a copy of the sources (tests/sim/bugs/NAME.patch: a sentence, then the change) and
# counts the seeds until the simulator finds it. Prints a table; fails when a bug is not found within 200 seeds, or no
# longer fits the code.
#
#   tests/sim/bugs.sh [NAME…]        none: all. SEEDS=200 EVENTS=20000 SEED=1 BUILD=build
set -u
cd "$(dirname "$0")/../.." || exit 1
build=${BUILD:-build} seeds=${SEEDS:-200} events=${EVENTS:-20000} seed=${SEED:-1}
names=${*:-$(cd tests/sim/bugs && echo *.patch)}
make --no-print-directory BUILD="$build" -j"$(nproc)" "$build/release/sim" >/dev/null || exit 1
objects=$(make --no-print-directory BUILD="$build" town-objects)

# plant NAME: the simulator with that bug, as $build/bugs/NAME/sim
plant() {
    dir=$build/bugs/$1
    rm -rf "$dir" && mkdir -p "$dir" || return 1
    files=$(sed -n 's,^+++ b/,,p' "tests/sim/bugs/$1.patch")
    linked=$objects
    for file in $files; do
        mkdir -p "$dir/$(dirname "$file")"
        cp "$file" "$dir/$file"
    done
    patch -s -p1 -d "$dir" <"tests/sim/bugs/$1.patch" || return 1
    for file in $files; do
        make --no-print-directory BUILD="$build" planted SOURCE="$dir/$file" OBJECT="$dir/${file%.c}.o" || return 1
        linked=$(echo "$linked" | sed "s,$build/release/${file%.c}.o,$dir/${file%.c}.o,")
    done
    make --no-print-directory BUILD="$build" planted-sim OBJECTS="$linked" PROGRAM="$dir/sim"
}
hunt() { # hunt NAME: one line of the table
    if ! plant "$1" >"$build/bugs.$1.log" 2>&1; then
        echo "$1 | does not fit the code any more | "
        return 1
    fi
    found=$("$build/bugs/$1/sim" --seed "$seed" --seeds "$seeds" --events "$events" --first | sed -n 's/^found after //p')
    rm -rf "$build/bugs/$1" "$build/bugs.$1.log"
    [ -n "$found" ] || found="not within $seeds seeds: "
    echo "$1 | ${found%%: *} | $(echo "${found#*: }" | cut -c1-110)"
}
if [ "${HUNT:-}" ]; then
    hunt "$HUNT"
    exit
fi
table=$(for name in $names; do echo "${name%.patch}"; done |
    xargs -P "$(nproc)" -I NAME env HUNT=NAME BUILD="$build" SEEDS="$seeds" EVENTS="$events" SEED="$seed" "$0")
echo "$table" | sort
found=$(echo "$table" | grep -c '| [0-9][0-9]* seeds* |') all=$(echo "$table" | wc -l)
echo "planted $all found $found"
[ "$found" -eq "$all" ]
