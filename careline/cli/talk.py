"""``careline talk``: a call in the terminal, without telephones and without waiting."""

from __future__ import annotations

import argparse
import contextlib
import re
import sys
import time
from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any

from adapters.telephony.simulated import Behaviour, Pickup, SimulatedPhones
from calls.commands import HangUp, PlayMusic, Say
from calls.facts import AgentReady, CallConnected, CallEnded, CallReleased
from calls.ids import AgentId, CallId
from careline.cli.options import add_config, site_or_complain
from careline.dryrun import DryRun
from careline.signed_in import signed_in
from careline.story import Weight, tell, weight
from careline.terminal import Terminal, Tone
from careline.turn import Turn
from config.site import Site

_WHAT_TO_TYPE = """what to type:
  words        what the caller says          2      the caller presses 2
  Enter        nothing: time passes          bye    the agent hangs up
  hangup       the caller hangs up           ?      this list
"""

_EXAMPLES = f"""examples:
  careline talk                             the sample clinic, as it is now
  careline talk --at "2026-11-23 10:00"     on a Monday morning
  careline talk --at "2026-11-26 10:00" --ready grace
                                            on a holiday, with one nurse signed in
  careline talk --out ben --away grace      one agent is at home, one does not answer
  printf 'chest pain\\n\\nbye\\n' | careline talk
                                            from a script

While the clinic is open every agent is signed in; while it is closed nobody is.

{_WHAT_TO_TYPE}
exit code: 0 the call came to its end; 2 it cannot be held, one line says why
"""

