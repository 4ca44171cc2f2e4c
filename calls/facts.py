"""What happened, in the past tense. The only input of every engine.

Facts from a line say what a caller, an agent's phone or the network did. Facts between the engines
(``CallQueued``, ``CallConnected``, ...) are commands of one engine that became true for another;
they are journaled too, so that each engine can be replayed by itself.

A fact carries no time: ``engine.handle(fact, now)`` and the journal's record do.

The module is long because it is a list: the whole vocabulary, to be looked up in one place.
"""

from __future__ import annotations

from dataclasses import dataclass

from calls.ids import AgentId, CallId, OfferId, QueueId
from calls.outcome import Outcome
from calls.private import Private
from calls.requirement import Requirement
from calls.rung import Rung
from calls.verdict import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """Anything that happened at a site.

    Attributes:
        site: the site's id. Stands in every fact so that one journal can hold many sites.
    """

    site: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallFact(Fact):
    """Anything that happened to one call."""

    call_id: CallId


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentFact(Fact):
    """Anything that an agent did outside an offer."""

    agent_id: AgentId


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferFact(CallFact):
    """Anything that happened to one offer of a call to an agent."""

    offer_id: OfferId
    agent_id: AgentId


# --- the caller, as the line reports it ---------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class CallArrived(CallFact):
    """A caller rang and the line has answered.

    Attributes:
        caller: the number shown, empty when withheld.
        dialled: the clinic's number or name that was dialled.
        line: which kind of line it came from, for example ``sip`` or ``simulated``.
    """

    caller: Private
    dialled: str
    line: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptFinished(CallFact):
    """A :class:`~calls.commands.Say` came to its end.

    Attributes:
        prompt_id: the ``Say``'s id, so that the end of an earlier prompt is recognised.
        interrupted: the caller cut it short by a key or by speaking.
    """

    prompt_id: int
    interrupted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DigitsCollected(CallFact):
    """The caller pressed one or more keys, in this order. None is ever dropped.

    Attributes:
        digits: of ``0-9*#``, however they were sent: as telephone-events (RFC 4733), by SIP INFO or
            as tones (ITU-T Q.23).
    """

    digits: Private


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechStarted(CallFact):
    """The caller began to speak: a no-input timer stops here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechHeard(CallFact):
    """A recogniser understood an utterance. Goes to triage and to nothing else.

    Attributes:
        words: the best hypothesis, lower case.
        confidence: 0 to 1 of the best hypothesis.
        second: what a second recogniser heard; empty when there is none. Triage assesses both
            and the worse reading counts.
        language: the language that was listened for, a tag of BCP 47, for example ``en``.
        ended_ago_s: seconds between the end of the utterance and this fact.
    """

    words: Private
    confidence: float
    second: Private = Private("")
    language: str = "en"
    ended_ago_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class WordsAssessed(CallFact):
    """An utterance together with triage's verdict: the only form in which words reach a flow.

    Attributes:
        words: the best hypothesis, lower case.
        confidence: 0 to 1.
        verdict: what triage said; :func:`calls.verdict.to_nurse` when it failed or timed out.
        ended_ago_s: seconds between the end of the utterance and this fact.
    """

    words: Private
    confidence: float
    verdict: Verdict
    ended_ago_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechUnavailable(CallFact):
    """The recognisers cannot be used now: go on with digits.

    Attributes:
        reason: a short fixed word, for example ``missing``, ``language`` or ``recogniser``.
    """

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerHungUp(CallFact):
    """The caller's leg ended from the caller's side."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallFailed(CallFact):
    """The caller's leg was lost by the network or the line.

    Attributes:
        reason: a short fixed word, for example ``media-timeout`` or ``line-restarted``.
    """

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferSucceeded(CallFact):
    """The outside party answered and the caller was handed over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferFailed(CallFact):
    """The caller is still here.

    Attributes:
        reason: ``busy``, ``no-answer``, ``refused``, ``not-confirmed`` (nobody pressed the key),
            ``not-permitted`` or ``unreachable``.
    """

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LookedUp(CallFact):
    """What came of a :class:`~calls.commands.LookUp`.

    Attributes:
        lookup_id: the question's.
        outcome: ``found``, ``not-found`` or ``failed``.
        answer: what was found, a JSON document of bounded size; empty otherwise.
        reason: why it failed, a short fixed word: ``timeout``, ``unreachable``, ``refused``,
            ``too-large``, ``not-json``, ``redirected`` or ``misconfigured``.
    """

    lookup_id: int
    outcome: str
    answer: Private = Private("")
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageRecorded(CallFact):
    """A message was taken and sealed.

    Attributes:
        recording_id: where it lies in the vault.
        duration_s: its length; 0 when nothing was said.
    """

    recording_id: str
    duration_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingSealed(CallFact):
    """A recording was closed.

    Attributes:
        recording_id: where it lies in the vault.
        duration_s: its length.
    """

    recording_id: str
    duration_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CallUnseen(CallFact):
    """The call is, or was, up where nobody can look now: nobody could be connected to its caller.

    It ends with :class:`CallResumed`, or with the call.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class CallResumed(CallFact):
    """The line and the brain met again, and the call is told to the line from where it stands.

    Deadlines of the call begin anew with it, so a replay needs to know when that was.
    """


