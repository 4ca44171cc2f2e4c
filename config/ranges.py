"""The numbers and words that a field may hold, beyond its type. Also written into the schemas."""

from __future__ import annotations

import functools
import re
import typing
from collections.abc import Mapping
from dataclasses import is_dataclass
from enum import Enum

from acd.models import (
    AgentConfig,
    EmergencyRules,
    LadderStep,
    Overflow,
    QueueConfig,
    Relaxation,
)
from calls.requirement import SkillNeed
from config.document import NOTHING_GIVEN, Document, Path, shown
from config.report import Report
from config.settings import RecordingSettings, SipSettings, Trunk
from config.shapes import SiteFile
from config.typing_of import field_types, without_none
from ivr.steps import AskStep, CollectStep, MessageStep, QueueStep
from triage.protocol import Rule

DAY_S = 86400
_WHOLE = re.compile(r"[+-]?[0-9]{1,15}", re.ASCII)

RANGES: Mapping[tuple[type, str], tuple[float, float]] = {
    (SiteFile, "nurse_wait_every_s"): (5, 300),
    (SiteFile, "low_confidence"): (0, 1),
    (SiteFile, "intent_margin"): (0, 1),
    (SiteFile, "short_abandon_s"): (0, 60),
    (SiteFile, "max_call_questions"): (0, 10),
    (SiteFile, "longest_wait_s"): (60, 7200),
    (SiteFile, "message_promised_s"): (60, 14 * DAY_S),
    (SipSettings, "media_ports"): (1024, 65535),
    (SipSettings, "capacity"): (1, 10000),
    (SipSettings, "reserved"): (0, 1000),
    (Trunk, "expires_s"): (60, DAY_S),
    (QueueConfig, "head_start_s"): (0, DAY_S),
    (QueueConfig, "deadline_s"): (1, DAY_S),
    (QueueConfig, "last_agent_wait_s"): (0, 3600),
    (QueueConfig, "at_once"): (1, 10),
    (QueueConfig, "longest_wait_s"): (60, 7200),
    (QueueConfig, "keep_for_pair_s"): (0, 3600),
    (QueueConfig, "call_back_attempts"): (1, 10),
    (QueueConfig, "call_back_every_s"): (60, DAY_S),
    (Relaxation, "after_s"): (1, DAY_S),
    (Relaxation, "level"): (1, 5),
    (Overflow, "after_s"): (0, DAY_S),
    (EmergencyRules, "keep_ready"): (0, 100),
    (EmergencyRules, "call_back_attempts"): (0, 10),
    (EmergencyRules, "call_back_every_s"): (60, 3600),
    (EmergencyRules, "call_back_after_911_s"): (0, 3600),
    (LadderStep, "after_s"): (0, 600),
    (QueueConfig, "ring_timeout_s"): (3, 120),
    (QueueConfig, "wrap_up_s"): (0, 3600),
    (QueueConfig, "service_level_s"): (1, 3600),
    (QueueConfig, "short_abandon_s"): (0, 60),
    (AgentConfig, "skills"): (1, 5),
    (AgentConfig, "rona_rest_s"): (0, 3600),
    (SkillNeed, "level"): (1, 5),
    (AskStep, "attempts"): (1, 5),
    (AskStep, "no_input_s"): (1, 30),
    (CollectStep, "attempts"): (1, 5),
    (CollectStep, "no_input_s"): (1, 30),
    (CollectStep, "inter_digit_s"): (1, 10),
    (CollectStep, "digits"): (1, 30),
    (CollectStep, "minimum"): (0, 999_999),
    (CollectStep, "maximum"): (0, 999_999),
    (QueueStep, "call_back_after_s"): (0, 7200),
    (QueueStep, "agent_wait_s"): (5, 3600),
    (QueueStep, "comfort_every_s"): (10, 600),
    (MessageStep, "max_s"): (5, 600),
    (MessageStep, "promised_s"): (60, 14 * DAY_S),
    (Rule, "version"): (1, 1_000_000),
    (Rule, "any_count"): (1, 20),
}
"""Smallest and largest value of a number, or of each number in a list or mapping."""

