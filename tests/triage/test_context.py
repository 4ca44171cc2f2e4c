"""The caller grammar: whose it is, when, and whether it is so at all."""

from __future__ import annotations

import pytest

from calls.verdict import Action


def _action(engine, text: str, language: str = "en") -> Action:
    return engine.assess(text, language).action


def _reasons(engine, text: str) -> set[str]:
    return {item.reason for item in engine.assess(text, "en").suppressed}


@pytest.mark.parametrize(
    "text",
    [
        "i don't have chest pain i need an appointment",
        "no chest pain, no fever and no trouble breathing",
        "she denies chest pain or shortness of breath",
        "he's not having any trouble breathing",
        "without any chest pain or dizziness or bleeding",
        "i never had a seizure",
        "there is no sign of a stroke",
        "no tengo dolor de pecho",
        "no cough fever or chest pain",
        "no he pensado en suicidarme",
        "no tengo ganas de matarme",
        "no me quiero morir ni nada de eso",
    ],
)
def test_a_denial_lowers_what_it_reaches(engine, text):
    assert _action(engine, text) is Action.CONTINUE
    assert "negated" in _reasons(engine, text)


@pytest.mark.parametrize(
    "text",
    [
        "i can't breathe",
        "he won't wake up",
        "i don't want to live anymore",
        "i can't stand this chest pain",
        "the chest pain won't go away",
        "i can't sleep because of the chest pain",
        "she's not breathing",
        "the bleeding won't stop",
        "i don't know why my chest hurts",
        "i'm not sure but i think it's a stroke",
        "it's not getting better my chest hurts",
        "not only chest pain but my arm is numb",
        "no se por que me duele el pecho",
        "my son does not look right he is floppy",
        "raynauds or not my toes are frostbitten and black",
        "no es broma me quiero morir",
        "no, quiero morirme",
        "no habla ingles no puede respirar",
    ],
)
def test_a_complaint_is_never_taken_for_a_denial(engine, text):
    assert _action(engine, text).is_red_flag


@pytest.mark.parametrize(
    "text",
    [
        "no fever but i have chest pain",
        "i don't have a headache my chest hurts",
        "no i have chest pain",
        "no my chest hurts",
        "oh no chest pain again",
        "it's not my stomach it's my chest that hurts",
        "i have no insurance and i can't breathe",
        "i don't have a ride and my chest is tight",
    ],
)
def test_a_denial_lowers_its_own_mention_only(engine, text):
    assert _action(engine, text).is_red_flag


@pytest.mark.parametrize(
    "text",
    [
        "no chest pain yesterday but today it hurts bad",
        "i don't have chest pain well actually i do",
        "i've never had chest pain like this",
        "no chest pain until this morning",
        "had a stroke last year and now my arm is weak again",
        "my chest pain went away but it came back",
    ],
)
def test_what_is_taken_back_counts(engine, text):
    assert _action(engine, text).is_red_flag


@pytest.mark.parametrize(
    "text",
    [
        "my dad had a heart attack ten years ago and i need his records",
        "i had a stroke in the past and need a refill",
        "there is a family history of heart attack",
        "heart attacks run in my family",
        "when i was a kid i had seizures",
        "my grandfather died of a stroke",
        "hace dos anos tuve un infarto y necesito una cita",
    ],
)
def test_what_is_long_past_or_in_the_family_does_not_alarm(engine, text):
    assert _action(engine, text) is Action.CONTINUE
    assert _reasons(engine, text) & {"past", "family-history"}


@pytest.mark.parametrize(
    "text",
    [
        "my dad is having chest pain right now",
        "my husband can't breathe",
        "i think my wife just had a stroke",
        "my son had a seizure ten minutes ago",
        "he had a heart attack last year and now he has chest pain",
        "i fainted yesterday",
    ],
)
def test_a_relative_in_the_present_is_the_patient(engine, text):
    assert _action(engine, text).is_red_flag


