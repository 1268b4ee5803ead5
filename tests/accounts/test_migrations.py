"""How the table of people is changed while they use it."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection

pytestmark = pytest.mark.django_db
ADDED, VALIDATED = "0010_programs_of_agencies", "0011_programs_of_agencies_validated"


def sql_of(migration: str) -> str:
    said = StringIO()
    call_command("sqlmigrate", "accounts", migration, stdout=said, no_color=True)
    return said.getvalue()


def test_a_constraint_reads_no_row_while_it_shuts_others_out() -> None:
    added = [line for line in sql_of(ADDED).splitlines() if "ADD CONSTRAINT" in line]

    assert len(added) == 1
    assert added[0].endswith("NOT VALID;")
    assert "VALIDATE CONSTRAINT" not in sql_of(ADDED)  # in the same transaction it would read them all under the lock
    assert 'VALIDATE CONSTRAINT "programs_never_sign_in"' in sql_of(VALIDATED)


def test_it_holds_for_all_rows_in_the_end() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT convalidated FROM pg_constraint WHERE conname = 'programs_never_sign_in'")
        assert cursor.fetchall() == [(True,)]