WORDS: Mapping[tuple[type, str], tuple[str, ...]] = {
    (RecordingSettings, "consent"): ("announced", "asked", "in-flow", "never"),
}
"""The only words that a text may be."""

FILLED: frozenset[tuple[type, str]] = frozenset(
    {
        (SiteFile, "id"),
        (SiteFile, "title"),
        (SiteFile, "time_zone"),
        (SiteFile, "entry_flow"),
        (SiteFile, "person_queue"),
        (SiteFile, "nurse_queue"),
        (QueueConfig, "title"),
        (AgentConfig, "name"),
        (Rule, "owner"),
    }
)
"""Texts that may not be empty; elsewhere an empty one names nothing, and is told as that."""


def check_ranges(value: object, document: Document, path: Path, report: Report) -> None:
    """Report numbers out of range, words that are not among those wanted, texts left empty."""
    if is_dataclass(value) and not isinstance(value, type):
        for name in _checked_fields(type(value)):
            owner, inner = (type(value), name), getattr(value, name)
            place = (*path, name)
            if limits := RANGES.get(owner):
                _check_number(inner, limits, document, place, report)
            if (words := WORDS.get(owner)) and inner not in words:
                hint = report.nearest(str(inner), words)
                wanted = " or ".join(words)
                message = f"found {shown(inner)}, wanted {wanted}{hint}"
                report.problem(document, place, message)
            if owner in FILLED and document.value(place) == "":
                report.problem(document, place, NOTHING_GIVEN)
            check_ranges(inner, document, place, report)
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            check_ranges(inner, document, (*path, key), report)
    elif isinstance(value, tuple):
        for index, inner in enumerate(value):
            check_ranges(inner, document, (*path, index), report)


@functools.cache
def _checked_fields(cls: type) -> tuple[str, ...]:
    """The fields that are limited, or in which something may be."""
    limited = (*RANGES, *WORDS, *FILLED)
    return tuple(
        name
        for name, kind in field_types(cls).items()
        if (cls, name) in limited or not _holds_only_plain(kind)
    )


def _holds_only_plain(kind: object) -> bool:
    """Whether a type is made of texts, numbers and enums alone, in which nothing is limited."""
    kind = without_none(kind)
    if isinstance(kind, type) and issubclass(kind, str | int | float | Enum):
        return True
    arguments = [each for each in typing.get_args(kind) if each is not Ellipsis]
    return bool(arguments) and all(map(_holds_only_plain, arguments))


def check_written_numbers(
    cls: type, written: object, document: Document, path: Path, report: Report
) -> None:
    """As :func:`check_ranges`, for what is wrong elsewhere: only the whole numbers in it.

    Args:
        cls: the dataclass that it should have been.
        written: what stands in the file.
        document: the file.
        path: where it stands there.
        report: takes the mistakes.
    """
    if not isinstance(written, Mapping):
        return
    for (owner, name), limits in RANGES.items():
        number = written.get(name)
        # A fraction may be what is wrong: it would be told twice.
        if owner is cls and isinstance(number, str) and _WHOLE.fullmatch(number):
            _check_number(int(number), limits, document, (*path, name), report)


def _check_number(
    value: object, limits: tuple[float, float], document: Document, path: Path, report: Report
) -> None:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            _check_number(inner, limits, document, (*path, key), report)
    elif isinstance(value, tuple):
        for index, inner in enumerate(value):
            _check_number(inner, limits, document, (*path, index), report)
    elif isinstance(value, int | float) and not limits[0] <= value <= limits[1]:
        wanted = f"{limits[0]:g} to {limits[1]:g}"
        report.problem(document, path, f"found {value:g}, wanted {wanted}")
