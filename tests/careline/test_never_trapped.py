"""From every step of the sample clinic, with nobody signed in, every caller comes to help.

DESIGN promise 7, walked and not proved: from each step, in each language, open and closed, by
callers who do nothing, press one key over and over, or only talk.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from adapters.telephony.simulated import Behaviour, SimulatedPhones
from calls.commands import Command
from calls.facts import CallEnded, Fact
from calls.ids import CallId
from calls.outcome import Outcome
from careline.dryrun import DryRun
from careline.turn import Turn
from config.site import Site
from ivr.steps import HangUpStep, SetStep

MONDAY_10H = 1_795_446_000.0
SUNDAY_10H = 1_795_359_600.0

LONGEST_CALL_S = 600.0
PAUSE_S = 7.0

CALLERS: dict[str, Callable[[SimulatedPhones, CallId], list[Fact]]] = {
    "silent": lambda _phones, _call: [],
    "wants a person": lambda phones, call: phones.press(call, "0"),
    "presses what fits nothing": lambda phones, call: phones.press(call, "6"),
    "presses the first key": lambda phones, call: phones.press(call, "1"),
    "presses the second key": lambda phones, call: phones.press(call, "2"),
    "asks for repetition twice": lambda phones, call: phones.press(call, "*"),
    "only talks": lambda phones, call: phones.speak(call, "what a lovely day it is"),
    "knows what they want": lambda phones, call: phones.speak(call, "i need an appointment"),
}


def beginning_at(site: Site, step: str, language: str) -> Site:
    flow = site.flows[site.entry_flow]
    steps = {**flow.steps, "test-begins": SetStep(values={"language": language}, next=step)}
    flow = replace(flow, start="test-begins", steps=steps)
    return replace(site, flows={site.entry_flow: flow})


@pytest.mark.parametrize("at", [MONDAY_10H, SUNDAY_10H], ids=["open", "closed"])
@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("caller", CALLERS)
def test_with_nobody_signed_in_every_caller_comes_to_help(clinic, caller, language, at):
    ended: dict[CallId, Outcome] = {}

    def observe(_now: float, turn: Turn) -> None:
        records: list[Fact | Command] = turn.records
        ended.update({r.call_id: r.outcome for r in records if isinstance(r, CallEnded)})

    phones = SimulatedPhones(clinic.id, dict.fromkeys(clinic.agents, Behaviour()))
    run = DryRun(clinic, phones, at, observe)
    steps = clinic.flows[clinic.entry_flow].steps
    for name, step in steps.items():
        call = CallId(f"from-{name}")
        run.switchboard.site = beginning_at(clinic, name, language)
        run.tell(phones.arrive(call, run.now))
        turns = 0
        while call not in ended and turns * PAUSE_S < LONGEST_CALL_S:
            run.advance(PAUSE_S)
            turns += 1
            # Somebody who asks for repetition for ever does not want to go on.
            if call not in ended and not (caller.startswith("asks") and turns > 2):
                run.tell(*CALLERS[caller](phones, call))
        helped = {Outcome.MESSAGE_TAKEN, Outcome.TRANSFERRED}
        if isinstance(step, HangUpStep):
            helped.add(Outcome.CONTAINED)
        assert ended.get(call) in helped, name
    messages = sum(outcome is Outcome.MESSAGE_TAKEN for outcome in ended.values())
    assert sum(task.order.kind == "message" for task in run.switchboard.tasks) >= messages
    assert run.switchboard.faults == 0
    assert run.switchboard.distributor.totals.balanced
    run.close()
