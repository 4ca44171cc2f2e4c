"""The prover refuses every trap, shows the way into it, and counts the turns right."""

import math
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from calls.verdict import Action
from ivr.expressions import Expression
from ivr.flow import Flow, Keys
from ivr.proving import CALLERS, LookupAnswer, World, exploration, explore, judge
from ivr.proving.exploration import TooManyPositionsError
from ivr.proving.inputs import Doing, inputs
from ivr.proving.world import begin, settle
from ivr.states import State
from ivr.steps import (
    AskStep,
    BranchStep,
    CallBackStep,
    Case,
    Choice,
    Collected,
    CollectStep,
    HangUpStep,
    LookupStep,
    MessageStep,
    QueueStep,
    ReturnStep,
    SayStep,
    SetStep,
    SubFlowStep,
    SurveyStep,
    TransferStep,
)
from routing.calendars import Calendar
from tests.ivr.conftest import RULES

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC).timestamp()
CHRISTMAS = datetime(2026, 12, 25, 12, 0, tzinfo=UTC).timestamp()
OFFICE = Calendar(
    name="office",
    zone=UTC,
    week=dict.fromkeys(range(7), ((0, 1440),)),
    holidays={datetime.fromtimestamp(CHRISTMAS, UTC).date(): "Christmas"},
)
TURNS = 12
OVER = "the call is over, and nobody has helped"
WORDS = {"en": ("billing",), "es": ("factura",)}
MENU = AskStep(
    prompt="menu", choices=(Choice(digit="1", words=WORDS, goto="pay"),), again_prompt="menu-short"
)
PAY = QueueStep(queue="billing")
BYE = HangUpStep(prompt="thanks")
SURVEY = SurveyStep(prompt="hours", resolved_prompt="hours")


def world(**more):
    return World(**{"name": "noon", "at": NOON, "staffed": lambda _: True, **more})


def findings(steps, *, start="menu", around=None, starts=None, **rules):
    """What is found for each kind of caller."""
    given = {"menu": MENU, "pay": PAY, "bye": BYE, **steps}
    flow = Flow(id="main", version="1", start=start, steps=given, starts=starts or {})
    site = replace(RULES, calendars={"office": OFFICE}, **rules)
    graph = explore(flow, site, around or world())
    return {caller.name: judge(graph, caller) for caller in CALLERS}


def refused(found, caller):
    """The finding of a caller who does not come to help in time."""
    assert found[caller].turns > TURNS
    return found[caller]


def text(finding):
    return [what for _, what in finding.dialogue]


# --- sound flows ----------------------------------------------------------------------------------


def test_of_a_sound_flow_the_turns_are_those_that_are_counted_by_hand():
    found = {name: each.turns for name, each in findings({}).items()}
    assert found == {
        # One key, or one word.
        "keys only": 1,
        "speech only": 1,
        # Asked three times.
        "silence": 3,
        "wrong keys": 3,
        "words that fit nothing": 3,
        # Asked to repeat once, then a nurse.
        "words nobody can make out": 2,
        # Silent twice, not made out once, then silent a third time.
        "anything of these, in any order": 4,
    }


@pytest.mark.parametrize("attempts", [1, 2, 5])
def test_each_attempt_is_a_turn(attempts):
    found = findings({"menu": replace(MENU, attempts=attempts)})
    assert found["silence"].turns == attempts
    assert found["wrong keys"].turns == attempts


def test_two_questions_in_a_row_take_the_turns_of_both():
    second = replace(MENU, prompt="language", attempts=2)
    found = findings({"menu": replace(MENU, otherwise="second"), "second": second})
    assert found["silence"].turns == 3 + 2


def test_words_that_are_only_said_cost_nobody_a_turn():
    steps = {"a": SayStep(prompt="hours", next="b"), "b": SayStep(prompt="hours", next="menu")}
    assert findings(steps, start="a")["silence"].turns == 3


def test_a_dialogue_of_a_sound_flow_ends_with_what_helps():
    told = findings({})["silence"].dialogue
    assert told[-1][0] == "help"
    assert "general" in told[-1][1]
    assert ("line", "menu en") in told


def test_a_message_with_a_promised_time_is_help():
    steps = {"menu": MessageStep(prompt="leave-message", queue="billing", next="bye")}
    assert all(each.turns <= TURNS for each in findings(steps).values())


