"""The sample clinic: right as it stands, and every mistake planted in it is found."""

import re
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from careline.dialogues.coverage import ways_of
from careline.dialogues.run import rehearse
from careline.proving import prove
from config.days import YEARS
from config.flow_checks import prompts_of
from config.load import DEFAULT_CLINIC, check, load_site
from ivr.flow import scope_of, within
from ivr.prompts import placeholders
from ivr.steps import (
    AskStep,
    BranchStep,
    Collected,
    CollectStep,
    LookupStep,
    QueueStep,
    ReturnStep,
    SubFlowStep,
)
from routing.skills import meets
from tests.config.test_site_checks import NO_CALL_BACKS

MONDAY_10H = 1_795_446_000.0


def test_the_sample_clinic_warns_of_its_samples_and_that_it_cannot_dial_out(clinic):
    samples = [each for each in clinic.warnings if each.startswith("protocols/")]
    with_rules = [each for each in clinic.protocols.protocols if each.rules]
    assert len(samples) == len(with_rules)
    assert all(" rules are samples (" in each for each in samples)
    others = [each for each in clinic.warnings if each not in samples]
    assert [re.sub(r"\d+:\d+", "", each) for each in others] == [
        f"site.yaml:: {place}: there is no provider (sip.trunk) to dial it: {so}"
        for place, so in (
            (
                "outside.nurse-on-call",
                "an emergency that no nurse answers is put through to nobody outside",
            ),
            ("fallback_number", "when the line fails, callers hear the 911 advice only"),
        )
    ] + [f"site.yaml:: sip.outbound: {NO_CALL_BACKS}"]


PLANTED = [
    ("agents.yaml", "skills: {nurse: 5}", "skills: {nurse: 7}", "found 7, wanted 1 to 5"),
    ("calendars.yaml", "friday: [08:00-17:00]", "friday: [17:00-08:00]", "ends before it begins"),
    (
        "flows/main.yaml",
        "none, nothing]}, goto: hours",
        "none]}, goto: hour",
        "unknown step 'hour'",
    ),
    ("flows/main.yaml", '{digit: "4", red_flag', '{digit: "3", red_flag', "bound already"),
    ("flows/main.yaml", "queue: referrals,", "queue: referals,", "unknown queue 'referals'"),
    ("prompts.yaml", "es: Le comunico con la recepción.", "", "no text in 'es'"),
    ("queues.yaml", "title: Billing and insurance", "titel: Billing", "unknown key 'titel'"),
    ("queues.yaml", "ring_timeout_s: 12", "ring_timeout_s: twelve", "wanted a number"),
    ("site.yaml", "time_zone: America/New_York", "time_zone: America/NewYork", "time zone"),
    ("site.yaml", "person_queue: general", "person_queue: generel", "unknown queue 'generel'"),
]


def test_ten_planted_mistakes_are_all_reported_each_at_its_line(clinic_folder):
    wanted = []
    for file, old, new, told in PLANTED:
        line = clinic_folder.line_of(file, old)
        # A missing translation is told at its prompt.
        wanted.append((file, line if new else clinic_folder.line_of(file, "to-general:"), told))
        clinic_folder.replace(file, old, new)
    found = check(clinic_folder.path)[0]
    assert [
        (file, line)
        for file, line, told in wanted
        if not any(
            (each.file, each.line) == (file, line) and told in each.message for each in found
        )
    ] == []
    assert len(found) == len(PLANTED) == 10


def test_the_language_is_asked_and_both_languages_are_screened_by_digits(clinic):
    steps = clinic.flows["main"].steps
    screen = steps["symptoms"]
    assert isinstance(screen, AskStep)
    assert [(choice.digit, choice.red_flag) for choice in screen.choices] == [
        ("1", "breathing-trouble"),
        ("2", "stroke"),
        ("3", "bleeding"),
        ("4", "self-harm"),
        ("5", None),
    ]
    assert set(clinic.rules.screens) == {"breathing-trouble", "stroke", "bleeding", "self-harm"}
    assert set(clinic.rules.prompts["symptoms"]) == {"en", "es"}


def test_no_menu_offers_more_than_five_keys_and_its_words_name_each(clinic):
    for step in clinic.flows["main"].steps.values():
        if isinstance(step, AskStep):
            digits = [choice.digit for choice in step.choices if choice.digit is not None]
            assert len(digits) <= 5
            english = clinic.rules.prompts[step.prompt]["en"]
            spoken = set(re.findall(r"press (\d)", english.lower()))
            assert set(digits) <= spoken


SPANISH = ("cero", "uno", "dos", "tres", "cuatro", "cinco", "nueve")
SPANISH_KEYS = dict(zip(SPANISH, "0123459", strict=True))


