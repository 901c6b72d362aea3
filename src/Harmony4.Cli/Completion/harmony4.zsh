#compdef harmony4
# Completion of harmony4 for zsh. In ~/.zshrc, behind compinit: source <(harmony4 completion zsh)
_harmony4() {
    local line="harmony4 ${(j: :)words[2,CURRENT-1]}" found
    local -a suggestions
    (( CURRENT > 2 )) && line+=' '
    for found in "${(@f)$(harmony4 '[suggest]' "$line$PREFIX" 2> /dev/null)}"; do
        [[ -n $found ]] || continue
        # A colon ends the word for _describe.
        suggestions+=("${${found%%$'\t'*}//:/\\:}${${found/$'\t'/:}#${found%%$'\t'*}}")
    done
    if (( ${#suggestions} )); then
        _describe harmony4 suggestions
    else
        _files
    fi
}
if [[ ${funcstack[1]} == _harmony4 ]]; then
    _harmony4
else
    compdef _harmony4 harmony4
fi
