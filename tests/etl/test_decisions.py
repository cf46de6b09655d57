"""What a person decides about a held or rejected row: it takes effect once, survives re-pulls, and can be replayed."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from campaign.scope import Scope
from etl.envelope import LOCAL, Sender
from etl.replay import rebuild
from etl.submitted import result, submit_decisions, take_all
from tests.warehouse.small import CONFIG, ID, Small, counts

SOURCE = """
[[source]]
name = "so"
campaign = "nho"
kind = "folder"
path = "inbox"
[source.columns]
unit_name = "ten"
parent_name = "huyen"
as_of = "ngay"
count = "so"
"""
BASE = counts(("00101", 4, 40), ("00102", 4, 100))
FALL = counts(("00101", 5, 30))
BINH_LAN = Sender("lan", "Trần Thị Lan", Scope(units=frozenset({"D1"})))


class Live(Small):
    """The small campaign, whose files arrive now, between the decisions."""

    def next_moment(self) -> datetime:
        return datetime.now(UTC)


@pytest.fixture
def campaign(tmp_path: Path) -> Any:
    made = Live(tmp_path / "house", CONFIG + SOURCE)
    made.send(BASE)
    yield made
    made.close()


def decide(campaign: Small, *decisions: dict[str, Any], sender: Sender = LOCAL) -> dict[str, Any]:
    """Submit decisions and take them in; return what became of the envelope."""
    name = submit_decisions(campaign.config, ID, sender, list(decisions))
    take_all(campaign.config)
    found = result(campaign.config, name)
    assert found is not None
    return found


def open_rows(campaign: Small) -> list[Any]:
    return campaign.figures().refusals(campaign.config.campaigns[0].end)


def about(row: Any, what: str, why: str = "đã kiểm tra sổ", **more: Any) -> dict[str, Any]:
    return {"what": what, "batch": row.batch, "file": row.file, "row": row.row_number, "why": why, **more}


def decided(campaign: Small) -> list[tuple[str, str, str]]:
    """Return (what, outcome, refusal) of every decision, the earliest first."""
    return [(one.what, one.outcome, one.refusal) for one in reversed(campaign.figures().decisions())]


def tally(document: dict[str, Any]) -> tuple[int, ...]:
    return tuple(document[name] for name in ("read", "accepted", "unchanged", "held", "rejected"))


def test_an_accepted_fall_counts_with_its_reason_and_leaves_the_list(campaign: Small) -> None:
    campaign.send(FALL)
    (row,) = open_rows(campaign)
    assert campaign.done("2025-02-05") == 140
    assert tally(decide(campaign, about(row, "accept", "xóa 10 bản ghi trùng"))) == (1, 1, 0, 0, 0)
    assert campaign.done("2025-02-05") == 130
    assert open_rows(campaign) == []
    sent, _ = campaign.figures().submissions("00101")[0]
    assert (sent.count, sent.reason, sent.reported_by) == (30, "xóa 10 bản ghi trùng", "local")
    assert campaign.kinds("2025-02-05") == ["silent"], "only 00201, which never reported"


def test_a_decision_without_a_reason_is_refused_and_the_row_stays(campaign: Small) -> None:
    campaign.send(FALL)
    (row,) = open_rows(campaign)
    assert tally(decide(campaign, about(row, "accept", "  "))) == (1, 0, 0, 0, 1)
    assert decided(campaign) == [("accept", "refused", "no_reason")]
    assert len(open_rows(campaign)) == 1


def test_a_rejected_row_cannot_just_be_accepted(campaign: Small) -> None:
    campaign.send(counts(("zz", 5, 7)))
    (row,) = open_rows(campaign)
    decide(campaign, about(row, "accept"))
    assert decided(campaign) == [("accept", "refused", "not_held")]


def test_a_corrected_row_counts_for_the_right_unit_and_sent_again_it_is_decided(campaign: Small) -> None:
    campaign.send(counts(("zz", 5, 7)))
    (row,) = open_rows(campaign)
    decide(campaign, about(row, "correct", change={"unit_code": "00201"}))
    assert campaign.progress("2025-02-05")["00201"].done == 7
    again = campaign.send(counts(("zz", 5, 7), ("zz", 6, 8)))
    assert (again.tally.unchanged, again.tally.rejected) == (1, 1)
    assert [row.content["count"] for row in open_rows(campaign)] == ["8"]


@pytest.mark.parametrize(
    ("change", "why_not"),
    [
        ({"unit_code": "99999"}, "unknown_unit"),
        ({"unit_code": "00201", "count": "7,5"}, "bad_count"),
        ({"unit_code": "00201", "count": "-1"}, "negative_count"),
        ({"unit_code": "00201", "as_of": "32/01/2025"}, "bad_date"),
        ({"unit_code": "00201", "as_of": "01/01/2999"}, "future_date"),
    ],
)
def test_a_correction_is_read_as_strictly_as_a_file(campaign: Small, change: dict[str, str], why_not: str) -> None:
    campaign.send(counts(("zz", 5, 7)))
    (row,) = open_rows(campaign)
    decide(campaign, about(row, "correct", change=change))
    assert decided(campaign) == [("correct", "refused", why_not)]
    assert len(open_rows(campaign)) == 1


def test_a_row_mended_along_with_another_overwrites_no_count_unseen(campaign: Small) -> None:
    campaign.send(counts(("zz", 6, 45), ("zz", 4, 12), ("zz", 3, 55), ("zz", 4, 40)))
    later, falls, exceeds, same = sorted(open_rows(campaign), key=lambda row: row.row_number)
    before = len(campaign.figures().submissions("00101"))
    to = {"change": {"unit_code": "00101"}}
    others = [about(one, "correct", along=True, **to) for one in (falls, exceeds, same)]
    assert tally(decide(campaign, about(later, "correct", **to), *others)) == (4, 2, 0, 0, 2)
    assert decided(campaign) == [
        ("correct", "taken", ""),
        ("correct", "refused", "count_falls"),
        ("correct", "refused", "exceeds_later"),
        ("correct", "taken", ""),
    ]
    assert len(campaign.figures().submissions("00101")) == before + 1, "the last says what stands"
    assert {row.row_number for row in open_rows(campaign)} == {falls.row_number, exceeds.row_number}
    assert campaign.progress("2025-02-04")["00101"].done == 40
    decide(campaign, about(falls, "correct", "đếm lại ngày 4", **to))
    assert decided(campaign)[-1] == ("correct", "taken", "")
    assert campaign.progress("2025-02-04")["00101"].done == 12


def test_a_dismissed_row_does_not_come_back_when_it_is_sent_again(campaign: Small) -> None:
    campaign.send(counts(("00101", 5, 30), ("zz", 5, 7)))
    decide(campaign, *(about(row, "dismiss") for row in open_rows(campaign)))
    assert open_rows(campaign) == []
    assert campaign.done("2025-02-05") == 140
    again = campaign.send(counts(("00101", 5, 30), ("zz", 5, 7)))
    assert (again.tally.unchanged, again.tally.held, again.tally.rejected) == (2, 0, 0)
    assert open_rows(campaign) == []
    other = campaign.send(counts(("00101", 5, 29)))
    assert other.tally.held == 1


def names(*rows: tuple[str, str, int, int]) -> str:
    lines = [f"{name},{parent},2025-02-{day:02d},{count}" for name, parent, day, count in rows]
    return "\n".join(["ten,huyen,ngay,so", *lines]) + "\n"


def test_a_name_given_a_meaning_counts_now_and_from_then_on(campaign: Small) -> None:
    campaign.send(names(("Xã Ann", "Huyện Một", 5, 50)), source="so")
    (row,) = open_rows(campaign)
    decide(campaign, about(row, "alias", means="00101"))
    assert campaign.progress("2025-02-05")["00101"].done == 50
    later = campaign.send(names(("XÃ ANN", "Huyện Một", 6, 60), ("Xã Ann", "Huyện Hai", 6, 9)), source="so")
    assert (later.tally.accepted, later.tally.rejected) == (1, 1), "another district's commune is never meant"
    assert campaign.progress("2025-02-06")["00101"].done == 60


def test_a_name_a_unit_answers_to_cannot_be_given_another_meaning(campaign: Small) -> None:
    campaign.send(names(("Xã Bình", "Huyện Một", 5, 1)), source="so")
    (row,) = open_rows(campaign)
    decide(campaign, about(row, "alias", means="00201"))
    assert decided(campaign) == [("alias", "refused", "no_name")]


def test_two_people_deciding_the_same_row_the_second_is_told_by_whom(campaign: Small) -> None:
    campaign.send(FALL)
    (row,) = open_rows(campaign)
    first = decide(campaign, about(row, "accept"), sender=Sender("an", "Nguyễn Văn An"))
    assert tally(decide(campaign, about(row, "dismiss"), sender=Sender("binh"))) == (1, 0, 0, 0, 1)
    assert tally(decide(campaign, about(row, "accept"))) == (1, 0, 1, 0, 0), "the same again changes nothing"
    assert decided(campaign) == [
        ("accept", "taken", ""),
        ("dismiss", "refused", "already_decided"),
        ("accept", "unchanged", ""),
    ]
    refused = next(one for one in campaign.figures().decisions() if one.outcome == "refused")
    assert refused.other == first["batch"]
    assert campaign.done("2025-02-05") == 130


def test_twice_in_one_envelope_is_once(campaign: Small) -> None:
    campaign.send(FALL)
    (row,) = open_rows(campaign)
    assert tally(decide(campaign, about(row, "accept"), about(row, "dismiss"))) == (2, 1, 0, 0, 1)


def test_a_row_its_sender_explained_meanwhile_is_settled_already(campaign: Small) -> None:
    campaign.send(FALL)
    (row,) = open_rows(campaign)
    campaign.send(counts(("00101", 5, 30, "nhập trùng"), header="unit_code,as_of,count,reason"))
    decide(campaign, about(row, "dismiss"))
    assert decided(campaign) == [("dismiss", "refused", "already_settled")]
    assert campaign.done("2025-02-05") == 130


def test_nobody_decides_about_units_he_does_not_speak_for(campaign: Small) -> None:
    campaign.send(counts(("00201", 4, 50)))
    campaign.send(counts(("00201", 5, 30), ("00101", 5, 30), ("zz", 5, 1)))
    rows = {row.unit_code: row for row in open_rows(campaign)}
    decide(
        campaign,
        about(rows["00201"], "accept"),
        about(rows["00101"], "accept"),
        about(rows[None], "correct", change={"unit_code": "00102"}),
        sender=BINH_LAN,
    )
    assert decided(campaign) == [
        ("accept", "refused", "outside_scope"),
        ("accept", "taken", ""),
        ("correct", "refused", "outside_scope"),
    ]


def test_a_correction_is_no_longer_needed_once_the_source_is_mended(campaign: Small) -> None:
    campaign.send(names(("Xã Khác", "Huyện Hai", 5, 7)), source="so")
    (row,) = open_rows(campaign)
    decide(campaign, about(row, "correct", change={"unit_code": "00201"}))

    def needed() -> bool:
        return campaign.figures().decisions()[0].needless_by is None

    assert needed()
    campaign.send(names(("Xã Khác", "Huyện Hai", 5, 7)), source="so")
    assert needed(), "the source still sends what was corrected"
    mended = campaign.send(names(("Phường An", "Huyện Hai", 5, 7)), source="so")
    assert not needed()
    assert mended.tally.unchanged == 1
    campaign.send(names(("Xã Khác", "Huyện Hai", 5, 7)), source="so")
    assert needed(), "and it may fall back"


def test_a_corrected_fall_stays_corrected_and_knows_when_it_is_mended(campaign: Small) -> None:
    campaign.send(FALL)
    (row,) = open_rows(campaign)
    decide(campaign, about(row, "correct", change={"count": "45"}))
    assert campaign.done("2025-02-05") == 145
    assert campaign.send(FALL).tally.unchanged == 1
    assert campaign.done("2025-02-05") == 145
    assert campaign.figures().decisions()[0].needless_by is None
    campaign.send(counts(("00101", 5, 46)))
    assert campaign.done("2025-02-05") == 146
    assert campaign.figures().decisions()[0].needless_by is not None


def everything(campaign: Small) -> tuple[Any, ...]:
    figures = campaign.figures()
    rows = [(one.what, one.outcome, one.refusal, one.needless_by, one.other, one.count) for one in figures.decisions()]
    tables = [campaign.table(f"2025-02-0{day}") for day in range(3, 8)]
    return rows, tables, figures.refusals(campaign.config.campaigns[0].end), figures.batches(), campaign.issues()


def history(campaign: Small) -> None:
    """Send and decide everything there is."""
    campaign.send(counts(("00101", 5, 30), ("00102", 5, 90), ("zz", 5, 7), ("yy", 5, 3)))
    campaign.send(names(("Xã Ann", "Huyện Một", 6, 50)), source="so")
    rows = {row.content.get("unit_code") or row.content["unit_name"]: row for row in open_rows(campaign)}
    decide(campaign, about(rows["00101"], "accept"), about(rows["00102"], "correct", change={"count": "110"}))
    decide(campaign, about(rows["zz"], "correct", change={"unit_code": "00201"}), sender=BINH_LAN)
    decide(campaign, about(rows["zz"], "correct", change={"unit_code": "00201"}), about(rows["yy"], "dismiss"))
    decide(campaign, about(rows["Xã Ann"], "alias", means="00101"), about(rows["yy"], "accept"))
    campaign.send(counts(("zz", 5, 7), ("yy", 5, 3), ("00102", 5, 111)))
    campaign.send(names(("Xã Ann", "Huyện Một", 7, 55)), source="so")


def test_replayed_from_what_was_received_everything_is_the_same(campaign: Small) -> None:
    history(campaign)
    before = everything(campaign)
    assert len(before[0]) == 7
    rebuild(campaign.config, campaign.config.campaigns[0])
    assert everything(campaign) == before


def test_every_batch_adds_up_and_was_received_after_the_one_before(campaign: Small) -> None:
    history(campaign)
    batches = campaign.figures().batches()
    for one in batches:
        assert one.read == one.accepted + one.unchanged + one.held + one.rejected
    moments = [one.received_at for one in reversed(batches)]
    assert moments == sorted(set(moments))


def test_as_it_was_known_before_the_decision_it_is_still(campaign: Small) -> None:
    campaign.send(FALL)
    before = campaign.figures().batches()[0].received_at
    (row,) = open_rows(campaign)
    decide(campaign, about(row, "accept"))
    assert campaign.done("2025-02-05") == 130
    assert campaign.done("2025-02-05", known_at=before) == 140


DAILY = """
[[source]]
name = "ngay"
campaign = "nho"
kind = "folder"
path = "inbox"
measure = "daily"
"""


def test_a_held_increment_is_accepted_as_the_increment_it_is(tmp_path: Path) -> None:
    made = Live(tmp_path / "daily", CONFIG + DAILY)
    made.send(counts(("00101", 3, 10), ("00101", 4, 5)), source="ngay")
    assert made.done("2025-02-04") == 15
    held = made.send(counts(("00101", 3, 4)), source="ngay")
    assert held.tally.held == 1
    (row,) = open_rows(made)
    assert tally(decide(made, about(row, "accept"))) == (1, 1, 0, 0, 0)
    assert (made.done("2025-02-03"), made.done("2025-02-04")) == (4, 9)
    assert open_rows(made) == []
    before = everything(made)
    rebuild(made.config, made.config.campaigns[0])
    assert everything(made) == before
    made.close()


def test_a_part_of_a_sum_is_not_guessed_to_be_the_whole(tmp_path: Path) -> None:
    made = Live(tmp_path / "sum", CONFIG + SOURCE.replace("[source.columns]", 'combine = "sum"\n[source.columns]'))
    made.send(names(("Xã An", "Huyện Một", 3, 10), ("Xã Ann", "Huyện Một", 3, 5)), source="so")
    (row,) = open_rows(made)
    decide(made, about(row, "correct", change={"unit_code": "00101"}))
    assert decided(made) == [("correct", "refused", "no_count")]
    assert made.done("2025-02-03") == 10
    decide(made, about(row, "alias", means="00101"))
    assert made.done("2025-02-03") == 10, "the part alone is no count"
    made.send(names(("Xã An", "Huyện Một", 3, 10), ("Xã Ann", "Huyện Một", 3, 5)), source="so")
    assert made.done("2025-02-03") == 15, "the file sent again is"
    made.close()