# --- offers and agents, as the line reports them ------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferRinging(OfferFact):
    """The agent's phone rings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferAccepted(OfferFact):
    """The agent answered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferDeclined(OfferFact):
    """The agent refused or their phone is busy (SIP 403, 486, 600, 603). Not a RONA."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferUnanswered(OfferFact):
    """Ring, no answer (RONA): the phone rang its full time (SIP 408, 480, or cancelled)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferFailed(OfferFact):
    """The phone could not be rung, or was lost in mid-call. Counts against nobody.

    Attributes:
        reason: ``unreachable``, ``not-registered`` or ``no-common-codec``.
    """

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentHungUp(OfferFact):
    """The agent ended a call they were connected to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallHeld(OfferFact):
    """The agent put the caller on hold; the caller hears music (RFC 3264 section 8.4)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRetrieved(OfferFact):
    """The agent took the caller back from hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsultBegan(OfferFact):
    """The agent speaks with somebody else about the call, and the caller hears music."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsultEnded(OfferFact):
    """The agent is back with the caller."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityConfirmed(OfferFact):
    """The agent made sure that the person they called back is the one who had called."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallBackAnswered(OfferFact):
    """A person answered the call-back and pressed the key to be connected.

    The call is up from now on and waits for its ``Bridge``.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class CallBackMissed(OfferFact):
    """Nobody was reached by the call-back. Nothing was left on a voicemail.

    Attributes:
        reason: ``busy``, ``no-answer``, ``refused``, ``not-confirmed`` (nobody pressed the key),
            ``not-permitted`` or ``unreachable``.
    """

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentKeyed(OfferFact):
    """The agent pressed keys while connected to a call.

    Attributes:
        digits: of ``0-9*#``; a code such as ``*9`` may come in several facts.
    """

    digits: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureDialled(AgentFact):
    """The agent dialled a feature code from their phone.

    Attributes:
        code: what was dialled, for example ``*11``.
    """

    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneRegistered(AgentFact):
    """The agent's phone can be rung."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneUnregistered(AgentFact):
    """The agent's phone can no longer be rung."""


