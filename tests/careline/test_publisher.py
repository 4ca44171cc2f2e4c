"""What a publication leaves behind: on the disk, in the journal and in memory."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from adapters.telephony.simulated import SimulatedLine
from calls.facts import SitePublished
from calls.ids import CallId
from calls.ports import Entry, LeaseLostError
from careline.clock import WallClock
from careline.publishing import KEEP_WITHIN_S, GateNews
from careline.refusal import Refused
from config.site import Site
from tests.careline.small_site import (
    Line,
    all_gates_ended,
    published,
    retitle,
)

LONG_S = 60.0


# --- on the disk ----------------------------------------------------------------------------------


async def test_whoever_leaves_while_the_folder_is_read_leaves_no_copy_of_it(folder, start):
    line = start()
    retitle(folder, "Second")
    begun = asyncio.Event()
    publishing = asyncio.create_task(line.publisher.publish(tell=lambda _news: begun.set()))
    await begun.wait()
    # The folder has been read, and nobody was told yet.
    (reading,) = (each for each in threading.enumerate() if each.name == "gate-check")
    reading.join(LONG_S)
    publishing.cancel()
    await asyncio.gather(publishing, return_exceptions=True)
    assert not copies(line)


async def test_whoever_leaves_while_the_folder_is_copied_leaves_no_copy_of_it(
    folder, start, monkeypatch
):
    line = start()
    retitle(folder, "Second")
    copied, go_on = threading.Event(), threading.Event()
    stage = line.versions.stage

    def slow(config: Path) -> Path:
        made = stage(config)
        copied.set()
        go_on.wait(30)
        return made

    monkeypatch.setattr(line.versions, "stage", slow)
    publishing = asyncio.create_task(line.publisher.publish())
    assert await asyncio.to_thread(copied.wait, 30)
    publishing.cancel()
    await asyncio.gather(publishing, return_exceptions=True)
    go_on.set()
    await all_gates_ended()
    assert not copies(line)


def copies(line: Line) -> list[str]:
    """The copies of the folder that are still there."""
    return [each.name for each in line.versions._folder.glob(".stage-*")]


async def test_keeping_is_told_with_its_time_before_it_begins(folder, start, monkeypatch):
    line = start()
    retitle(folder, "Second")
    news: list[GateNews] = []
    before: list[GateNews] = []
    keep = line.versions.keep

    def watched(site: Site) -> Site:
        before.extend(news[-1:])
        return keep(site)

    monkeypatch.setattr(line.versions, "keep", watched)
    await line.publisher.publish(tell=news.append)
    assert before == [GateNews(gate="keep", state="begins", within_s=KEEP_WITHIN_S)]


async def test_what_is_rolled_back_to_is_chosen_while_nobody_else_publishes(
    folder, start, monkeypatch
):
    line = start()
    retitle(folder, "Second")
    line.serve(await line.publisher.publish())
    reading, go_on = threading.Event(), threading.Event()
    read = line.versions.history.read

    def slow():
        known = read()
        reading.set()
        go_on.wait(30)
        return known

    monkeypatch.setattr(line.versions.history, "read", slow)
    rolling_back = asyncio.create_task(line.publisher.roll_back())
    assert await asyncio.to_thread(reading.wait, 30)
    retitle(folder, "Third")
    with pytest.raises(Refused, match="somebody publishes just now"):
        await line.publisher.publish()
    go_on.set()
    assert (await rolling_back).version == line.site.version


# --- not yet --------------------------------------------------------------------------------------


@asynccontextmanager
async def driven(line: Line, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    """The brain has a telephone line, and time to come to what it is told."""
    monkeypatch.setattr("careline.publisher.HANDLED_WITHIN_S", LONG_S)
    driving = asyncio.create_task(line.brain.drive(SimulatedLine(line.phones, WallClock())))
    try:
        yield
    finally:
        driving.cancel()
        await asyncio.gather(driving, return_exceptions=True)


def journaled(line: Line) -> list[str]:
    """The versions that the journal names."""
    records = (entry.record for _position, entry in line.journal.read())
    return [record.version for record in records if isinstance(record, SitePublished)]


async def test_a_publication_is_told_once_it_is_journaled(folder, start, monkeypatch):
    line = start()
    retitle(folder, "Second")
    append = line.journal.append
    order: list[str] = []

    async def slow(entries: list[Entry]) -> int:
        for _turn in range(100):
            await asyncio.sleep(0)
        order.append("journaled")
        return await append(entries)

    monkeypatch.setattr(line.journal, "append", slow)
    async with driven(line, monkeypatch):
        done = await line.publisher.publish(tell=lambda news: order.append(news.state))
    assert order[-3:] == ["begins", "journaled", "passed"]
    assert (done.counts, journaled(line)) == (True, [done.version])


async def test_while_no_line_is_connected_it_is_noted_and_counts_later(folder, start, monkeypatch):
    line = start()
    retitle(folder, "Second")
    for _again in range(2):
        news: list[GateNews] = []
        done = await line.publisher.publish(tell=news.append)
        assert (done.problems, done.counts) == ((), False)
        assert (news[-1].gate, news[-1].state) == ("keep", "noted")
        assert line.serving == line.site.version
    async with driven(line, monkeypatch):
        folder.replace("prompts.yaml", "Bye.", "Bye bye.")
        third = await line.publisher.publish()
        again = await line.publisher.publish()
    assert journaled(line) == [done.version, third.version]
    assert (third.counts, again.counts, again.publication) == (True, True, None)


async def test_who_leads_no_more_does_not_say_that_new_calls_begin_with_it(
    folder, start, monkeypatch
):
    line = start()
    retitle(folder, "Second")

    async def another_leads(_entries: list[Entry]) -> int:
        raise LeaseLostError("another node leads")

    monkeypatch.setattr(line.journal, "append", another_leads)
    async with driven(line, monkeypatch):
        assert not (await line.publisher.publish()).counts


async def test_what_the_journal_does_not_take_is_noted(folder, start, monkeypatch):
    line = start()
    retitle(folder, "Second")
    line.journal.outage = "the disk is full"
    async with driven(line, monkeypatch):
        assert not (await line.publisher.publish()).counts
        assert not (await line.publisher.publish()).counts


# --- in memory ------------------------------------------------------------------------------------


async def test_versions_that_no_call_keeps_are_not_kept_in_memory(folder, start):
    line = start()
    first = line.site.version
    line.handle(line.phones.arrive(CallId("one"), line.now))
    done = []
    for number in range(6):
        folder.replace("prompts.yaml", f"Bye{'.' * (number + 1)}", f"Bye{'.' * (number + 2)}")
        done.append(await line.publisher.publish())
        line.serve(done[-1])
    kept = line.brain._published
    assert set(kept) == {first, done[-2].version, done[-1].version}
    assert kept[first] is line.site, "the call's own, not one that was loaded again"
    assert line.brain._version_of(CallId("one")) is line.site
    # One that was let go is found again, with all that it says.
    back = await line.publisher.roll_back("v3")
    line.serve(back)
    assert back.version == done[1].version == line.serving
    line.handle(line.phones.arrive(CallId("two"), line.now))
    assert line.brain.versions_in_use() == {first: 1, back.version: 1}
    # And the first is rolled back to as the call has it.
    line.serve(await line.publisher.roll_back("v1"))
    assert line.brain.switchboard.site is line.site


async def test_with_a_line_only_what_serves_is_kept_in_memory(folder, start, monkeypatch):
    line = start()
    async with driven(line, monkeypatch):
        for title in ("Second", "Third"):
            retitle(folder, title)
            done = await line.publisher.publish()
    assert set(line.brain._published) == {done.version}


async def test_after_a_restart_only_what_is_needed_is_in_memory(folder, start):
    line = start()
    retitle(folder, "Second")
    second = published(folder.path, line.versions)
    folder.replace("prompts.yaml", "Bye.", "Bye bye.")
    third = published(folder.path, line.versions)
    call = CallId("one")
    records = [
        SitePublished(site=line.site.id, version=line.site.version),
        SitePublished(site=line.site.id, version=second.version),
        line.phones.arrive(call, line.now),
        SitePublished(site=line.site.id, version=third.version),
    ]
    again = start()
    await again.journal.append([Entry(at=line.now, record=each) for each in records])
    again.brain.restore()
    assert set(again.brain._published) == {second.version, third.version}
    assert again.brain._version_of(call).version == second.version
