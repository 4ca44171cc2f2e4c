"""A changed site is published whole or not at all, and calls in progress keep their version."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from adapters.stores.memory import MemoryJournal
from adapters.telephony.simulated import SimulatedPhones
from calls.commands import Say
from calls.facts import DigitsCollected, Fact, PromptFinished, SitePublished
from calls.ids import CallId
from calls.ports import Entry
from calls.private import Private
from careline.brain import Brain
from careline.gate import TriageGate, engine_of
from careline.publisher import Publisher
from careline.publishing import TRIAGE
from careline.versions import SiteVersions
from config.errors import ConfigError
from config.load import DEFAULT_CLINIC, load_site
from tests.careline.small_site import published, started

CALL = CallId("one")
NEXT = CallId("two")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(DEFAULT_CLINIC, tmp_path / "site"))


@pytest.fixture(autouse=True)
def no_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """No line is connected here: nobody waits for the brain to take anything in."""
    monkeypatch.setattr("careline.publisher.HANDLED_WITHIN_S", 0.0)


def change_welcome(folder: Path, words: str) -> None:
    prompts = folder / "prompts.yaml"
    text = prompts.read_text()
    assert "Thank you for calling Riverside Family Clinic." in text
    prompts.write_text(text.replace("Thank you for calling Riverside Family Clinic.", words))


def change_protocol(folder: Path) -> None:
    protocol = folder / "protocols" / "general.yaml"
    text = protocol.read_text()
    assert "\ntitle: " in text
    protocol.write_text(text.replace("\ntitle: ", "\ntitle: Changed ", 1))


def break_flow(folder: Path) -> None:
    flow = folder / "flows" / "main.yaml"
    flow.write_text(flow.read_text().replace("next: message-taken", "next: mesage-taken"))


class Rig:
    def __init__(self, folder: Path, state: Path) -> None:
        self.versions = SiteVersions(state)
        self.site = started(folder, self.versions)
        self.gate = TriageGate(engine_of(self.site))
        self.brain = Brain(self.site, MemoryJournal(), self.gate, find_version=self.versions.find)
        self.publisher = Publisher(folder, self.versions, self.brain, (TRIAGE,))
        self.phones = SimulatedPhones(self.site.id, {})
        self.now = 1_795_446_000.0

    def handle(self, fact: Fact) -> list[str]:
        turn = self.brain.switchboard.handle(fact, self.now)
        says = [command for command in turn.commands if isinstance(command, Say)]
        return [utterance.text for say in says for utterance in say.utterances]


async def test_new_calls_begin_with_the_published_version_and_calls_in_progress_keep_theirs(
    folder, tmp_path
):
    rig = Rig(folder, tmp_path / "versions")
    rig.handle(rig.phones.arrive(CALL, rig.now))
    change_welcome(folder, "A new welcome.")
    done = await rig.publisher.publish()
    assert not done.problems
    assert done.version != rig.site.version
    rig.handle(SitePublished(site=rig.site.id, version=done.version))
    assert rig.brain.switchboard.site.version == done.version
    rig.handle(rig.phones.arrive(NEXT, rig.now))
    welcomes = {
        call_id: " ".join(
            rig.handle(PromptFinished(site=rig.site.id, call_id=call_id, prompt_id=1))
        )
        for call_id in (CALL, NEXT)
    }
    assert "Thank you for calling Riverside Family Clinic." in welcomes[CALL]
    assert "A new welcome." in welcomes[NEXT]
    rig.gate.close()


async def test_a_flow_with_a_mistake_is_never_published_and_the_last_good_one_serves(
    folder, tmp_path
):
    rig = Rig(folder, tmp_path / "versions")
    break_flow(folder)
    done = await rig.publisher.publish()
    assert done.version == rig.site.version
    assert any("mesage-taken" in problem for problem in done.problems)
    assert rig.brain.switchboard.site is rig.site
    rig.gate.close()


def test_after_a_restart_the_last_good_version_serves_while_the_folder_has_mistakes(
    folder, tmp_path
):
    versions = SiteVersions(tmp_path / "versions")
    good = started(folder, versions)
    break_flow(folder)
    assert started(folder, SiteVersions(tmp_path / "versions")).version == good.version


def test_without_any_good_version_the_mistakes_are_told(folder, tmp_path):
    break_flow(folder)
    with pytest.raises(ConfigError, match="mesage-taken"):
        started(folder, SiteVersions(tmp_path / "versions"))


def test_a_kept_version_that_was_changed_is_not_taken_for_it(folder, tmp_path):
    versions = SiteVersions(tmp_path / "versions")
    site = load_site(folder)
    versions.keep(site)
    (kept,) = [path for path in (tmp_path / "versions").iterdir() if path.is_dir()]
    change_welcome(kept, "Somebody was here.")
    assert versions.find(site.version) is None


def test_a_version_kept_by_a_release_that_named_it_otherwise_is_served_under_that_name(
    folder, tmp_path, monkeypatch
):
    monkeypatch.setattr("config.load.site_version", lambda _site: "0ld" + "a" * 61)
    earlier = SiteVersions(tmp_path / "versions")
    older = load_site(folder)
    earlier.keep(older)
    monkeypatch.undo()
    assert load_site(folder).version != older.version
    found = SiteVersions(tmp_path / "versions").find(older.version)
    assert found is not None
    assert found.version == older.version
    assert found.rules == older.rules
    assert SiteVersions(tmp_path / "versions").last_good() == found
    change_welcome(found.folder, "Somebody was here.")
    assert earlier.find(older.version) is None
    assert "were changed since" in earlier.why_missing(older.version)


def test_a_version_that_is_missing_is_told_with_what_to_do(folder, tmp_path):
    versions = SiteVersions(tmp_path / "versions")
    site = load_site(folder)
    assert versions.find(site.version) is None
    assert not (tmp_path / "versions").exists()
    assert "copy that folder from a backup" in versions.why_missing(site.version)
    versions.keep(site)
    (kept,) = [path for path in (tmp_path / "versions").iterdir() if path.is_dir()]
    break_flow(kept)
    (digest,) = (tmp_path / "versions").glob("*.sha256")
    digest.unlink()
    assert versions.find(site.version) is None
    assert f"careline check {kept}" in versions.why_missing(site.version)


@pytest.mark.parametrize("written", [b"", bytes(16), b"\xff"])
def test_a_note_of_the_last_version_that_was_damaged_is_as_good_as_none(folder, tmp_path, written):
    versions = SiteVersions(tmp_path / "versions")
    versions.keep(load_site(folder))
    (tmp_path / "versions" / "current").write_bytes(written)
    assert versions.last_good() is None
    assert "copy that folder from a backup" in versions.why_none_good()


def test_a_kept_version_that_was_damaged_is_kept_anew_when_it_is_served_again(folder, tmp_path):
    versions = SiteVersions(tmp_path / "versions")
    site = started(folder, versions)
    (kept,) = [path for path in (tmp_path / "versions").iterdir() if path.is_dir()]
    (kept / "queues.yaml").unlink()
    assert versions.find(site.version) is None
    started(folder, versions)
    assert versions.find(site.version) is not None


async def test_a_replay_finds_the_version_each_call_began_with(folder, tmp_path):
    journal = MemoryJournal()
    versions = SiteVersions(tmp_path / "versions")
    first = started(folder, versions)
    change_welcome(folder, "A new welcome.")
    second = published(folder, versions)
    phones = SimulatedPhones(first.id, {})
    now = 1_795_446_000.0
    await journal.append(
        [
            Entry(at=now, record=SitePublished(site=first.id, version=first.version)),
            Entry(at=now + 1, record=phones.arrive(CALL, now)),
            Entry(at=now + 2, record=SitePublished(site=first.id, version=second.version)),
            Entry(
                at=now + 3,
                record=DigitsCollected(site=first.id, call_id=CALL, digits=Private("1")),
            ),
        ]
    )
    gate = TriageGate(engine_of(second))
    brain = Brain(second, journal, gate, find_version=versions.find)
    brain.restore()
    engine = brain.switchboard.calls[CALL].engine
    assert engine is not None
    assert engine.flow.version == first.flows[first.entry_flow].version
    assert brain.switchboard.site.version == second.version
    gate.close()


async def test_a_brain_that_comes_back_goes_on_with_what_was_published_not_with_what_it_began_with(
    folder, tmp_path
):
    journal = MemoryJournal()
    versions = SiteVersions(tmp_path / "versions")
    first = started(folder, versions)
    change_protocol(folder)
    second = published(folder, versions)
    await journal.append(
        [
            Entry(at=1.0, record=SitePublished(site=first.id, version=first.version)),
            Entry(at=2.0, record=SitePublished(site=first.id, version=second.version)),
        ]
    )
    gate = TriageGate(engine_of(first))
    brain = Brain(first, journal, gate, find_version=versions.find)
    brain.restore(publish=False)
    assert brain.switchboard.site.version == second.version
    assert not brain._inbox
    assert gate._engine is engine_of(brain.switchboard.site)
    assert gate._engine is not engine_of(first)
    gate.close()
