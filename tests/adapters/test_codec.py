from __future__ import annotations

import dataclasses
import enum
import json
import types
import typing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters import codec
from adapters.codec import CodecError
from calls import commands, facts
from calls.commands import CallBack, Say, Transfer, Utterance
from calls.facts import (
    AgentReady,
    CallArrived,
    CallEnded,
    DigitsCollected,
    SpeechHeard,
    SpeechStarted,
    WordsAssessed,
)
from calls.outcome import Outcome
from calls.ports import LineEvent, LineSnapshot, LiveCall
from calls.private import Private
from calls.requirement import Requirement
from calls.verdict import to_nurse

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
FLOAT = st.floats(allow_nan=False, allow_infinity=False)
SIMPLE = {str: TEXT, int: st.integers(), float: FLOAT, bool: st.booleans(), type(None): st.none()}


def any_of_type(hint: object) -> st.SearchStrategy[object]:
    """Builds from type hints alone, defaults included, so that a new field is covered at once."""
    hint = getattr(hint, "__supertype__", hint)
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if hint in SIMPLE:
        return SIMPLE[hint]
    if origin in (typing.Union, types.UnionType):
        return st.one_of([any_of_type(argument) for argument in arguments])
    if origin is tuple and arguments[-1] is Ellipsis:
        return st.lists(any_of_type(arguments[0]), max_size=3).map(tuple)
    if origin is tuple:
        return st.tuples(*[any_of_type(argument) for argument in arguments])
    if isinstance(hint, type) and issubclass(hint, enum.Enum):
        return st.sampled_from(hint)
    assert dataclasses.is_dataclass(hint), f"no strategy for {hint}"
    hints = typing.get_type_hints(hint)
    return st.builds(hint, **{name: any_of_type(inner) for name, inner in hints.items()})


def record_classes() -> list[type]:
    bases = {facts.Fact, facts.CallFact, facts.AgentFact, facts.OfferFact, commands.Command}
    return [
        thing
        for module, base in ((facts, facts.Fact), (commands, commands.Command))
        for thing in vars(module).values()
        if isinstance(thing, type) and issubclass(thing, base) and thing not in bases
    ]


RECORDS = record_classes()
RECORD = st.sampled_from(RECORDS).flatmap(any_of_type)


def without_private_words(record: codec.Record) -> codec.Record:
    """The record as a journal may keep it: what is said in it is no caller's own."""
    said = getattr(record, "utterances", None)
    if said is None:
        return record
    public = tuple(dataclasses.replace(each, private=False) for each in said)
    return dataclasses.replace(record, utterances=public)


KEPT = RECORD.map(without_private_words)


def test_every_fact_and_command_has_a_type() -> None:
    assert set(codec.KINDS.values()) == set(RECORDS)
    assert len(codec.KINDS) == len(RECORDS)


@pytest.mark.parametrize("kind", RECORDS, ids=lambda kind: kind.__name__)
def test_every_record_comes_back_as_it_was(kind: type) -> None:
    @given(any_of_type(kind))
    def comes_back(record: codec.Record) -> None:
        assert codec.decode(codec.encode(record)) == record
        kept = without_private_words(record)
        clear, private = codec.split(kept)
        stored = codec.load_fields(codec.dump_fields(clear))
        assert codec.join(stored, private) == kept

    comes_back()


@given(KEPT)
def test_the_clear_part_holds_no_private_text(record: codec.Record) -> None:
    clear, private = codec.split(record)
    for field in dataclasses.fields(record):
        value = getattr(record, field.name)
        if isinstance(value, Private):
            assert field.name not in clear
            assert private[field.name] == value.reveal()
        else:
            assert field.name not in private


@given(KEPT)
def test_a_forgotten_record_keeps_everything_but_its_private_text(record: codec.Record) -> None:
    clear, _ = codec.split(record)
    blanks = {
        field.name: Private("")
        for field in dataclasses.fields(record)
        if isinstance(getattr(record, field.name), Private)
    }
    assert codec.join(clear, None) == dataclasses.replace(record, **blanks)


@pytest.mark.parametrize("kind", RECORDS, ids=lambda kind: kind.__name__)
def test_the_parts_as_json_are_those_of_the_record(kind: type) -> None:
    @given(any_of_type(kind))
    def are_those(whole: codec.Record) -> None:
        record = without_private_words(whole)
        clear, private = codec.split(record)
        dumped = codec.dump(record)
        assert dumped == (codec.dump_fields(clear), codec.dump_fields(private) if private else None)
        assert codec.load(kind.__name__, *dumped, forgotten=False) == record
        forgotten = codec.load(kind.__name__, dumped[0], None, forgotten=True)
        assert forgotten == codec.join(clear, None)

    are_those()


