"""What a person says of a stated total that is not our sum: it holds for those very figures, and can be replayed."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from campaign.explanations import Explanation
from campaign.scope import Scope
from etl.commands import main
from etl.envelope import LOCAL, Sender
from etl.replay import rebuild
from etl.submitted import result, submit_decisions, take_all
from reporting.explained import Difference, differences, explanations, unexplained
from reporting.figures import Figures
from reporting.notice import notices
from tests.warehouse.small import CONFIG, ID, Small, counts

REPORTS = counts(("00101", 4, 40), ("00102", 4, 100), ("00201", 4, 10))
LAN = Sender("lan", "Trần Thị Lan", Scope(units=frozenset({"D1"})))
HOA = Sender("hoa", "Lê Thị Hoa")


class Live(Small):
    """The small campaign, whose files arrive now, between the explanations."""

    def next_moment(self) -> datetime:
        return datetime.now(UTC)


@pytest.fixture
def campaign(tmp_path: Path) -> Any:
    """Return the campaign with 150 done on day 4, of which 140 in D1: the province states 155 and D1 states 141."""
    made = Live(tmp_path / "house", CONFIG)
    made.send(REPORTS + "27,2025-02-04,155\nD1,2025-02-04,141\n")
    yield made
    made.close()


def found(campaign: Small) -> dict[str, Difference]:
    return {one.key.unit_code: one for one in differences(campaign.figures(), campaign.campaign.end)}


def said(campaign: Small, unit: str, why: str = "tính cả sổ lưu ở huyện", by: str = "Nguyễn Văn A", **more: Any) -> Any:
    """Return what is handed in of the difference of a unit, with some of it changed."""
    one = found(campaign)[unit]
    return Explanation(one.key, one.stated, one.summed, why, by).document() | more


def hand_in(campaign: Small, *decisions: dict[str, Any], sender: Sender = LOCAL) -> tuple[int, ...]:
    """Submit explanations and take them in; return how many were read, taken, there before and refused."""
    name = submit_decisions(campaign.config, ID, sender, list(decisions))
    take_all(campaign.config)
    ended = result(campaign.config, name)
    assert ended is not None
    return tuple(ended[key] for key in ("read", "accepted", "unchanged", "rejected"))


def refusals(campaign: Small) -> list[str]:
    return [one.refusal for one in campaign.figures().reader.explanations() if one.outcome == "refused"]


def waiting(campaign: Small, codes: set[str] | None = None) -> list[str | None]:
    return [one.unit_code for one in unexplained(campaign.figures(), campaign.campaign.end, codes)]


def test_a_difference_waits_until_somebody_explains_it(campaign: Small) -> None:
    assert waiting(campaign) == ["27", "D1"]
    assert hand_in(campaign, said(campaign, "27")) == (1, 1, 0, 0)
    assert waiting(campaign) == ["D1"]
    assert waiting(campaign, {"27", "D2"}) == []
    ((key, one),) = explanations(campaign.figures(), campaign.campaign.end).items()
    assert key == ("27", "all", "done", "count", datetime(2025, 2, 4, tzinfo=UTC).date())
    assert (one.why, one.by) == ("tính cả sổ lưu ở huyện", "Nguyễn Văn A")
    assert one.at <= datetime.now(UTC)


def test_it_lapses_when_our_sum_changes_and_holds_again_when_the_very_sum_is_back(campaign: Small) -> None:
    hand_in(campaign, said(campaign, "27"))
    campaign.send(counts(("00201", 4, 12)))
    one = found(campaign)["27"]
    assert (one.stated, one.summed, one.explanation) == (155, 152, None)
    assert one.lapsed is not None
    assert one.lapsed.why == "tính cả sổ lưu ở huyện"
    assert waiting(campaign) == ["27", "D1"]
    campaign.send("unit_code,as_of,count,reason\n00201,2025-02-04,10,nhập nhầm\n")
    assert found(campaign)["27"].explanation is not None


def test_it_lapses_when_another_total_is_stated_and_ends_when_the_totals_agree(campaign: Small) -> None:
    hand_in(campaign, said(campaign, "27"))
    campaign.send("unit_code,as_of,count\n27,2025-02-04,156\n")
    assert found(campaign)["27"].lapsed is not None
    campaign.send("unit_code,as_of,count\n27,2025-02-04,150\n")
    assert list(found(campaign)) == ["D1"]


def test_a_total_stated_for_a_later_day_has_to_be_explained_anew(campaign: Small) -> None:
    hand_in(campaign, said(campaign, "27"))
    campaign.send("unit_code,as_of,count\n27,2025-02-05,155\n")
    one = found(campaign)["27"]
    assert (one.key.as_of.day, one.stated, one.summed) == (5, 155, 150)
    assert (one.explanation, one.lapsed is not None) == (None, True)
    assert [row.unit_code for row in unexplained(campaign.figures(), one.key.as_of.replace(day=4))] == ["D1"]


def test_it_survives_the_same_files_sent_again(campaign: Small) -> None:
    hand_in(campaign, said(campaign, "27"))
    campaign.send(REPORTS + "27,2025-02-04,155\nD1,2025-02-04,141\n")
    assert waiting(campaign) == ["D1"]


@pytest.mark.parametrize(
    ("changed", "why_not"),
    [
        ({"why": "  "}, "no_reason"),
        ({"by": " "}, "unsigned"),
        ({"unit_code": "zz"}, "unknown_unit"),
        ({"summed": 155}, "no_difference"),
    ],
)
def test_what_is_no_explanation_is_refused_and_says_why(campaign: Small, changed: dict[str, Any], why_not: str) -> None:
    assert hand_in(campaign, said(campaign, "27", **changed)) == (1, 0, 0, 1)
    assert refusals(campaign) == [why_not]
    assert waiting(campaign) == ["27", "D1"]


@pytest.mark.parametrize(
    "changed",
    [{"stated": "155"}, {"stated": 10**30}, {"summed": -1}, {"as_of": "4/2/2025"}, {"measure": "increment"},
     {"measure": None}, {"stated": True}],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_and_the_rest_of_the_envelope_is_taken(
    campaign: Small, changed: dict[str, Any]
) -> None:
    assert hand_in(campaign, said(campaign, "27", **changed), said(campaign, "D1")) == (2, 1, 0, 1)
    assert waiting(campaign) == ["27"]


def test_who_speaks_for_one_district_explains_its_own_difference_only(campaign: Small) -> None:
    assert hand_in(campaign, said(campaign, "27"), said(campaign, "D1"), sender=LAN) == (2, 1, 0, 1)
    assert refusals(campaign) == ["outside_scope"]
    assert waiting(campaign) == ["27"]


def test_a_sender_with_a_name_signs_with_it_whatever_the_content_says(campaign: Small) -> None:
    hand_in(campaign, said(campaign, "D1", by="Người khác"), sender=LAN)
    explanation = found(campaign)["D1"].explanation
    assert explanation is not None
    assert explanation.by == "Trần Thị Lan"


def test_the_same_said_twice_is_there_already_and_a_later_one_replaces_it(campaign: Small) -> None:
    first = said(campaign, "27")
    assert hand_in(campaign, first, first) == (2, 1, 1, 0)
    assert hand_in(campaign, first) == (1, 0, 1, 0)
    assert hand_in(campaign, first | {"why": "đã đối chiếu sổ"}, sender=HOA) == (1, 1, 0, 0)
    explanation = found(campaign)["27"].explanation
    assert explanation is not None
    assert (explanation.why, explanation.by) == ("đã đối chiếu sổ", "Lê Thị Hoa")
    assert hand_in(campaign, first) == (1, 1, 0, 0), "it had been replaced"


def test_a_district_sees_what_was_said_of_its_own_totals_only(campaign: Small) -> None:
    hand_in(campaign, said(campaign, "27"), said(campaign, "D1"))
    own = Figures.open(campaign.config, ID, scope=Scope(units=frozenset({"D1"})))
    assert [key.unit_code for key in explanations(own, campaign.campaign.end)] == ["D1"]
    own.close()


def test_replayed_from_what_was_received_all_explanations_are_the_same(campaign: Small) -> None:
    hand_in(campaign, said(campaign, "27"), said(campaign, "27", why=""))
    hand_in(campaign, said(campaign, "D1"), sender=LAN)
    campaign.send(counts(("00201", 4, 12)))
    before = (campaign.figures().reader.explanations(), found(campaign), campaign.figures().batches())
    assert len(before[0]) == 3
    rebuild(campaign.config, campaign.campaign)
    assert (campaign.figures().reader.explanations(), found(campaign), campaign.figures().batches()) == before


def test_no_figure_changes_whatever_is_explained(campaign: Small) -> None:
    received = campaign.figures().batches()[0].received_at
    before = campaign.table("2025-02-04"), campaign.figures().progress(campaign.campaign.end, known_at=received)
    hand_in(campaign, said(campaign, "27"), said(campaign, "D1"))
    after = campaign.table("2025-02-04"), campaign.figures().progress(campaign.campaign.end, known_at=received)
    assert after == before


def test_the_list_of_issues_says_what_was_said(campaign: Small, capsys: pytest.CaptureFixture[str]) -> None:
    hand_in(campaign, said(campaign, "27"))
    asked = ["--config", str(campaign.path), "issues", "--campaign", ID, "--as-of", "2025-02-07", "--format", "json"]
    capsys.readouterr()
    assert main(asked) == 0
    listed = [one for one in json.loads(capsys.readouterr().out) if one["kind"] == "reconciliation"]
    assert {one["unit_code"]: one["hint"] for one in listed} == {
        "27": "Giải trình: tính cả sổ lưu ở huyện (Nguyễn Văn A)",
        "D1": None,
    }
    campaign.send(counts(("00201", 4, 12)))
    assert main(asked) == 0
    listed = [one for one in json.loads(capsys.readouterr().out) if one["unit_code"] == "27"]
    assert listed[0]["hint"] == "Số liệu đã thay đổi sau khi giải trình: tính cả sổ lưu ở huyện (Nguyễn Văn A)"


def test_a_notice_prints_what_was_said_and_by_whom(campaign: Small) -> None:
    hand_in(campaign, said(campaign, "27"))
    at = datetime(2025, 2, 9, tzinfo=UTC)
    notice, *_ = notices(campaign.figures(), "2025-02", "vi", at)
    assert {one.unit: (one.explained, one.explained_by) for one in notice.differences} == {
        "Tỉnh Nhỏ": ("tính cả sổ lưu ở huyện", "Nguyễn Văn A"),
        "Huyện Một": ("", ""),
    }
