"""What can be wrong within a flow: dangling names, dead ends, keys and words that collide."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping

from config.answers import ANSWERS
from config.document import Path, Value, shown
from config.draft import PROMPTS, SITE, Draft, FlowDraft
from config.expression_checks import check_expression, check_placeholders, expressions_in
from config.flow_graph import (
    Edge,
    edges,
    edges_by_digits,
    loops_in_silence,
    questions_after,
    reachable,
)
from config.linking import ANSWER, answer_name, circles
from config.report import Report
from config.step_checks import StepChecker
from config.typing_of import required_fields
from config.variables import FlowVariables, check_variables
from ivr import announcing, names
from ivr.ahead import QUESTIONS
from ivr.flow import INTENT_PROMPTS, READ_BACK_PROMPTS
from ivr.steps import (
    KINDS,
    AnswersStep,
    AskStep,
    Choice,
    Collected,
    CollectStep,
    ConsentStep,
    MessageStep,
    QueueStep,
    Step,
    SubFlowStep,
)
from ivr.tokens import occurs, tokens
from ivr.values import ValueKind

_PROMPT_FIELDS = (
    "prompt",
    "again_prompt",
    "comfort_prompt",
    "call_back_prompt",
    "no_input_prompt",
    "no_match_prompt",
    "read_back_prompt",
    "resolved_prompt",
)


def check_flow(
    flow: FlowDraft, draft: Draft, variables: Mapping[str, FlowVariables], report: Report
) -> None:
    """Report what is wrong within one flow."""
    if not flow.document.readable:
        return
    checker = _FlowChecker(flow, draft, variables, report)
    for name, step in flow.steps.items():
        checker.check_step(name, step)
    check_variables(flow, variables, report)
    checker.check_graph()


def check_flows(draft: Draft, report: Report) -> None:
    """Report flows that enter each other in a circle, and flows that nothing enters."""
    for entering, step_name, way in circles(draft):
        message = f"flows enter each other for ever: {' -> '.join(way)}"
        document = draft.flows[entering].document
        report.problem(document, ("steps", step_name, "flow"), message)
    entered = {
        step.flow
        for flow in draft.flows.values()
        for step in flow.steps.values()
        if isinstance(step, SubFlowStep)
    }
    understood = all(flow.ways_known and not flow.broken for flow in draft.flows.values())
    known = draft.site.entry_flow and understood
    for name, flow in draft.flows.items():
        if known and name not in entered and name != draft.site.entry_flow:
            message = "no call comes here: it is not the entry_flow, and no flow enters it"
            report.warning(flow.document, (), message)


def check_consent(draft: Draft, report: Report) -> None:
    """Report a rule for recordings that no step of a flow, or every one in vain, asks for."""
    document, rule = draft.documents[SITE], draft.site.recording.consent
    asking = [
        (flow, name)
        for flow in draft.flows.values()
        for name, step in flow.steps.items()
        if isinstance(step, ConsentStep)
    ]
    if rule == "in-flow" and not asking and not any(flow.broken for flow in draft.flows.values()):
        message = "no step of the kind 'consent' asks for it: no call is ever recorded"
        report.warning(document, ("recording", "consent"), message)
    if rule == "never":
        for flow, name in asking:
            message = "the site never records calls (recording.consent): nobody need be asked"
            report.warning(flow.document, ("steps", name, "kind"), message)


def prompts_of(step: Step) -> dict[str, str]:
    """The prompts a step names, by the field that names them. See also :func:`announced`."""
    named = ((each, getattr(step, each, None)) for each in _PROMPT_FIELDS)
    return {each: prompt for each, prompt in named if prompt is not None}


def announced(step: Step) -> tuple[str, ...]:
    """The prompts a step says without naming them: of places and of waits, and to make sure."""
    match step:
        case QueueStep():
            return announcing.prompts_of(step)
        case CollectStep() if reads_back(step) and step.read_back_prompt is None:
            return READ_BACK_PROMPTS
        case AskStep() if any(choice.intent is not None for choice in step.choices):
            return INTENT_PROMPTS
        case AnswersStep():
            return (*INTENT_PROMPTS, *map(answer_name, step.answers))
        case _:
            return ()


def reads_back(step: CollectStep) -> bool:
    """Whether a collected value is ever read back."""
    return step.what is not Collected.YES_NO and (step.read_back or step.known is not None)


_WAYS_OUT = frozenset({"next", "goto", "otherwise", "cases", "choices", "on_failure", "no_number"})
"""The keys under which steps name other steps, of those that a kind may not leave out."""

_WAITS = AskStep | CollectStep | AnswersStep | MessageStep
"""Steps at which a caller who stays silent is waited for."""


class _FlowChecker:
    def __init__(
        self,
        flow: FlowDraft,
        draft: Draft,
        variables: Mapping[str, FlowVariables],
        report: Report,
    ) -> None:
        self.flow = flow
        self.draft = draft
        self.report = report
        self.steps = flow.step_names
        self.variables = variables[flow.id]
        self.of_steps = StepChecker(flow, draft, variables, report)

    def problem(self, path: Path, message: str) -> None:
        self.report.problem(self.flow.document, ("steps", *path), message)

    def reference(self, path: Path, kind: str, name: str, names: Collection[str] | None) -> None:
        """As :meth:`config.report.Report.reference`, of a place within the flow's steps."""
        self.report.reference(self.flow.document, ("steps", *path), kind, name, names)

    def check_step(self, name: str, step: Step) -> None:
        for field, prompt in prompts_of(step).items():
            if prompt.startswith(ANSWER):
                known = self.draft.names_if_read(ANSWERS)
                answer = prompt.removeprefix(ANSWER)
                self.reference((name, field), "answer", answer, known)
            else:
                self.reference((name, field), "prompt", prompt, self.draft.names(PROMPTS))
            self.check_values((name, field), prompt, step)
        for prompt in announced(step):
            self.check_values((name,), prompt, step)
        for path, target in edges(step):
            known = self.steps if self.flow.names_known else None
            self.reference((name, *path), "step", target, known)
        for path, expression, yes_no in expressions_in(step):
            check_expression(
                expression,
                (name, *path),
                self.variables,
                self.draft,
                self.report,
                self.problem,
                yes_no=yes_no,
            )
        self.of_steps.check(name, step)

    def check_values(self, path: Path, prompt: str, step: Step) -> None:
        """Look for values in a prompt that this step does not know."""
        special: dict[str, ValueKind | None] = {}
        if isinstance(step, CollectStep) and path[-1] in ("read_back_prompt", path[0]):
            special[names.VALUE] = step.what.kind
        if prompt in INTENT_PROMPTS:
            special |= {names.FIRST: ValueKind.TEXT, names.SECOND: ValueKind.TEXT}
        check_placeholders(
            prompt, special, path, self.variables, self.draft, self.report, self.problem
        )

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
        if not self.leads_nobody_knows_where(reached):
            for name in flow.step_names - reached:
                where = ("steps", name)
                self.report.problem(flow.document, where, "no step leads here", key=True)
        for loop in loops_in_silence(flow.steps):
            around = " -> ".join(shown(name)[1:-1] for name in (*loop[:6], loop[0]))
            waits = any(isinstance(flow.steps[name], _WAITS) for name in loop)
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
                spoken = choice.digit is None and (choice.words or choice.intent)
                if spoken and choice.goto in words_only:
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

    def leads_nobody_knows_where(self, reached: Collection[str]) -> bool:
        """Whether a way out is missing, so that what follows cannot be told."""
        return any(
            _lacks_a_way_out(self.flow.broken[name])
            if name in self.flow.broken
            else "" in {target for _, target in edges(self.flow.steps[name])}
            for name in reached
        )

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


def _lacks_a_way_out(raw: Value) -> bool:
    """Whether a step that was not understood is without a key that its kind must lead on by."""
    if not isinstance(raw, dict):
        return True
    kind = KINDS.get(str(raw.get("kind")))
    needed = set() if kind is None else required_fields(kind) & _WAYS_OUT
    return not all(raw.get(key) for key in needed)


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
