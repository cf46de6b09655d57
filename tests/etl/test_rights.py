"""Who may hand in what: by his grants on the day he handed it in, found where it is taken in, and kept with it."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from campaign.explanations import Explanation
from campaign.notices import Order
from campaign.period import read_period
from campaign.scope import EVERYTHING, NOTHING
from etl import register, request, rights
from etl.drawn import contents_of, mark_of
from etl.envelope import LOCAL, Kind, Sender, read_envelope
from etl.job import Job
from etl.numbered import again
from etl.preview import Preview, preview
from etl.replay import rebuild
from etl.rights import may_ask
from etl.scheduler import Scheduler
from etl.submitted import folder, result, submit, submit_decisions, submit_order, take_all, waiting
from reporting.explained import differences, explanations
from tests.warehouse.small import CONFIG, ID, Small, counts, manifest

GRANTS = """
[access]
grants_file = "grants.csv"
[[access.grant]]
user = "officer"
role = "officer"
[[access.grant]]
user = "officer-d1"
role = "officer"
units = ["D1"]
[[access.grant]]
user = "lead-d1"
role = "lead"
units = ["D1"]
[[access.grant]]
user = "clerk"
role = "clerk"
units = ["00101"]
[[access.grant]]
user = "leader"
role = "leader"
[[access.grant]]
user = "viewer"
role = "viewer"
units = ["D1"]
[[access.grant]]
user = "administrator"
role = "administrator"
[[access.grant]]
user = "elsewhere"
role = "officer"
campaigns = ["khac"]
[[access.grant]]
claim = "groups"
value = "ho-tich-d1"
role = "clerk"
units = ["D1"]
"""
HEAD = "user,role,units,campaigns,from,to\n"
PAPER = """
[campaign.notice]
agency = "SỞ TƯ PHÁP"
place = "Nhỏ"
symbol = "TB-STP"
[campaign.notice.signer]
post = "GIÁM ĐỐC"
name = "Nguyễn Văn A"
"""
SOURCE = """
[[source]]
name = "so"
campaign = "nho"
kind = "folder"
path = "inbox"
on_fall = "accept"
"""
BASE = counts(("00101", 4, 40), ("00102", 4, 60), ("00201", 4, 50))
THREE = counts(("00101", 5, 41), ("00102", 5, 61), ("00201", 5, 51))
FALLS = counts(("00101", 5, 4), ("00201", 5, 5)) + "00999,2025-02-05,1\n"
STATED = counts(("27", 4, 151), ("D1", 4, 101))
REFUSED = "is not the sender's"


class Live(Small):
    """The small campaign, whose files arrive now."""

    def next_moment(self) -> datetime:
        return datetime.now(UTC)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Small]:
    """Return the campaign with 150 done on day 4, where everybody signs in."""
    made = Live(tmp_path / "house", CONFIG + PAPER + SOURCE + GRANTS)
    made.write("grants.csv", HEAD)
    made.send(BASE)
    yield made
    made.close()


def who(user: str, **claims: Any) -> Sender:
    """Return a sender as a page names him: his session's name, no rights of his own."""
    return Sender(user, f"Người {user}", NOTHING, claims)


def taken(house: Small, name: str) -> dict[str, Any]:
    take_all(house.config)
    found = result(house.config, name)
    assert found is not None
    return found


def send(house: Small, sender: Sender, content: str = THREE, kind: Kind = Kind.FILES, source: str = "") -> Any:
    """Hand a file in and take it in; return (accepted, rejected), or the word of why it was refused whole."""
    file = ("bao-cao.csv", content.encode())
    found = taken(house, submit(house.config, ID, kind, sender, [file], source))
    return found["error"] if "error" in found else (found["accepted"], found["rejected"])


