"""What came of a call that was placed."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class CallResult:
    """What came of a call.

    Attributes:
        began_at: when it was dialled, in the event loop's time.
        call_id: the line's name for it, once that is known.
        timeline: what the caller did and what the line told of it, by time.
        answered_by: agents the caller talked with.
        answered_after_s: until the first of them.
        arrived_at: when the line saw it arrive, seconds since the epoch.
        outcome: how the call ended, as the line counts it.
        failures: what was expected and did not happen.
        heard: the line's side of the call from the dialling on, as PCM.
        heard_before_answer: how many bytes of it were heard when an agent's answer was noticed;
            ``None`` when nobody answered while the caller stayed for it.
    """

    began_at: float = 0.0
    call_id: str = ""
    timeline: list[tuple[float, str, str]] = field(default_factory=list)
    answered_by: list[str] = field(default_factory=list)
    answered_after_s: float | None = None
    arrived_at: float = 0.0
    outcome: str | None = None
    failures: list[str] = field(default_factory=list)
    heard: bytes = b""
    heard_before_answer: int | None = None

    @property
    def heard_of_agent(self) -> bytes:
        """What was heard after the answer."""
        return b"" if self.heard_before_answer is None else self.heard[self.heard_before_answer :]

    @property
    def told(self) -> list[str]:
        """The line's side of the timeline."""
        return [line for _at, who, line in self.timeline if who == "line"]
