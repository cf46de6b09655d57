"""The writer: what a version carries, what its checks refuse, and what its rows may hold."""

from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from campaign.errors import CheckFailed, SourceError
from tests.warehouse.small import CONFIG, ID, TARGETS, UNITS, Small, counts
from warehouse import bulk
from warehouse.statements import names, statement
from warehouse.writer import next_version

WRONG = {
    "a_standing_count_is_unique": "insert into standing select * from standing limit 1",
    "every_count_is_of_a_known_unit": "update standing set unit_code = 'nobody'",
    "every_row_taken_by_a_decision_is_settled": """
        insert into refused (batch, received_at, file, row_number, fate, reason, field, found, near, content)
        values ('b', '2025-02-08', 'f', 2, 'held', 'count_falls', 'count', '1', '[]', '{}');
        insert into decision (seq, batch, number, received_at, decided_at, sender, sender_name, what, why, row_batch,
                              row_file, row_number, row_fate, row_reason, row_content, outcome, refusal)
        values (1, 'c', 1, '2025-02-08', '2025-02-08', 's', 'S', 'accept', 'w', 'b', 'f', 2, 'held', 'count_falls',
                '{}', 'taken', '')""",
    "every_submission_has_its_batch": "update submission set batch = 'none'",
    "nothing_is_known_before_it_was_received": "update submission set received_at = '1999-01-01' where seq = 2",
    "tallies_add_up": "update batch set accepted = accepted + 1",
}


@pytest.fixture
def tables(small: Small, tmp_path: Path) -> duckdb.DuckDBPyConnection:
    """A published version's tables, in a copy to be damaged."""
    small.send(counts(("00101", "3", 10)))
    version = small.send(counts(("00101", "4", 12), ("00102", "4", 5))).version
    copy = tmp_path / "copy.duckdb"
    copy.write_bytes(small.store.path(version).read_bytes())
    return duckdb.connect(str(copy))


def check(name: str) -> str:
    return (Path(__file__).parents[2] / "warehouse" / "checks" / f"{name}.sql").read_text("utf-8")


def test_every_check_has_its_case() -> None:
    assert set(WRONG) == set(names("checks"))


@pytest.mark.parametrize("name", WRONG)
def test_a_check_returns_nothing_when_all_is_well_and_the_failing_rows_when_not(
    tables: duckdb.DuckDBPyConnection, name: str
) -> None:
    assert tables.execute(check(name)).fetchall() == []
    tables.execute(WRONG[name])
    assert tables.execute(check(name)).fetchall()
    tables.close()


def test_a_failing_check_leaves_current_and_shows_until_a_run_succeeds(
    small: Small, monkeypatch: pytest.MonkeyPatch
) -> None:
    small.send(counts(("00101", "3", 10)))
    with monkeypatch.context() as patched:
        patched.setattr(
            "warehouse.writer.statement",
            lambda folder, name: "select 1" if name == "never" else statement(folder, name),
        )
        patched.setattr("warehouse.writer.names", lambda folder: ("never",) if folder == "checks" else names(folder))
        with pytest.raises(CheckFailed, match="check never") as failed:
            small.send(counts(("00101", "4", 20)))
    assert failed.value.exit_code == 1
    assert (small.version, small.done()) == ("v000001", 10)
    assert small.kinds()[0] == "failing_check"
    assert "never" in small.issues()[0].reason
    small.send(counts(("00101", "4", 21)))
    assert "failing_check" not in small.kinds()


def test_a_unit_taken_off_the_list_while_it_has_counts_keeps_the_old_figures_and_says_so(small: Small) -> None:
    small.send(counts(("00102", "3", 10)))
    small.write("units.csv", UNITS.replace("00102,Xã Bình,commune,D1\n", ""))
    small.write("targets.csv", TARGETS.replace("00102,200\n", ""))
    code, out, _ = small.command("progress", "--campaign", ID, "--as-of", "2025-02-07", "--format", "csv")
    assert code == 0
    assert "00102,Xã Bình" in out
    code, out, _ = small.command("issues", "--campaign", ID, "--format", "csv")
    assert code == 0
    assert out.splitlines()[1].startswith("failing_check,")


def test_a_run_that_changes_nothing_ends_the_word_of_a_failing_check(small: Small) -> None:
    small.send(counts(("00102", "3", 10)))
    small.write("units.csv", UNITS.replace("00102,Xã Bình,commune,D1\n", ""))
    small.write("targets.csv", TARGETS.replace("00102,200\n", ""))
    with pytest.raises(CheckFailed):
        small.send(counts(("00101", "3", 10)))
    assert "failing_check" in small.kinds()
    small.write("units.csv", UNITS)
    small.write("targets.csv", TARGETS)
    small.send(counts(("00102", "3", 10)))
    assert "failing_check" not in small.kinds()