@pytest.mark.parametrize("kind", [Kind.FILES, Kind.FORM])
@pytest.mark.parametrize(
    ("user", "expected"),
    [
        ("officer", (3, 0)),
        ("administrator", (3, 0)),
        ("officer-d1", (2, 1)),
        ("clerk", (1, 2)),
        ("lead-d1", None),
        ("leader", None),
        ("viewer", None),
        ("elsewhere", None),
        ("nobody-known", None),
        ("local", None),
    ],
)
def test_counts_are_taken_of_the_units_a_sender_may_send_for(
    house: Small, kind: Kind, user: str, expected: tuple[int, int] | None
) -> None:
    found = send(house, who(user), kind=kind)
    if expected is None:
        assert REFUSED in found
        assert house.done() == 150
        assert [one.envelope for one in house.received.loads()] == [None]
    else:
        assert found == expected
        assert house.done() == 150 + expected[0]
        reasons = [row.reason for row in house.figures().refusals(house.campaign.end)]
        assert reasons == ["outside_scope"] * expected[1]


def test_somebody_of_this_machine_is_nobody_once_people_sign_in(house: Small) -> None:
    assert REFUSED in send(house, LOCAL)
    house.write("config.toml", CONFIG + PAPER + SOURCE)
    assert send(house, LOCAL) == (3, 0)
    assert REFUSED in send(house, who("officer"))  # and the other way round: his rights are nowhere written


def test_an_envelope_that_claims_more_than_was_granted_is_not_believed(house: Small) -> None:
    name = submit(house.config, ID, Kind.FILES, who("clerk"), [("a.csv", THREE.encode())])
    paper = folder(house.config) / name / "envelope.json"
    whole = {"units": None, "campaigns": None}
    content = json.loads(paper.read_text("utf-8"))
    content["rights"] = {"submit": whole, "mend": whole}
    content["sender"] |= whole
    paper.write_text(json.dumps(content), "utf-8")
    found = taken(house, name)
    assert (found["accepted"], found["rejected"]) == (1, 2)
    (load,) = [one for one in house.received.loads() if one.envelope]
    kept: Any = manifest(load.folder)
    nothing: dict[str, list[str]] = {"units": [], "campaigns": []}
    assert kept["envelope"]["rights"] == {"submit": {"units": ["00101"], "campaigns": [ID]}, "operate": nothing}


def test_the_form_of_a_source_is_for_whoever_runs_the_sources(house: Small) -> None:
    fall = counts(("00101", 5, 4))
    for user in ("clerk", "officer-d1"):
        assert "source so: is not the sender's" in send(house, who(user), fall, source="so")
    assert house.done() == 150
    assert send(house, who("officer"), fall, source="so") == (1, 0)


def test_a_grant_counts_from_its_first_day_to_its_last(house: Small) -> None:
    today = datetime.now(house.config.zone).date()
    day = timedelta(days=1)
    house.write(
        "grants.csv",
        f"{HEAD}ended,clerk,00101,*,,{today - day}\nlast-day,clerk,00101,*,,{today}\n"
        f"first-day,clerk,00102,*,{today},\ntomorrow,clerk,00102,*,{today + day},\n",
    )
    assert REFUSED in send(house, who("ended"))
    assert REFUSED in send(house, who("tomorrow"))
    assert send(house, who("last-day")) == (1, 2)
    assert send(house, who("first-day")) == (1, 2)


def test_rights_are_those_of_when_it_was_handed_in_not_of_when_it_is_taken_in(house: Small) -> None:
    name = submit(house.config, ID, Kind.FILES, who("ended"), [("a.csv", THREE.encode())])
    yesterday = datetime.now(house.config.zone) - timedelta(days=1)
    house.write("grants.csv", f"{HEAD}ended,clerk,00101,*,,{yesterday.date()}\n")
    paper = folder(house.config) / name / "envelope.json"
    content = json.loads(paper.read_text("utf-8")) | {"at": yesterday.isoformat()}
    paper.write_text(json.dumps(content), "utf-8")
    found = taken(house, name)
    assert (found["accepted"], found["rejected"]) == (1, 2)


def test_what_was_taken_back_altogether_counts_no_more_for_what_still_waits(house: Small) -> None:
    house.write("grants.csv", f"{HEAD}gone,clerk,00101,*,,\n")
    name = submit(house.config, ID, Kind.FILES, who("gone"), [("a.csv", THREE.encode())])
    house.write("grants.csv", HEAD)
    assert REFUSED in taken(house, name)["error"]


