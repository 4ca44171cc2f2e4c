"""What the documents say is so: links, names, settings, messages, and the commands they show."""

from __future__ import annotations

import configparser
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from calls import commands, facts
from calls.outcome import Outcome, VisitOutcome
from calls.verdict import Action, Disposition
from careline.state import StateFolder
from config.schema import schemas
from config.settings import FeatureCodes
from ivr.steps import KINDS

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
README = (ROOT / "README.md").read_text()
OPERATING = (ROOT / "docs" / "operating.md").read_text()
GLOSSARY = (ROOT / "docs" / "glossary.md").read_text()


def anchors(document: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", document.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", each.lower()).replace(" ", "-") for each in headings}


def section(text: str, heading: str) -> str:
    """What stands under a heading, up to the next one of its level."""
    _, found, rest = text.partition(f"\n## {heading}\n")
    assert found, heading
    return rest.partition("\n## ")[0]


def entry(term: str) -> str:
    """The glossary's entry."""
    found = re.search(rf"^\*\*{re.escape(term)}\.\*\*(.+?)\n\n", GLOSSARY, re.MULTILINE | re.DOTALL)
    assert found is not None, term
    return found[1]


def quoted(text: str) -> list[str]:
    return re.findall(r"`([^`]+)`", text)


def table(text: str) -> list[list[str]]:
    """The cells of each row under the heading line."""
    rows = [line.strip("|").split("|") for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row] for row in rows[2:]]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_leads_somewhere(document):
    for target, anchor in re.findall(r"\]\(([^)#]*)#?([^)]*)\)", document.read_text()):
        there = (document.parent / target).resolve() if target else document
        assert there.exists(), target
        assert not anchor or anchor in anchors(there), anchor


def test_every_fact_and_command_in_the_life_of_a_call_is_one():
    named = set(re.findall(r"\b(?:[A-Z][a-z]+){2,}\b", section(README, "The life of a call")))
    assert {"CallArrived", "OfferAccepted", "CallEnded"} <= named
    assert {
        each for each in named if not (hasattr(facts, each) or hasattr(commands, each))
    } == set()


def test_the_lifelines_of_the_picture_are_straight():
    _, picture, _ = section(README, "The life of a call").split("```")
    head, *rows = picture.strip("\n").splitlines()
    edges = [(row.index("|"), row.rindex("|")) for row in rows if row.strip("| ")]
    assert head.split()[0] == "caller"
    assert len({left for left, _ in edges}) == 1
    lines = {2, 28, 57, 91}
    assert all({at for at, mark in enumerate(row) if mark == "|"} <= lines for row in rows)


def test_every_room_stands_in_the_readme_and_in_the_layers_that_are_checked():
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg", encoding="utf-8")
    rooms = set(config["importlinter"]["root_packages"].split())
    described = {cells[0].strip("`/") for cells in table(section(README, "Where things are"))}
    assert described == rooms
    layers = config["importlinter:contract:rooms"]["layers"].strip().replace("(desk)", "desk")
    drawn = (ROOT / "docs" / "architecture.md").read_text()
    assert "\n".join(line.strip() for line in layers.splitlines()) in drawn


def test_every_make_target_that_is_named_is_there():
    targets = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = {
        each
        for document in DOCUMENTS
        for each in re.findall(r"(?:^|`)make ([a-z-]+)", document.read_text(), re.MULTILINE)
    }
    assert {"run", "test", "demo"} <= named <= targets


def test_every_setting_of_the_line_that_is_named_is_one():
    site = schemas()["site"]
    for name in re.findall(r"`(sip(?:\.\w+)+)`", OPERATING + README):
        place = site
        for part in name.split("."):
            assert part in place["properties"], name
            place = place["properties"][part]
    assert {"on_call", "fallback_number"} <= site["properties"].keys()


def test_the_feature_codes_are_the_ones_that_hold_when_nothing_else_is_written():
    codes = FeatureCodes()
    dialled = [cells[0] for cells in table(section(OPERATING, "Phones"))]
    assert [quoted(cell)[0] for cell in dialled] == [
        codes.ready,
        codes.on_break,
        codes.out,
        codes.escalate,
        codes.identity,
    ]


def test_every_file_of_the_state_folder_that_is_named_is_there():
    state = StateFolder(Path("state"))
    kept = {
        value.name
        for name, kind in vars(StateFolder).items()
        if isinstance(kind, property) and isinstance(value := getattr(state, name), Path)
    }
    rows = table(section(OPERATING, "What is kept, and who can open it"))
    named = {cells[0].strip("`/") for cells in rows}
    assert named
    assert named <= kept


def test_every_message_that_is_explained_is_one_the_line_gives():
    sources = (
        path for room in ("adapters", "careline", "config") for path in (ROOT / room).rglob("*.py")
    )
    said = re.sub(r"\"\s*f?\"", "", "\n".join(path.read_text() for path in sources))
    rows = table(section(OPERATING, "When something is wrong"))
    assert rows
    for message, what_to_do in rows:
        (text,) = quoted(message)
        # `...` stands for what differs, a word and a colon in front for the process that says it.
        parts = re.split(r"\.\.\.|^\w+: ", text)
        assert [part for part in parts if part.strip() not in said] == [], text
        assert what_to_do


def test_the_glossary_is_in_order_and_no_term_stands_twice():
    terms = re.findall(r"^\*\*(.+?)\.\*\*", GLOSSARY, re.MULTILINE)
    assert terms == sorted(set(terms), key=str.lower)


@pytest.mark.parametrize(
    ("term", "values"),
    [
        ("Outcome", [each.value for each in Outcome]),
        ("Visit", [each.value for each in VisitOutcome]),
        ("Disposition", [each.value for each in Disposition]),
        ("Verdict", [each.value for each in Action]),
    ],
)
def test_the_glossary_lists_the_values_there_are(term, values):
    assert quoted(entry(term)) == values


def test_the_glossary_lists_the_kinds_of_steps_there_are():
    listed = entry("Step").partition(":")[2].strip(" .\n").replace("\n", " ").split(", ")
    assert sorted(listed) == sorted(KINDS)


@pytest.mark.slow
def test_a_clinic_of_ones_own_is_set_up_by_the_commands_as_they_stand(tmp_path):
    (tmp_path / "config").symlink_to(ROOT / "config")
    (tmp_path / "bin").mkdir()
    careline = tmp_path / "bin" / "careline"
    careline.write_text(f'#!/bin/sh\nPYTHONPATH={ROOT} exec {sys.executable} -m careline "$@"\n')
    careline.chmod(0o755)
    environment = {**os.environ, "PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}"}
    _, block, words = section(OPERATING, "Your own clinic").split("```")
    shown = [line.partition("  #")[0] for line in block.removeprefix("sh\n").splitlines() if line]
    shown.append(next(each for each in quoted(words) if each.startswith("careline schema")))
    # The line itself is run by other tests; it would not end.
    typed = [each for each in shown if not each.startswith("careline run")]
    assert len(typed) == len(shown) - 1 == 4
    for command in typed:
        done = subprocess.run(
            command,
            shell=True,
            cwd=tmp_path,
            env=environment,
            input="hangup\n",
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, (command, done.stdout, done.stderr)
    assert (tmp_path / "schemas" / "site.schema.json").exists()


def test_the_diagrams_of_the_distributor_are_those_of_its_tables():
    drawn = subprocess.run(
        [sys.executable, ROOT / "scripts" / "state_diagram.py"],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    page = (ROOT / "docs" / "distributor.md").read_text()
    for diagram in drawn.strip().split("\n\n"):
        assert diagram in page
