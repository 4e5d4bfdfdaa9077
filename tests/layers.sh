#!/bin/sh
# Proves walls 1 and 2 of core/ARCHITECTURE.md from the includes, and fails naming each breach.
set -eu
bad=0
# breach PATTERN MESSAGE FILES...: no file may have an include that matches PATTERN.
breach() {
    pattern=$1 message=$2
    shift 2
    [ $# -gt 0 ] || return 0
    if grep -nE "^[[:space:]]*#[[:space:]]*include[[:space:]]*[<\"]$pattern" "$@" /dev/null; then
        echo "layers: $message" >&2
        bad=1
    fi
}
files() { find "$@" -name '*.[ch]' -type f | sort; }
# shellcheck disable=SC2046 # names of sources hold no spaces
{
    breach '(tui|screens)/' 'core must not know tui or screens' $(files core)
    breach '(core|screens)/' 'tui must not know core or screens' $(files tui)
    only() { # only PATTERN LIBRARY ALLOWED: the library's header in files that match ALLOWED alone
        breach "$1" "$2 belongs to $3 alone" $(files core tui screens | grep -vE "^($3)\$")
    }
    only '(ncurses|curses|term)\.h>|<ncursesw/' ncurses 'tui/term\.c'
    only 'sqlite3\.h' SQLite 'core/db/sqlite\.c'
    only '(postgresql/)?libpq' libpq 'core/db/(postgres|postgres_line|postgres_news|scratch)\.c'
    only 'curl/' curl 'core/(sync/(driver|many)\.c|sync/line\.[ch]|hall/courier\.c)'
    only 'microhttpd' libmicrohttpd 'core/hall/http\.c'
    only 'gnutls/' GnuTLS 'core/hall/tls_peers\.c'
    only 'liboath/' liboath 'core/hall/totp\.c'
    only '(sodium|openssl/)' 'libsodium and libcrypto' 'core/base/(crypto|seal)\.c'
    only '(cjson/)?cJSON' cJSON 'core/(wire|form|catalogue)/.*'
    only 'pcre2' PCRE2 'core/form/pattern\.c'
    only '(cairo|pango|glib|hb|ft2build)' 'Pango and cairo' 'core/print/pdf\.c'
    # The rules of the hall know neither SQL, network nor terminal; base knows nobody.
    breach 'core/(wire|db|command|cache|sync|hall|form|catalogue)/' 'model knows base alone' $(files core/model)
    breach 'core/[^b]' 'base knows no other room' $(files core/base)
    breach 'core/(db|command|cache|sync|hall|print)/' 'demo knows no hall' $(files core/demo)
    breach 'core/(cache|sync)/' 'the hall does not know the workstation' $(files core/hall core/command core/db core/wire)
    breach 'core/hall/' 'the workstation does not know the hall program' $(files core/cache core/sync core/command screens)
    # Screens never call each other: only app, main and commands know more than one.
    for f in $(find screens -name '*_screen.c' | sort); do
        own=$(basename "$f" .c)
        if grep -nE '#include "screens/[a-z_]*_screen\.h"' "$f" | grep -v "screens/$own\.h"; then
            echo "layers: $f includes another screen" >&2
            bad=1
        fi
    done
}
[ "$bad" -eq 0 ] && echo "layers: the walls stand"
exit "$bad"
