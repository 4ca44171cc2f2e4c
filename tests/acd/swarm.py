"""Random days each of which has a mix of its own, and the shortest day that still goes wrong.

A machine of Hypothesis draws every day from the same mix, and spends much of it on facts that say
nothing. Here each day first draws what it is made of: some have many breaks, some many calls of two
people, some hardly any time in which nothing happens. That finds what only a rare crowd brings
about (swarm testing: Groce, Zhang, Eide, Chen, Regehr, ISSTA 2012).
"""

from __future__ import annotations

import random
import traceback

from calls.requirement import Requirement
from tests.acd.every_rule import AGENTS, QUEUES, need
from tests.acd.test_every_rule import (
    AGENT_FACTS,
    CALLS,
    ENDS,
    MOMENTS,
    NOBODY,
    OFFER_FACTS,
    SKILLS,
    TASK_KINDS,
    Days,
)

SITES = (
    [*QUEUES, "chat", "chat", "advice"],
    ["nurse", "first", "general", "chat"],
    ["chat", "billing", "general"],
    ["advice", "first", "nurse"],
)
PACES = (MOMENTS, [0.0, 0.5, 1.0, 3.0, 5.0], [1.0, 5.0, 10.0, 20.0, 31.0], [1.0, 10.0, 50.0])
PEOPLE = [*AGENTS, *AGENTS, NOBODY]


class Drawn:
    """Stands in for what Hypothesis would draw in the middle of a step."""

    def __init__(self, value):
        self.value = value

    def draw(self, _strategy):
        return self.value


class Mix:
    """What a day is made of.

    Args:
        chance: draws it, and then each step.
    """

    def __init__(self, chance):
        self.chance = chance
        self.queues = chance.choice(SITES)
        self.pace = chance.choice(PACES)
        self.calls = CALLS if chance.random() < 0.6 else CALLS[:4]
        self.pairs = chance.choice([0.0, 0.25, 0.5])
        self.red = chance.choice([0.0, 0.1, 0.25])
        self.wanted = chance.choice([0.0, 0.3, 0.6])
        usual = [0.2, 1, 1, 3]
        self.weights = {
            "queued": chance.choice([2, 3, 5]),
            "time_passes": chance.choice([1, 3, 4]),
            "agent_fact": chance.choice([1, 3]),
            "offer_fact": chance.choice([2, 4]),
            "escalated": chance.choice(usual),
            "dequeued": chance.choice(usual),
            "call_back_chosen": chance.choice(usual),
            "task_closed": chance.choice(usual),
            "gone": chance.choice(usual),
            "copied": 0.1,
            "restored": 0.2,
            "published": 0.1,
        }

    def step(self, state):
        """The next step: the name of a rule, and what it is called with."""
        chance = self.chance
        (name,) = chance.choices(list(self.weights), list(self.weights.values()))
        call = chance.choice(self.calls)
        agent = chance.choice(PEOPLE)
        attempt = chance.random() < 0.15
        again = chance.random() < 0.3
        match name:
            case "queued":
                more = {
                    "call": call,
                    "attempt": chance.random() < 0.1,
                    "requirement": self.requirement(),
                    "heard_ago": chance.choice([0.0, 0.0, 2.0, 12.0]),
                    "advised": chance.random() < 0.5,
                    "may": chance.random() < 0.8,
                    "known": chance.random() < 0.8,
                    "again": again,
                }
            case "time_passes":
                more = {"seconds": chance.choice(self.pace)}
            case "agent_fact":
                more = {"agent": agent, "kind": chance.choice(AGENT_FACTS)}
            case "offer_fact":
                live = list(state.up) if chance.random() < 0.9 else []
                about = chance.choice(live or state.made or ["call-0/77"])
                right = int(chance.random() > 0.03)
                more = {"data": about, "kind": chance.choice(OFFER_FACTS), "over": 1}
                more["right"] = right
            case "escalated":
                more = {"call": call, "agent": agent, "attempt": attempt}
                more["right"] = chance.random() < 0.6
            case "dequeued":
                more = {"call": call, "attempt": attempt}
            case "call_back_chosen":
                more = {"call": call, "attempt": attempt, "again": again}
            case "task_closed":
                more = {"call": call, "by": agent, "kind": chance.choice(TASK_KINDS)}
                more["again"] = again
            case "gone":
                more = {"call": call, "attempt": attempt, "how": chance.choice(ENDS)}
                more["again"] = again
            case _:
                more = {"rarely": True}
        return name, more

    def requirement(self):
        chance = self.chance
        return Requirement(
            queue=chance.choice(self.queues),
            skills=chance.choice(SKILLS),
            emergency=chance.random() < self.red,
            companion=(need("spanish"),) if chance.random() < self.pairs else (),
            agent=chance.choice([*AGENTS, NOBODY]) if chance.random() < self.wanted else None,
            agent_wait_s=chance.choice([0.0, 10.0, 25.0, 70.0]),
        )


def live(number, steps, days=Days):
    """Live through one day.

    Args:
        number: decides everything about it.
        steps: how many.
        days: the model of a day, which knows the promises.

    Returns:
        The steps up to the one that broke a promise; ``None`` if none did.
    """
    chance = random.Random(number)
    mix = Mix(chance)
    state, taken = days(), []
    names = set(chance.sample(list(AGENTS), chance.randint(2, len(AGENTS))))
    try:
        taken.append(("morning", {"names": names}))
        take(state, *taken[-1])
        for _ in range(steps):
            taken.append(mix.step(state))
            take(state, *taken[-1])
        state.teardown()
    except Exception:
        return taken
    return None


def take(state, name, more):
    """Take a step, and look at every promise."""
    if "data" in more:
        more = {**more, "data": Drawn(more["data"])}
    getattr(state, name)(**more)
    state.all_promises()


def again(taken, days=Days):
    """Take the same steps again: what went wrong, and where; ``None`` if nothing did."""
    state = days()
    try:
        for name, more in taken:
            take(state, name, more)
        state.teardown()
    except Exception as error:
        last = traceback.extract_tb(error.__traceback__)[-1]
        return type(error).__name__, last.name, last.line
    return None


def shortest(taken, days=Days):
    """Leave out every step without which it goes wrong in the same way."""
    wrong = again(taken, days)
    for size in (16, 8, 4, 2, 1, 1):
        at = 0
        while at < len(taken):
            rest = taken[:at] + taken[at + size :]
            if again(rest, days) == wrong:
                taken = rest
            else:
                at += size
    return taken
