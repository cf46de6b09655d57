"""The small campaign on its pages, without a browser."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.house import build

SHELL = Path(__file__).resolve().parents[2] / "pages" / "_shell.py"


class Shown:
    """What one run of the shell showed."""

    def __init__(self, at: AppTest) -> None:
        """Look at a run that has ended."""
        assert not at.exception, at.exception[0].value
        self.at = at

    @property
    def html(self) -> str:
        """Return every piece of HTML drawn."""
        return "\n".join(element.proto.body for element in self.at.get("html"))

    def _component(self, key: str) -> dict[str, Any]:
        for element in self.at.get("bidi_component"):
            if key in element.proto.id:
                found = json.loads(element.proto.json)
                return dict(found[0] if isinstance(found, list) else found)
        raise AssertionError(f"nothing drawn under {key}")

    def table(self, key: str) -> list[list[str]]:
        """Return the texts of a table, row by row."""
        return [[cell["text"] for cell in row] for row in self._component(f"table-{key}")["rows"]]

    @property
    def header(self) -> dict[str, Any]:
        """Return what the header was given to draw."""
        return self._component("cd_chrome")

    @property
    def chart(self) -> dict[str, Any]:
        """Return the figure of the page's chart."""
        (element,) = self.at.get("plotly_chart")
        return dict(json.loads(element.proto.spec))


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the configuration of the small campaign, three days loaded."""
    return build(tmp_path_factory.mktemp("house"))


@pytest.fixture
def show(house: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Shown]:
    """Return a visitor: asks the shell for a page with choices, and looks at what was shown."""
    monkeypatch.setenv("CANDICH_CONFIG", str(house))

    def visit(page: str = "", **choices: str) -> Shown:
        at = AppTest.from_file(str(SHELL), default_timeout=60)
        for name, value in ({"as_of": "2025-03-03"} | choices).items():
            if value:
                at.query_params[name] = value
        if page:
            at.session_state["cd_here"] = "overview"
            at.session_state["cd_go"] = f"/{page}?" + "&".join(f"{k}={v}" for k, v in at.query_params.items())
        return Shown(at.run())

    return visit
