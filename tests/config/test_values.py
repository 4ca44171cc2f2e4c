"""Keys, types and ranges: one mistake planted in a small site gives one problem, at its line."""

import pytest

MISTAKES = {
    "unknown key": (
        "queues.yaml",
        "  title: Everything\n",
        "  title: Everything\n  rign_timeout_s: 3\n",
        (
            "queues.yaml:3:3: general.rign_timeout_s: unknown key 'rign_timeout_s'; "
            "did you mean 'ring_timeout_s'?"
        ),
    ),
    "misspelt key is not missed as well": (
        "queues.yaml",
        "  title: Everything\n",
        "  tittle: Everything\n",
        "queues.yaml:2:3: general.tittle: unknown key 'tittle'; did you mean 'title'?",
    ),
    "missing key": (
        "queues.yaml",
        "  title: Everything\n",
        "",
        "queues.yaml:1:1: general.title: 'title' is missing",
    ),
    "an id beside the key": (
        "queues.yaml",
        "  title: Everything\n",
        "  title: Everything\n  id: other\n",
        "queues.yaml:3:3: general.id: unknown key 'id'",
    ),
    "duplicate key": (
        "queues.yaml",
        "  title: Nurse\n",
        "  title: Nurse\n  title: Nurses\n",
        "queues.yaml:6:3: nurse.title: this key stands twice; the first is on line 5",
    ),
    "text where a number belongs": (
        "queues.yaml",
        "  title: Everything\n",
        "  title: Everything\n  wrap_up_s: soon\n",
        "queues.yaml:3:14: general.wrap_up_s: found 'soon', wanted a number",
    ),
    "not a finite number": (
        "queues.yaml",
        "  title: Everything\n",
        "  title: Everything\n  wrap_up_s: .inf\n",
        "queues.yaml:3:14: general.wrap_up_s: found '.inf', wanted a number",
    ),
    "head start out of range": (
        "queues.yaml",
        "  title: Everything\n",
        "  title: Everything\n  head_start_s: 90000\n",
        "queues.yaml:3:17: general.head_start_s: found 90000, wanted 0 to 86400",
    ),
    "negative timeout": (
        "queues.yaml",
        "  title: Everything\n",
        "  title: Everything\n  ring_timeout_s: -5\n",
        "queues.yaml:3:19: general.ring_timeout_s: found -5, wanted 3 to 120",
    ),
    "level out of range": (
        "agents.yaml",
        "{nurse: 4, spanish: 5}",
        "{nurse: 6, spanish: 5}",
        "agents.yaml:3:19: ana.skills.nurse: found 6, wanted 1 to 5",
    ),
    "a list where a mapping belongs": (
        "agents.yaml",
        "{nurse: 4, spanish: 5}",
        "[nurse, spanish]",
        (
            "agents.yaml:3:3: ana.skills: found a list, wanted a number for each, such as "
            "{nurse: 5, spanish: 5}"
        ),
    ),
    "nothing after a key": (
        "agents.yaml",
        "  name: Ana\n",
        "  name:\n",
        "agents.yaml:2:8: ana.name: nothing is given; give a value or leave out the line",
    ),
    "yes or no": (
        "site.yaml",
        "    user: small\n",
        "    user: small\n    register: perhaps\n",
        "site.yaml:18:15: sip.trunk.register: found 'perhaps', wanted yes or no",
    ),
    "not a name": (
        "agents.yaml",
        "bo:\n",
        "Bo B:\n",
        (
            "agents.yaml:4:1: Bo B: 'Bo B' is no name, wanted small letters, digits and '-', at "
            "most 48"
        ),
    ),
    "consent": (
        "site.yaml",
        "id: small\n",
        "id: small\nrecording: {consent: announce}\n",
        (
            "site.yaml:2:22: recording.consent: found 'announce', wanted announced or asked or "
            "in-flow or never; did you mean 'announced'?"
        ),
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_one_mistake_is_one_problem_at_its_line(site, mistake):
    *change, told = MISTAKES[mistake]
    assert site.problems_after(*change) == [told]


@pytest.mark.parametrize(
    ("file", "written", "place"),
    [
        ("site.yaml", "id: small", "id"),
        ("site.yaml", "title: Small Clinic", "title"),
        ("site.yaml", "time_zone: America/New_York", "time_zone"),
        ("site.yaml", "entry_flow: main", "entry_flow"),
        ("site.yaml", "person_queue: general", "person_queue"),
        ("site.yaml", "nurse_queue: nurse", "nurse_queue"),
        ("queues.yaml", "  title: Nurse", "nurse.title"),
        ("agents.yaml", "  name: Ana", "ana.name"),
        ("protocols/heart.yaml", "    owner: Dr. Lee", "rules[0].owner"),
    ],
)
@pytest.mark.parametrize("empty", ["''", '""', "~", ""])
def test_a_text_that_must_be_there_is_not_taken_for_given_when_it_is_empty(
    site, file, written, place, empty
):
    line = site.line_of(file, written)
    (problem,) = site.problems_after(file, written, f"{written.partition(':')[0]}: {empty}")
    assert problem.startswith(f"{file}:{line}:")
    assert problem.endswith(f": {place}: nothing is given; give a value or leave out the line")


def test_a_mistake_does_not_hide_a_number_that_is_out_of_range_beside_it(site):
    site.replace(
        "queues.yaml",
        "  title: Everything\n",
        "  title: Everything\n  at_once: 0\n  deadline_s: ten\n  wrap_up_s: -1\n",
    )
    assert site.problems() == [
        "queues.yaml:3:12: general.at_once: found 0, wanted 1 to 10",
        "queues.yaml:4:15: general.deadline_s: found 'ten', wanted a number or never",
        "queues.yaml:5:14: general.wrap_up_s: found -1, wanted 0 to 3600",
    ]


@pytest.mark.parametrize("wrong", ["at_once: 20.5", "at_once: true", "wrap_up_s: '-1'"])
def test_a_number_of_the_wrong_kind_is_told_once(site, wrong):
    site.replace("queues.yaml", "  title: Everything\n", f"  title: Everything\n  {wrong}\n")
    (told,) = site.problems()
    assert told.startswith("queues.yaml:3:")
