"""The whole site in virtual time, with the sample clinic and simulated telephones."""

from __future__ import annotations

import shutil
from dataclasses import replace

import pytest

from adapters.telephony.simulated import Behaviour, Pickup, SimulatedPhones
from calls.commands import (
    Bridge,
    Command,
    HangUp,
    OfferCall,
    OpenTask,
    ReleaseAgent,
    Say,
    StartRecording,
    Transfer,
)
from calls.facts import (
    AgentKeyed,
    AgentOnBreak,
    AgentOut,
    AgentReady,
    CallEnded,
    CallFailed,
    CallQueued,
    Fact,
    PhoneRegistered,
    QueueUnstaffed,
)
from calls.ids import AgentId, CallId, OfferId
from calls.outcome import Outcome
from calls.ports import LineSnapshot, LiveCall
from careline.dryrun import DryRun
from careline.switchboard import Switchboard, Turn
from config.load import load_site
from config.site import Site
from ivr import State

MONDAY_10H = 1_795_446_000.0
"""2026-11-23 10:00 in New York: the sample clinic is open."""

SUNDAY_10H = 1_795_359_600.0
"""2026-11-22 10:00 in New York: it is closed."""

CALL = CallId("one")
OTHER = CallId("two")


class Rig:
    """A dry run that remembers its turns."""

    def __init__(self, site: Site, now: float = MONDAY_10H, **away: Pickup) -> None:
        self.turns: list[tuple[float, Turn]] = []
        behaviours = {
            agent: Behaviour(pickup=away.get(agent, Pickup.ANSWERS)) for agent in site.agents
        }
        self.phones = SimulatedPhones(site.id, behaviours)
        self.run = DryRun(site, self.phones, now, lambda at, turn: self.turns.append((at, turn)))
        self.site = site

    def ready(self, *agents: str) -> None:
        for agent in agents or self.site.agents:
            self.run.tell(AgentReady(site=self.site.id, agent_id=AgentId(agent)))

    def on_break(self, *agents: str) -> None:
        for agent in agents:
            self.run.tell(AgentOnBreak(site=self.site.id, agent_id=AgentId(agent)))

    def out(self, *agents: str) -> None:
        for agent in agents:
            self.run.tell(AgentOut(site=self.site.id, agent_id=AgentId(agent)))

    def arrive(self, call_id: CallId = CALL) -> None:
        self.run.tell(self.phones.arrive(call_id, self.run.now))

    def say(self, words: str, call_id: CallId = CALL) -> None:
        self.run.tell(*self.phones.speak(call_id, words))

    def press(self, digits: str, call_id: CallId = CALL) -> None:
        self.run.tell(*self.phones.press(call_id, digits))

    @property
    def commands(self) -> list[Command]:
        return [command for _at, turn in self.turns for command in turn.commands]

    @property
    def records(self) -> list[Fact | Command]:
        return [record for _at, turn in self.turns for record in turn.records]

    def of(self, kind: type[Command]) -> list[Command]:
        return [command for command in self.commands if type(command) is kind]

    def outcomes(self) -> list[Outcome]:
        return [record.outcome for record in self.records if isinstance(record, CallEnded)]


@pytest.fixture
def rig(clinic: Site) -> Rig:
    made = Rig(clinic)
    yield made
    made.run.close()


def test_the_first_words_of_a_call_are_the_911_advice_in_every_language(rig, clinic):
    rig.arrive()
    first = rig.of(Say)[0]
    advice = clinic.rules.prompts[clinic.rules.advice_911]
    assert [u.text for u in first.utterances[:2]] == [advice["en"], advice["es"]]


def test_a_red_flag_rings_the_nurse_before_anything_is_said(rig):
    rig.ready()
    rig.arrive()
    rig.turns.clear()
    rig.say("i have shortness of breath and a sharp pain in my left arm")
    kinds = [type(command) for command in rig.commands if type(command) in (OfferCall, Say)]
    assert kinds[0] is OfferCall
    assert rig.of(OfferCall)[0].emergency


def test_a_red_flag_said_in_the_queue_reaches_a_nurse(rig):
    rig.ready("grace")
    rig.on_break("fiona")
    rig.arrive()
    rig.run.advance(20)
    rig.press("153")
    rig.run.advance(60)
    assert not rig.of(OfferCall)
    rig.say("my chest hurts and i can't breathe")
    rig.run.advance(5)
    assert [command.agent_id for command in rig.of(Bridge)] == ["grace"]


