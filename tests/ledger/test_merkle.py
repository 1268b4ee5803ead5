"""The tree: every published vector, and the proofs that we make, against a tree written the slow way."""

import json
import tarfile
from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ledger import merkle

VECTORS = Path(__file__).parent.parent.parent.parent / "shared" / "data" / "merkle-vectors.tar.gz"
LEAVES = [merkle.leaf_hash(bytes([number])) for number in range(130)]
SIZES = st.integers(1, len(LEAVES))


def vectors() -> dict[str, list[dict[str, Any]]]:
    """Read every vector, by kind: inclusion, consistency, and both of subtrees."""
    kinds: dict[str, list[dict[str, Any]]] = {}
    with tarfile.open(VECTORS) as archive:
        for member in archive:
            if member.isfile() and member.name.endswith(".json"):
                file = archive.extractfile(member)
                assert file is not None
                kinds.setdefault(member.name.split("/")[1], []).append(json.load(file))
    return kinds


def holds(kind: str, vector: dict[str, Any]) -> bool:
    proof = [b64decode(one) for one in vector["proof"] or []]
    subtree = (vector.get("start", 0), vector.get("end", 0))
    roots = [b64decode(vector.get(name, "")) for name in ("root1", "root2", "root", "leafHash")]
    if kind == "inclusion":
        return merkle.is_included(roots[3], vector["leafIdx"], vector["treeSize"], proof, roots[2])
    if kind == "subtreeinclusion":
        return merkle.is_included_in_subtree(roots[3], vector["leafIdx"], subtree, proof, roots[2])
    if kind == "consistency":
        return merkle.is_consistent(vector["size1"], vector["size2"], proof, roots[0], roots[1])
    return merkle.is_subtree_of(subtree, vector["size"], proof, roots[0], roots[1])


@pytest.mark.skipif(not VECTORS.exists(), reason=f"The vectors aren't at {VECTORS}")
@pytest.mark.parametrize(
    ("kind", "number"), [("inclusion", 98), ("consistency", 98), ("subtreeinclusion", 204), ("subtreeconsistency", 118)]
)
def test_every_published_vector_is_judged_as_published(kind: str, number: int) -> None:
    known = vectors()[kind]

    wrong = [vector["desc"] for vector in known if holds(kind, vector) is vector["wantErr"]]

    assert wrong == []
    assert len(known) == number


def slow_root(leaves: list[bytes]) -> bytes:
    """Give the root as the definition in RFC 9162, 2.1.1 says it."""
    if len(leaves) < 2:
        return leaves[0] if leaves else merkle.EMPTY
    middle = max(1 << bit for bit in range(8) if 1 << bit < len(leaves))
    return merkle.node_hash(slow_root(leaves[:middle]), slow_root(leaves[middle:]))


def nodes(height: int, index: int) -> bytes:
    return merkle.perfect_root(LEAVES[index << height : (index + 1) << height])


def test_the_root_is_that_of_the_definition() -> None:
    assert all(merkle.root_of((0, size), nodes) == slow_root(LEAVES[:size]) for size in range(len(LEAVES) + 1))


@given(SIZES, st.data())
def test_our_proofs_of_inclusion_hold_and_any_other_leaf_fails(size: int, data: st.DataObject) -> None:
    index, other = data.draw(st.integers(0, size - 1)), data.draw(st.integers(0, size - 1))
    proof = [merkle.root_of(subtree, nodes) for subtree in merkle.inclusion_path(index, size)]
    root = slow_root(LEAVES[:size])

    assert merkle.is_included(LEAVES[index], index, size, proof, root)
    assert merkle.is_included(LEAVES[other], index, size, proof, root) == (other == index)
    assert merkle.is_included(LEAVES[index], other, size, proof, root) == (other == index)


@given(SIZES, SIZES)
def test_our_proofs_of_consistency_hold_and_another_past_fails(one: int, other: int) -> None:
    old, new = sorted((one, other))
    proof = [merkle.root_of(subtree, nodes) for subtree in merkle.consistency_path(old, new)]
    roots = slow_root(LEAVES[:old]), slow_root(LEAVES[:new])
    forked = slow_root([*LEAVES[: old - 1], merkle.EMPTY])

    assert merkle.is_consistent(old, new, proof, *roots)
    assert not merkle.is_consistent(old, new, proof, forked, roots[1])
    assert not merkle.is_consistent(old, new, [*proof, merkle.EMPTY], *roots)


@pytest.mark.parametrize(("old", "new"), [(0, 0), (0, 5), (6, 5), (-1, 5)])
def test_nothing_proves_growth_from_nothing_or_backwards(old: int, new: int) -> None:
    with pytest.raises(merkle.NoSuchProof):
        merkle.consistency_path(old, new)


@pytest.mark.parametrize(("index", "size"), [(0, 0), (5, 5), (-1, 5)])
def test_a_leaf_outside_has_no_proof(index: int, size: int) -> None:
    with pytest.raises(merkle.NoSuchProof):
        merkle.inclusion_path(index, size)


def test_a_proof_in_a_tree_of_50_million_is_short() -> None:
    assert len(merkle.inclusion_path(12_345_678, 50_000_000)) == 26
