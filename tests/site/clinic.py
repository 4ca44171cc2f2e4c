"""A clinic small enough to simulate a thousand calls in a second: three queues and a menu.

Its rules, prompts and protocols are those of the sample clinic; the flow is one question and the
staff eleven people, so that nearly all of the time goes into what is being proved.
"""

from __future__ import annotations

import functools
from dataclasses import replace

from acd import AgentConfig, QueueConfig
from calls.ids import AgentId, QueueId
from calls.requirement import SkillNeed
from config.load import DEFAULT_CLINIC, load_site
from config.site import RecordingSettings, Site
from ivr import Flow
from ivr.steps import AskStep, Choice, HangUpStep, MessageStep, QueueStep, Step, TransferStep

SITE = "small"

MONDAY_10H = 1_795_446_000.0
"""Seconds since the epoch."""

QUEUES = ("front", "bills", "nurse")

NURSES = ("nora", "nils", "nina")
"""Nora and Nils help in front as well, so that red flags and routine calls compete for them."""

_SKILLS = {
    "nora": {"nurse": 5, "front": 2},
    "nils": {"nurse": 4, "front": 1, "bills": 1},
    "nina": {"nurse": 3},
    "abe": {"front": 5},
    "bea": {"front": 4, "bills": 2},
    "cal": {"front": 3, "bills": 3},
    "dot": {"bills": 5},
    "eli": {"front": 2},
    "fay": {"front": 2, "bills": 1},
    "gus": {"bills": 4},
    "hal": {"front": 1},
}


def _queue(name: str, **more: float) -> QueueConfig:
    return QueueConfig(id=QueueId(name), title=name, skills=(SkillNeed(skill=name),), **more)  # type: ignore[arg-type]


def _steps() -> dict[str, Step]:
    return {
        "menu": AskStep(
            prompt="menu",
            choices=(
                Choice(digit="1", goto="front"),
                Choice(digit="2", goto="bills"),
                Choice(digit="3", goto="message"),
                Choice(digit="4", goto="outside"),
                Choice(digit="5", goto="bye"),
            ),
            attempts=2,
        ),
        "front": QueueStep(queue="front", comfort_prompt="still-waiting"),
        "bills": QueueStep(queue="bills", prompt="one-moment", next="bye"),
        "message": MessageStep(prompt="leave-message", queue="bills", next="bye", max_s=30.0),
        "outside": TransferStep(destination="nurse-on-call", prompt="one-moment"),
        "bye": HangUpStep(prompt="goodbye"),
    }


@functools.cache
def small_clinic() -> Site:
    """The site that most seeds run."""
    whole = load_site(DEFAULT_CLINIC)
    rules = replace(
        whole.rules,
        site=SITE,
        languages=("en",),
        person_queue="front",
        nurse_queue="nurse",
        longest_wait_s=300.0,
        screens={},
    )
    flow = Flow(id="main", version="1", start="menu", steps=_steps())
    return replace(
        whole,
        id=SITE,
        version="1",
        entry_flow="main",
        flows={"main": flow},
        rules=rules,
        queues={
            QueueId("front"): _queue("front", wrap_up_s=20.0),
            QueueId("bills"): _queue("bills", wrap_up_s=10.0, head_start_s=15.0),
            QueueId("nurse"): _queue("nurse", ring_timeout_s=12.0, wrap_up_s=30.0),
        },
        agents={
            AgentId(name): AgentConfig(id=AgentId(name), name=name, skills=skills)
            for name, skills in _SKILLS.items()
        },
        recording=RecordingSettings(consent="announced"),
        fallback_number="+12025550199",
    )


HURRY = 200.0
"""How much faster than real ones the people of a hurried clinic are."""


@functools.cache
def hurried_clinic() -> Site:
    """The same where a ring, a rest and a wrap-up take milliseconds, for tests in real time."""
    site = small_clinic()
    return replace(
        site,
        queues={
            queue_id: replace(
                queue,
                ring_timeout_s=queue.ring_timeout_s / HURRY,
                wrap_up_s=queue.wrap_up_s / HURRY,
            )
            for queue_id, queue in site.queues.items()
        },
        agents={
            agent_id: replace(
                agent,
                rona_rest_s=agent.rona_rest_s / HURRY,
                retry_rest_s=agent.retry_rest_s / HURRY,
            )
            for agent_id, agent in site.agents.items()
        },
    )
