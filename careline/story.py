"""A call told to a person: one short line for each fact and decision, nothing private in it."""

from __future__ import annotations

from enum import Enum

from acd.rule import in_words
from calls.commands import Command, OfferCall, OpenTask, RecallOffer
from calls.facts import (
    AgentHungUp,
    AgentOnBreak,
    AgentOut,
    AgentReady,
    CallArrived,
    CallBackAnswered,
    CallBackChosen,
    CallBackForbidden,
    CallBackMissed,
    CallBackOwed,
    CallConnected,
    CallDequeued,
    CallEnded,
    CallerHungUp,
    CallEscalated,
    CallFailed,
    CallHeld,
    CallQueued,
    CallReleased,
    CallRetrieved,
    ConsultBegan,
    ConsultEnded,
    DigitsCollected,
    Fact,
    IdentityConfirmed,
    JournalHole,
    LadderClimbed,
    LookedUp,
    MessageRecorded,
    OfferAccepted,
    OfferDeclined,
    OfferFailed,
    OfferRinging,
    OfferUnanswered,
    PhoneRegistered,
    PhoneUnregistered,
    QueueOverridden,
    QueueUnstaffed,
    RecordingSealed,
    SitePublished,
    SpeechUnavailable,
    SurveyAnswered,
    TaskClosed,
    TaskRead,
    TransferFailed,
    TransferSucceeded,
    WordsAssessed,
)
from calls.rung import Rung
from calls.verdict import Action


class Weight(Enum):
    """How much a line matters to whoever watches."""

    ORDINARY = "ordinary"
    NOTABLE = "notable"
    URGENT = "urgent"


_URGENT = ("RED FLAG ", "EMERGENCY, ", "ESCALATED ")
_NOTABLE = (
    "TASK opened ",
    "nobody ",
    "no nurse ",
    "speech cannot ",
    "the journal ",
    "the line lost ",
    "transfer failed",
)
_NOTABLE_ENDS = ("does not answer", "phone is gone", "ended: error", "ended: refused")


_HINTS = {
    "not-permitted": " (see sip.outbound in site.yaml); the caller stays on the line",
    "unreachable": " (is there a sip.trunk in site.yaml?); the caller stays on the line",
}
"""What an operator can do about a transfer that can never succeed, by its reason."""


_RUNGS = {
    Rung.RING_ALL: "every nurse is rung",
    Rung.ON_CALL: "the number on call is rung as well",
    Rung.ADVISE: "the 911 advice is said again",
}

_OVERRIDES = {
    True: "is opened by hand",
    False: "is closed by hand",
    None: "follows its calendar again",
}


def weight(line: str) -> Weight:
    """How much a line that :func:`tell` made matters."""
    if line.startswith(_URGENT):
        return Weight.URGENT
    if line.startswith(_NOTABLE) or line.endswith(_NOTABLE_ENDS) or " cannot be rung" in line:
        return Weight.NOTABLE
    return Weight.ORDINARY


