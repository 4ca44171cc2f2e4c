"""Who has the skills for a call."""

from hypothesis import given
from hypothesis import strategies as st

from calls.requirement import SkillNeed
from routing.skills import meets

needs = st.lists(
    st.builds(
        SkillNeed,
        skill=st.sampled_from("abc"),
        level=st.integers(1, 5),
        preferred=st.booleans(),
    ),
    max_size=4,
)
skills = st.dictionaries(st.sampled_from("abc"), st.integers(1, 5))


def test_a_need_is_met_at_its_level_and_above():
    need = [SkillNeed(skill="spanish", level=3)]
    assert not meets({}, need)
    assert not meets({"spanish": 2}, need)
    assert meets({"spanish": 3}, need)
    assert meets({"spanish": 5, "nurse": 1}, need)


def test_who_lacks_what_is_only_preferred_takes_the_call_all_the_same():
    wish = SkillNeed(skill="referrals", level=4, preferred=True)
    assert meets({}, [wish])
    assert meets({"spanish": 3}, [wish, SkillNeed(skill="spanish", level=3)])
    assert not meets({"referrals": 5}, [wish, SkillNeed(skill="spanish", level=3)])


def test_no_needs_are_met_by_everybody():
    assert meets({}, [])


@given(skills, needs, needs)
def test_all_needs_must_be_met(skills, some, others):
    assert meets(skills, some + others) == (meets(skills, some) and meets(skills, others))


@given(skills, skills, needs)
def test_learning_never_costs_a_call(skills, learnt, needs):
    better = {name: max(skills.get(name, 0), learnt.get(name, 0)) for name in skills | learnt}
    if meets(skills, needs):
        assert meets(better, needs)
