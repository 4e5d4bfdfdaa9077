# screens/po/po2c.awk: the translations, *.po, as sorted C tables (screens/tr.h). Plain awk; run with LC_ALL=C.
# Of the format only msgid, msgstr, continued strings and comments are used: no plurals, no contexts. An empty
# msgstr is left out, so that English shows. Texts stay as they are escaped, which C reads the same way.
function quoted(line) {
    sub(/^[^"]*"/, "", line)
    sub(/"[^"]*$/, "", line)
    return line
}
function finish() {
    if (id != "" && text != "") {
        n++
        ids[n] = id
        texts[n] = text
    }
    id = text = part = ""
}
function sort(   i, j, k, t, gap) {
    for (gap = int(n / 2); gap > 0; gap = int(gap / 2))
        for (i = gap + 1; i <= n; i++) {
            k = ids[i]
            t = texts[i]
            for (j = i; j > gap && ids[j - gap] > k; j -= gap) {
                ids[j] = ids[j - gap]
                texts[j] = texts[j - gap]
            }
            ids[j] = k
            texts[j] = t
        }
}
function table(   i) {
    finish()
    if (lang == "")
        return
    sort()
    printf "static const struct po_entry entries_%s[] = {\n", lang
    for (i = 1; i <= n; i++)
        printf "    {\"%s\", \"%s\"},\n", ids[i], texts[i]
    print "    {\"\", \"\"}\n};"
    langs = langs sprintf("    {\"%s\", entries_%s, %d},\n", lang, lang, n)
    files++
}
BEGIN {
    print "/* Made from the .po files of screens/po by po2c.awk. */\n#include \"screens/tr.h\"\n"
}
FNR == 1 {
    table()
    n = 0
    lang = FILENAME
    sub(/.*\//, "", lang)
    sub(/\.po$/, "", lang)
}
/^msgid / { finish(); part = "id"; id = quoted($0); next }
/^msgstr / { part = "text"; text = quoted($0); next }
/^"/ {
    if (part == "id") id = id quoted($0)
    if (part == "text") text = text quoted($0)
}
END {
    table()
    printf "\nconst struct po_table po_tables[] = {\n%s};\n", langs
    printf "const size_t po_table_count = %d;\n", files
}
