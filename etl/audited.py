"""What shells tell the audit log: who typed a command, and how the configuration changed since it was last in force."""

from __future__ import annotations

import getpass
import hashlib
import json
import logging
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from access.audit import What, folder, note, plain
from campaign.configuration import Configuration
from campaign.explanations import EXPLAIN
from etl.envelope import Envelope, Kind
from warehouse.versions import write_whole

LOG = logging.getLogger(__name__)
HOUSE = "house"  # what happens by the clock, and not because somebody asked
KNOWN = "configuration.json"  # the keys of the configuration last told, each with a mark of its value


def terminal() -> str:
    """Return who types at this machine's terminal, as the log names him: `terminal:` and the system's user."""
    try:
        return f"terminal:{getpass.getuser()}"
    except (OSError, KeyError, ImportError):  # a container may run as a user without a name
        return "terminal:"


def by_command(config: Configuration, what: What, campaign: str = "", **about: object) -> None:
    """Put on record what somebody did from the terminal; a fact that is empty or None is left out.

    It is done by then: whoever has a terminal here could do it without us, so a failing disk is only told aloud.
    """
    told = {name: value for name, value in about.items() if value not in ("", None)}
    note(config, what, terminal(), told, campaign=campaign, is_done=True)


def handed_in(config: Configuration, envelope: Envelope, files: Sequence[tuple[str, bytes]]) -> None:
    """Put on record that somebody hands something in, before it is; SourceError when that cannot be kept."""
    about: dict[str, object] = {"envelope": envelope.id}
    what = What.SUBMIT
    if envelope.kind is Kind.DECISIONS:
        said = [one for _, content in files for one in _decided(content)]
        what = What.EXPLAIN if set(said) == {EXPLAIN} else What.DECIDE
        about |= {"did": [f"{one} {said.count(one)}" for one in dict.fromkeys(said)]}
    elif envelope.kind is Kind.NOTICE:
        what = What.ISSUE
        about |= _ordered(files[0][1]) if files else {}
    else:
        about |= {"file": [name for name, _ in files], "bytes": sum(len(content) for _, content in files)}
    source = {"source": envelope.source} if envelope.source else {}
    note(config, what, envelope.sender.id, about | source, ip=envelope.ip, campaign=envelope.campaign, at=envelope.at)


def _decided(content: bytes) -> list[str]:
    """Return what each decision is; none of what cannot be read: the intake refuses that."""
    try:
        return [str(one.get("what", "")) for one in json.loads(content)["decisions"]]
    except (ValueError, KeyError, TypeError, AttributeError):
        return []


def _ordered(content: bytes) -> dict[str, object]:
    try:
        order = json.loads(content)
    except ValueError:
        return {}
    asked = order if isinstance(order, dict) else {}
    return {name: asked[name] for name in ("period", "unit", "number", "replaces") if asked.get(name)}


def taken_in(config: Configuration, envelope: Envelope, outcome: Mapping[str, Any]) -> None:
    """Put on record what became of something handed in: taken in, or refused and why."""
    about: dict[str, object] = {"envelope": envelope.id}
    if "error" in outcome:
        what, facts = What.REFUSED, {"why": outcome["error"]}
    else:
        what, facts = What.ADMIT, {name: value for name, value in outcome.items() if isinstance(value, str | int)}
    note(config, what, envelope.sender.id, about | facts, ip=envelope.ip, campaign=envelope.campaign)


def configuration_told(config: Configuration, now: datetime | None = None) -> list[str]:
    """Put on record what changed in the configuration since it was last told, and return the keys that did.

    Only keys are named, never a value: a value may be a secret. The first time, it is told as new.
    """
    at = now or datetime.now(UTC)
    marks, file = _marks(config), folder(config) / KNOWN
    known = _known(file)
    changed = (
        [] if known is None else sorted(key for key in marks.keys() | known.keys() if marks.get(key) != known.get(key))
    )
    if known is not None and not changed:
        return []
    digest = hashlib.sha256(json.dumps(marks, sort_keys=True).encode()).hexdigest()[:16]
    news: dict[str, object] = {"new": True} if known is None else {"changed": changed}
    note(config, What.CONFIGURATION, terminal(), {"file": config.path.name, "mark": digest, **news}, at=at)
    if folder(config).is_dir():
        write_whole(file, json.dumps(marks, ensure_ascii=False, indent=1, sort_keys=True).encode())
    return changed


def grants_told(config: Configuration) -> bool:
    """Put on record that the file of grants is another one than was last told; tell whether it is.

    It counts at once, with no restart: whoever reads it anew says so. Nothing is told before the first start has been.
    """
    path, file = config.access.grants_file if config.access else None, folder(config) / KNOWN
    known = _known(file)
    if path is None or known is None:
        return False
    key, mark = _file_mark(config, path)
    if known.get(key) == mark:
        return False
    note(config, What.CONFIGURATION, HOUSE, {"file": path.name, "mark": mark, "changed": [key]})
    try:
        write_whole(file, json.dumps({**known, key: mark}, ensure_ascii=False, indent=1, sort_keys=True).encode())
    except OSError as problem:
        LOG.error("%s: %s; it is told once more", file, problem)  # noqa: TRY400 - one line
    return True


def _known(file: Path) -> dict[str, str] | None:
    try:
        found = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return {str(key): str(value) for key, value in found.items()} if isinstance(found, dict) else None


def _marks(config: Configuration) -> dict[str, str]:
    """Return a mark of each value of the configuration file and of the files it names, by dotted key.

    A mark is salted with the whole key, and as short as tells a change: nobody guesses a value back from it.
    """
    document = tomllib.loads(config.text) if config.text else {}
    found = {plain(key, 120): _mark(key, repr(value).encode()) for key, value in _flat(document)}
    files = [path for one in config.campaigns for path in (one.units, one.targets) if path is not None]
    if config.access is not None and config.access.grants_file is not None:
        files.append(config.access.grants_file)
    return found | dict(_file_mark(config, path) for path in files)


def _file_mark(config: Configuration, path: Path) -> tuple[str, str]:
    """Return the key of a file, its place beside the configuration, and the mark of its content."""
    beside = config.path.parent
    name = path.relative_to(beside).as_posix() if path.is_relative_to(beside) else str(path)
    try:
        return f"file {name}", _mark(name, path.read_bytes())
    except OSError:  # it is not there, or not ours to read
        return f"file {name}", _mark(name, b"")


def _mark(key: str, value: bytes) -> str:
    return hashlib.sha256(key.encode() + b"\0" + value).hexdigest()[:6]


def _flat(table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, object]]:
    """Yield every value by its dotted key; a table among several is named by its id, name or user, else its place.

    Of several of one name the second is `NAME:2`, and so on.
    """
    for name, value in table.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{name}.")
        elif isinstance(value, list) and value and all(isinstance(one, Mapping) for one in value):
            met: Counter[str] = Counter()
            for number, one in enumerate(value, 1):
                called = next((str(one[key]) for key in ("id", "name", "user") if isinstance(one.get(key), str)), "")
                called = called or str(number)
                met[called] += 1
                yield from _flat(one, f"{prefix}{name}[{called}{f':{met[called]}' if met[called] > 1 else ''}].")
        else:
            yield f"{prefix}{name}", value