def test_what_a_provider_vouches_for_grants_and_is_not_kept(house: Small) -> None:
    assert REFUSED in send(house, who("oidc:lan@tinh.vn"))
    assert REFUSED in send(house, who("oidc:lan@tinh.vn", groups=["khac"]))
    assert REFUSED in send(house, who("oidc:lan@tinh.vn", other="ho-tich-d1"))
    assert send(house, who("oidc:lan@tinh.vn", groups=["khac", "ho-tich-d1"])) == (2, 1)
    (load,) = [one for one in house.received.loads() if one.envelope]
    assert "ho-tich-d1" not in (load.folder / "manifest.json").read_text("utf-8")


def test_while_the_grants_cannot_be_read_what_was_handed_in_waits(house: Small) -> None:
    house.write("grants.csv", "user,role\nclerk-2,nonsense\n")
    rights._admissions.clear()  # as in a fresh process, which knows no earlier grants
    name = submit(house.config, ID, Kind.FILES, who("clerk-2"), [("a.csv", THREE.encode())])
    with pytest.raises(Exception, match="the grants cannot be read"):
        take_all(house.config)
    assert [one.name.removeprefix(".taking-") for one in waiting(house.config)] == [name]
    house.write("grants.csv", f"{HEAD}clerk-2,clerk,00102,*,,\n")
    assert (taken(house, name)["accepted"], house.done()) == (1, 151)


def test_who_has_a_part_of_his_rights_from_a_file_that_cannot_be_read_waits_too(house: Small) -> None:
    house.write("grants.csv", "user,role\nviewer,nonsense\n")
    rights._admissions.clear()
    for user in ("viewer", "officer-d1"):  # more may be granted to them in the file
        submit(house.config, ID, Kind.FILES, who(user), [("a.csv", THREE.encode())])
    with pytest.raises(Exception, match="the grants cannot be read"):
        take_all(house.config)
    whole = submit(house.config, ID, Kind.FILES, who("officer"), [("a.csv", THREE.encode())])
    assert rights.entitled(house.config, read_envelope(envelope_of(house, whole), "")).states_targets
    house.write("grants.csv", f"{HEAD}viewer,clerk,D1,*,,\n")
    take_all(house.config)
    assert waiting(house.config) == []
    assert house.done() == 153


def envelope_of(house: Small, name: str) -> Any:
    return json.loads((folder(house.config) / name / "envelope.json").read_text("utf-8"))


# Decisions and explanations


def decide(house: Small, sender: Sender, *decisions: dict[str, Any]) -> Any:
    """Hand decisions in; return (outcome, refusal) of each, or the word of why all were refused."""
    found = taken(house, submit_decisions(house.config, ID, sender, decisions))
    if "error" in found:
        return found["error"]
    figures = house.figures()
    made = [one for one in figures.decisions() if one.batch == found["batch"]]
    said = [one for one in figures.reader.explanations() if one.batch == found["batch"]]
    return [(one.outcome, one.refusal) for one in sorted([*made, *said], key=lambda one: one.number)]


def rows(house: Small) -> dict[str, Any]:
    found = house.figures().refusals(house.campaign.end)
    return {row.unit_code or str(row.content["unit_code"]): row for row in found}


def about(row: Any, what: str, **more: Any) -> dict[str, Any]:
    return {"what": what, "batch": row.batch, "file": row.file, "row": row.row_number, "why": "đã xem sổ", **more}


TAKEN, OUTSIDE = ("taken", ""), ("refused", "outside_scope")