PRIVATE_WORDS = (
    Utterance(text="One moment.", language="en"),
    Utterance(text="a secret of theirs", language="en", private=True),
)


@pytest.mark.parametrize("kind", [Say, CallBack, Transfer], ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("keep", [codec.split, codec.dump])
def test_private_words_can_be_sent_to_a_line_and_not_kept(keep, kind: type) -> None:
    required = {
        "prompt_id": 1,
        "answers": "c0",
        "offer_id": "o",
        "agent_id": "a",
        "destination": "d" if kind is Transfer else Private("d"),
    }
    names = {field.name for field in dataclasses.fields(kind)}
    command = kind(
        call_id="c",
        utterances=PRIVATE_WORDS,
        **{name: value for name, value in required.items() if name in names},
    )
    assert codec.decode(codec.encode(command)) == command
    with pytest.raises(CodecError, match=f"^{kind.__name__}: private words are not kept$"):
        keep(command)


def test_every_field_that_is_said_is_known_to_the_codec() -> None:
    for kind in RECORDS:
        said = {
            name for name, hint in typing.get_type_hints(kind).items() if "Utterance" in str(hint)
        }
        assert set(codec._SPOKEN_FIELDS[kind]) == said


def test_a_prompt_of_an_earlier_version_is_neither_slow_nor_louder_nor_private() -> None:
    earlier = (
        b'{"type":"Say","call_id":"c","prompt_id":2,'
        b'"utterances":[{"text":"Hello.","language":"en"}],"barge_in":true}'
    )
    assert codec.decode(earlier) == Say(
        call_id=facts.CallId("c"),
        prompt_id=2,
        utterances=(Utterance(text="Hello.", language="en", private=False),),
        slow=False,
        louder=0,
    )


@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf")])
def test_a_number_that_json_cannot_hold_is_in_no_part(number: float) -> None:
    call = facts.CallId("c")
    for record in (
        SpeechHeard(site="m", call_id=call, words=Private("w"), confidence=number),
        facts.RecordingSealed(site="m", call_id=call, recording_id="null", duration_s=number),
        facts.CallQueued(
            site="m",
            call_id=call,
            requirement=Requirement(queue=facts.QueueId("q"), agent_wait_s=number),
        ),
    ):
        with pytest.raises(CodecError, match=f"{type(record).__name__}: a number is not finite"):
            codec.dump(record)


@pytest.mark.parametrize(
    ("name", "clear", "private", "message"),
    [
        ("AgentReady", b'{"type":"AgentOut","site":"m","agent_id":"a"}', None, "another type"),
        ("Vanished", b'{"type":"Vanished","site":"m"}', None, "unknown type 'Vanished'"),
        ("AgentReady", b'{"site":"m","agent_id":"a"}', None, "another type"),
        (
            "AgentReady",
            b'{"type":"AgentReady","site":"m","agent_id":"a","mood":1}',
            None,
            "unknown field 'mood'",
        ),
        ("AgentReady", b'{"type":"AgentReady","site":"m"}', None, "missing or has the wrong type"),
        ("AgentReady", b'{"type":"AgentReady","si', None, "not valid JSON"),
        ("AgentReady", b"[" * 100_000, None, "nested too deeply"),
        (
            "AgentReady",
            b'{"type":"AgentReady","site":"m","agent_id":"a"}',
            b'{"agent_id":"b"}',
            "does not fit",
        ),
        (
            "DigitsCollected",
            b'{"type":"DigitsCollected","site":"m","call_id":"c"}',
            None,
            "does not fit",
        ),
    ],
)
def test_parts_that_are_no_record_are_refused(
    name: str, clear: bytes, private: bytes | None, message: str
) -> None:
    with pytest.raises(CodecError, match=message) as caught:
        codec.load(name, clear, private, forgotten=False)
    assert caught.value.__context__ is None


def test_a_part_that_another_version_wrote_is_read_like_any_other() -> None:
    clear = b'{"site":"m","type":"RecordingSealed","call_id":"c","recording_id":"r","duration_s":3}'
    assert codec.load("RecordingSealed", clear, None, forgotten=False) == facts.RecordingSealed(
        site="m", call_id=facts.CallId("c"), recording_id="r", duration_s=3.0
    )
    clear = b'{"type":"CallQueued","site":"m","call_id":"c","requirement":{"queue":"q"}}'
    assert codec.load("CallQueued", clear, None, forgotten=False) == facts.CallQueued(
        site="m", call_id=facts.CallId("c"), requirement=Requirement(queue=facts.QueueId("q"))
    )


def test_no_record_without_a_call_has_private_fields() -> None:
    for kind in RECORDS:
        if "call_id" not in typing.get_type_hints(kind):
            assert Private not in typing.get_type_hints(kind).values()


def test_a_record_reads_as_one_plain_json_object() -> None:
    record = DigitsCollected(site="main", call_id=facts.CallId("c1"), digits=Private("4"))
    assert json.loads(codec.encode(record)) == {
        "type": "DigitsCollected",
        "site": "main",
        "call_id": "c1",
        "digits": "4",
    }


def test_a_field_with_a_default_may_be_missing() -> None:
    data = b'{"type":"SpeechHeard","site":"m","call_id":"c","words":"w","confidence":1}'
    assert codec.decode(data) == SpeechHeard(
        site="m", call_id=facts.CallId("c"), words=Private("w"), confidence=1.0
    )


QUEUED_WITH = b'{"type":"CallQueued","site":"m","call_id":"c","requirement":{"queue":"q",%s}}'


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "input: not valid JSON in UTF-8"),
        (b'{"type":"x\xff"}', "input: not valid JSON in UTF-8"),
        (b"[1]", "input: a JSON object was wanted"),
        (b"[" * 100_000, "input: nested too deeply"),
        (b'{"site":"m"}', "field 'type' is missing or is no text"),
        (b'{"type":7}', "field 'type' is missing or is no text"),
        (b'{"type":"CallVanished"}', "unknown type 'CallVanished'"),
        (b'{"type":"Fact","site":"m"}', "unknown type 'Fact'"),
        (b'{"type":"chest pain since noon"}', "unknown type (not shown: not a plain name)"),
        (
            b'{"type":"SpeechStarted","site":"m","call_id":"c","mood":1}',
            "SpeechStarted: unknown field 'mood'",
        ),
        (
            QUEUED_WITH % b'"x":1',
            "CallQueued: unknown field 'x'",
        ),
        (
            QUEUED_WITH % b'"skills":[{"skill":"es","y":1}]',
            "CallQueued: unknown field 'y'",
        ),
        (
            b'{"type":"SpeechStarted","site":"m"}',
            "SpeechStarted: a value is missing or has the wrong type",
        ),
        (
            b'{"type":"DigitsCollected","site":"m","call_id":"c","digits":911}',
            "DigitsCollected: a value is missing or has the wrong type at $.digits.value",
        ),
        (
            b'{"type":"CallEnded","site":"m","call_id":"c","outcome":"secret words"}',
            "CallEnded: a value is missing or has the wrong type at $.outcome",
        ),
    ],
)
def test_what_is_no_record_is_refused_with_one_clear_line(data: bytes, message: str) -> None:
    with pytest.raises(CodecError) as caught:
        codec.decode(data)
    assert str(caught.value) == message
    assert caught.value.__context__ is None


