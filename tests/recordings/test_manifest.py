from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calls.ids import CallId
from recordings.chain import BEGINNING, Finding, Flaw, Head, Link, check
from recordings.manifest import (
    ManifestEntry,
    ManifestError,
    ManifestEvent,
    from_line,
    head_of,
    next_entry,
    standing,
    to_line,
    verify,
)


def chained(*happened: tuple[ManifestEvent, str]) -> list[ManifestEntry]:
    entries: list[ManifestEntry] = []
    for event, recording_id in happened:
        entries.append(
            next_entry(
                head_of(entries),
                event=event,
                recording_id=recording_id,
                call_id=CallId(f"call-{recording_id}"),
                started_at=1000 + len(entries),
                duration_s=12.5,
                segments=3,
                sha256="ab" * 32,
            )
        )
    return entries


FIVE = chained(*((ManifestEvent.SEALED, f"r{number}") for number in range(1, 6)))
FIVE_HEAD = head_of(FIVE)


def flaws(entries: list[ManifestEntry], head: Head | None = None) -> list[tuple[int, str]]:
    return [(finding.number, finding.flaw) for finding in verify(entries, head)]


def test_a_whole_manifest_has_no_flaw() -> None:
    assert flaws(FIVE) == []
    assert flaws(FIVE, FIVE_HEAD) == []
    assert flaws([]) == []
    assert head_of([]) is None


def test_a_gap_is_found() -> None:
    assert flaws(FIVE[:1] + FIVE[3:]) == [(2, "missing")]


def test_a_beginning_that_is_gone_is_found() -> None:
    assert flaws(FIVE[1:]) == [(1, "missing")]


def test_a_swap_is_found() -> None:
    assert flaws([FIVE[0], FIVE[2], FIVE[1], *FIVE[3:]]) == [(2, "moved")]


def test_a_repetition_is_found() -> None:
    assert flaws([*FIVE, FIVE[1]]) == [(2, "repeated")]


def test_an_edit_is_found() -> None:
    assert flaws([replace(FIVE[0], duration_s=1.0), *FIVE[1:]]) == [(1, "edited")]
    assert flaws([replace(FIVE[0], previous="01" * 32), *FIVE[1:]]) == [(1, "edited")]


def test_an_edit_or_a_cut_at_the_end_is_found_by_the_head_kept_elsewhere() -> None:
    edited = [*FIVE[:4], replace(FIVE[4], sha256="cd" * 32)]
    assert flaws(edited) == []
    assert flaws(edited, FIVE_HEAD) == [(5, "edited")]
    assert flaws(FIVE[:3]) == []
    assert flaws(FIVE[:3], FIVE_HEAD) == [(3, "truncated")]
    assert flaws([], FIVE_HEAD) == [(0, "truncated")]


def test_a_manifest_written_anew_is_found_by_the_head_kept_elsewhere() -> None:
    forged = chained(*((ManifestEvent.SEALED, f"x{number}") for number in range(1, 8)))
    assert flaws(forged) == []
    assert flaws(forged, FIVE_HEAD) == [(5, "edited")]


def test_a_manifest_that_grew_still_agrees_with_an_older_head() -> None:
    assert flaws(FIVE, head_of(FIVE[:2])) == []


@given(st.data())
def test_any_change_before_the_head_is_found(data: st.DataObject) -> None:
    changed = list(FIVE)
    kind = data.draw(st.sampled_from(["drop", "swap", "edit"]))
    place = data.draw(st.integers(min_value=0, max_value=4))
    if kind == "drop":
        del changed[place]
    elif kind == "swap":
        other = data.draw(st.integers(min_value=0, max_value=4).filter(lambda n: n != place))
        changed[place], changed[other] = changed[other], changed[place]
    else:
        changed[place] = replace(changed[place], segments=4)
    assert flaws(changed, FIVE_HEAD) != []


def test_a_number_that_leaps_costs_no_time() -> None:
    links = [Link(number=2**31, previous=BEGINNING, digest=b"")]
    assert check(links) == [Finding(1, Flaw.MISSING.value)]


def test_an_entry_comes_back_from_its_line() -> None:
    for entry in FIVE:
        assert from_line(to_line(entry)) == entry


LINE = to_line(FIVE[0])


@pytest.mark.parametrize(
    "change",
    [
        {"number": "1"},
        {"number": True},
        {"number": 0},
        {"event": "lost"},
        {"duration_s": -1.0},
        {"duration_s": 5},
        {"segments": -1},
        {"sha256": "AB" * 32},
        {"sha256": "ab"},
        {"previous": "zz" * 32},
        {"more": 1},
    ],
)
def test_a_line_with_a_wrong_field_is_refused(change: dict[str, object]) -> None:
    plain = json.loads(LINE) | change
    with pytest.raises(ManifestError):
        from_line(json.dumps(plain, separators=(",", ":")))


@pytest.mark.parametrize(
    "line",
    ["", "[]", "{}", LINE[:-1], LINE + " ", LINE.replace("12.5", "1e999"), "[" * 100_000],
)
def test_what_is_no_line_is_refused(line: str) -> None:
    with pytest.raises(ManifestError):
        from_line(line)


@given(st.text(max_size=100))
def test_any_text_gives_an_entry_or_the_declared_error(text: str) -> None:
    with pytest.raises(ManifestError):
        from_line(text)


def test_what_was_deleted_stands_no_more() -> None:
    entries = chained(
        (ManifestEvent.SEALED, "a"),
        (ManifestEvent.ADOPTED, "b"),
        (ManifestEvent.SEALED, "c"),
        (ManifestEvent.DELETED, "a"),
    )
    assert list(standing(entries)) == ["b", "c"]
    assert verify(entries) == []
