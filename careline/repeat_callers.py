"""Who rang with a red flag within the last day: the same again is one level worse."""

from __future__ import annotations

from dataclasses import dataclass

from calls.ids import CallId
from calls.private import Private
from calls.verdict import Verdict
from triage import SECOND_OPINION

REMEMBERED_S = 24 * 3600.0
_KEPT_CALLERS = 5_000
"""In memory only; a restart finds them again through its checkpoint."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """What triage found in a call.

    Attributes:
        call_id: the call.
        shown_in: the call that showed the number, if it was an earlier one.
        rules: ids of the rules that matched.
        at: when they last did, seconds since the epoch.
    """

    call_id: CallId
    shown_in: CallId
    rules: frozenset[str]
    at: float


class RepeatCallers:
    """The alarms of the last day, by the caller's number."""

    def __init__(self) -> None:
        self._alarms: dict[str, dict[CallId, Alarm]] = {}

    def note(
        self, number: Private, call_id: CallId, shown_in: CallId, verdict: Verdict, now: float
    ) -> None:
        """Remember what a verdict found in a caller's words."""
        rules = frozenset(flag.rule for flag in verdict.flags) - {SECOND_OPINION}
        if rules:
            known = self._alarms.get(number.reveal(), {}).get(call_id)
            rules |= frozenset() if known is None else known.rules
            self.recall(number, Alarm(call_id=call_id, shown_in=shown_in, rules=rules, at=now))

    def recall(self, number: Private, alarm: Alarm) -> None:
        """Remember an alarm of before a restart; one of a caller without a number is nobody's."""
        if not number:
            return
        alarms = self._alarms.pop(number.reveal(), {})
        since = alarm.at - REMEMBERED_S
        alarms = {each.call_id: each for each in alarms.values() if each.at >= since}
        alarms[alarm.call_id] = alarm
        self._alarms[number.reveal()] = alarms
        if len(self._alarms) > _KEPT_CALLERS:
            del self._alarms[next(iter(self._alarms))]

    def rules(self, number: Private, call_id: CallId, now: float) -> frozenset[str]:
        """The rules that matched in this caller's other calls of the last day."""
        alarms = self._alarms.get(number.reveal(), {}) if number else {}
        return frozenset(
            rule
            for alarm in alarms.values()
            if alarm.call_id != call_id and now - alarm.at <= REMEMBERED_S
            for rule in alarm.rules
        )

    def alarms(self, now: float) -> tuple[Alarm, ...]:
        """All that still count, for a checkpoint."""
        return tuple(
            alarm
            for by_call in self._alarms.values()
            for alarm in by_call.values()
            if now - alarm.at <= REMEMBERED_S
        )
