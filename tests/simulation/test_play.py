"""The simulation plays through the portal: every story comes to the end that it claims, and nothing is stuck."""

from datetime import datetime, timedelta

import pytest
from django.core.management import call_command

from portal.management.simulation import report, sandbox
from portal.management.simulation.cases import KINDS
from portal.management.simulation.play import Play
from services.agencies.models import Membership
from services.requests.models import Document, ServiceRequest
from services.transparency.automation import refresh
from services.workflow.models import Step
from tests.simulation.world import END, LONG, end_of, load_samples, one_of_each, play, traffic

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("ledger")]
SOME = ("parking-permit", "address-change", "complaint-appeal")
played_before: dict[str, str] = {}


@pytest.fixture(autouse=True)
def samples(ledger: None) -> None:
    load_samples()


class TestPlay:
    @pytest.mark.parametrize("service", sorted(KINDS))
    def test_brings_every_story_to_the_end_that_it_claims(self, service: str) -> None:
        known = traffic([service], LONG)
        played = play(known, one_of_each(known))

        ends = {story.case: end_of(ServiceRequest.objects.get(pk=pk)) for pk, story in played.stories.items()}
        assert ends == {story.case: story.ends for story in played.stories.values()}
        assert set(ends) == set(KINDS[service].cases)
        assert not report.stuck().exists()
        call_command("verify_ledger", verbosity=0)

    @pytest.mark.parametrize("time", ["first", "second"])
    def test_is_the_same_for_the_same_seed(self, time: str) -> None:
        known = traffic(SOME, 8)
        played = play(known, known.stories(0.01), known.outages())
        assert played.counts["outages"] == 1
        refresh()

        told = report.table(report.rows())
        assert played_before.setdefault("table", told) == told
        assert "| parking-permit |" in told

    def test_attaches_real_files_and_issues_signed_documents(self) -> None:
        known = traffic(["parking-permit"], LONG)
        played = play(known, [story for story in one_of_each(known) if story.case in ("own", "leased")])

        kept = ServiceRequest.objects.filter(pk__in=played.stories)
        assert [file.key for request in kept for file in request.evidence.all()] == ["lease_contract"]
        assert Document.objects.filter(service_request__in=kept).count() == 2


class TestSilence:
    def test_decides_where_no_official_does_and_the_law_says_so(self) -> None:
        class NobodySitsDown(Play):
            def _sit_down(self, pk: int, now: datetime) -> None:
                """Leave the step where it is."""

        known = traffic(["address-change"], LONG)
        with sandbox.running(known.registers.records) as registers:
            played = NobodySitsDown(one_of_each(known), [], END, 1, registers)
            played.run()

        waiting = Step.objects.open_at_desks().filter(service_request__silence="approval")
        silent = ServiceRequest.objects.filter(facts__tacit__outcome="approval")
        assert played.counts["silent"] == silent.count() > 0
        assert not waiting.filter(service_request__due_at__lt=END, service_request__clock_stopped_at=None).exists()
        for request in silent:
            assert (
                timedelta(0)
                < datetime.fromisoformat(request.facts["tacit"]["at"]) - request.due_at
                < timedelta(minutes=1)
            )


class TestStuck:
    def test_names_a_request_whose_desk_nobody_works_at(self) -> None:
        known = traffic(["parking-permit"], 3)
        story = next(story for story in one_of_each(known) if story.case == "leased")
        story.at = END.replace(hour=11, minute=59)
        play(known, [story])
        before = report.stuck().count()

        Membership.objects.all().delete()

        assert Step.objects.open_at_desks().count() == 1
        assert (before, report.stuck().count()) == (0, 1)
