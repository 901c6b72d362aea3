# Completion of harmony4 for bash. In ~/.bashrc: source <(harmony4 completion bash)
_harmony4() {
    local current=$2 line=${COMP_LINE:0:COMP_POINT} found item
    COMPREPLY=()
    while IFS= read -r found; do
        item=${found%%$'\t'*}
        # Where = ends a word for bash, the option before it is no part of what is completed.
        [[ $item == --*=* && $current != --*=* ]] && item=${item#*=}
        [[ $item == "${current#=}"* ]] && COMPREPLY+=("$item")
    done < <("${1/#\~\//$HOME/}" '[suggest]' "$line" 2> /dev/null)
}
# Where the tool names nothing, bash completes files.
complete -o default -F _harmony4 harmony4
