#!/bin/sh
# core/deb/build.sh TREE OUT VERSION: two Debian packages, from what `make install PREFIX=/usr` put below TREE.
#   loketd  the hall: its programs' units, packs, scenarios;  loket  the workstation, which starts a hall of its own to practise
# The same tree gives the same bytes: every time in it is SOURCE_DATE_EPOCH, else the date of the changelog's first entry.
set -eu
umask 022
here=$(cd "$(dirname "$0")" && pwd)
tree=$(cd "$1" && pwd)
mkdir -p "$2"
out=$(cd "$2" && pwd)
version=$3-1
arch=$(dpkg --print-architecture)
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(dpkg-parsechangelog -l "$here/changelog" -S Timestamp)}
export SOURCE_DATE_EPOCH
[ "$(dpkg-parsechangelog -l "$here/changelog" -S Version)" = "$version" ] || {
    echo "The first entry of core/deb/changelog is not of version $version." >&2
    exit 1
}

# take PACKAGE PATH…: moves paths below /usr into the package.
take() {
    package=$1
    shift
    for path in "$@"; do
        mkdir -p "$out/$package/usr/$(dirname "$path")"
        cp -a "$tree/usr/$path" "$out/$package/usr/$path"
    done
}

# The libraries that its programs ask for, with the versions that they need.
libraries() {
    mkdir -p "$out/shlibs/debian"
    printf 'Source: loket\n\nPackage: %s\nArchitecture: any\n' "$1" > "$out/shlibs/debian/control"
    shift
    (cd "$out/shlibs" && dpkg-shlibdeps -O "$@") | sed 's/^shlibs:Depends=//'
}

finish() {
    package=$1
    root=$out/$package
    mkdir -p "$root/DEBIAN" "$root/usr/share/doc/$package" "$root/usr/share/lintian/overrides"
    cp "$here/copyright" "$root/usr/share/doc/$package/copyright"
    gzip -9nc "$here/changelog" > "$root/usr/share/doc/$package/changelog.Debian.gz"
    echo "$package: initial-upload-closes-no-bugs" > "$root/usr/share/lintian/overrides/$package" # never sent to Debian
    find "$root/usr/share/man" -type f -exec gzip -9n {} +
    find "$root" -type f -path '*bin/*' -exec strip --strip-unneeded -R .comment -R .note {} +
    find "$root" -type f -path '*libexec/*' -exec strip --strip-unneeded -R .comment -R .note {} +
    find "$root/usr" -type f ! -path '*bin/*' ! -path '*libexec/*' -exec chmod 644 {} +
    find "$root" -type d -exec chmod 755 {} +
    for script in preinst postinst prerm postrm; do
        [ -e "$here/$package.$script" ] && install -m 755 "$here/$package.$script" "$root/DEBIAN/$script"
    done
    # shellcheck disable=SC2046 # a list of programs
    depends=$(libraries "$package" $(find "$root" -type f -perm -100 -path '*/usr/*'))
    sed -e "s/@VERSION@/$version/" -e "s/@ARCH@/$arch/" -e "s/@LIBRARIES@/$depends/" \
        -e "s/@SIZE@/$(du -k -s --apparent-size "$root/usr" | cut -f1)/" "$here/$package.control" > "$root/DEBIAN/control"
    "$here/sbom.sh" "$package" "$version" "$(sed -n 's/^Depends: //p' "$root/DEBIAN/control")" \
        > "$root/usr/share/doc/$package/sbom.cdx.json"
    chmod 644 "$root/usr/share/doc/$package/sbom.cdx.json"
    (cd "$root" && find etc -type f 2>/dev/null | sed 's,^,/,' > DEBIAN/conffiles) || true
    [ -s "$root/DEBIAN/conffiles" ] || rm -f "$root/DEBIAN/conffiles"
    (cd "$root" && find . -type f ! -path './DEBIAN/*' ! -path './etc/*' -printf '%P\0' | LC_ALL=C sort -z |
        xargs -0 md5sum > DEBIAN/md5sums)
    find "$root" -newermt "@$SOURCE_DATE_EPOCH" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
    dpkg-deb --root-owner-group --build "$root" "$out/${package}_${version}_$arch.deb" > /dev/null
    echo "$out/${package}_${version}_$arch.deb"
}

rm -rf "$out/loket" "$out/loketd" "$out/shlibs"
take loketd bin/loketd share/loket/packs share/loket/scenarios share/man/man8/loketd.8
mkdir -p "$out/loketd/lib/systemd" "$out/loketd/etc/default"
cp -a "$tree/usr/lib/systemd/system" "$out/loketd/lib/systemd/system"
cp "$here/loketd.default" "$out/loketd/etc/default/loketd"
take loket bin/loket libexec/loket share/loket/themes share/man/man1/loket.1 share/doc/loket \
    share/bash-completion/completions/loket
mkdir -p "$out/loket/usr/share/zsh/vendor-completions"
cp "$tree/usr/share/zsh/site-functions/_loket" "$out/loket/usr/share/zsh/vendor-completions/_loket"
finish loketd
finish loket
