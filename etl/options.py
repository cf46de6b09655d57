"""Options: what the commands about briefs, messages and the audit log take; nothing is loaded to know it."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from datetime import date

Run = Callable[[argparse.Namespace], int]
Add = Callable[[str, Run, str], argparse.ArgumentParser]


def for_messages(add: Add, day: Callable[[str], date], show: Run, send: Run) -> None:
    """Add `brief` and `send` to a command line."""
    brief = add("brief", show, "where we are, will we make it, whom to call: one unit's day in words")
    brief.add_argument("--campaign", required=True)
    brief.add_argument("--unit", help="whose brief; left out: the top unit's")
    brief.add_argument("--as-of", type=day)
    brief.add_argument("--lang", choices=("vi", "en"))
    brief.add_argument("--format", choices=("text", "pdf", "png"), default="text")
    brief.add_argument("--out", metavar="FILE", help="where a page goes; needed for pdf and png")
    sending = add("send", send, "send a configured message now, look at it first, or see what was sent")
    what = sending.add_mutually_exclusive_group(required=True)
    what.add_argument("--name", help="the message to send")
    what.add_argument("--list", action="store_true", help="what was sent, what was not, and what nobody knows")
    what.add_argument("--resend", metavar="KEY", help="send again what was refused or is unknown; look first")
    sending.add_argument("--dry-run", action="store_true", help="print what would go where, and send nothing")
    sending.add_argument("--json", action="store_true")


def for_audit(add: Add, day: Callable[[str], date], run: Run) -> None:
    """Add `audit` to a command line."""
    audit = add("audit", run, "who did what and when; whether that log is whole")
    audit.add_argument("--since", type=day, help="the first local day")
    audit.add_argument("--until", type=day, help="the last local day")
    audit.add_argument("--who", default="", help="a user's id, or a part of it")
    audit.add_argument("--what", default="", help="one kind of record")
    audit.add_argument("--last", type=int, metavar="N", help="no more than the last N records")
    audit.add_argument("--format", choices=("csv", "json", "lines", "table"), default="table")
    audit.add_argument("--verify", action="store_true", help="only say whether the log is whole; 1 when it is not")
    audit.add_argument("--known", action="append", default=[], metavar="N:HASH",
                       help="with --verify: a record noted elsewhere, which must stand in the log")  # fmt: skip