def test_the_emergency_key_works_after_hours(clinic):
    rig = Rig(clinic, SUNDAY_10H)
    rig.ready("grace")
    rig.arrive()
    rig.run.advance(60)
    rig.press("9")
    rig.run.advance(5)
    assert [command.agent_id for command in rig.of(Bridge)] == ["grace"]
    rig.run.close()


def test_an_agent_who_does_not_answer_costs_the_caller_no_place(clinic):
    rig = Rig(clinic, fiona=Pickup.LETS_IT_RING)
    rig.ready("fiona", "hannah")
    rig.arrive()
    rig.run.advance(20)
    rig.press("153")
    rig.run.advance(40)
    assert [command.agent_id for command in rig.of(OfferCall)] == ["fiona", "hannah"]
    assert [command.agent_id for command in rig.of(Bridge)] == ["hannah"]
    rig.run.close()


def test_an_escalated_call_is_taken_by_a_nurse_and_the_caller_is_never_dropped(rig):
    rig.ready("ben", "grace")
    rig.arrive()
    rig.press("0")
    rig.run.advance(5)
    bridge = rig.of(Bridge)[0]
    assert bridge.agent_id == "ben"
    for key in "*9":
        rig.run.tell(
            AgentKeyed(
                site=rig.site.id,
                call_id=CALL,
                offer_id=bridge.offer_id,
                agent_id=bridge.agent_id,
                digits=key,
            )
        )
    rig.run.advance(5)
    assert [command.agent_id for command in rig.of(Bridge)] == ["ben", "grace"]
    assert not rig.of(HangUp)


def test_keys_far_apart_are_no_code(rig):
    rig.ready("ben", "grace")
    rig.arrive()
    rig.press("0")
    rig.run.advance(5)
    bridge = rig.of(Bridge)[0]
    keyed = {
        "site": rig.site.id,
        "call_id": CALL,
        "offer_id": bridge.offer_id,
        "agent_id": bridge.agent_id,
    }
    rig.run.tell(AgentKeyed(**keyed, digits="*"))
    rig.run.advance(10)
    rig.run.tell(AgentKeyed(**keyed, digits="9"))
    rig.run.advance(5)
    assert [command.agent_id for command in rig.of(Bridge)] == ["ben"]


def test_a_conversation_is_recorded_once_the_notice_was_heard_to_its_end(rig):
    rig.ready("ben")
    rig.arrive()
    rig.run.advance(30)
    rig.press("0")
    rig.run.advance(5)
    assert [command.recording_id for command in rig.of(StartRecording)] == ["one-1"]


def test_a_notice_that_was_cut_short_permits_no_recording(rig):
    rig.ready("ben")
    rig.arrive()
    rig.press("0")
    rig.run.advance(5)
    assert rig.of(Bridge)
    assert not rig.of(StartRecording)


def test_a_site_that_never_records_never_records(clinic):
    site = replace(clinic, recording=replace(clinic.recording, consent="never"))
    rig = Rig(site)
    rig.ready("ben")
    rig.arrive()
    rig.run.advance(30)
    rig.press("0")
    rig.run.advance(5)
    assert rig.of(Bridge)
    assert not rig.of(StartRecording)
    rig.run.close()


def test_a_red_flag_caller_who_drops_becomes_a_task(rig):
    rig.arrive()
    rig.say("i think i am having a heart attack")
    rig.run.tell(*rig.phones.hang_up(CALL))
    assert [task.order.kind for task in rig.run.switchboard.tasks] == ["red-flag-call-back"]
    assert rig.outcomes() == [Outcome.ADVISED]


def test_a_bug_in_a_flow_costs_no_caller_the_advice_and_the_fallback(clinic):
    flow = clinic.flows[clinic.entry_flow]
    # What no loaded site can hold: a step that is none. An interpreter fails on it as on a bug.
    steps = {**flow.steps, "symptoms": object()}
    broken = replace(clinic, flows={clinic.entry_flow: replace(flow, steps=steps)})
    rig = Rig(broken)
    rig.arrive()
    rig.run.advance(20)
    rig.turns.clear()
    rig.press("1")
    rig.run.advance(60)
    assert rig.run.switchboard.faults == 1
    said = rig.of(Say)[0].utterances
    assert said[0].text == clinic.rules.prompts[clinic.rules.advice_911]["en"]
    assert [command.destination for command in rig.of(Transfer)] == [clinic.fallback_number]
    assert rig.outcomes() == [Outcome.ERROR]
    rig.run.close()


