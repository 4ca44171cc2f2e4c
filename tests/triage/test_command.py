"""``careline triage``."""

from __future__ import annotations

import argparse
import io
import json
import multiprocessing
import select
import subprocess
import sys
from pathlib import Path

import pytest

from careline.cli import triage
from careline.cli.triage_stream import stream


def _run(*arguments: str) -> int:
    parser = argparse.ArgumentParser()
    triage.add_parser(parser.add_subparsers())
    args = parser.parse_args(["triage", *arguments])
    return args.run(args)


@pytest.fixture
def stdin(monkeypatch):
    def feed(data: bytes) -> None:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data), encoding="utf-8"))

    return feed


def test_a_text_is_explained(capsys):
    assert _run("no chest pain but i can't breathe") == 0
    out = capsys.readouterr().out
    assert "action       911" in out
    assert "breathing-trouble v" in out
    assert 'breathing-trouble: "can\'t breathe" (words 6-7)' in out
    assert 'suppressed   chest-pain: "chest pain" (words 2-3): negated' in out
    assert "MedlinePlus" in out


def test_the_same_words_are_left_out_once(capsys):
    assert _run("no chest pain, i need an appointment") == 0
    lines = capsys.readouterr().out.splitlines()
    assert len([line for line in lines if line.startswith("suppressed")]) == 1


def test_lines_come_out_in_order_and_a_bad_one_keeps_its_place(stdin, capsys):
    lines = [
        b'{"id": 1, "text": "me duele el pecho", "lang": "es"}',
        b"not json",
        b'{"id": "b", "text": 5}',
        b'{"id": "c", "text": "hello", "lang": 7}',
        b'{"id": "d", "text": "\xff"}',
        b'{"id": "e", "text": "hello", "confidence": NaN}',
        b'{"id": "f", "text": "hello", "confidence": 1.5}',
        b"[1]",
        b"",
        b"  ",
        b'{"id": 1e999, "text": "hello"}',
        b'{"id": {"a": NaN}, "text": "hello"}',
        b"[" * 100_000,
        b"\x00\xfe\xff",
        b'{"id": 2, "text": "i need an appointment"}',
    ]
    stdin(b"\n".join(lines))
    assert _run("--jsonl") == 1
    answers = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [answer["id"] for answer in answers] == [
        *(1, None, "b", "c", None, "e", "f", None),
        *(None, None, None, None, None, None),
        2,
    ]
    assert ["error" in answer for answer in answers] == [False, *[True] * 13, False]
    assert answers[0]["action"] == "911"
    assert answers[0]["flags"][0]["rule"] == "chest-pain"
    assert answers[-1] == {
        "id": 2,
        "action": "continue",
        "disposition": "routine",
        "flags": [],
        "suppressed": [],
    }


def test_any_text_is_explained_on_any_terminal(capsys, monkeypatch):
    narrow = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stdout", narrow)
    assert _run("my chest \udcff really hurts, corazón") == 0
    narrow.flush()
    assert b'chest-pain: "chest \\udcff really hurts,"' in narrow.buffer.getvalue()


def test_good_lines_end_with_success(stdin, capsys):
    stdin(b'{"id": 1, "text": "hello"}\n')
    assert _run("--jsonl") == 0
    assert json.loads(capsys.readouterr().out)["id"] == 1


def test_nothing_to_assess_is_said_plainly(capsys):
    assert _run() == 2
    assert "--jsonl" in capsys.readouterr().err


def test_a_site_that_is_not_there_is_said_plainly(tmp_path: Path, capsys):
    assert _run("hello", "--config", str(tmp_path / "none")) == 2
    assert "no such folder" in capsys.readouterr().err


def test_several_processes_answer_in_order_and_keep_calls_together(engine):
    texts = ["my baby is three weeks old"] * 5 + ["hello"] * 90 + ["he has a fever"] * 5
    texts[50] = "hello " * 40_000  # a line is longer than what is read at once
    turns = [
        f'{{"id": {number}, "call": "{number % 5}", "text": "{text}"}}\n'
        for number, text in enumerate(texts)
    ]
    data = "".join([*turns, "\n", "not json"]).encode()
    alone, together = io.StringIO(), io.StringIO()
    assert stream(engine, io.BytesIO(data), alone, processes=1) == 1
    assert stream(engine, io.BytesIO(data), together, processes=3) == 1
    assert together.getvalue() == alone.getvalue()
    answers = [json.loads(line) for line in together.getvalue().splitlines()]
    assert [answer["id"] for answer in answers] == [*range(100), None, None]
    alone_it_is = engine.assess("he has a fever", "en").action.value
    assert answers[-3]["action"] != alone_it_is


def test_a_line_is_answered_before_the_next_one_comes():
    command = [sys.executable, "-m", "careline", "triage", "--jsonl"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for number in range(3):
            process.stdin.write(b'{"id": %d, "text": "hello"}\n' % number)
            process.stdin.flush()
            assert select.select([process.stdout], [], [], 60.0)[0]
            assert json.loads(process.stdout.readline())["id"] == number
        process.stdin.close()
        assert process.wait(timeout=60.0) == 0


def test_several_processes_end_when_nobody_takes_the_answers(engine):
    class Closed(io.StringIO):
        def write(self, _text: str) -> int:
            raise BrokenPipeError

    data = b'{"text": "hello"}\n' * 2000
    with pytest.raises(BrokenPipeError):
        stream(engine, io.BytesIO(data), Closed(), processes=2)
    assert not multiprocessing.active_children()
