# Completion of harmony4 for fish. In ~/.config/fish/config.fish: harmony4 completion fish | source
function __harmony4_complete
    set -l found (harmony4 '[suggest]' (commandline -cp | string collect) 2> /dev/null)
    if test (count $found) -gt 0
        printf '%s\n' $found
    else
        __fish_complete_path (commandline -ct)
    end
end
complete -c harmony4 -f -a '(__harmony4_complete)'
