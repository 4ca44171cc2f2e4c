"""The clinic's protocols, read by a small loader of the tests' own."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from pydantic import TypeAdapter

from config.opinion import second_opinion
from triage import Protocol, ProtocolSet, TriageEngine

FOLDER = Path(__file__).parents[2] / "config" / "clinic" / "protocols"


@pytest.fixture(scope="session")
def protocols() -> ProtocolSet:
    adapter = TypeAdapter(Protocol)
    files = sorted(FOLDER.glob("*.yaml"))
    documents = [yaml.load(file.read_bytes(), Loader=yaml.BaseLoader) for file in files]
    return ProtocolSet(protocols=tuple(map(adapter.validate_python, documents)))


@pytest.fixture(scope="session")
def engine(protocols: ProtocolSet) -> TriageEngine:
    """The rules alone."""
    return TriageEngine(protocols)


@pytest.fixture(scope="session")
def on_the_line(protocols: ProtocolSet) -> TriageEngine:
    """As the line has it, with the second opinion."""
    return TriageEngine(protocols, second_opinion())
