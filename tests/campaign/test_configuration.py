"""The configuration: what its small tables answer."""

import pytest

from campaign.configuration import Stage


@pytest.mark.parametrize(
    ("counts", "vi", "en"),
    [
        ("thông tin", "thông tin", "thông tin"),
        ({"vi": "thông tin", "en": "records"}, "thông tin", "records"),
        ({"vi": "thông tin"}, "thông tin", "thông tin"),
        ({"en": "records"}, "records", "records"),
        ({}, None, None),
        ("", None, None),
        (None, None, None),
    ],
)
def test_a_stage_names_what_it_counts_in_every_language_it_can(
    counts: str | dict[str, str] | None, vi: str | None, en: str | None
) -> None:
    stage = Stage(id="approved", counts=counts)
    assert (stage.counted("vi"), stage.counted("en")) == (vi, en)