def keys_named(text, language):
    """The keys a prompt names: "press 1", and in short "Refills, 2."."""
    if language == "en":
        return set(re.findall(r"\d", text))
    return {SPANISH_KEYS[word] for word in re.findall(r"el (\w+)\b", text) if word in SPANISH_KEYS}


def test_every_question_that_is_repeated_has_short_words_that_name_each_key(clinic):
    prompts = clinic.rules.prompts
    for name, step in clinic.flows["main"].steps.items():
        if not isinstance(step, AskStep) or step.attempts == 1:
            continue
        assert step.again_prompt is not None, name
        digits = {choice.digit for choice in step.choices if choice.digit is not None}
        for language in clinic.rules.languages:
            short, whole = prompts[step.again_prompt][language], prompts[step.prompt][language]
            assert digits <= keys_named(short, language), (name, language)
            if name not in ("language", "after-hours"):
                assert "0" in keys_named(short, language), (name, language)
                assert len(short) < len(whole), (name, language)


def test_whoever_waits_is_told_a_key_for_the_worst_and_no_key_that_leads_nowhere(clinic):
    prompts, rules = clinic.rules.prompts, clinic.rules
    waits = [each for each in clinic.flows["main"].steps.values() if isinstance(each, QueueStep)]
    told = {(step.queue, step.comfort_prompt) for step in waits}
    for queue, prompt in {*told, (rules.person_queue, rules.still_waiting)}:
        for language in rules.languages:
            named = keys_named(prompts[prompt][language], language)
            assert rules.keys.emergency in named, (queue, language)
            at_the_desk = queue == rules.person_queue
            assert not (at_the_desk and rules.keys.person in named), (queue, language)


def test_two_are_nurses_three_speak_spanish_and_one_gets_by(clinic):
    assert len(clinic.agents) == 12
    nurses = [agent for agent in clinic.agents.values() if "nurse" in agent.skills]
    need = clinic.rules.language_skills["es"]
    fluent = [agent for agent in clinic.agents.values() if meets(agent.skills, [need])]
    any_level = [agent for agent in clinic.agents.values() if need.skill in agent.skills]
    assert (len(nurses), len(fluent), len(any_level)) == (2, 3, 4)


def test_every_queue_but_the_nurses_own_has_somebody_beside_one_person(clinic):
    for queue in clinic.queues.values():
        able = [agent for agent in clinic.agents.values() if meets(agent.skills, queue.skills)]
        assert len(able) >= 2, queue.id


# --- holidays -----------------------------------------------------------------------------------


def nth(year, month, weekday, number):
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (number - 1))


def federal(year):
    """5 U.S.C. 6103: on the day, and where that is a Sunday or Saturday, the day beside it."""
    last_of_may = date(year, 5, 31)
    days = [
        nth(year, 1, 0, 3),
        nth(year, 2, 0, 3),
        last_of_may - timedelta(days=last_of_may.weekday()),
        nth(year, 9, 0, 1),
        nth(year, 10, 0, 2),
        nth(year, 11, 3, 4),
    ]
    for month, day in ((1, 1), (6, 19), (7, 4), (11, 11), (12, 25)):
        there = date(year, month, day)
        beside = {5: -1, 6: 1}.get(there.weekday(), 0)
        days += [there, there + timedelta(days=beside)]
    return set(days)


def test_the_holidays_of_every_year_are_the_federal_ones_and_the_day_after_thanksgiving(clinic):
    years = range(2022, YEARS.stop - 1)
    wanted = {day for year in (*years, years.stop) for day in federal(year)}
    wanted |= {nth(year, 11, 3, 4) + timedelta(days=1) for year in years}
    found = clinic.calendars["office"].holidays
    assert {day for day in found if day.year in years} == {
        day for day in wanted if day.year in years
    }
    assert found[date(2028, 7, 4)] == "Independence Day"


@pytest.mark.parametrize(
    ("when", "is_open"),
    [
        ("2026-11-25T09:00", True),
        ("2026-11-26T09:00", False),  # Thanksgiving
        ("2026-11-28T09:30", True),  # a Saturday
        ("2026-11-28T12:00", False),
        ("2026-11-29T10:00", False),  # a Sunday
        ("2026-12-24T11:59", True),  # Christmas Eve, until noon
        ("2026-12-24T12:00", False),
        ("2026-11-27T10:00", False),  # the day after Thanksgiving
        ("2026-07-03T10:00", False),  # Independence Day, observed
        ("2027-12-24T10:00", False),  # Christmas Day, observed: no early closing opens it
        ("2028-12-24T10:00", False),  # nor on a Sunday
        ("2027-03-20T15:00", True),  # the Saturday for vaccinations
    ],
)
def test_the_office_is_open_when_it_says(clinic, when, is_open):
    at = datetime.fromisoformat(when).replace(tzinfo=ZoneInfo("America/New_York"))
    assert clinic.rules.calendars["office"].is_open(at.timestamp()) is is_open
    assert clinic.rules.calendars["always"].is_open(at.timestamp())


