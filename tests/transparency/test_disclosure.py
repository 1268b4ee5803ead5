"""No count of one to four people follows from what is told, however it is put together."""

from datetime import date
from itertools import pairwise, product

from hypothesis import given
from hypothesis import strategies as st

from services.transparency.disclosure import are_told, ends_of_stretches, is_told, sums_of, told_together
from services.transparency.periods import EVER, LAST_YEAR, YEAR_BEFORE, months_after, period_of
from services.transparency.sheets import FAMILIES, Row, Sheet
from services.transparency.tables import histogram, table_of

TODAY = date(2026, 11, 26)
FEW = st.one_of(st.integers(0, 9), st.integers(0, 200))
UNITS = st.lists(st.lists(FEW, min_size=2, max_size=2), min_size=1, max_size=40)


@given(UNITS, st.data())
def test_every_stretch_may_be_told_and_so_may_every_span_of_them(units, data):
    allowed = {0, len(units), *data.draw(st.sets(st.integers(0, len(units))))}
    wanted = data.draw(st.sets(st.sampled_from(sorted(allowed))))

    ends = ends_of_stretches(units, allowed, wanted)

    assert set(ends) <= allowed
    for begin, end in pairwise(ends):
        assert are_told([sum(column) for column in zip(*units[begin:end], strict=True)])


@given(UNITS)
def test_nothing_is_kept_back_when_every_unit_may_be_told(units):
    sound = [[number if is_told(number) else number + 5 for number in numbers] for numbers in units]

    assert ends_of_stretches(sound, range(len(units) + 1), ()) == list(range(len(units) + 1))


@given(st.dictionaries(st.integers(), st.lists(FEW, min_size=3, max_size=3), max_size=12))
def test_rows_with_small_numbers_are_told_with_others(rows):
    together = told_together(rows)

    assert all(are_told(numbers) for key, numbers in rows.items() if key not in together)
    if together and len(together) < len(rows):
        rest = [key for key in rows if any(rows[key]) and key not in together]
        assert not rest or (len(together) > 1 and are_told(sums_of(rows, together)))


@given(st.dictionaries(st.text("abcdef", min_size=1, max_size=2), st.lists(FEW, min_size=4, max_size=4), max_size=9))
def test_from_the_rows_of_a_table_no_small_count_follows(rows):
    """Of any rows together, told ones and the rest of the whole: received, decided, undecided, late or not."""
    ever = period_of(EVER, TODAY)
    counted = [
        {
            "received": undecided + refused + approved,
            "approved": approved,
            "refused": refused,
            "late": min(late, approved),
        }
        for approved, refused, undecided, late in rows.values()
    ]
    for counts in counted:
        counts["on_time"] = counts["approved"] + counts["refused"] - counts["late"]
    names = ("received", "approved", "refused", "late", "on_time")
    whole = {name: [0, sum(counts[name] for counts in counted)] for name in names}
    sheet = Sheet([date(2026, 10, 1), date(2026, 11, 1)], whole, [])

    told = table_of(sheet, [Row(key, {}, counts) for key, counts in zip(rows, counted, strict=True)], {}, ever).rows

    for name in ("received", "decided", "on_time", "late"):
        known = [row.numbers[name] for row in told if row.numbers.get(name) is not None]
        rest = sum(sum(whole[one]) for one in (("approved", "refused") if name == "decided" else (name,))) - sum(known)
        assert are_told([*known, rest] if known else []), name
    undecided = [row.received - row.decided for row in told if row.decided is not None]
    if undecided:
        assert are_told([*undecided, sheet.undecided_at(2) - sum(undecided)])
    assert not told or sum(row.received for row in told) == sum(whole["received"])


def test_what_is_told_of_channels_stays_though_few_are_undecided():
    """A row isn't merged with others because of what doesn't follow from the number of requests received."""
    counts = {"online": (1250, 1148), "counter": (109, 107), "post": (53, 52), "email": (21, 21), "internal": (1, 1)}
    rows = [Row(key, {}, {"received": received, "closed": closed}) for key, (received, closed) in counts.items()]
    whole = {name: [0, sum(row.ever[name] for row in rows)] for name in ("received", "closed")}
    sheet = Sheet([date(2026, 10, 1), date(2026, 11, 1)], whole, [])

    told = table_of(sheet, rows, {}, period_of(EVER, TODAY))

    assert {row.key: row.received for row in told.rows} == {"online": 1250, "counter": 109, "post": 53, "*": 22}
    assert [row.decided for row in told.rows] == [None] * 4


def counts_of(numbers: list[list[int]]) -> dict[str, list[int]]:
    """Make counts by month of requests: received, how they ended, and how many of them in time."""
    names = ("received", "approved", "refused", "withdrawn", "late")
    counts = {name: [row[place] for row in numbers] for place, name in enumerate(names)}
    decided = [approved + refused for approved, refused in zip(counts["approved"], counts["refused"], strict=True)]
    counts["late"] = [min(late, all_) for late, all_ in zip(counts["late"], decided, strict=True)]
    counts["on_time"] = [all_ - late for late, all_ in zip(counts["late"], decided, strict=True)]
    left = sum(counts["received"]) - sum(decided) - sum(counts["withdrawn"])
    counts["received"][-1] += max(0, -left)
    return counts