@pytest.mark.parametrize(
    ("user", "expected"),
    [
        ("officer", [TAKEN, TAKEN, TAKEN]),
        ("administrator", [TAKEN, TAKEN, TAKEN]),
        ("officer-d1", [TAKEN, OUTSIDE, OUTSIDE]),
        ("lead-d1", [OUTSIDE, OUTSIDE, OUTSIDE]),
        ("clerk", None),
        ("leader", None),
        ("viewer", None),
        ("elsewhere", None),
        ("local", None),
    ],
)
def test_rows_are_decided_on_by_whoever_may_mend_their_units(
    house: Small, user: str, expected: list[tuple[str, str]] | None
) -> None:
    house.send(FALLS)
    own, other, unknown = (rows(house)[code] for code in ("00101", "00201", "00999"))
    found = decide(house, who(user), about(own, "accept"), about(other, "accept"), about(unknown, "dismiss"))
    if expected is None:
        assert REFUSED in found
        assert len(rows(house)) == 3
    else:
        assert found == expected
        assert len(rows(house)) == expected.count(OUTSIDE)


def test_a_row_cannot_be_mended_into_a_unit_that_is_somebody_elses(house: Small) -> None:
    house.send(FALLS)
    moved = about(rows(house)["00101"], "correct", change={"unit_code": "00201"})
    assert decide(house, who("officer-d1"), moved) == [OUTSIDE]
    assert decide(house, who("officer"), moved) == [TAKEN]


def test_a_name_is_given_another_meaning_only_by_whoever_may_mend_everything(house: Small) -> None:
    house.send("unit_name,as_of,count\nXã Anh,2025-02-05,45\n")
    (row,) = house.figures().refusals(house.campaign.end)
    alias = about(row, "alias", means="00101")
    assert decide(house, who("officer-d1"), alias) == [OUTSIDE]
    assert decide(house, who("officer"), alias) == [TAKEN]


def explained(house: Small, unit: str, by: str = "Giám đốc Sở") -> dict[str, Any]:
    one = next(one for one in differences(house.figures(), house.campaign.end) if one.key.unit_code == unit)
    return Explanation(one.key, one.stated, one.summed, "tính cả sổ lưu", by).document()


@pytest.mark.parametrize(
    ("user", "expected"),
    [
        ("officer", [TAKEN, TAKEN]),
        ("officer-d1", [TAKEN, OUTSIDE]),
        ("lead-d1", [TAKEN, OUTSIDE]),
        ("clerk", None),
        ("leader", None),
        ("local", None),
    ],
)
def test_totals_are_explained_by_whoever_may_and_under_his_own_name(
    house: Small, user: str, expected: list[tuple[str, str]] | None
) -> None:
    house.send(STATED)
    found = decide(house, who(user), explained(house, "D1"), explained(house, "27"))
    said = explanations(house.figures(), house.campaign.end)
    if expected is None:
        assert REFUSED in found
        assert said == {}
    else:
        assert found == expected
        assert {one.by for one in said.values()} == {f"Người {user}"}
        assert len(said) == expected.count(TAKEN)


def test_without_a_name_an_account_signs_with_its_id(house: Small) -> None:
    house.send(STATED)
    decide(house, Sender("lead-d1", "", NOTHING), explained(house, "D1"))
    ((_, one),) = explanations(house.figures(), house.campaign.end).items()
    assert one.by == "lead-d1"


# Notices


def ordered(house: Small, sender: Sender, unit: str = "", replaces: str = "", seen: str = "") -> Any:
    """Order a notice; return its reference, or the word of why there is none."""
    on = datetime.now(house.config.zone).date()
    wanted = Order(read_period("2025-02"), on, "vi", unit, None, replaces, ("xlsx",), seen)
    found = taken(house, submit_order(house.config, ID, sender, wanted))
    return found.get("error") or found["reference"]


@pytest.mark.parametrize("user", ["lead-d1", "clerk", "leader", "viewer", "elsewhere", "local"])
def test_nobody_issues_without_the_right_to(house: Small, user: str) -> None:
    for unit in ("", "D1"):
        assert ordered(house, who(user), unit) not in ("01/TB-STP", "02/TB-STP")
    assert register.records(house.config) == []


