"""What the command line may ask about queues: how they stand, and a supervisor's word on one."""

from __future__ import annotations

from typing import Any

from acd import QueueView
from calls.facts import QueueOverridden
from calls.ids import QueueId
from careline.refusal import Refused, did_you_mean
from careline.switchboard import Switchboard
from config.site import Site

LONGEST_S = 24 * 3600.0
"""A supervisor's word holds no longer than this, unless it is said for how long."""

_FARTHEST_S = 366 * 86400.0
_WORDS = {"open": True, "closed": False, "calendar": None}


def queue_named(site: Site, name: str) -> QueueId:
    """The queue of that name.

    Raises:
        Refused: there is none.
    """
    if QueueId(name) not in site.queues:
        raise Refused(f"there is no queue '{name}'{did_you_mean(name, site.queues)}")
    return QueueId(name)


def override(site: Site, name: str, word: str, for_s: float | None, now: float) -> QueueOverridden:
    """A supervisor's word on a queue.

    Args:
        site: the site.
        name: the queue's.
        word: ``open``, ``closed`` or ``calendar``.
        for_s: for how long; ``None`` until the calendar changes next, at most 24 hours.
        now: seconds since the epoch.

    Raises:
        Refused: there is no such queue or word, or the queue is never closed.
    """
    queue = queue_named(site, name)
    if word not in _WORDS:
        raise Refused(f"'{word}' is none of open, closed, calendar")
    if queue == site.rules.nurse_queue:
        raise Refused(
            f"{queue} is the nurse queue: red flags wait there, and it is never closed"
            if word == "closed"
            else f"{queue} is the nurse queue: it is always open"
        )
    if for_s is not None and not 0 < for_s <= _FARTHEST_S:
        raise Refused("a time is wanted that is longer than nothing and at most a year")
    if for_s is None:
        calendar = site.queue_hours()[queue].calendar
        change = None if calendar is None else calendar.next_change(now)
        for_s = LONGEST_S if change is None else min(LONGEST_S, change - now)
    return QueueOverridden(site=site.id, queue=queue, open=_WORDS[word], for_s=for_s)


def queue_data(board: Switchboard, now: float, only: QueueId | None = None) -> list[dict[str, Any]]:
    """How queues stand, for the answer; in the order of the configuration.

    Args:
        board: the site.
        now: seconds since the epoch.
        only: one queue; ``None`` for all.
    """
    queues = board.distributor.snapshot().queues
    return [_data(board, view, now) for view in queues if only in (None, view.queue_id)]


def _data(board: Switchboard, view: QueueView, now: float) -> dict[str, Any]:
    openness = board.openness
    word = openness.overrides.get(view.queue_id)
    since = [each.queued_at for each in view.waiting if not each.call_back]
    return {
        "queue": view.queue_id,
        "title": view.title,
        "open": openness.is_open(view.queue_id, now),
        "until": openness.next_change_of(view.queue_id, now),
        "by_hand": word is not None and now < word.until,
        "callers_go_to": openness.destination(view.queue_id, now),
        "waiting": len(since),
        "longest_wait_s": max((now - at for at in since), default=None),
        "call_backs": len(view.waiting) - len(since),
        "on_duty": view.on_duty,
        "free": view.free,
    }
