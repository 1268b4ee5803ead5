"""Days off of countries in the calendars: taken over years ahead, by hand where a year was written by hand."""

from datetime import UTC, date, datetime

import pytest

from services.agencies import automation, country_lists
from services.agencies.country_lists import Listed, UnknownCountry
from services.agencies.models import Calendar, Holiday
from services.agencies.operations import load_agencies
from services.agencies.queries import known_until, running_out
from tests.worlds import text, town

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 26, 8, tzinfo=UTC)
TODAY = NOW.date()
BY_HAND = [
    {"date": "2027-03-10", "name": text("Ramadan")},
    {"date": "2027-12-31", "name": text("Last day"), "kind": "half", "closes_at": "13:00"},
]


def loaded(**more: object) -> Calendar:
    plain = {"code": "az", "timezone": "Asia/Baku", "weekdays": [0, 1, 2, 3, 4], "country": "AZ", **more}
    load_agencies([plain], [{**town("north"), "calendar": "az"}], NOW)
    return Calendar.objects.get(code="az")


def days(calendar: Calendar, year: int) -> dict[date, str]:
    return dict(calendar.holidays.filter(date__year=year).values_list("date", "kind"))


class TestLists:
    def test_know_azerbaijan_with_its_moved_saturdays_and_names(self) -> None:
        listed = {day.date: day for day in country_lists.days_of("AZ", "", 2024)}

        assert listed[date(2024, 1, 20)].name == {"en": "Martyrs' Day", "az": "Ümumxalq hüzn günü"}
        assert not listed[date(2024, 4, 6)].is_off

    @pytest.mark.parametrize("place", [("XX", ""), ("AZ", "QQ")])
    def test_refuse_what_they_do_not_know(self, place: tuple[str, str]) -> None:
        with pytest.raises(UnknownCountry):
            country_lists.check_country(*place)


class TestLoading:
    def test_takes_the_list_for_years_that_nobody_wrote(self) -> None:
        calendar = loaded(holidays=BY_HAND)

        assert days(calendar, 2027) == {date(2027, 3, 10): "off", date(2027, 12, 31): "half"}
        assert days(calendar, 2026)[date(2026, 12, 31)] == "off"
        assert known_until(calendar, TODAY) == date(2031, 12, 31)

    def test_a_year_written_later_takes_the_lists_place_and_the_days_that_it_lacks_go(self) -> None:
        calendar = loaded()
        assert date(2027, 5, 28) in days(calendar, 2027)
        loaded(holidays=BY_HAND)
        loaded(holidays=BY_HAND[:1])

        assert days(calendar, 2027) == {date(2027, 3, 10): "off"}

    def test_an_unknown_country_is_refused_whole(self) -> None:
        with pytest.raises(UnknownCountry):
            loaded(country="XX")
        assert not Calendar.objects.filter(code="az").exists()


class TestExtending:
    def test_goes_on_year_by_year_and_does_nothing_twice(self) -> None:
        calendar = loaded()

        assert automation.extend_calendars(NOW) == 0
        assert automation.extend_calendars(NOW.replace(year=2027)) == 1
        assert automation.extend_calendars(NOW.replace(year=2027)) == 0
        assert known_until(calendar, TODAY) == date(2032, 12, 31)

    def test_a_new_edition_changes_what_is_to_come_only(self, monkeypatch: pytest.MonkeyPatch) -> None:
        calendar = loaded()
        monkeypatch.setattr(country_lists, "EDITION", "newer")
        first, last = Listed(date(2026, 1, 5), True, {}), Listed(date(2026, 12, 30), True, {"en": "New"})
        monkeypatch.setattr(country_lists, "days_of", lambda *place: [first, last] if place[-1] == 2026 else [])
        automation.extend_calendars(NOW)

        known = days(calendar, 2026)
        assert date(2026, 1, 20) in known
        assert date(2026, 1, 5) not in known
        assert date(2026, 12, 30) in known
        assert date(2026, 12, 31) not in known

    def test_what_runs_out_is_found(self) -> None:
        loaded(country="", holidays=[{"date": "2026-12-31", "name": text("End")}])
        assert [calendar.code for calendar in running_out(TODAY)] == ["az"]
        loaded(country="AZ")
        assert running_out(TODAY) == []
        assert [calendar.code for calendar in running_out(date(2031, 2, 1))] == ["az"]

    def test_a_gap_ends_what_is_known(self) -> None:
        calendar = loaded()
        Holiday.objects.filter(date__year=2028).delete()
        assert known_until(calendar, TODAY) == date(2027, 12, 31)
