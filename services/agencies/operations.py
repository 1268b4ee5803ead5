"""Set up who serves whom: calendars, agencies, offices, desks and the people who work there. Idempotent."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction

from services.accounts.models import User
from services.agencies.models import Agency, Calendar, Desk, Holiday, Membership, Office

Plain = Mapping[str, Any]


@transaction.atomic
def load_agencies(calendars: Iterable[Plain], agencies: Iterable[Plain]) -> None:
    """Write calendars and agencies, with their offices and desks, as they stand in plain data."""
    for calendar in calendars:
        _load_calendar(calendar)
    for agency in agencies:
        _load_agency(agency)


def _load_calendar(data: Plain) -> None:
    calendar, _ = Calendar.objects.update_or_create(
        code=data["code"],
        defaults={name: data[name] for name in ("timezone", "weekdays", "appeal_days") if name in data},
    )
    holidays = [Holiday(calendar=calendar, date=day["date"], name=day["name"]) for day in data.get("holidays", [])]
    Holiday.objects.bulk_create(
        holidays, update_conflicts=True, unique_fields=["calendar", "date"], update_fields=["name"]
    )


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
        defaults={**known, "is_staff": data.get("is_superuser", False)},
        create_defaults={**known, "is_staff": data.get("is_superuser", False), "password": password_hash},
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
