#!/bin/sh
# The README's key table is what the program says: keys.sh BUILD; `make pictures` writes it anew.
set -eu
cd "$(dirname "$0")/.."
want=$("$1" keys --json | awk -f themes/pictures/keys.awk)
have=$(sed -n '/^<!-- keys -->/,/^<!-- \/keys -->/p' README.md | sed '1d;$d')
[ "$want" = "$have" ] && exit 0
echo "keys: the README's key table is not that of screens/actions.def: run make pictures" >&2
exit 1
