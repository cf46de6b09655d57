"""Sources that misbehave in every way: one line that names the place, nothing half-written, the others go on."""

import gzip
import io
import json
import os
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

import etl.pull
from campaign.configuration import Configuration, Source
from campaign.errors import CanDichError, ConfigError, ContractError, SourceError
from etl.commands import main
from etl.pull import pull_source
from etl.pulls import history
from etl.reading import read_table
from etl.sources.arrival import Fetched
from tests.served import Says, Served, serving
from tests.warehouse.small import CONFIG, Small, counts

OLD_BOOK = (Path(__file__).parent / "data" / "bieu.xls").read_bytes()
FOLDER = '\n[[source]]\nname = "inbox"\ncampaign = "nho"\npath = "inbox"\n'
CSV = {"Content-Type": "text/csv"}
JSON = {"Content-Type": "application/json"}
GOOD = counts(("00101", "3", 5))


@pytest.fixture
def inbox(small: Small, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(etl.pull, "LOOK_AGAIN_AFTER", 0.02)
    small.write("config.toml", CONFIG + FOLDER)
    (small.folder / "inbox").mkdir()
    return small.folder / "inbox"


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    monkeypatch.setattr("etl.sources.client.FIRST_WAIT", 0.01)
    with serving() as served:
        yield served


def configure(small: Small, url: str, more: str = "") -> None:
    source = f'[[source]]\nname = "web"\ncampaign = "nho"\nkind = "http"\nurl = "{url}"\n'
    small.write("config.toml", f"{CONFIG}\n{source}{more}\n")


def refusal(small: Small, kind: type[CanDichError], name: str = "web") -> str:
    """Pull, and return what is said: one line, the same that is left for the page."""
    with pytest.raises(kind) as told:
        pull_source(small.config, name)
    words = str(told.value)
    assert "\n" not in words
    assert history(small.config, name)[0]["error"] == words
    return words


@pytest.mark.parametrize("kept", [100, 512, 700, 3000, 5000, len(OLD_BOOK) - 900, len(OLD_BOOK) - 40])
def test_an_old_workbook_cut_anywhere_is_told_and_ends_nobody(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], kept: int
) -> None:
    (tmp_path / "b.xls").write_bytes(OLD_BOOK[:kept])
    with pytest.raises(ContractError, match=r"^b\.xls"):
        read_table(tmp_path / "b.xls", "b.xls")
    assert "panic" not in capfd.readouterr().err


def test_a_broken_old_workbook_keeps_no_other_file_out(small: Small, inbox: Path) -> None:
    (inbox / "a.csv").write_text(GOOD)
    (inbox / "b.xls").write_bytes(OLD_BOOK[:5000])
    assert "b.xls" in refusal(small, ContractError, "inbox")
    assert small.done() == 5


def packed(name: str, content: bytes, how: int) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", how) as archive:
        archive.writestr(name, content)
    return out.getvalue()


PLAIN = packed("báo cáo.csv", GOOD.encode(), zipfile.ZIP_DEFLATED)


@pytest.mark.parametrize(
    "content",
    [
        packed("a.csv", GOOD.encode(), zipfile.ZIP_LZMA),
        PLAIN.replace("báo".encode(), b"b\xff\xffo"),
        PLAIN[:-10],
        PLAIN.replace(b"PK\x01\x02", b"PK\x01\x09"),
        packed("a.csv", b"x" * 99, zipfile.ZIP_STORED).replace(b"xxx", b"xyx"),
    ],
    ids=["lzma", "a name that is no text", "cut", "no directory", "another sum"],
)
def test_an_archive_that_is_none_keeps_no_other_file_out(small: Small, inbox: Path, content: bytes) -> None:
    (inbox / "a.csv").write_text(GOOD)
    (inbox / "b.zip").write_bytes(content)
    assert "b.zip" in refusal(small, ContractError, "inbox")
    assert small.done() == 5


def fill_the_disk(monkeypatch: pytest.MonkeyPatch, of: str) -> None:
    """Let every file whose name fits be written where there is no room."""
    real = Path.open

    def full(self: Path, mode: str = "r", *more: object, **named: object) -> object:
        there = Path("/dev/full") if mode == "wb" and self.match(of) else self
        return real(there, mode, *more, **named)  # type: ignore[call-overload]

    monkeypatch.setattr(Path, "open", full)


