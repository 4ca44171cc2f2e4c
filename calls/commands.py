"""What to do, in the imperative. The only output of every engine.

Commands to a line are carried out by an adapter and are idempotent: a line that is told twice does
it once. An unknown or ended call is not an error, for a caller may hang up at any moment.
Commands between engines become facts for the other engine (see ``careline.switchboard``).
"""

from __future__ import annotations

from dataclasses import dataclass

from calls.ids import AgentId, CallId, OfferId
from calls.outcome import Outcome
from calls.private import Private
from calls.requirement import Requirement
from calls.rung import Rung


@dataclass(frozen=True, slots=True, kw_only=True)
class Utterance:
    """Something the line says.

    Attributes:
        text: the words, from the site's prompts.
        language: a tag of BCP 47, for example ``en``.
        private: they hold something of this caller's, a date of birth or a balance: never logged,
            never kept on a disk.
    """

    text: str
    language: str
    private: bool = False

    def __repr__(self) -> str:
        text = "…" if self.private else repr(self.text)
        return f"Utterance({text}, {self.language})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """Anything to be done for one call."""

    call_id: CallId


# --- to the line --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Say(Command):
    """Play utterances one after the other, in place of whatever plays now.

    Attributes:
        prompt_id: grows within a call; comes back in ``PromptFinished``.
        utterances: what to say.
        barge_in: whether a key or speech stops it. Keys are reported either way.
        advises_911: this caller is told to call 911, and may be doing so from now on. The greeting,
            which tells every caller, is not meant.
        slow: the caller has asked for slower words.
        louder: how often the caller has asked for more sound; each is 6 dB, where there is room.
    """

    prompt_id: int
    utterances: tuple[Utterance, ...]
    barge_in: bool = True
    advises_911: bool = False
    slow: bool = False
    louder: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Listen(Command):
    """Hear speech from now on, until ``StopListening``, a bridge or the end of the call.

    Keys are heard always and need no command.

    Attributes:
        language: what to listen for, a tag of BCP 47.
        hints: phrases that are likely here.
    """

    language: str
    hints: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StopListening(Command):
    """Hear speech no more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayMusic(Command):
    """Play music until the next ``Say`` or ``Bridge``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferCall(Command):
    """Ring one agent for a call; the caller goes on hearing what they hear.

    Attributes:
        offer_id: comes back in every fact about this offer.
        agent_id: whom to ring.
        ring_timeout_s: after this long the line reports ``OfferUnanswered``.
        emergency: shown to the agent before they answer.
        queue: shown to the agent before they answer.
        rule: the rule that decided for this agent, for the decision record.
        call_back: nobody is on the line: whoever accepts is to call back, and hears music until
            the person called has answered. The line may not know the call yet.
        ask_number: shown to the agent: ask for a number to call back, none is known.
    """

    offer_id: OfferId
    agent_id: AgentId
    ring_timeout_s: float
    emergency: bool
    queue: str
    rule: str
    call_back: bool = False
    ask_number: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RecallOffer(Command):
    """Stop ringing: somebody else took it, or the caller left.

    Attributes:
        offer_id: which offer.
        agent_id: whose phone.
    """

    offer_id: OfferId
    agent_id: AgentId


@dataclass(frozen=True, slots=True, kw_only=True)
class CallBack(Command):
    """Call somebody back for the agent who accepted a call-back.

    The line dials, says ``utterances`` once somebody answers, twice if need be, and waits for the
    key ``1``: a voicemail presses none, and nothing is left on it. It reports ``CallBackAnswered``,
    and the leg is the call's from then on, or ``CallBackMissed``.

    Attributes:
        answers: the earlier call to which this is the answer.
        offer_id: the offer that the agent accepted.
        agent_id: who it was.
        destination: a number or a SIP URI; the line's outbound plan decides if it may be dialled.
        utterances: who calls, and to press the key.
        ring_timeout_s: after this long it is missed.
    """

    answers: CallId
    offer_id: OfferId
    agent_id: AgentId
    destination: Private = Private("")
    utterances: tuple[Utterance, ...] = ()
    ring_timeout_s: float = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Bridge(Command):
    """Connect the caller with the agent who answered.

    A second agent who is bridged to the same call joins it: each hears the other two.

    Attributes:
        offer_id: the offer that they accepted.
        agent_id: who it was.
    """

    offer_id: OfferId
    agent_id: AgentId


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseAgent(Command):
    """Take the agent off the call and end the agent's leg; the caller stays.

    So does a second agent who was bridged to the call.

    Attributes:
        offer_id: the offer that they accepted, whether they were bridged or not.
        agent_id: who it is.
    """

    offer_id: OfferId
    agent_id: AgentId


@dataclass(frozen=True, slots=True, kw_only=True)
class StartRecording(Command):
    """Record the conversation, caller left, agent right, sealed while it is written.

    Attributes:
        recording_id: names it in the vault.
    """

    recording_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StopRecording(Command):
    """Close the recording; the line reports ``RecordingSealed``.

    Attributes:
        recording_id: as in ``StartRecording``.
    """

    recording_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordMessage(Command):
    """Beep, then record the caller until ``#``, silence, hang-up, ``max_s`` or the next ``Say``.

    The line reports ``MessageRecorded``, also when the caller has hung up.

    Attributes:
        recording_id: names it in the vault.
        max_s: the longest message.
    """

    recording_id: str
    max_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer(Command):
    """Hand the caller to somebody outside; the line's outbound plan decides if it may.

    Until the outside party answers the caller goes on hearing what they hear, and is heard. A
    ``Bridge`` or a ``CancelTransfer`` ends the attempt.

    Attributes:
        destination: a SIP URI (RFC 3261 section 19.1) or a number, from the site's configuration.
        ring_timeout_s: unanswered for so long, the line reports ``TransferFailed``.
        utterances: said to whoever answers, twice if need be; then the caller is theirs only once
            they have pressed the key ``1``: a voicemail presses none. Without any the caller is
            theirs as soon as they answer.
    """

    destination: str
    ring_timeout_s: float = 30.0
    utterances: tuple[Utterance, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelTransfer(Command):
    """Stop ringing the outside party: the caller must not be handed over any more.

    Without an attempt under way it does nothing. ``TransferFailed`` need not follow.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class HangUp(Command):
    """End the caller's leg, and any offer or agent's leg that hangs on it."""


