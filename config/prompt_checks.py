"""What can be wrong with the prompts: one is missing, or not in every language."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from config.document import shown
from config.draft import PROMPTS, SITE, Draft
from config.expression_checks import wrong_braces
from config.flow_checks import announced, prompts_of
from config.linking import ANSWER
from config.report import Report
from ivr.flow import AGENT_ESCALATED, ALWAYS_PROMPTS
from ivr.prompts import placeholders
from ivr.tokens import tokens
from triage.protocol import ProtocolSet

_ADVICE = {
    "advice-911": ("911", re.compile(r"9[\s.,-]*1[\s.,-]*1|nine one one|nueve uno uno")),
    "advice-988": ("988", re.compile(r"9[\s.,-]*8[\s.,-]*8|nine eight eight|nueve ocho ocho")),
}


def check_prompts(draft: Draft, report: Report) -> None:
    """Report prompts that are missing, untranslated, empty or never said."""
    document, languages = draft.documents[PROMPTS], draft.site.languages
    if not document.readable:
        return
    needed = dict.fromkeys(ALWAYS_PROMPTS, "every site needs it")
    by_consent = {
        "announced": (draft.site.recording_notice, "it announces the recording"),
        "asked": (draft.site.recording_question, "it asks whether the call may be recorded"),
    }
    if draft.documents[SITE].readable and draft.site.recording.consent in by_consent:
        prompt, why = by_consent[draft.site.recording.consent]
        needed[prompt] = why
    questions = ProtocolSet(protocols=tuple(draft.protocols.values())).questions
    needed |= dict.fromkeys(questions, "a triage rule asks it")
    for flow in draft.flows.values():
        for name, step in flow.steps.items():
            for prompt in announced(step):
                if not prompt.startswith(ANSWER):
                    needed.setdefault(prompt, f"the step {shown(name)} tells callers with it")
    others = document.data.keys() - needed.keys()
    for name, why in needed.items():
        if name not in document.data:
            hint = report.nearest(name, others)
            report.problem(document, (), f"the prompt {shown(name)} is missing: {why}{hint}")
    for name, texts in draft.prompts.items():
        for language, text in texts.items():
            if languages and language not in languages:
                hint = report.nearest(language, languages)
                message = f"the site does not speak {shown(language)}{hint}"
                report.problem(document, (name, language), message, key=True)
            if not tokens(text):
                found = f"there is no word in {shown(text)}: " if text else ""
                report.problem(document, (name, language), f"{found}the prompt says nothing")
            wrong = wrong_braces(text, report)
            if wrong:
                report.problem(document, (name, language), wrong)
        for language in languages:
            if language not in texts and (name, language) not in document.values:
                report.problem(document, (name,), f"there is no text in {shown(language)}")
        _check_advice(name, draft, report)
        _check_values(name, texts, draft, report)
    named = {prompt for _, prompt in _prompts_named(draft)}
    understood = all(flow.ways_known and not flow.broken for flow in draft.flows.values())
    if understood and not draft.broken_protocols:
        # A site that changes its consent rule should find the other prompt still there.
        kept = {AGENT_ESCALATED, *(prompt for prompt, _ in by_consent.values())}
        for name in draft.prompts.keys() - named - needed.keys() - kept:
            report.warning(document, (name,), "nothing says this prompt", key=True)


def _check_advice(name: str, draft: Draft, report: Report) -> None:
    """The advice has to name its number, whatever else is rewritten."""
    if name not in _ADVICE:
        return
    number, expression = _ADVICE[name]
    for language, text in draft.prompts[name].items():
        if not expression.search(text.lower()):
            message = f"the advice does not name {number}; write it as digits, or as words"
            report.problem(draft.documents[PROMPTS], (name, language), message)


def _check_values(name: str, texts: Mapping[str, str], draft: Draft, report: Report) -> None:
    """A value that is said in one language and not in another has been forgotten there."""
    said = {
        language: {value for value, _ in placeholders(text)} for language, text in texts.items()
    }
    every = set[str]().union(*said.values())
    for language, values in said.items():
        for value in sorted(every - values):
            message = f"{{{value}}} is said in another language, and not here"
            report.warning(draft.documents[PROMPTS], (name, language), message)


def _prompts_named(draft: Draft) -> Iterator[tuple[str, str]]:
    for flow in draft.flows.values():
        for step in flow.steps.values():
            yield from prompts_of(step).items()