_KEYS = re.compile(r"[0-9*#]+")
_CALL = CallId("talk")


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
    parser.add_argument("--at", metavar="TIME", help="the clinic's local time, YYYY-MM-DD HH:MM")
    for option, meaning in (
        ("--ready", "an agent who is signed in, also while the clinic is closed (repeatable)"),
        ("--out", "an agent who is not signed in (repeatable)"),
        ("--away", "an agent whose phone rings without answer (repeatable)"),
    ):
        parser.add_argument(option, action="append", default=[], metavar="AGENT", help=meaning)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Hold the call; 0 when it came to an end, 2 when the site cannot be loaded."""
    site = site_or_complain(args.config)
    if site is None:
        return 2
    try:
        now = _start_time(args.at, site)
    except ValueError:
        print(f"--at: {args.at!r} is not a time such as 2026-11-23 10:00", file=sys.stderr)
        return 2
    wrong = _wrong_agents(args, site)
    if wrong is not None:
        print(wrong, file=sys.stderr)
        return 2
    terminal = Terminal(sys.stdout)
    talk = Talk(
        site,
        now,
        terminal,
        signed_in=signed_in(site, now, ready=args.ready, out=args.out),
        away=frozenset(map(AgentId, args.away)),
    )
    with contextlib.closing(talk):
        try:
            talk.hold(_typed(terminal))
        except KeyboardInterrupt:
            terminal.say()
            return 130
    return 0


def _wrong_agents(args: argparse.Namespace, site: Site) -> str | None:
    """What is wrong with the agents that were named, if anything."""
    wishes = {"--ready": args.ready, "--out": args.out, "--away": args.away}
    for option, agents in wishes.items():
        for agent in agents:
            if AgentId(agent) not in site.agents:
                return f"{option}: there is no agent {agent!r}; there are {', '.join(site.agents)}"
    both = sorted(set(args.ready) & set(args.out))
    return f"--ready, --out: {both[0]} cannot be both" if both else None


def _start_time(text: str | None, site: Site) -> float:
    if text is None:
        return time.time()
    local = datetime.strptime(text, "%Y-%m-%d %H:%M")  # noqa: DTZ007 - the zone follows
    return local.replace(tzinfo=site.zone).timestamp()


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
        site: the loaded site.
        now: when the caller rings, seconds since the epoch.
        terminal: where the call is shown.
        signed_in: agents who take calls.
        away: agents who let it ring.
    """

    def __init__(
        self,
        site: Site,
        now: float,
        terminal: Terminal,
        *,
        signed_in: Collection[AgentId],
        away: Collection[AgentId] = (),
    ) -> None:
        self._site = site
        self._terminal = terminal
        self._signed_in = signed_in
        behaviours = {
            agent: Behaviour(pickup=Pickup.LETS_IT_RING if agent in away else Pickup.ANSWERS)
            for agent in site.agents
        }
        phones = SimulatedPhones(site.id, behaviours, instant_prompts=True)
        self._quiet = True
        self._ended = False
        self._agent: AgentId | None = None
        self._dry_run = DryRun(site, phones, now, self._observe)
        self._dry_run.tell(*(AgentReady(site=site.id, agent_id=agent) for agent in signed_in))
        self._quiet = False

    def hold(self, typed: Iterator[str]) -> None:
        """Ring, then do what is typed until the call ends or nothing more is typed."""
        there = datetime.fromtimestamp(self._dry_run.now, self._site.zone)
        self._terminal.say(
            f"You dial {self._site.title}, where it is {there:%A %d %B, %H:%M}. "
            "Type words or keys, Enter to wait, ? for help."
        )
        self._terminal.say(f"Signed in: {self._who_is_there()}.")
        phones = self._dry_run.phones
        self._dry_run.tell(phones.arrive(_CALL, self._dry_run.now, dialled=self._site.id))
        self._settle()
        while not self._ended and (line := next(typed, None)) is not None:
            self._do(line)
        if not self._ended:
            self._dry_run.tell(*phones.hang_up(_CALL, self._dry_run.now))

    def _who_is_there(self) -> str:
        there = set(self._signed_in)
        missing = [agent for agent in self._site.agents if agent not in there]
        if not missing:
            return "everybody"
        if not there:
            return "nobody (--ready AGENT signs somebody in)"
        if len(missing) < len(there):
            return f"everybody but {', '.join(missing)}"
        return ", ".join(agent for agent in self._site.agents if agent in there)

    def close(self) -> None:
        """Let the triage's threads go."""
        self._dry_run.close()

    def _do(self, line: str) -> None:
        phones = self._dry_run.phones
        if line == "?":
            for each in _WHAT_TO_TYPE.splitlines():
                self._terminal.say(each)
        elif line == "":
            self._wait()
        elif line == "hangup":
            self._dry_run.tell(*phones.hang_up(_CALL, self._dry_run.now))
        elif line == "bye":
            self._let_go()
        elif _KEYS.fullmatch(line):
            for key in line:
                self._dry_run.tell(*phones.press(_CALL, key, self._dry_run.now))
        elif (language := phones.listening(_CALL)) is not None:
            self._dry_run.tell(*phones.speak(_CALL, line, language=language))
        elif self._agent is not None:
            self._terminal.say(f"({self._agent} hears it; the line does not listen in)")
        else:
            self._terminal.say("(the line does not listen to speech here: press keys)")
        self._settle()

    def _wait(self) -> None:
        """Go to the next thing that happens by itself."""
        at = self._dry_run.next_event_at()
        if at is None:
            self._terminal.say("(nothing more happens by itself)")
            return
        self._terminal.say(f"({max(0.0, at - self._dry_run.now):.0f} s pass)")
        self._dry_run.step()

    def _let_go(self) -> None:
        if self._agent is None:
            self._terminal.say("(nobody is there to let you go; hangup ends the call)")
        else:
            self._dry_run.tell(*self._dry_run.phones.agent_hangs_up(_CALL, self._agent))

    def _settle(self) -> None:
        """Let happen what happens at once: prompts that are read, phones that begin to ring."""
        while (at := self._dry_run.next_event_at()) is not None and at <= self._dry_run.now:
            self._dry_run.step()

    def _observe(self, _now: float, turn: Turn) -> None:
        if self._quiet:
            return
        say = self._terminal.say
        for record in turn.records:
            line = tell(record)
            if line is not None:
                tone = Tone.ALERT if weight(line) is Weight.URGENT else Tone.QUIET
                say(line, lead="      · ", tone=tone)
            if isinstance(record, CallConnected):
                self._agent = record.agent_id
                say("Hello, how can I help? (type bye to let me go)", lead=f"{record.agent_id}> ")
            elif isinstance(record, CallReleased):
                self._agent = None
            elif isinstance(record, CallEnded):
                self._ended = True
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