def test_a_disk_that_is_full_is_not_the_fault_of_the_archive(
    small: Small, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (inbox / "a.zip").write_bytes(PLAIN)
    with monkeypatch.context() as patched:
        fill_the_disk(patched, "00000.csv")
        assert "No space left on device" in refusal(small, SourceError, "inbox")
    assert pull_source(small.config, "inbox")["accepted"] == 1, "it is tried again"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("[" * 100_000, "is not valid JSON"),
        ('{"a":' * 400 + "1" + "}" * 400, "is a JSON object with 0 lists"),
        ("[" + '{"a":' * 950 + "1" + "}" * 950 + "]", "JSON"),
        ('[{"unit_code": "00101", "count": 5, "count": 7}]', "the key 'count' stands twice in one object"),
        ('[{"count": ' + "9" * 5000 + "}]", "is not valid JSON"),
    ],
    ids=["deep lists", "deep object", "deep record", "a key twice", "endless number"],
)
def test_json_that_is_no_list_of_records_is_told(small: Small, inbox: Path, content: str, says: str) -> None:
    (inbox / "a.csv").write_text(GOOD)
    (inbox / "b.json").write_text(content)
    told = refusal(small, ContractError, "inbox")
    assert "b.json" in told
    assert says in told
    assert small.done() == 5


def test_numbers_of_json_that_are_none_are_refused_row_by_row(small: Small, inbox: Path) -> None:
    found = ["NaN", "Infinity", "1e400", "1.5", '"1.5e3"', "-0.0", "1500.0", "1" + "0" * 30]
    rows = [f'{{"unit_code": "00101", "as_of": "2025-02-03", "count": {one}}}' for one in found]
    for number, row in enumerate(rows):
        (inbox / f"{number}.json").write_text(f"[{row}]")
    taken = pull_source(small.config, "inbox")
    assert (taken["read"], taken["rejected"]) == (8, 6)
    assert small.done() == 1500


def test_names_of_files_may_be_anything(small: Small, inbox: Path) -> None:
    names = [b"a\nb.csv", "báo cáo 📋.csv".encode(), b"b\xe1o.csv", b"..csv.csv", ("ế" * 83).encode() + b".csv"]
    for number, name in enumerate(names):
        path = os.path.join(os.fsencode(inbox), name)  # noqa: PTH118 - bytes
        with open(path, "wb") as out:  # noqa: PTH123 - bytes
            out.write(counts(("00101", str(3 + number % 5), 5 + number)).encode())
    taken = pull_source(small.config, "inbox")
    assert (taken["files"], taken["accepted"]) == (4, 4)  # the one that begins with a dot is hidden
    assert pull_source(small.config, "inbox")["files"] == 0
    code, out, errors = small.command("issues", "--campaign", "nho")
    assert (code, errors) == (0, "")
    before = small.table()
    small.command("rebuild", "--campaign", "nho")
    assert small.table() == before
    assert out


def test_long_names_of_odd_bytes_that_end_alike_are_files_of_their_own(small: Small, inbox: Path) -> None:
    ends = "_báo_cáo_tiến_độ_số_hóa_sổ_hộ_tịch_ngày_05_tháng_02.csv".encode("utf-16-le").replace(b"\0", b"")
    files = {b"xa An": counts(("00101", "5", 11)), b"xa B\xecnh": counts(("00102", "5", 22)), b"xa Chi": "\0"}
    for name, content in files.items():
        with open(os.path.join(os.fsencode(inbox), name + ends), "wb") as out:  # noqa: PTH118, PTH123 - bytes
            out.write(content.encode())
    assert refusal(small, ContractError, "inbox").count("xa Chi_b") == 1
    assert small.done() == 33, "a bad one keeps none of the others out"
    assert pull_source(small.config, "inbox")["files"] == 0


def test_a_refused_file_is_named_on_one_line_whatever_its_name(small: Small, inbox: Path) -> None:
    (inbox / "a\nb.csv").write_bytes(b"\xff\xfe\x00")
    assert "a%0ab.csv" in refusal(small, ContractError, "inbox")


def test_links_in_a_circle_keep_no_file_out(small: Small, inbox: Path) -> None:
    (inbox / "a.csv").write_text(GOOD)
    (inbox / "b.csv").symlink_to(inbox / "c.csv")
    (inbox / "c.csv").symlink_to(inbox / "b.csv")
    told = refusal(small, ContractError, "inbox")
    assert "b.csv: not readable" in told
    assert small.done() == 5


def test_a_folder_that_vanishes_is_no_quiet_day(small: Small, inbox: Path) -> None:
    (inbox / "a.csv").write_text(GOOD)
    pull_source(small.config, "inbox")
    inbox.rename(small.folder / "elsewhere")
    assert "inbox: not readable" in refusal(small, SourceError, "inbox")
    assert not inbox.exists()
    (small.folder / "elsewhere").rename(inbox)
    assert pull_source(small.config, "inbox")["files"] == 0


