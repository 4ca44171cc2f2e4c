"""What the recognisers are told to expect of a site."""

from careline.spoken import phrases


def test_what_most_callers_want_is_expected_more_often_than_a_red_flag(clinic):
    said = phrases(clinic)
    rules = [rule for each in clinic.protocols.protocols for rule in each.rules]
    positive = {phrase for rule in rules for phrase in rule.examples.positive}
    negative = {phrase for rule in rules for phrase in rule.examples.negative}
    assert positive <= set(said)
    assert negative <= set(said)
    wanted = clinic.flows["main"].steps["menu"].choices[0].words["en"][0]
    assert said.count(wanted) > max(said.count(phrase) for phrase in positive - negative)
