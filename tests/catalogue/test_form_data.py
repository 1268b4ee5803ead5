"""What browsers send becomes plain answers."""

from typing import Any

import pytest
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from services.catalogue.form_data import from_form, plain_number
from tests.catalogue.forms import asking, group, problems, question, reading


def typed(query: str, *fields: dict[str, Any]) -> dict[str, Any]:
    return from_form(asking(*fields).fields.values(), QueryDict(query))


class TestNumbers:
    @pytest.mark.parametrize(
        ("written", "read"),
        [
            ("1 234,5", "1234.5"),
            ("1\u202f234,5", "1234.5"),
            ("1234.5", "1234.5"),
            ("1’234.50", "1234.50"),
            ("١٢٣٫٥", "123.5"),
            ("۱۲۳", "123"),
            ("−5", "-5"),
            ("1e5", "1e5"),
            ("1,000.50", "1,000.50"),
            ("½", "½"),
        ],
    )
    def test_are_read_as_people_type_them(self, written: str, read: str) -> None:
        assert plain_number(written) == read

    @pytest.mark.parametrize("written", ["1,000", "1.000", "1.000,50", "1,000.50"])
    def test_that_may_mean_thousands_are_asked_again(self, written: str) -> None:
        field = question("money")

        assert problems(asking(field), typed(f"one={written}", field)) != {}

    @given(st.text(max_size=20))
    def test_never_raise(self, written: str) -> None:
        assert isinstance(plain_number(written), str)


class TestFromForm:
    def test_leaves_out_what_was_left_empty(self) -> None:
        assert typed("one=&two=", question("text"), question("yes_no", "two"), question("several_of", "three")) == {}

    def test_takes_only_questions_of_the_form(self) -> None:
        assert typed("one=x&status=approved", question("text")) == {"one": "x"}

    def test_reads_choices(self) -> None:
        fields = question("yes_no"), question("yes_no", "two"), question("several_of", "three")

        assert typed("one=no&two=yes&three=red&three=blue", *fields) == {
            "one": False,
            "two": True,
            "three": ["red", "blue"],
        }

    def test_reads_parts(self) -> None:
        fields = question("address"), question("location", "two")

        assert typed("one.street=Nizami&one.city=Baku&one.house=&two.lat=40,5&two.lon=49.8", *fields) == {
            "one": {"street": "Nizami", "city": "Baku"},
            "two": {"lat": "40.5", "lon": "49.8"},
        }

    def test_reads_groups_in_order_and_closes_gaps(self) -> None:
        fields = group(question("text", "name"), question("yes_no", "adult"))

        read = typed("owners.7.name=B&owners.0.name=A&owners.0.adult=yes&owners.x.name=C&owners.9999.name=D", fields)

        assert read == {"owners": [{"name": "A", "adult": True}, {"name": "B"}]}

    def test_takes_no_more_entries_than_are_needed_to_see_that_there_are_too_many(self) -> None:
        fields = group(question("text", "name"), at_most=2)
        query = "&".join(f"owners.{number}.name=A" for number in range(900))

        assert problems(asking(fields), typed(query, fields)) == {"owners": "count"}

    @given(st.dictionaries(st.sampled_from(["one", "owners.0.name", "owners.-1.name", "place.lat", "n"]), st.text()))
    def test_and_reading_never_raise(self, data: dict[str, str]) -> None:
        form = asking(
            question("date"), question("number", "n"), question("location", "place"), group(question("text", "name"))
        )
        query = QueryDict(mutable=True)
        query.update(data)

        reading(form, from_form(form.fields.values(), query))
