"""Regular expressions that may take for ever. Pure functions without Django."""

import re

PATTERN_PIECES = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\{[0-9,]*\}|.", re.DOTALL)


def repeats_a_repetition(pattern: str) -> bool:
    """Tell whether a repeated group holds a repetition or a choice: it may match one text in too many ways."""
    varies, closed, before = [False], False, ""
    for piece in PATTERN_PIECES.findall(pattern):
        if piece[0] in "*+{" and before == ")" and closed:
            return True
        if piece == "(":
            varies.append(False)
        elif piece == ")":
            closed = varies.pop()
            varies[-1] |= closed
        elif piece in ("|", "*", "+") or (piece == "?" and before != "(") or (piece[0] == "{" and "," in piece):
            varies[-1] = True
        before = piece
    return False
