"""What can be wrong with a step by itself: what it names elsewhere, and what does not fit in it."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from calls.requirement import SkillNeed
from config.answers import ANSWERS
from config.document import Path, shown
from config.draft import AGENTS, QUEUES, Draft, FlowDraft
from config.intents import INTENTS
from config.linking import free_keys
from config.lookups import LOOKUPS, PROVIDERS_SOURCE
from config.report import Report
from config.table import Table
from config.variables import WANTED, FlowVariables, kind_of
from ivr import names
from ivr.flow import Keys
from ivr.prompts import placeholders
from ivr.steps import (
    AnswersStep,
    AskStep,
    BranchStep,
    CallBackStep,
    Choice,
    Collected,
    CollectStep,
    LookupStep,
    MessageStep,
    QueueStep,
    ReturnStep,
    SetStep,
    Step,
    SubFlowStep,
    TransferStep,
)
from ivr.tokens import tokens
from ivr.values import ValueKind

DIGITS = "0123456789*#"
_PROVIDERS_GIVEN = ("specialty", "zip", "language", "accepting", "skip")
_PROVIDERS_TOLD = (
    *("id", "name", "specialty", "languages", "accepting", "count", "place", "street"),
    *("city", "state", "zip", "phone", "note", "miles"),
)
_VARIABLE = re.compile(r"[a-z][a-z0-9_-]{0,47}")
_AT = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*")
_FAR = re.compile(r"[0-9]{4,}")
_RESERVED = frozenset(
    {"and", "or", "not", "in", "is", "set", "yes", "no", "true", "false"}
    | {names.VALUE, names.FIRST, names.SECOND, "call", "caller", names.CALENDAR}
)


class StepChecker:
    """Checks the steps of one flow, one at a time.

    Args:
        flow: the flow.
        draft: the site.
        variables: of every flow.
        report: takes the mistakes.
    """

    def __init__(
        self,
        flow: FlowDraft,
        draft: Draft,
        variables: Mapping[str, FlowVariables],
        report: Report,
    ) -> None:
        self._flow = flow
        self._draft = draft
        self._variables = variables
        self._own = variables[flow.id]
        self._report = report
        self._skills = skill_names(draft)
        self._rules = {rule.id for each in draft.protocols.values() for rule in each.rules}

    def check(self, name: str, step: Step) -> None:
        """Report what is wrong with a step."""
        match step:
            case AskStep():
                self._check_ask(name, step)
            case CollectStep():
                self._check_collect(name, step)
            case BranchStep():
                if not step.cases:
                    self._problem((name, "cases"), "a branch needs at least one case")
            case SetStep():
                self._check_set(name, step)
            case LookupStep():
                self._check_lookup(name, step)
            case QueueStep():
                self._check_queue(name, step)
            case CallBackStep():
                self._reference((name, "queue"), "queue", step.queue, self._draft.names(QUEUES))
                self._check_skills((name, "skills"), step.skills)
            case MessageStep():
                self._reference((name, "queue"), "queue", step.queue, self._draft.names(QUEUES))
            case TransferStep():
                outside = self._draft.outside()
                self._reference((name, "destination"), "outside name", step.destination, outside)
            case AnswersStep():
                self._check_answers(name, step)
            case SubFlowStep():
                self._check_sub_flow(name, step)
            case ReturnStep() if self._flow.id == self._draft.site.entry_flow:
                message = "calls begin with this flow, so there is nowhere to return to"
                self._problem((name, "kind"), message)
            case _:
                pass

    def _problem(self, path: Path, message: str) -> None:
        self._report.problem(self._flow.document, ("steps", *path), message)

    def _reference(self, path: Path, kind: str, name: str, known: Collection[str] | None) -> None:
        self._report.reference(self._flow.document, ("steps", *path), kind, name, known)

    # --- questions ------------------------------------------------------------------------------

    def _check_ask(self, name: str, step: AskStep) -> None:
        if not step.choices:
            self._problem((name, "choices"), "a question needs at least one choice")
        digits: dict[str, int] = {}
        intents: dict[str, int] = {}
        phrases: dict[tuple[str, str], int] = {}
        for index, choice in enumerate(step.choices):
            path = (name, "choices", index)
            self._check_choice(path, choice)
            for key, taken, what in (
                ("digit", digits, choice.digit),
                ("intent", intents, choice.intent),
            ):
                if what is not None:
                    if what in taken:
                        message = f"{shown(what)} is bound already, by choice {taken[what]}"
                        self._problem((*path, key), message)
                    taken.setdefault(what, index + 1)
            for language, words in choice.words.items():
                for place, text in enumerate(words):
                    phrase = (language, " ".join(tokens(text)))
                    if phrase in phrases:
                        message = f"{shown(text)} stands already under choice {phrases[phrase]}"
                        self._problem((*path, "words", language, place), message)
                    phrases.setdefault(phrase, index + 1)

    def _check_choice(self, path: Path, choice: Choice) -> None:
        if choice.digit is None and choice.intent is None and not any(choice.words.values()):
            message = "nothing chooses this: it has neither 'digit' nor 'words' nor 'intent'"
            self._problem(path, message)
        if choice.digit is not None:
            self._check_digit((*path, "digit"), choice.digit)
        if choice.intent is not None:
            self._reference(
                (*path, "intent"), "intent", choice.intent, self._draft.names_if_read(INTENTS)
            )
        for language, words in choice.words.items():
            self._check_language((*path, "words", language), language)
            for place, text in enumerate(words):
                if not tokens(text):
                    message = f"there is no word in {shown(text)}"
                    self._problem((*path, "words", language, place), message)
        if (choice.goto is None) == (choice.red_flag is None):
            self._problem(path, "wanted exactly one of 'goto' and 'red_flag'")
        if choice.red_flag is not None and not self._draft.broken_protocols:
            self._reference((*path, "red_flag"), "protocol rule", choice.red_flag, self._rules)
        self._check_values((*path, "set"), choice.set)

    def _check_digit(self, path: Path, digit: str) -> None:
        keys: Keys = self._draft.site.keys
        taken = {
            keys.person: "a person",
            keys.repeat: "repeat",
            keys.emergency: "an emergency",
            keys.slower: "slower",
            keys.louder: "louder",
            keys.language: "another language",
        }
        if len(digit) != 1 or digit not in DIGITS:
            self._problem(path, f"found {shown(digit)}, wanted one of the keys {' '.join(DIGITS)}")
        elif digit in taken:
            message = f"{shown(digit)} means {taken[digit]} everywhere at this site; choose another"
            self._problem(path, message)

    def _check_language(self, path: Path, language: str) -> None:
        languages = self._draft.site.languages
        if languages and language not in languages:
            hint = self._report.nearest(language, languages)
            known = ", ".join(languages)
            message = f"the site does not speak {shown(language)}, only {known}{hint}"
            self._problem(path, message)

    def _check_collect(self, name: str, step: CollectStep) -> None:
        self._check_variable((name, "into"), step.into)
        if step.what is Collected.DIGITS and step.digits is None:
            self._problem((name,), "'digits' is missing: how many digits are there?")
        if step.maximum < step.minimum:
            message = f"the largest number {step.maximum} is below the smallest {step.minimum}"
            self._problem((name, "maximum"), message)
        if step.known is not None:
            kind = kind_of(step.known, self._own)
            if kind is not None and kind is not step.what.kind:
                message = f"found {WANTED[kind]}, wanted {WANTED[step.what.kind]}"
                self._problem((name, "known"), message)
        prompt = step.read_back_prompt
        for language, text in self._draft.prompts.get(prompt or "", {}).items():
            if names.VALUE not in {each for each, _ in placeholders(text)}:
                message = (
                    f"the prompt {shown(prompt)} does not say {{value}} in {shown(language)}: "
                    "nothing is read back"
                )
                self._problem((name, "read_back_prompt"), message)

    def _check_answers(self, name: str, step: AnswersStep) -> None:
        if not step.answers:
            self._problem((name, "answers"), "wanted at least one answer")
        seen: set[str] = set()
        for index, answer in enumerate(step.answers):
            path: Path = (name, "answers", index)
            self._reference(path, "answer", answer, self._draft.names_if_read(ANSWERS))
            if answer in seen:
                self._problem(path, f"{shown(answer)} stands twice")
            seen.add(answer)
        keys = len(free_keys(self._draft))
        if step.other is not None and len(step.answers) >= keys:
            message = f"no key is left for this: a question has {keys}"
            self._problem((name, "other"), message)

    # --- variables ------------------------------------------------------------------------------

    def _check_variable(self, path: Path, variable: str) -> None:
        if variable == names.LANGUAGE:
            self._problem(path, "'language' is the call's language: set it with a 'set' step")
        elif not _VARIABLE.fullmatch(variable) or variable in _RESERVED:
            wanted = "wanted small letters, digits, '-' and '_', at most 48, and no word of its own"
            self._problem(path, f"{shown(variable)} is no name for a variable, {wanted}")

    def _check_set(self, name: str, step: SetStep) -> None:
        self._check_values((name, "values"), step.values)
        if not step.values and not step.compute:
            self._problem((name,), "nothing is set: give 'values' or 'compute'")
        for variable in step.compute:
            if variable != names.LANGUAGE:
                self._check_variable((name, "compute", variable), variable)
            elif kind_of(step.compute[variable], self._own) not in (ValueKind.TEXT, None):
                self._problem((name, "compute", variable), "a language is text, such as 'es'")
            if variable in step.values:
                message = f"{shown(variable)} is set twice, here and in 'values'"
                self._problem((name, "compute", variable), message)

    def _check_values(self, path: Path, values: Mapping[str, str]) -> None:
        for variable, value in values.items():
            if variable == names.LANGUAGE:
                self._check_language((*path, variable), value)
            else:
                self._check_variable((*path, variable), variable)

    # --- elsewhere ------------------------------------------------------------------------------

    def _check_lookup(self, name: str, step: LookupStep) -> None:
        known = self._draft.names_if_read(LOOKUPS)
        if known is not None and self._draft.has_providers():
            known |= {PROVIDERS_SOURCE}
        self._reference((name, "source"), "source", step.source, known)
        wanted: Collection[str] | None = None
        columns: Collection[str] | None = None
        table: Table | None = None
        if step.source == PROVIDERS_SOURCE:
            wanted, columns = _PROVIDERS_GIVEN, _PROVIDERS_TOLD
        elif step.source in self._draft.lookups:
            source = self._draft.lookups[step.source]
            table = self._draft.tables.get(step.source)
            if table is None:
                wanted = source.placeholders
            elif table.readable:
                wanted = columns = [*table.columns]
            if table is not None and not step.given:
                self._problem((name, "given"), "'given' is missing: which row is wanted?")
            for each in self._left_out(step.given, source.placeholders):
                message = f"{shown(step.source)} asks for {shown(each)}, and it is not given"
                self._problem((name, "given"), message)
        if wanted is not None:
            kind = "placeholder" if table is None else "column"
            for given in step.given:
                self._reference((name, "given", given), kind, given, wanted)
        for variable, saved in step.save.items():
            self._check_variable((name, "save", variable), variable)
            if not _AT.fullmatch(saved.at):
                message = f"found {shown(saved.at)}, wanted a place such as name.0.given"
                self._problem((name, "save", variable), message)
                continue
            far = next((each for each in saved.at.split(".") if _FAR.fullmatch(each)), None)
            if far is not None:
                message = f"found {shown(far)}, wanted a position of at most 3 digits"
                self._problem((name, "save", variable), message)
                continue
            first, dot, _ = saved.at.partition(".")
            self._reference((name, "save", variable), "column", first, columns)
            if dot and table is not None and columns is not None and first in columns:
                message = f"found {shown(saved.at)}; a table has columns and nothing within them, "
                self._problem((name, "save", variable), f"{message}wanted {shown(first)}")

    def _left_out(self, given: Collection[str], wanted: Collection[str]) -> list[str]:
        """What is wanted and not given; one that is misspelt is not left out as well."""
        misspelt = {self._report.meant(each, wanted) for each in given if each not in wanted}
        return [each for each in wanted if each not in given and each not in misspelt]

    def _check_queue(self, name: str, step: QueueStep) -> None:
        known = self._draft.names(QUEUES) or frozenset()
        self._reference((name, "queue"), "queue", step.queue, self._draft.names(QUEUES))
        self._check_skills((name, "skills"), step.skills)
        self._check_skills((name, "companion"), step.companion)
        if (step.call_back is None) != (step.call_back_prompt is None):
            message = "wanted both 'call_back' and 'call_back_prompt', or neither"
            self._problem((name,), message)
        target = self._flow.steps.get(step.call_back or "")
        if target is not None and not isinstance(target, CallBackStep):
            message = f"{shown(step.call_back)} is no step of the kind 'call-back'"
            self._problem((name, "call_back"), message)
        elif target is not None and target.queue != step.queue and known >= {target.queue}:
            message = f"{shown(step.call_back)} keeps a place in the queue {shown(target.queue)}"
            self._problem((name, "call_back"), message)

    def _check_skills(self, path: Path, needs: tuple[SkillNeed, ...]) -> None:
        for index, need in enumerate(needs):
            self._reference((*path, index, "skill"), "skill", need.skill, self._skills)

    def _check_sub_flow(self, name: str, step: SubFlowStep) -> None:
        self._reference((name, "flow"), "flow", step.flow, self._draft.flows.keys())
        entered = self._draft.flows.get(step.flow)
        if entered is None or not entered.document.readable:
            return
        arguments = entered.arguments.keys() | entered.broken_arguments
        for argument in step.given:
            self._reference((name, "given", argument), "argument", argument, arguments)
        for argument in self._left_out(step.given, entered.arguments):
            wanted = WANTED[entered.arguments[argument]]
            message = f"the flow {shown(step.flow)} wants {shown(argument)}: {wanted}"
            self._problem((name, "given"), message)
        for argument, kind in entered.arguments.items():
            if argument not in step.given:
                continue
            given = kind_of(step.given[argument], self._own)
            if given is not None and given is not kind:
                message = f"found {WANTED[given]}, wanted {WANTED[kind]}"
                self._problem((name, "given", argument), message)
        of = self._variables[step.flow]
        if not of.returns and not entered.broken:
            message = f"the flow {shown(step.flow)} has no step of the kind 'return'"
            self._problem((name, "next"), message)
        elif step.into is not None:
            self._check_variable((name, "into"), step.into)
            if of.result is None and not entered.broken:
                message = f"the flow {shown(step.flow)} returns no value"
                self._problem((name, "into"), message)


def skill_names(draft: Draft) -> set[str] | None:
    """Every skill that an agent has; ``None`` when agents.yaml could not be read whole."""
    document = draft.documents[AGENTS]
    if not document.readable or len(draft.agents) < len(document.data):
        return None
    return {skill for agent in draft.agents.values() for skill in agent.skills}