def test_a_call_that_cannot_be_let_in_hears_the_advice_and_goes_to_the_fallback(rig, clinic):
    rig.run.switchboard.accepting = False
    rig.arrive()
    rig.run.advance(60)
    assert [command.destination for command in rig.of(Transfer)] == [clinic.fallback_number]
    assert rig.outcomes() == [Outcome.REFUSED]


def test_a_replay_makes_the_same_decisions(clinic):
    rig = Rig(clinic, fiona=Pickup.LETS_IT_RING, hannah=Pickup.DECLINES)
    rig.ready()
    rig.arrive()
    rig.run.advance(8)
    rig.arrive(OTHER)
    rig.press("153")
    rig.run.advance(40)
    rig.say("i need an appointment", OTHER)
    rig.run.advance(15)
    rig.say("my baby is not breathing", OTHER)
    rig.run.advance(120)
    rig.run.tell(*rig.phones.hang_up(CALL))
    rig.run.advance(120)

    again: list[Fact | Command] = []
    told = [(at, record) for at, turn in rig.turns for record in turn.records]
    Switchboard(clinic).replay(told, lambda _at, turn: again.extend(turn.records))
    assert [record for _at, record in told] == again
    rig.run.close()


def test_a_caller_the_line_lost_is_called_back_unless_somebody_spoke_with_them(rig):
    rig.ready("ben")
    rig.arrive()
    rig.arrive(OTHER)
    rig.press("0")
    rig.run.advance(5)
    for call_id in (CALL, OTHER):
        rig.run.tell(CallFailed(site=rig.site.id, call_id=call_id, reason="line-restarted"))
    assert [(task.order.call_id, task.order.kind) for task in rig.run.switchboard.tasks] == [
        (OTHER, "call-back")
    ]


def test_after_a_restart_of_the_line_every_call_it_lost_ends_once(rig):
    rig.arrive()
    rig.arrive(OTHER)
    empty = LineSnapshot(epoch="new", calls=(), reachable=())
    turn = rig.run.switchboard.reconcile(empty, rig.run.now)
    ended = [record for record in turn.records if isinstance(record, CallEnded)]
    assert sorted(record.call_id for record in ended) == [CALL, OTHER]
    assert not rig.run.switchboard.live_calls


def test_after_a_restart_of_the_brain_a_waiting_caller_keeps_place_and_time(clinic):
    rig = Rig(clinic)
    rig.on_break("fiona")
    rig.arrive()
    rig.run.advance(20)
    rig.press("153")
    rig.run.advance(60)
    rig.arrive(OTHER)
    rig.run.advance(20)
    rig.press("153", OTHER)
    rig.run.advance(10)

    reborn = Switchboard(clinic)
    reborn.replay((at, record) for at, turn in rig.turns for record in turn.records)
    picture = LineSnapshot(
        epoch="same", calls=rig.phones.snapshot(), reachable=rig.phones.reachable()
    )
    reborn.reconcile(picture, rig.run.now)
    waited = {call: reborn.distributor.waited_s(call, rig.run.now) for call in (CALL, OTHER)}
    assert waited == {
        call: rig.run.switchboard.distributor.waited_s(call, rig.run.now) for call in (CALL, OTHER)
    }
    assert [reborn.distributor.position(call) for call in (CALL, OTHER)] == [1, 2]
    rig.run.close()


def test_phones_that_came_or_went_meanwhile_are_noticed(rig):
    away = LineSnapshot(epoch="same", calls=(), reachable=(AgentId("ben"),))
    turn = rig.run.switchboard.reconcile(away, rig.run.now)
    assert not [record for record in turn.records if isinstance(record, PhoneRegistered)]
    agents = rig.run.switchboard.distributor.snapshot().agents
    reachable = {agent.agent_id for agent in agents if agent.reachable}
    assert reachable == {"ben"}


