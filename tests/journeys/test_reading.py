"""Every page is read by axe, or it is told why not: the table of readings against the table of addresses."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from portal.access import ACCESS
from tests.journeys import reading
from tests.journeys.reading import IN_FILE, READ, UNREAD


def with_a_name(patterns: list[Any]) -> Iterator[str]:
    """Give the names of all addresses, those of sign-in, too."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from with_a_name(pattern.url_patterns)
        elif isinstance(pattern, URLPattern) and pattern.name:
            yield pattern.name


def test_every_address_is_read_or_it_is_told_why_not() -> None:
    known = set(with_a_name(get_resolver().url_patterns))

    assert known >= set(ACCESS)
    assert set(READ) | set(UNREAD) == known
    assert not set(READ) & set(UNREAD)


def test_a_page_is_read_in_one_file_that_there_is() -> None:
    assert sum(len(names.split()) for names in IN_FILE.values()) == len(READ)
    for file in IN_FILE:
        assert "assert_sound" in (Path(__file__).parent / f"{file}.py").read_text(), file


class TestNote:
    @pytest.fixture(autouse=True)
    def forgotten(self) -> Iterator[None]:
        reading.forget()
        yield
        reading.forget()

    def test_a_page_is_read_with_its_faults_and_without(self) -> None:
        reading.note("http://localhost:8000/my/data/erase/?next=/", 422)

        assert reading.unread_of("test_own_data") == set()

    @pytest.mark.parametrize("status", [403, 404, 429, 500, 503])
    def test_a_page_that_tells_of_an_error_is_not_the_page(self, status: int) -> None:
        reading.note("/my/data/erase/", status)

        assert reading.unread_of("test_own_data") == {"my_data_erase"}

    def test_a_page_that_stands_for_no_reading_is_noticed(self) -> None:
        with pytest.raises(AssertionError, match="axe reads desk_extend"):
            reading.note("/desk/requests/00000000-0000-0000-0000-000000000000/extend/", 422)

    def test_an_address_that_there_is_not_is_none(self) -> None:
        reading.note("/nowhere/", 200)

        assert reading.unread_of("test_own_data") == {"my_data_erase"}
