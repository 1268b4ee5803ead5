"""What follows from numbers that are told: equations over cells, solved by elimination; cells are never below 0.

Exact fractions, sparse rows. A sum of cells that comes out as 0 makes each of them 0, and so on until nothing new
follows.
"""

from collections.abc import Hashable, Iterable, Mapping
from fractions import Fraction

Cell = Hashable
Row = dict[Cell, Fraction]
NUMBER = "a number"  # the key of the constant in a row


class Equations:
    """Equations in reduced form: each leading cell by the others and a number."""

    def __init__(self) -> None:
        self.solved: dict[Cell, Row] = {}
        self.sums: list[Row] = []

    def add(self, cells: Mapping[Cell, int], number: int) -> None:
        """Take in that cells, each times a factor, are a number together."""
        row = {cell: Fraction(factor) for cell, factor in cells.items() if factor}
        if all(factor > 0 for factor in row.values()):
            self.sums.append(row)
        self._take_in({**row, NUMBER: Fraction(-number)})

    def _take_in(self, row: Row) -> None:
        row = self.reduced(row)
        free = [cell for cell in row if cell != NUMBER]
        if not free:
            assert not row.get(NUMBER), "what is told contradicts itself"
            return
        lead = free[0]
        factor = row.pop(lead)
        found = {cell: -part / factor for cell, part in row.items()}
        for known in self.solved.values():
            if lead in known:
                add_to(known, found, known.pop(lead))
        self.solved[lead] = found

    def reduced(self, row: Mapping[Cell, Fraction | int]) -> Row:
        """Give a sum of cells by those that stay free, and a number."""
        found: Row = {}
        for cell, factor in row.items():
            if cell in self.solved:
                add_to(found, self.solved[cell], factor)
            else:
                add_to(found, {cell: Fraction(1)}, factor)
        return found

    def value(self, cells: Mapping[Cell, int]) -> Fraction | None:
        """Give what cells are together, when it follows."""
        found = self.reduced(cells)
        return found.get(NUMBER, Fraction(0)) if set(found) <= {NUMBER} else None

    def empty_zeros(self, sums: Iterable[Mapping[Cell, int]] = ()) -> None:
        """Find all that must be 0 because it is part of a sum that is; until nothing new follows."""
        waiting = [*self.sums, *({cell: Fraction(part) for cell, part in one.items()} for one in sums)]
        while True:
            empty = [row for row in waiting if self.value(row) == 0]  # type: ignore[arg-type]
            if not empty:
                return
            waiting = [row for row in waiting if row not in empty]
            for row in empty:
                for cell in row:
                    self._take_in({cell: Fraction(1)})


def add_to(row: Row, other: Mapping[Cell, Fraction], factor: Fraction | int) -> None:
    """Add a row times a factor to another, in place."""
    for cell, part in other.items():
        total = row.get(cell, 0) + part * factor
        if total:
            row[cell] = Fraction(total)
        else:
            row.pop(cell, None)