@pytest.mark.parametrize(
    "text",
    [
        "what should i do if i have chest pain",
        "my mother had a stroke",
        "i had chest pain yesterday",
        "my chest hurt but it's gone now",
        "i don't think it's a heart attack",
        "no quiero morirme",
        "i have chest pain medicine is not helping",
        "throwing up blood tests were fine",
    ],
)
def test_what_may_be_so_is_asked_about(engine, text):
    verdict = engine.assess(text, "en")
    assert verdict.action is Action.ASK
    assert verdict.question is not None


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("what are the symptoms of a stroke", "hypothetical"),
        ("do you offer a class on choking", "hypothetical"),
        ("my stroke rehab is on monday", "topic"),
        ("i nearly had a heart attack when the bill came", "exaggeration"),
        ("i'm dying to see the doctor my phone died", ""),
        ("that price nearly gave me a heart attack", "figure-of-speech"),
        ("the printer's choking on your form", "exaggeration"),
        ("suppose someone quit breathing, i'm on the safety committee", "hypothetical"),
        ("no se pegó en la cabeza", "negated"),
        ("no se me hincha la boca", "negated"),
    ],
)
def test_talk_about_a_thing_is_not_the_thing(engine, text, reason):
    assert _action(engine, text) is Action.CONTINUE
    assert not reason or reason in _reasons(engine, text)


@pytest.mark.parametrize(
    "text",
    [
        "you people will give me a heart attack",
        "i'd rather die than live like this",
        "this bill will be the death of me my husband will kill me if he sees it",
        "our dishwasher is hemorrhaging all over the floor",
        "i wanted to jump off the roof while on hold",
        "i told your nurse he was not breathing but he's fine",
        "how would a person know they were having a stroke",
        "it's my mother's stroke no not stroke stool",
        "i don't know if anyone would ever miss me",
        "a survey about hurting myself and what would happen",
        "the form asks do i want to die",
    ],
)
def test_what_some_mean_and_most_do_not_is_asked_about(engine, text):
    assert _action(engine, text) is Action.ASK


@pytest.mark.parametrize(
    "text",
    [
        "my husband collapsed in your parking lot",
        "no quiero despertar nunca mas",
        "i want to sleep and never again wake up",
        "ever since the accident my head hurts so bad and i'm confused",
        "i have been sober three days and shaking and seeing things",
        "i'm sitting here with my late husband's gun",
        "i need to talk to someone about killing myself",
        "i have a question about taking too many pills",
        "if i had a gun i would use it on myself",
        "she said my baby stopped breathing",
        "i watched a video on how to hang myself",
        "we're in the movie theater and he's having a seizure",
        "he was playing video games and had a seizure",
        "i imagine killing myself",
        "i suppose i took too many of my pills",
        "what do you do when somebody is choking",
        "he hears voices on the radio telling him to kill her",
        "my son asked about how to kill himself",
        "i can't feel my legs no nothing",
        "mi hijo no me responde para nada",
        "he's not saying anything his face is drooping",
        "he swallowed a chicken bone and is choking",
        "ate chicken now throat closing",
        "the baby had cow milk and is swelling up",
        "everybody in my family has a headache and the alarm is going off",
        "pregnant due in june bleeding a lot",
        "overdose on the bathroom floor hurry he is blue",
        "mom seizure on the floor right now please",
        "call somebody my mom stroke in the kitchen",
        "se ha golpeado la cabeza y ha vomitado tres veces",
        "his arm, he can't move it",
        "my face, it's drooping",
        "my chest, it really hurts",
        "the baby, she's not breathing",
        "i'm bleeding worse than with my last baby",
        "my stitches came out and it's bleeding everywhere",
        "someday soon i won't wake up and they will be better off",
        "me duele el pecho de cuando me golpearon",
        "i don't know if anyone would ever miss me",
        "my leg has been swollen ever since my surgery in june",
        "my son's hand got blown off at the fourth of july party",
        "nobody would care if i was dead haha",
        "i'd rather die than live like this",
        "i'm gonna jump before i hurt somebody",
        "my husband will kill me if i call the police",
        "he's choking me with his hands",
        "he's smothering her with a pillow",
        "my boss is choking on a steak",
        "he's got his cpap mask on and he can't breathe",
        "he's been dead since this morning",
        "my head is exploding with pain",
        "my head feels like it's exploding because of my blood pressure",
        "i lost my balance on the stairs and can't see straight",
        "i got my words mixed up this morning and my hand is weak",
        "le dio un infarto cuando estaba manejando",
        "me muero de tristeza ya no quiero vivir",
        "he blew his head off",
        "i'm at the end of my rope",
        "he's freezing to death out here",
        "the pain takes my breath away in my chest",
        "he was laughing and now he can't breathe",
        "i ate so much peanut and i can't breathe",
        "my chest hurts i mean it really hurts bad",
        "i can't breathe i mean like at all",
        "she took forty pills i mean forty",
        "she took the whole bottle i mean all of it",
        "he is having a heart attack no joke",
        "we think he's having a heart attack i said",
        "my husband is going to kill me",
        "i feel like i'm dying of chest pain",
        "he nearly had a fit and he's shaking",
        "the new pill gave him a stroke",
        "i'm so depressed i could kill myself",
        "so fed up i could kill myself",
        "i wanted to jump off the roof while on hold",
        "it looked like a horror movie blood everywhere and she's five months along",
        "my one leg just swelled up and aches, i'm on the pill and had surgery a month ago",
        "my fingers are turning cold and white under this cast",
        "no se despierta",
        "no se mueve mi hijo",
        "i don't know if he had a stroke",
        "i never want to wake up again",
        "when someone is choking what do i do she's turning blue",
    ],
)
def test_no_word_nearby_hides_an_emergency(on_the_line, text):
    """Words for the past, for talk, for laughter: at the least the line asks."""
    assert _action(on_the_line, text) is not Action.CONTINUE


