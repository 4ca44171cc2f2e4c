"""``careline talk``: a call in the terminal, without telephones and without waiting."""

from __future__ import annotations

import argparse
import re
import sys
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from adapters.telephony.simulated import Behaviour, Pickup, SimulatedPhones
from calls.commands import HangUp, PlayMusic, Say
from calls.facts import AgentReady, CallConnected, CallEnded
from calls.ids import AgentId, CallId
from careline.cli.options import add_config, site_or_complain
from careline.dryrun import DryRun
from careline.story import tell
from careline.switchboard import Turn
from config.site import Site

_EXAMPLES = """examples:
  careline talk                             the sample clinic, all agents ready
  careline talk --at "2026-11-26 10:00"     on a holiday
  careline talk --away ana --away ben       two agents do not answer
  printf 'chest pain\\n' | careline talk     from a script

what to type:
  words        what the caller says          2      the caller presses 2
  Enter        nothing: time passes          bye    the agent hangs up
  hangup       the caller hangs up
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
    parser.add_argument(
        "--away",
        action="append",
        default=[],
        metavar="AGENT",
        help="an agent whose phone rings without answer (repeatable)",
    )
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
    unknown = [agent for agent in args.away if AgentId(agent) not in site.agents]
    if unknown:
        print(f"--away: there is no agent {unknown[0]!r}", file=sys.stderr)
        return 2
    Talk(site, now, {AgentId(agent) for agent in args.away}, print).hold(_typed())
    return 0


def _start_time(text: str | None, site: Site) -> float:
    if text is None:
        return time.time()
    zones = [calendar.zone for calendar in site.rules.calendars.values()]
    local = datetime.strptime(text, "%Y-%m-%d %H:%M")  # noqa: DTZ007 - the zone follows
    return local.replace(tzinfo=zones[0] if zones else None).timestamp()


def _typed() -> Iterator[str]:
    while True:
        try:
            yield input("you> ").strip()
        except EOFError:
            return


class Talk:
    """One call in virtual time.

    Args:
        site: the loaded site.
        now: when the caller rings, seconds since the epoch.
        away: agents who let it ring.
        say: prints a line.
    """

    def __init__(
        self, site: Site, now: float, away: set[AgentId], say: Callable[[str], None]
    ) -> None:
        self._site = site
        self._print = say
        behaviours = {
            agent: Behaviour(pickup=Pickup.LETS_IT_RING if agent in away else Pickup.ANSWERS)
            for agent in site.agents
        }
        phones = SimulatedPhones(site.id, behaviours, instant_prompts=True)
        self._quiet = True
        self._ended = False
        self._agent: AgentId | None = None
        self._dry_run = DryRun(site, phones, now, self._observe)
        self._dry_run.tell(*(AgentReady(site=site.id, agent_id=agent) for agent in site.agents))
        self._quiet = False

    def hold(self, typed: Iterator[str]) -> None:
        """Ring, then do what is typed until the call ends or nothing more is typed."""
        self._print(f"You dial {self._site.title}. Type words or keys, Enter to wait, ? for help.")
        phones = self._dry_run.phones
        self._dry_run.tell(phones.arrive(_CALL, self._dry_run.now, dialled=self._site.id))
        self._settle()
        while not self._ended and (line := next(typed, None)) is not None:
            self._do(line)
        if not self._ended:
            self._dry_run.tell(*phones.hang_up(_CALL))
        self._dry_run.close()

    def _do(self, line: str) -> None:
        phones = self._dry_run.phones
        if line == "?":
            self._print(_EXAMPLES.split("what to type:\n")[1].rstrip())
        elif line == "":
            before = self._dry_run.now
            if not self._dry_run.step():
                self._print("  (nothing more will happen by itself)")
            self._settle()
            self._print(f"  ({self._dry_run.now - before:.0f} s pass)")
        elif line == "hangup":
            self._dry_run.tell(*phones.hang_up(_CALL))
        elif line == "bye" and self._agent is not None:
            self._dry_run.tell(*phones.agent_hangs_up(_CALL, self._agent))
            self._settle()
        elif _KEYS.fullmatch(line):
            for key in line:
                self._dry_run.tell(*phones.press(_CALL, key))
            self._settle()
        else:
            language = self._site.rules.languages[0]
            self._dry_run.tell(*phones.speak(_CALL, line, language=language))
            self._settle()

    def _settle(self) -> None:
        """Let happen what happens at once: prompts that are read, phones that begin to ring."""
        while (at := self._dry_run.next_event_at()) is not None and at <= self._dry_run.now:
            self._dry_run.step()

    def _observe(self, _now: float, turn: Turn) -> None:
        if self._quiet:
            return
        for record in turn.records:
            line = tell(record)
            if line is not None:
                self._print(f"      · {line}")
            if isinstance(record, CallConnected):
                self._agent = record.agent_id
                self._print(f"{record.agent_id}> Hello, how can I help? (type bye to let me go)")
            if isinstance(record, CallEnded):
                self._ended = True
        for command in turn.commands:
            match command:
                case Say(utterances=utterances):
                    for utterance in utterances:
                        self._print(f"line> {utterance.text}")
                case PlayMusic():
                    self._print("line> ♪")
                case HangUp():
                    self._print("line> (hangs up)")
