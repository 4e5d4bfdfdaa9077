# The action table (loket keys --json, one action a line) as a table of Markdown.
BEGIN { print "| keys | action | where | what |"; print "| --- | --- | --- | --- |" }
function member(name,    at, text) {
    at = index($0, "\"" name "\":")
    if (!at)
        return ""
    text = substr($0, at + length(name) + 3)
    if (substr(text, 1, 1) == "[") {
        text = substr(text, 2, index(text, "]") - 2)
        gsub(/"/, "", text)
        return text
    }
    text = substr(text, 2)
    match(text, /[^\\]"/)
    text = substr(text, 1, RSTART)
    gsub(/\\"/, "\"", text)
    return text
}
/"id":/ {
    keys = member("keys")
    gsub(/,/, "` `", keys)
    gsub(/\|/, "\\|", keys)
    screen = member("screen")
    if (split(screen, names, " ") > 8)
        screen = "everywhere"
    print "| `" keys "` | " member("label") " | " screen " | " member("help") " |"
}
