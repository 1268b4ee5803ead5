"""Search among many services: what the page of services looks up, beside a bare full-text search in SQL.

    .venv/bin/python -m bench.finding [services] [times]

The samples are copied under other codes, each copy with words of its own, so that the vocabulary grows with them.
"""

import sys
import tempfile
from pathlib import Path
from typing import Any

from bench.setup import copy_row, prepare, stores, timed

SERVICES, TIMES, A_PAGE, OWN_WORDS = 1_400, 60, 20, 30
KINDS = {
    "a right word": "coffee",
    "a word in a title": "parking",
    "a beginning": "regis",
    "mistyped": "cofee",
    "two, one mistyped": "identty card",
    "nothing": "parqinq prmitt",
}
# Found by one index and by nothing else: no beginnings of words in two texts, no order, no count, no names of agencies.
BARE = """
    SELECT id, code, title, summary FROM catalogue_service
    WHERE id IN (SELECT service_id FROM catalogue_prose WHERE vector @@ to_tsquery('simple', %s)) LIMIT 20
"""
OWN = """
    (SELECT string_agg(translate(left(md5(one.code || n || '-' || k), 8), '0123456789', 'ghijklmnop'), ' ')
    FROM generate_series(1, %s) k)
"""
TOLD = """
    INSERT INTO catalogue_prose (service_id, language, words)
    SELECT copy.id, prose.language, prose.words || ' ' || copy.own
    FROM catalogue_prose prose JOIN catalogue_service one ON one.id = prose.service_id
    JOIN (
        SELECT id, split_part(code, '--', 1) AS code, right(words, %s) AS own
        FROM catalogue_service WHERE code LIKE '%%--%%'
    ) AS copy ON copy.code = one.code
"""


def main() -> None:
    count, times = (*(int(word) for word in sys.argv[1:]), *(SERVICES, TIMES)[len(sys.argv) - 1 :])
    with tempfile.TemporaryDirectory() as folder, stores(Path(folder)):
        prepare("bench_finding")
        samples = load_samples()
        compare(samples, times)
        fill(count)
        compare(count, times)


def load_samples() -> int:
    from django.conf import settings
    from django.core.management import call_command

    from services.catalogue.models import Service

    settings.CONNECTOR_VALUES = {"REGISTRY_URL": "http://127.0.0.1:8001"}
    call_command("load_agencies", "samples/agencies.yaml", verbosity=0)
    call_command("load_connectors", "samples/connectors.yaml", verbosity=0)
    call_command("load_services", "samples", verbosity=0)
    return Service.objects.count()


def fill(count: int) -> None:
    """Copy each sample so often that there are so many services, with what they tell and the words of it."""
    from django.db import connection

    from services.catalogue.models import Prose, Service, Word
    from services.catalogue.search import vocabulary_of

    samples = list(Service.objects.order_by("code"))
    own = OWN % OWN_WORDS
    for sample in samples:
        copy_row(
            sample, 1, count // len(samples) - 1, {"code": "one.code || '--' || n", "words": f"words || ' ' || {own}"}
        )
    with connection.cursor() as cursor:
        cursor.execute(TOLD, [9 * OWN_WORDS - 1])
    told = {word: word for one in Prose.objects.filter(language="en") for word in one.words.split()}
    Word.objects.bulk_create((Word(**word) for word in vocabulary_of({"en": told})), 5_000, ignore_conflicts=True)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def compare(count: int, times: int) -> None:
    from services.catalogue.models import Word

    print(f"{count:,} services, {Word.objects.count():,} words:")
    for name, text in KINDS.items():
        half, most, said = timed(lambda text=text: looked_up(text), times)  # type: ignore[misc]
        bare = timed(lambda text=text: found_bare(text), times)[0]  # type: ignore[misc]
        print(
            f"  {name} ({text}): half {half:.1f} ms, 95 of 100 {most:.1f} ms, {said} statements; "
            f"bare {bare:.1f} ms, ratio {half / bare:.1f}"
        )


def looked_up(text: str) -> None:
    """Look up what the page of services shows for some words."""
    from django.core.paginator import Paginator

    from services.catalogue.queries import found_or_respelled, searched, written_nearly

    def page_of(words: str) -> Any:
        return Paginator(searched(words), A_PAGE).get_page(1)

    page, _spelling = found_or_respelled(text, "en", page_of)
    assert list(page) or list(written_nearly(text)), text


def found_bare(text: str) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(BARE, [" & ".join(f"{word}:*" for word in text.split())])
        cursor.fetchall()


if __name__ == "__main__":
    main()
