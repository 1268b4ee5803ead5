"""No text hides from the test that looks for missing translations: made-up sources show what it finds."""

from pathlib import Path

import pytest
from django.conf import settings

from tests.languages.sources import Text, other_names_for_gettext, texts_of, texts_of_python, texts_of_template

ROOT = Path(settings.BASE_DIR)


class TestFindingTexts:
    @pytest.mark.parametrize(
        ("source", "found"),
        [
            ('_("One thing")', Text("One thing")),
            ('gettext("Two " "things")', Text("Two things")),
            ('class Form:\n    label = gettext_lazy(\n        "Late"\n    )', Text("Late")),
            ('{"done": gettext_noop("Kept for later")}', Text("Kept for later")),
            ('ngettext("%(n)s step", "%(n)s steps", n) % {"n": n}', Text("%(n)s step", "%(n)s steps")),
            ('pgettext("a month", "May")', Text("May", context="a month")),
            ('npgettext("of time", "day", "days", n)', Text("day", "days", "of time")),
        ],
    )
    def test_sees_each_way_to_say_it_in_python(self, source: str, found: Text) -> None:
        assert list(texts_of_python(source)) == [found]

    @pytest.mark.parametrize(
        ("source", "found"),
        [
            ("<p title=\"{% translate 'Plain' %}\">", Text("Plain")),
            ('{% translate "Short" as title %}', Text("Short")),
            ('{% translate "May" context "a month" %}', Text("May", context="a month")),
            ('{% include "rows.html" with caption=_("Handed over") %}', Text("Handed over")),
            ('{{ name|default:_("nobody") }}', Text("nobody")),
            (
                "{% blocktranslate with day=at|date trimmed %}\n    Due\n    by {{ day }}\n{% endblocktranslate %}",
                Text("Due by %(day)s"),
            ),
            (
                "{% blocktranslate count n=n %}{{ n }} day{% plural %}{{ n }} days{% endblocktranslate %}",
                Text("%(n)s day", "%(n)s days"),
            ),
        ],
    )
    def test_sees_each_way_to_say_it_in_a_template(self, source: str, found: Text) -> None:
        page = f"  <ul>\n        {{% if it %}}\n      <li>{source}</li>\n  {{% endif %}}\n"

        assert list(texts_of_template(page)) == [found]

    def test_reads_all_files_of_a_folder(self, tmp_path: Path) -> None:
        (tmp_path / "inside").mkdir()
        (tmp_path / "inside" / "page.html").write_text('{% translate "On the page" %}')
        (tmp_path / "inside" / "letter.txt").write_text('{% translate "In the letter" %}')
        (tmp_path / "views.py").write_text('_("In Python")')

        assert {text.words for text in texts_of([tmp_path])} == {"On the page", "In the letter", "In Python"}


class TestOtherNames:
    @pytest.mark.parametrize("names", ["gettext as say", "ngettext as _", "gettext as ngettext"])
    def test_are_noticed(self, names: str) -> None:
        assert other_names_for_gettext(f"from django.utils.translation import override, {names}")

    def test_are_used_nowhere(self) -> None:
        sources = [path for room in ("portal", "services") for path in (ROOT / room).rglob("*.py")]

        assert {path.name: found for path in sources if (found := other_names_for_gettext(path.read_text()))} == {}
