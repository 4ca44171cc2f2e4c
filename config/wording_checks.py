"""What can be wrong with what is said beside the prompts of steps: answers, titles, our own."""

from __future__ import annotations

from collections.abc import Mapping

from config.answers import ANSWERS
from config.document import Document
from config.draft import PROMPTS, Draft
from config.expression_checks import wrong_braces
from config.intents import INTENTS
from config.report import Report
from ivr import names
from ivr.flow import AGENT_ESCALATED, ALWAYS_PROMPTS
from ivr.prompts import placeholders
from triage.protocol import ProtocolSet

_AS_WRITTEN = frozenset(
    {"advice-911", "on-call", "call-back", "agent-ready", "agent-break", "agent-out"}
    | {AGENT_ESCALATED}
)
"""Prompts that are said in every language, or to somebody else than the caller: no value is put
into them."""


def check_wording(draft: Draft, report: Report) -> None:
    """Report values where none can be said, and values that are written in no such way."""
    _check_braces(draft, report)
    _check_own_prompts(draft, report)


def _check_braces(draft: Draft, report: Report) -> None:
    """How values are written in the texts of answers and in titles, which are read out too."""
    for name, answer in draft.answers.items():
        document = draft.documents[ANSWERS]
        for language, text in answer.text.items():
            if wrong := wrong_braces(text, report):
                report.problem(document, (name, "text", language), wrong)
        _check_title(document, name, answer.title, report)
    for name, intent in draft.intents.items():
        _check_title(draft.documents[INTENTS], name, intent.title, report)


def _check_title(document: Document, name: str, title: Mapping[str, str], report: Report) -> None:
    for language, text in title.items():
        if "{" in text or "}" in text:
            message = "a title is said as it is written; leave out the braces and what is in them"
            report.problem(document, (name, "title", language), message)


def _check_own_prompts(draft: Draft, report: Report) -> None:
    """What the line says by itself, at any moment of a call, cannot know a flow's variables."""
    questions = ProtocolSet(protocols=tuple(draft.protocols.values())).questions
    recording = {draft.site.recording_notice, draft.site.recording_question}
    for prompt in {*ALWAYS_PROMPTS, AGENT_ESCALATED, *questions, *recording} & draft.prompts.keys():
        as_written = prompt in _AS_WRITTEN or prompt in recording
        for language, text in draft.prompts[prompt].items():
            for value, _ in placeholders(text):
                if as_written:
                    message = f"{{{value}}} would be read out as it stands; leave it out"
                elif names.kind_of_name(value) is None:
                    message = (
                        f"the line says this by itself, and knows no {{{value}}} then; leave it out"
                    )
                else:
                    continue
                report.problem(draft.documents[PROMPTS], (prompt, language), message)
