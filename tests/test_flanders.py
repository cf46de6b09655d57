"""A real campaign: fourteen untouched daily pulls, summed to 300 communes; and its small twin, which always runs."""

import csv
import io
import json
import zipfile
from pathlib import Path

import pytest

from tests.warehouse.small import Small

PULLS = Path(__file__).resolve().parents[2] / "shared" / "data" / "flanders" / "pulls-2021-06-01_06-15.zip"
CONFIG = r"""
timezone = "Europe/Brussels"
[[campaign]]
id = "nho"
start = 2020-12-28
end = 2021-08-31
units = "units.csv"
[[source]]
name = "pulls"
campaign = "nho"
path = "pulls"
on_fall = "accept"
combine = "sum"
as_of = { filename = 'vaccinations_(\d{4}-\d{2}-\d{2})' }
[source.columns]
unit_code = "NIS_CD"
count = ["PARTLY_VACCINATED_AMT", "FULLY_VACCINATED_AMT"]
target = "POPULATION_NBR"
"""
HEAD = "NIS_CD,GENDER_CD,ADULT_FL(18+),POPULATION_NBR,MUNICIPALITY,FULLY_VACCINATED_AMT,PARTLY_VACCINATED_AMT\n"
TWIN = {
    "2021-05-31": "1,V,1,100,Aalst,10,5\n1,M,1,50,Aalst,0,5\n1,M,1,20,Aalst,1,0\n2,V,1,80,Zele,20,20\n",
    "2021-06-01": "1,V,1,100,Aalst,11,5\n1,M,1,50,Aalst,0,5\n1,M,1,20,Aalst,1,0\n2,V,1,80,Zele,20,19\n",
    "2021-06-02": "1,V,1,100,Aalst,11,5\n1,M,1,50,Aalst,0,5\n1,M,1,20,Aalst,1,0\n2,V,1,80,Zele,20,19\n",
}
AT_ONCE = "import etl.pull\netl.pull.LOOK_AGAIN_AFTER = 0"


def units(first: str) -> str:
    """Return units.csv from the communes of a pull."""
    communes = {row["NIS_CD"]: row["MUNICIPALITY"] for row in csv.DictReader(io.StringIO(first))}
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["code", "name", "level", "parent_code"])
    writer.writerow(["27", "Vlaanderen", "region", ""])
    writer.writerows([code, name, "commune", "27"] for code, name in sorted(communes.items()))
    return out.getvalue()


def test_the_twin_is_summed_dated_by_its_names_and_may_fall(tmp_path: Path) -> None:
    house = Small(tmp_path, CONFIG, units=units(HEAD + TWIN["2021-05-31"]))
    for day, rows in TWIN.items():
        house.write(f"pulls/vaccinations_{day}.csv", HEAD + rows)
    code, out, errors = house.command("run", "--source", "pulls", "--json", before=AT_ONCE)
    assert (code, errors) == (0, "")
    (told,) = json.loads(out)
    assert [told[key] for key in ("files", "read", "accepted", "unchanged", "held")] == [3, 12, 12, 0, 0]
    assert [house.done(f"2021-0{day}") for day in ("5-30", "5-31", "6-01", "6-02")] == [0, 61, 61, 61]
    told_of = house.progress("2021-06-01")
    assert {code: (row.done, row.target, row.rank) for code, row in told_of.items()} == {
        "27": (61, 250, 1), "1": (22, 170, 2), "2": (39, 80, 1),
    }  # fmt: skip
    assert house.store.versions() == ["v000001"], "one pull is one version"
    house.close()


@pytest.mark.skipif(not PULLS.exists(), reason=f"the shared data is not here: {PULLS.name}")
def test_flanders_on_the_fifteenth_of_june(tmp_path: Path) -> None:
    pulls = tmp_path / "pulls"
    with zipfile.ZipFile(PULLS) as archive:
        archive.extractall(pulls)
    first = (pulls / "vaccinations_2021-05-31.csv").read_text("utf-8-sig")
    house = Small(tmp_path, CONFIG, units=units(first))
    code, out, errors = house.command("run", "--source", "pulls", "--json", before=AT_ONCE)
    assert (code, errors) == (0, "")
    (told,) = json.loads(out)
    assert (told["files"], told["held"], told["rejected"]) == (14, 0, 0)
    assert told["read"] == told["accepted"] + told["unchanged"]
    code, out, _ = house.command("progress", "--campaign", "nho", "--as-of", "2021-06-15", "--format", "csv")
    region, *communes = csv.DictReader(io.StringIO(out))
    assert [region[key] for key in ("done", "target", "completion")] == ["3485106", "6653062", "0.523835"]
    assert len(communes) == 300
    ends = [(one["rank"], one["name"], one["done"], one["target"]) for one in (communes[0], communes[-1])]
    assert [(rank, name, f"{100 * int(done) / int(target):.6f}") for rank, name, done, target in ends] == [
        ("1", "Koksijde", "70.007322"),
        ("300", "Drogenbos", "40.989647"),
    ]
    before = house.store.versions()
    assert house.command("run", "--source", "pulls", "--json", before=AT_ONCE)[0] == 0
    assert house.store.versions() == before
