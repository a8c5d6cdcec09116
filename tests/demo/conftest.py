"""A demonstration of each test's own, stopped whatever the test did to it."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.demo.running import Demonstration


@pytest.fixture
def demonstration(tmp_path: Path) -> Iterator[Demonstration]:
    """Give a demonstration that is not started yet."""
    demonstration = Demonstration.in_folder(tmp_path / "demo")
    yield demonstration
    for process in demonstration.processes() if demonstration.process else []:
        os.kill(process, signal.SIGCONT)
    demonstration.stop()
