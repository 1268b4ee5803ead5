"""What `portalctl submit-csv` tells of each row, and how it takes up again what was interrupted."""

import json

import httpx
import pytest
from portalctl import journal
from portalctl.stops import Stop

from tests.client.benches import TABLE, Bench


class TestResults:
    def test_each_row_is_accepted_or_refused_with_its_column(self, bench: Bench) -> None:
        code, told = bench.run()

        assert code == 1
        assert "3 rows, 3 to be sent" in told
        assert bench.column("state") == ["accepted", "refused", "accepted"]
        assert bench.column("reference") == ["K7M2-9QXD-4T", "", "K7M2-9QXD-4T"]
        assert (bench.ended()[1]["columns"], bench.ended()[1]["reason"]) == ("Lat", "Lat: is required")
        assert (bench.ended()[1]["line"], bench.ended()[1]["key"]) == ("3", "2")

    def test_sends_what_stands_for_a_word_and_what_is_the_same_in_all_rows(self, bench: Bench) -> None:
        bench.run()

        sent = next(form for form in bench.door.taken.values() if form["lat"] == "40.1")
        assert sent == {
            "api_key": "portal_x",
            "service_code": "hole",
            "lat": "40.1",
            "long": "49.1",
            "attribute[size]": "large",
            "attribute[danger]": "true",
        }

    @pytest.mark.parametrize(
        ("row", "columns", "reason"),
        [
            ("4,40.1,49.1,tiny", "Size", "Size: 'tiny' isn't among the values that the mapping knows"),
            ("1,40.1,49.1,big", "No", "No: is the same as in line 2"),
            (" ,40.1,49.1,big", "No", "No: is empty, and it tells rows apart"),
            ("4,40.1", "", "the row has 2 values and the head 4: a comma or a quote is missing"),
        ],
    )
    def test_a_row_that_cant_be_sent_is_refused_without_asking(
        self, bench: Bench, row: str, columns: str, reason: str
    ) -> None:
        bench.table.write_text(f"No,Lat,Lon,Size\n1,40.1,49.1,big\n\n{row}\n")

        assert bench.run()[0] == 1
        assert (bench.column("state"), bench.door.sent) == (["accepted", "refused"], 1)
        assert (bench.ended()[1]["columns"], bench.ended()[1]["reason"]) == (columns, reason)

    def test_a_place_that_isnt_there_is_told_by_both_its_columns(self, bench: Bench) -> None:
        told = [{"code": 400, "description": "attribute[place]: There is no such place."}]
        bench.door.fault = lambda _: httpx.Response(400, json=told)

        bench.run()

        assert bench.ended()[0]["reason"] == "Lat, Lon: There is no such place."

    def test_only_the_owner_reads_what_was_answered(self, bench: Bench) -> None:
        bench.run()

        assert {file.stat().st_mode & 0o777 for file in bench.folder.glob("day.csv.*")} == {0o600}


