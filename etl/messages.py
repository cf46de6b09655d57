"""Messages: the evening brief, sent on schedule to whom the configuration names, at most once each.

A scheduled message is sent within the hour after its time, once a day of figures. What was surely refused is tried
again in that hour, later and later; what cannot be known is never sent again but by a person. Each message is of one
unit, built through a scope that holds that unit and nothing beside it.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal

from campaign.configuration import Configuration
from campaign.errors import CanDichError, SourceError, UsageError
from campaign.paperwork import Message
from campaign.scope import EVERYTHING, Scope
from etl import cron, freshness
from etl.outbox import Note, Outbox, State, Why
from etl.publishing import failure_of
from reporting.brief import Brief, Failing, brief, top_of
from reporting.burnup import Burnup
from reporting.figures import Figures
from reporting.links import public_link
from reporting.texts import text

WINDOW = timedelta(hours=1)
WAITS = (timedelta(0), timedelta(minutes=1), timedelta(minutes=4), timedelta(minutes=12), timedelta(minutes=25))
HAND_WAIT_SECONDS = 30.0
FRESH = timedelta(days=1)


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Target:
    """One address of a variable: how it may be named, a mark of it, and the service behind it (None: `why` not)."""

    named: str
    mark: str
    service: Any = field(default=None, repr=False, compare=False)
    why: str = ""


@dataclass(frozen=True, slots=True)
class Parcel:
    """One brief for one address."""

    key: str
    message: Message
    unit: str
    target: Target
    brief: Brief
    title: str
    version: str
    drawn: Burnup | None = None

    def note(self, state: State, attempt: int, by: str, why: str = "", code: str = "") -> Note:
        """Return a step of this parcel, now."""
        return Note(
            at=_now().isoformat(), key=self.key, state=state, message=self.message.name,
            campaign=self.message.campaign, unit=self.unit, as_of=self.brief.row.as_of.isoformat(),
            to=self.target.named, attempt=attempt, by=by, version=self.version, why=why, code=code,
        )  # fmt: skip


# What goes where


def targets(message: Message) -> list[Target]:
    """Return every address of a message; a variable that is not set, or not understood, is one that says why not."""
    from etl.handing import addresses, services  # noqa: PLC0415 - apprise is loaded by whoever sends, nobody else

    found = []
    for variable in (one.removeprefix("env:") for one in message.to):
        written = addresses(os.environ.get(variable, ""))
        if not written:
            found.append(Target(variable, _mark(variable), why=Why.NOT_SET))
        made = [(address, service) for address in written for service in services(address) or [None]]
        for number, (address, service) in enumerate(made, 1):
            kind = address.partition("://")[0].lower() if service is not None else "?"
            named = f"{kind} ({variable}{f' #{number}' if len(made) > 1 else ''})"
            box = str(getattr(service, "targets", "")) if service is not None else ""
            mark = _mark(f"{address}\n{box}")
            found.append(Target(named, mark, service, "" if service is not None else Why.NOT_UNDERSTOOD))
    return list({one.mark: one for one in reversed(found)}.values())[::-1]  # one address given twice is one address


def _mark(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()[:12]


def everything(_key: str, _day: date) -> bool:
    """Want every parcel."""
    return True


def parcels(
    config: Configuration,
    message: Message,
    now: datetime,
    day_of: datetime | date | None = None,
    wanted: Callable[[str, date], bool] = everything,
) -> list[Parcel]:
    """Return what a message would send: of the day closed last, or closed last at some moment, or of one day.

    `wanted`: which keys, of which day of figures; nothing is made for the others. Raises UsageError for a unit that is
    not in the campaign, SourceError before the first figures.
    """
    found, sendable = [], targets(message)
    for unit in dict.fromkeys(message.units) or (None,):
        with _figures(config, message, unit) as figures:
            day = _day(figures, day_of or now)
            code = unit or top_of(figures, day)
            keys = {target: f"{message.name}/{message.campaign}/{code}/{day}/{target.mark}" for target in sendable}
            chosen = {target: key for target, key in keys.items() if wanted(key, day)}
            if not chosen:
                continue
            made = brief_of(config, figures, day, now, message.language or config.language, code)
            title = message.title.get(made.lang) or text("message.title", made.lang, name=made.row.name, on=day)
            drawn = _drawn(figures, made) if message.attach else None
            found += [Parcel(key, message, code, one, made, title, figures.version, drawn)
                      for one, key in chosen.items()]  # fmt: skip
    return found


def _day(figures: Figures, of: datetime | date) -> date:
    return figures.default_as_of(of) if isinstance(of, datetime) else of


@contextmanager
def _figures(config: Configuration, message: Message, unit: str | None) -> Iterator[Figures]:
    """Open the figures that a message may speak of: of its unit and all below it, and nothing else."""
    scope = EVERYTHING if unit is None else Scope(units=frozenset({unit}), campaigns=frozenset({message.campaign}))
    figures = Figures.open(config, message.campaign, scope=scope)
    try:
        yield figures
    finally:
        figures.close()


def brief_of(
    config: Configuration, figures: Figures, as_of: date, now: datetime, lang: str, unit: str | None = None
) -> Brief:
    """Return the brief of a unit with what fails on our side now."""
    campaign = figures.campaign.id
    configured = tuple(one.name for one in config.sources if one.campaign == campaign)
    ours = Failing(freshness.outages(config, campaign, now), configured, failure_of(config, campaign))
    code = unit or top_of(figures, as_of)
    link = public_link(config.public_url, campaign, code)
    return brief(figures, as_of, now, lang, code, failing=ours, link=link)


def _drawn(figures: Figures, of: Brief) -> Burnup:
    from reporting.brief_page import picture_of  # noqa: PLC0415 - the typesetter is loaded only for a page

    return picture_of(figures, of)


# On schedule


def due(config: Configuration, now: datetime) -> list[tuple[Message, datetime]]:
    """Return the messages whose time came within the last hour, each with that time."""
    found = ((one, _fired(config, one.schedule, now)) for one in config.messages if one.schedule)
    return [(one, at) for one, at in found if at is not None]


def _fired(config: Configuration, schedule: str, now: datetime) -> datetime | None:
    """Return the last time of a schedule in the hour up to now."""
    trigger, last = cron.trigger(schedule, config.zone), None
    at = trigger.get_next_fire_time(None, now - WINDOW)
    while at is not None and at <= now:
        last, at = at, trigger.get_next_fire_time(None, at + timedelta(seconds=1))
    return last


def send_due(config: Configuration, now: datetime | None = None) -> Mapping[str, int]:
    """Send what is due and was not sent, and return how many were sent, surely refused, and are unknown.

    Raises SourceError naming the messages that could not be made; the others have gone out all the same.
    """
    moment = now or _now()
    messages = due(config, moment)
    if not messages:
        return {}
    box, done, trouble = Outbox(config), [], []
    try:
        with box.locked(0):
            for one, fired in messages:
                try:
                    found = parcels(config, one, moment, fired, wanted=_may_go(box, one, config, moment))
                    done += deliver(box, found, "schedule") if box.is_whole_since(fired) else _doubted(box, found)
                except CanDichError as problem:
                    trouble.append(f"message {one.name}: {problem}")
    except SourceError:
        return {}  # another process sends; it is looked at again in a minute
    if trouble:
        raise SourceError("; ".join(trouble), "was not sent", "mend it; it is tried again within the hour")
    refused = [one for one in done if one.state is State.REFUSED]
    if refused:
        told = ", ".join(sorted({f"{one.message} → {one.to} ({one.why})" for one in refused}))
        raise SourceError("messages", f"not taken: {told}", "they are tried again within the hour; see send --list")
    return counted(done)


def _doubted(box: Outbox, found: Sequence[Parcel]) -> list[Note]:
    """Note as unknown what may have gone out before the log came back from a backup; a person sends it again."""
    return [box.write(one.note(State.UNKNOWN, 1, "schedule", Why.CUT_SHORT)) for one in found]


def counted(notes: Iterable[Note]) -> dict[str, int]:
    """Return how many messages ended which way."""
    ends = [one.state for one in notes]
    return {str(state): ends.count(state) for state in (State.SENT, State.REFUSED, State.UNKNOWN)}


def _may_go(box: Outbox, message: Message, config: Configuration, now: datetime) -> Callable[[str, date], bool]:
    """Return which parcels go by themselves: of fresh figures, never sent, or refused and waited for long enough."""
    known, today = box.last(), now.astimezone(config.zone).date()
    start = next(one.start for one in config.campaigns if one.id == message.campaign)

    def may_go(key: str, day: date) -> bool:
        last = known.get(key)
        if day < start or day < today - FRESH:
            return False
        if last is None:
            return True
        waited = now - datetime.fromisoformat(last.at)
        return last.state is State.REFUSED and last.attempt < len(WAITS) and waited >= WAITS[last.attempt]

    return may_go


# By hand


def named(config: Configuration, name: str) -> Message:
    """Return a message by its name; UsageError when there is none such."""
    known = [one.name for one in config.messages]
    for one in config.messages:
        if one.name == name:
            return one
    raise UsageError(f"message {name!r}", "is not configured", f"one of {', '.join(known) or 'none'}")


def send_now(config: Configuration, name: str, now: datetime) -> list[Note]:
    """Send a message to every address it was not sent to yet, and return how each stands afterwards."""
    box = Outbox(config)
    with box.locked(HAND_WAIT_SECONDS):
        found, known = parcels(config, named(config, name), now), box.last()
        open_ones = [one for one in found if one.key not in known or known[one.key].state is State.REFUSED]
        deliver(box, open_ones, "hand")
        last = box.last()
        return [last[one.key] for one in found]


def resend(config: Configuration, key: str, now: datetime) -> list[Note]:
    """Send one message again that was refused or of which nobody knows: a person has looked, and says so.

    Raises UsageError for a key of no such message, one that was sent, and one whose address is no longer configured.
    """
    box = Outbox(config)
    with box.locked(HAND_WAIT_SECONDS):
        last = box.last().get(key)
        if last is None:
            raise UsageError(f"--resend {key}", "is no message on record", "a key of send --list was expected")
        if last.state is State.SENT:
            raise UsageError(f"--resend {key}", "was sent", "only a refused or an unknown one is sent again")
        day = date.fromisoformat(last.as_of)
        again = parcels(config, named(config, last.message), now, day, lambda one, _: one == key)
        if not again:
            raise UsageError(f"--resend {key}", "goes to an address that is no longer configured", "send it anew")
        return deliver(box, again, "hand")


# The handing over


def deliver(box: Outbox, found: Sequence[Parcel], by: str) -> list[Note]:
    """Hand over some parcels, one after another, each intent on disk before it; return how each ended."""
    if not found:
        return []
    known, done = box.last(), []
    with tempfile.TemporaryDirectory() as scratch:
        attached = Attached(Path(scratch))
        for one in found:
            attempt = known[one.key].attempt + 1 if one.key in known else 1
            done.append(_hand_over(box, one, attempt, by, attached))
    return done


def _hand_over(box: Outbox, one: Parcel, attempt: int, by: str, attached: Attached) -> Note:
    from etl.handing import hand_over  # noqa: PLC0415 - apprise is loaded by whoever sends, nobody else

    if one.target.service is None:
        return box.write(one.note(State.REFUSED, attempt, by, one.target.why))
    files = attached.of(one)
    box.write(one.note(State.SENDING, attempt, by))
    ended = hand_over(one.target.service, one.title, one.brief.text, files)
    return box.write(one.note(ended.state, attempt, by, ended.why, ended.code))


class Attached:
    """The PDF and PNG of each brief, drawn once for all its addresses."""

    def __init__(self, folder: Path) -> None:
        """Take the folder they are drawn into."""
        self.folder = folder
        self._drawn: dict[tuple[str, str, str], Path] = {}

    def of(self, one: Parcel) -> list[Path]:
        """Return the files that a parcel carries."""
        return [self._one(one, form) for form in one.message.attach]

    def _one(self, one: Parcel, form: Literal["pdf", "png"]) -> Path:
        from reporting.brief_page import file_name, rendered  # noqa: PLC0415 - the typesetter is loaded only for a page

        key = (one.message.name, one.unit, form)
        if key not in self._drawn:
            path = self.folder / file_name(one.brief, form)
            path.write_bytes(rendered(one.brief, one.drawn, form))
            self._drawn[key] = path
        return self._drawn[key]
