"""What can be wrong with a queue's rules: those that change nothing, and those that harm."""

from __future__ import annotations

from acd.models import QueueConfig
from config.answering import queues_waited_in, required, waits
from config.days import YEARS
from config.document import Path, shown
from config.draft import CALENDARS, QUEUES, Draft
from config.report import Report
from config.step_checks import skill_names
from routing.calendars import HORIZON_DAYS, Calendar
from routing.skills import meets

_FROM = (YEARS.start - 1970) * 365.25 * 86400.0
"""Somewhere in the first of the years for which calendars are known."""


def check_queues(draft: Draft, report: Report) -> None:
    """Report what is wrong with the rules of queues and between them."""
    checker = _QueueChecker(draft, report)
    for queue in draft.queues.values():
        checker.check_relax(queue)
        checker.check_overflow(queue)
        checker.check_hours(queue)
        checker.check_times(queue)
    checker.check_closed_together()


class _QueueChecker:
    def __init__(self, draft: Draft, report: Report) -> None:
        self._draft = draft
        self._report = report
        self._document = draft.documents[QUEUES]
        self._nurse_queue = draft.site.nurse_queue
        self._waited_in = queues_waited_in(draft) | {draft.site.person_queue, self._nurse_queue}

    def problem(self, path: Path, message: str, *, key: bool = False) -> None:
        self._report.problem(self._document, path, message, key=key)

    def warning(self, path: Path, message: str, *, key: bool = False) -> None:
        self._report.warning(self._document, path, message, key=key)

    def check_relax(self, queue: QueueConfig) -> None:
        level, before_s = self._highest_level(queue), 0.0
        for index, step in enumerate(queue.relax):
            path = (queue.id, "relax", index)
            if step.after_s <= before_s:
                wanted = f"wanted more than {before_s:g}: what is written later comes later"
                self.problem((*path, "after_s"), f"found {step.after_s:g}, {wanted}")
            if step.level >= level:
                message = f"no call here needs more than level {level} by then: nothing changes"
                self.warning((*path, "level"), message)
            level, before_s = min(level, step.level), max(before_s, step.after_s)

    def check_overflow(self, queue: QueueConfig) -> None:
        document, queues = self._document, self._draft.names(QUEUES)
        if queue.overflow and queue.id == self._nurse_queue:
            message = "whoever waits for a nurse needs one; no other queue's agents can help"
            self.problem((queue.id, "overflow"), message, key=True)
            return
        seen, before_s = set[str](), 0.0
        for index, step in enumerate(queue.overflow):
            path = (queue.id, "overflow", index)
            if step.after_s < before_s:
                wanted = f"wanted at least {before_s:g}: what is written later comes later"
                self.problem((*path, "after_s"), f"found {step.after_s:g}, {wanted}")
            self._report.reference(document, (*path, "to"), "queue", step.to, queues)
            if step.to == queue.id:
                self.problem((*path, "to"), "a queue cannot overflow to itself")
            elif step.to == self._nurse_queue:
                message = (
                    "routine calls would keep nurses from red flags; a nurse who is to help here "
                    "needs this queue's skills"
                )
                self.problem((*path, "to"), message)
            elif step.to in seen:
                self.problem((*path, "to"), f"{shown(step.to)} stands here already")
            elif not self._adds_anybody(queue, step.to):
                message = f"whoever takes calls of {shown(step.to)} takes these already"
                self.warning((*path, "to"), message)
            seen.add(step.to)
            before_s = max(before_s, step.after_s)

    def check_hours(self, queue: QueueConfig) -> None:
        document, to = self._document, queue.when_closed
        path: Path = (queue.id, "when_closed")
        if queue.hours is not None:
            names = self._draft.names(CALENDARS)
            self._report.reference(document, (queue.id, "hours"), "calendar", queue.hours, names)
        if queue.id == self._nurse_queue:
            message = "red flags meet no closed hours: the nurse queue is always open"
            for field in ("hours", "when_closed"):
                if getattr(queue, field) is not None:
                    self.problem((queue.id, field), message, key=True)
            return
        if to is None:
            return
        self._report.reference(document, path, "queue", to, self._draft.names(QUEUES))
        if to == queue.id:
            self.problem(path, "a closed queue cannot take its own callers")
        elif to == self._nurse_queue:
            self.warning(path, "routine callers would keep nurses busy while this queue is closed")
        if queue.hours is None:
            message = "without 'hours' it closes only when a supervisor closes it"
            self.warning(path, message, key=True)

    def check_times(self, queue: QueueConfig) -> None:
        if queue.deadline_s is not None and queue.deadline_s < queue.service_level_s:
            message = (
                f"found {queue.deadline_s:g}, less than service_level_s "
                f"({queue.service_level_s:g}): its calls would be overdue before they are late"
            )
            self.warning((queue.id, "deadline_s"), message)
        if queue.last_agent_wait_s > queue.service_level_s:
            message = (
                f"found {queue.last_agent_wait_s:g}, more than service_level_s "
                f"({queue.service_level_s:g}): callers would wait too long while others are free"
            )
            self.warning((queue.id, "last_agent_wait_s"), message)
        if queue.at_once > 1 and queue.id in self._waited_in:
            message = (
                "callers on the phone wait here, and one of them takes an agent whole; "
                "written conversations need a queue of their own"
            )
            self.problem((queue.id, "at_once"), message)

    def check_closed_together(self) -> None:
        """Queues that take one another's callers must not all be closed at once."""
        told: set[str] = set()
        for start in self._draft.queues:
            circle: list[str] = []
            here: str | None = start
            while here is not None and here not in circle:
                circle.append(here)
                queue = self._draft.queues.get(here)
                here = None if queue is None else queue.when_closed
            if here != start or len(circle) < 2 or not told.isdisjoint(circle):
                continue
            told.update(circle)
            if self._all_closed_at_once(circle):
                around = " -> ".join((*circle, start))
                message = f"when all of these are closed, nobody takes their callers: {around}"
                self.problem((start, "when_closed"), message)

    def _all_closed_at_once(self, names: list[str]) -> bool:
        calendars: list[Calendar] = []
        for name in names:
            calendar = self._draft.calendars.get(self._draft.queues[name].hours or "")
            if calendar is None:
                return False  # It is never closed, or its hours are wrong, which is told elsewhere.
            calendars.append(calendar)
        at: float | None = _FROM
        while at is not None and at < _FROM + HORIZON_DAYS * 86400.0:
            if not any(calendar.is_open(at) for calendar in calendars):
                return True
            changes = (calendar.next_change(at) for calendar in calendars)
            at = min((each for each in changes if each is not None), default=None)
        return False

    def _highest_level(self, queue: QueueConfig) -> int:
        """The highest level that any call in the queue asks for."""
        own = [wait.own for wait in waits(self._draft) if wait.queue is queue]
        spoken = list(self._draft.site.language_skills.values())
        needs = required([*queue.skills, *spoken, *(need for each in own for need in each)])
        return max((need.level for need in needs), default=1)

    def _adds_anybody(self, queue: QueueConfig, other_name: str) -> bool:
        other = self._draft.queues.get(other_name)
        if other is None or skill_names(self._draft) is None:
            return True  # What is wrong there is told there.
        needs, other_needs = required(queue.skills), required(other.skills)
        return any(
            meets(agent.skills, other_needs) and not meets(agent.skills, needs)
            for agent in self._draft.agents.values()
        )
