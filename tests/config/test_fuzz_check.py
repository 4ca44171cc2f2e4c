"""Whatever stands in a site's files, ``careline check`` tells it at a place, and never raises.

The site has every kind of step. It is changed by bytes, by lines and by values, and flows are made
up out of all kinds of steps. What loads all the same is linked and has a version.
"""

import copy
import re
from dataclasses import fields

import jsonschema
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.flow_graph import edges
from config.load import check
from config.schema import schemas
from config.source import MAX_BYTES
from ivr.flow import scope_of, within
from ivr.intents import IntentModel
from ivr.steps import KINDS, ReturnStep
from tests.config.every_kind import EVERY, every_folder

YAML_FILES = [file for file in EVERY if file.endswith(".yaml")]
FLOW_FILES = ["flows/main.yaml", "flows/find.yaml", "shared/ends.yaml"]
SCHEMAS = {
    name: jsonschema.Draft202012Validator(schemas()[name]) for name in ("flow", "shared", "site")
}


@pytest.fixture(scope="module")
def every(tmp_path_factory):
    """The site; each example leaves it as it was."""
    return every_folder(tmp_path_factory.mktemp("every") / "site")


def checked(every, files):
    """Check the site with these files in it: what is told has a place, what loads is whole."""
    try:
        for file, content in files.items():
            every.write(file, content)
        problems, warnings, site = check(every.path)
    finally:
        for file in files:
            if file in EVERY:
                every.write(file, EVERY[file])
            else:
                (every.path / file).unlink()
    assert (site is None) == bool(problems)
    assert problems == sorted(problems)
    for each in (*problems, *warnings):
        content = files.get(each.file, EVERY.get(each.file))
        assert content is not None or each.message == "the file is missing", each
        assert each.line >= 1
        assert each.column >= 1
        text = content.decode("utf-8", "replace") if isinstance(content, bytes) else content or ""
        assert each.line <= len(re.split(r"\r\n?|\n", text)), each
        assert str(each).isprintable()
        assert len(str(each)) < 1000
    if site is not None:
        check_whole(site)
    return problems, site


def check_whole(site):
    """A site that loads can be served: every way leads somewhere, and all of it has a version."""
    assert len(site.version) == 64
    IntentModel(site.rules.intents)
    for flow in site.flows.values():
        assert len(flow.version) == 64
        assert flow.start in flow.steps
        for path, step in flow.steps.items():
            ways = () if isinstance(step, ReturnStep) else edges(step)
            assert {within(scope_of(path), target) for _, target in ways} <= flow.steps.keys()


# --- bytes and lines ----------------------------------------------------------------------------

MARKS = """
    : - ' " [ ] { } {} # &a *a ! | > % @ ` ? ~ null << use: kind: -1 1e999
"""
ODD = (
    "",
    " ",
    "  ",
    "\t",
    "\n",
    ": ",
    "---\n",
    "...\n",
    "9" * 400,
    "\x00",
    "\x85",
    "\u2028",
    "\xe9",
)
PIECES = st.sampled_from([*MARKS.split(), *ODD, "\ufeff", "\u202e", "\U0001f600"])


@settings(max_examples=settings().max_examples * 2)
@given(data=st.data())
def test_bytes_changed_anyhow_load_or_tell_their_problems(every, data):
    file = data.draw(st.sampled_from(YAML_FILES))
    content = EVERY[file].encode()
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(content)))
        until = start + data.draw(st.integers(0, 8))
        piece = data.draw(PIECES.map(str.encode) | st.binary(max_size=3))
        content = content[:start] + piece + content[until:]
    checked(every, {file: content})


@settings(max_examples=settings().max_examples * 2)
@given(data=st.data())
def test_lines_lost_doubled_or_exchanged_load_or_tell_their_problems(every, data):
    file = data.draw(st.sampled_from(YAML_FILES))
    lines = EVERY[file].splitlines()
    for _ in range(data.draw(st.integers(1, 4))):
        if not lines:
            break
        one = data.draw(st.integers(0, len(lines) - 1))
        other = data.draw(st.integers(0, len(lines) - 1))
        match data.draw(st.sampled_from(["lose", "double", "exchange", "indent", "outdent"])):
            case "lose":
                del lines[one]
            case "double":
                lines.insert(other, lines[one])
            case "exchange":
                lines[one], lines[other] = lines[other], lines[one]
            case "indent":
                lines[one] = "  " + lines[one]
            case "outdent":
                lines[one] = lines[one].removeprefix("  ")
    checked(every, {file: "\n".join(lines) + "\n"})