MONTHS = st.lists(st.lists(FEW, min_size=5, max_size=5), min_size=1, max_size=34)
QUARTERS = [f"{year}-Q{quarter}" for year, quarter in product((2024, 2025, 2026), (1, 2, 3, 4))]
NAMED = [f"{year}-{month:02}" for year, month in product((2024, 2025, 2026), range(1, 12))]
PERIODS = [EVER, LAST_YEAR, YEAR_BEFORE, "2024", "2025", "2026", *QUARTERS, *NAMED]


def sheet_of(numbers: list[list[int]]) -> Sheet:
    numbers = [[0] * 5] * (25 - len(numbers)) + numbers
    first = months_after(TODAY.replace(day=1), 1 - len(numbers))
    units = [months_after(first, place) for place in range(len(numbers))]
    this = TODAY.replace(day=1)
    return Sheet(units, counts_of(numbers), [months_after(this, back) for back in (-24, -12, 0)])


@given(MONTHS)
def test_from_all_periods_that_are_told_no_small_count_of_any_months_follows(numbers):
    """Every period is told by an equation over months; whatever sums of months follow from them are 0 or 5 and more."""
    sheet = sheet_of(numbers)
    for name, family in FAMILIES.items():
        told_periods = [period for period in (period_of(one, TODAY) for one in PERIODS) if sheet.tells(name, period)]
        spans = {sheet.span(period) for period in told_periods}
        ends = sorted({end for span in spans for end in span})
        for begin, end in combined(spans, ends):
            months = [{measure: column[at] for measure, column in sheet.counts.items()} for at in range(begin, end)]
            told = [sum(column) for column in zip(*(family.numbers(month) for month in months), strict=True)]
            assert are_told(told), (name, begin, end, told)


def combined(spans: set[tuple[int, int]], ends: list[int]) -> list[tuple[int, int]]:
    """Give the spans between ends that are sums and differences of others: ends that spans connect."""
    group = {end: end for end in ends}

    def root(end: int) -> int:
        while group[end] != end:
            end = group[end]
        return end

    for begin, end in spans:
        group[root(begin)] = root(end)
    return [(begin, end) for begin in ends for end in ends if begin < end and root(begin) == root(end)]


@given(MONTHS)
def test_four_spans_of_time_tell_the_same_as_months_do(numbers):
    months = sheet_of(numbers)
    begin = [date(2000, 1, 1), *months.wanted]
    ends = [*months.wanted, date(2100, 1, 1)]
    counts = {
        name: [
            sum(number for unit, number in zip(months.units, column, strict=True) if one <= unit < other)
            for one, other in zip(begin, ends, strict=True)
        ]
        for name, column in months.counts.items()
    }
    spans = Sheet(begin, counts, months.wanted)

    for name in FAMILIES:
        for period in (period_of(one, TODAY) for one in (EVER, LAST_YEAR, YEAR_BEFORE)):
            assert months.tells(name, period) == spans.tells(name, period)
    assert months.open == spans.open


@given(MONTHS)
def test_how_many_are_open_follows_from_nothing_when_they_are_few(numbers):
    sheet = sheet_of(numbers)
    ever = period_of(EVER, TODAY)

    assert sheet.open is None or is_told(sheet.open)
    if sheet.tells("received", ever) and sheet.tells("decided", ever):
        assert is_told(sheet.undecided_at(len(sheet.units)))


@given(st.lists(st.tuples(FEW, FEW, FEW, FEW), min_size=1, max_size=30))
def test_of_what_was_objected_and_complained_few_that_are_left_follow_from_nothing(months):
    """Objections less those that overturned a decision; complaints less those that were answered."""
    names = ("objections", "annulled", "complaints", "complaints_answered")
    counts = {name: [month[place] for month in months] for place, name in enumerate(names)}
    first = months_after(TODAY.replace(day=1), 1 - len(months))
    sheet = Sheet([months_after(first, place) for place in range(len(months))], counts, [])

    for whole, part, measure in (("objections", "overturned", "annulled"), ("complaints", "complaints_answered", "")):
        for begin, end in pairwise(sorted(sheet.ends(part))):
            span = [sum(counts[name][begin:end]) for name in (whole, measure or part)]
            assert are_told([*span, span[0] - span[1]])
            assert {begin, end} <= sheet.ends(whole)


@given(st.dictionaries(st.integers(0, 60), st.integers(1, 30), max_size=30))
def test_bars_are_of_none_or_of_five_and_together_all(days):
    bins = histogram(days)

    assert are_told([one.number for one in bins])
    assert sum(one.number for one in bins) == (sum(days.values()) if sum(days.values()) >= 5 else 0)
