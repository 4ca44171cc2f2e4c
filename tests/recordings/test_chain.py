from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from recordings.chain import BEGINNING, Finding, Flaw, Link, check, digest


def chained(count: int) -> list[Link]:
    links: list[Link] = []
    previous = BEGINNING
    for number in range(1, count + 1):
        links.append(Link(number=number, previous=previous, digest=digest(b"%d" % number)))
        previous = links[-1].digest
    return links


FIVE = chained(5)


def flaws(links: list[Link]) -> list[tuple[int, str]]:
    return [(finding.number, finding.flaw) for finding in check(links)]


def test_a_whole_chain_has_no_flaw() -> None:
    assert flaws(FIVE) == []
    assert flaws([]) == []


def test_a_gap_is_found() -> None:
    assert flaws(FIVE[:1] + FIVE[3:]) == [(2, "missing")]


def test_a_beginning_that_is_gone_is_found() -> None:
    assert flaws(FIVE[1:]) == [(1, "missing")]


def test_a_swap_is_found() -> None:
    assert flaws([FIVE[0], FIVE[2], FIVE[1], *FIVE[3:]]) == [(2, "moved")]


def test_a_repetition_is_found() -> None:
    assert flaws([*FIVE, FIVE[1]]) == [(2, "repeated")]


def test_an_edit_is_found() -> None:
    assert flaws([replace(FIVE[0], digest=digest(b"edited")), *FIVE[1:]]) == [(1, "edited")]
    assert flaws([replace(FIVE[0], previous=digest(b"before")), *FIVE[1:]]) == [(1, "edited")]


def test_a_number_that_leaps_costs_no_time() -> None:
    links = [Link(number=2**31, previous=BEGINNING, digest=b"")]
    assert check(links) == [Finding(1, Flaw.MISSING.value)]


@given(st.data())
def test_any_change_before_the_last_link_is_found(data: st.DataObject) -> None:
    changed = list(FIVE)
    kind = data.draw(st.sampled_from(["drop", "swap", "edit"]))
    place = data.draw(st.integers(min_value=0, max_value=3))
    if kind == "drop":
        del changed[place]
    elif kind == "swap":
        other = data.draw(st.integers(min_value=0, max_value=4).filter(lambda n: n != place))
        changed[place], changed[other] = changed[other], changed[place]
    else:
        changed[place] = replace(changed[place], digest=digest(b"edited"))
    assert flaws(changed) != []
