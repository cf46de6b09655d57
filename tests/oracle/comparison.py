"""Where the product and the oracle tell different things about one campaign."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from random import Random

from tests.oracle.campaigns import Campaign, Question, Sitting
from tests.oracle.deciding import decide, draw
from tests.oracle.intake import Refused
from tests.oracle.worlds import OracleWorld, ProductWorld, Table


def differences(campaign: Campaign, folder: Path, *, afterwards: bool = False) -> list[str]:
    """Return a line for everything that differs, having played the campaign in a folder.

    `afterwards`: also ask what was known at each load, and again when all was replayed.
    """
    config = campaign.write(folder)
    oracle = OracleWorld(config, campaign.identifier)
    product = ProductWorld(config, campaign.identifier)
    found: list[str] = []
    published: dict[str, Table] = {}
    for number, delivery in enumerate(campaign.deliveries):
        if isinstance(delivery, Sitting):
            found += _sitting_differs(delivery, oracle, product)
            published[datetime.now(UTC).isoformat()] = product.progress(campaign.end) if afterwards else []
            continue
        files, stamp = campaign.write_delivery(folder, number), delivery.stamp()
        expected = oracle.ingest(files, stamp, delivery.source)
        where = f"files/{number:02d} received {delivery.stamp()} source {delivery.source}"
        try:
            got = product.ingest(files, delivery.stamp(), delivery.source)
        except Refused as refusal:
            return [f"{where}: {refusal}"]
        found += [
            f"{where}: {name} expected {count}, got {got[name]}"
            for name, count in expected.items()
            if got[name] != count
        ]
        if afterwards:
            published[delivery.stamp()] = product.progress(campaign.end)
    for question in campaign.questions:
        try:
            found += _answers_differ(question, oracle, product, campaign.start)
        except Refused as refusal:
            found.append(f"{question}: {refusal}")
    if any(isinstance(delivery, Sitting) for delivery in campaign.deliveries):
        found += _lists_differ(oracle, product)
    if afterwards:
        found += _memory_differs(campaign, product, published)
    return found


def _sitting_differs(sitting: Sitting, oracle: OracleWorld, product: ProductWorld) -> list[str]:
    decisions = draw(oracle.intake, Random(sitting.seed))  # noqa: S311 - chance, not secrecy
    where, found = f"decisions of {sitting.seed}", _lists_differ(oracle, product)
    try:
        got = product.decide(decisions)
    except Refused as refusal:
        return [f"{where}: {refusal}"]
    expected = decide(oracle.intake, decisions, datetime.now(UTC))
    if expected != got:
        found.append(f"{where}: expected {expected}, got {got}: {decisions}")
    return found + _lists_differ(oracle, product)


def _lists_differ(oracle: OracleWorld, product: ProductWorld) -> list[str]:
    expected, got = set(oracle.intake.open_rows()), set(product.open_rows())
    missing, more = sorted(expected - got), sorted(got - expected)
    return [f"open rows: missing {missing}, not expected {more}"] if missing or more else []


def _memory_differs(campaign: Campaign, product: ProductWorld, published: dict[str, Table]) -> list[str]:
    """Return how what was published differs from what is said now to have been known, replayed and not."""
    found = []
    settled = not any("target" in source.columns for source in campaign.sources)
    for manner in ("as it is", "replayed"):
        for stamp, then in published.items():
            now = product.progress(campaign.end, known_at=stamp)
            if settled:  # known_at is not about targets
                found += [f"{manner}, known at {stamp}: {line}" for line in tables_differ(then, now)]
            elif manner == "as it is":
                published = {**published, stamp: now}
            else:
                found += [f"{manner}, known at {stamp}: {line}" for line in tables_differ(then, now)]
        latest = product.progress(campaign.end)
        found += [f"{manner}: {line}" for line in tables_differ(list(published.values())[-1], latest)]
        if manner == "as it is":
            product.rebuild()
    return found


def _answers_differ(question: Question, oracle: OracleWorld, product: ProductWorld, start: date) -> list[str]:
    view = {"category": question.category, "stage": question.stage}
    if question.unit is None:
        asked = {**view, "level": question.level, "known_at": question.known_at}
        got = product.progress(question.as_of, **asked)  # type: ignore[arg-type]
        expected = oracle.progress(question.as_of, **asked)  # type: ignore[arg-type]
    else:
        got = product.series(question.unit, start, question.as_of, **view)  # type: ignore[arg-type]
        days = [row["as_of"] for row in got]
        if not days or days[0] > start.isoformat() or days[-1] < question.as_of.isoformat():
            return [f"{question}: the days {days} are not those of the campaign"]
        first, last = date.fromisoformat(days[0]), date.fromisoformat(days[-1])
        expected = oracle.series(question.unit, first, last, **view)  # type: ignore[arg-type]
    return [f"{question}: {line}" for line in tables_differ(expected, got)]


def tables_differ(expected: Table, got: Table) -> list[str]:
    """Return a line for everything in which two tables differ, column by column, as text."""
    key = "code" if expected and "code" in expected[0] else "as_of"
    if expected and got and list(expected[0]) != list(got[0]):
        return [f"columns: expected {list(expected[0])}, got {list(got[0])}"]
    order_expected, order_got = [row[key] for row in expected], [row[key] for row in got]
    if sorted(order_expected) != sorted(order_got):
        return [f"rows: expected {order_expected}, got {order_got}"]
    found = []
    if order_expected != order_got:
        found.append(f"order: expected {order_expected}, got {order_got}")
    by_key = {row[key]: row for row in got}
    for row in expected:
        other = by_key[row[key]]
        found += [
            f"{row[key]} {column}: expected {text!r}, got {other[column]!r}"
            for column, text in row.items()
            if other[column] != text
        ]
    return found
