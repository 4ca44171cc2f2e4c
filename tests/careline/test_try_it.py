"""Trying a running line without a phone: the chest-pain call really arrives at a nurse."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from calls.ids import AgentId
from careline.agent_requests import nurses_of
from careline.demo.stage import Stage
from careline.try_it import (
    chest_pain_call,
    chest_pain_script,
    presence_before,
    reachable_address,
)
from config.site import Site

GRACE, ELENA = AgentId("grace"), AgentId("elena")


def test_a_caller_who_cannot_be_understood_presses_the_sites_emergency_key(clinic):
    keys = replace(clinic.rules.keys, emergency="8")
    site = replace(clinic, rules=replace(clinic.rules, keys=keys))
    script = chest_pain_script(site, GRACE, by_voice=False)
    assert [step.press for step in script.steps if step.press] == ["8"]
    assert [step.say for step in script.steps if step.say] == []
    assert script.expect.answered_by == (GRACE,)


def test_a_caller_who_is_understood_says_it(clinic):
    script = chest_pain_script(clinic, GRACE, by_voice=True)
    assert [step.press for step in script.steps if step.press] == []
    assert "pain" in (script.steps[1].say or "")


def test_nurses_are_who_takes_the_nurse_queue(clinic):
    assert nurses_of(clinic) == (GRACE, ELENA)


@pytest.mark.parametrize(
    ("listens", "dialled"),
    [("0.0.0.0:5060", "127.0.0.1:5060"), ("127.0.0.1:5070", "127.0.0.1:5070")],
)
def test_a_line_that_listens_everywhere_is_dialled_on_this_machine(listens, dialled):
    assert reachable_address(listens) == dialled


@pytest.mark.parametrize(
    ("presence", "work", "before"),
    [("ready", "idle", "ready"), ("break", "idle", "break"), ("ready", "wrap-up", "out")],
)
def test_a_nurse_who_still_wraps_up_after_the_last_try_is_not_left_signed_in(
    presence, work, before
):
    agent = {"agent": "grace", "presence": presence, "work": work, "reachable": False}
    assert presence_before(agent) == before


@pytest.fixture
async def stage(rendered: Path, tmp_path: Path) -> AsyncIterator[Stage]:
    made = Stage(tmp_path / "stage")
    made.state.prompts.rmdir()
    made.state.prompts.symlink_to(rendered)
    async with made:
        yield made


async def until_known(stage: Stage, *agents: AgentId, at_phone: bool) -> None:
    """A phone knows that it is registered, or no more, a moment before the brain does."""
    async with asyncio.timeout(60):
        while any(
            each["reachable"] is not at_phone
            for each in (await stage.status())["agents"]
            if each["agent"] in agents
        ):
            pass


async def told(stage: Stage, site: Site, *, by_voice: bool) -> list[str]:
    lines: list[str] = []
    await chest_pain_call(site, stage.state, stage.address, lines.append, by_voice=by_voice)
    return lines


@pytest.mark.alone
@pytest.mark.parametrize("by_voice", [True, False])
async def test_it_reaches_a_nurse_at_a_phone_that_was_not_there_before(stage, clinic, by_voice):
    if by_voice:
        await stage.speech_ready.wait()
    lines = await told(stage, clinic, by_voice=by_voice)
    assert lines[0] == "(grace is at a phone now; the caller dials)"
    assert lines[-1].startswith("(grace answered after ")
    assert not [line for line in lines if line.startswith("not as expected")]
    await until_known(stage, GRACE, at_phone=False)


@pytest.mark.alone
async def test_a_nurse_at_work_is_not_rung_by_it(stage, clinic):
    await stage.seat([ELENA])
    await stage.ready(ELENA)
    assert await told(stage, clinic, by_voice=False) == [
        "(elena would be rung by an emergency that is none: nothing is placed)"
    ]
    assert stage.phones[ELENA].rang == []


@pytest.mark.alone
async def test_with_every_nurse_at_a_phone_and_none_ready_nothing_is_placed(stage, clinic):
    await stage.seat([ELENA, GRACE])
    await until_known(stage, ELENA, GRACE, at_phone=True)
    assert await told(stage, clinic, by_voice=False) == [
        "(every nurse has a phone here and none is ready: nobody would answer)"
    ]


@pytest.mark.alone
async def test_a_line_that_is_gone_is_told(stage, clinic, tmp_path):
    elsewhere = type(stage.state)(tmp_path)
    lines: list[str] = []
    await chest_pain_call(clinic, elsewhere, stage.address, lines.append, by_voice=False)
    assert "no line is running" in lines[0]
