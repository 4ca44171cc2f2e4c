"""After a restart of the brain or the line every caller stands where they stood, or ends once."""

from __future__ import annotations

from dataclasses import replace

from adapters.telephony.simulated import Pickup
from calls.commands import Bridge, Command, HangUp, ReleaseAgent, Say, StartRecording, StopRecording
from calls.facts import AgentHungUp, CallEnded, CallFailed, Fact, PhoneRegistered
from calls.ids import AgentId, OfferId
from calls.outcome import Outcome
from calls.ports import LineSnapshot, LiveCall
from careline.switchboard import Switchboard
from tests.careline.rig import CALL, OTHER, Rig


def test_a_replay_makes_the_same_decisions(clinic):
    rig = Rig(clinic, fiona=Pickup.LETS_IT_RING, hannah=Pickup.DECLINES)
    rig.ready()
    rig.arrive()
    rig.run.advance(8)
    rig.arrive(OTHER)
    rig.press("1532")
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
    assert not rig.run.switchboard.calls


def test_after_a_restart_of_the_brain_a_waiting_caller_keeps_place_and_time(clinic):
    rig = Rig(clinic)
    rig.on_break("fiona")
    rig.arrive()
    rig.run.advance(20)
    rig.press("1532")
    rig.run.advance(60)
    rig.arrive(OTHER)
    rig.run.advance(20)
    rig.press("1532", OTHER)
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


def test_a_caller_whom_only_the_line_knows_is_served_as_one_who_arrives(rig):
    picture = LineSnapshot(
        epoch="same", calls=(LiveCall(call_id=CALL, arrived_at=rig.run.now),), reachable=()
    )
    turn = rig.run.switchboard.reconcile(picture, rig.run.now)
    assert CALL in rig.run.switchboard.calls
    assert any(isinstance(command, Say) for command in turn.commands)


def test_who_speaks_already_behind_a_hole_of_the_journal_goes_on_speaking(clinic):
    rig = Rig(clinic, ben=Pickup.LETS_IT_RING)
    rig.ready("ben")
    rig.arrive()
    rig.press("0")
    rig.run.advance(1)
    (offer,) = rig.run.switchboard.distributor.live_offers()
    assert not offer.bridged
    picture = LineSnapshot(
        epoch="same",
        calls=(LiveCall(call_id=CALL, arrived_at=rig.run.now, connected_offers=(offer.offer_id,)),),
        reachable=rig.phones.reachable(),
    )
    turn = rig.run.switchboard.reconcile(picture, rig.run.now)
    assert not [each for each in turn.commands if isinstance(each, ReleaseAgent | Say)]
    (offer,) = rig.run.switchboard.distributor.live_offers()
    assert offer.bridged
    rig.run.close()


def test_an_agent_whom_only_the_line_still_connects_is_released(rig):
    rig.arrive()
    picture = LineSnapshot(
        epoch="same",
        calls=(
            LiveCall(call_id=CALL, arrived_at=rig.run.now, connected_offers=(OfferId("one/9"),)),
        ),
        reachable=rig.phones.reachable(),
    )
    turn = rig.run.switchboard.reconcile(picture, rig.run.now)
    released = [command for command in turn.commands if isinstance(command, ReleaseAgent)]
    assert [command.offer_id for command in released] == ["one/9"]
    # Nothing was decided: a replay of the journal would not decide it again.
    assert not set(released) & set(turn.records)


def journal_of(rig: Rig) -> list[tuple[float, Fact | Command]]:
    return [(at, record) for at, turn in rig.turns for record in turn.records]


def test_a_call_that_ended_is_over_also_where_it_would_go_another_way_today(rig, clinic):
    rig.ready("ben")
    rig.arrive()
    rig.press("0")
    rig.run.advance(5)
    rig.run.tell(*rig.phones.agent_hangs_up(CALL, AgentId("ben")))
    rig.run.advance(60)
    assert rig.outcomes() == [Outcome.HANDLED]
    # Ben has left the clinic since: replayed, nobody would have answered.
    agents = {name: agent for name, agent in clinic.agents.items() if name != "ben"}
    reborn = Switchboard(replace(clinic, agents=agents))
    reborn.replay(journal_of(rig))
    assert not reborn.calls
    assert reborn.calls.outcomes == {Outcome.HANDLED: 1}
    assert not list(reborn.tasks)


