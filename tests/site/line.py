"""The line process of the simulation: legs, phones, and facts that wait to be acknowledged.

Not the simulated line that ships: that one is kind. This one checks every command against what is
up, sends facts twice, lets them overtake each other and dies with all its legs. What people do with
their phones is :mod:`tests.site.people`'s. It is long because it is a list: each command that a
line carries out, and each fact that it reports.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from acd.rule import Rule
from calls.commands import (
    Bridge,
    CallBack,
    CancelTransfer,
    Command,
    HangUp,
    OfferCall,
    PlayMusic,
    RecallOffer,
    RecordMessage,
    ReleaseAgent,
    Say,
    StartRecording,
    StopRecording,
    Transfer,
)
from calls.facts import (
    AgentFact,
    CallArrived,
    CallBackAnswered,
    CallBackMissed,
    CallerHungUp,
    CallFact,
    CallFailed,
    Fact,
    MessageRecorded,
    OfferAccepted,
    OfferDeclined,
    OfferFact,
    OfferFailed,
    OfferRinging,
    OfferUnanswered,
    PromptFinished,
    RecordingSealed,
    TransferFailed,
    TransferSucceeded,
)
from calls.ids import AgentId, CallId, OfferId
from calls.ports import LineEvent, LineSnapshot, LiveCall
from calls.private import Private
from tests.site.clinic import MONDAY_10H
from tests.site.invariants import Violation

if TYPE_CHECKING:
    from tests.site.world import World


@dataclass(slots=True, eq=False)
class Ring:
    """An offer as the line knows it: a phone that rings, has answered, or is connected."""

    offer_id: OfferId
    call_id: CallId
    agent_id: AgentId
    call_back: bool
    pair: bool = False
    answered: bool = False
    connected: bool = False
    over: bool = False

    def names(self, site: str) -> dict[str, Any]:
        """What a fact about this offer begins with."""
        return {
            "site": site,
            "call_id": self.call_id,
            "offer_id": self.offer_id,
            "agent_id": self.agent_id,
        }


@dataclass(slots=True, eq=False)
class Leg:
    """A call that is up: a caller's leg, or agents who are to call somebody back."""

    call_id: CallId
    arrived_at: float
    rings: dict[OfferId, Ring] = field(default_factory=dict)
    prompt_id: int | None = None
    barge_in: bool = True
    dialling: int = 0
    message: str | None = None
    recording: str | None = None
    call_back: bool = False

    @property
    def connected(self) -> Ring | None:
        """The agent the caller speaks with; of two, the first."""
        return next((ring for ring in self.rings.values() if ring.connected), None)