def test_a_queue_that_nobody_staffs_is_no_help_but_the_message_after_it_is():
    found = findings({}, around=world(staffed=lambda _: False))
    assert all(each.turns <= TURNS for each in found.values())
    assert "task" in found["silence"].dialogue[-1][1]
    assert ("line", "nobody-here en") in found["silence"].dialogue


def test_a_call_back_is_help_where_the_number_is_known():
    back = CallBackStep(queue="billing", prompt="hours", no_number="bye")
    assert findings({"menu": back})["silence"].turns <= TURNS
    hidden = findings({"menu": back}, around=world(number_shown=False))
    assert refused(hidden, "silence").dialogue[-1][1] == OVER


@pytest.mark.parametrize(
    ("number_shown", "number", "taken"),
    [(True, None, True), (False, None, False), (True, "language == 'nowhere'", False)],
)
def test_who_waits_long_enough_is_offered_a_call_back_and_chooses_it(number_shown, number, taken):
    pay = QueueStep(queue="billing", call_back="back", call_back_prompt="hours")
    asked = None if number is None else Expression(number)
    back = CallBackStep(queue="billing", prompt="hours", no_number="bye", number=asked)
    flow = Flow(
        id="main", version="1", start="pay", steps={"pay": pay, "back": back, "bye": BYE}, starts={}
    )
    around = world(number_shown=number_shown)
    assert ("back" in explore(flow, RULES, around).taken) is taken


def test_a_survey_is_no_trap():
    steps = {
        "menu": QueueStep(queue="billing", next="how"),
        "how": SurveyStep(prompt="hours", resolved_prompt="hours"),
    }
    assert all(each.turns <= TURNS for each in findings(steps).values())


def test_turns_to_help_end_where_an_agent_answers_and_what_follows_is_counted_by_itself():
    menu = replace(MENU, otherwise="pay")
    behind = {"pay": QueueStep(queue="billing", next="how"), "menu": menu, "how": SURVEY}
    before = findings({"menu": menu})["wrong keys"].turns
    survey = 4  # two questions, each put twice
    assert findings(behind)["wrong keys"].turns == max(before, survey)
    assert math.isinf(findings({"how": SURVEY}, start="how")["wrong keys"].turns)


def test_a_trap_behind_an_agent_is_a_trap():
    steps = {
        "menu": QueueStep(queue="billing", next="again"),
        "again": replace(MENU, silent_goto="again"),
    }
    assert refused(findings(steps), "silence")


def test_a_menu_that_uses_every_free_key_has_no_wrong_key():
    everything = tuple(Choice(digit=key, words=WORDS, goto="pay") for key in "1234567")
    menu = replace(MENU, choices=everything)
    keys = Keys(slower="8", language="#")
    assert all(each.turns <= TURNS for each in findings({"menu": menu}, keys=keys).values())


@pytest.mark.parametrize("before", ["it", "intro"])
def test_words_that_do_not_fit_while_a_value_is_typed_are_no_trap(before):
    steps = {
        "intro": SayStep(prompt="hours", next="it"),
        "it": CollectStep(
            what=Collected.DATE_OF_BIRTH, into="it", next="pay", prompt="hours", attempts=2
        ),
    }
    assert all(each.turns <= TURNS for each in findings(steps, start=before).values())


def test_louder_and_slower_words_are_no_ways_of_their_own():
    keys = replace(RULES.keys, slower="8", louder="7")
    assert findings({}, keys=keys)["silence"] == findings({})["silence"]
    asked = findings({}, keys=keys, around=world(asks_pace=True))
    assert asked["silence"].positions > findings({})["silence"].positions


def test_variables_that_make_no_difference_make_no_positions():
    steps = {
        "set": AskStep(
            prompt="menu",
            choices=tuple(Choice(digit=key, goto="menu", set={"kind": key}) for key in "123"),
        )
    }
    every = findings(steps, start="set")["silence"].positions
    live = dict.fromkeys(("set", "menu", "pay", "bye"), frozenset[str]())
    assert findings(steps, start="set", around=world(live=live))["silence"].positions < every


def test_triages_question_is_no_trap():
    found = findings({}, around=world(triage_question="breathing?"))
    assert found["anything of these, in any order"].turns <= TURNS


# --- traps ----------------------------------------------------------------------------------------


def test_the_advice_of_the_greeting_is_no_help():
    found = findings({}, start="bye")
    for caller in ("silence", "wrong keys", "anything of these, in any order"):
        finding = refused(found, caller)
        assert any(each.startswith("advice-911") for each in text(finding))
        assert finding.dialogue[-1][1] == OVER


