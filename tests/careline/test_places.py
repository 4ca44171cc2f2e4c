"""What waiting callers are told of their place follows from the journal alone."""

from __future__ import annotations

import pytest

from calls.commands import Say
from calls.facts import (
    CallConnected,
    CallerWait,
    CallQueued,
    Fact,
    PlaceTold,
    WaitEstimated,
)
from calls.ids import AgentId, CallId, OfferId, QueueId
from calls.requirement import Requirement
from careline.switchboard import Switchboard
from tests.careline.rig import Rig

BILLING = QueueId("billing")
FIRST, SECOND, THIRD = (CallId(each) for each in ("first", "second", "third"))


def to_billing(rig: Rig, call_id: CallId) -> None:
    """A caller who presses their way to billing."""
    rig.arrive(call_id)
    rig.run.advance(20)
    rig.press("1532", call_id)
    rig.run.advance(1)
    assert any(
        isinstance(each, CallQueued)
        and each.call_id == call_id
        and each.requirement.queue == BILLING
        for each in rig.records
    )


def told(rig: Rig, call_id: CallId) -> list[tuple[int | None, float | None]]:
    return [
        (each.position, each.wait_s)
        for each in rig.records
        if isinstance(each, PlaceTold) and each.call_id == call_id
    ]


def heard(rig: Rig, call_id: CallId) -> list[str]:
    """The prompts of the last thing that was said."""
    said = [each for each in rig.of(Say) if each.call_id == call_id][-1]
    names = {
        texts[language]: name
        for name, texts in rig.site.rules.prompts.items()
        for language in texts
    }
    return [names[each.text] for each in said.utterances]


def estimated(*callers: CallId, p90_s: float = 400.0, ago_s: float = 0.0) -> WaitEstimated:
    return WaitEstimated(
        site="riverside",
        queue=BILLING,
        by="simulation",
        p50_s=p90_s / 2,
        p90_s=p90_s,
        callers=tuple(CallerWait(call_id=each, p50_s=p90_s / 2, p90_s=p90_s) for each in callers),
        made_ago_s=ago_s,
    )


@pytest.fixture
def rig(clinic):
    """Somebody is signed in for billing, on a break, so that callers wait."""
    rig = Rig(clinic)
    able = [each.id for each in clinic.agents.values() if each.skills.get("billing", 0) >= 2]
    rig.on_break(able[0])
    yield rig
    rig.run.close()


def proven(rig: Rig) -> None:
    """Estimates that were borne out in nine cases of ten."""
    estimates = rig.run.switchboard.estimates
    now = rig.run.now - 3600.0
    for number in range(30):
        call_id = CallId(f"earlier-{number}")
        need = Requirement(queue=BILLING)
        estimates.handle(CallQueued(site="s", call_id=call_id, requirement=need), now)
        estimates.handle(estimated(call_id), now)
        now += 200.0 if number % 10 else 500.0
        estimates.handle(
            CallConnected(
                site="s", call_id=call_id, agent_id=AgentId("ana"), offer_id=OfferId("o")
            ),
            now,
        )


def test_who_joins_is_told_their_place_after_the_words_of_the_step(rig):
    to_billing(rig, FIRST)
    assert told(rig, FIRST) == [(1, None)]
    assert heard(rig, FIRST)[:2] == ["to-billing", "position-1"]
    to_billing(rig, SECOND)
    assert told(rig, SECOND) == [(2, None)]
    assert heard(rig, SECOND)[:2] == ["to-billing", "position-2"]


def test_an_estimate_that_has_not_proved_right_is_not_told(rig):
    to_billing(rig, FIRST)
    rig.run.tell(estimated(FIRST))
    rig.run.advance(60)
    assert {wait_s for _position, wait_s in told(rig, FIRST)} == {None}


def test_an_estimate_that_has_proved_right_is_told_with_the_next_word_of_comfort(rig):
    proven(rig)
    to_billing(rig, FIRST)
    rig.run.advance(20)
    rig.run.tell(estimated(FIRST, ago_s=1.0))
    while len(told(rig, FIRST)) < 2:
        assert rig.run.step()
    ((_, first), (position, wait_s)) = told(rig, FIRST)
    assert first is None
    assert position == 1
    assert wait_s is not None
    assert 340 < wait_s < 400
    assert heard(rig, FIRST) == ["comfort", "position-1", "wait-10"]


def test_who_joins_others_is_told_the_wait_of_a_newcomer(rig):
    proven(rig)
    to_billing(rig, FIRST)
    rig.run.tell(estimated(FIRST, p90_s=550.0))
    to_billing(rig, SECOND)
    assert told(rig, SECOND) == [(2, 550.0)]
    assert heard(rig, SECOND)[-1] == "wait-10"


def test_who_is_being_rung_for_is_told_no_place(rig, clinic):
    able = [each.id for each in clinic.agents.values() if each.skills.get("billing", 0) >= 2]
    rig.ready(*able)
    to_billing(rig, FIRST)
    assert told(rig, FIRST) == [(None, None)]
    assert "position-1" not in heard(rig, FIRST)


def test_a_replay_of_the_journal_says_the_same_without_estimating_anything(rig, clinic):
    live = rig.run.switchboard
    # Proven in the journal itself: thirty callers, each with an estimate, answered as foretold.
    able = [each.id for each in clinic.agents.values() if each.skills.get("billing", 0) >= 2]
    for number in range(32):
        call_id = CallId(f"proof-{number}")
        to_billing(rig, call_id)
        rig.run.tell(estimated(call_id, p90_s=1.0 if number % 10 == 0 else 400.0))
        rig.run.advance(3)
        rig.ready(able[0])
        rig.run.advance(40)
        rig.on_break(able[0])
        rig.run.tell(*rig.phones.hang_up(call_id))
        rig.run.advance(60)
    to_billing(rig, SECOND)
    to_billing(rig, THIRD)
    rig.run.tell(estimated(SECOND, THIRD))
    rig.run.advance(60)
    assert any(wait_s for _position, wait_s in told(rig, THIRD))
    records = [(at, record) for at, turn in rig.turns for record in turn.records]
    again = Switchboard(clinic)
    replayed: list[object] = []
    said: list[object] = []

    def observe(_now, turn):
        replayed.extend(turn.records)
        said.extend(each for each in turn.commands if isinstance(each, Say))

    again.replay(records, observe)
    assert [each for each in replayed if isinstance(each, Fact)] == [
        each for _at, each in records if isinstance(each, Fact)
    ]
    assert said == rig.of(Say)
    assert again.estimates.scores() == live.estimates.scores()
