"""Rows that are written together come back as they were, whatever their texts hold."""

import pytest

from services.ledger.rows import insert_rows, update_rows
from services.workflow.models import Step
from tests import worlds
from tests.clerks import office

pytestmark = pytest.mark.django_db
ODD = ["", " ", "NULL", "null", '"', "\\", '\\"', "a,b", "{}", "{a}", "'", "''", "%s", "$1", "\n\t", "\\n", "Ə ع 日 😀"]


@pytest.fixture
def step() -> Step:
    worlds.build_agencies("north")
    return worlds.open_step(worlds.apply(office.published(), by=worlds.citizen()))


def fresh(like: Step, text: str) -> Step:
    known = {field.attname: getattr(like, field.attname) for field in Step._meta.concrete_fields}
    told = {"id": None, "key": text[:60], "outcome": text[:60], "trouble": {text: [text]}, "returned": [text, "x"]}
    return Step(**{**known, **told})


def test_texts_come_back_as_they_were_inserted(step: Step) -> None:
    rows = [fresh(step, text) for text in ODD]

    insert_rows(rows)

    found = {row.pk: row for row in Step.objects.filter(pk__in=[row.pk for row in rows])}
    assert len({row.pk for row in rows}) == len(ODD)
    for row, text in zip(rows, ODD, strict=True):
        kept = found[row.pk]
        assert (kept.key, kept.outcome, kept.trouble, kept.returned) == (text, text, {text: [text]}, [text, "x"])
        assert (kept.opened_at, kept.desk_id, kept.parent_id) == (step.opened_at, step.desk_id, step.parent_id)


def test_texts_come_back_as_they_were_changed_to(step: Step) -> None:
    rows = [fresh(step, "before") for _text in ODD]
    insert_rows(rows)
    for row, text in zip(rows, ODD, strict=True):
        row.key, row.trouble, row.returned, row.finished_at = text, {"text": text}, [text], None

    update_rows(rows, ["key", "trouble", "returned", "finished_at"])

    for row, text in zip(rows, ODD, strict=True):
        kept = Step.objects.get(pk=row.pk)
        assert (kept.key, kept.trouble, kept.returned, kept.finished_at) == (text, {"text": text}, [text], None)
        assert kept.outcome == "before"
