"""How tests are handed out to processes that run side by side."""

from typing import Any

from xdist.scheduler import LoadScopeScheduling

# Tests below such a folder share one portal of real processes, which is too much for two at once.
WHOLE = ("tests/drill/",)


class Together(LoadScopeScheduling):
    """Hand out tests of a file that stand together in the order of the run to one process, and keep that order.

    A file's tests that commit stand apart from those that don't, and so do its walks through a browser.
    """

    def __init__(self, *known: Any) -> None:
        super().__init__(*known)
        self._parts: dict[str, str] = {}
        self._place, self._part = "", 0

    def _split_scope(self, nodeid: str) -> str:
        """Name the part that a test belongs to; the tests come here in their order first."""
        if nodeid not in self._parts:
            file = nodeid.partition("::")[0]
            place = next((folder for folder in WHOLE if file.startswith(folder)), file)
            if place != self._place:
                self._place, self._part = place, self._part + 1
            self._parts[nodeid] = str(self._part)
        return self._parts[nodeid]
