"""The ladder of an emergency, and what else is written under ``emergency``."""

import pytest

from acd.models import EmergencyRules, LadderStep
from calls.rung import Rung
from config.load import load_site

WHOLE = "{after_s: 10, do: ring-all}, {after_s: 30, do: on-call}, {after_s: 60, do: advise}"


def emergency(text):
    """The site with a section of its own, on line 2."""
    return "site.yaml", "id: small\n", f"id: small\nemergency: {{{text}}}\n"


def ladder(rungs):
    return emergency(f"ladder: [{rungs}]")


MISTAKES = {
    "rungs out of order": (
        ladder(WHOLE.replace("10,", "40,")),
        (
            "site.yaml:2:61: emergency.ladder[1].after_s: found 30, wanted at least 40: "
            "a higher rung comes later"
        ),
    ),
    "a rung twice": (
        ladder(WHOLE + ", {after_s: 90, do: advise}"),
        "site.yaml:2:124: emergency.ladder[3].do: 'advise' is a rung already",
    ),
    "no such rung": (
        ladder(WHOLE.replace("ring-all", "ring-al")),
        (
            "site.yaml:2:40: emergency.ladder[0].do: found 'ring-al', wanted one of ring-all, "
            "on-call, advise; did you mean 'ring-all'?"
        ),
    ),
    "a rung that is never due": (
        ladder(WHOLE.replace("60", "6000")),
        "site.yaml:2:89: emergency.ladder[2].after_s: found 6000, wanted 0 to 600",
    ),
    "a misspelt key": (
        emergency("keep_redy: 1"),
        (
            "site.yaml:2:13: emergency.keep_redy: unknown key 'keep_redy'; "
            "did you mean 'keep_ready'?"
        ),
    ),
    "the key of a queue that was": (
        ("queues.yaml", "  title: Everything\n", "  title: Everything\n  priority: 5\n"),
        (
            "queues.yaml:3:3: general.priority: unknown key 'priority'; head_start_s says now how "
            "much longer its callers count as having waited"
        ),
    ),
    "the key that was": (
        ("site.yaml", "id: small\n", "id: small\non_call_after_s: 30\n"),
        (
            "site.yaml:2:1: on_call_after_s: unknown key 'on_call_after_s'; it is a rung of the "
            "emergency ladder now: emergency: {ladder: [{after_s: 30, do: on-call}]}"
        ),
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_one_mistake_is_one_problem_at_its_line(site, mistake):
    change, told = MISTAKES[mistake]
    assert site.problems_after(*change) == [told]


LOOK_AT = {
    "never rung all at once": (
        ladder("{after_s: 30, do: on-call}, {after_s: 60, do: advise}"),
        (
            "site.yaml:2:13: emergency.ladder: no rung is 'ring-all': "
            "nurses are rung one after the other and never all at once"
        ),
    ),
    "never told again": (
        ladder("{after_s: 10, do: ring-all}, {after_s: 30, do: on-call}"),
        (
            "site.yaml:2:13: emergency.ladder: no rung is 'advise': "
            "a red flag that nobody answers is not told of 911 again, and leaves no task"
        ),
    ),
    "a number that is never rung": (
        ladder("{after_s: 10, do: ring-all}, {after_s: 60, do: advise}"),
        "site.yaml:10:10: on_call: no rung of emergency.ladder is 'on-call': this is never rung",
    ),
    "more nurses kept free than there are": (
        emergency("keep_ready: 1"),
        (
            "site.yaml:2:25: emergency.keep_ready: found 1, but of one nurse none can be kept "
            "free while one more is on duty: this never takes effect"
        ),
    ),
    "called too soon": (
        emergency("call_back_after_911_s: 60"),
        (
            "site.yaml:2:36: emergency.call_back_after_911_s: found 60, less than 600: "
            "the call could come while they speak with 911"
        ),
    ),
}


@pytest.mark.parametrize("what", LOOK_AT)
def test_what_works_but_should_be_looked_at_is_a_warning(site, what):
    change, told = LOOK_AT[what]
    assert site.problems_after(*change) == []
    assert site.warnings() == [told]


def test_a_rung_for_a_number_that_is_not_there_is_one_warning(site):
    site.replace("site.yaml", *ladder(WHOLE)[1:])
    site.replace("site.yaml", "on_call: doctor\n", "")
    assert site.problems() == []
    assert site.warnings() == [
        (
            "site.yaml:2:69: emergency.ladder[1].do: there is no 'on_call' to ring: "
            "name one of 'outside'"
        )
    ]


def test_an_empty_ladder_is_told_for_each_rung_that_it_lacks(site):
    assert site.problems_after(*ladder("")) == []
    assert len(site.warnings()) == 3


def test_the_rules_reach_the_site(site):
    before = load_site(site.path)
    assert before.emergency == EmergencyRules()
    site.replace(
        "site.yaml",
        *emergency(
            "keep_ready: 0, call_back_attempts: 2, ladder: [{after_s: 5, do: ring-all}, "
            "{after_s: 20, do: on-call}, {after_s: 45, do: advise}]"
        )[1:],
    )
    loaded = load_site(site.path)
    assert loaded.emergency == EmergencyRules(
        keep_ready=0,
        call_back_attempts=2,
        ladder=(
            LadderStep(after_s=5.0, do=Rung.RING_ALL),
            LadderStep(after_s=20.0, do=Rung.ON_CALL),
            LadderStep(after_s=45.0, do=Rung.ADVISE),
        ),
    )
    assert loaded.version != before.version
