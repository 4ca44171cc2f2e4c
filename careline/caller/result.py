"""What came of a call that was placed."""

from __future__ import annotations

from dataclasses import dataclass, field

from calls.ports import SAMPLE_RATE_HZ


@dataclass(slots=True)
class CallResult:
    """What came of a call.

    Attributes:
        began_at: when it was dialled, in the event loop's time.
        call_id: the line's name for it, once that is known.
        timeline: what the caller did and what the line told of it, by time.
        answered_by: agents the caller talked with.
        answered_after_s: until the first of them.
        outcome: how the call ended, as the line counts it.
        failures: what was expected and did not happen.
        heard: the line's side of the call from the dialling on, as PCM.
        heard_before_answer_s: how much of it came before the first agent; ``None`` when nobody
            answered.
    """

    began_at: float = 0.0
    call_id: str = ""
    timeline: list[tuple[float, str, str]] = field(default_factory=list)
    answered_by: list[str] = field(default_factory=list)
    answered_after_s: float | None = None
    outcome: str | None = None
    failures: list[str] = field(default_factory=list)
    heard: bytes = b""
    heard_before_answer_s: float | None = None

    @property
    def heard_of_agent(self) -> bytes:
        """What was heard after the answer."""
        if self.heard_before_answer_s is None:
            return b""
        return self.heard_between(self.heard_before_answer_s)

    def heard_between(self, start_s: float, end_s: float | None = None) -> bytes:
        """What was heard from ``start_s`` to ``end_s`` (the end, if not given) after dialling."""
        first = max(0, int(start_s * SAMPLE_RATE_HZ)) * 2
        return self.heard[first : None if end_s is None else int(end_s * SAMPLE_RATE_HZ) * 2]

    @property
    def told(self) -> list[str]:
        """The line's side of the timeline."""
        return [line for _at, who, line in self.timeline if who == "line"]