class TestTakingUpAgain:
    def test_a_second_run_sends_nothing(self, bench: Bench) -> None:
        before = bench.run(), bench.ended()
        code, told = bench.run()

        assert (code, bench.door.sent) == (1, 3)
        assert "3 rows, 0 to be sent" in told
        assert before[1] == bench.ended()

    def test_a_mended_row_is_sent_again_and_no_other(self, bench: Bench) -> None:
        bench.run()
        bench.table.write_text(TABLE.replace("2,,", "2,40.2,"))

        assert bench.run()[0] == 0
        assert (bench.door.sent, bench.column("state")) == (4, ["accepted"] * 3)

    def test_refused_rows_are_sent_again_on_demand(self, bench: Bench) -> None:
        bench.run()

        bench.run("--again")

        assert bench.door.sent == 4

    def test_a_row_that_was_changed_after_it_was_accepted_stays_and_says_so(self, bench: Bench) -> None:
        bench.run()
        bench.table.write_text(TABLE.replace("40.1", "40.9"))

        bench.run()

        assert bench.door.sent == 3
        assert bench.ended()[0]["state"] == "accepted"
        assert "the change was not sent" in bench.ended()[0]["reason"]

    @pytest.mark.parametrize("lost", [1, 40, 10_000])
    def test_what_was_lost_of_the_resume_file_doubles_nothing(self, bench: Bench, lost: int) -> None:
        bench.run()
        content = bench.resume.read_bytes()
        bench.resume.write_bytes(content[:-lost])

        bench.run()

        assert bench.door.sent > 3
        assert len(bench.door.taken) == 2
        assert [json.loads(line)["key"] for line in bench.resume.read_bytes().splitlines()[1:]]
        assert bench.column("state") == ["accepted", "refused", "accepted"]

    def test_what_stops_one_row_stops_all_and_the_next_run_goes_on(self, bench: Bench) -> None:
        bench.door.fault = lambda _: httpx.Response(403, json=[{"description": "api_key: ended."}])

        code, told = bench.run("--at-once", "1")

        assert (code, bench.door.sent) == (3, 1)
        assert "api_key: ended." in told
        assert bench.column("state") == ["not sent"] * 3
        bench.door.fault = lambda _: None
        assert bench.run()[0] == 1
        assert bench.column("state") == ["accepted", "refused", "accepted"]

    def test_a_full_disk_stops_it_and_loses_nothing(self, bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
        whole, written = journal.os.write, []

        def fill(file: int, line: bytes) -> int:
            written.append(line)
            if len(written) == 3:
                whole(file, line[:20])
                raise OSError(28, "No space left on device")
            return whole(file, line)

        monkeypatch.setattr(journal.os, "write", fill)
        code, told = bench.run("--at-once", "2")
        monkeypatch.undo()
        monkeypatch.setenv("PORTALCTL_URL", "http://127.0.0.1")
        monkeypatch.setenv("PORTALCTL_TOKEN", "portal_x")

        assert code == 2
        assert "Make room, then run the same again" in told
        assert bench.run()[0] == 1
        assert len(bench.door.taken) == 2

    def test_nothing_follows_half_a_line(self, bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
        whole, held = journal.os.write, journal.Journal(bench.resume, {})

        def fill(file: int, line: bytes) -> int:
            whole(file, line[:20])
            raise OSError(28, "No space left on device")

        with monkeypatch.context() as full:
            full.setattr(journal.os, "write", fill)
            with pytest.raises(Stop, match="No space left"):
                held.note(journal.Outcome("1", "", "accepted"))
        with pytest.raises(Stop, match="Make room"):
            held.note(journal.Outcome("2", "", "accepted"))
        held.close()

        after = journal.Journal(bench.resume, {})
        assert after.outcomes == {}
        after.close()

    def test_a_row_that_waits_stops_with_the_others(self, bench: Bench) -> None:
        later = [httpx.Response(503, headers={"Retry-After": "5"})]
        refused = httpx.Response(403, json=[{"description": "api_key: ended."}])
        bench.door.fault = lambda form: later.pop() if form["long"] == "49.1" and later else refused

        assert bench.run("--at-once", "2")[0] == 3
        assert bench.door.sent == 2

    @pytest.mark.parametrize("named", ["--resume", "--results"])
    def test_nothing_that_is_read_is_written_over(self, bench: Bench, named: str) -> None:
        for file in (bench.table, bench.mapping):
            before = file.read_text()
            assert bench.run(named, str(file))[0] == 2
            assert file.read_text() == before

    @pytest.mark.parametrize("content", ["a secret without an end of line", "a\nb", '{"format": 5}', "[1"])
    def test_a_file_of_others_is_no_resume_file_and_stays(self, bench: Bench, content: str) -> None:
        bench.resume.write_text(content)

        assert bench.run()[0] == 2
        assert bench.resume.read_text() == content

    @pytest.mark.parametrize("key", ["=1+1", "+1+1", "-1+1", "@A1", "＝1"])
    def test_results_are_no_formulas(self, bench: Bench, key: str) -> None:
        bench.table.write_text(f"No,Lat,Lon,Size\n{key},40.1,49.1,big\n-5,40.1,49.1,big\n")

        bench.run()

        assert bench.column("key") == [f"'{key}", "-5"]

    def test_two_at_once_dont_share_a_resume_file(self, bench: Bench) -> None:
        held = journal.Journal(bench.resume, {})
        try:
            assert "Another portalctl is at work" in bench.run()[1]
        finally:
            held.close()
        assert "belongs to something else" in bench.run()[1]
        assert bench.door.sent == 0
