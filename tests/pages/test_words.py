"""The one line that says where a unit stands."""

from dataclasses import replace
from datetime import date
from fractions import Fraction
from types import SimpleNamespace

import pytest

from campaign.progress import Status
from etl.configured import load
from pages import _words
from reporting.figures import Figures
from reporting.texts import text
from tests.pages.house import ID, build


@pytest.mark.parametrize(
    ("variance", "said"),
    [
        (Fraction(-50), "Tỉnh Thử chậm 50 thông tin so với kế hoạch"),
        (Fraction(-3, 8), "Tỉnh Thử chậm chưa đến 1 thông tin so với kế hoạch"),
        (Fraction(0), "Tỉnh Thử đúng kế hoạch"),
        (Fraction(12), "Tỉnh Thử vượt kế hoạch 12 thông tin"),
    ],
)
def test_a_unit_that_is_behind_is_never_said_to_be_on_plan(tmp_path, variance, said):
    config = load(build(tmp_path / "house"))
    figures = Figures.open(config, ID)
    row = replace(figures.unit("T", date(2025, 3, 3)), variance=variance, status=Status.AT_RISK)
    figures.close()
    view = SimpleNamespace(
        campaign=figures.campaign, counts="thông tin", lang="vi", says=lambda key, **more: text(key, "vi", **more)
    )
    assert _words.verdict(view, row) == said