@given(st.binary(max_size=200))
def test_any_bytes_give_a_record_or_the_declared_error(data: bytes) -> None:
    for read in (codec.decode, codec.decode_event, codec.decode_snapshot, codec.load_fields):
        try:
            read(data)
        except CodecError:
            continue
        assert read is codec.load_fields


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | FLOAT | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(RECORD, st.data())
def test_any_json_in_any_field_gives_a_record_or_the_declared_error(
    record: codec.Record, data: st.DataObject
) -> None:
    plain = json.loads(codec.encode(record))
    plain[data.draw(st.sampled_from(sorted(plain)) | st.text(max_size=5))] = data.draw(JSON)
    try:
        again = codec.decode(json.dumps(plain).encode())
    except CodecError:
        return
    assert codec.decode(codec.encode(again)) == again


@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf")])
def test_a_number_that_json_cannot_hold_is_refused(number: float) -> None:
    record = SpeechHeard(site="m", call_id=facts.CallId("c"), words=Private("w"), confidence=number)
    with pytest.raises(CodecError, match="SpeechHeard: a number is not finite"):
        codec.encode(record)
    with pytest.raises(CodecError, match="not finite"):
        codec.encode_event(LineEvent(epoch="e", seq=1, at=number, fact=AGENT))


def test_half_a_surrogate_pair_is_refused() -> None:
    with pytest.raises(CodecError, match="AgentReady: not valid JSON in UTF-8"):
        codec.encode(AgentReady(site="\ud800", agent_id=facts.AgentId("ana")))