# --- between the engines ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Enqueue(Command):
    """From the flow: find an agent. Becomes ``CallQueued``.

    Attributes:
        requirement: what the call needs.
        heard_ago_s: for an emergency, seconds since the end of the words that made it one.
        advised_911: for an emergency, the caller is told to call 911.
        may_call_back: whether the caller may be called back at all.
        number_given: the caller has told a number to call them back at.
    """

    requirement: Requirement
    heard_ago_s: float = 0.0
    advised_911: bool = False
    may_call_back: bool = True
    number_given: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Dequeue(Command):
    """From the flow: the caller chose something else. Becomes ``CallDequeued``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepPlace(Command):
    """From the flow: the caller wants to be called back. Becomes ``CallBackChosen``.

    Attributes:
        number: where, if not at the number that the caller rings from.
    """

    number: Private = Private("")


@dataclass(frozen=True, slots=True, kw_only=True)
class LookUp(Command):
    """From the flow: ask elsewhere. Not for a line; comes back as ``LookedUp``.

    Asked again with the same number it is the same question, after a restart for example.

    Attributes:
        lookup_id: grows within a call; comes back in the answer.
        source: a name from the site's ``lookups.yaml``, or ``providers``.
        given: what is asked with, by the source's names: a JSON object of texts. Dates are written
            as in ISO 8601, yes and no as ``true`` and ``false``; what is not known is empty.
    """

    lookup_id: int
    source: str
    given: Private = Private("{}")


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordAnswer(Command):
    """From the flow: the caller has answered a question of a survey. Becomes ``SurveyAnswered``.

    Attributes:
        question: ``satisfaction`` or ``resolved``.
        score: 1 to 5, 5 the best; for ``resolved`` 1 is yes and 0 is no.
    """

    question: str
    score: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AskPlace(Command):
    """From the flow: the caller is being spoken to; what of their place can be told them?

    Becomes ``PlaceTold``, which adds to what is being said.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class ClimbLadder(Command):
    """From the distributor: no nurse has answered for so long. Becomes ``LadderClimbed``.

    Attributes:
        rung: what the flow has to do.
    """

    rung: Rung


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnToFlow(Command):
    """From the distributor: the agent is gone, the caller is not. Becomes ``CallReleased``.

    Attributes:
        agent_id: who spoke with the caller.
        requeued: the caller waits for another agent already; otherwise the flow goes on.
        emergency: they wait in the emergency lane.
    """

    agent_id: AgentId
    requeued: bool
    emergency: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenTask(Command):
    """Something a person must still do for this caller; stays open until a person closes it.

    Attributes:
        kind: ``red-flag-call-back``, ``red-flag-unanswered``, ``call-back`` or ``message``.
        queue: whose people do it.
        recording_id: a message to listen to, if there is one.
        promised_s: within how many seconds the caller was told to expect it.
        may_call_back: whether the line may call the caller; not where somebody else who answers
            could put them in danger.
        number: where to call, if not at the number that the caller rings from.
    """

    kind: str
    queue: str
    recording_id: str | None = None
    promised_s: float | None = None
    may_call_back: bool = True
    number: Private = Private("")


@dataclass(frozen=True, slots=True, kw_only=True)
class EndCall(Command):
    """From the flow: the call is over. Becomes ``CallEnded``.

    Attributes:
        outcome: how it ended.
    """

    outcome: Outcome
