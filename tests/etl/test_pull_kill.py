"""A pull that is killed: nothing is lost and nothing counts twice, whatever the source and the moment."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from etl.pull import pull_source
from etl.pulls import history
from tests.served import Says, Served, serving
from tests.warehouse.small import CONFIG, Small, counts

DIE = "import os, signal\ndef die(*_, **__): os.kill(os.getpid(), signal.SIGKILL)\n"
IMPORTS = """
import etl.pull, etl.intake, etl.sources.web as web, etl.sources.arrival as arrival, etl.pulls as pulls
from etl.received import ReceivedStore
from warehouse.versions import VersionStore
etl.pull.LOOK_AGAIN_AFTER = 0
def after(kind, name):
    original = getattr(kind, name)
    def patched(*arguments, **more):
        original(*arguments, **more)
        die()
    setattr(kind, name, patched)
"""
MOMENTS = {
    "between two pages": """
get = web.Client.get
web.Client.get = lambda self, url, *more: die() if "page=2" in str(url) else get(self, url, *more)
""",
    "when everything is fetched": "after(web, 'fetch')",
    "after the files were copied": "after(ReceivedStore, 'take')",
    "after the load got its id": "after(ReceivedStore, 'settle')",
    "after the new file has its name": "VersionStore.point_to = die",
    "after the version was published": "VersionStore.prune = die",
    "after the load was finished": "after(ReceivedStore, 'finish')",
    "before it is remembered": "web.note = die",
    "after it is remembered": "after(web, 'note')",
    "before word is left": "etl.pull.leave_word = die",
}
INCREMENTS = """
[[source]]
name = "web"
campaign = "nho"
kind = "http"
url = "{address}/a"
format = "csv"
measure = "daily"
combine = "sum"
schedule = "* * * * *"
[source.pagination]
kind = "page"
size = 2
[[source]]
name = "inbox"
campaign = "nho"
path = "inbox"
schedule = "* * * * *"
"""
PAGES = [counts(("00101", "3", 5), ("00102", "3", 6)), counts(("00101", "3", 7))]  # 5 and 7 are parts of one day


@pytest.fixture
def web(small: Small) -> Iterator[Served]:
    with serving() as served:
        served.says["/a"] = lambda asked: Says(PAGES[int(asked.query["page"]) - 1])
        small.write("config.toml", CONFIG + INCREMENTS.format(address=served.address))
        yield served


@pytest.mark.parametrize("moment", MOMENTS.values(), ids=MOMENTS.keys())
def test_a_pull_killed_at_any_step_is_made_again(small: Small, web: Served, moment: str) -> None:
    code, _, _ = small.command("run", "--source", "web", before=DIE + IMPORTS + moment)
    assert code == -signal.SIGKILL
    pull_source(small.config, "web")
    assert small.done() == 18
    assert pull_source(small.config, "web")["files"] == 0
    assert history(small.config, "web")[0]["ok"] is True
    assert list((small.config.data / "run").glob(".fetching-*")) == []
    assert small.command("rebuild", "--campaign", "nho")[0] == 0
    assert small.done() == 18, "what was received says the same"
    assert web.asked


def test_pulls_killed_at_any_instant_end_where_one_good_pull_ends(small: Small, web: Served) -> None:
    """Twelve runs of two sources, each killed a little later than the one before, and one that is not."""
    inbox = small.folder / "inbox"
    inbox.mkdir()
    for number in range(12):
        (inbox / f"{number:02d}.csv").write_text(counts(("00201", str(number % 5 + 3), 10 + number % 5)), "utf-8")
        timer = f"import threading\nthreading.Timer({0.08 * number}, die).start()\n"
        code, _, _ = small.command("run", before=DIE + IMPORTS + timer)
        assert code in (0, -signal.SIGKILL)
    code, _, errors = small.command("run", before=IMPORTS.replace("die()", "None"))
    assert (code, errors) == (0, "")
    progress = small.progress()
    assert [progress[one].done for one in ("00101", "00102", "00201")] == [12, 6, 14]
    before = small.table()
    assert small.command("rebuild", "--campaign", "nho")[0] == 0
    assert small.table() == before
    left = [path.name for path in small.received.folder.iterdir() if path.name.startswith(".incoming")]
    assert len(left) <= 12
    assert web.asked


def test_two_pulls_of_one_source_do_not_meet(small: Small, web: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    from filelock import FileLock  # noqa: PLC0415 - here only

    from campaign.errors import SourceError  # noqa: PLC0415

    monkeypatch.setattr("etl.pull.WAIT_FOR_ANOTHER", 0.1)
    (small.config.data / "run").mkdir(parents=True)
    with FileLock(small.config.data / "run" / "pull-web.lock"), pytest.raises(SourceError, match="another process"):
        pull_source(small.config, "web")
    assert web.asked == []
    assert pull_source(small.config, "web")["accepted"] == 3
    assert Path(small.config.data / "run" / "pull-web.lock").exists()
