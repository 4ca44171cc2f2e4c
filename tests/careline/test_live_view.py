"""The operator's terminal: aligned, urgent things first to the eye, nothing said twice."""

from __future__ import annotations

import io
import re
from zoneinfo import ZoneInfo

import pytest

from careline.live_view import ProcessNews, show_event
from careline.terminal import Terminal, Tone

NEW_YORK = ZoneInfo("America/New_York")


class Screen(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def paper() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch) -> Screen:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("COLUMNS", "60")
    return Screen()


def event(line: str, call: str | None = "d264f5aa11") -> dict[str, object]:
    return {"at": 1_795_446_000.0, "call": call, "line": line}


def test_lines_are_aligned_and_call_ids_short(paper):
    terminal = Terminal(paper)
    show_event(terminal, event("a caller arrives"), NEW_YORK)
    show_event(terminal, event("ben is ready", call=None), NEW_YORK)
    show_event(terminal, event("RED FLAG 911 (chest-pain)"), NEW_YORK)
    clock = "10:00:00"  # at the clinic, wherever the machine is
    assert paper.getvalue().splitlines() == [
        f"{clock}  d264f5   a caller arrives",
        f"{clock}           ben is ready",
        f"{clock}  d264f5 ! RED FLAG 911 (chest-pain)",
    ]


def test_an_indented_line_goes_on_under_its_beginning(screen):
    Terminal(screen).say("          caller   " + "says something rather long " * 4)
    lines = screen.getvalue().rstrip("\n").splitlines()
    assert len(lines) > 1
    assert all(line.startswith(" " * 10) for line in lines)


def test_a_red_flag_has_a_colour_on_a_terminal(screen):
    show_event(Terminal(screen), event("RED FLAG 911 (chest-pain)"), NEW_YORK)
    show_event(Terminal(screen), event("a caller arrives"), NEW_YORK)
    urgent, ordinary = screen.getvalue().splitlines()
    assert Tone.ALERT.value in urgent
    assert "\033" not in ordinary


def test_no_colour_is_respected(screen, monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    show_event(Terminal(screen), event("RED FLAG 911 (chest-pain)"), NEW_YORK)
    assert "\033" not in screen.getvalue()


def test_a_long_line_goes_on_under_its_beginning(screen):
    show_event(Terminal(screen), event("offered to grace: " + "word " * 20), NEW_YORK)
    first, *rest = screen.getvalue().splitlines()
    assert all(len(line) <= 60 for line in (first, *rest))
    assert rest
    indent = first.index("offered")
    assert all(re.fullmatch(rf" {{{indent}}}\S.*", line) for line in rest)


def test_a_file_gets_each_line_whole(paper):
    show_event(Terminal(paper), event("offered to grace: " + "word " * 20), NEW_YORK)
    assert len(paper.getvalue().splitlines()) == 1


def test_a_closed_terminal_is_no_error():
    stream = io.StringIO()
    terminal = Terminal(stream)
    stream.close()
    terminal.say("nobody reads this")


def news(stream: io.StringIO) -> tuple[ProcessNews, list[float]]:
    now = [0.0]
    return ProcessNews(Terminal(stream), lambda: now[0]), now


def test_what_is_over_in_a_moment_is_not_shown_as_progress(paper):
    told, _now = news(paper)
    for ready in (20, 40, 84):
        told.take("line", {"event": "progress", "message": f"prompts ready: {ready} of 84"})
    assert paper.getvalue() == ""


def test_what_takes_long_is_shown_from_time_to_time(paper):
    told, now = news(paper)
    for ready in range(1, 11):
        now[0] = ready * 0.25
        told.take("line", {"event": "progress", "message": f"prompts ready: {ready} of 10"})
    shown = paper.getvalue().splitlines()
    assert shown == [f"line: prompts ready: {n} of 10" for n in (2, 4, 6, 8, 10)]


def test_on_a_terminal_progress_replaces_itself_and_leaves_nothing(screen):
    terminal = Terminal(screen)
    terminal.progress("20 of 84")
    terminal.progress("40 of 84")
    terminal.say("ready")
    assert screen.getvalue().count("\n") == 1
    assert screen.getvalue().endswith("\r\033[Kready\n")


def test_a_process_that_dies_and_comes_back_is_two_lines(paper):
    told, _now = news(paper)
    told.take("brain", {"event": "ready", "recovered": 0})
    told.take("brain", {"event": "died", "code": -9, "why": "", "again_in_s": 0.1})
    told.take("brain", {"event": "ready", "recovered": 2})
    died, back = paper.getvalue().splitlines()
    assert died.startswith("brain: stopped (killed by SIGKILL); it is started again, callers hear")
    assert back == "brain: back again, with 2 calls"


def test_a_process_that_fails_again_and_again_for_one_reason_says_so_once(paper):
    told, _now = news(paper)
    for _try in range(5):
        died = {"event": "died", "code": 2, "why": "the disk is full", "again_in_s": 5.0}
        told.take("brain", died)
    assert paper.getvalue().count("the disk is full") == 1


def test_warnings_are_passed_on_with_who_says_them(paper):
    told, _now = news(paper)
    told.take("line", {"event": "notice", "level": "warning", "message": "move the identities"})
    told.take("line", {"event": "something new"})
    assert paper.getvalue() == "line: move the identities\n"
