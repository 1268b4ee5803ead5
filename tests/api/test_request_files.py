"""A program adds papers to a request while it is worked, fetches its files, and confirms what it waits for."""

from uuid import uuid4

import pytest
from django.utils import timezone

from services.accounts.models import User
from services.ledger.models import Event
from services.requests.evidence import Evidence, Scan
from services.requests.models import ServiceRequest
from tests import worlds
from tests.api.programs import ACT, READ, Program, faults
from tests.citizens.forms import upload
from tests.clerks import office

pytestmark = pytest.mark.django_db


@pytest.fixture
def program(aysel: User) -> Program:
    return Program(aysel, READ, ACT)


def sent(aysel: User, *before: dict[str, object]) -> ServiceRequest:
    return worlds.apply(office.published(*before), {"rooms": 4}, by=aysel, at=timezone.now())


def test_a_paper_is_added_once_and_given_back_harmless(program: Program, aysel: User) -> None:
    seen = sent(aysel)
    where, other = f"/api/requests/{seen.pk}/files/", Program(worlds.citizen("elvin"), READ, ACT)
    added, again = (program.bring(where, field="plan", file=upload(name="plan.pdf")) for _ in range(2))
    unknown = program.bring(where, field="cat", file=upload(name="cat.pdf"))
    bad = program.bring(where, field="plan", file=upload(b"MZ", name="plan.exe"))
    (listed,) = program.get(where).json()
    one = f"{where}{listed['id']}/"
    given = program.get(one)

    assert (added.status_code, added.json()) == (201, again.json())
    assert (unknown.status_code, bad.status_code, faults(bad)) == (409, 400, [("file", "file")])
    assert (listed["field"], given.status_code, given["Content-Disposition"]) == (
        "plan", 200, 'attachment; filename="plan.pdf"',
    )  # fmt: skip
    assert "sandbox" in given["Content-Security-Policy"]
    assert Event.objects.filter(subject=seen.pk, kind="evidence_added").count() == 1
    assert [other.get(where).status_code, other.get(one).status_code] == [404, 404]
    assert other.bring(where, field="plan", file=upload(name="plan.pdf")).status_code == 404
    assert Program(aysel, READ).bring(where, field="plan", file=upload(name="plan.pdf")).status_code == 403
    Evidence.objects.update(scan=Scan.WAITING, scan_at=timezone.now())
    assert [program.get(one).status_code, program.get(f"{where}{uuid4()}/").status_code] == [404, 404]


def test_the_last_paper_of_its_kind_again_is_that_paper(program: Program, aysel: User) -> None:
    paper = {"key": "plan", "title": worlds.text("Plan"), "required": False, "at_most": 1}
    seen = worlds.apply(worlds.published([worlds.desk("judge")], evidence=[paper]), by=aysel, at=timezone.now())
    where = f"/api/requests/{seen.pk}/files/"
    added, again, other = (program.bring(where, field="plan", file=upload(name=f"{name}.pdf")) for name in "aab")

    assert (added.status_code, again.status_code, again.json()) == (201, 201, added.json())
    assert other.status_code == 409


def test_what_it_waits_for_is_confirmed_once(program: Program, aysel: User) -> None:
    seen = sent(aysel, office.waiting_for("confirmation"))
    where = f"/api/requests/{seen.pk}/confirmation/"
    (waits,) = program.get(f"/api/requests/{seen.pk}/").json()["waiting_for"]
    nothing, done = program.send("POST", where), program.send("POST", where, {"step": waits["step"]})
    again = program.send("POST", where, {"step": waits["step"]})

    assert (nothing.status_code, faults(nothing)) == (400, [("required", "step")])
    assert (done.status_code, [one["kind"] for one in done.json()["waiting_for"]]) == (200, ["desk"])
    assert again.status_code == 409


def test_a_visit_is_confirmed_by_the_office_alone(program: Program, aysel: User) -> None:
    seen = sent(aysel, office.waiting_for("visit"))

    assert program.send("POST", f"/api/requests/{seen.pk}/confirmation/", {"step": "come"}).status_code == 409
