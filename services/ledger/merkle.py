"""The Merkle tree of RFC 9162 over leaf hashes, and what proves that something is in it: pure functions.

A subtree is told by its leaves, from `start` up to but without `end`. Nodes are asked for by `Nodes`, a function from
height and index to the hash of a perfect subtree of 2**height leaves, so that nothing here knows where they are kept.
"""

import hashlib
from collections.abc import Callable, Sequence

EMPTY = hashlib.sha256().digest()
HASH_BYTES = 32
LEAF, NODE = b"\x00", b"\x01"
Nodes = Callable[[int, int], bytes]
Subtree = tuple[int, int]


class NoSuchProof(ValueError):
    """There is no proof between such sizes."""


def leaf_hash(entry: bytes) -> bytes:
    return hashlib.sha256(LEAF + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(NODE + left + right).digest()


def perfect_root(hashes: Sequence[bytes]) -> bytes:
    """Give the hash over hashes of equal height, a power of two of them."""
    while len(hashes) > 1:
        hashes = [node_hash(hashes[at], hashes[at + 1]) for at in range(0, len(hashes), 2)]
    return hashes[0]


def split(size: int) -> int:
    """Give the greatest power of two below a size of at least 2: how many leaves go to the left."""
    return 1 << ((size - 1).bit_length() - 1)


def perfect_parts(subtree: Subtree) -> list[tuple[int, int]]:
    """Give the heights and indices of the perfect subtrees that a subtree consists of, from left to right."""
    start, end = subtree
    parts = []
    while start < end:
        height = (end - start).bit_length() - 1
        parts.append((height, start >> height))
        start += 1 << height
    return parts


def root_of(subtree: Subtree, nodes: Nodes) -> bytes:
    """Give the hash of a subtree."""
    *left, last = [nodes(*part) for part in perfect_parts(subtree)] or [EMPTY]
    for one in reversed(left):
        last = node_hash(one, last)
    return last


def inclusion_path(index: int, size: int) -> list[Subtree]:
    """Give the subtrees whose hashes prove that a leaf is in a tree, from the leaf up; RFC 9162, 2.1.3.1."""
    if not 0 <= index < size:
        raise NoSuchProof(f"there is no leaf {index} in a tree of {size}")
    path, start, end = [], 0, size
    while end - start > 1:
        middle = start + split(end - start)
        if index < middle:
            path.append((middle, end))
            end = middle
        else:
            path.append((start, middle))
            start = middle
    return path[::-1]


def consistency_path(old: int, new: int) -> list[Subtree]:
    """Give the subtrees whose hashes prove that a tree grew from a smaller one; RFC 9162, 2.1.4.1."""
    if not 0 < old <= new:
        raise NoSuchProof(f"nothing proves that a tree of {new} grew from one of {old}")
    path, start, end, is_whole = [], 0, new, True
    while end != old:
        middle = start + split(end - start)
        if old <= middle:
            path.append((middle, end))
            end = middle
        else:
            path.append((start, middle))
            start, is_whole = middle, False
    return (path if is_whole else [*path, (start, end)])[::-1]


def is_included(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Tell whether a proof shows a leaf's hash at its place in the tree; RFC 9162, 2.1.3.2."""
    if not 0 <= index < size or len(root) != HASH_BYTES:
        return False
    at, last, hashed = index, size - 1, leaf
    for one in proof:
        if last == 0:
            return False
        if at & 1 or at == last:
            hashed = node_hash(one, hashed)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            hashed = node_hash(hashed, one)
        at, last = at >> 1, last >> 1
    return last == 0 and hashed == root


def is_included_in_subtree(leaf: bytes, index: int, subtree: Subtree, proof: Sequence[bytes], root: bytes) -> bool:
    """Tell whether a proof shows a leaf's hash at its place in a subtree."""
    start, end = subtree
    return is_subtree(subtree) and is_included(leaf, index - start, end - start, proof, root)


def is_consistent(old: int, new: int, proof: Sequence[bytes], old_root: bytes, new_root: bytes) -> bool:
    """Tell whether a proof shows that a tree grew from a smaller one; RFC 9162, 2.1.4.2. From nothing: refused."""
    return old > 0 and is_subtree_of((0, old), new, proof, old_root, new_root)


def is_subtree(subtree: Subtree) -> bool:
    """Tell whether a subtree begins where one of its size may begin."""
    start, end = subtree
    return 0 <= start <= end and start % (1 << (end - start - 1).bit_length() if end > start else 1) == 0


def is_subtree_of(subtree: Subtree, size: int, proof: Sequence[bytes], subtree_root: bytes, root: bytes) -> bool:
    """Tell whether a proof shows that a subtree is one of a tree of `size` leaves."""
    start, end = subtree
    if not is_subtree(subtree) or end > size:
        return False
    if start == end:
        return subtree_root == EMPTY and not proof
    first, at, last = start, end - 1, size - 1
    while first != at and (at & 1 or at == last):
        first, at, last = first >> 1, at >> 1, last >> 1
    known = [subtree_root, *proof] if first == at else list(proof)
    return bool(known) and _climb((first, at, last), known) == (subtree_root, root)


def _climb(place: tuple[int, int, int], known: Sequence[bytes]) -> tuple[bytes, bytes] | None:
    """Give the hashes of the subtree and of the tree that a proof leads to; None when it is too long or too short."""
    first, at, last = place
    small = whole = known[0]
    for one in known[1:]:
        if last == 0:
            return None
        if at & 1 or at == last:
            small = node_hash(one, small) if first < at else small
            whole = node_hash(one, whole)
            while not at & 1 and at:
                first, at, last = first >> 1, at >> 1, last >> 1
        else:
            whole = node_hash(whole, one)
        first, at, last = first >> 1, at >> 1, last >> 1
    return (small, whole) if last == 0 else None
