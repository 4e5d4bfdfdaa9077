#!/bin/sh
# core/deb/sbom.sh PACKAGE VERSION DEPENDS: the bill of materials of a package as CycloneDX 1.5 (JSON): what it asks for, in the
# versions that it was built with, with licence and reason (libraries.tsv). The same build gives the same bytes.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
package=$1 version=$2
arch=$(dpkg --print-architecture)
bom=$(jq -n --arg name "$package" --arg version "$version" --arg arch "$arch" \
    --arg time "$(date -u -d "@$SOURCE_DATE_EPOCH" +%Y-%m-%dT%H:%M:%SZ)" \
    '{bomFormat: "CycloneDX", specVersion: "1.5", version: 1, metadata: {timestamp: $time, component: {
      type: "application", "bom-ref": $name, name: $name, version: $version, licenses: [{license: {id: "Apache-2.0"}}],
      purl: "pkg:deb/loket/\($name)@\($version)?arch=\($arch)"}}, components: [],
      dependencies: [{ref: $name, dependsOn: []}]}')
for library in $(printf '%s\n' "$3" | tr ',' '\n' | sed 's/(.*//' | tr -d ' ' | LC_ALL=C sort -u); do
    line=$(grep "^$library	" "$here/libraries.tsv") || {
        echo "core/deb/libraries.tsv does not say why $library is needed." >&2
        exit 1
    }
    built=$(dpkg-query -W -f '${Version}' "$library" 2> /dev/null) || built=$version # our other package
    bom=$(printf '%s' "$bom" | jq --arg name "$library" --arg version "$built" --arg arch "$arch" \
        --arg licence "$(printf '%s' "$line" | cut -f2)" --arg why "$(printf '%s' "$line" | cut -f3)" \
        '.components += [{type: "library", "bom-ref": $name, name: $name, version: $version, description: $why,
          licenses: [{expression: $licence}], purl: "pkg:deb/debian/\($name)@\($version | @uri)?arch=\($arch)"}]
         | .dependencies[0].dependsOn += [$name]')
done
printf '%s\n' "$bom"