# --- what callers hear, and how far they come -----------------------------------------------------


@pytest.fixture(scope="module")
def rehearsal():
    return rehearse(DEFAULT_CLINIC, load_site(DEFAULT_CLINIC))


@pytest.mark.slow
def test_every_caller_comes_to_help_within_twelve_turns(clinic):
    proof = prove(clinic, MONDAY_10H)
    assert proof.problems() == []
    assert proof.unreached == ()
    assert proof.worst.turns <= 12


def test_every_dialogue_is_as_it_is_written(rehearsal):
    assert rehearsal.problems() == []
    spanish = [
        played
        for played in rehearsal.played
        if any(who == "line" and "oprima" in what for who, what in played.transcript[-12:])
    ]
    assert len(rehearsal.played) >= 44
    assert len(spanish) >= 14
    assert all(played.written.dialogue.title for played in rehearsal.played)


def test_the_dialogues_walk_nearly_all_of_the_flow(rehearsal):
    coverage = rehearsal.coverage
    assert coverage.steps_walked / len(coverage.steps) >= 0.97
    assert coverage.ways_walked / len(coverage.ways) >= 0.85


def test_what_a_caller_is_told_is_the_same_in_both_languages(clinic):
    for name, texts in clinic.rules.prompts.items():
        english, spanish = (set(placeholders(texts[language])) for language in ("en", "es"))
        assert english == spanish, name


FROM_A_RECORD = {
    "balance": {"phone", "birth_date"},
    "next-appointment": {"phone", "birth_date"},
    "ready": {"number", "birth_date"},
}
"""What is told from somebody's record, and what the caller has to have given for it."""


def told_at(clinic, name):
    """The steps that say a value."""
    for path, step in clinic.flows["main"].steps.items():
        for prompt in prompts_of(step).values():
            if name in dict(placeholders(clinic.rules.prompts[prompt]["en"])):
                yield path


def results_into(flow, scope):
    """The flows entered within a scope, by the variable that takes the result of each."""
    return {
        step.into: path
        for path, step in flow.steps.items()
        if isinstance(step, SubFlowStep) and scope_of(path) == scope and step.into
    }


def reached_without(flow, wanted, scope):
    """The steps that a call can come to without an answer to a lookup by all that is wanted.

    Within the scope nobody passes a branch on whether a flow that was entered has found somebody;
    so no return of that flow with a value may be come to either.
    """
    closed, results = set(), results_into(flow, scope)
    for path, step in flow.steps.items():
        here = scope_of(path)
        if isinstance(step, LookupStep) and wanted <= set(step.given):
            closed.add((path, within(here, step.next)))
        if isinstance(step, BranchStep) and here == scope:
            closed |= {
                (path, within(here, case.goto))
                for case in step.cases
                if case.when.text in {f"{into} is set" for into in results}
                and case.goto != step.otherwise
            }
    reached, waiting, ways = set(), [flow.start], ways_of(flow)
    while waiting:
        path = waiting.pop()
        if path not in reached:
            reached.add(path)
            waiting += [way[1] for way in ways if way[0] == path and way not in closed]
    for path in reached & flow.steps.keys():
        step = flow.steps[path]
        if isinstance(step, ReturnStep) and scope_of(path) in results.values():
            assert step.value is None, path
    return reached


@pytest.mark.parametrize("name", FROM_A_RECORD)
def test_nothing_of_a_record_is_told_to_who_gave_only_one_of_two_identifiers(clinic, name):
    flow, told = clinic.flows["main"], [*told_at(clinic, name)]
    assert told
    for path in told:
        assert path in reached_without(flow, {"nothing has this"}, None)
        assert path not in reached_without(flow, FROM_A_RECORD[name], scope_of(path))


def test_no_prompt_needs_a_word_in_spanish(clinic):
    """A name cannot be typed: the step that wants one stands behind a branch on speech."""
    flow = clinic.flows["main"]
    for path, step in flow.steps.items():
        if isinstance(step, CollectStep) and step.what is Collected.NAME:
            before = [flow.steps[start] for start, end in ways_of(flow) if end == path]
            assert before
            for each in before:
                assert isinstance(each, BranchStep)
                assert [case.when.text for case in each.cases] == ["call.hears-speech"]


def test_whoever_does_not_use_what_the_line_tells_is_with_a_person_after_a_moment(clinic):
    for step in clinic.flows["main"].steps.values():
        if isinstance(step, AskStep) and step.silent_goto is not None:
            assert step.no_input_s <= 4
