"""A campaign whose every unit, file, source and reason carries a word of its own: whoever reads one knows whose it is.

One province, three districts, six communes. Counts are above 1.000 and nobody else's, so that a sum gives itself away
as well. Something of every kind happens: held and refused rows, totals that differ, an explanation, a decision, issued
notices, a source that fails, an excuse.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

import etl.pull
from campaign.decisions import What
from campaign.errors import CanDichError
from campaign.explanations import Explanation
from campaign.notices import Order
from campaign.period import read_period
from etl.commands import main
from etl.configured import load
from etl.envelope import LOCAL
from etl.numbered import issue
from etl.pull import pull_source
from etl.submitted import submit_decisions, take_all
from reporting.explained import differences
from reporting.figures import Figures
from tests.pages.house import write

ID, OTHER = "xq-mot-2025", "xq-hai-2025"
DAY = date(2025, 3, 3)
UNITS = {  # code: (name, level, above)
    "XP0": ("Tỉnh Papazulu", "province", ""),
    "XA0": ("Huyện Alfakap", "district", "XP0"),
    "XB0": ("Huyện Bravokap", "district", "XP0"),
    "XC0": ("Huyện Charlikap", "district", "XP0"),
    "XA1": ("Xã Almotu", "commune", "XA0"),
    "XA2": ("Xã Alhaitu", "commune", "XA0"),
    "XA3": ("Xã Albatu", "commune", "XA0"),
    "XB1": ("Xã Bramotu", "commune", "XB0"),
    "XB2": ("Xã Brahaitu", "commune", "XB0"),
    "XC1": ("Xã Chamotu", "commune", "XC0"),
}
TARGETS = {"XA1": (2011, 1103), "XA2": (2017, 1109), "XA3": (2027, 1117), "XB1": (3011, 1201), "XB2": (3019, 1213),
           "XC1": (4001, 1301)}  # fmt: skip
SPEED = {"XA1": 1.25, "XA2": 0.7, "XA3": 0.4, "XB1": 0.9, "XB2": 0.5, "XC1": 0.8}
WORDS = {code: (name.split()[-1],) for code, (name, _, _) in UNITS.items()} | {
    "XB0": ("Bravokap", "Bravogiai"),
    "XB1": ("Bramotu", "Bravotep", "bravonguon", "Bravovi"),  # its file, its source, and what was decided of its row
    "XB2": ("Brahaitu", "Bravolydo"),
    "XC0": ("Charlikap", "Charlitep"),
    "XP0": ("Papazulu", "Papagiai", "Deltakamp"),  # the other campaign's name is nobody's of this one
}
FILES = {"XA0": "Alfatep", "XB0": "Bravotep", "XC0": "Charlitep"}
CONFIG = f"""
language = "vi"
timezone = "Asia/Ho_Chi_Minh"
data = "data"

[[campaign]]
id = "{ID}"
name = {{ vi = "Chiến dịch thử quyền" }}
start = 2025-03-01
end = 2025-03-05
units = "units.csv"
targets = "targets.csv"
[[campaign.category]]
id = "birth"
name = {{ vi = "Khai sinh" }}
[[campaign.category]]
id = "death"
name = {{ vi = "Khai tử" }}
[[campaign.stage]]
id = "entered"
name = {{ vi = "Đã nhập" }}
[[campaign.stage]]
id = "approved"
name = {{ vi = "Đã duyệt" }}
headline = true
[[campaign.excused]]
from = 2025-03-02
to = 2025-03-02
units = ["XB2"]
reason = "Bravolydo"
[campaign.notice]
agency = "SỞ TƯ PHÁP"
place = "Thử"
symbol = "TB-STP"
[campaign.notice.signer]
authority = "KT. GIÁM ĐỐC"
post = "PHÓ GIÁM ĐỐC"
name = "Nguyễn Văn A"

