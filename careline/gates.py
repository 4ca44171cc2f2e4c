"""The gates that every publication passes, in order: what each looks at and how long it may.

Dialogues, proof and prompts are minutes of work. Each is done in a process of its own, at a lower
priority than the calls: on a thread it would take turns with the loop that serves them, and triage,
which may take 50 ms, would come late.
"""

from __future__ import annotations

import logging

from careline.apart import apart
from careline.publishing import TRIAGE, Gate, refusals
from careline.state import StateFolder
from config.site import Site

log = logging.getLogger(__name__)

DIALOGUES, PROOF, PROMPTS = "dialogues", "proof", "prompts"


def gates_of(state: StateFolder) -> tuple[Gate, ...]:
    """The gates of a line, in the order in which they are passed.

    A version that served before need not pass dialogues and proof once more: in an emergency it
    must be possible to go back to it, and dialogues that were changed since are not about it.

    Args:
        state: the line's state folder; prompts are rendered into it, where the line finds them.
    """
    return (
        Gate(name=DIALOGUES, find=apart(DIALOGUES, state), within_s=300.0, of_rollback=False),
        Gate(name=PROOF, find=apart(PROOF, state), within_s=600.0, of_rollback=False),
        Gate(name=PROMPTS, find=apart(PROMPTS, state), within_s=1800.0),
        TRIAGE,
    )


async def tell_what_does_not_hold(site: Site, state: StateFolder) -> None:
    """Say loudly what stands against a version that serves and passed no gate.

    The first start serves the folder as it is, at once. It may be the start on a new machine in the
    middle of the night, and without it callers reach nobody at all; the keys for a nurse and for a
    person, and every red flag, work in whatever flow. So it is looked at beside the calls, at each
    start until something is published.

    Args:
        site: the version.
        state: the line's state folder.
    """
    gates = [gate for gate in gates_of(state) if not gate.of_rollback]
    problems = await refusals(gates, site, lambda _news: None)
    for problem in problems:
        log.error("%s", problem)
    if problems:
        log.error(
            "THE FLOW THAT SERVES WOULD NOT BE PUBLISHED, for what was just told: mend the folder, "
            "then careline publish"
        )
    else:
        log.info("the flow that serves holds its dialogues and is proved")
