"""KoboToolbox, ODK Central and DHIS2 as http sources, as published; and docs/sources.md itself."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from campaign.configuration import parse
from etl.pull import pull_source
from etl.reading_json import json_table
from tests.served import Says, Served, serving
from tests.warehouse.small import CONFIG, ROOT, Small

PUBLISHED = Path(__file__).parent / "published"
BLOCKS = re.findall(r"```toml\n(.*?)```", (ROOT / "docs" / "sources.md").read_text("utf-8"), re.DOTALL)
CAMPAIGN = CONFIG.replace('"nho"', '"ha-noi-2026"')
JSON = {"Content-Type": "application/json;charset=utf-8"}


@pytest.fixture
def web() -> Iterator[Served]:
    with serving() as served:
        yield served


def block(name: str) -> str:
    (found,) = [one for one in BLOCKS if f'name = "{name}"\n' in one]
    return found.replace("ha-noi-2026", "nho")


def here(text: str, web: Served) -> str:
    """Return a text with every https address led to the server here."""
    return re.sub(r"https://[^/\"]+", web.address, text)


def published(name: str) -> str:
    return (PUBLISHED / name).read_text("utf-8")


@pytest.mark.parametrize("source", BLOCKS)
def test_every_source_of_the_documentation_is_a_valid_configuration(source: str) -> None:
    (found,) = parse(CAMPAIGN + source, ROOT / "config.toml").sources
    assert found.campaign == "ha-noi-2026"


def test_kobotoolbox(small: Small, web: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KOBO_TOKEN", "t0ken")
    first = json.loads(published("kobotoolbox-data.json"))
    more = {**first["results"][0], "_id": 3, "bao_cao/ma_xa": "00201", "bao_cao/da_duyet": "7"}
    last = {"count": 3, "next": None, "previous": first["next"], "results": [more]}
    path = "/api/v2/assets/aGAcvhamUDuDTtbkyeikbD/data.json"
    web.says[path] = [Says(here(json.dumps(first), web), headers=JSON), Says(json.dumps(last), headers=JSON)]
    small.write("config.toml", CONFIG + here(block("kobo"), web))
    taken = pull_source(small.config, "kobo")
    assert (taken["accepted"], small.done()) == (3, 18)
    assert {code: row.done for code, row in small.progress().items() if row.level == "commune"} == {
        "00101": 5,
        "00102": 6,
        "00201": 7,
    }
    assert [one.headers["Authorization"] for one in web.asked] == ["Token t0ken"] * 2
    assert [one.query for one in web.asked] == [{"limit": "1000"}, {"limit": "100", "start": "100"}]


def test_odk_central(small: Small, web: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """The published form asks for a name and an age: here they stand for a unit and its count."""
    monkeypatch.setenv("ODK_BASIC", "Zzz=")
    small.write("units.csv", "code,name,level,parent_code\n27,Tỉnh,province,\nBob,B,commune,27\nAlice,A,commune,27\n")
    small.write("targets.csv", "unit_code,target\nBob,100\nAlice,100\n")
    first = json.loads(published("odk-central-submissions.json"))
    first["@odata.nextLink"] = f"{web.address}/v1/projects/7/forms/tien-do.svc/Submissions?%24skiptoken=01e%3D"
    last = {"@odata.context": first["@odata.context"], "value": []}
    web.says["/v1/projects/7/forms/tien-do.svc/Submissions"] = [
        Says(json.dumps(first), headers=JSON),
        Says(json.dumps(last), headers=JSON),
    ]
    source = here(block("odk"), web).replace('as_of = "bao_cao.ngay"\n', "")
    source = source.replace('"bao_cao.ma_xa"', '"name"').replace('"bao_cao.da_duyet"', '"age"')
    source = source.replace("[source.pagination]", "as_of = { fixed = 2025-02-03 }\n[source.pagination]")
    small.write("config.toml", CONFIG + source)
    taken = pull_source(small.config, "odk")
    assert (taken["files"], taken["accepted"]) == (2, 2)
    progress = small.progress()
    assert (progress["Bob"].done, progress["Alice"].done, progress["27"].done) == (25, 30, 55)
    assert [one.query for one in web.asked] == [{"$top": "1000"}, {"$skiptoken": "01e="}]
    assert web.asked[0].headers["Authorization"] == "Basic Zzz="


DHIS2 = """[[campaign]]
id = "nho"
name = "Một tháng"
start = 2014-01-01
end = 2014-01-31
units = "units.csv"
targets = "targets.csv"
[[campaign.category]]
id = "eY5ehpbEsB7"
[[campaign.category]]
id = "Ix2HsbDMLea"
[[campaign.category]]
id = "f7n9E0hX8qk"
"""


def test_dhis2_data_value_sets(small: Small, web: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """The published values are of a month, 201401: they describe its last day."""
    monkeypatch.setenv("DHIS2_TOKEN", "d2pat")
    small.write("units.csv", "code,name,level,parent_code\nS,Sierra Leone,country,\nDiszpKrYNg8,Ngelehun,facility,S\n")
    ids = ("eY5ehpbEsB7", "Ix2HsbDMLea", "f7n9E0hX8qk")
    small.write("targets.csv", "unit_code,category,target\n" + "".join(f"DiszpKrYNg8,{one},20000\n" for one in ids))
    web.says["/api/dataValueSets.json"] = Says(published("dhis2-data-value-set.json"), headers=JSON)
    small.write("config.toml", DHIS2 + here(block("dhis2"), web).replace('"%Y%m%d"', '"%Y%m"'))
    assert pull_source(small.config, "dhis2")["accepted"] == 3
    assert [small.progress("2014-01-31", category=one)["DiszpKrYNg8"].done for one in ids] == [10003, 10002, 10001]
    assert small.progress("2014-01-30")["DiszpKrYNg8"].done == 0
    assert web.asked[0].headers["Authorization"] == "ApiToken d2pat"
    assert web.asked[0].query["orgUnitIdScheme"] == "code"


def test_dhis2_analytics() -> None:
    (source,) = parse(CAMPAIGN + block("dhis2-analytics").replace("nho", "ha-noi-2026"), ROOT / "config.toml").sources
    source = source.model_copy(update={"records": "rows[*].{dx: [0], pe: [1], value: [2]}"})  # as the example has them
    table = json_table(published("dhis2-analytics.json").encode(), "a.json", source)
    assert table.header == ["dx", "pe", "value"]
    assert [cells for _, cells in table.rows] == [
        ["eTDtyyaSA7f", "2016Q2", "81.1"],
        ["eTDtyyaSA7f", "2016Q1", "74.7"],
        ["FbKK4ofIv5R", "2016Q2", "88.9"],
        ["FbKK4ofIv5R", "2016Q1", "84.0"],
    ]