[[campaign]]
id = "{OTHER}"
name = {{ vi = "Chiến dịch Deltakamp" }}
start = 2025-03-01
end = 2025-03-05
units = "units.csv"
targets = "one-target.csv"

[[source]]
name = "bravonguon"
campaign = "{ID}"
kind = "folder"
path = "inbox"
"""
ACCESS = f"""
[access]
others = "{{others}}"
[access.oidc]
[[access.grant]]
user = "sep"
role = "leader"
campaigns = ["{ID}"]
[[access.grant]]
user = "quan-tri"
role = "administrator"
[[access.grant]]
user = "huyen"
role = "lead"
units = ["XA0"]
campaigns = ["{ID}"]
[[access.grant]]
user = "can-bo"
role = "officer"
units = ["XA0"]
campaigns = ["{ID}"]
[[access.grant]]
user = "xa"
role = "clerk"
units = ["XA1"]
campaigns = ["{ID}"]
[[access.grant]]
user = "hai-noi"
role = "viewer"
units = ["XA3", "XB1"]
campaigns = ["{ID}"]
"""
OWN = {"huyen": ("XA0", "XA1", "XA2", "XA3"), "can-bo": ("XA0", "XA1", "XA2", "XA3"), "xa": ("XA1",),
       "hai-noi": ("XA3", "XB1")}  # fmt: skip


def done(unit: str, day: int) -> tuple[int, int]:
    """Return what a commune had done of both categories by the end of a day."""
    birth, death = (int(due * day * SPEED[unit] / 5) for due in TARGETS[unit])
    return birth, death


def _report(folder: Path, district: str, day: int) -> Path:
    """Write what a district's communes send, and what of it is wrong on day 3; XA3 is silent then."""
    rows: list[tuple[object, ...]] = [("unit_code", "category", "stage", "as_of", "count")]
    on = f"2025-03-0{day}"
    for unit in (one for one, (_, _, above) in UNITS.items() if above == district):
        if unit == "XA3" and day == 3:
            continue
        for stage in ("entered", "approved"):
            rows += [
                (unit, name, stage, on, count) for name, count in zip(("birth", "death"), done(unit, day), strict=True)
            ]
    if day == 3:
        first = {"XA0": "XA1", "XB0": "XB1", "XC0": "XC1"}[district]
        rows.append((first, "birth", "approved", "2025-03-03x", 1))  # no day: rejected
        rows.append((district, "all", "approved", on, sum(sum(done(one, day)) for one in _below(district)) + 7))
    if day == 3 and district == "XB0":
        rows.append(("XB9-la", "birth", "approved", on, 1231))  # nobody's
    return write(folder / f"{FILES[district]}-{day}.csv", rows)


def _below(district: str) -> list[str]:
    return [one for one, (_, _, above) in UNITS.items() if above == district]