def test_every_call_ends_exactly_once_and_the_sums_agree(rig):
    rig.ready("ben", "grace", "lucia")
    for number in range(12):
        call = CallId(f"call-{number}")
        rig.arrive(call)
        rig.run.advance(7)
        rig.press("0" if number % 3 == 0 else "151", call)
        if number % 4 == 1:
            rig.say("i was bitten by a spider and it is getting redder and swelling", call)
        rig.run.advance(11)
        if number % 2:
            rig.run.tell(*rig.phones.hang_up(call))
    rig.run.advance(30)
    for number in range(12):
        rig.run.tell(*rig.phones.hang_up(CallId(f"call-{number}")))
    rig.run.advance(600)
    board = rig.run.switchboard
    assert not board.live_calls
    assert len(rig.outcomes()) == sum(board.outcomes.values()) == 12
    totals = board.distributor.totals
    assert totals.balanced
    assert totals.entered > 0


def test_every_task_stands_in_the_records_as_a_decision(rig):
    rig.arrive()
    rig.say("i want to kill myself")
    rig.run.tell(*rig.phones.hang_up(CALL))
    tasks = [record for record in rig.records if isinstance(record, OpenTask)]
    assert [task.call_id for task in tasks] == [CALL]


# --- nobody is trapped in a queue ---------------------------------------------------------------


def test_a_caller_who_presses_0_where_nobody_is_signed_in_leaves_a_message(clinic):
    rig = Rig(clinic, SUNDAY_10H)
    rig.ready("grace")
    rig.arrive()
    rig.run.advance(60)
    rig.press("0")
    said = rig.of(Say)[-1].utterances
    assert [each.text for each in said] == [
        clinic.rules.prompts[name]["en"] for name in ("nobody-here", "leave-message")
    ]
    rig.run.advance(120)
    assert [(task.order.kind, task.order.queue) for task in rig.run.switchboard.tasks] == [
        ("message", "general")
    ]
    assert rig.outcomes() == [Outcome.MESSAGE_TAKEN]
    assert rig.run.switchboard.distributor.totals.balanced
    rig.run.close()


def test_what_is_said_where_nobody_is_here_comes_after_what_is_said_on_entering_the_queue(rig):
    rig.arrive()
    rig.press("0")
    prompt_ids = [command.prompt_id for command in rig.of(Say)]
    assert prompt_ids == sorted(prompt_ids)
    assert len(prompt_ids) == 3


def test_a_spanish_caller_whom_nobody_signed_in_understands_leaves_a_message(rig, clinic):
    rig.ready("ben")
    rig.arrive()
    rig.run.advance(20)
    rig.press("20")
    said = rig.of(Say)[-1].utterances
    assert said[0].text == clinic.rules.prompts["nobody-here"]["es"]
    assert not rig.of(OfferCall)


def test_an_agent_on_a_break_is_waited_for(rig):
    rig.on_break("ben")
    rig.arrive()
    rig.press("0")
    rig.run.advance(60)
    assert not [record for record in rig.records if isinstance(record, QueueUnstaffed)]
    rig.ready("ben")
    rig.run.advance(5)
    assert [command.agent_id for command in rig.of(Bridge)] == ["ben"]


def test_a_caller_whose_last_agent_goes_home_is_offered_a_message(rig, clinic):
    rig.on_break("ben")
    rig.arrive()
    rig.press("0")
    rig.out("ben")
    rig.run.advance(clinic.rules.longest_wait_s + 60)
    offer = clinic.rules.prompts["long-wait"]["en"]
    assert offer in [each.text for command in rig.of(Say) for each in command.utterances]
    assert rig.run.switchboard.distributor.position(CALL) == 1
    rig.press("1")
    rig.run.advance(120)
    assert rig.outcomes() == [Outcome.MESSAGE_TAKEN]


def test_a_waiting_caller_asks_in_vain_for_a_person_and_keeps_place_and_time(rig):
    rig.on_break("fiona")
    rig.arrive()
    rig.run.advance(20)
    rig.press("153")
    rig.run.advance(60)
    rig.press("0")
    rig.run.advance(30)
    distributor = rig.run.switchboard.distributor
    assert distributor.waited_s(CALL, rig.run.now) == 90
    rig.ready("fiona")
    rig.run.advance(5)
    assert [command.agent_id for command in rig.of(Bridge)] == ["fiona"]


