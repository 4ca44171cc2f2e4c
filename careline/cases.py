"""What nurses look through every week: what triage asked about, and what it heard and left out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from calls.facts import CallArrived, CallQueued, WordsAssessed
from calls.ids import CallId
from calls.ports import Entry
from calls.private import Private
from calls.verdict import Action, Verdict


@dataclass(slots=True)
class Case:
    """One utterance to be judged.

    Attributes:
        id: the call's id and the number of the utterance in it, from 1: ``7f3a9c21.2``.
        at: when it was heard, seconds since the epoch.
        words: what was heard.
        verdict: what triage made of it.
        nurse: whether the call came to a nurse then or later.
    """

    id: str
    at: float
    words: Private
    verdict: Verdict
    nurse: bool = False


def cases(entries: Iterable[tuple[int, Entry]], since: float = 0.0) -> list[Case]:
    """The utterances of a journal that a nurse should judge, in the order they were said.

    Args:
        entries: the journal, with positions.
        since: those of before this time are left out, seconds since the epoch.
    """
    found: dict[CallId, list[Case]] = {}
    said: dict[CallId, int] = {}
    for _position, entry in entries:
        record = entry.record
        match record:
            case CallArrived(call_id=call_id):
                found.setdefault(call_id, [])
            case WordsAssessed(call_id=call_id, words=words, verdict=verdict):
                said[call_id] = said.get(call_id, 0) + 1
                if entry.at >= since and words and _worth_a_look(verdict):
                    case = Case(f"{call_id}.{said[call_id]}", entry.at, words, verdict)
                    found.setdefault(call_id, []).append(case)
            case CallQueued(call_id=call_id, requirement=requirement) if requirement.emergency:
                for case in found.get(call_id, ()):
                    case.nurse = True
    every = [case for of_call in found.values() for case in of_call]
    return sorted(every, key=lambda case: case.at)


def _worth_a_look(verdict: Verdict) -> bool:
    """Asked; or something was heard and not counted, and no red flag beside it."""
    return verdict.action is Action.ASK or bool(
        verdict.suppressed and not verdict.action.is_red_flag
    )
