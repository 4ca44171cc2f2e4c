"""``careline task``, ``queue`` and ``agent`` as people type them, on a running brain."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from acd import RED_FLAG_TASK
from calls.commands import OpenTask
from calls.facts import AgentReady, QueueOverridden, TaskClosed, TaskRead
from calls.ids import AgentId, CallId
from calls.private import Private
from careline.__main__ import main
from careline.control import request, watching
from careline.gate import engine_of
from careline.notes import Note, Said
from careline.state import StateFolder
from careline.task_requests import MUST_NOT_RING
from config.site import Site
from tests.careline.test_control import Rig

MESSAGE = CallId("3f9a0c11d2e4f560")


class Line(Rig):
    """A brain whose control socket stands where the commands look for it."""

    def __init__(self, site: Site, state: StateFolder) -> None:
        super().__init__(site, state.path)
        self.path = state.control_socket
        self.state = state
        self.driving: asyncio.Task[None] | None = None

    def connect(self) -> None:
        self.driving = asyncio.create_task(self.brain.drive(self.line))

    def leave_message(self, call_id: CallId = MESSAGE) -> None:
        order = OpenTask(call_id=call_id, kind="message", queue="general", promised_s=3600.0)
        self.brain.switchboard.tasks.open(order, self.clock())

    async def journaled(self, kind: type) -> list:
        return [
            entry.record
            for _position, entry in self.brain._journal.read()
            if isinstance(entry.record, kind)
        ]


@pytest.fixture
async def line(clinic: Site, tmp_path: Path) -> AsyncIterator[Line]:
    state = StateFolder(tmp_path / "state")
    state.make()
    made = Line(clinic, state)
    await made.server.start(made.path)
    made.connect()
    yield made
    if made.driving is not None:
        made.driving.cancel()
        await asyncio.gather(made.driving, return_exceptions=True)
    await made.server.stop()
    made.line.close()
    made.gate.close()


@pytest.fixture
def typed(line: Line, capsys: pytest.CaptureFixture[str]):
    """Types a command; its exit code, what it said, and what it complained of."""

    async def run(*words: str) -> tuple[int, str, str]:
        code = await asyncio.to_thread(main, [*words, "--state", str(line.state.path)])
        out, err = capsys.readouterr()
        return code, out.rstrip("\n"), err.rstrip("\n")

    return run


async def test_nothing_to_be_done_is_said(typed):
    assert await typed("task") == (0, "nothing is to be done", "")


async def test_a_task_is_listed_closed_and_journaled(line, typed):
    line.leave_message()
    code, out, _err = await typed("task")
    assert code == 0
    assert out.startswith("3f9a0c  message for general, open for 0 s, promised by ")
    assert await typed("task", "close", "3f9", "--by", "ben", "--how", "done") == (
        0,
        f"message of call {MESSAGE}: closed by ben, done",
        "",
    )
    assert await typed("task") == (0, "nothing is to be done", "")
    (fact,) = await line.journaled(TaskClosed)
    assert (fact.call_id, fact.by, fact.how) == (MESSAGE, "ben", "done")


async def test_whoever_calls_reads_what_is_known_and_the_journal_says_who(line, typed):
    """The call left the line with an answer given; nothing of it stands in the list."""
    line.leave_message()
    note = Note(number=Private("+12025550123"), told={"name": "Maria Lopez", "copies": 2})
    line.brain.switchboard.notes.recall(MESSAGE, note)
    assert "Lopez" not in (await typed("task"))[1]
    code, out, err = await typed("task", "show", "3f9", "--by", "ben")
    assert (code, err) == (0, "")
    first, *rest = out.splitlines()
    assert first.startswith("3f9a0c  message for general, open for 0 s, promised by ")
    assert rest == ["  call: +12025550123", "  name: Maria Lopez", "  copies: 2"]
    (fact,) = await line.journaled(TaskRead)
    assert (fact.call_id, fact.kind, fact.by) == (MESSAGE, "message", "ben")
    _code, out, _err = await typed("task", "show", "3f9", "--by", "ben", "--json")
    assert json.loads(out)["told"] == {"name": "Maria Lopez", "copies": 2}


async def test_words_of_danger_are_shown_to_a_nurse_with_the_rule_and_its_source(line, typed):
    order = OpenTask(call_id=MESSAGE, kind=RED_FLAG_TASK, queue="nurse", may_call_back=False)
    line.brain.switchboard.tasks.open(order, line.clock())
    words = Private("i have crushing chest pain")
    heard = engine_of(line.site).assess(words.reveal(), "en")
    said = Said(line.clock() - 30, words, heard)
    note = Note(said=(said,), advised_911=True)
    line.brain.switchboard.notes.recall(MESSAGE, note)
    _code, out, _err = await typed("task", "show", "3f9", "--by", "grace")
    first, *rest = out.splitlines()
    assert MUST_NOT_RING in first
    assert rest[0] == "  call: not known: look for it in the records of the practice"
    assert rest[1] == '  said: "i have crushing chest pain", 30 s ago'
    assert rest[2].startswith("    chest-pain (")
    assert rest[-1] == "  advice: told to call 911; help may be there"
    _code, out, _err = await typed("task", "show", "3f9", "--by", "ben")
    assert "chest" not in out


async def test_where_nobody_could_say_who_read_it_that_is_told(line, typed):
    line.leave_message()
    line.brain._journal.outage = "the disk is full"
    code, out, err = await typed("task", "show", "3f9", "--by", "ben")
    assert code == 1
    assert "call: " in out, "whoever calls a patient back is not kept from it"
    assert "that it was read is not in the journal" in err
    assert "the disk is full" in err
    line.brain._journal.outage = None
    assert (await typed("task", "show", "3f9", "--by", "nobody"))[0] == 1


async def test_ids_that_begin_alike_are_shown_long_enough_to_be_typed(line, typed):
    line.leave_message(CallId("3f9a0c11"))
    line.leave_message(CallId("3f9a0c12"))
    _code, out, _err = await typed("task")
    assert [row.split()[0] for row in out.splitlines()] == ["3f9a0c11", "3f9a0c12"]


async def test_a_red_flag_cannot_be_closed_as_reached_by_word_alone(line, typed):
    order = OpenTask(call_id=MESSAGE, kind=RED_FLAG_TASK, queue="nurse")
    line.brain.switchboard.tasks.open(order, line.clock())
    code, out, err = await typed("task", "close", "3f", "--by", "grace", "--how", "reached")
    assert (code, out) == (1, "")
    assert "not-reached, help-was-there or not-needed" in err
    assert not await line.journaled(TaskClosed)
    assert (await typed("task"))[1].startswith("3f9a0c  red-flag-call-back for nurse, ")


async def test_the_list_for_programs_is_one_object(line, typed):
    line.leave_message()
    (task,) = json.loads((await typed("task", "--json"))[1])["tasks"]
    assert (task["call"], task["kind"], task["queue"]) == (MESSAGE, "message", "general")
    queues = json.loads((await typed("queue", "--json"))[1])["queues"]
    assert [each["queue"] for each in queues] == list(line.site.queues)


async def test_a_queue_is_closed_for_two_hours_and_given_back(line, typed):
    code, out, _err = await typed("queue", "billing", "closed", "--for", "2h")
    assert code == 0
    assert out.startswith("billing: closed until ")
    assert out.endswith(", by hand; new callers leave a message")
    assert "; nobody waits; nobody on duty" in (await typed("queue", "billing"))[1]
    _code, out, _err = await typed("queue", "billing", "calendar")
    assert out == "billing: open; nobody who takes its calls is on duty"
    facts = await line.journaled(QueueOverridden)
    assert [(fact.queue, fact.open) for fact in facts] == [("billing", False), ("billing", None)]
    assert facts[0].for_s == 7200.0


async def test_the_nurse_queue_cannot_be_closed(typed):
    code, out, err = await typed("queue", "nurse", "closed")
    assert (code, out) == (1, "")
    assert err == "nurse is the nurse queue: red flags wait there, and it is never closed"


async def test_a_queue_that_is_not_there_is_told_with_the_nearest(typed):
    assert await typed("queue", "biling") == (
        1,
        "",
        "there is no queue 'biling'; did you mean 'billing'?",
    )


async def test_a_time_without_a_word_is_no_request(typed):
    code, _out, err = await typed("queue", "billing", "--for", "2h")
    assert code == 2
    assert err == "careline queue: --for goes with open or closed; see --help"


async def test_a_nurse_who_would_leave_too_few_waits_and_a_supervisor_lets_her_go(line, typed):
    for nurse in ("grace", "elena"):
        await typed("agent", nurse, "ready")
    async with watching(line.path) as events:
        line.line.report(line.phones.arrive(MESSAGE, line.clock()))
        line.line.report(*line.phones.press(MESSAGE, "9"))
        await line.until("talks with grace", events)
    waits = "waits until another nurse is ready; a supervisor can approve it with --approved"
    assert await typed("agent", "elena", "break") == (0, f"elena: break {waits}", "")
    assert await typed("agent", "elena", "break", "--approved") == (0, "elena: break", "")
    assert await typed("agent", "grace", "break") == (
        0,
        "grace: break once the call and its wrap-up are over; no nurse is ready",
        "",
    )
    status = await request(line.path, op="status")
    presences = {each["agent"]: each["presence"] for each in status["agents"]}
    assert (presences["grace"], presences["elena"]) == ("ready", "break")


async def test_that_no_nurse_is_left_is_said_to_whoever_sends_the_last_one_away(typed):
    for nurse in ("grace", "elena"):
        await typed("agent", nurse, "ready")
    assert await typed("agent", "grace", "out") == (0, "grace: out", "")
    assert await typed("agent", "elena", "break") == (0, "elena: break; no nurse is ready", "")
    assert await typed("agent", "ben", "out") == (0, "ben: out", "")
    assert await typed("agent", "elena", "ready") == (0, "elena: ready", "")


async def test_only_a_break_is_approved(typed):
    code, _out, err = await typed("agent", "grace", "out", "--approved")
    assert (code, err) == (1, "only a break is approved; 'out' needs no approval")


async def test_while_no_line_is_connected_it_is_said_that_it_counts_later(line, typed, monkeypatch):
    monkeypatch.setattr("careline.control_server._HANDLED_WITHIN_S", 0.0)
    line.leave_message()
    line.driving.cancel()
    await asyncio.gather(line.driving, return_exceptions=True)
    _code, out, _err = await typed("task", "close", "3f", "--by", "ben", "--how", "done")
    assert out.endswith("closed by ben, done, as soon as the line is connected again")
    assert "as soon as" in (await typed("agent", "ben", "ready"))[1]
    assert "as soon as" in (await typed("queue", "billing", "closed"))[1]
    line.connect()
    async with asyncio.timeout(20):
        # Facts are handled in the order in which they were handed in.
        await line.brain.tell_and_wait(AgentReady(site=line.site.id, agent_id=AgentId("ben")))
    assert not list(line.brain.switchboard.tasks)
    assert len(await line.journaled(TaskClosed)) == 1


@pytest.mark.parametrize(
    ("request_", "done"),
    [
        (("agent", "ben", "break"), "ben: break"),
        (("queue", "billing", "closed"), "billing: closed"),
        (("task", "close", "3f", "--by", "ben", "--how", "done"), "message of call"),
    ],
    ids=["an agent", "a queue", "a task"],
)
async def test_what_the_journal_could_not_keep_is_not_told_as_if_it_would_last(
    line, typed, request_, done
):
    line.leave_message()
    line.brain._journal.outage = "the disk is full"
    code, out, err = await typed(*request_)
    assert code == 1
    assert out.startswith(done)
    assert out.endswith("; for now only")
    assert "lost when the line starts again: " in err
    assert "the disk is full" in err
    line.brain._journal.outage = None
    code, out, err = await typed("agent", "ben", "ready")
    assert (code, err) == (0, "")
    assert "for now" not in out
