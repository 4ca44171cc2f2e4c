"""Whether a call came out as its script wished."""

from __future__ import annotations

from collections.abc import Iterator

from careline.caller.result import CallResult
from careline.caller.script import Expectation
from careline.sound import sounding_s


def judge(wish: Expectation, result: CallResult, *, known: bool) -> list[str]:
    """What was wished for and did not happen, in words for a person.

    Args:
        wish: the script's expectation.
        result: what came of the call.
        known: whether the line told what became of it.
    """
    if not known and wish != Expectation():
        why = "no line answers in the state folder (--state), or it is not the machine that leads"
        return [f"what became of the call is not known: {why}"]
    return list(_unmet(wish, result))


def _unmet(wish: Expectation, result: CallResult) -> Iterator[str]:
    if wish.answered_by and not set(wish.answered_by) & set(result.answered_by):
        found = ", ".join(result.answered_by) or "nobody"
        yield f"wanted an answer by {' or '.join(wish.answered_by)}, got {found}"
    after_s = result.answered_after_s
    if wish.within_s is not None and (after_s is None or after_s > wish.within_s):
        took = "never answered" if after_s is None else f"answered after {after_s:.1f} s"
        yield f"wanted an answer within {wish.within_s:g} s, {took}"
    if wish.hears_s is not None:
        heard_s = sounding_s(result.heard_of_agent)
        if heard_s < wish.hears_s:
            yield f"wanted to hear the agent for {wish.hears_s:g} s, heard {heard_s:.1f} s of sound"
    if wish.outcome is not None and result.outcome != wish.outcome:
        yield f"wanted the call to end as {wish.outcome}, got {result.outcome or 'no end'}"
    for wanted in wish.told:
        if not any(wanted in line for line in result.told):
            yield f"wanted “{wanted}” in the timeline, it is not there"