def test_a_notice_speaks_of_nothing_that_is_not_its_senders(house: Small) -> None:
    assert ordered(house, who("officer")) == "01/TB-STP"
    (whole,) = register.records(house.config)
    mine = who("officer-d1")
    assert "notice" in ordered(house, mine)
    assert "unit" in ordered(house, mine, "D2")
    assert "corrects one about units that are not the sender's" in ordered(house, mine, "D1", whole.id)
    assert len(register.records(house.config)) == 1
    assert ordered(house, mine, "D1") == "02/TB-STP"
    latest = register.records(house.config)[0]
    assert (latest.issued_by, latest.issued_by_name, latest.units) == ("officer-d1", "Người officer-d1", ("D1",))


def test_who_sees_more_than_he_may_issue_for_issues_what_he_was_shown(house: Small, tmp_path: Path) -> None:
    house.write("grants.csv", f"{HEAD}both,leader,*,*,,\nboth,officer,D1,*,,\n")
    notices = contents_of(
        house.figures(), read_period("2025-02"), "D1", "vi", datetime.now(UTC), house.campaign.paper
    )  # fmt: skip
    assert ordered(house, who("both"), "D1", seen=mark_of(notices)) == "01/TB-STP"
    assert ordered(house, who("officer-d1"), "D1") == "02/TB-STP"
    for record in register.records(house.config):
        assert {one.verdict for one in again(house.config, record, tmp_path / record.id)} == {"same"}
    for unit in ("", "D2"):
        assert "speaks of units that are not the sender's" in ordered(house, who("both"), unit)


# Replay


def everything(house: Small) -> tuple[Any, ...]:
    figures = house.figures()
    return (
        house.table(),
        [(row.reason, row.file, row.row_number) for row in figures.refusals(house.campaign.end)],
        [(one.row_file, one.row_number, one.sender_name, one.outcome, one.refusal) for one in figures.decisions()],
        [(one.unit_code, one.signed, one.outcome, one.refusal) for one in figures.reader.explanations()],
    )


@pytest.mark.parametrize("after", ["none", "more", "off"])
def test_a_rebuild_gives_the_same_whatever_was_granted_since(house: Small, after: str) -> None:
    house.send(FALLS)
    house.send(STATED)
    own, other = (rows(house)[code] for code in ("00101", "00201"))
    send(house, who("clerk"))
    send(house, who("oidc:lan@tinh.vn", groups=["ho-tich-d1"]), counts(("00102", 6, 70), ("00201", 6, 70)))
    decide(house, who("officer-d1"), about(own, "accept"), about(other, "accept"))
    decide(house, who("lead-d1"), explained(house, "D1"), explained(house, "27"))
    before = everything(house)
    assert "00101" in before[0]
    granted = "".join(f"{user},officer,*,*,,\n" for user in ("clerk", "officer-d1", "lead-d1"))
    text = {"none": CONFIG + PAPER + SOURCE + "[access]\n", "more": house.config_text, "off": CONFIG + PAPER + SOURCE}
    house.write("config.toml", text[after])
    house.write("grants.csv", HEAD + granted)
    rebuild(house.config, house.campaign)
    assert everything(house) == before


def test_an_envelope_cut_short_before_it_counted_is_judged_by_its_own_day(house: Small) -> None:
    name = submit(house.config, ID, Kind.FILES, who("clerk"), [("a.csv", THREE.encode())])
    place = folder(house.config) / name
    place.rename(place.with_name(f".taking-{name}"))
    assert (taken(house, name)["accepted"], house.done()) == (1, 151)
    assert [one.envelope.id for one in house.received.loads() if one.envelope] == [name]


# Units that change


MERGED = """code,name,level,parent_code,valid_from,valid_to,successor
27,Tỉnh Nhỏ,province,,,,
00101,Xã An,commune,27,,2025-02-04,00103
00102,Xã Bình,commune,27,,2025-02-04,00103
00103,Xã An Bình,commune,27,2025-02-05,,
00201,Phường An,commune,27,,2025-02-04,00202
00202,Phường Mới,commune,27,2025-02-05,,
00201,Xã Khác,commune,27,2025-02-05,,
00301,Xã Cũ Khác,commune,27,,2025-02-04,00201
"""


