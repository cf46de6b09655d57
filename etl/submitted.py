"""Submitted: what pages hand in, one folder an envelope, and how the scheduler takes it in, once.

<data>/submitted/ID/envelope.json and its files, written under another name and renamed; `.taking-ID` while a scheduler
works on it; results/ID.json says how it ended. What could not be taken is kept in refused/ID, as it was handed in.
"""

from __future__ import annotations

import json
import logging
import re
import shutil
import unicodedata
import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from campaign.access import Right
from campaign.configuration import Campaign, Configuration
from campaign.errors import CanDichError, ContractError, SourceError
from campaign.notices import Order, read_order
from etl.audited import handed_in, taken_in
from etl.envelope import Envelope, Kind, Sender, read_envelope
from etl.intake import ingest, received_store, recover, source_for
from etl.publishing import known_campaign
from etl.received import Received
from etl.register import as_document, opened
from etl.rights import entitled
from etl.submission import DECISIONS
from reporting.figures import store_of
from warehouse.reader import Reader
from warehouse.versions import sha256_of, sync_folder, write_whole

LOG = logging.getLogger(__name__)
ENVELOPE = "envelope.json"
ORDER = "notice.json"
RESULTS, REFUSED = "results", "refused"
DRAFT, TAKING = ".draft-", ".taking-"
MOST_OF_A_NAME = 60
_ID = re.compile(r"[0-9]{8}T[0-9]{12}-[0-9a-f]{32}")
_UNSAFE = re.compile(r'[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069/\\:*?"<>|]')


def folder(config: Configuration) -> Path:
    """Return the folder that envelopes of a data root are put in."""
    return config.data / "submitted"


def safe_name(name: str) -> str:
    """Return a file name that can do no harm: no folder, no control sign, no hidden file, not long."""
    plain = unicodedata.normalize("NFC", name.encode("utf-8", "replace").decode("utf-8"))
    bare = _UNSAFE.sub("_", plain).strip(". ")
    stem, dot, ending = bare.rpartition(".")
    if not dot or len(ending) > 5:  # noqa: PLR2004 - the longest ending we know
        stem, ending = bare, ""
    room = MOST_OF_A_NAME - len(ending) - 1
    return (stem[:room].strip(". ") or "tep") + (f".{ending}" if ending else "")


def submit(
    config: Configuration, campaign: str, kind: Kind, sender: Sender, files: Sequence[tuple[str, bytes]],
    source: str = "", ip: str = "",
) -> str:  # fmt: skip
    """Hand something in, and return the id by which result() tells how it ended.

    `files`: (name, content). The scheduler sees the whole envelope or none of it.
    """
    now = datetime.now(UTC)
    name = f"{now:%Y%m%dT%H%M%S%f}-{uuid.uuid4().hex}"
    envelope = Envelope(name, kind, campaign, sender, now, source, ip)
    draft = folder(config) / f"{DRAFT}{name}"
    draft.mkdir(parents=True)
    try:
        listed = []
        for number, (given, content) in enumerate(files):
            place = draft / str(number) / safe_name(given)
            place.parent.mkdir()
            write_whole(place, content)
            listed.append({"name": place.name, "kept": f"{number}/{place.name}", "sha256": sha256_of(place)})
        document = {**envelope.document(), "files": listed}
        write_whole(draft / ENVELOPE, json.dumps(document, ensure_ascii=False, indent=1).encode())
        handed_in(config, envelope, files)
        draft.rename(folder(config) / name)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    sync_folder(folder(config))
    return name


def submit_decisions(
    config: Configuration, campaign: str, sender: Sender, decisions: Sequence[Mapping[str, Any]], ip: str = ""
) -> str:
    """Hand in decisions, and return the id by which result() tells how they ended."""
    content = json.dumps({"decisions": list(decisions)}, ensure_ascii=False, indent=1).encode()
    return submit(config, campaign, Kind.DECISIONS, sender, [(DECISIONS, content)], ip=ip)


def submit_order(config: Configuration, campaign: str, sender: Sender, order: Order, ip: str = "") -> str:
    """Hand in an order for a notice, and return the id by which result() tells how it ended."""
    content = json.dumps(order.document(), ensure_ascii=False, indent=1).encode()
    return submit(config, campaign, Kind.NOTICE, sender, [(ORDER, content)], ip=ip)