class Line:
    """One run of the line process.

    Args:
        world: the clock, the chance and the people.
        epoch: names this run.
    """

    def __init__(self, world: World, epoch: str) -> None:
        self.world = world
        self.epoch = epoch
        self.dead = False
        self.legs: dict[CallId, Leg] = {}
        self.registered: dict[AgentId, None] = {}
        self.rings: dict[AgentId, Ring] = {}
        self.seq = 0
        self.acknowledged = 0
        self.unacknowledged: deque[LineEvent] = deque()
        self._known: dict[OfferId, Ring] = {}
        self._held: dict[str, list[Fact]] = {}
        self._dials = 0
        self._do: dict[type[Command], Callable[[Any], None]] = {
            Say: self._say,
            PlayMusic: self._music,
            OfferCall: self._offer,
            RecallOffer: self._recall,
            ReleaseAgent: self._recall,
            Bridge: self._bridge,
            Transfer: self._transfer,
            CancelTransfer: self._cancel_transfer,
            RecordMessage: self._record_message,
            StartRecording: self._start_recording,
            StopRecording: self._stop_recording,
            HangUp: self._hang_up,
            CallBack: self._call_back,
        }

    # --- towards the brain ----------------------------------------------------------------------

    def report(self, fact: Fact) -> None:
        """Something happened; facts of other calls may overtake it, those of its own may not."""
        world, faults = self.world, self.world.faults
        if faults.hold:
            key = _subject(fact)
            if key in self._held:
                self._held[key].append(fact)
                return
            if world.random.random() < faults.hold:
                self._held[key] = [fact]
                world.later(world.random.uniform(0.0, 0.2), self._let_go, key)
                return
        self._number(fact)

    def snapshot(self) -> LineSnapshot:
        """What is up; everything that happened before has its number."""
        for key in tuple(self._held):
            self._let_go(key)
        return LineSnapshot(
            epoch=self.epoch,
            calls=tuple(_picture(leg) for leg in self.legs.values()),
            reachable=tuple(self.registered),
            seq=self.seq,
            acknowledged=self.acknowledged,
        )

    def held(self) -> list[list[Fact]]:
        """Facts that have no number yet."""
        return list(self._held.values())

    def acknowledge(self, epoch: str, seq: int) -> None:
        """All facts up to ``seq`` are durable, unless the disk has been full for long enough."""
        self.world.check_acknowledged(epoch, seq)
        if epoch != self.epoch:
            return
        self.acknowledged = max(self.acknowledged, seq)
        while self.unacknowledged and self.unacknowledged[0].seq <= seq:
            self.unacknowledged.popleft()

    def _let_go(self, key: str) -> None:
        for fact in self._held.pop(key, ()):
            self._number(fact)

    def _number(self, fact: Fact) -> None:
        if self.dead:
            return
        self._send(fact)
        echo = self.world.faults.echo
        if echo and self.world.random.random() < echo:
            self.world.later(self.world.random.choice((0.0, 1.0, 30.0, 200.0)), self._again, fact)

    def _again(self, fact: Fact) -> None:
        if self.dead or self.world.closing:
            return
        arrives = isinstance(fact, CallArrived) and fact.call_id not in self.legs
        if not (arrives and self.world.may_be_missed(fact.call_id)):
            self._send(fact)

    def _send(self, fact: Fact) -> None:
        self.seq += 1
        at = MONDAY_10H + self.world.now
        event = LineEvent(epoch=self.epoch, seq=self.seq, at=at, fact=fact)
        self.unacknowledged.append(event)
        self.world.deliver(event)

    # --- callers and phones ---------------------------------------------------------------------

    def ring_in(self, call_id: CallId) -> None:
        """A caller rings and is answered."""
        self.legs[call_id] = Leg(call_id, self.world.now)
        self.report(
            CallArrived(
                site=self.world.site.id,
                call_id=call_id,
                caller=Private(self.world.people.number()),
                dialled="clinic",
                line="simulated",
            )
        )

    def interrupt(self, leg: Leg) -> None:
        """The caller cuts a prompt short."""
        if leg.prompt_id is not None and leg.barge_in:
            prompt_id, leg.prompt_id = leg.prompt_id, None
            self.report(
                PromptFinished(
                    site=self.world.site.id,
                    call_id=leg.call_id,
                    prompt_id=prompt_id,
                    interrupted=True,
                )
            )

    def caller_gone(self, leg: Leg) -> None:
        """The caller hung up: their leg, the phones that ring for it and the agent's leg end."""
        self.lose(leg, CallerHungUp(site=self.world.site.id, call_id=leg.call_id))

    def lose(self, leg: Leg, fact: CallerHungUp | CallFailed) -> None:
        """The leg ends, and everything that hangs on it."""
        del self.legs[leg.call_id]
        self.report(fact)
        self._clear(leg)

    def drop(self, ring: Ring) -> None:
        """The phone stops to ring or its leg ends, whatever is reported of it."""
        if ring.over:
            return
        ring.over, ring.connected = True, False
        leg = self.legs.get(ring.call_id)
        if leg is not None:
            leg.rings.pop(ring.offer_id, None)
            if leg.call_back and not leg.rings:
                del self.legs[leg.call_id]
        if self.rings.get(ring.agent_id) is ring:
            del self.rings[ring.agent_id]

    # --- commands -------------------------------------------------------------------------------

    def carry_out(self, command: Command) -> None:
        """Do one command. An unknown or ended call is not an error."""
        do = self._do.get(type(command))
        if do is not None:
            do(command)

    def _say(self, command: Say) -> None:
        leg = self.legs.get(command.call_id)
        if leg is None:
            return
        self._end_message(leg)
        leg.prompt_id, leg.barge_in = command.prompt_id, command.barge_in
        self.world.later(
            self.world.random.uniform(1.0, 6.0), self._prompt_over, leg, command.prompt_id
        )

    def _prompt_over(self, leg: Leg, prompt_id: int) -> None:
        if self._up(leg) and leg.prompt_id == prompt_id:
            leg.prompt_id = None
            self.report(
                PromptFinished(site=self.world.site.id, call_id=leg.call_id, prompt_id=prompt_id)
            )

    def _music(self, command: PlayMusic) -> None:
        leg = self.legs.get(command.call_id)
        if leg is not None:
            leg.prompt_id = None

    def _offer(self, command: OfferCall) -> None:
        leg = self.legs.get(command.call_id)
        if command.offer_id in self._known or (leg is None and not command.call_back):
            return
        pair = command.rule == Rule.PAIR.value
        ring = Ring(command.offer_id, command.call_id, command.agent_id, command.call_back, pair)
        busy = self.rings.get(command.agent_id)
        if busy is not None and not self.world.reconciled:
            # What the last brain had recalled rings still: the line was not told. A busy phone.
            self.report(OfferDeclined(**ring.names(self.world.site.id)))
            return
        if busy is not None:
            raise Violation(
                f"{command.offer_id} rings {command.agent_id}, whose phone has {busy.offer_id}"
            )
        self._known[command.offer_id] = ring
        others = tuple(leg.rings.values()) if leg is not None else ()
        second = pair and len(others) == 1 and others[0].pair
        # Until brain and line have met what the last brain had recalled may be up: it was not told.
        if others and not self.world.apart and not (command.emergency or second):
            have = ", ".join(other.offer_id for other in others)
            raise Violation(f"{command.offer_id} is a second offer of a call that has {have}")
        if command.agent_id not in self.registered:
            self.report(OfferFailed(**ring.names(self.world.site.id), reason="unreachable"))
            return
        if leg is None:
            leg = self.legs[ring.call_id] = Leg(ring.call_id, self.world.now, call_back=True)
        self.rings[command.agent_id] = ring
        leg.rings[ring.offer_id] = ring
        self.report(OfferRinging(**ring.names(self.world.site.id)))
        self.world.later(command.ring_timeout_s, self._rang_out, ring)
        self.world.people.rung(ring)

    def _rang_out(self, ring: Ring) -> None:
        if not self.dead and not ring.over and not ring.answered:
            self.drop(ring)
            self.report(OfferUnanswered(**ring.names(self.world.site.id)))

    def answered(self, ring: Ring) -> None:
        """The agent picks up; the caller is connected once the brain says so."""
        ring.answered = True
        self.report(OfferAccepted(**ring.names(self.world.site.id)))

    def _recall(self, command: RecallOffer | ReleaseAgent) -> None:
        ring = self._known.get(command.offer_id)
        if ring is not None:
            self.drop(ring)

    def _bridge(self, command: Bridge) -> None:
        leg = self.legs.get(command.call_id)
        ring = self._known.get(command.offer_id)
        if leg is None or ring is None or ring.over or ring.connected:
            return
        if not ring.answered:
            raise Violation(f"{command.offer_id} is bridged and has not been answered")
        speaking = leg.connected
        both = speaking is not None and ring.pair and speaking.pair
        if speaking is not None and not both and not self.world.apart:
            raise Violation(f"{command.offer_id} joins {speaking.offer_id} on one call")
        leg.prompt_id, leg.dialling = None, 0
        leg.rings[ring.offer_id] = ring
        self._end_message(leg)
        ring.connected = True
        self.world.people.connected(leg, ring)

    def _transfer(self, command: Transfer) -> None:
        leg = self.legs.get(command.call_id)
        if leg is not None:
            self._dials += 1
            leg.dialling = self._dials
            self.world.later(self.world.random.uniform(1.0, 25.0), self._dialled, leg, self._dials)

    def _dialled(self, leg: Leg, dial: int) -> None:
        if not self._up(leg) or leg.dialling != dial:
            return
        leg.dialling = 0
        site, call_id = self.world.site.id, leg.call_id
        if self.world.random.random() < 0.5:
            self.report(TransferFailed(site=site, call_id=call_id, reason="no-answer"))
        else:
            del self.legs[call_id]
            self.report(TransferSucceeded(site=site, call_id=call_id))
            self._clear(leg)

    def _cancel_transfer(self, command: CancelTransfer) -> None:
        leg = self.legs.get(command.call_id)
        if leg is not None:
            leg.dialling = 0

    def _call_back(self, command: CallBack) -> None:
        ring = self._known.get(command.offer_id)
        if ring is not None and not ring.over and ring.answered:
            self.world.later(self.world.random.uniform(2.0, 20.0), self._called_back, ring)

    def _called_back(self, ring: Ring) -> None:
        if self.dead or ring.over:
            return
        names = ring.names(self.world.site.id)
        if self.world.random.random() < 0.4:
            self.report(CallBackMissed(**names, reason="no-answer"))
        else:
            self.legs[ring.call_id].call_back = False
            self.report(CallBackAnswered(**names))

    def _record_message(self, command: RecordMessage) -> None:
        leg = self.legs.get(command.call_id)
        if leg is None or leg.message == command.recording_id:
            return
        self._end_message(leg)
        leg.prompt_id, leg.message = None, command.recording_id
        length_s = min(command.max_s, self.world.random.uniform(0.0, 20.0))
        self.world.later(length_s, self._message_over, leg, command.recording_id)

    def _message_over(self, leg: Leg, recording_id: str) -> None:
        if self._up(leg) and leg.message == recording_id:
            self._end_message(leg)

    def _end_message(self, leg: Leg) -> None:
        if leg.message is not None:
            recording_id, leg.message = leg.message, None
            self.report(
                MessageRecorded(
                    site=self.world.site.id,
                    call_id=leg.call_id,
                    recording_id=recording_id,
                    duration_s=float(self.world.random.randint(0, 9)),
                )
            )

    def _start_recording(self, command: StartRecording) -> None:
        leg = self.legs.get(command.call_id)
        if leg is not None and leg.recording != command.recording_id:
            self._seal(leg)
            leg.recording = command.recording_id

    def _stop_recording(self, command: StopRecording) -> None:
        leg = self.legs.get(command.call_id)
        if leg is not None and leg.recording == command.recording_id:
            self._seal(leg)

    def _seal(self, leg: Leg) -> None:
        if leg.recording is not None:
            recording_id, leg.recording = leg.recording, None
            self.report(
                RecordingSealed(
                    site=self.world.site.id,
                    call_id=leg.call_id,
                    recording_id=recording_id,
                    duration_s=1.0,
                )
            )

    def _hang_up(self, command: HangUp) -> None:
        leg = self.legs.pop(command.call_id, None)
        if leg is not None:
            self._clear(leg)

    def _clear(self, leg: Leg) -> None:
        for ring in tuple(leg.rings.values()):
            self.drop(ring)
        self._end_message(leg)
        self._seal(leg)

    def _up(self, leg: Leg) -> bool:
        return not self.dead and self.legs.get(leg.call_id) is leg


def _subject(fact: Fact) -> str:
    if isinstance(fact, OfferFact | CallFact):
        return fact.call_id
    return fact.agent_id if isinstance(fact, AgentFact) else ""


def _picture(leg: Leg) -> LiveCall:
    return LiveCall(
        call_id=leg.call_id,
        arrived_at=leg.arrived_at,
        connected_offers=tuple(ring.offer_id for ring in leg.rings.values() if ring.connected),
        ringing_offers=tuple(ring.offer_id for ring in leg.rings.values() if not ring.connected),
        recording_id=leg.recording,
        call_back=leg.call_back,
    )