def test_a_figure_of_speech_lowers_its_own_words_only(engine):
    text = "this wait is killing me and my chest hurts"
    assert _action(engine, text) is Action.CALL_911


def test_a_correction_leaves_a_question_and_what_follows_counts(engine):
    assert _action(engine, "my chest hurts no wait i mean my chart") is Action.ASK
    assert _action(engine, "about my bill no wait i can't breathe") is Action.CALL_911


@pytest.mark.parametrize(
    "text",
    [
        "when i was mowing the lawn i got this chest pain",
        "he has epilepsy and is having a seizure",
        "she had surgery last month and is throwing up blood",
        "took too many pills by accident yesterday and today i want to die",
        "i had a stroke in twenty nineteen and now my face is drooping",
    ],
)
def test_a_history_beside_an_alarm_does_not_lower_it(engine, text):
    assert _action(engine, text) in (Action.CALL_911, Action.CALL_988)


@pytest.mark.parametrize(
    "text",
    [
        "do you have something for my chest pain",
        "i need a refill for my epipen my throat is closing up",
        "a dog bit my son does he need a vaccine",
        "there was a bat in my room do i need the rabies vaccine",
    ],
)
def test_an_errand_beside_an_alarm_leaves_a_question(engine, text):
    assert _action(engine, text).urgency >= Action.ASK.urgency


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("i had a heart attack in twenty nineteen and need a refill", "past"),
        ("we lost my father to a stroke i want my pressure checked", "past"),
        ("she had a concussion in eighth grade and wants clearance", "past"),
        ("my teacher wants us to write about strokes", "hypothetical"),
        ("i'm not having any chest pain or anything like that", "negated"),
    ],
)
def test_what_is_not_so_now_is_left_out_with_its_reason(engine, text, reason):
    assert _action(engine, text) is Action.CONTINUE
    assert reason in _reasons(engine, text)


@pytest.mark.parametrize(
    "text",
    [
        "can we go over those results",
        "my son is limping",
        "i think i have food poisoning",
        "i want to lodge a complaint it was lodged in may",
    ],
)
def test_a_word_that_mostly_means_something_else_never_sounds_the_alarm(engine, text):
    assert not _action(engine, text).is_red_flag


def test_my_insurance_is_no_snake(engine):
    assert _action(engine, "i'm on cobra now how do i update my card") is Action.CONTINUE
    assert _action(engine, "mi tia necesita una cita", "es") is Action.CONTINUE
    assert _action(engine, "a cobra bit him") is Action.CALL_911


def test_words_of_different_clauses_far_apart_ask_at_most(engine):
    text = "i have pink eye i think can i get drops and then i have a sore throat"
    assert not _action(engine, text).is_red_flag


def test_a_soaking_is_a_choking_only_where_it_can_be(engine):
    assert _action(engine, "he is soaking on a grape") is Action.CALL_911
    assert _action(engine, "i am soaking my feet") is Action.CONTINUE


@pytest.mark.parametrize(
    "text",
    ["chess pain", "short mess of breath", "thinking about sue a side", "i want to kill my fails"],
)
def test_what_recognisers_make_of_red_flags_is_understood(engine, text):
    assert _action(engine, text).is_red_flag


def test_speech_that_mixes_languages_is_understood_in_either(engine):
    text = "my husband tiene dolor en el pecho"
    assert _action(engine, text, "en") is _action(engine, text, "es") is Action.CALL_911
