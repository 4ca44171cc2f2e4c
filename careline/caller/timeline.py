"""A call's timeline and its judgement, for a person to read."""

from __future__ import annotations

from careline.caller.result import CallResult
from careline.caller.script import Script
from careline.story import Weight, weight
from careline.terminal import Terminal, Tone

_OFFERS = ("offered to ", "RED FLAG offered to ")
_INDENT = "    "
_ID = 8
"""So many characters of a call's id are enough for `careline explain`."""


def show_result(terminal: Terminal, script: Script, result: CallResult) -> None:
    """Write what happened, why each agent was chosen, and what was not as expected."""
    verdict, tone = ("FAILED", Tone.ALERT) if result.failures else ("ok", Tone.PLAIN)
    call = f" (call {result.call_id[:_ID]})" if result.call_id else ""
    terminal.say(f"{script.title}{call}", lead=f"{verdict:6}  ", tone=tone)
    for at_s, who, what in result.timeline:
        line, why = what, ""
        if who == "line" and what.startswith(_OFFERS):
            line, _colon, why = what.partition(": ")
        urgent = who == "line" and weight(what) is Weight.URGENT
        lead = f"{_INDENT}{at_s:6.1f} s  {who:6}  "
        terminal.say(line, lead=lead, tone=Tone.ALERT if urgent else Tone.PLAIN)
        if why:
            terminal.say(f"because: {why}", lead=f"{' ' * len(lead)}  ", tone=Tone.QUIET)
    for failure in result.failures:
        terminal.say(failure, lead=f"{_INDENT}NOT AS EXPECTED: ", tone=Tone.ALERT)
