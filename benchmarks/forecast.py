"""Back-test of the forecast: finished campaigns in, scores by day of our model and of every simple rule out.

`python3 benchmarks/forecast.py [FILE …]`: a CSV or parquet file in long form with unit, day, count and target is one
finished campaign; without a target it is a long series, cut into campaigns whose target a given share of the units
reached. `config.toml:campaign-id` is a campaign of the warehouse. No file: the Flemish series when it is there, and
simulated campaigns. Every campaign is forecast at the end of each of its days, knowing nothing later.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PYTHON = ROOT / ".venv" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
SERIES = ROOT.parent / "shared" / "data" / "flanders" / "communes-daily-to-2021-07-31.parquet"
DAYS = (1, 2, 3, 5, 8, 10, 12, 14)  # of 15


def main() -> None:
    """Read, forecast, score, print."""
    from benchmarks.forecast_campaigns import simulated_campaigns  # noqa: PLC0415 - the right Python comes first
    from benchmarks.forecast_reading import Cuts, campaigns_in  # noqa: PLC0415
    from benchmarks.forecast_scores import back_test  # noqa: PLC0415
    from campaign.errors import UsageError  # noqa: PLC0415

    asked = _arguments()
    ways = {"both": (True, False), "yes": (True,), "no": (False,)}[asked.from_zero]
    cuts = Cuts(asked.days, asked.reached, asked.every, asked.first, ways)
    files = asked.files or ([str(SERIES)] if SERIES.exists() else [])
    campaigns = []
    try:
        for name in files:
            campaigns += list(campaigns_in(name, cuts))
    except UsageError as error:
        raise SystemExit(str(error)) from error
    if not asked.files or asked.simulated:
        campaigns += list(simulated_campaigns(asked.simulated or 10, first_seed=asked.seed))
    for kind, table in back_test(campaigns).items():
        show(kind, table)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", metavar="FILE")
    parser.add_argument("--days", type=int, nargs="+", default=[15], help="lengths of the campaigns cut from a series")
    parser.add_argument("--reached", type=float, nargs="+", default=[0.6, 0.7, 0.8, 0.9, 0.95])
    parser.add_argument("--every", type=int, default=10, help="days from one cut's start to the next")
    parser.add_argument("--first", type=int, default=0, help="the first cut's start")
    parser.add_argument("--from-zero", choices=("both", "yes", "no"), default="both")
    parser.add_argument("--simulated", type=int, default=0, help="simulated campaigns of each kind")
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


def show(kind: str, table) -> None:  # noqa: ANN001 - a Table, imported only under the right Python
    """Print the scores of one kind of campaigns."""
    finished = sum(one.on_time.mean() for one in table.campaigns) / len(table.campaigns)
    print(f"\n## {kind}: {len(table.campaigns)} campaigns, {finished:.0%} of their units on time\n")
    days = [day for day in DAYS if day in table.scores["this forecast"]]
    head = " | ".join(f"day {day}" for day in days)
    print(f"| Brier, at the end of … of 15 | {head} | miss named, days before the end | of these wrong at day 5 |")
    print("|---|" + "---|" * (len(days) + 2))
    for name, scores in table.scores.items():
        early = table.leads[name]
        print(f"| {name} | {_row(scores, days, 'brier', '.3f')} | {early.days:.1f} | {early.false:.0%} |")
    for title, part, form in (
        ("CRPS of the final count, share of the target", "crps", ".3f"),
        ("80 % band holds the final count", "last", ".0%"),
        ("80 % band holds the count, all days left", "all_days", ".0%"),
    ):
        print(f"\n| {title} | {head} |\n|---|" + "---|" * len(days))
        for name, scores in table.scores.items():
            if getattr(scores[days[0]], part):
                print(f"| {name} | {_row(scores, days, part, form)} |")
    print("\n| reliability of this forecast: said → came (forecasts) |\n|---|")
    for day in days:
        tenths = table.scores["this forecast"][day].reliability()
        print(f"| day {day}: " + ", ".join(f"{said:.2f} → {came:.2f} ({n})" for said, came, n in tenths) + " |")


def _row(scores, days: list[int], part: str, form: str) -> str:  # noqa: ANN001 - Scores, as above
    cells = []
    for day in days:
        values = getattr(scores[day], part)
        cells.append(format(sum(values) / len(values), form) if values else "–")
    return " | ".join(cells)


if __name__ == "__main__":
    if PYTHON.exists() and Path(sys.prefix) != PYTHON.parents[1]:
        os.execv(PYTHON, [str(PYTHON), __file__, *sys.argv[1:]])  # noqa: S606 - the same script, with the product's packages
    sys.path.insert(0, str(ROOT))
    main()
