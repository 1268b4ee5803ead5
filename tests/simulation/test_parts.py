"""What the simulation is made of, without a database."""

import random
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import yaml

from portal.management.simulation.cases import KINDS
from portal.management.simulation.hours import OfficeHours
from portal.management.simulation.registers import Registers
from portal.management.simulation.stories import dealt
from portal.management.simulation.traffic import Traffic
from services.agencies.rules import WorkingCalendar
from services.catalogue.rules import is_iban, is_pin, is_tax_id
from tests.worlds import NOON

SERVICES = Path(__file__).parent.parent.parent / "samples" / "services"
BAKU = WorkingCalendar(ZoneInfo("Asia/Baku"))
FRIDAY_EVENING = datetime(2026, 3, 6, 13, 30, tzinfo=UTC)  # half past five in Baku


def traffic(seed: int, days: int = 30) -> Traffic:
    return Traffic(KINDS.values(), NOON - timedelta(days=days), NOON, BAKU.zone, seed)


class TestDealt:
    def test_keeps_the_shares_as_exactly_as_whole_numbers_allow(self) -> None:
        cases = dealt({"many": 70, "some": 29, "few": 1}, 100, random.Random(1))

        assert Counter(cases) == {"many": 70, "some": 29, "few": 1}

    @pytest.mark.parametrize("count", [0, 1, 7, 50])
    def test_gives_as_many_as_asked_for(self, count: int) -> None:
        assert len(dealt({"one": 1, "two": 2, "three": 4}, count, random.Random(1))) == count


class TestOfficeHours:
    def test_go_on_after_the_weekend(self) -> None:
        assert OfficeHours(BAKU).after(FRIDAY_EVENING, 1.5) == datetime(2026, 3, 9, 6, 0, tzinfo=UTC)

    def test_begin_in_the_morning(self) -> None:
        night = datetime(2026, 3, 4, 0, 0, tzinfo=UTC)

        assert OfficeHours(BAKU).open_at(night) == datetime(2026, 3, 4, 5, 0, tzinfo=UTC)

    def test_pass_over_holidays(self) -> None:
        calendar = WorkingCalendar(BAKU.zone, holidays=frozenset({date(2026, 3, 9)}))

        assert OfficeHours(calendar).after(FRIDAY_EVENING, 1.5) == datetime(2026, 3, 10, 6, 0, tzinfo=UTC)


class TestRegisters:
    def test_invent_identifiers_that_pass_their_rules_and_belong_to_one(self) -> None:
        known = Registers(random.Random(1), date(2026, 3, 2))
        people = [known.person("Sumqayıt") for _ in range(300)]

        assert all(is_pin(person.pin) for person in people)
        assert len({person.pin for person in people}) == len({person.email for person in people}) == 300
        assert all(is_tax_id(known.business(person)) and is_iban(known.iban()) for person in people)


class TestTraffic:
    def test_is_the_same_for_the_same_seed_only(self) -> None:
        one, same, other = (traffic(seed).stories(0.005) for seed in (1, 1, 2))

        assert one == same
        assert one != other

    def test_follows_the_numbers_of_the_services(self) -> None:
        counts = Counter(story.service for story in traffic(1, days=91).stories(0.1))

        assert counts["id-card-renewal"] == pytest.approx(4200 * 91 / 30.4 * 0.1, rel=0.02)
        assert counts["building-permit"] == pytest.approx(85 * 91 / 30.4 * 0.1, abs=1)

    def test_comes_in_the_order_of_time_and_never_after_the_end(self) -> None:
        moments = [story.at for story in traffic(1).stories(0.01)]

        assert moments == sorted(moments)
        assert NOON - timedelta(days=30) <= moments[0] <= moments[-1] < NOON


class TestCases:
    @pytest.mark.parametrize("service", sorted(KINDS))
    def test_claim_every_reason_and_end_of_the_definition(self, service: str) -> None:
        known, kind = traffic(1), KINDS[service]
        claimed = {known.story(kind, case, date(2026, 3, 2)).ends for case in kind.cases}

        plain = yaml.safe_load((SERVICES / f"{service}.yaml").read_text())
        reasons = {f"refused:{reason['code']}" for reason in plain["rejection_reasons"]}
        outcomes = {step["outcome"] for step in plain["workflow"]["steps"] if step["kind"] == "end"} - {"refused"}
        assert reasons | outcomes <= claimed
        assert claimed - {"withdrawn"} <= reasons | outcomes
