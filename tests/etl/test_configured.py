"""The configured: whatever is wrong in config.toml, units.csv or targets.csv is named, and nothing is begun."""

from pathlib import Path

import pytest

from campaign.errors import ConfigError
from etl.configured import DEMO, inputs_of, is_demo, load
from tests.warehouse.small import CONFIG, ID, NAMED, TARGETS, UNITS, Small, counts

HEAD = '[[campaign]]\nid = "nho"\nstart = 2025-02-03\nend = 2025-02-07\nunits = "units.csv"\n'
SOURCE = '[[source]]\nname = "s"\ncampaign = "nho"\n'

BROKEN = {
    "not toml": ("language = ", "config.toml", "TOML"),
    "an unknown language": ('language = "fr"', "language", "'fr'"),
    "an unknown zone": ('timezone = "Mars/Base"', "timezone", "'Mars/Base'"),
    "an unknown key": ('langage = "vi"', "langage", "'language'"),
    "a reserved key": ('text = "x"', "text", "unknown key"),
    "an unknown key of a campaign": (HEAD + "finish = 2025-02-09", "finish", "unknown key"),
    "no start": (HEAD.replace("start = 2025-02-03\n", ""), "campaign[1].start", "missing"),
    "no units": (HEAD.replace('units = "units.csv"\n', ""), "campaign[1].units", "missing"),
    "a day that is none": (HEAD.replace("2025-02-07", '"7/2"'), "campaign[1].end", "'7/2'"),
    "an end before the start": (HEAD.replace("2025-02-07", "2025-02-01"), "campaign[1]", "2025-02-01"),
    "an id with a path in it": (HEAD.replace('"nho"', '"../nho"'), "campaign[1].id", "'../nho'"),
    "an id twice": (HEAD + HEAD, "nho", "twice"),
    "a cut-off that is none": (HEAD + 'cutoff = "25:00"', "cutoff", "'25:00'"),
    "a cut-off with a zone": (HEAD + 'cutoff = "17:00+07:00"', "cutoff", "17:00"),
    "a cut-off without minutes": (HEAD + "cutoff = 17", "cutoff", "17"),
    "too few weights": (HEAD + "plan = { weights = [1, 1] }", "plan.weights", "5"),
    "a weight below 0": (HEAD + "plan = { weights = [1, 1, 1, 1, -1] }", "plan.weights", "below 0"),
    "a weight that is no number": (HEAD + "plan = { weights = [1, 1, 1, 1, nan] }", "plan.weights", "nan"),
    "two plans": (HEAD + 'plan = { weights = [1,1,1,1,1], milestones = { "2025-02-05" = 0.5 } }', "plan", "both"),
    "a milestone outside": (HEAD + 'plan = { milestones = { "2025-03-05" = 0.5 } }', "plan.milestones", "2025-03-05"),
    "a milestone above 1": (HEAD + 'plan = { milestones = { "2025-02-05" = 1.5 } }', "plan.milestones", "1.5"),
    "milestones that fall": (
        HEAD + 'plan = { milestones = { "2025-02-04" = 0.5, "2025-02-05" = 0.4 } }',
        "plan.milestones",
        "0.4",
    ),
    "a last milestone below 1": (HEAD + 'plan = { milestones = { "2025-02-07" = 0.9 } }', "plan.milestones", "0.9"),
    "a category twice": (HEAD + '[[campaign.category]]\nid = "a"\n' * 2, "category", "'a'"),
    "a category called all": (HEAD + '[[campaign.category]]\nid = "all"\n', "category", "'all'"),
    "an unknown group": (HEAD + '[[campaign.category]]\nid = "a"\ngroup = "g"\n', "group", "'g'"),
    "a group called all": (HEAD + '[[campaign.group]]\nid = "all"\n', "group", "'all'"),
    "no headline": (HEAD + '[[campaign.stage]]\nid = "a"\n[[campaign.stage]]\nid = "b"\n', "stage", "headline"),
    "an excuse that ends before it begins": (
        HEAD + "[[campaign.excused]]\nfrom = 2025-02-06\nto = 2025-02-04\n",
        "excused",
        "2025-02-04",
    ),
    "silent days of 0": ("[status]\nsilent_days = 0", "status.silent_days", "0"),
    "another engine": ('[storage]\nurl = "mysql:x"', "storage.url", "'mysql:x'"),
    "a backup of none": ("[backup]\nkeep = 0", "backup.keep", "0"),
    "a source of nothing": (HEAD + SOURCE.replace('"nho"', '"x"'), "campaign", "'x'"),
    "a source twice": (HEAD + SOURCE + SOURCE, "source", "twice"),
    "an unknown kind": (HEAD + SOURCE + 'kind = "ftp"', "source[1].kind", "'ftp'"),
    "an unknown field": (HEAD + SOURCE + '[source.columns]\ncounts = "N"', "source[1].columns", "'counts'"),
    "two days for a file": (HEAD + SOURCE + "as_of = { filename = 'x', fixed = 2025-02-03 }", "as_of", "either"),
    "a pattern that is none": (HEAD + SOURCE + "as_of = { filename = '(' }", "as_of", "'('"),
    "a scheduled source without a folder": (HEAD + SOURCE + 'schedule = "* * * * *"', "source[1]", "path is missing"),
    "an unknown on_fall": (HEAD + SOURCE + 'on_fall = "drop"', "source[1].on_fall", "'drop'"),
}


