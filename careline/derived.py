"""A command of one engine as the fact that it is for the other."""

from __future__ import annotations

from calls.commands import Bridge, Dequeue, EndCall, ReturnToFlow
from calls.facts import CallConnected, CallDequeued, CallEnded, CallFact, CallReleased


def derived(command: Bridge | ReturnToFlow | Dequeue | EndCall, site: str) -> CallFact:
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
        case Dequeue():
            return CallDequeued(site=site, call_id=call_id)
        case EndCall(outcome=outcome):
            return CallEnded(site=site, call_id=call_id, outcome=outcome)