# --- presence, asked for by code, command line or desk ------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentReady(AgentFact):
    """The agent wants calls. During wrap-up it ends the wrap-up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentOnBreak(AgentFact):
    """The agent asked for a break; while busy it takes effect after the wrap-up.

    Attributes:
        approved: a supervisor lets the agent go, also where too few nurses would be left.
    """

    approved: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentOut(AgentFact):
    """The agent went home; while busy it takes effect after the wrap-up."""


# --- time ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class TimerFired(Fact):
    """A deadline passed and ``tick`` acted: journaled, so that a replay ticks then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueOverridden(Fact):
    """A supervisor opened or closed a queue against its calendar.

    Attributes:
        queue: which.
        open: open or closed; ``None`` gives it back to its calendar.
        for_s: after so many seconds the calendar decides again.
    """

    queue: QueueId
    open: bool | None
    for_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SitePublished(Fact):
    """New calls begin with another version of the site; calls in progress keep theirs.

    Attributes:
        version: the version of the whole site, under which its files are kept.
    """

    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalHole(Fact):
    """The journal could not be written for a while, and does not tell all that happened then.

    It stands where something is missing, or else where the journal goes on. No engine is moved by
    it; whoever counts or replays must not take the journal for whole.

    Attributes:
        entries: facts and decisions that are lost.
        turned_away: new calls that were turned away meanwhile; of them nothing is ever written.
        since_ago_s: seconds since the first of them.
    """

    entries: int
    turned_away: int
    since_ago_s: float


# --- waits, as they were estimated ----------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerWait:
    """How long a caller who waits will go on waiting. No fact by itself: see ``WaitEstimated``.

    Attributes:
        call_id: the call.
        p50_s: as many are answered sooner as later.
        p90_s: nine of ten are answered sooner.
    """

    call_id: CallId
    p50_s: float
    p90_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitEstimated(Fact):
    """How long one queue's callers will wait, as computed beside the engines.

    It is journaled like what happened, because what callers are told follows from it, and a replay
    must not have to compute it again. All times count from the moment that was looked at.

    Attributes:
        queue: which queue.
        by: ``simulation`` or ``closed-form``.
        p50_s: half of the plain calls that joined then would be answered sooner.
        p90_s: nine of ten of them would.
        callers: those who wait, each with their own estimate.
        made_ago_s: seconds since the moment that was looked at.
    """

    queue: QueueId
    by: str
    p50_s: float
    p90_s: float
    callers: tuple[CallerWait, ...] = ()
    made_ago_s: float = 0.0


# --- between the engines ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class CallQueued(CallFact):
    """The flow wants an agent for the caller.

    For a call that waits already it changes the requirement and keeps the time it has waited;
    acuity only rises.

    Attributes:
        requirement: what the call needs.
        heard_ago_s: for an emergency, seconds since the end of the words that made it one: the
            clock to the nurse runs from there.
        advised_911: for an emergency, the caller is told to call 911, and may be doing so.
        may_call_back: whether the caller may be called back at all.
        number_known: whether there is a number to call back.
    """

    requirement: Requirement
    heard_ago_s: float = 0.0
    advised_911: bool = False
    may_call_back: bool = True
    number_known: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class CallBackChosen(CallFact):
    """A caller who waits asked to be called back: the place is kept, the leg ends.

    Attributes:
        number: where, if not at the number that the caller rings from.
    """

    number: Private = Private("")


@dataclass(frozen=True, slots=True, kw_only=True)
class CallBackOwed(CallFact):
    """A red flag was understood when the caller had left already: a nurse has to call them back.

    Attributes:
        requirement: what the caller needs; always an emergency.
        advised_911: the caller was told to call 911, and may be doing so.
        may_call_back: whether the caller may be called back at all.
        number_known: whether there is a number to call back.
    """

    requirement: Requirement
    advised_911: bool = False
    may_call_back: bool = True
    number_known: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class CallBackForbidden(CallFact):
    """Words were heard after which this caller must not be called back, whatever was agreed.

    Whoever else answers could put them in danger. Nothing takes it back.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerAdvised(CallFact):
    """This caller is told to call 911: should they hang up, they may be speaking with them.

    However often it is said, it is told each time. The greeting's advice is not meant.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class LadderClimbed(CallFact):
    """No nurse has answered a red flag for so long that the next rung of the ladder is due.

    Attributes:
        rung: what the flow has to do.
    """

    rung: Rung


