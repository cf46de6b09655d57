"""Where the product and the oracle tell different things about one campaign."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from tests.oracle.campaigns import Campaign, Question
from tests.oracle.intake import Refused
from tests.oracle.worlds import OracleWorld, ProductWorld, Table


def differences(campaign: Campaign, folder: Path) -> list[str]:
    """Return a line for everything that differs, having played the campaign in a folder."""
    config = campaign.write(folder)
    oracle = OracleWorld(config, campaign.identifier)
    product = ProductWorld(config, campaign.identifier)
    found: list[str] = []
    for number, delivery in enumerate(campaign.deliveries):
        files = campaign.write_delivery(folder, number)
        expected = oracle.ingest(files, delivery.stamp(), delivery.source)
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
    for question in campaign.questions:
        try:
            found += _answers_differ(question, oracle, product, campaign.start)
        except Refused as refusal:
            found.append(f"{question}: {refusal}")
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
