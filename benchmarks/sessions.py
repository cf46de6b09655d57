"""Open sessions that think and click: how long a filter takes to be answered while many people look at once.

`python -m benchmarks.sessions [SESSIONS] [SECONDS]`: starts the real thing on the demo data with `manage.py start`,
and opens websockets that speak the framework's own protocol. Each session opens the overview, then thinks (10 s in the
mean, between 5 and 15) and asks for another day or district, as a click does. Measured once the pages are warm, of
what is asked after everything was asked once: from the message sent until the first figures arrive, and until the
script has ended.
"""

from __future__ import annotations

import asyncio
import random
import statistics
import sys
import time
from dataclasses import dataclass, field
from urllib.parse import urlencode

import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from benchmarks.screens import PORT, URL, cpu_seconds, served

THINK_SECONDS = (5.0, 15.0)
RAMP_SECONDS = 20.0
REST_SECONDS = 5.0
ID = "bac-ninh-2025"
DAYS = [f"2025-01-{day:02d}" for day in range(8, 13)]
DISTRICTS = ["", "256", "258", "259", "260", "261", "262", "263", "264"]


def choice(day: str, district: str) -> dict[str, str]:
    """Return what one click asks for."""
    return {"campaign": ID, "as_of": day, "district": district}


@dataclass
class Seen:
    """Milliseconds of each answer: until the first delta, and until the script had ended."""

    first: list[float] = field(default_factory=list)
    ended: list[float] = field(default_factory=list)
    failed: int = 0


def asked(query: dict[str, str]) -> bytes:
    """Return the message by which a browser asks for a page with these choices."""
    message = BackMsg()
    message.rerun_script.query_string = urlencode({name: value for name, value in query.items() if value})
    return message.SerializeToString()


async def answered(line: websockets.ClientConnection, query: dict[str, str]) -> tuple[float, float]:
    """Ask, and return the milliseconds until the first delta and until the end."""
    began, first = time.perf_counter(), 0.0
    await line.send(asked(query))
    while True:
        message = ForwardMsg.FromString(await line.recv())
        kind = message.WhichOneof("type")
        if kind == "delta" and not first:
            first = time.perf_counter()
        if kind == "script_finished":
            return 1000 * ((first or time.perf_counter()) - began), 1000 * (time.perf_counter() - began)


async def session(seen: Seen, counted: asyncio.Event, until: float, rng: random.Random) -> None:
    """Open one session and click until the time is over."""
    await asyncio.sleep(rng.uniform(0, RAMP_SECONDS))
    address = f"ws://127.0.0.1:{PORT}/_stcore/stream"
    async with websockets.connect(address, origin=URL, max_size=None, subprotocols=["streamlit"]) as line:
        await answered(line, {"campaign": ID})
        while time.perf_counter() < until:
            await asyncio.sleep(rng.uniform(*THINK_SECONDS))
            first, ended = await answered(line, choice(rng.choice(DAYS), rng.choice(DISTRICTS)))
            if counted.is_set():
                seen.first.append(first)
                seen.ended.append(ended)


async def once() -> None:
    """Ask for everything once, so that what is measured is not the first time anybody asks."""
    address = f"ws://127.0.0.1:{PORT}/_stcore/stream"
    async with websockets.connect(address, origin=URL, max_size=None, subprotocols=["streamlit"]) as line:
        for day in DAYS:
            for district in DISTRICTS:
                await answered(line, choice(day, district))


def rested(web: int, longest: float = 300.0) -> float:
    """Wait until a process has done next to nothing for five seconds, as once its pages are warm; return how long."""
    began = time.perf_counter()
    while time.perf_counter() - began < longest:
        used = cpu_seconds(web)
        time.sleep(REST_SECONDS)
        if cpu_seconds(web) - used < 0.1 * REST_SECONDS:
            break
    return time.perf_counter() - began


async def load(sessions: int, seconds: float) -> Seen:
    """Return what was seen by so many sessions in so many seconds after all of them were open."""
    seen, counted, rng = Seen(), asyncio.Event(), random.Random(7)  # noqa: S311 - no secret
    until = time.perf_counter() + RAMP_SECONDS + seconds
    people = [asyncio.create_task(session(seen, counted, until, random.Random(rng.random()))) for _ in range(sessions)]  # noqa: S311
    await asyncio.sleep(RAMP_SECONDS)
    counted.set()
    for outcome in await asyncio.gather(*people, return_exceptions=True):
        seen.failed += isinstance(outcome, BaseException)
    return seen


def say(name: str, found: list[float]) -> None:
    """Print the median, the 95th percentile and the greatest of some milliseconds."""
    print(
        f"{name:40s} {statistics.median(found):7.0f} {statistics.quantiles(found, n=20)[-1]:7.0f} {max(found):7.0f} ms"
    )


def main() -> None:
    """Measure and print."""
    sessions = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    seconds = float(sys.argv[2]) if len(sys.argv) > 2 else 90.0  # noqa: PLR2004 - the second word
    with served() as web:
        print(f"at rest after {rested(web):.0f} s")
        asyncio.run(once())
        used, began = cpu_seconds(web), time.perf_counter()
        seen = asyncio.run(load(sessions, seconds))
        cpu, clock = cpu_seconds(web) - used, time.perf_counter() - began
    print(f"{sessions} sessions, {len(seen.ended)} answers counted, {seen.failed} sessions failed")
    print(f"{'':40s} {'median':>7} {'p95':>7} {'worst':>7}")
    say("until the first figures arrive", seen.first)
    say("until the script has ended", seen.ended)
    print(f"the web process was busy {100 * cpu / clock:.0f} % of one core")


if __name__ == "__main__":
    main()