def test_a_circle_in_silence_is_refused_and_shown():
    steps = {"menu": replace(MENU, silent_goto="menu")}
    finding = refused(findings(steps), "silence")
    assert text(finding).count("menu en") > 1
    assert "for ever" in finding.dialogue[-1][1]


def test_a_circle_in_silence_through_a_flow_that_is_entered_is_refused_and_shown():
    """After thirty steps without the caller the line seeks a person; no flow may need that."""
    steps = {
        "menu": SubFlowStep(flow="inner", next="menu"),
        "menu/begin": AskStep(
            prompt="language", choices=(Choice(digit="1", goto="done"),), silent_goto="done"
        ),
        "menu/done": ReturnStep(),
    }
    finding = findings(steps, starts={"inner": "begin"})["silence"]
    assert math.isinf(finding.turns)
    assert text(finding).count("language en") > 1
    assert "for ever" in finding.dialogue[-1][1]


LOOK = LookupStep(source="records", next="menu", on_failure="bye")
FAILS = (
    LookupAnswer(label="found", outcome="found", document="{}"),
    LookupAnswer(label="is down", outcome="failed"),
)


def test_a_lookup_whose_failure_hangs_up_is_refused_and_shown():
    found = findings({"look": LOOK}, start="look", around=world(lookups={"records": FAILS}))
    finding = refused(found, "silence")
    assert ("lookup", "records: is down") in finding.dialogue
    assert finding.dialogue[-1][1] == OVER


def test_a_lookup_of_which_nothing_is_known_may_fail():
    assert refused(findings({"look": LOOK}, start="look"), "silence").turns == math.inf


def test_a_lookup_that_only_succeeds_is_no_trap():
    around = world(lookups={"records": FAILS[:1]})
    assert findings({"look": LOOK}, start="look", around=around)["silence"].turns == 3


HOLIDAYS = BranchStep(
    cases=(Case(when=Expression("calendar.office.open"), goto="menu"),), otherwise="bye"
)


def test_a_branch_that_hangs_up_on_holidays_is_refused_then_and_only_then():
    assert findings({"door": HOLIDAYS}, start="door")["silence"].turns == 3
    closed = world(at=CHRISTMAS, name="Christmas")
    found = findings({"door": HOLIDAYS}, start="door", around=closed)
    assert refused(found, "silence").world == "Christmas"


SPANISH = BranchStep(
    cases=(Case(when=Expression('language == "es"'), goto="bye"),), otherwise="menu"
)


def test_a_dead_end_in_spanish_is_refused_for_who_speaks_it():
    assert findings({"fork": SPANISH}, start="fork")["silence"].turns == 3
    found = findings({"fork": SPANISH}, start="fork", around=world(language="es"))
    refused(found, "silence")


def test_a_dead_end_in_spanish_that_is_chosen_on_the_way_is_found():
    language = AskStep(
        prompt="language",
        choices=(
            Choice(digit="1", goto="fork", set={"language": "en"}),
            Choice(digit="2", goto="fork", set={"language": "es"}),
        ),
        otherwise="bye",
    )
    found = findings({"which": language, "fork": SPANISH}, start="which")
    assert refused(found, "silence").turns == math.inf


NAME = CollectStep(
    what=Collected.NAME, into="name", next="pay", prompt="menu", otherwise="bye", attempts=2
)


def test_a_name_that_nobody_can_hear_and_then_a_farewell_is_refused():
    found = findings({"menu": NAME}, listen_languages=())
    finding = refused(found, "silence")
    assert finding.dialogue[-1][1] == OVER
    refused(found, "wrong keys")
    # Whoever is never heard is none of those who only speak.
    assert found["speech only"].positions < finding.positions


def test_a_name_that_nobody_can_hear_and_then_a_person_is_no_trap():
    found = findings({"menu": replace(NAME, otherwise=None)}, listen_languages=())
    assert all(each.turns <= TURNS for each in found.values())


def test_a_transfer_that_fails_into_a_farewell_is_refused():
    steps = {"menu": TransferStep(destination="lab", prompt="to-lab", on_failure="bye")}
    assert refused(findings(steps), "silence").turns == math.inf