def test_who_holds_a_merged_unit_sends_late_for_what_it_was_made_of_and_for_no_other(tmp_path: Path) -> None:
    made = Live(tmp_path / "merged", CONFIG + GRANTS, MERGED, "unit_code,target\n00101,100\n00102,100\n00201,100\n")
    made.write("grants.csv", f"{HEAD}heir,clerk,00103,*,,\nnew,clerk,00201,*,,\n")
    late = counts(("00101", 4, 10), ("00102", 4, 20), ("00201", 4, 30), ("00301", 4, 5), ("00103", 5, 35))
    assert send(made, who("heir"), late) == (3, 2)
    # the code 00201 was another unit's until day 4: its holder of today may not speak for that one
    assert send(made, who("new"), late) == (1, 4)
    made.close()


# The preview, and what is asked of the scheduler


def looked(house: Small, sender: Sender, content: str, source: str = "") -> Preview:
    chosen = house.config.source(source) if source else None
    return preview(house.config, house.campaign, [("a.csv", content.encode())], sender, chosen)


def test_the_preview_refuses_what_the_intake_would(house: Small) -> None:
    seen = looked(house, who("clerk"), THREE)
    assert [(line.verdict.fate.value, line.verdict.reason) for line in seen.lines] == [
        ("accepted", None), ("rejected", "outside_scope"), ("rejected", "outside_scope"),
    ]  # fmt: skip
    for user, source in (("leader", ""), ("clerk", "so")):
        with pytest.raises(Exception, match=REFUSED):
            looked(house, who(user), THREE, source)


def test_the_preview_names_no_unit_that_is_not_the_senders(house: Small) -> None:
    wrong = "unit_name,as_of,count\nPhường Am,2025-02-05,1\nXã Am,2025-02-05,1\n"
    near = [line.verdict.near for line in looked(house, who("officer"), wrong).lines]
    assert any("00201" in one for names in near for one in names)
    mine = [line.verdict.near for line in looked(house, who("clerk"), wrong).lines]
    assert {one for names in mine for one in names} == {"Xã An (00101)"}


@pytest.mark.parametrize(
    ("user", "expected"),
    [("officer", True), ("administrator", True), ("officer-d1", False), ("lead-d1", False), ("clerk", False),
     ("leader", False), ("local", False)],
)  # fmt: skip
def test_a_pull_is_done_for_whoever_runs_the_whole_campaign(house: Small, user: str, *, expected: bool) -> None:
    pulled: list[str] = []
    scheduler = Scheduler(house.config, [Job("pull so", lambda: pulled.append("so"), source="so")])
    request.submit(house.config, "pull", who(user), source="so")
    scheduler._take_requests()
    assert bool(scheduler.clock.get_jobs()) is expected
    assert bool(scheduler.jobs["pull so"].asked) is expected
    assert expected or list(request.folder(house.config).iterdir()) == []


def test_a_request_that_says_nobody_or_too_much_is_not_done(house: Small) -> None:
    wish = {"do": "pull", "source": "so"}
    officer = who("officer").document()
    now = datetime.now(UTC).isoformat()
    assert may_ask(house.config, {**wish, "sender": officer, "at": now})
    for damaged in (
        wish,
        {**wish, "sender": officer},
        {**wish, "sender": officer, "at": "2025-02-01T00:00:00"},
        {**wish, "sender": "officer", "at": now},
        {**wish, "sender": {**officer, "claims": 5}, "at": now},
        {**wish, "source": "khac", "sender": officer, "at": now},
        {"do": "backup", "sender": officer, "at": now},
        {**wish, "sender": Sender("clerk", "", EVERYTHING).document(), "at": now},
    ):
        assert not may_ask(house.config, damaged)
    administrator = who("administrator").document()
    assert may_ask(house.config, {"do": "backup", "sender": administrator, "at": now})
    house.write("config.toml", CONFIG + SOURCE)
    assert may_ask(house.config, wish)  # one machine, one user, as ever
