"""``careline test``: the dialogues that stand beside the flows, held and judged."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from careline.cli.options import add_folder, counted, site_or_complain
from careline.cli.replay_tables import print_json
from careline.dialogues import Coverage, Played
from careline.dialogues.run import Rehearsal, rehearse
from careline.terminal import Terminal, Tone
from config.errors import ConfigError
from config.site import Site

_EXAMPLES = """examples:
  careline test                            the sample clinic's dialogues
  careline test clinic refill-by-keys      one of your own
  careline test clinic --show              every dialogue, as it was held
  careline test clinic --missing           steps and ways that no dialogue takes

a dialogue, in a file of the folder dialogues/:
  refill-by-keys:
    title: A refill, by keys
    at: 2026-11-23 10:00                   # the clinic's local time
    caller: "+15555550104"                 # or: withheld
    lookups: {patients: failed}            # or not-found, or a JSON object
    turns:
      - {line: For appointments}           # the line has said this
      - {presses: "52"}                    # and says; waits and silent; hangs_up
      - {queue: refills, skills: []}       # also prompt, matches, step, nurse, agent, task, ends

exit code: 0 all are as written; 1 some are not, each is told with its line; 2 nothing was held: the
site, or a dialogue, has mistakes, or there is no dialogue
"""

_NONE = """\
there is no dialogue, so nothing was held, and no publication notices what a change breaks; write
one in a file of the folder dialogues, such as dialogues/desk.yaml: `careline test --help`"""


def add_parser(commands: Any) -> None:  # noqa: ANN401 - argparse keeps its type private
    """Add the command to the command line."""
    parser = commands.add_parser(
        "test",
        help="hold the dialogues that are written beside the flows",
        description="Hold every dialogue of a site in virtual time: the flow, the triage and the "
        "distributor are the real ones.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_folder(parser)
    parser.add_argument("names", nargs="*", metavar="NAME", help="only these dialogues")
    parser.add_argument("--show", action="store_true", help="show each dialogue as it was held")
    parser.add_argument(
        "--missing", action="store_true", help="list the steps and ways that no dialogue takes"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Hold them; 1 when one is not as written, 2 when they cannot be held or there is none."""
    site = site_or_complain(args.folder)
    if site is None:
        return 2
    terminal = Terminal(sys.stdout)

    def progress(done: int, every: int) -> None:
        if terminal.interactive:
            terminal.progress(f"{done} of {every} dialogues" if done < every else "")

    try:
        rehearsal = rehearse(args.folder, site, tuple(args.names), progress)
    except ConfigError as error:
        for problem in error.problems:
            print(problem)
        return 2
    if rehearsal.unknown:
        print(f"there is no dialogue {', '.join(rehearsal.unknown)}", file=sys.stderr)
        return 2
    if args.json:
        print_json(_as_json(rehearsal))
    else:
        _tell(terminal, rehearsal, site, args)
    if not rehearsal.played:
        print(_NONE, file=sys.stderr)
        return 2
    return 1 if rehearsal.failed else 0


def _tell(terminal: Terminal, rehearsal: Rehearsal, site: Site, args: argparse.Namespace) -> None:
    for played in rehearsal.played:
        _tell_one(terminal, played, show=args.show)
    coverage = rehearsal.coverage
    if args.missing:
        _tell_missing(terminal, coverage)
    held = counted(len(rehearsal.played), "dialogue")
    failed = len(rehearsal.failed)
    terminal.say()
    if rehearsal.played:
        verdict = f"{failed} not as written" if failed else "all as written"
        terminal.say(f"{held}, {verdict}", tone=Tone.ALERT if failed else Tone.PLAIN)
    terminal.say(
        f"{site.entry_flow}: {_share(coverage.steps_walked, len(coverage.steps), 'steps')}, "
        f"{_share(coverage.ways_walked, len(coverage.ways), 'ways')}"
    )


def _tell_one(terminal: Terminal, played: Played, *, show: bool) -> None:
    dialogue = played.written.dialogue
    verdict, tone = ("FAILED", Tone.ALERT) if played.failures else ("ok", Tone.PLAIN)
    title = f": {dialogue.title}" if dialogue.title else ""
    terminal.say(f"{dialogue.id}{title}", lead=f"{verdict:6}  ", tone=tone)
    if show or played.failures:
        for who, what in played.transcript:
            quiet = Tone.QUIET if who == "·" else Tone.PLAIN
            terminal.say(what, lead=f"        {who:7} ", tone=quiet)
    for failure in played.failures:
        terminal.say(failure, lead="        ", tone=Tone.ALERT)


def _tell_missing(terminal: Terminal, coverage: Coverage) -> None:
    steps = [step for step, count in coverage.steps.items() if not count]
    ways = [f"{start} -> {end}" for (start, end), count in coverage.ways.items() if not count]
    for what, missing in (("step", steps), ("way", ways)):
        terminal.say()
        terminal.say(f"{counted(len(missing), what)} that no dialogue takes:")
        for each in missing:
            terminal.say(each, lead="  ")


def _share(some: int, all_: int, what: str) -> str:
    percent = 100 if not all_ else round(100 * some / all_)
    return f"{some} of {all_} {what} ({percent} %)"


def _as_json(rehearsal: Rehearsal) -> dict[str, object]:
    coverage = rehearsal.coverage
    return {
        "ok": bool(rehearsal.played) and not rehearsal.failed,
        "dialogues": [
            {
                "id": played.written.dialogue.id,
                "title": played.written.dialogue.title,
                "place": played.written.place(),
                "failures": played.failures,
                "transcript": [list(line) for line in played.transcript],
            }
            for played in rehearsal.played
        ],
        "coverage": {
            "steps": [coverage.steps_walked, len(coverage.steps)],
            "ways": [coverage.ways_walked, len(coverage.ways)],
            "steps_not_taken": [step for step, count in coverage.steps.items() if not count],
            "ways_not_taken": [
                [start, end] for (start, end), count in coverage.ways.items() if not count
            ],
        },
    }
