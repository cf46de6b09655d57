"""The ground all tests stand on: which browser is driven, and how Hypothesis searches."""

import os
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

import manage

# Machines that run tests are shared and slow at times: no deadline per example. CI draws the same examples each time.
settings.register_profile("here", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", settings.get_profile("here"), derandomize=True, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "here")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let whoever changed the look of a page keep it as the one to compare with."""
    parser.addoption("--bless", action="store_true", help="keep the pictures of pages as they look now")


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Return how the browser is launched: the system's own Chromium, not one that Playwright would download."""
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
    return {**browser_type_launch_args, "executable_path": manage.chromium(), "args": arguments}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    """Return what every page is opened with: a Vietnamese reader in Vietnam."""
    return {**browser_context_args, "locale": "vi-VN", "timezone_id": "Asia/Ho_Chi_Minh"}
