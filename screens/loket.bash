# bash completion for loket and loketd
_loket() {
    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} words
    case $before in
    --lang) words="az id en ru" ;;
    --theme) words="default light contrast mono az id" ;;
    --pack) words="az id" ;;
    --data) COMPREPLY=($(compgen -d -- "$word")); return ;;
    --config | --log | --record | --anonymise | --password-file | --from | merge | parcel | replay | export | check | validate)
        COMPREPLY=($(compgen -f -- "$word")); return ;;
    form) words="check render validate notice" ;;
    render) COMPREPLY=($(compgen -W "--watch --size --page --lang" -- "$word") $(compgen -f -- "$word")); return ;;
    notice) COMPREPLY=($(compgen -W "--pdf --template --lang" -- "$word") $(compgen -f -- "$word")); return ;;
    --pdf | --template) COMPREPLY=($(compgen -f -- "$word")); return ;;
    --watch) COMPREPLY=($(compgen -f -- "$word")); return ;;
    outbox) words="list export adopt" ;;
    user) words="add list change disable enable password" ;;
    counter) words="add list change disable enable" ;;
    demo) words="list run --seed --days --pack --clerks --json" ;;
    key) words="add list revoke" ;;
    webhook) words="add list remove" ;;
    export-catalogue) words="--format --data" ;;
    --format) words="json jsonld" ;;
    import-catalogue) COMPREPLY=($(compgen -W "--data --dry-run --keep-good --agency --json" -- "$word") $(compgen -f -- "$word")); return ;;
    export-cases) COMPREPLY=($(compgen -W "--data --from --until --agency --unmasked" -- "$word") $(compgen -f -- "$word")); return ;;
    *)
        if [[ ${COMP_WORDS[0]} == *loketd ]]; then
            words="init serve user counter export-cases key webhook deliver import-catalogue export-catalogue backup restore verify depart parcel merge recall
                rehearse demo --data --hall --name --pack --timezone --listen --login --roles --agency --queues --password-file --to --from --users --until --unmasked --url --after --format --dry-run --keep-good --json"
        else
            words="board halls pipe form outbox keys doctor replay --hall --counter --data --config --theme --lang --ascii --linear --tour --anonymise
                --demo --seed --log --record --plain-http --version --help"
        fi
        ;;
    esac
    COMPREPLY=($(compgen -W "$words" -- "$word"))
}
complete -F _loket loket loketd
