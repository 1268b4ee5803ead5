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
ZSH = "autoload -U +X bashcompinit && bashcompinit\n"


def script(shell: str, commands: Mapping[str, argparse.ArgumentParser]) -> str:
    """Give what a shell reads to complete this program's words."""
    cases = "\n".join(f'        {name}) words="{" ".join(_words(parser))}" ;;' for name, parser in commands.items())
    bash = BASH.format(cases=cases, commands=" ".join(commands))
    return ZSH + bash if shell == "zsh" else bash


def _words(parser: argparse.ArgumentParser) -> list[str]:
    """Give the options of a command, and the words that an argument may only be."""
    words = []
    for action in parser._actions:
        words += [name for name in action.option_strings if name.startswith("--")]
        words += [] if action.option_strings else [str(choice) for choice in action.choices or ()]
    return words
