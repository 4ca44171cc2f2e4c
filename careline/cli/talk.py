"""``careline talk``: a call in the terminal, without telephones and without waiting."""

from __future__ import annotations

import argparse
import contextlib
import sys
from collections.abc import Iterator
from typing import Any

from adapters.telephony.simulated import Behaviour, Pickup, SimulatedPhones
from calls.facts import AgentReady
from calls.ids import CallId
from careline.cli.options import add_config, add_state, site_or_complain
from careline.cli.talk_shown import WHAT_TO_TYPE, Shown, is_keys
from careline.cli.talk_world import NotSo, World, add_world, complain, world_of
from careline.dryrun import DryRun
from careline.terminal import Terminal
from careline.turn import Turn
from ivr import Interpreter

_EXAMPLES = f"""examples:
  careline talk                             the sample clinic, as it is now
  careline talk --at "2026-11-23 10:00"     on a Monday morning
  careline talk --at "2026-11-26 10:00" --ready grace
                                            on a holiday, with one nurse signed in
  careline talk --out ben --away grace      one agent is at home, one does not answer
  careline talk --caller +12025550111 --lookup 'patients={{"name": "Ana"}}'
                                            somebody the records know
  careline talk --lookup patients=failed --no-speech --outside-away
                                            a bad day: no records, no recognisers, no doctor
  printf 'chest pain\\n\\nbye\\n' | careline talk
                                            from a script
  careline talk --voice --record call.wav   over the real line, with voices

While the clinic is open every agent is signed in; while it is closed nobody is.

With --voice the call is a real one: a line is started on this machine, on addresses that nobody
else reaches, with agents at software phones. What you type is spoken by a voice and understood by
the recognisers; keys are sent as telephone-events. Time passes as it does. Such a line dials nobody
outside. What was recorded with --record is what the caller heard.

{WHAT_TO_TYPE}
exit code: 0 the call came to its end; 2 it cannot be held, one line says why
"""

_CALL = CallId("talk")
_AT_ONCE_S = 1.0


def add_parser(commands: Any) -> None:  # noqa: ANN401 - argparse keeps its type private
    """Add the command to the command line."""
    parser = commands.add_parser(
        "talk",
        help="a call in the terminal: type what the caller says or presses",
        description="A call in the terminal. The flow, the triage and the distributor are the "
        "real ones; only the telephones are simulated, and time passes as you press Enter.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_config(parser)
    add_world(parser)
    add_state(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Hold the call; 0 when it came to an end, 2 when it cannot be held."""
    site = site_or_complain(args.config)
    if site is None:
        return 2
    try:
        world = world_of(args, site)
    except NotSo as error:
        return complain(error)
    terminal = Terminal(sys.stdout)
    if args.voice:
        # Only here: the media and the voices take a moment to load.
        from careline.cli.talk_voice import talk_aloud

        return talk_aloud(world, args, terminal, _typed(terminal))
    with contextlib.closing(Talk(world, terminal)) as talk:
        try:
            talk.hold(_typed(terminal))
        except KeyboardInterrupt:
            terminal.say()
            return 130
    return 0


def _typed(terminal: Terminal) -> Iterator[str]:
    if sys.stdin.isatty():
        while True:
            try:
                yield input("you> ").strip()
            except EOFError:
                terminal.say()
                return
    for line in sys.stdin:
        terminal.say(line.strip(), lead="you> ")
        yield line.strip()


class Talk:
    """One call in virtual time.

    Args:
        world: what the caller finds.
        terminal: where the call is shown.
    """

    def __init__(self, world: World, terminal: Terminal) -> None:
        self._world = world
        self._terminal = terminal
        self._shown = Shown(terminal)
        site = world.site
        behaviours = {
            agent: Behaviour(pickup=Pickup.LETS_IT_RING if agent in world.away else Pickup.ANSWERS)
            for agent in site.agents
        }
        phones = SimulatedPhones(
            site.id, behaviours, instant_prompts=True, outside_answers=world.outside_answers
        )
        self._quiet = True
        self._dry_run = DryRun(site, phones, world.now, self._observe, world.ask)
        self._dry_run.tell(*(AgentReady(site=site.id, agent_id=agent) for agent in world.there))
        self._quiet = False

    def hold(self, typed: Iterator[str]) -> None:
        """Ring, then do what is typed until the call ends or nothing more is typed."""
        self._shown.begin(self._world)
        run, phones = self._dry_run, self._dry_run.phones
        caller, dialled = self._world.caller, self._world.site.id
        run.tell(phones.arrive(_CALL, run.now, caller=caller, dialled=dialled))
        self._settle()
        while not self._shown.ended and (line := next(typed, None)) is not None:
            self._do(line)
        if not self._shown.ended:
            run.tell(*phones.hang_up(_CALL, run.now))

    def close(self) -> None:
        """Let the triage's threads go."""
        self._dry_run.close()

    def _do(self, line: str) -> None:
        phones = self._dry_run.phones
        if line == "?":
            self._shown.help()
        elif line == "":
            self._wait()
        elif line == "hangup":
            self._dry_run.tell(*phones.hang_up(_CALL, self._dry_run.now))
        elif line == "bye":
            self._let_go()
        elif is_keys(line):
            self._press(line)
        elif (language := phones.listening(_CALL)) is not None:
            self._dry_run.tell(*phones.speak(_CALL, line, language=language))
        elif self._shown.agent is not None:
            self._terminal.say(f"({self._shown.agent} hears it; the line does not listen in)")
        else:
            self._terminal.say("(the line does not listen to speech here: press keys)")
        self._settle()

    def _press(self, keys: str) -> None:
        """Press keys; of a value that is typed it is the whole: the pause behind it passes."""
        run = self._dry_run
        for key in keys:
            run.tell(*run.phones.press(_CALL, key, run.now))
        engine = self._engine()
        due = None if engine is None else engine.typing_until
        if due is not None:
            run.advance(max(0.0, due - run.now))

    def _wait(self) -> None:
        """Go to the next thing that happens by itself."""
        at = self._dry_run.next_event_at()
        if at is None:
            self._terminal.say("(nothing more happens by itself)")
            return
        self._terminal.say(f"({max(0.0, at - self._dry_run.now):.0f} s pass)")
        self._dry_run.step()

    def _let_go(self) -> None:
        if self._shown.agent is None:
            self._terminal.say("(nobody is there to let you go; hangup ends the call)")
        else:
            self._dry_run.tell(*self._dry_run.phones.agent_hangs_up(_CALL, self._shown.agent))

    def _settle(self) -> None:
        """Let happen what happens at once: prompts that are read, phones that begin to ring.

        So do answers of lookups, which nobody wants to wait for.
        """
        run = self._dry_run
        while (at := run.next_event_at()) is not None and at <= run.now + _AT_ONCE_S:
            engine = self._engine()
            if at > run.now and (engine is None or not engine.looks_up):
                return
            run.step()

    def _engine(self) -> Interpreter | None:
        live = self._dry_run.switchboard.calls.get(_CALL)
        return live.engine if live is not None and isinstance(live.engine, Interpreter) else None

    def _observe(self, now: float, turn: Turn) -> None:
        if not self._quiet:
            self._shown.observe(now, turn)
