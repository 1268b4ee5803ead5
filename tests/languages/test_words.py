"""Numbers, dates and texts of several languages stand well beside each other."""

from datetime import UTC, datetime

import pytest
from django.template import Context, Template
from django.utils.formats import date_format
from django.utils.translation import override
from django_cotton.compiler_regex import CottonCompiler

from portal.templatetags.words import DAY, HOUR, duration, lang, lowered, marked


class TestArabic:
    @pytest.mark.parametrize(
        ("seconds", "told"),
        [(DAY, "يوم واحد"), (2 * DAY, "يومين"), (1.6 * DAY, "1,6 يوم"), (3 * DAY, "3 أيام"), (2 * HOUR, "ساعتين")],
    )
    def test_tells_one_and_two_without_a_number_but_never_a_fraction(self, seconds: float, told: str) -> None:
        with override("ar"):
            assert duration(seconds) == told

    def test_has_the_day_before_the_month_and_hours_up_to_24(self) -> None:
        moment = datetime(2026, 11, 26, 14, 5, tzinfo=UTC)

        with override("ar"):
            assert date_format(moment, "DATETIME_FORMAT") == "26 نوفمبر 2026، 14:05"
            assert date_format(moment, "SHORT_DATETIME_FORMAT") == "2026/11/26 14:05"


class TestLowered:
    def test_writes_small_letters_as_each_language_does(self) -> None:
        assert lowered({"az": "İstək Isti", "fr": "Île", "en": "Item"}) == {
            "az": "istək ısti",
            "fr": "île",
            "en": "item",
        }


class TestMarked:
    def test_says_the_language_of_a_text_that_isnt_the_readers_and_escapes_it(self) -> None:
        with override("ar"):
            assert marked({"fr": "Été", "en": "Sun & <b>"}) == '<bdi lang="en">Sun &amp; &lt;b&gt;</bdi>'
            assert lang({"fr": "Été"}) == ' lang="fr"'

    def test_leaves_a_text_in_the_readers_language_alone_but_for_escaping(self) -> None:
        with override("fr"):
            assert marked({"fr": "Été & <b>", "en": "Sun"}) == "Été &amp; &lt;b&gt;"
            assert lang({"fr": "Été"}) == lang(None) == marked(None) == ""

    def test_claims_no_language_where_none_is_known(self) -> None:
        with override("fr"):
            assert marked({"": "Été & <b>"}) == '<bdi lang="">Été &amp; &lt;b&gt;</bdi>'


@pytest.mark.parametrize(
    "component",
    [
        '<c-wrap name="moved" label="Have you moved?" />',
        '<c-wrap name="moved" label="x" hint="Have you moved?" />',
        '<c-radios name="moved" label="x" :options="options" />',
        '<c-summary-row label="Have you moved?" />',
    ],
)
def test_a_text_of_another_direction_keeps_its_marks_at_its_end(component: str) -> None:
    page = Template(CottonCompiler().process(component)).render(
        Context({"options": [{"value": "yes", "label": "Have you moved?"}]})
    )

    assert "<bdi>Have you moved?</bdi>" in page


def test_an_address_is_written_from_left_to_right_in_any_text() -> None:
    told = Template("{% load words %}{{ text|with_links }}").render(
        Context({"text": "انظر https://portal.example.org/status/ <b>"})
    )

    assert '<a dir="ltr" href="https://portal.example.org/status/"' in told
    assert "&lt;b&gt;" in told