def test_a_version_carries_the_bytes_of_its_configuration_units_and_targets(small: Small) -> None:
    small.send(counts(("00101", "3", 10)))
    reader = small.figures().reader
    assert [reader.input_file(name).decode() for name in ("config", "units", "targets")] == [CONFIG, UNITS, TARGETS]


def test_a_version_carries_the_configuration_it_was_built_with_when_only_a_source_changed(small: Small) -> None:
    small.send(counts(("00101", "3", 10)))
    changed = CONFIG + '\n[[source]]\nname = "letters"\ncampaign = "nho"\non_fall = "accept"\n'
    small.write("config.toml", changed)
    small.send(counts(("00101", "3", 8)), source="letters")
    assert small.figures().reader.input_file("config").decode() == changed


@pytest.mark.parametrize(
    ("file", "content", "target"),
    [
        ("targets.csv", TARGETS.replace("00101,100", "00101,150"), 450),
        ("units.csv", UNITS.replace("Xã Bình", "Xã Bình Minh"), 400),
        ("config.toml", CONFIG.replace("2025-02-07", "2025-02-08"), 400),
        ("config.toml", "[status]\nsilent_days = 5\n" + CONFIG, 400),
    ],
)
def test_a_changed_file_makes_a_new_version_and_the_old_one_answers_with_its_own(
    small: Small, file: str, content: str, target: int
) -> None:
    small.send(counts(("00101", "3", 10)))
    before = small.progress("2025-02-06")
    small.write(file, content)
    assert small.command("progress", "--campaign", ID)[0] == 0
    assert small.version == "v000002"
    assert small.progress("2025-02-06", version="v000001") == before
    assert small.progress("2025-02-06")["27"].target == target
    assert small.progress("2025-02-06") != before
    assert small.command("progress", "--campaign", ID)[0] == 0
    assert small.version == "v000002", "the same files again change nothing"


def test_targets_of_targets_csv_that_are_gone_are_gone(small: Small) -> None:
    small.send(counts(("00101", "3", 10)))
    small.write("targets.csv", TARGETS.replace("00101,100\n", ""))
    small.send(counts(("00101", "4", 11)))
    assert small.progress()["00101"].target is None


def test_one_great_count_among_thousands_of_rows_is_kept(small: Small) -> None:
    """The types of a long load are not guessed from a sample of its rows."""
    units = [f"X{number:04d}" for number in range(2500)]
    small.write("units.csv", UNITS + "".join(f"{one},Xã {one},commune,D1\n" for one in units))
    rows = [(one, "3", 2**40 if number == 3 else 1) for number, one in enumerate(units)]
    assert small.send(counts(*rows)).tally.accepted == 2500
    assert small.progress("2025-02-03")["X0003"].done == 2**40


def test_a_rare_reason_among_thousands_of_rows_is_kept(small: Small) -> None:
    units = [f"X{number:04d}" for number in range(2500)]
    small.write("units.csv", UNITS + "".join(f"{one},Xã {one},commune,D1\n" for one in units))
    rows = [(one, "3", 5, "đếm lại" if number == 7 else "") for number, one in enumerate(units)]
    small.send(counts(*rows, header="unit_code,as_of,count,reason"))  # type: ignore[arg-type]
    reasons = [one.reason for one in small.figures().reader.submissions(units)]
    assert [one for one in reasons if one] == ["đếm lại"]


def test_figures_as_known_before_a_moment_leave_out_what_came_after(small: Small) -> None:
    small.send(counts(("00101", "3", 10)))
    first = small.figures().reader.last_received_at
    small.send(counts(("00101", "3", 30)))
    small.send(counts(("00101", "3", 20, "đếm lại"), header="unit_code,as_of,count,reason"))  # type: ignore[arg-type]
    assert [small.done(known_at=first), small.done()] == [10, 20]
    assert small.figures().progress(date(2025, 2, 3))[0].done == 20


def test_when_half_of_many_counts_cannot_be_written_nothing_is_and_the_next_load_goes_on(
    small: Small, monkeypatch: pytest.MonkeyPatch
) -> None:
    small.send(counts(("00101", "3", 10)))
    monkeypatch.setattr(bulk, "LARGE", 1)
    row = {"unit_code": "00102", "category": "all", "stage": "done", "file": "f"}
    rows = [row | {"seq": 2 + n, "row_number": n, "as_of": date(2025, 2, 3 + n), "count": 5 - 6 * n} for n in (0, 1)]
    with small.store.lock(), pytest.raises(SourceError, match="CHECK constraint"):  # noqa: SIM117 - the lock is outside
        with next_version(small.store, datetime.now(UTC)) as publication:
            publication.version.append_counts(pa.Table.from_pylist(rows), datetime(2025, 2, 9), "b", replaces=False)  # noqa: DTZ001 - naive UTC is what is stored
    assert (small.version, small.done()) == ("v000001", 10)
    assert small.send(counts(("00102", "3", 7))).version == "v000002"
    assert small.done() == 17
