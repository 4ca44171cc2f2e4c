"""The demo: its scripts are sound, its evidence is strict, and it plays to the end."""

from __future__ import annotations

import math
import random
import struct
import subprocess
import sys
import time
import wave

import pytest

from careline.caller import CallResult, read_script
from careline.demo.evidence import distinct_stretches, hears
from careline.demo.show import CALLS, answered_in_order
from careline.demo.stage import open_all_day
from careline.sound import likeness, longest_silence_s, sounding_s, write_wav
from config.load import DEFAULT_CLINIC, check, load_site

SCRIPTS = sorted(CALLS.glob("*.yaml"))


def noise(seconds: float, seed: int, loudness: int = 4000) -> bytes:
    rng = random.Random(seed)
    count = int(8000 * seconds)
    return struct.pack(f"<{count}h", *(rng.randint(-loudness, loudness) for _ in range(count)))


def silence(seconds: float) -> bytes:
    return bytes(2 * int(8000 * seconds))


def quieter(pcm: bytes, factor: float) -> bytes:
    samples = struct.unpack(f"<{len(pcm) // 2}h", pcm)
    return struct.pack(f"<{len(samples)}h", *(int(sample * factor) for sample in samples))


# --- scripts --------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_every_script_expects_an_end_and_agents_who_exist(path, clinic):
    script = read_script(path)
    assert script.expect.outcome is not None
    assert set(script.expect.answered_by) <= set(clinic.agents)
    if script.expect.answered_by:
        assert script.expect.hears_s, "an answered caller hears the agent"


def test_every_script_shows_a_number_of_its_own():
    numbers = [read_script(path).caller for path in SCRIPTS]
    assert len(set(numbers)) == len(numbers)


def test_the_demo_runs_at_any_hour_on_a_clinic_without_mistakes(tmp_path):
    folder = open_all_day(DEFAULT_CLINIC, tmp_path / "clinic")
    problems, _warnings, _site = check(folder)
    assert problems == []
    now = time.time()
    site = load_site(folder)
    assert {"office", "refill-team"} <= site.rules.calendars.keys()
    for name, calendar in site.rules.calendars.items():
        assert all(calendar.is_open(now + hour * 3600) for hour in range(24)), name
        assert name == "always" or not all(
            calendar.is_open(now + hour * 3600) for hour in range(14 * 24)
        ), "it closes on other days"


# --- evidence -------------------------------------------------------------------------------------


def test_sound_and_silence_are_told_apart():
    pcm = noise(1.0, 1) + silence(2.0) + noise(0.5, 2) + silence(1.0)
    assert math.isclose(sounding_s(pcm), 1.5, abs_tol=0.02)
    assert math.isclose(longest_silence_s(pcm), 2.0, abs_tol=0.02)
    assert sounding_s(b"") == longest_silence_s(b"") == 0.0


def test_a_sound_is_found_again_however_loud_and_other_sound_is_not():
    wanted = noise(0.4, 1)
    pcm = noise(1.0, 2) + quieter(wanted, 0.3) + noise(1.0, 3)
    assert likeness(pcm, wanted) > 0.99
    assert likeness(noise(2.4, 4), wanted) < 0.3


def test_nothing_is_found_in_silence_or_in_what_is_too_short():
    wanted = noise(0.4, 1)
    assert likeness(silence(2.0), wanted) == 0.0
    assert likeness(noise(0.1, 1), wanted) == likeness(wanted, b"") == 0.0


def test_a_voice_is_recognised_by_what_only_it_says():
    common, ben, grace = noise(0.8, 1), noise(0.8, 2), noise(0.8, 3)
    only_ben = distinct_stretches(common + ben, [common + grace])
    assert only_ben
    assert hears(silence(1.0) + common + ben, only_ben)
    assert not hears(silence(1.0) + common + grace, only_ben)


def test_a_recording_for_people_is_a_plain_wav(tmp_path):
    write_wav(tmp_path / "a.wav", noise(1.0, 1))
    with wave.open(str(tmp_path / "a.wav")) as wav:
        assert (wav.getframerate(), wav.getnframes(), wav.getnchannels()) == (8000, 8000, 1)


def result(queued_at: float, answered_at: float | None, began_at: float = 0.0) -> CallResult:
    timeline = [(queued_at, "line", "waits in queue billing")]
    if answered_at is not None:
        timeline.append((answered_at, "line", "talks with fiona"))
    return CallResult(began_at=began_at, timeline=timeline)


@pytest.mark.parametrize(
    ("results", "fair"),
    [
        ([result(1, 10), result(1, 9, began_at=5)], True),
        ([result(1, 20), result(1, 9, began_at=5)], False),
        ([result(1, None), result(1, 9, began_at=5)], False),
    ],
)
def test_order_is_judged_by_when_each_began_to_wait(results, fair):
    assert answered_in_order(results) is fair


# --- the whole ------------------------------------------------------------------------------------


@pytest.mark.alone
@pytest.mark.timeout(900)
def test_the_demo_ends_well_and_leaves_recordings_that_open(tmp_path):
    folder = tmp_path / "demo"
    done = subprocess.run(
        [sys.executable, "-m", "careline", "demo", "--keep", str(folder)],
        capture_output=True,
        text=True,
        timeout=840,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == ""
    assert "all 10 calls ended as they should" in done.stdout
    assert "WOULD NOT BE PUBLISHED" not in done.stdout, "its clinic passes its own gates"
    assert done.stdout.count("because: ") >= 9
    assert f"careline explain --last {folder / 'state'}\n" in done.stdout
    assert len(list((folder / "heard").glob("*.wav"))) == 10
    opened = sorted((folder / "opened").glob("*.wav"))
    assert len(opened) >= 7
    for recording in opened:
        with wave.open(str(recording)) as wav:
            assert wav.getnchannels() == 2
    listed = subprocess.run(["pgrep", "-f", f"careline.processes.*{folder}"], capture_output=True)
    assert listed.stdout == b""
