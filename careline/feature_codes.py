"""What an agent means who dials a code at their phone: to come, to pause, to go, or a red flag."""

from __future__ import annotations

from calls.facts import AgentKeyed, AgentOnBreak, AgentOut, AgentReady, FeatureDialled
from calls.ids import OfferId
from careline.switchboard import Switchboard


def meant(
    dialled: FeatureDialled, switchboard: Switchboard
) -> AgentReady | AgentOnBreak | AgentOut | AgentKeyed | None:
    """The fact that a dialled code stands for; ``None`` for a code that stands for none."""
    codes = switchboard.site.features
    if dialled.code == codes.escalate:
        return _keyed_afterwards(dialled, switchboard)
    kinds: dict[str, type[AgentReady | AgentOnBreak | AgentOut]] = {
        codes.ready: AgentReady,
        codes.on_break: AgentOnBreak,
        codes.out: AgentOut,
    }
    kind = kinds.get(dialled.code)
    return kind(site=dialled.site, agent_id=dialled.agent_id) if kind else None


def _keyed_afterwards(dialled: FeatureDialled, switchboard: Switchboard) -> AgentKeyed | None:
    """The caller hung up before the agent had pressed the code, and their phone with them.

    It counts as if it had been heard in the last call in which they spoke.
    """
    call_id = switchboard.calls.spoke_last(dialled.agent_id)
    if call_id is None:
        return None
    return AgentKeyed(
        site=dialled.site,
        call_id=call_id,
        offer_id=OfferId("dialled"),
        agent_id=dialled.agent_id,
        digits=dialled.code,
    )
