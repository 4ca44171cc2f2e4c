"""Nobody is recorded without consent: announced to its end, or asked for and given."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace

import pytest

from calls.commands import (
    Bridge,
    StartRecording,
)
from config.load import load_site
from config.site import Site
from ivr import State
from tests.careline.rig import CALL, Rig


def test_a_conversation_is_recorded_once_the_notice_was_heard_to_its_end(rig):
    rig.ready("ben")
    rig.arrive()
    rig.run.advance(30)
    rig.press("0")
    rig.run.advance(5)
    assert [command.recording_id for command in rig.of(StartRecording)] == ["one-1"]


def test_a_notice_that_was_cut_short_permits_no_recording(rig):
    rig.ready("ben")
    rig.arrive()
    rig.press("0")
    rig.run.advance(5)
    assert rig.of(Bridge)
    assert not rig.of(StartRecording)


def test_a_site_that_never_records_never_records(clinic):
    site = replace(clinic, recording=replace(clinic.recording, consent="never"))
    rig = Rig(site)
    rig.ready("ben")
    rig.arrive()
    rig.run.advance(30)
    rig.press("0")
    rig.run.advance(5)
    assert rig.of(Bridge)
    assert not rig.of(StartRecording)
    rig.run.close()


@pytest.fixture(scope="module")
def asking_site(clinic: Site, tmp_path_factory: pytest.TempPathFactory) -> Site:
    folder = tmp_path_factory.mktemp("asking") / "clinic"
    shutil.copytree(clinic.folder, folder)
    file = folder / "site.yaml"
    file.write_text(file.read_text().replace("consent: announced", "consent: asked"))
    return load_site(folder)


@pytest.fixture
def asking(asking_site: Site) -> Iterator[Rig]:
    made = Rig(asking_site)
    made.ready("ben")
    made.arrive()
    while made.run.switchboard.calls[CALL].engine.state is not State.CONSENT:
        made.run.step()
    yield made
    made.run.close()


@pytest.mark.parametrize("answer", ["1", "yes please"])
def test_a_caller_who_agrees_is_recorded(asking, answer):
    asking.press(answer) if answer == "1" else asking.say(answer)
    asking.press("0")
    asking.run.advance(5)
    assert asking.of(Bridge)
    assert [command.recording_id for command in asking.of(StartRecording)] == ["one-1"]


@pytest.mark.parametrize("answer", ["2", "no thank you", "yes but what does it cost me", ""])
def test_a_caller_who_refuses_or_gives_no_clear_answer_is_not_recorded(asking, answer):
    if answer == "2":
        asking.press(answer)
    elif answer:
        asking.say(answer)
    else:
        asking.run.advance(30)
    asking.press("0")
    asking.run.advance(5)
    assert asking.of(Bridge)
    assert not asking.of(StartRecording)
