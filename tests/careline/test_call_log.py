"""The last calls in memory: what the live view and a scripted caller are told."""

from __future__ import annotations

import pytest

from calls.commands import OfferCall
from calls.facts import (
    AgentReady,
    CallArrived,
    CallConnected,
    CallEnded,
    CallQueued,
    Fact,
    SitePublished,
    TransferFailed,
)
from calls.ids import AgentId, CallId, OfferId
from calls.outcome import Outcome
from calls.private import Private
from calls.requirement import Requirement
from careline.call_log import CallLog
from careline.turn import Turn

CALL = CallId("one")
NUMBER = "+15555550123"


def arrived(call_id: CallId = CALL, caller: str = NUMBER) -> Fact:
    return CallArrived(
        site="s", call_id=call_id, caller=Private(caller), dialled="clinic", line="simulated"
    )


def connected(agent: str) -> Fact:
    return CallConnected(
        site="s", call_id=CALL, agent_id=AgentId(agent), offer_id=OfferId(f"offer-{agent}")
    )


def offer(agent: str, *, emergency: bool = False) -> OfferCall:
    return OfferCall(
        call_id=CALL,
        offer_id=OfferId(f"offer-{agent}"),
        agent_id=AgentId(agent),
        ring_timeout_s=15.0,
        emergency=emergency,
        queue="nurse" if emergency else "general",
        rule="longest-ready",
    )


@pytest.fixture
def log() -> CallLog:
    return CallLog()


def test_a_story_tells_who_answered_when_and_how_it_ended(log):
    log.observe(100.0, Turn(records=[arrived()]))
    log.observe(107.5, Turn(records=[connected("ben")]))
    log.observe(110.0, Turn(records=[connected("grace")]))
    log.observe(120.0, Turn(records=[CallEnded(site="s", call_id=CALL, outcome=Outcome.HANDLED)]))
    (story,) = log.from_caller(NUMBER)
    assert story.answered_by == ["ben", "grace"]
    assert story.answered_after_s == 7.5
    assert story.outcome is Outcome.HANDLED
    assert story.lines == [
        (0.0, "a caller arrives"),
        (7.5, "talks with ben"),
        (10.0, "talks with grace"),
        (20.0, "ended: handled"),
    ]


def test_a_story_names_queues_and_agents_in_their_order_a_red_flag_as_any_other(log):
    log.observe(1.0, Turn(records=[arrived()]))
    for queue, agent, emergency in (("general", "ben", False), ("nurse", "fiona", True)):
        needs = Requirement(queue=queue, emergency=emergency)
        queued = CallQueued(site="s", call_id=CALL, requirement=needs)
        log.observe(2.0, Turn(records=[queued, offer(agent, emergency=emergency)]))
    (story,) = log.from_caller(NUMBER)
    assert story.queued_in == ["general", "nurse"]
    assert story.offered_to == ["ben", "fiona"]


def test_calls_are_found_by_their_number_oldest_first(log):
    for call_id in ("one", "two"):
        log.observe(1.0, Turn(records=[arrived(CallId(call_id))]))
    log.observe(1.0, Turn(records=[arrived(CallId("three"), "+15555550999")]))
    assert [story.call_id for story in log.from_caller(NUMBER)] == ["one", "two"]


def test_an_arrival_that_comes_twice_does_not_begin_the_story_again(log):
    log.observe(1.0, Turn(records=[arrived()]))
    log.observe(2.0, Turn(records=[connected("ben")]))
    log.observe(3.0, Turn(records=[arrived()]))
    assert log.from_caller(NUMBER)[0].answered_by == ["ben"]


def test_a_transfer_that_fails_again_and_again_is_told_once_with_the_next_step(log):
    heard: list[str] = []
    log.listen(lambda _at, _call, line: heard.append(line))
    log.observe(1.0, Turn(records=[arrived()]))
    for number in range(5):
        for reason in ("unreachable", "busy"):
            failed = TransferFailed(site="s", call_id=CALL, reason=reason)
            log.observe(30.0 * number, Turn(records=[failed]))
    unreachable, busy = heard[1:]
    assert "sip.trunk" in unreachable
    assert "the caller stays on the line" in unreachable
    assert busy == "transfer failed: busy"


def test_only_the_last_calls_are_kept(log):
    for number in range(600):
        log.observe(float(number), Turn(records=[arrived(CallId(f"call-{number}"))]))
    kept = log.from_caller(NUMBER)
    assert len(kept) == 500
    assert kept[0].call_id == "call-100"


def test_a_listener_hears_of_calls_agents_and_the_site(log):
    heard: list[tuple[float, CallId | None, str]] = []
    log.listen(lambda *line: heard.append(line))
    ready = AgentReady(site="s", agent_id=AgentId("ben"))
    published = SitePublished(site="s", version="0123456789abcdef")
    log.observe(5.0, Turn(records=[ready, published, arrived(), offer("ben")]))
    assert heard == [
        (5.0, None, "ben is ready"),
        (5.0, None, "new calls begin with version 01234567 of the site"),
        (5.0, CALL, "a caller arrives"),
        (
            5.0,
            CALL,
            "offered to ben: of all who were free for the call they had been ready for longest",
        ),
    ]


def test_a_call_whose_beginning_was_not_seen_is_told_and_not_kept(log):
    heard: list[str] = []
    log.listen(lambda _at, _call, line: heard.append(line))
    log.observe(1.0, Turn(records=[connected("ben")]))
    assert heard == ["talks with ben"]
    assert log.story(CALL) is None


def test_a_story_does_not_show_the_number(log):
    log.observe(1.0, Turn(records=[arrived()]))
    assert NUMBER not in repr(log.story(CALL))