def up(rig: Rig, **more: object) -> LineSnapshot:
    call = LiveCall(call_id=CALL, arrived_at=rig.run.now, **more)
    return LineSnapshot(epoch="same", calls=(call,), reachable=rig.phones.reachable())


def test_a_caller_whom_the_line_was_not_told_to_hang_up_is_not_greeted_again(rig, clinic):
    rig.arrive()
    rig.press("0")
    rig.run.advance(120)
    assert rig.outcomes() == [Outcome.MESSAGE_TAKEN]
    reborn = Switchboard(clinic)
    reborn.replay(journal_of(rig))
    for board in (rig.run.switchboard, reborn):
        turn = board.reconcile(up(rig), rig.run.now)
        assert turn.commands == [HangUp(call_id=CALL)]
        assert turn.records == []


def recorded(rig: Rig) -> StartRecording:
    rig.ready("ben")
    rig.arrive()
    rig.run.advance(30)
    rig.press("0")
    rig.run.advance(5)
    (start,) = rig.of(StartRecording)
    return start


def test_a_recording_that_the_line_never_began_is_begun_after_a_restart(rig):
    start = recorded(rig)
    offer_id = rig.of(Bridge)[0].offer_id
    turn = rig.run.switchboard.reconcile(up(rig, connected_offers=(offer_id,)), rig.run.now)
    (again,) = turn.commands
    assert isinstance(again, StartRecording)
    assert again.recording_id != start.recording_id


def test_a_recording_that_runs_is_left_alone_and_closed_when_the_agent_leaves(rig, clinic):
    start = recorded(rig)
    offer_id = rig.of(Bridge)[0].offer_id
    picture = up(rig, connected_offers=(offer_id,), recording_id=start.recording_id)
    assert rig.run.switchboard.reconcile(picture, rig.run.now).commands == []
    # Begun again after one restart, it runs under another name at the next.
    board = Switchboard(clinic)
    board.replay(journal_of(rig))
    renamed = up(rig, connected_offers=(offer_id,), recording_id="one-2-1795446035")
    assert board.reconcile(renamed, rig.run.now).commands == []
    left = AgentHungUp(site=clinic.id, call_id=CALL, offer_id=offer_id, agent_id=AgentId("ben"))
    stop = StopRecording(call_id=CALL, recording_id="one-2-1795446035")
    assert stop in board.handle(left, rig.run.now).commands


def test_a_recording_that_should_have_been_closed_is_closed_after_a_restart(rig):
    rig.arrive()
    picture = up(rig, recording_id="one-1")
    commands = rig.run.switchboard.reconcile(picture, rig.run.now).commands
    assert StopRecording(call_id=CALL, recording_id="one-1") in commands


def test_who_went_home_while_no_brain_ran_is_looked_for_as_in_a_replay(clinic):
    rig = Rig(clinic)
    rig.ready("ben", "grace")
    rig.arrive()
    rig.press("0")
    rig.run.advance(5)
    rig.out("grace")
    rig.run.advance(50)
    rig.out("ben")
    rig.run.tell(*rig.phones.hang_up(CALL))
    board, now = rig.run.switchboard, rig.run.now + 30
    nobody = LineSnapshot(epoch="same", calls=(), reachable=())
    turns = [
        *rig.turns,
        (now, board.reconcile(nobody, now)),
        (now, board.tick(now)),
        (now + 60, board.tick(now + 60)),
    ]
    told = [(at, record) for at, turn in turns for record in turn.records]
    again: list[Fact | Command] = []
    Switchboard(clinic).replay(told, lambda _at, turn: again.extend(turn.records))
    assert [record for _at, record in told] == again
    rig.run.close()
