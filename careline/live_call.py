"""What the switchboard itself remembers of a call, beside the call's engine."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

from calls.commands import Command, Enqueue, Say, StartRecording, StopRecording
from calls.facts import CallConnected, CallFact, CallReleased, PromptFinished
from calls.ids import AgentId, CallId
from calls.private import Private
from calls.verdict import Verdict
from careline.call_back_call import CallBackCall
from careline.notes import KEPT_SAID, NOTHING, Note, Said
from careline.rescue import Rescue
from ivr import CallRules, Interpreter
from recordings.consent import Answer, ConsentRule, decide

CallEngine = Interpreter | Rescue | CallBackCall
"""What decides for a call."""

_KEY_PAUSE_S = 3.0
"""Keys of an agent further apart than this do not belong to one code."""


class LiveCall:
    """A call that is not over.

    Args:
        call_id: the call.
        engine: what decides for it; replaced by a :class:`~careline.rescue.Rescue` when it fails.
        rules: the rules the call began with.
        number: the caller's, if it is known.
        shown_in: the call that showed the number, where it is an earlier one.
        answers: the earlier call that this one answers, where we placed it to call somebody back.
        known: what was known of the caller after that.

    Attributes:
        agents: who has spoken with the caller.
        may_call_back: whether nothing was understood that forbids to call the caller.
        advised_911: whether they were told to call 911, and may be doing so.
        danger: words in which triage found something, the latest last.
    """

    def __init__(
        self,
        call_id: CallId,
        engine: CallEngine,
        rules: CallRules,
        number: Private = Private(""),
        shown_in: CallId | None = None,
        answers: CallId | None = None,
        known: Note = NOTHING,
    ) -> None:
        self.engine = engine
        self.call_id = call_id
        self.rules = rules
        self.number = number
        self.shown_in = shown_in or call_id
        self.answers = answers
        self._known = known
        self.agents: set[AgentId] = set()
        self.may_call_back = True
        self.advised_911 = False
        self.danger: list[Said] = []
        self._recordings = 0
        self._recording_id: str | None = None
        self._notice_id: int | None = None
        self._announced = False
        self._keys = ""
        self._keyed_at = 0.0

    # --- consent and recording ------------------------------------------------------------------

    def said(self, commands: Iterable[Command]) -> None:
        """Remember which prompt holds the recording notice, and what was forbidden."""
        notice = self.rules.recording_notice
        texts = () if notice is None else tuple(self.rules.prompts[notice].values())
        for command in commands:
            match command:
                case Say(utterances=utterances, prompt_id=prompt_id):
                    if any(each.text in texts for each in utterances):
                        self._notice_id = prompt_id
                case Enqueue(may_call_back=may_call_back):
                    self.may_call_back &= may_call_back

    def heard(self, words: Private, verdict: Verdict, now: float) -> None:
        """Remember words of danger and what triage forbids, whatever the engine makes of it."""
        self.may_call_back &= verdict.may_call_back
        if verdict.flags or verdict.suppressed or verdict.action.is_red_flag:
            self.danger.append(Said(now, words, verdict))
            del self.danger[:-KEPT_SAID]

    def follow(self, fact: CallFact, rule: ConsentRule) -> list[Command]:
        """Record conversations, where that is permitted.

        Args:
            fact: what happened to the call.
            rule: the site's.
        """
        match fact:
            case PromptFinished(prompt_id=prompt_id, interrupted=interrupted):
                # A notice that was cut short was not given.
                self._announced |= prompt_id == self._notice_id and not interrupted
            case CallConnected(agent_id=agent_id):
                self.agents.add(agent_id)
                start = self._start_recording(rule)
                return [] if start is None else [start]
            case CallReleased():
                return self.stop_recording()
        return []

    def _start_recording(self, rule: ConsentRule) -> StartRecording | None:
        answer = Answer.NONE
        if isinstance(self.engine, Interpreter):
            answer = Answer(self.engine.recording_answer)
        if not decide(rule, announced=self._announced, answer=answer).given:
            return None
        self._recordings += 1
        self._recording_id = f"{self.call_id}-{self._recordings}"
        return StartRecording(call_id=self.call_id, recording_id=self._recording_id)

    def stop_recording(self) -> list[Command]:
        """Close the recording, if there is one."""
        if self._recording_id is None:
            return []
        recording_id, self._recording_id = self._recording_id, None
        return [StopRecording(call_id=self.call_id, recording_id=recording_id)]

    def mend_recording(
        self, running: str | None, now: float, *, connected: bool, rule: ConsentRule
    ) -> list[Command]:
        """What makes the line record what should be recorded, and nothing else, after a restart.

        Args:
            running: the recording that runs on the line, if one does.
            now: seconds since the epoch; names a recording that has to be begun again.
            connected: whether the caller and an agent are connected.
            rule: the site's.
        """
        if self._recording_id is None:
            stop = StopRecording(call_id=self.call_id, recording_id=running or "")
            return [] if running is None else [stop]
        if running is not None:
            # The one that was begun, or one that was begun again after an earlier restart.
            self._recording_id = running
            return []
        again = self._start_recording(rule) if connected else None
        if again is None:
            self._recording_id = None
            return []
        # The line takes no name twice, and a replay knows nothing of an earlier restart.
        self._recording_id = f"{again.recording_id}-{now:.0f}"
        return [replace(again, recording_id=self._recording_id)]

    # --- what is known of the caller ------------------------------------------------------------

    def note(self, given: Private = Private("")) -> Note:
        """What is known of the caller now.

        Args:
            given: where they want to be called, if not at the number that was shown.
        """
        return self._known.with_more(
            number=given or self.number,
            told=self.engine.told if isinstance(self.engine, Interpreter) else {},
            said=tuple(self.danger),
            advised_911=self.advised_911,
        )

    # --- an agent's keys ------------------------------------------------------------------------

    def keyed(self, digits: str, codes: Collection[str], now: float) -> str | None:
        """Take in keys of the connected agent; which of ``codes`` they complete."""
        if now - self._keyed_at > _KEY_PAUSE_S:
            self._keys = ""
        self._keyed_at = now
        for key in digits:
            self._keys += key
            for code in codes:
                if self._keys.endswith(code):
                    self._keys = ""
                    return code
        self._keys = self._keys[-max(map(len, codes)) :]
        return None
