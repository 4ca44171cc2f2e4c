"""What the caller of ``careline talk`` finds: who they are, what lookups answer, who is there."""

from __future__ import annotations

import argparse
import json
import re
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from adapters.lookups import DryLookups, SimulatedLookups
from adapters.lookups.simulated import Scripted
from calls.ids import AgentId
from calls.ports import Answer
from careline.dialogues.play import deaf
from careline.signed_in import signed_in
from config.dialogues import WITHHELD
from config.site import Site

_NUMBER = re.compile(r"\+?[0-9]{3,15}")


class NotSo(Exception):
    """Ops: an option of the command line cannot be meant so. The message says which and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What a call of ``careline talk`` finds.

    Attributes:
        site: the site, as it is with what is down.
        now: when the caller rings, seconds since the epoch.
        caller: the number they show; empty where it is withheld.
        there: agents who take calls.
        away: agents who let it ring.
        outside_answers: whether somebody outside answers.
        scripted: what lookups answer, by their source, in place of the site's own.
    """

    site: Site
    now: float
    there: tuple[AgentId, ...]
    caller: str = ""
    away: frozenset[AgentId] = frozenset()
    outside_answers: bool = True
    scripted: SimulatedLookups | None = None
    scripted_sources: frozenset[str] = frozenset()

    def ask(self, source: str, given: Mapping[str, str]) -> Answer:
        """What a lookup answers: as was said, else from the site's own tables and directory."""
        if self.scripted is not None and source in self.scripted_sources:
            return self.scripted.answer(source, given)
        return DryLookups(self.site.tables, self.site.providers.values()).answer(source, given)


def add_world(parser: argparse.ArgumentParser) -> None:
    """The options that say what the caller finds."""
    parser.add_argument("--at", metavar="TIME", help="the clinic's local time, YYYY-MM-DD HH:MM")
    for option, meaning in (
        ("--ready", "an agent who is signed in, also while the clinic is closed (repeatable)"),
        ("--out", "an agent who is not signed in (repeatable)"),
        ("--away", "an agent whose phone rings without answer (repeatable)"),
    ):
        parser.add_argument(option, action="append", default=[], metavar="AGENT", help=meaning)
    parser.add_argument(
        "--caller",
        metavar="NUMBER",
        default=WITHHELD,
        help="the number that the caller shows (default: withheld)",
    )
    parser.add_argument(
        "--lookup",
        action="append",
        default=[],
        metavar="SOURCE=ANSWER",
        help="what a lookup answers: failed, not-found or a JSON document (repeatable; without it "
        "the site's tables and its directory answer, and whatever is elsewhere is unreachable)",
    )
    parser.add_argument(
        "--no-speech", action="store_true", help="the recognisers are down: digits only"
    )
    parser.add_argument(
        "--outside-away", action="store_true", help="nobody answers at numbers outside"
    )
    parser.add_argument("--voice", action="store_true", help="a real call, with voices")
    parser.add_argument(
        "--record", type=Path, metavar="FILE", help="with --voice: keep what the caller heard (WAV)"
    )


def world_of(args: argparse.Namespace, site: Site) -> World:
    """What the options say.

    Args:
        args: the command line.
        site: the loaded site.

    Raises:
        NotSo: they cannot be meant so.
    """
    now = _start_time(args.at, site)
    _check_agents(args, site)
    if args.record is not None and not args.voice:
        raise NotSo("--record: only a call with --voice can be heard")
    if args.caller != WITHHELD and not _NUMBER.fullmatch(args.caller):
        raise NotSo(f"--caller: wanted 3 to 15 digits, perhaps with a + before them, or {WITHHELD}")
    answers = dict(_lookup(text, site) for text in args.lookup)
    try:
        scripted = SimulatedLookups(answers)
    except ValueError as error:
        raise NotSo(f"--lookup: {error}") from None
    return World(
        site=deaf(site) if args.no_speech else site,
        now=now,
        there=signed_in(site, now, ready=args.ready, out=args.out),
        caller="" if args.caller == WITHHELD else args.caller,
        away=frozenset(map(AgentId, args.away)),
        outside_answers=not args.outside_away,
        scripted=scripted,
        scripted_sources=frozenset(answers),
    )


def _lookup(text: str, site: Site) -> tuple[str, Scripted]:
    source, mark, answer = text.partition("=")
    if not mark or source not in site.sources:
        there = ", ".join(site.sources) or "none"
        raise NotSo(f"--lookup: wanted SOURCE=ANSWER; there is no such source; there is {there}")
    if not answer.lstrip().startswith(("{", "[")):
        return source, answer
    try:
        document: Scripted = json.loads(answer)
    except (ValueError, RecursionError):
        raise NotSo(f"--lookup: what {source!r} is to answer is no JSON") from None
    return source, document


def _check_agents(args: argparse.Namespace, site: Site) -> None:
    wishes = {"--ready": args.ready, "--out": args.out, "--away": args.away}
    for option, agents in wishes.items():
        for agent in agents:
            if AgentId(agent) not in site.agents:
                there = ", ".join(site.agents)
                raise NotSo(f"{option}: there is no agent {agent!r}; there are {there}")
    both = sorted(set(args.ready) & set(args.out))
    if both:
        raise NotSo(f"--ready, --out: {both[0]} cannot be both")


def _start_time(text: str | None, site: Site) -> float:
    if text is None:
        return time.time()
    try:
        local = datetime.strptime(text, "%Y-%m-%d %H:%M")  # noqa: DTZ007 - the zone follows
        return local.replace(tzinfo=site.zone).timestamp()
    except (ValueError, OverflowError, OSError):
        raise NotSo(f"--at: {text!r} is not a time such as 2026-11-23 10:00") from None


def complain(error: NotSo) -> int:
    """Say it; the exit code."""
    print(error, file=sys.stderr)
    return 2
