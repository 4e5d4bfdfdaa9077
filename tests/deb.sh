#!/bin/sh
# tests/deb.sh [FOLDER]: the packages that `make deb` builds: two clones give the same bytes, lintian has nothing to say, their
# programs are hardened, all that they stand on is listed with a reason, their services are shut in, they install, are upgraded beside a hall at work, and go without a trace but the hall's data. As root: it installs them here.
set -eu
here=$(cd "$(dirname "$0")/.." && pwd)
work=${1:-$(mktemp -d)}
version=$(sed -n 's/^VERSION *:= *//p' "$here/Makefile")
passed=0
ok() {
    passed=$((passed + 1))
    echo "ok $1"
}
fail() {
    echo "FAILED $1" >&2
    exit 1
}

from=$here
for clone in one two; do
    rm -rf "${work:?}/$clone"
    git clone -q "$from" "$work/$clone"
    from=$work/one # somebody may commit meanwhile
    make -s -C "$work/$clone" deb > "$work/$clone.log" 2>&1 || fail "make deb in a clone; see $work/$clone.log"
done
for package in loket loketd; do
    file=build/deb/${package}_$version-1_$(dpkg --print-architecture).deb
    cmp "$work/one/$file" "$work/two/$file" || fail "$package: two clones give different bytes"
    ok "$package: two clones give the same bytes"
    cp "$work/one/$file" "$work/$package.deb"
    tags=$(lintian --fail-on warning "$work/$package.deb" 2>&1) || fail "$package: $tags"
    ok "$package: lintian"
done

# Position-independent, no stack that runs, nothing to be bound late, what may overflow is watched.
hardened() {
    readelf -hW "$1" | grep -q 'Type: *DYN' || fail "$1 lies at a fixed place"
    readelf -lW "$1" | grep -q 'GNU_STACK .* RW  *0x' || fail "$1 has a stack that runs"
    readelf -lW "$1" | grep -q GNU_RELRO || fail "$1 can have its tables overwritten"
    readelf -dW "$1" | grep -q BIND_NOW || fail "$1 binds late"
    nm -D "$1" | grep -q __stack_chk_fail || fail "$1 does not watch its stack"
    nm -D "$1" | grep -q '_chk@' || fail "$1 does not watch its buffers"
    readelf -dW "$1" | grep -Eq 'RPATH|RUNPATH' && fail "$1 looks for libraries in a place of its own"
    return 0
}
tree=$work/one/build/deb
for package in loket loketd; do
    # shellcheck disable=SC2044 # our own names
    for program in $(find "$tree/$package/usr/bin" "$tree/$package/usr/libexec" -type f 2> /dev/null); do
        hardened "$program"
    done
    ok "$package: its programs are hardened"
done
grep -v '^#' "$here/core/deb/libraries.tsv" | cut -f1 | LC_ALL=C sort > "$work/listed"
jq -r '.components[].name' "$tree"/loket*/usr/share/doc/loket*/sbom.cdx.json | LC_ALL=C sort -u > "$work/needed"
cmp -s "$work/listed" "$work/needed" || fail "core/deb/libraries.tsv: $(diff "$work/listed" "$work/needed" | tr '\n' ' ')"
ok "what they stand on is listed, and nothing else"
for unit in "$tree"/loketd/lib/systemd/system/*.service; do
    systemd-analyze security --offline=true --threshold=12 "$unit" > "$work/unit.log" || fail "$(tail -1 "$work/unit.log")"
done
ok "the services are shut in (exposure 1.2 at most)"

apt-get install -y -qq --no-install-recommends "$work/loketd.deb" "$work/loket.deb" > "$work/install.log" 2>&1 ||
    fail "they install; see $work/install.log"
[ "$(stat -c '%U %a' /var/lib/loket)" = "loket 700" ] || fail "the hall's folder is its account's alone"
loketd init --data "$work/hall" --hall TEST-1 --name Test --pack id > /dev/null || fail "a hall is made of the installed packs"
loketd serve --data "$work/hall" --listen 127.0.0.1:0 > "$work/serve.log" 2>&1 &
hall=$!
trap 'kill $hall 2> /dev/null || true' EXIT
loket --version > /dev/null || fail "the workstation starts"
ok "they install, and a hall works"
echo kept > /var/lib/loket/kept
dpkg -i "$work/loketd.deb" "$work/loket.deb" > "$work/upgrade.log" 2>&1 || fail "they are upgraded; see $work/upgrade.log"
kill -0 $hall || fail "a hall at work outlives an upgrade"
[ -e /var/lib/loket/kept ] || fail "an upgrade leaves the hall's data"
ok "they are upgraded beside a hall at work"
dpkg --purge loket loketd > "$work/purge.log" 2>&1 || fail "they go; see $work/purge.log"
left=$(find /usr/bin /usr/share/loket /usr/libexec/loket /usr/share/doc/loket /lib/systemd/system /etc/default \
    -name 'loket*' 2> /dev/null || true)
[ -z "$left" ] || fail "they leave behind: $left"
[ -e /var/lib/loket/kept ] || fail "what the hall holds is not thrown away"
rm -f /var/lib/loket/kept
rmdir /var/lib/loket
ok "they go without a trace but the hall's data"
echo "$passed passed, 0 failed"
