"""What can be wrong in ``site.yaml``: keys, codes, addresses, numbers, secrets."""

from dataclasses import fields

import pytest

from ivr.flow import Keys

TRUNK = """\
  trunk:
    registrar: sip.example.com
    user: small
    password_secret: trunk/password
"""
RECORDS = """\
records:
  url: https://records.example.org/{phone}
  secret_headers:
    X-Key: records/key
    Authorization: records/token
"""
NO_CALL_BACKS = (
    "no pattern permits patients' numbers: the line calls nobody back, not even a red flag who was "
    'cut off; add one, such as "+1??????????"'
)
NO_PLAN = "the outbound plan (sip.outbound) does not permit this"
NO_PROVIDER = "there is no provider (sip.trunk) to dial it"
NOBODY_OUTSIDE = "an emergency that no nurse answers is put through to nobody outside"
ADVICE_ONLY = "when the line fails, callers hear the 911 advice only"

MISTAKES = {
    "feature codes that collide": (
        "site.yaml",
        "id: small\n",
        "id: small\nfeatures: {on_break: '*11'}\n",
        "site.yaml:2:22: features.on_break: '*11' means ready already",
    ),
    "no feature code": (
        "site.yaml",
        "id: small\n",
        "id: small\nfeatures: {escalate: '99'}\n",
        "site.yaml:2:22: features.escalate: found '99', wanted a code like *11",
    ),
    "one key for two things": (
        "site.yaml",
        "id: small\n",
        "id: small\nkeys: {emergency: '0'}\n",
        "site.yaml:2:19: keys.emergency: '0' means person already; choose another key",
    ),
    "a key for another language that calls a nurse": (
        "site.yaml",
        "id: small\n",
        "id: small\nkeys: {language: '9'}\n",
        "site.yaml:2:18: keys.language: '9' means emergency already; choose another key",
    ),
    "one key for two wishes": (
        "site.yaml",
        "id: small\n",
        "id: small\nkeys: {slower: '8', louder: '8'}\n",
        "site.yaml:2:29: keys.louder: '8' means slower already; choose another key",
    ),
    "a word for a key": (
        "site.yaml",
        "id: small\n",
        "id: small\nkeys: {slower: eight}\n",
        (
            "site.yaml:2:16: keys.slower: found 'eight', wanted one of the keys "
            "0 1 2 3 4 5 6 7 8 9 * #"
        ),
    ),
    "no address": (
        "site.yaml",
        "sip:\n",
        "sip:\n  listen: localhost:5060\n",
        (
            "site.yaml:14:11: sip.listen: found 'localhost:5060', "
            "wanted address:port such as 127.0.0.1:5060"
        ),
    ),
    "every address needs one to advertise": (
        "site.yaml",
        "sip:\n",
        "sip:\n  listen: 0.0.0.0:5060\n",
        (
            "site.yaml:14:11: sip.listen: listening on every address needs 'advertise', "
            "the address phones reach"
        ),
    ),
    "no network": (
        "site.yaml",
        "sip:\n",
        "sip:\n  allow: [10.0.0.1/8]\n",
        "site.yaml:14:11: sip.allow[0]: found '10.0.0.1/8', wanted a network such as 192.0.2.0/24",
    ),
    "port out of range": (
        "site.yaml",
        "sip:\n",
        "sip:\n  media_ports: [20000, 99999]\n",
        "site.yaml:14:24: sip.media_ports[1]: found 99999, wanted 1024 to 65535",
    ),
    "ports reversed": (
        "site.yaml",
        "sip:\n",
        "sip:\n  media_ports: [30000, 20000]\n",
        "site.yaml:14:3: sip.media_ports: the last port 20000 is below the first 30000",
    ),
    "too few ports": (
        "site.yaml",
        "sip:\n",
        "sip:\n  media_ports: [20000, 20010]\n",
        (
            "site.yaml:14:3: sip.media_ports: 11 ports are too few, "
            "wanted 4 for each call and reserved channel"
        ),
    ),
    "one port alone": (
        "site.yaml",
        "sip:\n",
        "sip:\n  media_ports: [20000]\n",
        "site.yaml:14:3: sip.media_ports: too few values, wanted a list of 2",
    ),
    "not to be dialled": (
        "site.yaml",
        'doctor: "+12025550143"',
        "doctor: call me",
        (
            "site.yaml:11:11: outside.doctor: this cannot be dialled, "
            "wanted a number like '+15555550100' or a SIP URI"
        ),
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_one_mistake_is_one_problem_at_its_line(site, mistake):
    *change, told = MISTAKES[mistake]
    assert site.problems_after(*change) == [told]


def test_a_language_is_not_only_wished_for(site):
    change = "{es: spanish}", "{es: {skill: spanish, preferred: true}}"
    assert site.problems_after("site.yaml", *change) == [
        (
            "site.yaml:5:40: language_skills.es.preferred: a language is needed or not; "
            "write only skill and level"
        )
    ]


def test_a_misspelt_skill_of_a_language_in_its_long_form_is_told_there(site):
    change = "{es: spanish}", "{es: {skill: spannish, level: 2}}"
    assert site.problems_after("site.yaml", *change) == [
        (
            "site.yaml:5:31: language_skills.es.skill: unknown skill 'spannish'; "
            "did you mean 'spanish'?"
        )
    ]


def test_a_feature_code_within_another_is_told_for_each_that_it_hides(site):
    codes = "id: small\nfeatures: {escalate: '*1', ready: '*14'}\n"
    problems = site.problems_after("site.yaml", "id: small\n", codes)
    assert len(problems) == 3
    assert all("cannot be told from" in each for each in problems)


@pytest.mark.parametrize("name", [field.name for field in fields(Keys)])
@pytest.mark.parametrize("key", ["1", "2"])
def test_a_key_that_answers_triage_is_none_of_the_sites(site, name, key):
    site.replace("site.yaml", "id: small\n", f"id: small\nkeys: {{{name}: '{key}'}}\n")
    assert (
        f"site.yaml:2:{len(name) + 10}: keys.{name}: '{key}' answers triage's yes/no questions; "
        "choose another key"
    ) in site.problems()


def test_every_key_may_be_another_one(site):
    keys = "{person: '0', repeat: '*', emergency: '9', slower: '8', louder: '7', language: '#'}"
    assert site.problems_after("site.yaml", "id: small\n", f"id: small\nkeys: {keys}\n") == []


def test_a_secret_that_is_not_there_is_told_without_its_name(site):
    assert site.problems(secret_names={"trunk/password"}) == []
    (problem,) = site.problems(secret_names={"other"})
    assert problem == (
        "site.yaml:18:22: sip.trunk.password_secret: "
        "the file of secrets holds no secret of this name; add it there, or write the name it has"
    )


def test_a_secret_that_a_source_names_and_that_is_not_there_is_told_too(site):
    site.write("lookups.yaml", RECORDS)
    assert site.problems(secret_names={"trunk/password", "records/key", "records/token"}) == []
    problems = site.problems(secret_names={"trunk/password", "records/key"})
    assert problems == [
        (
            "lookups.yaml:5:20: records.secret_headers: "
            "the file of secrets holds no secret of this name; add it there, or write the name it "
            "has"
        )
    ]
    # Whether it is there is asked only of a file of secrets that is named.
    assert site.problems() == []


def test_a_password_in_place_of_its_name_is_never_shown(site):
    site.replace("site.yaml", "password_secret: trunk/password", "password_secret: 'Tr0ub4dor&3'")
    (problem,) = site.problems()
    assert "this is no name of a secret" in problem
    assert "Tr0ub4dor" not in problem


def test_a_fallback_number_outside_the_outbound_plan_is_a_warning(site):
    site.replace("site.yaml", '["+1202555*"]', '["+12025550143", "+1303555????"]')
    assert site.problems() == []
    assert site.warnings() == [
        f"site.yaml:12:18: fallback_number: {NO_PLAN}: {ADVICE_ONLY}",
    ]


def test_an_outbound_plan_without_patients_numbers_is_a_warning_at_its_line(site):
    site.replace("site.yaml", '["+1202555*"]', '["+12025550143", "+12025550199"]')
    assert site.problems() == []
    assert site.warnings() == [f"site.yaml:14:3: sip.outbound: {NO_CALL_BACKS}"]
    site.replace("site.yaml", '  outbound: ["+12025550143", "+12025550199"]\n', "")
    assert f"site.yaml:13:1: sip: {NO_CALL_BACKS}" in site.warnings()


def test_no_fallback_number_is_a_warning(site):
    site.replace("site.yaml", 'fallback_number: "+12025550199"\n', "")
    (warning,) = site.warnings()
    assert "no 'fallback_number'" in warning


def test_without_a_provider_an_emergency_and_a_failing_line_lead_nowhere_and_both_are_told(site):
    assert site.problems_after("site.yaml", TRUNK, "") == []
    assert site.warnings() == [
        f"site.yaml:11:11: outside.doctor: {NO_PROVIDER}: {NOBODY_OUTSIDE}",
        f"site.yaml:12:18: fallback_number: {NO_PROVIDER}: {ADVICE_ONLY}",
    ]


def test_neither_a_plan_nor_a_provider_is_one_warning_for_each_number(site):
    site.replace("site.yaml", 'sip:\n  outbound: ["+1202555*"]\n' + TRUNK, "")
    both = f"{NO_PLAN}, and {NO_PROVIDER}"
    assert site.problems() == []
    assert site.warnings() == [
        f"site.yaml:1:1: {NO_CALL_BACKS}",
        f"site.yaml:11:11: outside.doctor: {both}: {NOBODY_OUTSIDE}",
        f"site.yaml:12:18: fallback_number: {both}: {ADVICE_ONLY}",
    ]


def test_a_site_without_an_on_call_number_is_warned(site):
    site.replace("site.yaml", "on_call: doctor\n", "")
    assert site.problems() == []
    assert site.warnings() == [f"site.yaml:1:1: no 'on_call': {NOBODY_OUTSIDE}"]


@pytest.mark.parametrize(
    ("destination", "warned"),
    [
        ("sip:help@192.0.2.7", False),
        ("sip:help@192.0.2.7:5080;transport=udp", False),
        ("sip:help@[2001:db8::7]:5080", False),
        ("sip:help@clinic.example", True),
    ],
)
def test_an_address_is_dialled_without_a_provider_and_a_name_is_not(site, destination, warned):
    site.replace("site.yaml", TRUNK, "")
    site.replace("site.yaml", '["+1202555*"]', '["+1202555*", "sip:*"]')
    site.replace(
        "site.yaml", 'fallback_number: "+12025550199"', f'fallback_number: "{destination}"'
    )
    assert site.problems() == []
    assert any("fallback_number" in each for each in site.warnings()) is warned


@pytest.mark.parametrize(
    "destination",
    [
        "sips:help@192.0.2.7",
        "sip:help@192.0.2.7:99999",
        "sip:help@192.0.2.7:0",
        "sip:a<b@192.0.2.7",
    ],
)
def test_what_the_line_could_never_dial_is_a_problem(site, destination):
    site.replace(
        "site.yaml", 'fallback_number: "+12025550199"', f'fallback_number: "{destination}"'
    )
    (problem,) = site.problems()
    assert problem.startswith("site.yaml:12:18: fallback_number: this cannot be dialled")
    assert "192.0.2.7" not in problem


@pytest.mark.parametrize(
    "listen",
    [
        "127.0.0.1:" + "9" * 5000,
        "127.0.0.1:65536",
        "127.0.0.1:\u0665060",
        "::1:5060",
        "[::1",
        ":5060",
    ],
)
def test_what_cannot_be_listened_on_is_one_problem(site, listen):
    site.replace("site.yaml", "sip:\n", f'sip:\n  listen: "{listen}"\n')
    (problem,) = site.problems()
    assert problem.startswith("site.yaml:14:11: sip.listen: found ")


def test_an_address_of_either_kind_can_be_listened_on(site):
    site.replace("site.yaml", "sip:\n", 'sip:\n  listen: "[::1]:5060"\n')
    assert site.problems() == []


def test_an_address_that_no_phone_can_reach_is_not_advertised(site):
    site.replace("site.yaml", "sip:\n", "sip:\n  listen: 0.0.0.0:5060\n  advertise: 0.0.0.0\n")
    (problem,) = site.problems()
    assert problem.startswith("site.yaml:15:14: sip.advertise: no phone can reach this")


@pytest.mark.parametrize(
    "registrar", ["sip:sip.example.com", "sip.example.com:0", "sip.example.com:65536", "10.0.0.0/8"]
)
def test_a_registrar_that_is_no_host_is_told(site, registrar):
    (problem,) = site.problems_after("site.yaml", "sip.example.com", registrar)
    assert problem == (
        f"site.yaml:16:16: sip.trunk.registrar: found '{registrar}', "
        "wanted a host such as sip.example.com"
    )


@pytest.mark.parametrize("registrar", ["192.0.2.7", "192.0.2.7:5080", '"[2001:db8::7]:5060"'])
def test_a_registrar_may_be_an_address(site, registrar):
    assert site.problems_after("site.yaml", "sip.example.com", registrar) == []


def test_a_user_with_its_host_is_told_without_showing_it(site):
    (problem,) = site.problems_after("site.yaml", "user: small", "user: small@example.com")
    assert problem.startswith("site.yaml:17:11: sip.trunk.user: this is no user of a SIP account")
    assert "small" not in problem


def test_a_missing_id_hides_no_other_mistake(site):
    site.replace("site.yaml", "id: small\n", "")
    site.replace("site.yaml", 'fallback_number: "+12025550199"\n', "fallback_number: call me\n")
    site.replace("flows/main.yaml", "destination: doctor", "destination: docter")
    dangling, missing, wrong = site.problems()
    assert dangling.endswith("unknown outside name 'docter'; did you mean 'doctor'?")
    assert missing == "site.yaml:1:1: id: 'id' is missing"
    assert wrong.startswith("site.yaml:11:18: fallback_number: this cannot be dialled")


def test_outside_names_that_could_not_be_read_are_not_called_dangling(site):
    site.replace("site.yaml", 'outside:\n  doctor: "+12025550143"\n', "outside: [doctor]\n")
    (problem,) = site.problems()
    assert problem.startswith("site.yaml:10:1: outside: found a list")
