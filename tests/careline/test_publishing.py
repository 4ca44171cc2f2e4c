"""The gates of a publication, roll-backs, and who may call what off."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence

import pytest

from calls.ids import CallId
from careline.publications import How
from careline.publishing import Failed, Gate, GateNews, GivenUp, Progress, off_the_loop
from careline.refusal import Refused
from config.site import Site
from tests.careline.small_site import (
    all_gates_ended,
    published,
    retitle,
    started,
)

LONG_S = 60.0


def refuses(_site: Site, _progress: Progress) -> Sequence[str]:
    return ["main: 2 of 9 dialogues fail", "other: 1 of 3"]


def passes(_site: Site, _progress: Progress) -> Sequence[str]:
    return ()


async def test_who_published_what_and_why_is_in_the_history(folder, start):
    line = start()
    retitle(folder, "Second")
    done = await line.publisher.publish("maria", "A second title")
    last = line.versions.history.last()
    assert last == done.publication
    assert (last.author, last.note, last.how) == ("maria", "A second title", How.PUBLISHED)
    assert (last.previous, last.number) == (line.site.version, 2)
    line.serve(done)
    assert line.serving == last.version != line.site.version


async def test_two_publications_in_a_row_each_come_after_the_other(folder, start):
    line = start()
    titles = ("Second", "Third")
    done = []
    for title in titles:
        retitle(folder, title)
        # Also while no line is connected that would take the first one in.
        done.append(await line.publisher.publish())
    assert [each.publication.number for each in done] == [2, 3]
    assert done[1].publication.previous == done[0].version
    assert line.brain.newest.title == "Third"


async def test_a_folder_without_a_change_is_no_new_version(start):
    line = start()
    done = await line.publisher.publish("maria", "Nothing")
    assert (done.version, done.problems, done.publication) == (line.site.version, (), None)
    assert line.hows == ["first-start"]
    assert not line.brain._inbox


async def test_a_gate_that_finds_a_problem_leaves_everything_as_it_was(folder, start):
    line = start(
        Gate(name="dialogues", find=refuses, within_s=LONG_S),
        Gate(name="never reached", find=lambda _site, _progress: 1 / 0, within_s=LONG_S),
    )
    retitle(folder, "Second")
    news: list[GateNews] = []
    done = await line.publisher.publish(tell=news.append)
    assert done.problems == ("dialogues: main: 2 of 9 dialogues fail", "dialogues: other: 1 of 3")
    assert (done.version, done.publication) == (line.site.version, None)
    assert line.hows == ["first-start"]
    assert not line.brain._inbox
    assert [(each.gate, each.state) for each in news] == [
        ("check", "begins"), ("check", "passed"), ("dialogues", "begins"),
    ]  # fmt: skip
    assert not [each for each in (line.versions._folder).iterdir() if ".stage" in each.name]


@pytest.mark.parametrize("error", [ZeroDivisionError("secret"), SystemExit(3), OSError(5, "disk")])
async def test_a_gate_that_raises_is_a_problem_and_not_a_crash(folder, start, caplog, error):
    def raises(_site, _progress):
        raise error

    line = start(Gate(name="proof", find=raises, within_s=LONG_S))
    retitle(folder, "Second")
    done = await line.publisher.publish()
    assert len(done.problems) == 1
    assert "secret" not in done.problems[0] + caplog.text
    assert line.hows == ["first-start"]
    assert not line.brain._inbox


async def test_a_gate_that_takes_too_long_is_given_up_and_ends_at_its_next_word(folder, start):
    ended = threading.Event()
    begun: list[Progress] = []

    def never(_site: Site, progress: Progress) -> Sequence[str]:
        begun.append(progress)
        try:
            while True:
                progress(1, 2)
        except GivenUp:
            ended.set()
            raise

    line = start(Gate(name="slow", find=never, within_s=0.01))
    retitle(folder, "Second")
    done = await line.publisher.publish()
    assert done.problems == ("slow: it took more than 0.01 s and was given up",)
    assert await asyncio.to_thread(ended.wait, 30)
    assert line.hows == ["first-start"]
    await all_gates_ended()


async def test_the_loop_goes_on_while_a_gate_works_and_is_told_how_far_it_is(folder, start):
    go_on = threading.Event()

    def counts(_site: Site, progress: Progress) -> Sequence[str]:
        progress(1, 3)
        go_on.wait(30)
        return ()

    line = start(Gate(name="prompts", find=counts, within_s=LONG_S))
    retitle(folder, "Second")
    # Only the loop, which hears of the first, lets the gate go on.
    far: list[tuple[int, int]] = []

    def tell(news: GateNews) -> None:
        if news.state == "goes-on":
            far.append((news.done, news.of))
            go_on.set()

    done = await line.publisher.publish(tell=tell)
    assert far == [(1, 3)]
    assert not done.problems
    await all_gates_ended()


async def test_what_is_gated_is_what_is_kept_also_when_somebody_goes_on_writing(folder, start):
    def writes(site: Site, _progress: Progress) -> Sequence[str]:
        assert (site.folder / "site.yaml").read_text().count("Second")
        retitle(folder, "Third")
        return ()

    line = start(Gate(name="writes", find=writes, within_s=LONG_S))
    retitle(folder, "Second")
    done = await line.publisher.publish()
    kept = line.versions.find(done.version)
    assert kept.title == "Second"
    assert "title: Second" in (kept.folder / "site.yaml").read_text()


async def test_files_that_editors_hide_are_not_kept(folder, start):
    line = start()
    retitle(folder, "Second")
    folder.write(".git/config", "much")
    (folder.path / ".#site.yaml").symlink_to("nobody@nowhere")
    done = await line.publisher.publish()
    assert not done.problems
    kept = line.versions.find(done.version).folder
    assert not [path for path in kept.iterdir() if path.name.startswith(".")]


async def test_two_at_once_do_not_get_in_each_others_way(folder, start):
    asked, go_on = threading.Event(), threading.Event()

    def waits(_site: Site, _progress: Progress) -> Sequence[str]:
        asked.set()
        go_on.wait(30)
        return ()

    line = start(Gate(name="waits", find=waits, within_s=LONG_S))
    retitle(folder, "Second")
    first = asyncio.create_task(line.publisher.publish())
    assert await asyncio.to_thread(asked.wait, 30)
    with pytest.raises(Refused, match="somebody publishes just now"):
        await line.publisher.publish()
    with pytest.raises(Refused, match="somebody publishes just now"):
        await line.publisher.roll_back("v1")
    go_on.set()
    assert (await first).publication.number == 2
    await all_gates_ended()


async def test_whoever_leaves_while_it_is_checked_calls_it_off(folder, start):
    asked, go_on = threading.Event(), threading.Event()

    def waits(_site: Site, _progress: Progress) -> Sequence[str]:
        asked.set()
        go_on.wait(30)
        return ()

    line = start(Gate(name="waits", find=waits, within_s=LONG_S))
    retitle(folder, "Second")
    publishing = asyncio.create_task(line.publisher.publish())
    assert await asyncio.to_thread(asked.wait, 30)
    publishing.cancel()
    await asyncio.gather(publishing, return_exceptions=True)
    go_on.set()
    await all_gates_ended()
    assert line.hows == ["first-start"]
    assert not line.brain._inbox
    done = await line.publisher.publish()
    assert done.publication.number == 2
    await all_gates_ended()


async def test_whoever_leaves_once_it_is_being_kept_finds_it_published(folder, start, monkeypatch):
    line = start(Gate(name="passes", find=passes, within_s=LONG_S))
    retitle(folder, "Second")
    keeping, go_on = threading.Event(), threading.Event()
    keep = line.versions.keep

    def slow(site: Site) -> Site:
        keeping.set()
        go_on.wait(30)
        return keep(site)

    monkeypatch.setattr(line.versions, "keep", slow)
    publishing = asyncio.create_task(line.publisher.publish())
    assert await asyncio.to_thread(keeping.wait, 30)
    publishing.cancel()
    await asyncio.gather(publishing, return_exceptions=True)
    with pytest.raises(Refused, match="somebody publishes just now"):
        await line.publisher.publish()
    go_on.set()
    await line.publisher._taking_up
    assert line.hows == ["first-start", "published"]
    assert line.brain.newest.title == "Second"
    await all_gates_ended()


async def test_a_history_that_cannot_be_written_publishes_nothing(folder, start):
    line = start()
    retitle(folder, "Second")
    history = line.versions._folder / "history.jsonl"
    history.unlink()
    history.mkdir()
    done = await line.publisher.publish()
    assert done.problems == ("cannot be kept: Is a directory",)
    assert done.version == line.site.version
    assert not line.brain._inbox


async def test_a_site_that_calls_itself_otherwise_is_not_published(folder, start):
    line = start()
    folder.replace("site.yaml", "id: small", "id: second")
    done = await line.publisher.publish()
    (problem,) = done.problems
    assert problem == "site.yaml: id: its id is 'second'; the running line is that of 'small'"
    assert line.hows == ["first-start"]


@pytest.mark.parametrize(
    ("author", "note"), [("x" * 81, ""), ("maria", "x" * 501), ("maria", "two\nlines")]
)
async def test_an_author_or_a_note_that_cannot_be_kept_is_refused(folder, start, author, note):
    line = start()
    retitle(folder, "Second")
    with pytest.raises(Refused):
        await line.publisher.publish(author, note)
    assert line.hows == ["first-start"]


# --- roll-backs -----------------------------------------------------------------------------------


async def test_a_roll_back_serves_the_version_before_and_leaves_the_folder_alone(folder, start):
    line = start()
    retitle(folder, "Second")
    line.serve(await line.publisher.publish())
    before = (folder.path / "site.yaml").read_bytes()
    done = await line.publisher.roll_back(None, "ana", "Too new")
    line.serve(done)
    assert line.serving == line.site.version == done.version
    assert (folder.path / "site.yaml").read_bytes() == before
    last = line.versions.history.last()
    assert (last.number, last.how, last.author, last.note) == (3, How.ROLLED_BACK, "ana", "Too new")
    assert started(folder.path, line.versions).version == line.site.version


async def test_after_a_restart_the_brain_serves_what_was_rolled_back_to(folder, start):
    line = start()
    retitle(folder, "Second")
    await line.publisher.publish()
    await line.publisher.roll_back()
    retitle(folder, "Third, which nobody published")
    again = start()
    again.brain.restore()
    assert again.brain.newest.title == "Small Clinic"


async def test_a_roll_back_passes_the_same_gates(folder, start, tmp_path):
    line = start()
    retitle(folder, "Second")
    second = published(folder.path, line.versions)
    strict = start(Gate(name="dialogues", find=refuses, within_s=LONG_S))
    assert strict.site.version == second.version
    done = await strict.publisher.roll_back("v1")
    assert len(done.problems) == 2
    assert done.version == second.version
    assert strict.hows == ["first-start", "published"]


async def test_an_old_version_that_cannot_be_loaded_says_why(folder, start):
    line = start()
    retitle(folder, "Second")
    await line.publisher.publish()
    (line.versions._path(line.site.version) / "queues.yaml").unlink()
    done = await line.publisher.roll_back("v1")
    (problem,) = done.problems
    assert problem.startswith(f"v1 ({line.site.version[:8]}) cannot be used. Its files in ")
    assert "were changed since" in problem
    assert line.hows == ["first-start", "published"]


async def test_a_roll_back_to_nothing_known_is_refused(start):
    line = start()
    with pytest.raises(Refused, match="there is no version 'v7'; the latest: v1 "):
        await line.publisher.roll_back("v7")
    with pytest.raises(Refused, match="there is no version before v1"):
        await line.publisher.roll_back()


async def test_a_roll_back_to_what_serves_changes_nothing(start):
    line = start()
    done = await line.publisher.roll_back("v1")
    assert (done.problems, done.publication) == ((), None)
    assert line.hows == ["first-start"]


async def test_calls_in_progress_are_counted_under_the_version_they_keep(folder, start):
    line = start()
    first = line.site.version
    line.handle(line.phones.arrive(CallId("one"), line.now))
    line.handle(line.phones.arrive(CallId("two"), line.now))
    retitle(folder, "Second")
    folder.replace("prompts.yaml", "Bye.", "Bye bye.")
    second = await line.publisher.publish()
    line.serve(second)
    line.handle(line.phones.arrive(CallId("three"), line.now))
    assert line.brain.versions_in_use() == {first: 2, second.version: 1}
    line.serve(await line.publisher.roll_back())
    line.handle(line.phones.arrive(CallId("four"), line.now))
    assert line.brain.versions_in_use() == {first: 3, second.version: 1}


# --- off the loop ---------------------------------------------------------------------------------


async def test_an_answer_of_a_thread_comes_to_the_loop_and_a_fault_is_named():
    news: list[GateNews] = []
    assert await off_the_loop("sum", LONG_S, lambda _progress: 1 + 1, news.append) == 2
    with pytest.raises(Failed, match=r"ZeroDivisionError at .*this is a fault of the program"):
        await off_the_loop("sum", LONG_S, lambda _progress: 1 / 0, news.append)
    assert [each.state for each in news] == ["begins", "begins"]
    await all_gates_ended()
