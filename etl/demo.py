"""Demo reports: the files the communes of both demo campaigns would have sent, always the same."""

from __future__ import annotations

import csv
from hashlib import blake2b
from pathlib import Path

DEMO = Path(__file__).resolve().parents[1] / "data" / "demo"


def draw(low: int, high: int, *key: object) -> int:
    """Return a whole number from low to high that depends on `key` alone: chance that never changes."""
    digest = blake2b("\x1f".join(map(str, key)).encode(), digest_size=8).digest()
    return low + int.from_bytes(digest, "big") % (high - low + 1)


def share_out(total: int, weights: list[int]) -> list[int]:
    """Return whole parts of `total` in proportion to `weights`, adding up exactly (largest remainders first)."""
    whole = sum(weights)
    parts = [total * weight // whole for weight in weights]
    order = sorted(range(len(weights)), key=lambda i: (-(total * weights[i] % whole), i))
    for index in order[: total - sum(parts)]:
        parts[index] += 1
    return parts


def read_rows(path: Path) -> list[dict[str, str]]:
    """Return the rows of one of the demo's own CSV files."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