# --- values -------------------------------------------------------------------------------------

NAMES = """
    hours hello menu birth patient desk later doctor closed bye zip give general nurse office
    spanish refill bill parking fax patients schedule providers find main heard chest ends en es
    born name balance value first language caller.number read-back text number yes-no date
    date-of-birth digits zip-code say ask collect branch set lookup queue call-back transfer
    message survey sub-flow return
"""
CONDITIONS = """
    card is set
    balance > 0
    balance
    name
    name is not set
    name in [1, 'a']
    not (
    a == 'b'
    x = 1
    1 < 2 < 3
    language in ["es"]
    calendar.x.open
    calendar.office.open and
    born > 2026-02-30
    born < 2026-02-28
    call.hour >= 12
    caller.number
    yes
"""
WORDS = """
    0 -1 1 2.5 1e999 nan inf -inf 0x10 1_000 {value} {name:money} { }} no yes null ~ &a *a * # 00
    !!python/object 2026-02-30 25:00 \u0663 ../../etc/passwd a.b.c a..b A -a a_b a/b a:b
    \U0001f600 \u202eabc
"""
EXPRESSIONS = [
    *CONDITIONS.strip().split("\n    "),
    "not " * 99,
    "(" * 200 + "yes" + ")" * 200,
    " or ".join(["balance == 1"] * 300),
]
LARGE = ("9" * 400, "x" * 5000, "\xf1" * 60, "{" * 50)
HOSTILE = [*WORDS.split(), "", " ", "a\nb", *LARGE]
SCALARS = st.sampled_from(NAMES.split()) | st.sampled_from(EXPRESSIONS) | st.sampled_from(HOSTILE)
VALUES = st.recursive(
    SCALARS | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(SCALARS | st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=6,
)


def read(file):
    return yaml.load(EVERY[file], Loader=yaml.CBaseLoader)


def places(value, path=()):
    """The ways to all that stands in a value, from the outside inwards."""
    if path:
        yield path
    inner = value.items() if isinstance(value, dict) else ()
    for key, each in enumerate(value) if isinstance(value, list) else inner:
        yield from places(each, (*path, key))


def written(value):
    return yaml.safe_dump(value, allow_unicode=True, sort_keys=False, width=10_000)


def change(root, data):
    """Put something else in one place."""
    *way, last = data.draw(st.sampled_from(list(places(root))))
    holder = root
    for part in way:
        holder = holder[part]
    match data.draw(st.sampled_from(["value", "value", "value", "key", "lose", "bury", "move"])):
        case "value":
            holder[last] = data.draw(VALUES)
        case "key" if isinstance(holder, dict):
            holder[data.draw(SCALARS)] = holder.pop(last)
        case "lose":
            del holder[last]
        case "bury":
            for _ in range(data.draw(st.sampled_from([1, 3, 40]))):
                holder[last] = [holder[last]]
        case _:
            holder[last] = copy.deepcopy(holder)


@settings(max_examples=settings().max_examples * 4)
@given(data=st.data())
def test_values_changed_anyhow_load_or_tell_their_problems(every, data):
    file = data.draw(st.sampled_from([*FLOW_FILES * 3, *YAML_FILES]))
    root = read(file)
    for _ in range(data.draw(st.integers(1, 3))):
        if root:
            change(root, data)
    checked(every, {file: written(root)})


# --- flows made up ------------------------------------------------------------------------------

STEPS = [f"s{number}" for number in range(8)]
TARGETS = (
    "next",
    "goto",
    "otherwise",
    "on_failure",
    "not_found",
    "no_number",
    "silent_goto",
    "words_goto",
    "other",
)
MAPPINGS = ("set", "values", "compute", "given", "save")
SET = ["born", "name", "balance", "people", "zip"]


def step_value(field):
    """What may well stand under a key of a step."""
    if field in TARGETS:
        return st.sampled_from(STEPS)
    if field in MAPPINGS:
        return st.dictionaries(st.sampled_from(SET), SCALARS, max_size=2)
    if field.endswith("prompt"):
        return st.sampled_from(["hello", "right", "owes", "menu", "ask-zip", "bye", "read-back"])
    known = {
        "queue": ["general", "nurse"],
        "destination": ["doctor"],
        "source": ["patients", "schedule"],
        "flow": ["find", "made-up"],
        "what": ["name", "date-of-birth", "number", "digits", "zip-code", "yes-no", "phone-number"],
        "into": SET,
        "call_back": STEPS,
        "barge_in": ["yes", "no"],
        "digits": ["4"],
    }
    if field in known:
        return st.sampled_from(known[field])
    match field:
        case "choices":
            return st.lists(
                st.fixed_dictionaries(
                    {"digit": st.sampled_from("1234567"), "goto": st.sampled_from(STEPS)},
                    optional={
                        "intent": st.sampled_from(["refill", "bill"]),
                        "words": st.just({"en": ["desk"]}),
                        "set": step_value("set"),
                    },
                ),
                max_size=3,
            )
        case "cases":
            case = {"when": st.sampled_from(EXPRESSIONS), "goto": st.sampled_from(STEPS)}
            return st.lists(st.fixed_dictionaries(case), max_size=3)
        case "answers":
            return st.lists(st.sampled_from(["parking", "fax"]), max_size=2)
        case "skills" | "companion":
            return st.lists(st.sampled_from(["general", "spanish"]), max_size=2)
        case "value" | "known" | "number":
            return st.sampled_from([*SET, *EXPRESSIONS])
        case _:
            return st.sampled_from(["1", "2", "5", "60"])


def steps_of(kind):
    required, optional = {"kind": st.just(kind)}, {}
    for each in fields(KINDS[kind]):
        (optional if each.name in {"agent", "words"} or "_s" in each.name else required)[
            each.name
        ] = step_value(each.name)
    return st.fixed_dictionaries(required, optional=optional).flatmap(
        lambda step: st.sets(st.sampled_from([*step]), max_size=4).map(
            lambda left_out: {
                key: value for key, value in step.items() if key == "kind" or key not in left_out
            }
        )
    )


STEP = st.sampled_from([*KINDS]).flatmap(steps_of)
FLOW = st.fixed_dictionaries(
    {
        "start": st.sampled_from(STEPS[:2]),
        "steps": st.fixed_dictionaries(dict.fromkeys(STEPS, STEP)),
    },
    optional={
        "arguments": st.dictionaries(
            st.sampled_from(SET), st.sampled_from(["text", "number", "date", "yes-no"]), max_size=2
        )
    },
)


@settings(
    max_examples=settings().max_examples * 2,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(made_up=FLOW)
def test_flows_made_up_of_all_kinds_of_steps_load_or_tell_their_problems(every, made_up):
    checked(every, {"flows/made-up.yaml": written(made_up)})


# Of steps that are right by themselves some flows are right as a whole: those are served.
RIGHT = {
    "say": {"prompt": "hello", "next": "@"},
    "ask": {
        "prompt": "menu",
        "choices": [{"digit": "1", "goto": "@"}, {"digit": "2", "intent": "bill", "goto": "@"}],
    },
    "collect": {"what": "number", "into": "people", "prompt": "ask-people", "next": "@"},
    "branch": {"cases": [{"when": "call.hour < 12", "goto": "@"}], "otherwise": "@"},
    "set": {"values": {"topic": "money"}, "next": "@"},
    "lookup": {
        "source": "patients", "given": {"phone": "caller.number"}, "save": {"name": "first_name"},
        "next": "@", "on_failure": "@",
    },
    "queue": {"queue": "general", "next": "@"},
    "call-back": {"queue": "general", "prompt": "promise", "no_number": "@"},
    "transfer": {"destination": "doctor", "prompt": "to-doctor", "on_failure": "@"},
    "message": {"prompt": "leave-word", "queue": "general"},
    "survey": {"prompt": "rating", "next": "@"},
    "consent": {"prompt": "may-record", "next": "@"},
    "answers": {"prompt": "ask-questions", "answers": ["fax"], "next": "@"},
    "sub-flow": {"flow": "find", "given": {"card": "call.dialled"}, "next": "@"},
    "hang-up": {"prompt": "bye"},
}  # fmt: skip


def forwards(value, ahead, data):
    """The same step, with steps that come later in place of ``@``."""
    if value == "@":
        return data.draw(st.sampled_from(ahead))
    if isinstance(value, dict):
        return {key: forwards(each, ahead, data) for key, each in value.items()}
    if isinstance(value, list):
        return [forwards(each, ahead, data) for each in value]
    return value


@settings(max_examples=settings().max_examples * 2)
@given(data=st.data())
def test_steps_that_are_right_make_a_flow_that_is_served_or_leave_steps_that_nothing_leads_to(
    every, data
):
    kinds = data.draw(st.lists(st.sampled_from([*RIGHT]), min_size=1, max_size=9))
    names = [f"s{number}" for number in range(len(kinds))] + ["end"]
    steps = {"end": {"kind": "hang-up", "prompt": "bye"}}
    for number, kind in enumerate(kinds):
        step = forwards(RIGHT[kind], names[number + 1 :], data)
        steps[names[number]] = {"kind": kind, **step}
    flow = {"start": "s0", "steps": steps}
    problems, site = checked(every, {"flows/made-up.yaml": written(flow)})
    assert {each.message for each in problems} <= {"no step leads here"}
    SCHEMAS["flow"].validate(flow)
    reached = reachable_by_hand(steps, "s0")
    assert {each.where.removeprefix("steps.") for each in problems} == steps.keys() - reached
    assert (site is not None) == (reached == steps.keys())


def reachable_by_hand(steps, start):
    seen, waiting = set(), [start]
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            waiting += [each for each in leaves(steps[name]) if each in steps]
    return seen


def leaves(value):
    if isinstance(value, str):
        yield value
    for each in (
        value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    ):
        yield from leaves(each)


# --- what would take long -----------------------------------------------------------------------


def sparse(path, size):
    with path.open("wb") as file:
        file.truncate(size)


def test_a_file_of_100_megabytes_is_refused_unread(every):
    file = every.path / "flows" / "huge.yaml"
    sparse(file, 100_000_000)
    try:
        problems, _, _ = check(every.path)
    finally:
        file.unlink()
    assert list(map(str, problems)) == [
        f"flows/huge.yaml:1:1: the file is larger than {MAX_BYTES:,} bytes"
    ]


BOMB = "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 40))


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (BOMB, "1:5: anchors (&) and aliases (*) are not used here; write it out, or quote it"),
        (EVERY["flows/main.yaml"].encode("utf-16"), "1:1: this is not UTF-8 text"),
        (EVERY["flows/main.yaml"].encode("utf-16-le"), "1:2: the character U+0000 may not stand"),
        ("start: caf\xe9\n".encode("latin-1"), "1:11: this is not UTF-8 text"),
        (b"\x1f\x8b\x08\x00" + bytes(range(256)), "1:2: this is not UTF-8 text"),
        (b"%PDF-1.7\n", "1:7: this is not YAML"),
        ("start: " + "[" * 5000, "1:32: this is nested too deeply"),
        ("start: " + "a" * 900_000, "1:1: steps: 'steps' must hold the steps by name"),
    ],
)
def test_what_is_no_flow_at_all_is_told_at_once(every, content, told):
    problems, _ = checked(every, {"flows/no-flow.yaml": content})
    assert str(problems[0]).startswith(f"flows/no-flow.yaml:{told}")