@dataclass(frozen=True, slots=True, kw_only=True)
class CallEscalated(CallFact):
    """An agent or nurse of the call pressed the escalation key: emergency lane, now.

    Attributes:
        agent_id: who pressed it. They speak with the caller, or have done so: whose keys count is
            settled before. A caller with whom a nurse speaks stays with her, unless it was she.
    """

    agent_id: AgentId


@dataclass(frozen=True, slots=True, kw_only=True)
class CallDequeued(CallFact):
    """The caller left the queue by the flow's decision (message, transfer), not by hanging up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerNoted(CallFact):
    """A call is over and something is owed to its caller: what whoever does it has to know.

    It stands here once, so that it is found again however long the task stays open.

    Attributes:
        note: where to call, what the caller was asked for and gave, and words of danger, as
            :mod:`careline.notes` writes it.
    """

    note: Private


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskRead(CallFact):
    """A person has read what is known of a caller for whom something is to be done.

    Attributes:
        kind: of the task, as in :class:`~calls.commands.OpenTask`.
        by: who.
    """

    kind: str
    by: AgentId


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskClosed(CallFact):
    """A person closed what was to be done for a caller, and answers for it.

    Attributes:
        kind: of the task, as in :class:`~calls.commands.OpenTask`.
        by: who.
        how: ``reached``, ``not-reached``, ``help-was-there``, ``not-needed`` or ``done``.
    """

    kind: str
    by: AgentId
    how: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueUnstaffed(CallFact):
    """A routine call was queued, and nobody who is not out has the skills that it needs.

    Said when the call is queued and not later: where the last agent goes home while callers wait,
    the site's longest wait keeps them from being trapped. Never said of an emergency, which waits
    for a nurse whoever is signed in.

    Attributes:
        queue: where the call was queued.
    """

    queue: QueueId


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyAnswered(CallFact):
    """The caller answered a question of a survey.

    Attributes:
        question: ``satisfaction`` (CSAT, 1 to 5, 5 the best) or ``resolved`` (first-call resolution
            as the caller sees it: 1 is yes, 0 is no).
        score: the answer.
    """

    question: str
    score: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceTold(CallFact):
    """What a caller who waits may be told of their place; they were about to be spoken to.

    Attributes:
        position: the place in the queue, from 1; ``None`` where there is nothing to tell: a phone
            rings for them already, or they do not wait.
        wait_s: they will be answered within so many seconds, in nine cases of ten; ``None`` where
            nothing is known that was borne out lately.
    """

    position: int | None
    wait_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CallConnected(CallFact):
    """The caller and an agent are bridged.

    Attributes:
        agent_id: who speaks with the caller.
        offer_id: the offer that they accepted.
    """

    agent_id: AgentId
    offer_id: OfferId


@dataclass(frozen=True, slots=True, kw_only=True)
class CallReleased(CallFact):
    """The agent's side of a connected call is over and the caller is still on the line.

    Attributes:
        agent_id: who spoke with the caller.
        requeued: the distributor already holds the call in a queue again (an escalation, a lost
            agent phone); otherwise the flow goes on after its queue step.
        emergency: it is requeued in the emergency lane; the call's acuity rises with it.
    """

    agent_id: AgentId
    requeued: bool = False
    emergency: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CallEnded(CallFact):
    """The call is over, exactly once.

    Attributes:
        outcome: how it ended.
    """

    outcome: Outcome


DERIVED = (
    CallQueued,
    CallEscalated,
    IdentityConfirmed,
    CallDequeued,
    CallBackChosen,
    CallBackOwed,
    CallBackForbidden,
    CallerAdvised,
    LadderClimbed,
    QueueUnstaffed,
    SurveyAnswered,
    PlaceTold,
    CallConnected,
    CallReleased,
    CallEnded,
    CallerNoted,
)
"""Facts that follow from other facts. A replay of the whole switchboard makes them again; a replay
of one engine reads them."""
