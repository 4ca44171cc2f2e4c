"""A call as whoever types it reads it: what happens, who speaks, what the line says."""

from __future__ import annotations

import re
from datetime import datetime

from calls.commands import HangUp, PlayMusic, Say
from calls.facts import CallConnected, CallEnded, CallReleased
from calls.ids import AgentId
from careline.cli.talk_world import World
from careline.story import Weight, tell, weight
from careline.terminal import Terminal, Tone
from careline.turn import Turn

WHAT_TO_TYPE = """what to type:
  words        what the caller says          2      the caller presses 2
  Enter        nothing: time passes          bye    the agent hangs up
  hangup       the caller hangs up           ?      this list
"""

_KEYS = re.compile(r"[0-9*#]+")


def is_keys(line: str) -> bool:
    """Whether a line that was typed is keys, not words."""
    return _KEYS.fullmatch(line) is not None


class Shown:
    """Shows each turn of one call.

    Args:
        terminal: where.

    Attributes:
        agent: who speaks with the caller now.
        ended: the call is over.
    """

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal
        self.agent: AgentId | None = None
        self.ended = False

    def begin(self, world: World) -> None:
        """Say where the caller rings, and who is there."""
        site, there = world.site, datetime.fromtimestamp(world.now, world.site.zone)
        self._terminal.say(
            f"You dial {site.title}, where it is {there:%A %d %B, %H:%M}. "
            "Type words or keys, Enter to wait, ? for help."
        )
        self._terminal.say(f"Signed in: {_who_is_there(world)}.")

    def help(self) -> None:
        """What can be typed."""
        for each in WHAT_TO_TYPE.splitlines():
            self._terminal.say(each)

    def observe(self, _now: float, turn: Turn) -> None:
        """Show a turn."""
        say = self._terminal.say
        for record in turn.records:
            line = tell(record)
            if line is not None:
                tone = Tone.ALERT if weight(line) is Weight.URGENT else Tone.QUIET
                say(line, lead="      · ", tone=tone)
            if isinstance(record, CallConnected):
                self.agent = record.agent_id
                say("Hello, how can I help? (type bye to let me go)", lead=f"{record.agent_id}> ")
            elif isinstance(record, CallReleased):
                self.agent = None
            elif isinstance(record, CallEnded):
                self.ended = True
        # A prompt takes the place of one that has not begun: of a turn's, the last is heard.
        said = [command for command in turn.commands if isinstance(command, Say)]
        for command in turn.commands:
            match command:
                case Say(utterances=utterances) if command is said[-1]:
                    for utterance in utterances:
                        say(utterance.text, lead="line> ")
                case PlayMusic():
                    say("♪", lead="line> ")
                case HangUp():
                    say("(hangs up)", lead="line> ")


def _who_is_there(world: World) -> str:
    there, agents = set(world.there), world.site.agents
    missing = [agent for agent in agents if agent not in there]
    if not missing:
        return "everybody"
    if not there:
        return "nobody (--ready AGENT signs somebody in)"
    if len(missing) < len(there):
        return f"everybody but {', '.join(missing)}"
    return ", ".join(agent for agent in agents if agent in there)
