"""What flows ask elsewhere: asked beside the loop, once more after a crash, and kept sealed."""

from __future__ import annotations

import asyncio
import json
import logging
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from adapters.codec import split
from adapters.lookups import SimulatedLookups
from adapters.stores.sqlite import SqliteJournal
from adapters.telephony.simulated import SimulatedLine
from calls.commands import LookUp, Say
from calls.facts import CallEnded, CallResumed, LookedUp
from calls.ids import CallId
from calls.ports import Entry
from careline.looking_up import AT_ONCE, LookingUp, open_lookups
from careline.state import StateFolder
from config.site import Site
from tests.adapters.lookups.service import Service, json_reply
from tests.careline.asking_site import CALLER, FOUND, SECRET_NAME, Holding, asking_site
from tests.careline.driven import CALL, DrivenRig


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """Its flow asks who calls before it says anything."""
    return asking_site(tmp_path / "site")


@asynccontextmanager
async def opened(rig: DrivenRig) -> AsyncIterator[DrivenRig]:
    if isinstance(rig.lookups, Holding):
        rig.lookups.on_asked = rig.news.set
    try:
        yield rig
    finally:
        await rig.brain.close()
        rig.close()


def answers(rig: DrivenRig) -> list[LookedUp]:
    return [record for record in rig.journaled if isinstance(record, LookedUp)]


def said(rig: DrivenRig, prompt: str) -> bool:
    text = rig.site.rules.prompts[prompt]["en"]
    return any(
        utterance.text == text
        for command in rig.commands(Say)
        if isinstance(command, Say)
        for utterance in command.utterances
    )


async def test_the_answer_takes_the_caller_on(site):
    found = SimulatedLookups({"patients": {"first_name": SECRET_NAME}})
    async with opened(DrivenRig(site, lambda _site: found)) as rig, rig.driving():
        rig.line.report(rig.phones.arrive(CALL, rig.clock(), caller=CALLER))
        await rig.until(lambda: said(rig, "menu"))
        assert [each.outcome for each in answers(rig)] == ["found"]


async def test_a_table_of_the_site_answers_without_any_secret(site, tmp_path):
    state = StateFolder(tmp_path / "state")
    async with opened(DrivenRig(site, open_lookups(state))) as rig, rig.driving():
        rig.line.report(rig.phones.arrive(CALL, rig.clock(), caller=CALLER))
        await rig.until(lambda: said(rig, "menu"))
        rig.line.report(rig.phones.arrive(CallId("two"), rig.clock(), caller="+12025550112"))
        await rig.until(lambda: said(rig, "goodbye"))


async def test_a_source_whose_secret_is_missing_fails_and_the_caller_goes_on(tmp_path, caplog):
    site = asking_site(
        tmp_path / "site",
        lookups__yaml="patients:\n  url: https://records.example.com/{phone}\n"
        "  secret_headers: {authorization: records/token}\n",
    )
    state = StateFolder(tmp_path / "state")
    with caplog.at_level(logging.ERROR):
        async with opened(DrivenRig(site, open_lookups(state))) as rig, rig.driving():
            rig.line.report(rig.phones.arrive(CALL, rig.clock(), caller=CALLER))
            await rig.until(lambda: said(rig, "digits-only"))
            assert [each.reason for each in answers(rig)] == ["misconfigured"]
    assert "secret" in caplog.text
    assert "records/token" not in caplog.text


async def test_while_one_question_hangs_another_caller_is_served(site):
    holding = Holding()
    other = CallId("two")
    async with opened(DrivenRig(site, holding)) as rig, rig.driving():
        rig.line.report(rig.phones.arrive(CALL, rig.clock(), caller=CALLER))
        await rig.until(lambda: len(holding.asked) == 1)
        rig.line.report(rig.phones.arrive(other, rig.clock()))
        rig.line.report(*rig.phones.press(other, "*"))
        await rig.until(lambda: len(rig.brain.switchboard.calls) == 2)
        assert not answers(rig)


async def test_what_is_found_for_a_caller_who_has_left_is_kept_nowhere(site):
    holding = Holding()
    async with opened(DrivenRig(site, holding)) as rig, rig.driving():
        rig.line.report(rig.phones.arrive(CALL, rig.clock(), caller=CALLER))
        await rig.until(lambda: len(holding.asked) == 1)
        rig.line.report(*rig.phones.hang_up(CALL, rig.clock()))
        await rig.until(lambda: any(isinstance(each, CallEnded) for each in rig.journaled))
        holding.opened[0].let_go(FOUND)
        rig.line.report(rig.phones.arrive(CallId("two"), rig.clock()))
        await rig.until(lambda: len(holding.asked) == 2)
        assert not answers(rig)


