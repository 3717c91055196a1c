"""Add the option --update-golden."""

import os

import pytest

from tests.golden import UPDATE


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare --update-golden."""
    parser.addoption("--update-golden", action="store_true", help="rewrite the files of tests/golden")


def pytest_configure(config: pytest.Config) -> None:
    """Pass the option on to `check_golden`, in worker processes too."""
    if config.getoption("--update-golden"):
        os.environ[UPDATE] = "1"
