"""A source that really fails: its units are not called silent, and nobody else is spared."""

from datetime import UTC, date, datetime, timedelta

import pytest

import etl.pull
from campaign.errors import CanDichError
from campaign.freshness import Cause, Gap, Past, cause_of
from etl import freshness, heartbeat
from etl.pull import pull_source
from reporting.faults import issues
from reporting.freshness import gaps, punctuality
from reporting.told import told as in_words
from tests.served import Says, serving
from tests.warehouse.small import CONFIG, ID, Small, counts

SOURCE = '\n[[source]]\nname = "inbox"\ncampaign = "nho"\npath = "inbox"\nschedule = "*/1 * * * *"\n'
LAST = date(2025, 2, 7)


@pytest.fixture
def house(small: Small, monkeypatch):
    """An reports every day, Bình until the 3rd, both by the folder; Phường An until the 4th, by hand."""
    monkeypatch.setattr(etl.pull, "LOOK_AGAIN_AFTER", 0.05)
    small.write("config.toml", CONFIG + SOURCE)
    small.send(counts(("00201", 4, 50)))
    small.write("inbox/ngay-3.csv", counts(("00101", 3, 10), ("00102", 3, 10)))
    small.write("inbox/ngay-7.csv", counts(("00101", 7, 30)))
    pull_source(small.config, "inbox")
    return small


def pull_fails(small: Small) -> str:
    with pytest.raises(CanDichError) as failed:
        pull_source(small.config, "inbox")
    return str(failed.value)


def outages(small: Small):
    return freshness.outages(small.config, ID, datetime.now(UTC))


def gaps_on(small: Small, day: date = LAST):
    figures = small.figures()
    rows = figures.progress(day)
    found = gaps(figures, rows, outages(small), ["inbox"])
    return {row.code: found.gap_of(row) for row in rows}, found


def break_folder(small: Small):
    (small.folder / "inbox").rename(small.folder / "away")
    small.write("inbox", "this is no folder")


def mend_folder(small: Small):
    (small.folder / "inbox").unlink()
    (small.folder / "away").rename(small.folder / "inbox")


def test_while_all_is_well_a_silence_is_a_silence(house):
    assert outages(house) == ()
    found, _ = gaps_on(house)
    assert found["00102"] is Gap.SILENT
    assert found["00201"] is Gap.SILENT
    assert found["00101"] is Gap.REPORTED


def test_a_folder_that_cannot_be_read_keeps_its_own_units_from_us_and_nobody_else(house):
    before = datetime.now(UTC)
    break_folder(house)
    said = pull_fails(house)
    (one,) = outages(house)
    assert (one.source, one.error) == ("inbox", said)
    assert before <= one.since <= datetime.now(UTC)
    assert one.last_good is not None
    assert one.last_good <= before
    assert cause_of(one.error) is Cause.FOLDER
    found, kept = gaps_on(house)
    assert kept.waiting["inbox"] == {"00101", "00102"}
    assert found == {
        "27": Gap.REPORTED, "D1": Gap.REPORTED, "00101": Gap.REPORTED, "00102": Gap.SOURCE_DOWN,
        "D2": Gap.SILENT, "00201": Gap.SILENT,
    }  # fmt: skip


def test_the_same_failure_again_began_when_it_began(house):
    break_folder(house)
    pull_fails(house)
    first = outages(house)
    pull_fails(house)
    assert outages(house) == first


def test_a_silence_the_source_saw_itself_stays_one(house):
    break_folder(house)
    pull_fails(house)
    assert gaps_on(house, date(2025, 2, 6))[0]["00102"] is Gap.SILENT


def test_a_unit_heard_by_another_way_waits_no_more(house):
    break_folder(house)
    pull_fails(house)
    house.send(counts(("00102", 4, 20)), at=datetime.now(UTC) + timedelta(seconds=1))
    found, kept = gaps_on(house)
    assert kept.waiting["inbox"] == {"00101"}
    assert found["00102"] is Gap.SILENT


def test_a_mended_source_is_whole_again_at_its_next_good_pull(house):
    break_folder(house)
    pull_fails(house)
    mend_folder(house)
    assert outages(house)
    pull_source(house.config, "inbox")
    assert outages(house) == ()
    assert gaps_on(house)[0]["00102"] is Gap.SILENT


def test_a_broken_file_keeps_the_units_of_files_like_it_from_us_until_it_is_mended(house):
    house.write("inbox/ngay-8.xlsx", b"this is no workbook")
    pull_fails(house)
    house.write("inbox/ghi-chu.xlsx", b"nor is this")
    pull_fails(house)
    pull_source(house.config, "inbox")
    (one,) = outages(house)
    assert one.files == ("ghi-chu.xlsx", "ngay-8.xlsx")
    assert gaps_on(house)[0]["00102"] is Gap.SILENT, "no file like these ever brought anything"
    house.write("inbox/ngay-3.csv", b"\x00\xff\xfe")
    pull_fails(house)
    (one,) = outages(house)
    assert one.files == ("ghi-chu.xlsx", "ngay-3.csv", "ngay-8.xlsx")
    found, kept = gaps_on(house)
    assert kept.waiting["inbox"] == {"00101", "00102"}
    assert found["00102"] is Gap.SOURCE_DOWN
    for name in ("ngay-8.xlsx", "ghi-chu.xlsx", "ngay-3.csv"):
        (house.folder / "inbox" / name).unlink()
    pull_source(house.config, "inbox")
    assert outages(house) == ()