def build(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make the campaign in `folder`, without sign-in, and return its configuration."""
    folder.mkdir(parents=True, exist_ok=True)
    config = folder / "config.toml"
    config.write_text(CONFIG, "utf-8")
    write(folder / "units.csv", [("code", "name", "level", "parent_code"), *((c, *rest) for c, rest in UNITS.items())])
    targets: list[tuple[object, ...]] = [("unit_code", "category", "stage", "target")]
    for unit, due in TARGETS.items():
        targets += [(unit, name, stage, count) for name, count in zip(("birth", "death"), due, strict=True)
                    for stage in ("entered", "approved")]  # fmt: skip
    write(folder / "targets.csv", targets)
    write(folder / "one-target.csv", [("unit_code", "target"), ("XA1", 10)])
    for day in (1, 2, 3):
        for district in FILES:
            if (day, district) == (3, "XB0"):
                continue  # comes through its source
            at = f"2025-03-0{day}T16:0{('XA0', 'XB0', 'XC0').index(district)}:00+07:00"
            file = _report(folder, district, day)
            assert main(["--config", str(config), "ingest", "--campaign", ID, "--received-at", at, str(file)]) == 0
    for place, first in enumerate(("XA1", "XC1")):
        at = f"2025-03-03T16:3{place}:00+07:00"
        file = _fallen(folder, first)
        assert main(["--config", str(config), "ingest", "--campaign", ID, "--received-at", at, str(file)]) == 0
    monkeypatch.setattr(etl.pull, "LOOK_AGAIN_AFTER", 0.05)
    (folder / "inbox").mkdir()
    for make in (lambda: _report(folder / "inbox", "XB0", 3), lambda: _fallen(folder / "inbox", "XB1")):
        make()
        pull_source(load(config), "bravonguon")
    nothing = write(folder / "Papatep.csv", [("unit_code", "as_of", "count")])
    assert main(["--config", str(config), "ingest", "--campaign", OTHER, str(nothing)]) == 0
    _said(config)
    _issued(config)
    _failing(config)
    return config


def _fallen(folder: Path, unit: str) -> Path:
    """Write a count that falls, which is held."""
    rows = [("unit_code", "category", "stage", "as_of", "count"), (unit, "birth", "approved", "2025-03-03", 1009)]
    return write(folder / f"{FILES[UNITS[unit][2]]}-4.csv", rows)


def _said(path: Path) -> None:
    """Explain two of the differences and dismiss a row of B's."""
    config = load(path)
    figures = Figures.open(config, ID)
    known = {one.key.unit_code: one for one in differences(figures, DAY)}
    said = [Explanation(known[unit].key, known[unit].stated, known[unit].summed, why, by).document()
            for unit, why, by in (("XB0", "Bravogiai", "Papagiai"), ("XA0", "Alfagiai", "Alfagiai"),
                                  ("XC0", "Charlitep", "Papagiai"))]  # fmt: skip
    row = next(one for one in figures.refusals(DAY) if one.unit_code == "XB1")
    gone = {"what": What.DISMISS, "batch": row.batch, "file": row.file, "row": row.row_number, "why": "Bravovi"}
    submit_decisions(config, ID, LOCAL, [*said, gone])
    take_all(config)
    figures.close()


def _issued(path: Path) -> None:
    """Issue the notices of all, and of each of two districts."""
    config = load(path)
    campaign = config.campaign(ID)
    assert campaign is not None
    today = datetime.now(UTC).astimezone(config.zone).date()
    for unit in ("", "XA0", "XB0"):
        issue(config, campaign, Order(read_period("2025-03"), today, "vi", unit, formats=("xlsx",)), LOCAL)


def _failing(path: Path) -> None:
    """Let the source fail: there is a file where its folder should be."""
    (path.parent / "inbox").rename(path.parent / "away")
    (path.parent / "inbox").write_text("Bravotep")
    with pytest.raises(CanDichError):
        pull_source(load(path), "bravonguon")


def with_access(config: Path, others: str) -> Path:
    """Return a configuration of the same data with sign-in, and what may be known of others."""
    path = config.with_name(f"config-{others}.toml")
    path.write_text(CONFIG + ACCESS.format(others=others), "utf-8")
    return path


def numbers_of(units: tuple[str, ...]) -> set[str]:
    """Return the counts of some units on each day, as they are written: whoever reads one knows what they did."""
    found: set[int] = set()
    for unit in units:
        leaves = [one for one in TARGETS if one == unit or unit in _above(one)]
        found.add(sum(sum(TARGETS[one]) for one in leaves))
        found |= {sum(sum(done(one, day)) for one in leaves) for day in (1, 2)}
        for place in (0, 1):
            found.add(sum(TARGETS[one][place] for one in leaves))
    shown = {one for one in found if one > 999}
    return {f"{one:,}".replace(",", ".") for one in shown} | {str(one) for one in shown}


def _above(unit: str) -> tuple[str, ...]:
    above = UNITS[unit][2]
    return (above, *_above(above)) if above else ()