def result(config: Configuration, name: str) -> dict[str, Any] | None:
    """Return how an envelope ended: what `ingest --json` says, or `error`; None while it waits."""
    if not _ID.fullmatch(name):
        return None
    try:
        found = json.loads((folder(config) / RESULTS / f"{name}.json").read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return dict(found)


def waiting(config: Configuration) -> list[Path]:
    """Return the envelopes not yet taken in, the oldest first; those a dead scheduler worked on are among them."""
    found = [one for one in folder(config).glob("*") if _ID.fullmatch(one.name.removeprefix(TAKING))]
    return sorted(found, key=lambda one: one.name.removeprefix(TAKING))


def take_all(config: Configuration) -> int:
    """Take every waiting envelope in, in the order they were handed in; return how many ended.

    One process does this at a time. SourceError when a campaign's lock is held, or the disk fails: its envelopes wait
    on, those of other campaigns do not.
    """
    ended, blocked, problem = 0, set[str](), None
    for place in waiting(config):
        campaign = _campaign_of(place)
        if campaign not in blocked:
            try:
                _take(config, place)
                ended += 1
            except SourceError as found:
                blocked.add(campaign)
                problem = found
    if problem is not None:
        raise problem
    return ended


def _campaign_of(place: Path) -> str:
    try:
        return str(json.loads((place / ENVELOPE).read_text("utf-8"))["campaign"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def _take(config: Configuration, place: Path) -> None:
    """Take one envelope in, and leave word of how it ended."""
    name = place.name.removeprefix(TAKING)
    work = place.with_name(f"{TAKING}{name}")
    if place != work:
        place.rename(work)
    if result(config, name) is None:
        outcome = _outcome(config, work, cut_short=place == work)
        results = folder(config) / RESULTS
        results.mkdir(exist_ok=True)
        if "error" in outcome:
            aside = folder(config) / REFUSED
            aside.mkdir(exist_ok=True)
            shutil.copytree(work, aside / name, dirs_exist_ok=True)
        _put_on_record(config, work, outcome)
        write_whole(results / f"{name}.json", json.dumps(outcome, ensure_ascii=False).encode())
    shutil.rmtree(work)


def _put_on_record(config: Configuration, work: Path, outcome: Mapping[str, Any]) -> None:
    """Leave word in the audit log of how an envelope ended, in the name of whoever handed it in."""
    try:
        envelope = read_envelope(json.loads((work / ENVELOPE).read_text("utf-8")), work.name)
    except (OSError, ValueError, ContractError):  # nobody can be named: the log of the scheduler has told it
        return
    taken_in(config, envelope, outcome)


def _outcome(config: Configuration, work: Path, *, cut_short: bool) -> dict[str, Any]:
    """Take one envelope in and return what became of it."""
    name = work.name.removeprefix(TAKING)
    try:
        outcome = _taken(config, work, cut_short=cut_short)
    except SourceError:  # the lock, or the disk: it is tried again
        raise
    except CanDichError as problem:
        LOG.warning("envelope %s refused: %s", name, problem)
        return {"error": str(problem), "where": problem.where, "found": problem.found, "expected": problem.expected}
    except Exception as problem:
        LOG.exception("envelope %s failed", name)
        return {"error": repr(problem), "where": f"envelope {name}", "found": repr(problem), "expected": ""}
    LOG.info("envelope %s: %s", name, ", ".join(f"{key} {value}" for key, value in outcome.items()))
    return outcome


def _taken(config: Configuration, work: Path, *, cut_short: bool) -> dict[str, Any]:
    name = work.name.removeprefix(TAKING)
    envelope, files = _opened(work, name)
    campaign = known_campaign(config, envelope.campaign)
    if cut_short:
        done = _done(config, campaign, envelope)
        if done is not None:
            return done
    envelope = entitled(config, envelope)
    if envelope.kind is Kind.NOTICE:
        return _issued(config, campaign, envelope, files)
    source = source_for(config, campaign, envelope.source or None)
    return ingest(config, campaign, files, source, envelope=envelope).document()


def _issued(config: Configuration, campaign: Campaign, envelope: Envelope, files: list[Path]) -> dict[str, Any]:
    """Issue the notice an envelope asks for; one that was issued before its scheduler died is that very notice."""
    from etl.numbered import issue  # noqa: PLC0415 - what makes letters is loaded when one is made

    where = f"envelope {envelope.id}"
    try:
        content = json.loads(files[0].read_text("utf-8"))
    except (OSError, ValueError) as problem:
        raise ContractError(where, f"is damaged ({problem!r})", "submit it again") from None
    order, seen = read_order(content, where), envelope.scope(Right.SEE)
    return as_document(issue(config, campaign, order, envelope.sender, envelope.id, seen=seen))


def _opened(work: Path, name: str) -> tuple[Envelope, list[Path]]:
    """Return an envelope and its files; ContractError when a file is not what was handed in."""
    where = f"envelope {name}"
    try:
        content = json.loads((work / ENVELOPE).read_text("utf-8"))
        envelope = read_envelope(content, where)
        listed = [(work / str(one["kept"]), str(one["sha256"])) for one in content["files"]]
    except (OSError, ValueError, KeyError, TypeError) as problem:
        raise ContractError(where, f"is damaged ({problem!r})", "submit it again") from None
    for path, digest in listed:
        if not path.resolve().is_relative_to(work.resolve()) or not path.is_file() or sha256_of(path) != digest:
            raise ContractError(where, f"{path.name} is not as it was handed in", "submit it again")
    if envelope.id != name or not listed:
        raise ContractError(where, "is not what its name says", "submit it again")
    return envelope, [path for path, _ in listed]


def _done(config: Configuration, campaign: Campaign, envelope: Envelope) -> dict[str, Any] | None:
    """Return what an envelope did, if a run that was cut short had come to its end; None otherwise."""
    if envelope.kind is Kind.NOTICE:
        with opened(config) as known:  # which tidies up after a killed issue, too
            issued = next((one for one in known if one.envelope == envelope.id), None)
        return None if issued is None else as_document(issued)
    return _finished(config, campaign, envelope.id)


def _finished(config: Configuration, campaign: Campaign, envelope: str) -> dict[str, Any] | None:
    """Return what the load of an envelope did, if it was published; None otherwise."""
    kept, store = received_store(config, campaign.id), store_of(config, campaign.id)
    with store.lock():
        recover(kept, store)
    load = kept.load_of(envelope)
    return None if load is None else _document(config, campaign, load)


def _document(config: Configuration, campaign: Campaign, load: Received) -> dict[str, Any]:
    store = store_of(config, campaign.id)
    current = store.current()
    nothing = dict.fromkeys(("read", "accepted", "unchanged", "held", "rejected", "flagged"), 0)
    if current is None:
        return {"batch": load.batch, "version": "", **nothing}
    reader = Reader(store.path(current.version))
    try:
        batch = next((one for one in reader.batches() if one.id == load.batch), None)
    finally:
        reader.close()
    counts = {name: getattr(batch, name) for name in nothing} if batch else nothing
    return {"batch": load.batch, "version": current.version, **counts}
