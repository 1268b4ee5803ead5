"""Why the command ends, told to the person who gave it."""

from enum import IntEnum


class Code(IntEnum):
    """What the command's exit code means."""

    DONE = 0
    REFUSED = 1
    WRONG_USE = 2
    NO_TOKEN = 3
    UNREACHED = 4
    INTERRUPTED = 130


class Stop(Exception):
    """The command can't go on; the words say why and what to do."""

    def __init__(self, words: str, code: Code = Code.WRONG_USE) -> None:
        super().__init__(words)
        self.words = words
        self.code = code
