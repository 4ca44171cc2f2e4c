"""What can be wrong within a flow: dangling names, dead ends, keys and words that collide."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

from calls.requirement import SkillNeed
from config.document import Path, shown
from config.draft import AGENTS, CALENDARS, PROMPTS, QUEUES, Draft, FlowDraft
from config.flow_graph import (
    Edge,
    edges,
    edges_by_digits,
    loops_in_silence,
    questions_after,
    reachable,
)
from config.report import Report
from ivr import announcing
from ivr.ahead import QUESTIONS
from ivr.flow import Keys
from ivr.matching import occurs, tokens
from ivr.steps import (
    AskStep,
    BranchStep,
    Case,
    Choice,
    MessageStep,
    QueueStep,
    SetStep,
    Step,
    TransferStep,
)

LANGUAGE = "language"
"""The one variable that every call has."""
DIGITS = "0123456789*#"
_PROMPT_FIELDS = (
    "prompt",
    "again_prompt",
    "comfort_prompt",
    "no_input_prompt",
    "no_match_prompt",
)


def check_flow(flow: FlowDraft, draft: Draft, report: Report) -> None:
    """Report what is wrong within one flow."""
    if not flow.document.readable:
        return
    checker = _FlowChecker(flow, draft, report)
    for name, step in flow.steps.items():
        checker.check_step(name, step)
    checker.check_graph()


def prompts_of(step: Step) -> dict[str, str]:
    """The prompts a step names, by the field that names them. See also :func:`announced`."""
    named = ((each, getattr(step, each, None)) for each in _PROMPT_FIELDS)
    return {each: prompt for each, prompt in named if prompt is not None}


def announced(step: Step) -> tuple[str, ...]:
    """The prompts a step says without naming them: of places and of waits."""
    return announcing.prompts_of(step) if isinstance(step, QueueStep) else ()


class _FlowChecker:
    def __init__(self, flow: FlowDraft, draft: Draft, report: Report) -> None:
        self.flow = flow
        self.draft = draft
        self.report = report
        self.steps = flow.step_names
        self.variables = {LANGUAGE} | {name for step in flow.steps.values() for name in _sets(step)}

    def problem(self, path: Path, message: str) -> None:
        self.report.problem(self.flow.document, ("steps", *path), message)

    def reference(self, path: Path, kind: str, name: str, names: Collection[str] | None) -> None:
        """As :meth:`config.report.Report.reference`, of a place within the flow's steps."""
        self.report.reference(self.flow.document, ("steps", *path), kind, name, names)

    def check_step(self, name: str, step: Step) -> None:
        for field, prompt in prompts_of(step).items():
            self.reference((name, field), "prompt", prompt, self.draft.names(PROMPTS))
        for path, target in edges(step):
            known = self.steps if self.flow.names_known else None
            self.reference((name, *path), "step", target, known)
        match step:
            case AskStep():
                self.check_ask(name, step)
            case BranchStep():
                if not step.cases:
                    self.problem((name, "cases"), "a branch needs at least one case")
                for index, case in enumerate(step.cases):
                    self.check_case((name, "cases", index), case)
            case SetStep():
                self.check_set((name, "values"), step.values)
            case QueueStep():
                self.reference((name, "queue"), "queue", step.queue, self.draft.names(QUEUES))
                self.check_skills((name, "skills"), step.skills)
                self.check_skills((name, "companion"), step.companion)
            case MessageStep():
                self.reference((name, "queue"), "queue", step.queue, self.draft.names(QUEUES))
            case TransferStep():
                outside = self.draft.outside()
                self.reference((name, "destination"), "outside name", step.destination, outside)
            case _:
                pass

    def check_skills(self, path: Path, needs: tuple[SkillNeed, ...]) -> None:
        known = skill_names(self.draft)
        for index, need in enumerate(needs):
            self.reference((*path, index, "skill"), "skill", need.skill, known)

    # --- questions ------------------------------------------------------------------------------

    def check_ask(self, name: str, step: AskStep) -> None:
        if not step.choices:
            self.problem((name, "choices"), "a question needs at least one choice")
        digits: dict[str, int] = {}
        phrases: dict[tuple[str, str], int] = {}
        for index, choice in enumerate(step.choices):
            path = (name, "choices", index)
            self.check_choice(path, choice)
            if choice.digit is not None:
                if choice.digit in digits:
                    message = (
                        f"{shown(choice.digit)} is bound already, by choice {digits[choice.digit]}"
                    )
                    self.problem((*path, "digit"), message)
                digits.setdefault(choice.digit, index + 1)
            for language, words in choice.words.items():
                for place, text in enumerate(words):
                    phrase = (language, " ".join(tokens(text)))
                    if phrase in phrases:
                        message = f"{shown(text)} stands already under choice {phrases[phrase]}"
                        self.problem((*path, "words", language, place), message)
                    phrases.setdefault(phrase, index + 1)

    def check_choice(self, path: Path, choice: Choice) -> None:
        if choice.digit is None and not any(choice.words.values()):
            self.problem(path, "nothing chooses this: it has neither 'digit' nor 'words'")
        if choice.digit is not None:
            self.check_digit((*path, "digit"), choice.digit)
        for language, words in choice.words.items():
            self.check_language((*path, "words", language), language)
            for place, text in enumerate(words):
                if not tokens(text):
                    message = f"there is no word in {shown(text)}"
                    self.problem((*path, "words", language, place), message)
        if (choice.goto is None) == (choice.red_flag is None):
            self.problem(path, "wanted exactly one of 'goto' and 'red_flag'")
        if choice.red_flag is not None and not self.draft.broken_protocols:
            rules = {rule.id for each in self.draft.protocols.values() for rule in each.rules}
            self.reference((*path, "red_flag"), "protocol rule", choice.red_flag, rules)
        self.check_set((*path, "set"), choice.set)

    def check_digit(self, path: Path, digit: str) -> None:
        keys: Keys = self.draft.site.keys
        taken = {keys.person: "a person", keys.repeat: "repeat", keys.emergency: "an emergency"}
        if len(digit) != 1 or digit not in DIGITS:
            self.problem(path, f"found {shown(digit)}, wanted one of the keys {' '.join(DIGITS)}")
        elif digit in taken:
            message = f"{shown(digit)} means {taken[digit]} everywhere at this site; choose another"
            self.problem(path, message)

    def check_language(self, path: Path, language: str) -> None:
        languages = self.draft.site.languages
        if languages and language not in languages:
            hint = self.report.nearest(language, languages)
            known = ", ".join(languages)
            message = f"the site does not speak {shown(language)}, only {known}{hint}"
            self.problem(path, message)

    # --- variables ------------------------------------------------------------------------------

    def check_set(self, path: Path, values: object) -> None:
        if isinstance(values, dict) and LANGUAGE in values:
            self.check_language((*path, LANGUAGE), values[LANGUAGE])

    def check_case(self, path: Path, case: Case) -> None:
        if (case.calendar is None) == (case.variable is None):
            self.problem(path, "wanted exactly one of 'calendar' and 'variable'")
        if case.calendar is not None:
            known = self.draft.names(CALENDARS)
            self.reference((*path, "calendar"), "calendar", case.calendar, known)
            if case.equals not in ("open", "closed"):
                message = f"found {shown(case.equals)}, wanted open or closed"
                self.problem((*path, "equals"), message)
        if case.variable == LANGUAGE:
            self.check_language((*path, "equals"), case.equals)
        elif (
            case.variable is not None
            and case.variable not in self.variables
            and self.flow.ways_known
        ):
            hint = self.report.nearest(case.variable, self.variables)
            message = f"no step sets the variable {shown(case.variable)}{hint}"
            self.problem((*path, "variable"), message)

    # --- the way through ------------------------------------------------------------------------

    def check_graph(self) -> None:
        flow = self.flow
        if not flow.step_names or not flow.start or not flow.ways_known:
            return
        if flow.start not in flow.step_names:
            hint = self.report.nearest(flow.start, flow.step_names)
            message = f"unknown step {shown(flow.start)}{hint}"
            self.report.problem(flow.document, ("start",), message)
            return
        reached = reachable(flow, self.as_meant(edges), [flow.start])
        for name in flow.step_names - reached:
            where = ("steps", name)
            self.report.problem(flow.document, where, "no step leads here", key=True)
        for loop in loops_in_silence(flow.steps):
            around = " -> ".join(shown(name)[1:-1] for name in (*loop[:6], loop[0]))
            waits = any(isinstance(flow.steps[name], AskStep | MessageStep) for name in loop)
            what = "a caller who stays silent goes" if waits else "without any wait this goes"
            self.problem((loop[0],), f"{what} round for ever: {around}")
        by_digits = reachable(flow, self.as_meant(edges_by_digits), [flow.start])
        words_only = flow.step_names - by_digits
        for name in (name for name in flow.steps if name in reached):
            step = flow.steps[name]
            if not isinstance(step, AskStep):
                continue
            if step.silent_goto is not None:
                self.check_carried(name, step)
            for index, choice in enumerate(step.choices):
                if choice.digit is None and choice.words and choice.goto in words_only:
                    message = "only words lead here; give it a 'digit', for not every caller speaks"
                    self.problem((name, "choices", index), message)

    def as_meant(self, ways: Callable[[Step], Iterator[Edge]]) -> Callable[[Step], Iterator[Edge]]:
        """The same ways, but a misspelt name leads to the step that was meant.

        Else one slip of the pen would make all that follows look as if nothing led there.
        """

        def mended(step: Step) -> Iterator[Edge]:
            for path, target in ways(step):
                known = target in self.steps
                yield path, target if known else self.report.meant(target, self.steps) or target

        return mended

    def check_carried(self, name: str, step: AskStep) -> None:
        """Look for words meant for a later question that an optional one would keep to itself."""
        later = questions_after(name, self.flow.steps, QUESTIONS)
        later.pop(name, None)
        for index, choice in enumerate(step.choices):
            for language, words in choice.words.items():
                for place, text in enumerate(words):
                    for question, other in later.items():
                        longer = _longer(text, choice, other, language)
                        if longer is None:
                            continue
                        message = (
                            f"who says {shown(longer)} here means the question {shown(question)}, "
                            f"and is taken to have said {shown(text)}"
                        )
                        path = ("steps", name, "choices", index, "words", language, place)
                        self.report.warning(self.flow.document, path, message)


def _longer(text: str, choice: Choice, other: AskStep, language: str) -> str | None:
    """A phrase that leads elsewhere at another question, and in which ``text`` occurs."""
    short = tokens(text)
    for each in other.choices:
        if (each.goto, each.red_flag) == (choice.goto, choice.red_flag):
            continue
        for phrase in each.words.get(language, ()):
            said = tokens(phrase)
            if len(said) > len(short) and occurs(short, said):
                return phrase
    return None


def skill_names(draft: Draft) -> set[str] | None:
    """Every skill that an agent has; ``None`` when agents.yaml could not be read whole."""
    document = draft.documents[AGENTS]
    if not document.readable or len(draft.agents) < len(document.data):
        return None
    return {skill for agent in draft.agents.values() for skill in agent.skills}


def _sets(step: Step) -> set[str]:
    if isinstance(step, SetStep):
        return set(step.values)
    if isinstance(step, AskStep):
        return {name for choice in step.choices for name in choice.set}
    return set()
