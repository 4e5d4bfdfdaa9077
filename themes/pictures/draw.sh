#!/bin/sh
# The README's pictures and key table, from the real program, and the guide's, from the tests' data: draw.sh BUILD
set -eu
build=$1
make --no-print-directory BUILD="$build" KIND=release "$build/release/tests/pictures/pictures" >/dev/null
LOKET_PICTURES=themes/pictures "$build/release/tests/pictures/pictures"
make --no-print-directory BUILD="$build" KIND=san "$build/san/unit" >/dev/null
LOKET_GOLDEN="write" "$build/san/unit" screen_guide_pictures
table=$(mktemp)
trap 'rm -f "$table"' EXIT
"$build/loket" keys --json | awk -f themes/pictures/keys.awk >"$table"
awk -v table="$table" '
    /^<!-- keys -->/ { print; while ((getline line < table) > 0) print line; skip = 1; next }
    /^<!-- \/keys -->/ { skip = 0 }
    !skip' README.md >"$table.new" && cat "$table.new" >README.md && rm "$table.new"
