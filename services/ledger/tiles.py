"""The tree as it is kept: tiles of 256 hashes, so that a proof in a log of many millions needs a handful of reads."""

from collections.abc import Iterable, Sequence

from django.db import connection

from services.ledger import merkle
from services.ledger.merkle import HASH_BYTES, Nodes, Subtree
from services.ledger.models import Tile

BITS = 8
WIDTH = 1 << BITS
TileKey = tuple[int, int]
UPSERT = """
    INSERT INTO ledger_tile (level, index, hashes) SELECT * FROM unnest(%s::smallint[], %s::bigint[], %s::bytea[])
    ON CONFLICT (level, index) DO UPDATE SET hashes = excluded.hashes
"""


def grow(size: int, leaves: Sequence[bytes]) -> None:
    """Add the hashes of new leaves to a tree of `size` leaves; every perfect subtree of a tile gets its hash above."""
    written: dict[TileKey, bytes] = {}
    level, new = 0, leaves
    while new:
        before = size >> (BITS * level)
        new = _grow_level(level, before, new, written)
        level += 1
    levels, indices = [key[0] for key in written], [key[1] for key in written]
    with connection.cursor() as cursor:
        cursor.execute(UPSERT, [levels, indices, list(written.values())])


def _grow_level(level: int, before: int, new: Sequence[bytes], written: dict[TileKey, bytes]) -> list[bytes]:
    """Add hashes behind the `before` first ones of a level; give the hashes of the tiles that became full."""
    index, filled = divmod(before, WIDTH)
    kept = bytes(Tile.objects.get(level=level, index=index).hashes)[: filled * HASH_BYTES] if filled else b""
    hashes = [kept[at : at + HASH_BYTES] for at in range(0, len(kept), HASH_BYTES)] + list(new)
    full = []
    for start in range(0, len(hashes), WIDTH):
        tile = hashes[start : start + WIDTH]
        written[level, index + start // WIDTH] = b"".join(tile)
        if len(tile) == WIDTH:
            full.append(merkle.perfect_root(tile))
    return full


def hashes_of(subtrees: Sequence[Subtree]) -> list[bytes]:
    """Give the hashes of subtrees of the tree; one query for all."""
    parts = {part for subtree in subtrees for part in merkle.perfect_parts(subtree)}
    nodes = _nodes_in(_read({_tile_of(*part) for part in parts}))
    return [merkle.root_of(subtree, nodes) for subtree in subtrees]


def _tile_of(height: int, index: int) -> TileKey:
    """Give the tile that holds what a perfect subtree's hash is made of."""
    level, above = divmod(height, BITS)
    return level, index << above >> BITS


def _read(keys: Iterable[TileKey]) -> dict[TileKey, bytes]:
    wanted = list(keys)
    rows = Tile.objects.filter(pk__in=wanted) if wanted else ()
    return {(row.level, row.index): bytes(row.hashes) for row in rows}


def _nodes_in(tiles: dict[TileKey, bytes]) -> Nodes:
    def node(height: int, index: int) -> bytes:
        above = height % BITS
        first = (index << above) % WIDTH
        tile = tiles[_tile_of(height, index)]
        places = range(first, first + (1 << above))
        return merkle.perfect_root([tile[at * HASH_BYTES : (at + 1) * HASH_BYTES] for at in places])

    return node
