"""What others see of a call in the flow: who reports, who shows it, and who looks ahead of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from calls.ids import CallId
from calls.outcome import Outcome
from calls.verdict import Verdict
from ivr import choosing
from ivr.asking import is_typing
from ivr.course import Course
from ivr.everywhere import wish_in
from ivr.flow import Flow
from ivr.states import State
from ivr.steps import AskStep, SayStep, Step
from ivr.timers import Timer
from ivr.values import Value


class View:
    """A call as others see it.

    Args:
        course: where it stands.
    """

    def __init__(self, course: Course) -> None:
        self._course = course

    @property
    def call_id(self) -> CallId:
        """The call."""
        return self._course.call_id

    @property
    def flow(self) -> Flow:
        """The version of the flow that this call keeps."""
        return self._course.flow

    @property
    def state(self) -> State:
        """Where the call stands."""
        return self._course.state

    @property
    def step(self) -> str | None:
        """The flow's step at which the call stands, or stood when it left the flow."""
        return self._course.step_name

    @property
    def waits_in(self) -> str | None:
        """The routine queue that the caller waits in; ``None`` while they wait in none."""
        step = self._course.queue_step
        return step.queue if step is not None and self.state is State.WAITING else None

    @property
    def offers_call_back(self) -> bool:
        """Whether the caller waits and has been offered a call-back instead."""
        return self.state is State.WAITING and self._course.wait.call_back_offered

    @property
    def is_to_be_offered_call_back(self) -> bool:
        """Whether the caller waits and will be offered a call-back if they wait long enough."""
        return self.state is State.WAITING and self._course.timers.due(Timer.CALL_BACK) is not None

    @property
    def keeps_place(self) -> bool:
        """Whether the caller is being promised a call-back."""
        return self._course.keeps_place is not None

    @property
    def language(self) -> str:
        """The call's language now."""
        return self._course.voice.language

    @property
    def acuity(self) -> Verdict:
        """The worst verdict so far."""
        return self._course.lane.acuity

    @property
    def was_connected(self) -> bool:
        """Whether an agent has spoken with the caller."""
        return self._course.ledger.connected

    @property
    def recording_answer(self) -> Literal["yes", "no", "none"]:
        """The caller's answer to the question for consent; ``none`` where it was not clear."""
        match self._course.may_record:
            case None:
                return "none"
            case permitted:
                return "yes" if permitted else "no"

    @property
    def takes_digits(self) -> bool:
        """Whether a value is being typed: every digit belongs to it, those for help included."""
        return is_typing(self._course)

    @property
    def trail(self) -> tuple[str, ...]:
        """The paths of the steps taken so far, and where the flow was left, in order."""
        return tuple(self._course.trail)

    @property
    def told(self) -> Mapping[str, Value]:
        """The values that the caller was asked for and gave. Private: never log them."""
        return self._course.told

    @property
    def outcome(self) -> Outcome | None:
        """How the call ended; ``None`` while it lasts."""
        return self._course.outcome

    @property
    def site(self) -> str:
        """The site's id."""
        return self._course.rules.site

    @property
    def prompt_id(self) -> int | None:
        """The prompt that plays; ``None`` while none does."""
        return self._course.voice.prompt_id

    # --- for whoever looks ahead ----------------------------------------------------------------

    @property
    def asked(self) -> Step | None:
        """The step whose question is put, if one is."""
        return self._course.step if self.state is State.ANSWERING else None

    @property
    def is_confirming(self) -> bool:
        """Whether the caller is asked if they were understood."""
        course = self._course
        asks = self.state is State.ANSWERING
        return asks and (bool(course.meant) or course.collection.pending is not None)

    @property
    def hears_speech(self) -> bool:
        """Whether what the caller says now can be understood by a recogniser."""
        voice = self._course.voice
        return voice.is_understood and not voice.speech_failed

    @property
    def may_press_ahead(self) -> bool:
        """Whether keys for later questions are taken now, and none has been pressed yet."""
        course = self._course
        asks_later = self.state is State.GREETING or isinstance(course.step, SayStep)
        return asks_later and not course.keys_ahead

    @property
    def typing_until(self) -> float | None:
        """When what the caller types counts as whole; ``None`` while they type nothing."""
        return self._course.timers.due(Timer.TYPING)

    @property
    def looks_up(self) -> bool:
        """Whether something is being asked elsewhere."""
        return self.state is State.LOOKING_UP

    @property
    def was_helped(self) -> bool:
        """Whether a message was left, or a call-back is owed."""
        ledger = self._course.ledger
        return ledger.message_taken or ledger.call_back_owed or self._course.messages.taken

    def would_choose(self, words: str) -> bool:
        """Whether words would choose something where the call stands, or mean something at all."""
        course = self._course
        if wish_in(words) is not None:
            return True
        if not isinstance(course.step, AskStep) or self.state is not State.ANSWERING:
            return False
        chosen = choosing.choose(course, words, ruled_out=False)
        return chosen.choice is not None or bool(chosen.meant) or chosen.torn