def test_a_source_nobody_looks_at_any_more_is_down_too(house):
    due = datetime.now(UTC) - timedelta(minutes=10)
    job = {"job": "pull inbox", "source": "inbox", "last_ok": None, "last_error": None, "next": due.isoformat()}
    history = house.config.data / "run" / "pulls-inbox.jsonl"
    history.write_text(history.read_text("utf-8").replace(str(due.year), "2020"), "utf-8")
    heartbeat.write(house.config, {"at": due.isoformat(), "started": due.isoformat(), "jobs": [job]})
    (one,) = outages(house)
    assert one.since == due
    assert cause_of(one.error) is Cause.SCHEDULER
    heartbeat.write(house.config, {"at": datetime.now(UTC).isoformat(), "started": due.isoformat(), "jobs": [job]})
    assert outages(house) == ()


def test_issues_names_the_source_and_blames_nobody_it_keeps_from_us(house):
    break_folder(house)
    said = pull_fails(house)
    found = issues(house.figures(), LAST, None, outages(house), ["inbox"])
    told = [(one.kind.value, one.reason, one.unit_code, one.difference) for one in found if one.kind != "over_target"]
    assert ("source_down", "folder", None, 2) in told
    assert ("source_down", "not_fetched", "00102", 4) in told
    assert ("silent", "silent", "00201", 3) in told
    assert ("silent", "silent", "00102", 4) not in told
    code, out, _ = house.command("issues", "--campaign", ID, "--as-of", "2025-02-07", "--format", "csv")
    assert code == 0
    assert in_words(said, "vi") in out
    code, out, _ = house.command("doctor")
    assert code != 0
    assert "fails since" in out


def test_a_source_on_the_web_that_does_not_answer_is_an_outage_with_its_cause(small: Small, monkeypatch):
    monkeypatch.setattr("etl.sources.client.FIRST_WAIT", 0.01)
    with serving() as served:
        said = counts(("00101", 7, 30), ("00102", 3, 10))
        served.says["/a.csv"] = [Says(said, headers={"Content-Type": "text/csv"}), Says("busy", 503)]
        source = f'name = "web"\ncampaign = "nho"\nkind = "http"\nurl = "{served.address}/a.csv"\ntries = 1\n'
        small.write("config.toml", f"{CONFIG}\n[[source]]\n{source}")
        pull_source(small.config, "web")
        with pytest.raises(CanDichError):
            pull_source(small.config, "web")
    (one,) = outages(small)
    assert cause_of(one.error) is Cause.SERVER
    figures = small.figures()
    rows = figures.progress(LAST)
    kept = gaps(figures, rows, (one,), ["web"])
    assert kept.waiting["web"] == {"00101", "00102"}
    assert [row.code for row in rows if kept.gap_of(row) is Gap.SOURCE_DOWN] == ["00102"]


def test_who_came_late_because_our_source_failed_at_the_cutoff_is_told_apart(house):
    """The folder brought An's 3rd, Bình's 3rd and An's 7th long after their cut-offs: late, and by no fault of ours."""
    figures = house.figures()
    assert punctuality(figures, "27", LAST).whole.ours == 0
    begun = datetime(2025, 2, 3, 9, tzinfo=UTC)  # 16:00, an hour before the cut-off
    failed = Past("inbox", begun, datetime.now(UTC))
    found = punctuality(figures, "27", LAST, past=[failed], configured=["inbox"])
    assert found.by_day[date(2025, 2, 3)].ours == 2
    assert found.by_unit["00102"].ours == 1
    assert found.by_unit["00201"].ours == 0, "it came by hand"
    mended_before = Past("inbox", begun, datetime(2025, 2, 4, tzinfo=UTC))
    assert punctuality(figures, "27", LAST, past=[mended_before], configured=["inbox"]).whole.ours == 0
    assert found.whole.on_time == punctuality(figures, "27", LAST).whole.on_time, "late is late: the rate is not moved"


def test_a_failure_that_was_mended_is_remembered_with_its_times(house):
    assert freshness.past(house.config, ID) == ()
    before = datetime.now(UTC)
    break_folder(house)
    pull_fails(house)
    assert freshness.past(house.config, ID) == ()
    mend_folder(house)
    pull_source(house.config, "inbox")
    pull_source(house.config, "inbox")
    (one,) = freshness.past(house.config, ID)
    assert one.source == "inbox"
    assert before <= one.begun <= one.ended <= datetime.now(UTC)