def test_one_name_twice_in_an_archive_is_two_files_of_one_load(small: Small, inbox: Path) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.csv", counts(("00101", "3", 5)))
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("a.csv", counts(("00101", "3", 6)))
    (inbox / "a.zip").write_bytes(out.getvalue())
    taken = pull_source(small.config, "inbox")
    assert taken["read"] == 2
    assert taken["read"] == sum(taken[one] for one in ("accepted", "unchanged", "held", "rejected"))
    before = small.table()
    small.command("rebuild", "--campaign", "nho")
    assert small.table() == before


@pytest.mark.parametrize("link", ["http://[bad", "ftp://elsewhere/x", "http://", "http://a b/", "//[::1", 7])
def test_a_next_link_that_is_no_address_is_the_servers_fault(small: Small, web: Served, link: object) -> None:
    web.says["/x"] = Says(json.dumps({"r": [], "next": link}), headers=JSON)
    configure(small, f"{web.address}/x", 'records = "r"\n[source.pagination]\nkind = "next"\nnext = "next"\n')
    assert f"source web: {web.address}/x" in refusal(small, (ContractError, SourceError))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "location", ["http://[bad", "ftp://elsewhere/x", "file:///etc/passwd", "http://", "http://a:99999/"]
)
def test_a_redirect_to_what_is_no_address_is_told(small: Small, web: Served, location: str) -> None:
    web.says["/x"] = Says(status=302, headers={"Location": location})
    configure(small, f"{web.address}/x", "tries = 2")
    assert f"source web: {web.address}/x" in refusal(small, SourceError)


@pytest.mark.parametrize("after", ["9" * 400, "3600", "-1", "²", "Wed, 21 Oct 9999 07:28:00 GMT", "NaN"])
def test_whatever_a_busy_server_asks_for_the_pull_ends(small: Small, web: Served, after: str) -> None:
    web.says["/x"] = Says(status=429, headers={"Retry-After": after.encode().decode("latin-1")})
    configure(small, f"{web.address}/x", "tries = 2\ndeadline = 5")
    assert "answered 429" in refusal(small, SourceError)


def test_what_is_packed_twice_is_not_unpacked(small: Small, web: Served) -> None:
    bomb = gzip.compress(gzip.compress(b"\0" * (64 << 20)))
    web.says["/x"] = Says(bomb, headers={**CSV, "Content-Encoding": "gzip, gzip"})
    configure(small, f"{web.address}/x", "most_mb = 1")
    assert "packed as gzip, gzip" in refusal(small, SourceError)


def test_a_token_that_cannot_be_sent_is_named_and_never_told(
    small: Small, web: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOKEN", "bímật-của-tôi")
    configure(small, f"{web.address}/x", 'headers = { Authorization = "Bearer ${TOKEN}" }')
    told = refusal(small, ConfigError)
    assert "headers.Authorization" in told
    assert "mật" not in told


def test_a_name_given_by_a_server_is_shortened(small: Small, web: Served) -> None:
    web.says["/x"] = Says(
        GOOD, headers={**CSV, "Content-Disposition": "attachment; filename*=UTF-8''" + "%F0%A0%80%80" * 100 + ".csv"}
    )
    configure(small, f"{web.address}/x")
    assert pull_source(small.config, "web")["accepted"] == 1


def test_a_disk_that_is_full_is_told_as_that(small: Small, web: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    web.says["/x"] = Says(GOOD, headers=CSV)
    configure(small, f"{web.address}/x")
    with monkeypatch.context() as patched:
        fill_the_disk(patched, "answer")
        assert "No space left on device" in refusal(small, SourceError)
    assert web.paths == ["/x"], "asking again would not make room"
    assert pull_source(small.config, "web")["accepted"] == 1


def test_whatever_befalls_one_source_the_others_are_pulled(
    small: Small, inbox: Path, web: Served, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    web.says["/x"] = Says(GOOD, headers=CSV)
    scheduled = FOLDER + 'schedule = "* * * * *"\n'
    source = f'[[source]]\nname = "web"\ncampaign = "nho"\nkind = "http"\nurl = "{web.address}/x"\n'
    small.write("config.toml", f'{CONFIG}{scheduled}{source}schedule = "* * * * *"\n')
    real = etl.pull._fetch

    def fetch(config: Configuration, source: Source, scratch: Path) -> Fetched:
        if source.kind == "folder":
            raise RuntimeError("a bolt\nfrom the blue")
        return real(config, source, scratch)

    monkeypatch.setattr(etl.pull, "_fetch", fetch)
    assert main(["--config", str(small.path), "run"]) == 1
    told = capsys.readouterr()
    assert "a bolt from the blue" in told.err
    assert "accepted=1" in told.out
    assert inbox.is_dir()
