"""What the line itself offers to be said alarms nobody."""

from careline.gate import engine_of


def test_no_answer_that_the_sample_clinic_offers_is_taken_for_danger(clinic):
    engine = engine_of(clinic)
    alarming = {
        phrase: verdict.flags
        for phrase in sorted(clinic.offered)
        if (verdict := engine.assess(phrase, "en")).action.urgency > 0
    }
    assert clinic.offered >= {"hours", "appointment"}
    assert alarming == {}


def test_words_of_a_red_flag_choice_are_not_among_them(clinic):
    engine = engine_of(clinic)
    assert "breathing" not in clinic.offered
    assert engine.assess("i can not breathe", "en").action.is_red_flag
