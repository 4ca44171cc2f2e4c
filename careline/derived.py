"""A command of one engine as the fact that it is for the other."""

from __future__ import annotations

from calls.commands import (
    Bridge,
    ClimbLadder,
    Dequeue,
    EndCall,
    KeepPlace,
    RecordAnswer,
    ReturnToFlow,
)
from calls.facts import (
    CallBackChosen,
    CallConnected,
    CallDequeued,
    CallEnded,
    CallFact,
    CallReleased,
    LadderClimbed,
    SurveyAnswered,
)

Between = Bridge | ReturnToFlow | ClimbLadder | KeepPlace | RecordAnswer | Dequeue | EndCall
"""Commands that concern the other engine."""


def derived(command: Between, site: str) -> CallFact:
    """What is true once the command is given.

    Args:
        command: between the engines, or a bridge, which concerns both the line and the flow.
        site: the site's id.
    """
    call_id = command.call_id
    match command:
        case Bridge(agent_id=agent_id, offer_id=offer_id):
            return CallConnected(site=site, call_id=call_id, agent_id=agent_id, offer_id=offer_id)
        case ReturnToFlow(agent_id=agent_id, requeued=requeued, emergency=emergency):
            return CallReleased(
                site=site,
                call_id=call_id,
                agent_id=agent_id,
                requeued=requeued,
                emergency=emergency,
            )
        case ClimbLadder(rung=rung):
            return LadderClimbed(site=site, call_id=call_id, rung=rung)
        case KeepPlace(number=number):
            return CallBackChosen(site=site, call_id=call_id, number=number)
        case RecordAnswer(question=question, score=score):
            return SurveyAnswered(site=site, call_id=call_id, question=question, score=score)
        case Dequeue():
            return CallDequeued(site=site, call_id=call_id)
        case EndCall(outcome=outcome):
            return CallEnded(site=site, call_id=call_id, outcome=outcome)
