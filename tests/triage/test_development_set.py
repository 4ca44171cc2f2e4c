"""How well the protocols do on utterances that are no rule's examples.

The set was written by the protocols' author and the phrases were widened after reading it: it
guards against getting worse, it does not measure how the line does on strangers.
"""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from calls.verdict import Action
from triage import TriageEngine

FOLDER = Path(__file__).parent / "development"


def _read(name: str) -> list[dict[str, str]]:
    return yaml.safe_load((FOLDER / name).read_text(encoding="utf-8"))


RED_FLAGS = _read("red_flags.yaml")
EVERYDAY = _read("everyday.yaml")


@pytest.fixture(scope="module")
def red(on_the_line):
    return [(item, on_the_line.assess(item["text"], "en").action) for item in RED_FLAGS]


@pytest.fixture(scope="module")
def everyday(on_the_line):
    return [(item, on_the_line.assess(item["text"], "en").action) for item in EVERYDAY]


def test_the_set_is_large_and_shares_no_sentence_with_the_rules(protocols):
    assert len(RED_FLAGS) >= 300
    assert len(EVERYDAY) >= 200
    examples = {
        text
        for rule in protocols.rules
        for text in (*rule.examples.positive, *rule.examples.negative)
    }
    assert not examples & {item["text"] for item in (*RED_FLAGS, *EVERYDAY)}


def test_red_flags_are_caught(red):
    missed = [item["text"] for item, action in red if action is Action.CONTINUE]
    assert len(missed) <= 0.02 * len(red), missed


def test_an_emergency_is_called_one(red):
    urgent = [(item, action) for item, action in red if item["label"] in ("911-now", "988-now")]
    direct = [item for item, action in urgent if action in (Action.CALL_911, Action.CALL_988)]
    assert len(direct) >= 0.95 * len(urgent)


def test_thoughts_of_suicide_get_the_crisis_line_or_911(red):
    for item, action in red:
        if item["label"] == "988-now":
            assert action in (Action.CALL_988, Action.CALL_911), item["text"]


def test_everyday_calls_go_through(everyday):
    alarmed = [item["text"] for item, action in everyday if action.is_red_flag]
    asked = [item["text"] for item, action in everyday if action is Action.ASK]
    assert len(alarmed) <= 0.01 * len(everyday), alarmed
    assert len(asked) <= 0.02 * len(everyday), asked


def test_words_around_an_emergency_do_not_hide_it(on_the_line):
    """Papers, films, plans, jokes and the past in the same breath: at the least the line asks."""
    silent = _is_silent(on_the_line, "not_hidden.txt")
    assert len(silent) > 1800
    assert [number for number, hidden in enumerate(silent, 1) if hidden] == []


def test_phrases_do_not_match_errands_by_accident(on_the_line):
    """ "I lost my blood sugar meter": words of a phrase, and nothing of what it means."""
    silent = _is_silent(on_the_line, "not_meant.txt")
    assert len(silent) > 350
    alarmed = [number for number, quiet in enumerate(silent, 1) if not quiet]
    assert len(alarmed) <= 0.02 * len(silent), alarmed


def _is_silent(engine: TriageEngine, name: str) -> list[bool]:
    """For each line of a file, whether it leaves the engine silent."""
    said = (FOLDER / name).read_text(encoding="utf-8").splitlines()
    return [engine.assess(text, "en").action is Action.CONTINUE for text in said]


@pytest.mark.parametrize(
    "text",
    [
        "what cough medicine can i take with high blood pressure",
        "vomiting blood sugar is fine though",
    ],
)
def test_a_word_of_a_name_leaves_a_question(on_the_line, text):
    """Without pauses it may be "blood, sugar" or "blood sugar": neither silence nor an alarm."""
    assert on_the_line.assess(text, "en").action is Action.ASK
