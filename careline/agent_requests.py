"""What the command line may ask about agents: to set their presence."""

from __future__ import annotations

from typing import Any

from acd import Presence, Work
from calls.facts import AgentFact, AgentOnBreak, AgentOut, AgentReady
from calls.ids import AgentId, QueueId
from careline.refusal import Refused, did_you_mean
from careline.switchboard import Switchboard
from config.site import Site
from routing.skills import meets


def agent_named(site: Site, name: str) -> AgentId:
    """The agent of that name.

    Raises:
        Refused: there is none.
    """
    if AgentId(name) not in site.agents:
        raise Refused(f"there is no agent '{name}'{did_you_mean(name, site.agents)}")
    return AgentId(name)


def nurses_of(site: Site) -> tuple[AgentId, ...]:
    """Agents who take the site's nurse queue."""
    needs = site.queues[QueueId(site.rules.nurse_queue)].skills
    return tuple(agent for agent, settings in site.agents.items() if meets(settings.skills, needs))


def presence_fact(site: Site, name: str, presence: str, *, approved: bool) -> AgentFact:
    """What is to be told the site.

    Args:
        site: the site.
        name: the agent's.
        presence: ``ready``, ``break`` or ``out``.
        approved: a supervisor lets a nurse go on break although too few would be left.

    Raises:
        Refused: there is no such agent or presence.
    """
    agent_id = agent_named(site, name)
    if approved and presence != "break":
        raise Refused(f"only a break is approved; '{presence}' needs no approval")
    match presence:
        case "ready":
            return AgentReady(site=site.id, agent_id=agent_id)
        case "break":
            return AgentOnBreak(site=site.id, agent_id=agent_id, approved=approved)
        case "out":
            return AgentOut(site=site.id, agent_id=agent_id)
        case _:
            raise Refused(f"'{presence}' is none of ready, break, out")


def agent_data(board: Switchboard, agent_id: AgentId) -> dict[str, Any]:
    """How an agent stands, for the answer.

    ``deferred``: they asked for a break, are not busy, and it waits until another nurse is ready.
    ``last_nurse``: they are a nurse, and of all nurses none is ready, or will be after her call.
    """
    agents = board.distributor.snapshot().agents
    now = next(each for each in agents if each.agent_id == agent_id)
    nurses = nurses_of(board.site)
    takes = any(
        each.agent_id in nurses
        and each.presence is Presence.READY
        and each.pending is None
        and each.reachable
        for each in agents
    )
    return {
        "last_nurse": agent_id in nurses and not takes,
        "presence": now.presence.value,
        "pending": now.pending.value if now.pending is not None else None,
        "work": now.work.value,
        "reachable": now.reachable,
        "deferred": now.pending is Presence.BREAK and now.work is Work.IDLE,
    }