@pytest.mark.parametrize(("text", "key", "found"), BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_configuration_names_the_key_and_what_was_found(
    tmp_path: Path, text: str, key: str, found: str
) -> None:
    path = tmp_path / "config.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(ConfigError) as refused:
        load(path)
    told = str(refused.value)
    assert key in told
    assert found.casefold() in told.casefold()
    assert "config.toml" in told
    assert refused.value.exit_code == 2


@pytest.mark.parametrize(
    "arguments",
    [
        ("start",),
        ("progress", "--campaign", ID),
        ("ingest", "--campaign", ID, "units.csv"),
        ("run",),
        ("rebuild", "--campaign", ID),
        ("backup", "--out", "b.zip"),
        ("doctor",),
    ],
)
def test_a_broken_configuration_starts_nothing(small: Small, arguments: tuple[str, ...]) -> None:
    small.write("config.toml", CONFIG.replace("2025-02-07", "2025-01-07"))
    before = sorted(small.folder.rglob("*"))
    named = [str(small.folder / one) if "." in one else one for one in arguments]
    code, out, errors = small.command(*named)
    assert (code, out, len(errors.splitlines())) == (2, "", 1)
    assert sorted(small.folder.rglob("*")) == before


@pytest.mark.parametrize(
    "more",
    [
        '\n[[source]]\nname = "s"\ncampaign = "nho"\npath = "in"\nschedule = "every minute"\n',
        '\n[[source]]\nname = "s"\ncampaign = "nho"\nschedule = "* * * * *"\n',
        '\n[backup]\nschedule = "61 2 * * *"\n',
        '\n[server]\naddress = "0.0.0.0"\n',
    ],
    ids=["a bad schedule", "a scheduled source without a folder", "a bad backup schedule", "an address for all"],
)
def test_start_refuses_before_it_makes_anything(small: Small, more: str) -> None:
    small.write("config.toml", CONFIG + more)
    before = sorted(small.folder.rglob("*"))
    never = "import etl.supervisor\netl.supervisor._Supervisor.run = lambda self: print('STARTED') or 0"
    code, out, errors = small.command("start", "--port", "0", before=never)
    assert (code, out, len(errors.splitlines())) == (2, "", 1), errors
    assert sorted(small.folder.rglob("*")) == before


UNITS_FAULTS = {
    "a missing column": (UNITS.replace(",level,", ",kind,"), "level", "missing"),
    "an empty code": (UNITS.replace("00101,Xã An", ",Xã An"), "line 5", "code"),
    "an empty name": (UNITS.replace("00101,Xã An", "00101,"), "line 5", "name"),
    "an empty level": (UNITS.replace("Xã An,commune", "Xã An,"), "line 5", "level"),
    "a code twice": (UNITS + "00101,Xã An,commune,D1\n", "00101", "twice"),
    "an unknown parent": (UNITS.replace("Xã An,commune,D1", "Xã An,commune,D9"), "00101", "D9"),
    "a circle": (UNITS.replace("Huyện Một,district,27", "Huyện Một,district,00101"), "D1", "ancestor"),
    "no units": ("code,name,level,parent_code\n", "units.csv", "no unit"),
    "an empty file": ("", "units.csv", "missing"),
    "a cell too many": (UNITS.replace("00101,Xã An,", "00101,Xã An, mới,"), "line 5", "Xã An"),
    "a column twice": ("code,name,level,parent_code,name\n27,Tỉnh,province,,\n", "name", "twice"),
    "a quote that never ends": (UNITS.replace("Xã An", '"Xã An'), "line", "CSV"),
    "a child that outlives its parent": (
        UNITS.replace("parent_code\n", "parent_code,valid_to\n").replace("27\nD2", "27,2025-02-05\nD2"),
        "as of 2025-02-06", "names the parent 'D1'",
    ),
    "a child that comes before its parent": (
        UNITS.replace("parent_code\n", "parent_code,valid_from\n")
        + "D3,Huyện Ba,district,27,2025-02-06\n00301,Xã Ca,commune,D3,2025-02-05\n",
        "as of 2025-02-05", "names the parent 'D3'",
    ),
    "two rows of one code and day": (
        UNITS.replace("parent_code\n", "parent_code,valid_from\n") + "00101,Xã An,commune,D2,2025-02-06\n",
        "as of 2025-02-06", "00101",
    ),
    "a place that is no number": (
        "code,name,level,parent_code,lat\n27,Tỉnh,province,,north\n", "line 2", "north",
    ),
    "a day that is none": (
        "code,name,level,parent_code,valid_from\n27,Tỉnh,province,,2025-02-31\n", "line 2", "2025-02-31",
    ),
    "a unit that ends before it begins": (
        "code,name,level,parent_code,valid_from,valid_to\n27,Tỉnh,province,,2025-02-03,2025-02-01\n",
        "27", "2025-02-01",
    ),
}  # fmt: skip
TARGETS_FAULTS = {
    "a missing column": ("unit_code,targets\n00101,100\n", "target", "missing"),
    "an unknown unit": (TARGETS.replace("00102", "00999"), "line 3", "00999"),
    "words": (TARGETS.replace("200", "many"), "line 3", "many"),
    "a negative target": (TARGETS.replace("200", "-200"), "line 3", "-200"),
    "a fraction": (TARGETS.replace("200", "200.5"), "line 3", "200.5"),
    "an empty target": (TARGETS.replace("200", ""), "line 3", "target"),
    "a target twice": (TARGETS + "00101,100\n", "line 5", "second"),
    "thousands cut by the delimiter": (TARGETS.replace("200", "1,234"), "line 3", "234"),
    "an unknown category": ("unit_code,category,target\n00101,birth,5\n", "line 2", "birth"),
    "a day that is none": ("unit_code,target,valid_from\n00101,5,soon\n", "line 2", "soon"),
}


@pytest.mark.parametrize(("content", "where", "found"), UNITS_FAULTS.values(), ids=UNITS_FAULTS.keys())
def test_a_fault_in_units_csv_is_named_with_its_line(small: Small, content: str, where: str, found: str) -> None:
    small.write("units.csv", content)
    with pytest.raises(ConfigError) as refused:
        inputs_of(small.config, small.campaign)
    assert "units.csv" in str(refused.value)
    assert where in str(refused.value)
    assert found in str(refused.value)


@pytest.mark.parametrize(("content", "where", "found"), TARGETS_FAULTS.values(), ids=TARGETS_FAULTS.keys())
def test_a_fault_in_targets_csv_is_named_with_its_line(small: Small, content: str, where: str, found: str) -> None:
    small.write("targets.csv", content)
    with pytest.raises(ConfigError) as refused:
        inputs_of(small.config, small.campaign)
    assert "targets.csv" in str(refused.value)
    assert where in str(refused.value)
    assert found in str(refused.value)
    code, _, errors = small.command("ingest", "--campaign", ID, str(small.write("a.csv", counts(("00101", "3", 1)))))
    assert (code, len(errors.splitlines())) == (2, 1)
    assert not small.config.data.exists()


@pytest.mark.parametrize("name", ["units.csv", "targets.csv"])
def test_a_missing_or_unreadable_file_is_named(small: Small, name: str) -> None:
    (small.folder / name).unlink()
    with pytest.raises(ConfigError, match=name):
        inputs_of(small.config, small.campaign)
    small.write(name, "mã,tên\n".encode("utf-16"))
    with pytest.raises(ConfigError, match="UTF-8"):
        inputs_of(small.config, small.campaign)


@pytest.mark.parametrize("dress", [str, lambda text: "\ufeff" + text.replace(",", ";").replace("\n", "\r\n")])
def test_units_and_targets_are_read_in_every_usual_dress(small: Small, dress: type[str]) -> None:
    small.write("units.csv", dress(UNITS))
    small.write("targets.csv", dress(TARGETS))
    found = inputs_of(small.config, small.campaign)
    assert [unit.code for unit in found.registry.rows] == ["27", "D1", "D2", "00101", "00102", "00201"]
    assert [(row.unit_code, row.target) for row in found.targets] == [("00101", 100), ("00102", 200), ("00201", 100)]


def test_targets_of_parents_and_of_all_are_stated_not_due(tmp_path: Path) -> None:
    targets = "unit_code,category,stage,target\n00101,birth,approved,5\n00101,all,approved,6\nD1,birth,approved,7\n"
    house = Small(tmp_path, CONFIG + NAMED, targets=targets)
    found = inputs_of(house.config, house.campaign)
    assert [row.target for row in found.targets] == [5]
    assert [row.target for row in found.stated] == [6, 7]


@pytest.mark.parametrize(
    ("header", "row"),
    [
        ("unit_code,target,,", "00101,5,,"),
        ("unit_code,target", "00101,5,,"),
        ("unit_code,target,reason", "00101,5"),
        ("unit_code,target,reason", '00101,"5","a, b"'),
        ("\nunit_code,target", "00101,5"),
    ],
)
def test_empty_cells_too_many_and_cells_in_quotes_are_no_fault(small: Small, header: str, row: str) -> None:
    small.write("targets.csv", f"{header}\n{row}\n")
    assert [(one.unit_code, one.target) for one in inputs_of(small.config, small.campaign).targets] == [("00101", 5)]


@pytest.mark.parametrize("target", ["1,234", "1,,234"])
def test_a_surplus_cell_below_an_unnamed_column_is_a_surplus_cell(small: Small, target: str) -> None:
    small.write("targets.csv", f"unit_code,target,\n00101,{target}\n")
    with pytest.raises(ConfigError, match="line 2"):
        inputs_of(small.config, small.campaign)


def test_units_that_change_as_a_whole_are_no_fault(small: Small) -> None:
    rows = UNITS.splitlines()
    dated = [f"{rows[0]},valid_from,valid_to", *(f"{row},,2025-02-05" for row in rows[1:])]
    dated += [f"{row},2025-02-06," for row in rows[1:]]
    small.write("units.csv", "\n".join(dated))
    assert len(inputs_of(small.config, small.campaign).registry.rows) == 12


def test_an_excuse_for_an_unknown_unit_is_named(small: Small) -> None:
    small.write("config.toml", CONFIG + '[[campaign.excused]]\nfrom = 2025-02-04\nto = 2025-02-04\nunits = ["9"]\n')
    with pytest.raises(ConfigError, match=r"excused.*'9'"):
        inputs_of(small.config, small.campaign)


def test_paths_are_relative_to_the_configuration(tmp_path: Path) -> None:
    text = 'data = "d"\n[storage]\nurl = "duckdb:w"\n[backup]\npath = "b"\n' + HEAD + SOURCE + 'path = "../in"\n'
    folder = tmp_path / "here"
    folder.mkdir()
    (folder / "config.toml").write_text(text, "utf-8")
    found = load(folder / "config.toml")
    assert (found.data, found.warehouse, found.backup.path) == (folder / "d", folder / "w", folder / "b")
    assert (found.campaigns[0].units, found.sources[0].path) == (folder / "units.csv", tmp_path / "in")


def test_the_environment_names_the_configuration_and_the_argument_wins(
    small: Small, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Small(tmp_path / "other", CONFIG.replace('"nho"', '"khac"'))
    monkeypatch.setenv("CANDICH_CONFIG", str(other.path))
    assert [one.id for one in load().campaigns] == ["khac"]
    assert [one.id for one in load(small.path).campaigns] == ["nho"]


def test_a_configuration_without_campaigns_shows_the_demo(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text('language = "en"\n[server]\nport = 9000\n', "utf-8")
    found = load(path)
    assert is_demo(found)
    assert (found.path, found.language, found.streamlit["server"]["port"]) == (DEMO, "en", 9000)