def test_files_that_include_each_other_in_a_circle_are_told_where_it_closes(every):
    files = {f"shared/r{n}.yaml": f"include: [r{(n + 1) % 3}]\n" for n in range(3)}
    files["shared/ends.yaml"] = "include: [r0]\n" + EVERY["shared/ends.yaml"]
    problems, _ = checked(every, files)
    assert list(map(str, problems)) == [
        "shared/r2.yaml:1:11: include[0]: these files include each other: r0 -> r1 -> r2 -> r0"
    ]


def test_flows_that_enter_ever_more_flows_are_refused_and_not_linked(every):
    step = "  s{0}: {{kind: sub-flow, flow: f{1}, next: {2}}}\n"
    files = {}
    for level in range(10):
        steps = "".join(
            step.format(n, level + 1, f"s{n + 1}" if n < 9 else "out") for n in range(10)
        )
        files[f"flows/f{level}.yaml"] = f"start: s0\nsteps:\n{steps}  out: {{kind: return}}\n"
    files["flows/f10.yaml"] = "start: out\nsteps:\n  out: {kind: return}\n"
    problems, _ = checked(every, files)
    assert list(map(str, problems)) == [
        (
            "flows/f6.yaml:12:30: steps.s9.flow: with the flows that it enters, this flow has "
            "over 20,000 steps"
        )
    ]
