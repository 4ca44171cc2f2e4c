"""What the tests of call-backs share: a clinic that calls back twice, and what happens to it."""

from acd import EmergencyRules, QueueConfig
from calls.commands import CallBack, OfferCall, OpenTask
from calls.facts import (
    CallBackChosen,
    CallerHungUp,
    OfferAccepted,
    TaskClosed,
)
from calls.ids import AgentId, CallId, QueueId
from calls.requirement import SkillNeed

SITE = "clinic"
RULES = EmergencyRules(
    keep_ready=0, call_back_attempts=2, call_back_every_s=300.0, call_back_after_911_s=600.0
)
QUEUES = {
    QueueId("nurse"): QueueConfig(
        id=QueueId("nurse"), title="Nurse", skills=(SkillNeed(skill="nurse"),)
    ),
    QueueId("general"): QueueConfig(
        id=QueueId("general"), title="General", call_back_attempts=2, call_back_every_s=100.0
    ),
}


def chosen(clinic, call="one"):
    return clinic.tell(CallBackChosen(site=SITE, call_id=CallId(call)))


def drops(clinic, call="red"):
    return clinic.tell(CallerHungUp(site=SITE, call_id=CallId(call)))


def closed(clinic, call="red", kind="red-flag-call-back"):
    return clinic.tell(
        TaskClosed(site=SITE, call_id=CallId(call), kind=kind, by=AgentId("bea"), how="done")
    )


def tasks(commands):
    return [(c.call_id, c.kind) for c in commands if isinstance(c, OpenTask)]


def only(kind, commands):
    (command,) = [c for c in commands if isinstance(c, kind)]
    return command


def dialled(clinic, commands):
    """Let the agent who is rung accept; the offer and the dialling."""
    offer = only(OfferCall, commands)
    return offer, only(CallBack, clinic.about(OfferAccepted, offer))


def task(clinic):
    (view,) = clinic.distributor.snapshot().tasks
    return view
