"""What the screen of an agent shows of the caller who rings them, or speaks with them.

Words of danger, and why the line took them for such, are for whoever has clinical rights: those who
take the nurse queue. Another agent sees the queue and the wait, and that it is urgent, and never
the words, nor the rule: a rule's name says what somebody has. What the caller was asked for and
gave, a date of birth for example, is shown to whoever speaks with them, and not before.
"""

from __future__ import annotations

from typing import Any

from calls.ids import AgentId
from careline.agent_requests import nurses_of
from careline.notes import Note, Said
from careline.switchboard import Switchboard
from config.site import Site


def screen_data(board: Switchboard, agent_id: AgentId, now: float) -> dict[str, Any]:
    """The calls that ring an agent or are connected to them, as their screen has them.

    Args:
        board: how everything stands.
        agent_id: whose screen.
        now: seconds since the epoch.
    """
    picture = board.distributor.snapshot()
    (agent,) = (each for each in picture.agents if each.agent_id == agent_id)
    clinical = agent_id in nurses_of(board.site)
    calls = []
    for call_id in agent.call_ids:
        # While an attempt to call back rings there is no call yet but the one that it answers.
        answers = board.distributor.answers(call_id)
        known = board.known_of(call_id if call_id in board.calls else answers or call_id)
        shown: dict[str, Any] = {"call": call_id}
        waiting = next((w for q in picture.queues for w in q.waiting if w.call_id == call_id), None)
        if waiting is not None:
            shown |= {
                "queue": waiting.queue,
                "emergency": waiting.emergency,
                "waiting_s": now - waiting.queued_at,
            }
        else:
            shown["told"] = dict(known.told)
        if clinical:
            shown |= danger_data(known, board.site, now)
        calls.append(shown)
    return {"agent": agent_id, "work": agent.work.value, "calls": calls}


def danger_data(known: Note, site: Site, now: float) -> dict[str, Any]:
    """Words of danger and why, for whoever has clinical rights."""
    return {
        "said": [_said(each, site, now) for each in known.said],
        "advised_911": known.advised_911,
    }


def _said(said: Said, site: Site, now: float) -> dict[str, Any]:
    """Words of danger: with each rule its reason and source, and what was left out and why."""
    words = said.words.reveal()
    spoken = words.split()

    def part(span: tuple[int, int]) -> str:
        return " ".join(spoken[span[0] : span[1]])

    verdict = said.verdict
    flags = []
    for flag in verdict.flags:
        rule = site.protocols.rule(flag.rule)
        flags.append(
            {
                "rule": flag.rule,
                "version": flag.version,
                "disposition": flag.disposition.value,
                "citation": "" if rule is None else rule.citation,
                "words": [part(span) for span in flag.spans],
            }
        )
    left_out: dict[tuple[tuple[int, int], str], str] = {}
    for item in verdict.suppressed:
        left_out.setdefault((item.span, item.reason), item.concept)
    return {
        "words": words,
        "ago_s": now - said.at,
        "action": verdict.action.value,
        "why": verdict.reason,
        "question": verdict.question,
        "flags": flags,
        "left_out": [
            {"concept": concept, "words": part(span), "reason": reason}
            for (span, reason), concept in left_out.items()
        ],
    }