def test_a_trap_behind_one_answer_is_found_from_there():
    """Not only from the beginning: from wherever a call can stand."""
    ask = replace(MENU, choices=(*MENU.choices, Choice(digit="2", goto="deep")))
    deep = AskStep(prompt="language", choices=(Choice(digit="1", goto="pay"),), otherwise="bye")
    found = findings({"menu": ask, "deep": deep})
    finding = refused(found, "silence")
    assert finding.step == "deep"
    assert ("caller", "presses 2") in finding.dialogue
    assert found["keys only"].turns == 1


def test_a_set_value_leads_the_proof_where_it_leads_the_call():
    steps = {
        "set": SetStep(values={"way": "dead"}, next="fork"),
        "fork": BranchStep(
            cases=(Case(when=Expression('way == "dead"'), goto="bye"),), otherwise="menu"
        ),
    }
    refused(findings(steps, start="set"), "silence")


def test_too_much_to_look_at_is_said_and_not_passed_over(monkeypatch):
    monkeypatch.setattr(exploration, "MOST_POSITIONS", 5)
    with pytest.raises(TooManyPositionsError, match="noon"):
        findings({})


# --- the callers ----------------------------------------------------------------------------------


QUESTIONS = {
    "a choice": MENU,
    "a date": CollectStep(
        what=Collected.DATE_OF_BIRTH, into="it", next="pay", prompt="menu", attempts=3
    ),
    "a number": CollectStep(
        what=Collected.NUMBER, into="it", next="pay", prompt="menu", minimum=2, maximum=9
    ),
    "a yes": CollectStep(what=Collected.YES_NO, into="it", next="pay", prompt="menu"),
}


def tried(step):
    """Each input at a question, and where it leads."""
    flow = Flow(id="main", version="1", start="ask", steps={"ask": step, "pay": PAY, "bye": BYE})
    site = replace(RULES, prompts={**RULES.prompts, "read-back": {"en": "{value}?"}})
    around = world(triage_question="breathing?")
    (point,) = begin(flow, site, around)
    over = next(each for each in inputs(point, site, around) if each.doing is Doing.LISTENS)
    (asked,) = settle(point, point.call.handle(over.fact, point.now), around, site)
    assert asked.call.state is State.ANSWERING
    for each in inputs(asked, site, around):
        twin = asked.call.copied()
        now = asked.now
        if each.fact is None:
            now = twin.next_deadline()
            twin.tick(now)
        else:
            twin.handle(each.fact, now)
            due = twin.typing_until
            if due is not None:
                twin.tick(due)
        yield each, asked.call, twin


@pytest.mark.parametrize("name", QUESTIONS)
def test_every_input_is_what_its_name_says(name):
    doings = set()
    for each, before, after in tried(QUESTIONS[name]):
        doings.add(each.doing)
        goes_on = after.step != "ask" or after.is_confirming or after.state is not State.ANSWERING
        match each.doing:
            case Doing.WRONG_KEY | Doing.WRONG_WORDS | Doing.NOTHING | Doing.UNCLEAR:
                assert not goes_on, each
                assert after.state is State.ANSWERING
            case Doing.WORDS:
                assert goes_on, each
                assert before.hears_speech
            case Doing.KEY:
                assert goes_on or each.what == "*", each
            case Doing.SYMPTOM:
                assert after.state is State.QUESTION
    assert doings == set(Doing) - {Doing.LISTENS}


def test_no_caller_but_those_with_keys_or_words_does_anything_that_fits():
    by_name = {caller.name: caller for caller in CALLERS}
    fits = {Doing.KEY, Doing.WORDS}
    assert by_name["keys only"].does == {Doing.KEY}
    assert by_name["speech only"].does == {Doing.WORDS}
    for name, caller in by_name.items():
        if name not in ("keys only", "speech only"):
            assert not caller.does & fits
            assert not caller.seeks_help
    assert by_name["anything of these, in any order"].does == set(Doing) - fits - {Doing.LISTENS}


def test_nobody_who_cannot_be_heard_is_taken_to_speak():
    found = findings({}, listen_languages=())
    for name in ("speech only", "words that fit nothing", "words nobody can make out"):
        assert found[name].positions == 0
        assert found[name].turns == 0
    assert found["silence"].turns == 3


def test_a_proof_disturbs_no_call():
    flow = Flow(id="main", version="1", start="menu", steps={"menu": MENU, "pay": PAY})
    (point,) = begin(flow, RULES, world())
    before = point.call.stance(point.now)
    for each in inputs(point, RULES, world()):
        if each.fact is not None:
            point.call.copied().handle(each.fact, point.now)
    assert point.call.stance(point.now) == before
    assert point.call.acuity.action is Action.CONTINUE
