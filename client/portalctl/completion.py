"""Completion of commands and options in shells, made from the very parser that reads them."""

import argparse
from collections.abc import Mapping

BASH = """\
_portalctl() {{
    local word=${{COMP_WORDS[COMP_CWORD]}} command= one words
    for one in "${{COMP_WORDS[@]:1:COMP_CWORD-1}}"; do
        case $one in -*) ;; *) command=$one; break ;; esac
    done
    case $command in
{cases}
        *) words="{commands}" ;;
    esac
    COMPREPLY=($(compgen -W "$words" -- "$word"))
    case $word in -*) ;; *) [ -z "$command" ] || COMPREPLY+=($(compgen -f -- "$word")) ;; esac
}}
complete -o filenames -F _portalctl portalctl
"""
ZSH = """\
_portalctl() {{
    local command= one
    local -a offered
    for one in ${{words[2,CURRENT-1]}}; do
        case $one in -*) ;; *) command=$one; break ;; esac
    done
    case $command in
{cases}
        *) offered=({commands}) ;;
    esac
    compadd -a offered
    [[ -z $command || $PREFIX == -* ]] || _files
}}
(( $+functions[compdef] )) || {{ autoload -Uz compinit && compinit -i }}
compdef _portalctl portalctl
"""


def script(shell: str, commands: Mapping[str, argparse.ArgumentParser]) -> str:
    """Give what a shell reads to complete this program's words."""
    whole, case = (ZSH, "{}) offered=({}) ;;") if shell == "zsh" else (BASH, '{}) words="{}" ;;')
    cases = "\n".join(f"        {case.format(name, ' '.join(_words(parser)))}" for name, parser in commands.items())
    return whole.format(cases=cases, commands=" ".join(commands))


def _words(parser: argparse.ArgumentParser) -> list[str]:
    """Give the options of a command, and the words that an argument may only be."""
    words = []
    for action in parser._actions:
        words += [name for name in action.option_strings if name.startswith("--")]
        words += [] if action.option_strings else [str(choice) for choice in action.choices or ()]
    return words
