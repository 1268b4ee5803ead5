"""Set up who serves whom: calendars, agencies, offices, desks and the people who work there. Idempotent."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from typing import Any

from django.db import transaction
from django.utils import timezone

from services.accounts.models import User
from services.agencies.automation import extend
from services.agencies.country_lists import check_country
from services.agencies.models import Agency, Calendar, Desk, Holiday, Membership, Office

Plain = Mapping[str, Any]


@transaction.atomic
def load_agencies(calendars: Iterable[Plain], agencies: Iterable[Plain], now: datetime | None = None) -> None:
    """Write calendars and agencies, with their offices and desks, as they stand in plain data.

    Raise `UnknownCountry` for a calendar of a country of which no list of days off is known.
    """
    for calendar in calendars:
        _load_calendar(calendar, now or timezone.now())
    for agency in agencies:
        _load_agency(agency)


def _load_calendar(data: Plain, now: datetime) -> None:
    names = ("timezone", "weekdays", "appeal_days", "country", "subdivision")
    known = {name: data[name] for name in names if name in data}
    if known.get("country"):
        check_country(known["country"], known.get("subdivision", ""))
    calendar, _ = Calendar.objects.update_or_create(code=data["code"], defaults={**known, "taken_from": ""})
    days = [_day(calendar, day) for day in data.get("holidays", [])]
    # A year written by hand is whole: what stood there before, by hand or from the country's list, goes.
    calendar.holidays.filter(date__year__in={day.date.year for day in days}).delete()
    Holiday.objects.bulk_create(days)
    if calendar.country:
        extend(calendar, calendar.day_of(now))


def _day(calendar: Calendar, data: Plain) -> Holiday:
    day = data["date"] if isinstance(data["date"], date) else date.fromisoformat(data["date"])
    closes_at = time.fromisoformat(data["closes_at"]) if data.get("closes_at") else None
    kind = data.get("kind", Holiday.Kind.OFF)
    return Holiday(calendar=calendar, date=day, name=data["name"], kind=kind, closes_at=closes_at)


def _load_agency(data: Plain) -> None:
    parent = Agency.objects.get(code=data["parent"]) if data.get("parent") else None
    calendar = Calendar.objects.get(code=data["calendar"])
    agency, _ = Agency.objects.update_or_create(
        code=data["code"],
        defaults={"name": data["name"], "kind": data["kind"], "parent": parent, "calendar": calendar},
    )
    for office in data.get("offices", []):
        _load_office(agency, office)


def _load_office(agency: Agency, data: Plain) -> None:
    known = {name: data[name] for name in ("name", "address", "phone", "email", "is_centre") if name in data}
    office, _ = Office.objects.update_or_create(code=data["code"], defaults={"agency": agency, **known})
    for desk in data.get("desks", []):
        rules = {name: desk[name] for name in ("name", "allows_picking", "most_held") if name in desk}
        Desk.objects.update_or_create(office=office, code=desk["code"], defaults=rules)


@transaction.atomic
def load_person(data: Plain, password_hash: str) -> User:
    """Write one person with memberships from plain data; a known person's password stays as it is."""
    names = ("name", "language", "personal_identifier", "birth_date", "phone", "address", "is_superuser")
    known = {name: data[name] for name in names if name in data}
    user, _ = User.objects.update_or_create(
        email=data["email"].lower(),
        defaults=known,
        create_defaults={**known, "password": password_hash},
    )
    for membership in data.get("memberships", []):
        add_member(user, membership["agency"], membership["role"], membership.get("desks", []))
    return user


def add_member(user: User, agency: str, role: str, desks: Iterable[str] = ()) -> Membership:
    """Let a person work for an agency in a role, at desks written as `office/desk`."""
    membership, _ = Membership.objects.get_or_create(
        user=user, agency=Agency.objects.get(code=agency), role=role, ended_at=None
    )
    places = [place.split("/") for place in desks]
    membership.desks.set([Desk.objects.get(office__code=office, code=desk) for office, desk in places])
    return membership