# --- after a crash --------------------------------------------------------------------------------


async def test_a_question_that_was_not_answered_before_a_crash_is_asked_again(site):
    holding = Holding()
    async with opened(DrivenRig(site, holding)) as rig:
        async with rig.driving():
            rig.line.report(rig.phones.arrive(CALL, rig.clock(), caller=CALLER))
            await rig.until(lambda: len(holding.asked) == 1)
        await rig.brain.close()
        rig.new_brain()
        assert len(holding.asked) == 1
        async with rig.driving():
            await rig.until(lambda: len(holding.asked) == 2)
            assert holding.asked[0] == holding.asked[1]
            assert any(isinstance(record, CallResumed) for record in rig.journaled)
            holding.opened[-1].let_go(FOUND)
            await rig.until(lambda: said(rig, "menu"))
        assert [each.lookup_id for each in answers(rig)] == [1]


async def test_an_answer_that_is_in_the_journal_is_asked_for_by_nobody_after_a_crash(site):
    holding = Holding()
    async with opened(DrivenRig(site, holding)) as rig:
        async with rig.driving():
            rig.line.report(rig.phones.arrive(CALL, rig.clock(), caller=CALLER))
            await rig.until(lambda: len(holding.asked) == 1)
            holding.opened[0].let_go(FOUND)
            await rig.until(lambda: said(rig, "menu"))
        await rig.brain.close()
        trail = rig.brain.switchboard.calls[CALL].engine.trail
        rig.new_brain()
        assert rig.brain.switchboard.calls[CALL].engine.trail == trail
        async with rig.driving():
            await rig.until(lambda: any(isinstance(each, CallResumed) for each in rig.journaled))
            rig.line.report(rig.phones.arrive(CallId("two"), rig.clock()))
            await rig.until(lambda: len(holding.asked) == 2)  # the second caller's alone
        assert len(answers(rig)) == 1


async def test_what_is_under_way_when_the_line_goes_is_asked_again_and_counts_once(site):
    holding = Holding()
    async with opened(DrivenRig(site, holding)) as rig:
        async with rig.driving():
            rig.line.report(rig.phones.arrive(CALL, rig.clock(), caller=CALLER))
            await rig.until(lambda: len(holding.asked) == 1)
        rig.line = SimulatedLine(rig.phones, rig.clock, epoch="second")
        async with rig.driving():
            await rig.until(lambda: len(holding.asked) == 2)
            holding.opened[0].let_go(FOUND)
            await rig.until(lambda: said(rig, "menu"))
        assert len(answers(rig)) == 1
    assert len({key for held in holding.opened for key in held.keys}) == 1


# --- what is kept ---------------------------------------------------------------------------------


async def test_the_clear_part_of_the_journal_holds_nothing_of_what_was_found(tmp_path):
    found = LookedUp(
        site="small", call_id=CALL, lookup_id=1, outcome="found", answer=FOUND.document
    )
    clear, private = split(found)
    assert SECRET_NAME not in json.dumps(clear)
    assert SECRET_NAME in private["answer"]
    journal = SqliteJournal.open(tmp_path / "journal")
    await journal.append([Entry(at=1.0, record=found)])
    assert [entry.record for _position, entry in journal.read()] == [found]
    await journal.close()
    for file in (tmp_path / "journal").rglob("*"):
        assert not file.is_file() or SECRET_NAME.encode() not in file.read_bytes()


# --- bounds, versions -----------------------------------------------------------------------------


def question(number: int, source: str = "patients") -> LookUp:
    return LookUp(call_id=CallId(f"call-{number}"), lookup_id=1, source=source)


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110 - what is waited for tells nobody
            await asyncio.sleep(0)


async def turns_of_the_loop() -> None:
    """Whatever could still happen by itself has happened."""
    for _ in range(10):
        await asyncio.sleep(0)


async def test_beyond_the_bound_a_question_fails_at_once_and_is_not_asked(site):
    holding, told = Holding(), []
    looking_up = LookingUp(holding, told.append)
    looking_up.use(site)
    for number in range(AT_ONCE + 2):
        looking_up.ask(question(number), site)
    assert [each.reason for each in told] == ["unreachable"] * 2
    await until(lambda: len(holding.asked) == AT_ONCE)
    holding.opened[0].let_go(FOUND)
    await until(lambda: not looking_up.under_way)
    assert len(told) == AT_ONCE + 2
    looking_up.ask(question(99), site)
    assert len(told) == AT_ONCE + 2
    await looking_up.close()
    assert holding.opened[0].closed == 1


