"""What docs/operating.md shows of queues, emergencies and calendars can be written just so."""

import re
from pathlib import Path

import pytest

from acd.models import LadderStep, Overflow, Relaxation
from calls.rung import Rung
from config.load import check, load_site

OPERATING = (Path(__file__).parents[2] / "docs" / "operating.md").read_text()
SHOWN = {
    block.partition(":")[0]: block
    for block in re.findall(r"^```yaml\n(.*?)^```", OPERATING, re.MULTILINE | re.DOTALL)
}
FILE_OF = {
    "scheduling": "queues.yaml",
    "emergency": "site.yaml",
    "office": "calendars.yaml",
    "records": "lookups.yaml",
}


@pytest.fixture
def as_shown(clinic_folder):
    """The sample clinic with each example in the place of what stands under its name, if any."""
    assert SHOWN.keys() == FILE_OF.keys()
    for name, file in FILE_OF.items():
        text = (clinic_folder.path / file).read_text()
        there = re.search(rf"^{name}:.*\n(?:(?: .*)?\n)+", text, re.MULTILINE)
        # Where the sample has nothing of the name it comes as well.
        old = text if there is None else there[0]
        new = f"{text}\n{SHOWN[name]}" if there is None else SHOWN[name] + "\n"
        clinic_folder.write(file, text.replace(old, new))
    clinic_folder.write("parking.csv", "id,spaces\nnorth,40\n")
    return clinic_folder.path


def test_the_examples_are_taken_as_they_stand(as_shown):
    problems, warnings, _ = check(as_shown)
    assert list(map(str, problems)) == []
    assert {each.file for each in warnings if not each.file.startswith("protocols/")} == {
        "site.yaml"
    }


def test_the_examples_mean_what_is_said_of_them(as_shown):
    site = load_site(as_shown)
    queue = site.queues["scheduling"]
    assert queue.relax == (Relaxation(after_s=60, level=2), Relaxation(after_s=120, level=1))
    assert queue.overflow == (Overflow(after_s=180, to="general"),)
    assert [need.preferred for need in queue.skills] == [False, True]
    assert site.emergency.ladder[0] == LadderStep(after_s=10, do=Rung.RING_ALL)
    hours = site.queue_hours()["scheduling"]
    assert hours.calendar is site.calendars["office"]
    assert hours.when_closed == "general"
    assert site.queue_hours()["nurse"].calendar is None
