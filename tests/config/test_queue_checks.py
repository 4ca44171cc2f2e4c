"""Rules of queues that change nothing or that harm: each is told at its line."""

import pytest

GENERAL = "  skills: [{skill: general}]\n"
NURSE = "  skills: [{skill: nurse}]\n"
DESK = "desk:\n  title: Desk\n  skills: [{skill: desk}]\n"
WITH_DESK = "{general: 3, spanish: 2}", "{general: 3, spanish: 2, desk: 1}"


def general(*lines):
    """The general queue with more lines, the first of which is line 4."""
    return "queues.yaml", GENERAL, GENERAL + "".join(f"  {line}\n" for line in lines)


def nurse(*lines):
    """The nurse queue with more lines, the first of which is line 7."""
    return "queues.yaml", NURSE, NURSE + "".join(f"  {line}\n" for line in lines)


MISTAKES = {
    "relaxed out of order": (
        general("relax: [{after_s: 60, level: 2}, {after_s: 60, level: any}]"),
        (
            "queues.yaml:4:46: general.relax[1].after_s: found 60, wanted more than 60: "
            "what is written later comes later"
        ),
    ),
    "no level": (
        general("relax: [{after_s: 60, level: low}]"),
        ("queues.yaml:4:32: general.relax[0].level: found 'low', wanted a whole number or any"),
    ),
    "relaxed too far": (
        general("relax: [{after_s: 60, level: 0}]"),
        "queues.yaml:4:32: general.relax[0].level: found 0, wanted 1 to 5",
    ),
    "a misspelt key of a relaxation": (
        general("relax: [{after: 60, level: any}]"),
        ("queues.yaml:4:12: general.relax[0].after: unknown key 'after'; did you mean 'after_s'?"),
    ),
    "overflow to itself": (
        general("overflow: [{after_s: 60, to: general}]"),
        "queues.yaml:4:32: general.overflow[0].to: a queue cannot overflow to itself",
    ),
    "overflow to nowhere": (
        general("overflow: [{after_s: 60, to: nurses}]"),
        ("queues.yaml:4:32: general.overflow[0].to: unknown queue 'nurses'; did you mean 'nurse'?"),
    ),
    "overflow to the nurses": (
        general("overflow: [{after_s: 60, to: nurse}]"),
        (
            "queues.yaml:4:32: general.overflow[0].to: routine calls would keep nurses from red "
            "flags; a nurse who is to help here needs this queue's skills"
        ),
    ),
    "overflow from the nurses": (
        nurse("overflow: [{after_s: 60, to: general}]"),
        (
            "queues.yaml:7:3: nurse.overflow: whoever waits for a nurse needs one; "
            "no other queue's agents can help"
        ),
    ),
    "no such preference": (
        general("prefer: skil"),
        (
            "queues.yaml:4:11: general.prefer: found 'skil', wanted one of longest_ready, skill; "
            "did you mean 'skill'?"
        ),
    ),
    "no such calendar": (
        general("hours: offices"),
        "queues.yaml:4:10: general.hours: unknown calendar 'offices'; did you mean 'office'?",
    ),
    "closed nurses": (
        nurse("hours: office"),
        (
            "queues.yaml:7:3: nurse.hours: red flags meet no closed hours: "
            "the nurse queue is always open"
        ),
    ),
    "nurses replaced": (
        nurse("when_closed: general"),
        (
            "queues.yaml:7:3: nurse.when_closed: red flags meet no closed hours: "
            "the nurse queue is always open"
        ),
    ),
    "closed to nowhere": (
        general("hours: office", "when_closed: generel"),
        ("queues.yaml:5:16: general.when_closed: unknown queue 'generel'; did you mean 'general'?"),
    ),
    "closed to itself": (
        general("hours: office", "when_closed: general"),
        "queues.yaml:5:16: general.when_closed: a closed queue cannot take its own callers",
    ),
    "three calls at once": (
        general("at_once: 3"),
        (
            "queues.yaml:4:12: general.at_once: callers on the phone wait here, and one of them "
            "takes an agent whole; written conversations need a queue of their own"
        ),
    ),
    "a deadline of a moment": (
        general("deadline_s: 0"),
        "queues.yaml:4:15: general.deadline_s: found 0, wanted 1 to 86400",
    ),
    "call-backs without end": (
        general("call_back_attempts: 100"),
        "queues.yaml:4:23: general.call_back_attempts: found 100, wanted 1 to 10",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_one_mistake_is_one_problem_at_its_line(site, mistake):
    change, told = MISTAKES[mistake]
    assert site.problems_after(*change) == [told]


LOOK_AT = {
    "relaxed to what is asked": (
        general("relax: [{after_s: 60, level: any}]"),
        (
            "queues.yaml:4:32: general.relax[0].level: no call here needs more than level 1 "
            "by then: nothing changes"
        ),
    ),
    "a deadline before the service level": (
        general("deadline_s: 15"),
        (
            "queues.yaml:4:15: general.deadline_s: found 15, less than service_level_s (20): "
            "its calls would be overdue before they are late"
        ),
    ),
    "too long for one agent": (
        general("last_agent_wait_s: 30"),
        (
            "queues.yaml:4:22: general.last_agent_wait_s: found 30, more than service_level_s "
            "(20): callers would wait too long while others are free"
        ),
    ),
    "routine callers for nurses": (
        general("hours: office", "when_closed: nurse"),
        (
            "queues.yaml:5:16: general.when_closed: routine callers would keep nurses busy "
            "while this queue is closed"
        ),
    ),
}


@pytest.mark.parametrize("what", LOOK_AT)
def test_what_works_but_should_be_looked_at_is_a_warning(site, what):
    change, told = LOOK_AT[what]
    assert site.problems_after(*change) == []
    assert site.warnings() == [told]


@pytest.fixture
def desk(site):
    """The small site with a second routine queue, whose agent is that of the first."""
    site.write("queues.yaml", (site.path / "queues.yaml").read_text() + DESK)
    site.replace("agents.yaml", *WITH_DESK)
    site.replace(
        "agents.yaml",
        "bo:\n",
        "cy:\n  name: Cy\n  skills: {desk: 2, general: 1, spanish: 1}\nbo:\n",
    )
    assert site.problems() == []
    assert site.warnings() == []
    return site


def test_a_level_that_holds_already_is_a_warning(desk):
    desk.replace("queues.yaml", "{skill: desk}", "{skill: desk, level: 2}")
    desk.replace(
        "queues.yaml",
        "title: Desk\n",
        "title: Desk\n  relax: [{after_s: 60, level: any}, {after_s: 90, level: any}]\n",
    )
    assert desk.problems() == []
    assert desk.warnings() == [
        (
            "queues.yaml:9:59: desk.relax[1].level: no call here needs more than level 1 by then: "
            "nothing changes"
        )
    ]


def test_a_higher_level_of_a_language_or_of_a_step_is_worth_relaxing(desk):
    desk.replace("queues.yaml", *general("relax: [{after_s: 60, level: any}]")[1:])
    assert len(desk.warnings()) == 1
    desk.replace("flows/main.yaml", "    queue: general", "    queue: general\n    skills: [desk]")
    assert len(desk.warnings()) == 1
    desk.replace("flows/main.yaml", "skills: [desk]", "skills: [{skill: desk, level: 2}]")
    assert desk.warnings() == []
    desk.replace("flows/main.yaml", "    skills: [{skill: desk, level: 2}]\n", "")
    assert len(desk.warnings()) == 1
    desk.replace("site.yaml", "{es: spanish}", "{es: {skill: spanish, level: 2}}")
    assert desk.warnings() == []


def test_overflow_to_those_who_take_the_calls_already_is_a_warning(desk):
    desk.replace(
        "queues.yaml", "title: Desk\n", "title: Desk\n  overflow: [{after_s: 60, to: general}]\n"
    )
    assert desk.problems() == []
    assert desk.warnings() == [
        (
            "queues.yaml:9:32: desk.overflow[0].to: "
            "whoever takes calls of 'general' takes these already"
        )
    ]
    desk.replace("agents.yaml", "{desk: 2, general: 1, spanish: 1}", "{general: 1, spanish: 1}")
    assert desk.warnings() == []


def test_overflow_is_written_in_the_order_of_time_and_once_for_each_queue(desk):
    desk.replace("agents.yaml", "{desk: 2, general: 1, spanish: 1}", "{general: 1, spanish: 1}")
    desk.replace(
        "queues.yaml",
        "title: Desk\n",
        "title: Desk\n  overflow: [{after_s: 60, to: general}, {after_s: 30, to: general}]\n",
    )
    assert desk.problems() == [
        (
            "queues.yaml:9:52: desk.overflow[1].after_s: found 30, wanted at least 60: "
            "what is written later comes later"
        ),
        "queues.yaml:9:60: desk.overflow[1].to: 'general' stands here already",
    ]


def test_a_queue_with_no_hours_is_closed_by_a_supervisor_only(desk):
    desk.replace("queues.yaml", "title: Desk\n", "title: Desk\n  when_closed: general\n")
    assert desk.problems() == []
    assert desk.warnings() == [
        (
            "queues.yaml:9:3: desk.when_closed: without 'hours' it closes only when a supervisor "
            "closes it"
        )
    ]


def test_queues_that_lead_round_while_all_are_closed_are_a_problem(desk):
    desk.replace("queues.yaml", *general("hours: office", "when_closed: desk")[1:])
    desk.replace(
        "queues.yaml", "title: Desk\n", "title: Desk\n  hours: office\n  when_closed: general\n"
    )
    assert desk.problems() == [
        (
            "queues.yaml:5:16: general.when_closed: when all of these are closed, nobody takes "
            "their callers: general -> desk -> general"
        )
    ]


def test_a_day_desk_and_a_night_desk_may_take_each_others_callers(desk):
    week = ", ".join(
        f"{day}: [{{hours}}]"
        for day in ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    )
    desk.write(
        "calendars.yaml",
        (desk.path / "calendars.yaml").read_text()
        + f"day:\n  week: {{{week.format(hours='08:00-20:00')}}}\n"
        + f"night:\n  week: {{{week.format(hours='20:00-08:00')}}}\n",
    )
    desk.replace("queues.yaml", *general("hours: day", "when_closed: desk")[1:])
    desk.replace(
        "queues.yaml", "title: Desk\n", "title: Desk\n  hours: night\n  when_closed: general\n"
    )
    assert desk.problems() == []
    assert desk.warnings() == []


def test_a_queue_of_writing_only_may_be_answered_several_at_once(desk):
    desk.replace("queues.yaml", "title: Desk\n", "title: Desk\n  at_once: 3\n")
    assert desk.problems() == []
    assert desk.warnings() == []
