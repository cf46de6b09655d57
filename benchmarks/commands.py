"""`manage.py progress` as a whole process, against a Python that only imports duckdb and numpy.

`python -m benchmarks.commands`: the demo, installed and loaded.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from benchmarks.figures import milliseconds
from etl.configured import DEMO, load
from etl.showing import ready

HERE = Path(__file__).resolve().parent.parent
ROUNDS = 10


def main() -> None:
    """Measure and print."""
    ready(load(DEMO))
    asked = ["--config", str(DEMO), "--campaign", "bac-ninh-2025", "--format", "csv"]
    commands = {
        "python that imports duckdb and numpy": [sys.executable, "-c", "import duckdb, numpy"],
        "manage.py progress (121 × 10 × 15)": [sys.executable, str(HERE / "manage.py"), "progress", *asked],
        "manage.py series": [sys.executable, str(HERE / "manage.py"), "series", *asked, "--unit", "09169"],
        "manage.py issues": [sys.executable, str(HERE / "manage.py"), "issues", *asked],
    }
    for name, command in commands.items():
        least, median, greatest = milliseconds(
            lambda command=command: subprocess.run(command, check=True, capture_output=True, cwd=HERE), ROUNDS
        )
        print(f"{name:45s} {least:7.0f} {median:7.0f} {greatest:7.0f} ms")


if __name__ == "__main__":
    main()