def tell(record: Fact | Command) -> str | None:
    """What happened, for a timeline; ``None`` for what nobody needs to read."""
    match record:
        case CallArrived():
            return "a caller arrives"
        case DigitsCollected(digits=digits):
            count = len(digits.reveal())
            return f"presses {count} key{'s' if count > 1 else ''}"
        case WordsAssessed():
            return _words(record)
        case SpeechUnavailable():
            return "speech cannot be used: digits only"
        case CallQueued(requirement=requirement):
            lane = "EMERGENCY, queue " if requirement.emergency else "waits in queue "
            skills = "".join(f" +{need.skill}" for need in requirement.skills)
            return f"{lane}{requirement.queue}{skills}"
        case QueueUnstaffed(queue=queue):
            return f"nobody is signed in for queue {queue}"
        case CallDequeued():
            return "leaves the queue"
        case LookedUp(outcome=outcome, reason=reason):
            return f"asked elsewhere: {outcome}{f' ({reason})' if reason else ''}"
        case SurveyAnswered(question="satisfaction", score=score):
            return f"rates the call {score} of 5"
        case SurveyAnswered(score=score):
            return "says that all is settled" if score else "says that not all is settled"
        case CallEscalated(agent_id=agent_id):
            return f"ESCALATED by {agent_id}"
        case OfferCall():
            urgent = "RED FLAG " if record.emergency else ""
            return f"{urgent}offered to {record.agent_id}: {in_words(record.rule)}"
        case RecallOffer(agent_id=agent_id):
            return f"{agent_id} is rung no more"
        case OfferRinging(agent_id=agent_id):
            return f"{agent_id}'s phone rings"
        case OfferAccepted(agent_id=agent_id):
            return f"{agent_id} answers"
        case OfferDeclined(agent_id=agent_id):
            return f"{agent_id} declines or is busy"
        case OfferUnanswered(agent_id=agent_id):
            return f"{agent_id} does not answer"
        case OfferFailed(agent_id=agent_id, reason=reason):
            return f"{agent_id} cannot be rung: {reason}"
        case CallConnected(agent_id=agent_id):
            return f"talks with {agent_id}"
        case CallHeld(agent_id=agent_id):
            return f"{agent_id} puts the caller on hold"
        case CallRetrieved(agent_id=agent_id):
            return f"{agent_id} takes the caller back from hold"
        case ConsultBegan(agent_id=agent_id):
            return f"{agent_id} asks somebody else"
        case ConsultEnded(agent_id=agent_id):
            return f"{agent_id} is back with the caller"
        case AgentHungUp(agent_id=agent_id):
            return f"{agent_id} hangs up"
        case LadderClimbed(rung=rung):
            return f"no nurse has answered: {_RUNGS[rung]}"
        case CallBackChosen():
            return "wants to be called back, and keeps the place"
        case CallBackOwed():
            return "RED FLAG understood when the caller had left: a nurse has to call back"
        case CallBackForbidden():
            return "must not be called back: who answers could put them in danger"
        case CallBackAnswered():
            return "is called back and answers"
        case CallBackMissed(reason=reason):
            return f"is called back in vain: {reason}"
        case IdentityConfirmed(agent_id=agent_id):
            return f"{agent_id} has made sure who it is"
        case TaskRead(kind=kind, by=by):
            return f"{by} has read what is known for the task: {kind}"
        case TaskClosed(kind=kind, by=by, how=how):
            return f"task closed by {by}: {kind}, {how}"
        case QueueOverridden(queue=queue, open=is_open):
            return f"queue {queue} {_OVERRIDES[is_open]}"
        case CallReleased(requeued=True):
            return "waits again"
        case MessageRecorded(duration_s=duration_s):
            return f"leaves a message of {duration_s:.0f} s"
        case RecordingSealed(duration_s=duration_s):
            return f"recording of {duration_s:.0f} s sealed"
        case TransferSucceeded():
            return "handed to the outside"
        case TransferFailed(reason=reason):
            return f"transfer failed: {reason}{_HINTS.get(reason, '')}"
        case OpenTask(kind=kind, queue=queue):
            return f"TASK opened for {queue}: {kind}"
        case CallerHungUp():
            return "the caller hangs up"
        case CallFailed(reason=reason):
            return f"the line lost the caller: {reason}"
        case CallEnded(outcome=outcome):
            return f"ended: {outcome.value}"
        case AgentReady(agent_id=agent_id):
            return f"{agent_id} is ready"
        case AgentOnBreak(agent_id=agent_id):
            return f"{agent_id} asks for a break"
        case AgentOut(agent_id=agent_id):
            return f"{agent_id} goes home"
        case PhoneRegistered(agent_id=agent_id):
            return f"{agent_id}'s phone is here"
        case PhoneUnregistered(agent_id=agent_id):
            return f"{agent_id}'s phone is gone"
        case JournalHole(entries=entries, turned_away=turned_away):
            return (
                f"the journal goes on: {entries} entries are lost, {turned_away} new calls were "
                "turned away"
            )
        case SitePublished(version=version):
            return f"new calls begin with version {version[:8]} of the site"
        case _:
            return None


def _words(record: WordsAssessed) -> str:
    verdict = record.verdict
    if verdict.action is Action.CONTINUE:
        return "says something"
    rules = ", ".join(flag.rule for flag in verdict.flags) or verdict.reason
    if verdict.action is Action.ASK:
        return f"says something that needs a question ({rules})"
    return f"RED FLAG {verdict.action.value} ({rules})"