def test_errors_show_no_value() -> None:
    record = WordsAssessed(
        site="m",
        call_id=facts.CallId("c"),
        words=Private("planted-words"),
        confidence=0.5,
        verdict=to_nurse("unclear"),
    )
    good = codec.encode(record)
    for old, new in ((b'"nurse"', b'"planted-words"'), (b"0.5", b'"planted-words"')):
        bad = good.replace(old, new)
        assert bad != good
        with pytest.raises(CodecError) as caught:
            codec.decode(bad)
        assert "planted" not in str(caught.value)


@pytest.mark.parametrize("private", [{}, {"digits": "1", "more": "2"}, {"other": "1"}])
def test_a_sealed_part_of_another_record_is_refused(private: dict[str, str]) -> None:
    clear = {"type": "DigitsCollected", "site": "m", "call_id": "c"}
    with pytest.raises(CodecError, match="does not fit"):
        codec.join(clear, private)


AGENT = AgentReady(site="m", agent_id=facts.AgentId("ana"))


@given(
    st.builds(
        LineEvent,
        epoch=TEXT,
        seq=st.integers(min_value=1),
        at=FLOAT,
        fact=st.sampled_from([kind for kind in RECORDS if issubclass(kind, facts.Fact)]).flatmap(
            any_of_type
        ),
    )
)
def test_every_line_event_comes_back_as_it_was(event: LineEvent) -> None:
    assert codec.decode_event(codec.encode_event(event)) == event


@given(any_of_type(LineSnapshot))
def test_every_snapshot_comes_back_as_it_was(snapshot: LineSnapshot) -> None:
    assert codec.decode_snapshot(codec.encode_snapshot(snapshot)) == snapshot


def test_a_line_event_carries_a_fact_and_nothing_else() -> None:
    event = LineEvent(epoch="e", seq=1, at=2.0, fact=AGENT)
    command = {"type": "PlayMusic", "call_id": "c"}
    for change, message in (
        ({"fact": command}, "PlayMusic is a command"),
        ({"fact": None}, "'fact' is missing"),
        ({"seq": "1"}, r"wrong type at \$.seq"),
        ({"extra": 1}, "unknown field 'extra'"),
    ):
        plain = json.loads(codec.encode_event(event)) | change
        with pytest.raises(CodecError, match=message):
            codec.decode_event(json.dumps(plain).encode())


def test_a_snapshot_with_an_unknown_field_is_refused() -> None:
    snapshot = LineSnapshot(
        epoch="e",
        calls=(LiveCall(call_id=facts.CallId("c"), arrived_at=1.0),),
        reachable=(),
    )
    plain = json.loads(codec.encode_snapshot(snapshot))
    plain["calls"][0]["colour"] = "red"
    with pytest.raises(CodecError, match="unknown field 'colour'"):
        codec.decode_snapshot(json.dumps(plain).encode())


def test_records_of_one_call_are_told_apart_by_type_alone() -> None:
    started = SpeechStarted(site="m", call_id=facts.CallId("c"))
    ended = CallEnded(site="m", call_id=facts.CallId("c"), outcome=Outcome.HANDLED)
    arrived = CallArrived(
        site="m", call_id=facts.CallId("c"), caller=Private(""), dialled="100", line="sip"
    )
    assert [codec.decode(codec.encode(one)) for one in (started, ended, arrived)] == [
        started,
        ended,
        arrived,
    ]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    number: Private


def test_optional_private_fields_count_as_private() -> None:
    kind = dataclasses.make_dataclass(
        "Called", [("number", Private | None), ("back", Private), ("queue", str | None)]
    )
    assert codec._private_fields(kind) == ("number", "back")


@pytest.mark.parametrize("hint", [Holder, tuple[Private, ...], list[Holder | None]])
def test_private_text_below_the_top_level_is_refused_at_import(hint: type) -> None:
    kind = dataclasses.make_dataclass("Deep", [("inner", hint)])
    with pytest.raises(TypeError, match=r"Deep\.inner: Private belongs at the top level"):
        codec._private_fields(kind)


def test_a_field_named_like_the_tag_is_refused_at_import() -> None:
    kind = dataclasses.make_dataclass("Clash", [("type", str)])
    with pytest.raises(TypeError, match=r"Clash\.type"):
        codec._private_fields(kind)