def test_a_red_flag_waits_for_a_nurse_and_for_the_on_call_number_with_nobody_signed_in(clinic):
    rig = Rig(clinic, SUNDAY_10H)
    rig.arrive()
    rig.press("9")
    rig.run.advance(clinic.rules.on_call_after_s + 5)
    assert not [record for record in rig.records if isinstance(record, QueueUnstaffed)]
    assert rig.of(Transfer)
    rig.run.close()


def test_a_replay_finds_the_same_queues_unstaffed(clinic):
    rig = Rig(clinic, SUNDAY_10H)
    rig.arrive()
    rig.press("0")
    rig.run.advance(120)
    again: list[Fact | Command] = []
    told = [(at, record) for at, turn in rig.turns for record in turn.records]
    Switchboard(clinic).replay(told, lambda _at, turn: again.extend(turn.records))
    assert any(isinstance(record, QueueUnstaffed) for record in again)
    assert [record for _at, record in told] == again
    rig.run.close()


# --- consent that is asked for ------------------------------------------------------------------


@pytest.fixture
def asking(clinic, tmp_path) -> Rig:
    folder = tmp_path / "clinic"
    shutil.copytree(clinic.folder, folder)
    file = folder / "site.yaml"
    file.write_text(file.read_text().replace("consent: announced", "consent: asked"))
    made = Rig(load_site(folder))
    made.ready("ben")
    made.arrive()
    while made.run.switchboard.call(CALL).state is not State.CONSENT:
        made.run.step()
    yield made
    made.run.close()


@pytest.mark.parametrize("answer", ["1", "yes please"])
def test_a_caller_who_agrees_is_recorded(asking, answer):
    asking.press(answer) if answer == "1" else asking.say(answer)
    asking.press("0")
    asking.run.advance(5)
    assert asking.of(Bridge)
    assert [command.recording_id for command in asking.of(StartRecording)] == ["one-1"]


@pytest.mark.parametrize("answer", ["2", "no thank you", "yes but what does it cost me", ""])
def test_a_caller_who_refuses_or_gives_no_clear_answer_is_not_recorded(asking, answer):
    if answer == "2":
        asking.press(answer)
    elif answer:
        asking.say(answer)
    else:
        asking.run.advance(30)
    asking.press("0")
    asking.run.advance(5)
    assert asking.of(Bridge)
    assert not asking.of(StartRecording)


# --- words said ahead ---------------------------------------------------------------------------


@pytest.mark.parametrize("step", [None, "language", "symptoms"])
def test_what_is_said_before_the_menu_reaches_its_queue_without_being_said_again(rig, step):
    rig.ready()
    rig.arrive()
    while rig.run.switchboard.call(CALL).step != step:
        rig.run.step()
    rig.say("i need to refill my prescription")
    rig.run.advance(90)
    assert [r.requirement.queue for r in rig.records if isinstance(r, CallQueued)] == ["refills"]


def test_what_is_said_ahead_after_hours_still_lets_the_caller_hear_that_it_is_closed(clinic):
    rig = Rig(clinic, SUNDAY_10H)
    rig.arrive()
    rig.run.advance(5)
    rig.say("i need to refill my prescription")
    rig.run.advance(120)
    texts = [each.text for command in rig.of(Say) for each in command.utterances]
    assert clinic.rules.prompts["closed"]["en"] in texts
    assert rig.outcomes() == [Outcome.MESSAGE_TAKEN]
    rig.run.close()


def test_a_caller_whom_only_the_line_knows_is_served_as_one_who_arrives(rig):
    picture = LineSnapshot(
        epoch="same", calls=(LiveCall(call_id=CALL, arrived_at=rig.run.now),), reachable=()
    )
    turn = rig.run.switchboard.reconcile(picture, rig.run.now)
    assert CALL in rig.run.switchboard.live_calls
    assert any(isinstance(command, Say) for command in turn.commands)


def test_an_agent_whom_only_the_line_still_connects_is_released(rig):
    rig.arrive()
    picture = LineSnapshot(
        epoch="same",
        calls=(LiveCall(call_id=CALL, arrived_at=rig.run.now, connected_offer=OfferId("one/9")),),
        reachable=rig.phones.reachable(),
    )
    turn = rig.run.switchboard.reconcile(picture, rig.run.now)
    released = [command for command in turn.commands if isinstance(command, ReleaseAgent)]
    assert [command.offer_id for command in released] == ["one/9"]