async def test_a_source_that_hangs_holds_up_no_other(site):
    holding, told = Holding(), []
    looking_up = LookingUp(holding, told.append)
    looking_up.use(site)
    for number in range(AT_ONCE):
        looking_up.ask(question(number), site)
    looking_up.ask(question(100, "providers"), site)
    assert told == []
    await until(lambda: len(holding.asked) == AT_ONCE + 1)
    await looking_up.close()


async def test_an_earlier_versions_sources_are_closed_with_its_last_question(site, tmp_path):
    newer = asking_site(tmp_path / "newer", calendars__yaml="office: {week: {}}\n")
    assert newer.version != site.version
    holding, told = Holding(), []
    looking_up = LookingUp(holding, told.append)
    looking_up.use(site)
    looking_up.ask(question(1), site)
    await until(lambda: len(holding.asked) == 1)
    looking_up.use(newer)
    await until(lambda: len(holding.opened) == 2)
    await turns_of_the_loop()
    old, new = holding.opened
    assert (old.site, new.site) == (site, newer)
    assert (old.closed, new.closed) == (0, 0)
    old.let_go(FOUND)
    await until(lambda: old.closed == 1)
    assert new.closed == 0
    # A call that keeps the old version asks by it all the same.
    looking_up.ask(question(2), site)
    await until(lambda: len(holding.asked) == 2)
    assert holding.opened[2].site is site
    holding.opened[2].let_go(FOUND)
    await until(lambda: len(told) == 2)
    assert [each.outcome for each in told] == ["found", "found"]
    await looking_up.close()
    assert [each.closed for each in holding.opened] == [1, 1, 1]


async def test_a_call_asks_by_the_version_that_it_keeps(site, tmp_path):
    newer = asking_site(tmp_path / "newer", calendars__yaml="office: {week: {}}\n")
    holding = Holding()
    async with opened(DrivenRig(site, holding)) as rig:
        async with rig.driving():
            rig.line.report(rig.phones.arrive(CALL, rig.clock(), caller=CALLER))
            await rig.until(lambda: len(holding.asked) == 1)
            rig.brain.publish(newer)
            await rig.until(lambda: rig.brain.switchboard.site is newer)
        rig.line = SimulatedLine(rig.phones, rig.clock, epoch="second")
        async with rig.driving():
            rig.line.report(rig.phones.arrive(CallId("two"), rig.clock(), caller=CALLER))
            await rig.until(lambda: len(holding.asked) == 3)
        # The first call asks twice, for the line has gone meanwhile.
        by_version = Counter(held.site.version for held in holding.opened for _ in held.asked)
        assert by_version == {site.version: 2, newer.version: 1}


async def test_sources_that_cannot_be_opened_fail_and_are_tried_again(site):
    told, attempts = [], []

    def fails_once(_site: Site) -> SimulatedLookups:
        attempts.append(1)
        if len(attempts) == 1:
            raise OSError("no certificates")
        return SimulatedLookups({"patients": "not-found"})

    looking_up = LookingUp(fails_once, told.append)
    looking_up.ask(question(1), site)
    await until(lambda: len(told) == 1)
    looking_up.ask(question(2), site)
    await until(lambda: len(told) == 2)
    assert [each.outcome for each in told] == ["failed", "not-found"]
    await looking_up.close()


async def test_nothing_is_told_of_what_was_given_up(site):
    holding, told = Holding(), []
    looking_up = LookingUp(holding, told.append)
    looking_up.ask(question(1), site)
    await until(lambda: len(holding.asked) == 1)
    await looking_up.stop()
    holding.opened[0].let_go(FOUND)
    await turns_of_the_loop()
    assert told == []
    assert not looking_up.under_way
    await looking_up.close()


async def test_secrets_are_read_where_the_line_keeps_them(tmp_path):
    service = Service()
    await service.start()
    service.replies = [json_reply({"first_name": SECRET_NAME})]
    site = asking_site(
        tmp_path / "site",
        lookups__yaml=f"patients:\n  url: {service.url}/{{phone}}\n"
        "  secret_headers: {authorization: records/token}\n",
    )
    state = StateFolder(tmp_path / "state")
    state.make()
    state.secrets.write_text("records/token: Bearer abc\n")
    state.secrets.chmod(0o600)
    async with opened(DrivenRig(site, open_lookups(state))) as rig, rig.driving():
        rig.line.report(rig.phones.arrive(CALL, rig.clock(), caller=CALLER))
        await rig.until(lambda: said(rig, "menu"))
        assert b"authorization: Bearer abc" in service.requests[0]
    await service.stop()
