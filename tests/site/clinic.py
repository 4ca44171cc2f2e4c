"""A clinic small enough to simulate a thousand calls in a second: three queues and a menu.

Its rules, prompts and protocols are those of the sample clinic; the flow is one question and the
staff eleven people, so that nearly all of the time goes into what is being proved. Other versions
of it, with fewer and with more of everything, are published while calls wait.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from acd import AgentConfig, QueueConfig
from acd.models import EmergencyRules, LadderStep, Overflow, Prefer, Relaxation
from calls.ids import AgentId, QueueId
from calls.requirement import SkillNeed
from calls.rung import Rung
from config.load import DEFAULT_CLINIC, load_site
from config.settings import RecordingSettings
from config.site import Site
from ivr import Flow
from ivr.steps import AskStep, Choice, HangUpStep, MessageStep, QueueStep, Step, TransferStep

SITE = "small"

MONDAY_10H = 1_795_446_000.0
"""Seconds since the epoch."""

NURSES = ("nora", "nils", "nina", "ida")
"""Nora and Nils help in front as well, so that red flags and routine calls compete for them."""

PAIR_KEY = "6"
"""Whoever presses it needs somebody from the front and an interpreter at once."""

_SKILLS = {
    "nora": {"nurse": 5, "front": 2},
    "nils": {"nurse": 4, "front": 1, "bills": 1, "interpreter": 1},
    "nina": {"nurse": 3},
    "abe": {"front": 5},
    "bea": {"front": 4, "bills": 2},
    "cal": {"front": 3, "bills": 3, "interpreter": 3},
    "dot": {"bills": 5},
    "eli": {"front": 2, "interpreter": 5},
    "fay": {"front": 2, "bills": 1},
    "gus": {"bills": 4, "interpreter": 2},
    "hal": {"front": 1},
}

_NEWCOMERS = {
    "ida": {"nurse": 2, "front": 1},
    "ivy": {"front": 3, "interpreter": 4},
}

STAFF = tuple(AgentId(name) for name in (*_SKILLS, *_NEWCOMERS))
"""Everybody who is an agent in any version, and has a phone in all of them."""


def _queue(name: str, level: int = 1, **more: Any) -> QueueConfig:
    needs = (SkillNeed(skill=name, level=level),)
    more = {"call_back_every_s": 120.0, **more}
    return QueueConfig(id=QueueId(name), title=name, skills=needs, **more)


def _agents(skills: Mapping[str, Mapping[str, int]]) -> dict[AgentId, AgentConfig]:
    return {
        AgentId(name): AgentConfig(id=AgentId(name), name=name, skills=each)
        for name, each in skills.items()
    }


def _steps() -> dict[str, Step]:
    interpreter = (SkillNeed(skill="interpreter"),)
    return {
        "menu": AskStep(
            prompt="menu",
            choices=(
                Choice(digit="1", goto="front"),
                Choice(digit="2", goto="bills"),
                Choice(digit="3", goto="message"),
                Choice(digit="4", goto="outside"),
                Choice(digit="5", goto="bye"),
                Choice(digit=PAIR_KEY, goto="two"),
                Choice(digit="8", goto="advice"),
            ),
            attempts=2,
        ),
        "front": QueueStep(queue="front", comfort_prompt="still-waiting"),
        "bills": QueueStep(queue="bills", prompt="one-moment", next="bye"),
        "advice": QueueStep(queue="nurse", prompt="one-moment", next="bye"),
        "two": QueueStep(queue="front", companion=interpreter, prompt="one-moment", next="bye"),
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
            QueueId("front"): _queue("front", wrap_up_s=20.0, last_agent_wait_s=20.0),
            QueueId("bills"): _queue(
                "bills", wrap_up_s=10.0, head_start_s=15.0, last_agent_wait_s=60.0
            ),
            QueueId("nurse"): _queue("nurse", ring_timeout_s=12.0, wrap_up_s=30.0),
        },
        agents=_agents(_SKILLS),
        recording=RecordingSettings(consent="announced"),
        fallback_number="+12025550199",
    )


@functools.cache
def versions() -> Mapping[str, Site]:
    """All versions of the site that may be published, by their names.

    The second has one queue and three agents less, one of them a nurse, and keeps two nurses ready;
    the third has others, and everything by which time changes what a call needs.
    """
    first = small_clinic()
    steps = _steps()
    menu = steps["menu"]
    message = steps["message"]
    assert isinstance(menu, AskStep)
    assert isinstance(message, MessageStep)
    fewer = {
        **{name: step for name, step in steps.items() if name != "bills"},
        "menu": replace(menu, choices=tuple(each for each in menu.choices if each.goto != "bills")),
        "message": replace(message, queue="front"),
    }
    without = ("dot", "gus", "nina")
    second = replace(
        first,
        version="2",
        flows={"main": Flow(id="main", version="2", start="menu", steps=fewer)},
        queues={
            QueueId("front"): _queue(
                "front", wrap_up_s=40.0, ring_timeout_s=8.0, last_agent_wait_s=20.0
            ),
            QueueId("nurse"): _queue("nurse", ring_timeout_s=8.0, wrap_up_s=30.0),
        },
        agents=_agents(
            {**{name: each for name, each in _SKILLS.items() if name not in without}, **_NEWCOMERS}
        ),
        emergency=EmergencyRules(keep_ready=2, call_back_every_s=120.0),
    )
    away = ("nils", "eli")
    third = replace(
        first,
        version="3",
        queues={
            QueueId("nurse"): _queue("nurse", wrap_up_s=10.0),
            QueueId("bills"): _queue(
                "bills", level=3, deadline_s=60.0, relax=(Relaxation(after_s=30.0, level=1),)
            ),
            QueueId("front"): _queue(
                "front",
                prefer=Prefer.SKILL,
                overflow=(Overflow(after_s=40.0, to=QueueId("bills")),),
                call_back_attempts=1,
            ),
        },
        agents=_agents(
            {
                "ida": _NEWCOMERS["ida"],
                **{name: each for name, each in _SKILLS.items() if name not in away},
                "abe": {"bills": 5, "interpreter": 1},
            }
        ),
        emergency=EmergencyRules(
            keep_ready=0,
            ladder=(
                LadderStep(after_s=5.0, do=Rung.RING_ALL),
                LadderStep(after_s=20.0, do=Rung.ADVISE),
                LadderStep(after_s=25.0, do=Rung.ON_CALL),
            ),
        ),
    )
    return {site.version: site for site in (first, second, third)}


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
