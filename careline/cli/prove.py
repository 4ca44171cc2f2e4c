"""``careline prove``: whether every caller comes to help, whatever they do or fail to do."""

from __future__ import annotations

import argparse
import math
import sys
import time
from typing import Any

from careline.cli.options import add_folder, counted, site_or_complain
from careline.cli.replay_tables import print_json
from careline.proving import TURNS, Proof, prove
from careline.terminal import Terminal, Tone
from ivr.proving import Finding

_EXAMPLES = f"""examples:
  careline prove                           the sample clinic
  careline prove /etc/careline/clinic      your own
  careline prove clinic --turns 8          help within 8 turns
  careline prove clinic --worst            the longest way to help, as a dialogue

Every call that can happen is held: at each time of the coming year that makes a difference to the
flow, in each language, with recognisers up and down, and with each end of each lookup. From
wherever a call can stand, callers who only press keys, who only speak, who are silent, who press
wrong keys and whom nobody understands must come to help within {TURNS} turns: a queue in which
somebody can answer, a nurse, a call-back, or a task with a promised time. The advice to dial 911 is
none. Steps that no call comes to are told of; where calls may end by one, nothing is proved.

exit code: 0 proved; 1 some caller does not come to help, the way is shown, or it could not be
looked at whether they do; 2 the site has mistakes
(careline check)
"""


def add_parser(commands: Any) -> None:  # noqa: ANN401 - argparse keeps its type private
    """Add the command to the command line."""
    parser = commands.add_parser(
        "prove",
        help="prove that every caller comes to help, whatever they do",
        description="Prove that the flow traps nobody, and show the longest way to help.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_folder(parser)
    parser.add_argument(
        "--turns",
        type=int,
        default=TURNS,
        metavar="N",
        help=f"turns within which help must be reached (default: {TURNS})",
    )
    parser.add_argument("--worst", action="store_true", help="show the longest way to help")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Prove; 1 where somebody does not come to help, 2 where there is nothing to prove."""
    if not 1 <= args.turns <= 100:
        print(f"--turns: {args.turns} is not between 1 and 100", file=sys.stderr)
        return 2
    site = site_or_complain(args.folder)
    if site is None:
        return 2
    terminal = Terminal(sys.stdout)

    def progress(done: int, every: int) -> None:
        if terminal.interactive:
            terminal.progress(f"{done} of {every} worlds" if done < every else "")

    proof = prove(site, time.time(), args.turns, progress)
    if args.json:
        print_json(_as_json(proof))
    else:
        _tell(terminal, proof, worst=args.worst)
    return 0 if proof.holds else 1


def _tell(terminal: Terminal, proof: Proof, *, worst: bool) -> None:
    if proof.problem or not proof.findings:
        terminal.say(f"NOT proved: {proof.problems()[0]}", tone=Tone.ALERT)
        return
    width = max(len(name) for name, _ in proof.by_caller())
    for name, finding in proof.by_caller():
        turns = _turns(finding)
        tone = Tone.PLAIN if finding.turns <= proof.turns else Tone.ALERT
        where = f"from {finding.step or 'the greeting'} ({finding.world})"
        terminal.say(f"{turns}  {where}", lead=f"{name:{width}}  ", tone=tone)
    for warning in proof.warnings():
        terminal.say()
        terminal.say(f"warning: {warning}", tone=Tone.WARNING)
    if proof.unseen_ends:
        terminal.say()
        terminal.say(proof.unseen, tone=Tone.ALERT)
    shown = proof.failures[:1] or ([proof.worst] if worst and proof.worst is not None else [])
    for finding in shown:
        terminal.say()
        terminal.say(f"{finding.caller.name}, {finding.world}:")
        for who, what in finding.dialogue:
            tone = {"help": Tone.ALERT, "": Tone.ALERT}.get(who, Tone.PLAIN)
            terminal.say(what, lead=f"  {who:7} ", tone=tone)
    terminal.say()
    looked_at = f"{counted(proof.positions, 'position')} looked at"
    if proof.holds:
        most = "" if proof.worst is None else f" within {proof.worst.turns:.0f} turns"
        terminal.say(f"proved: every caller comes to help{most}; {looked_at}")
        return
    failed = len({finding.caller.name for finding in proof.failures})
    why = f"{counted(failed, 'kind')} of caller do not come to help within {proof.turns} turns"
    if not failed:
        why = "calls may end where none was looked at"
    terminal.say(f"NOT proved: {why}; {looked_at}", tone=Tone.ALERT)


def _turns(finding: Finding) -> str:
    return "never" if math.isinf(finding.turns) else f"{finding.turns:5.0f}"


def _as_json(proof: Proof) -> dict[str, object]:
    return {
        "proved": proof.holds,
        "problem": proof.problem,
        "problems": list(proof.problems()),
        "warnings": list(proof.warnings()),
        "turns": proof.turns,
        "positions": proof.positions,
        "unreached": list(proof.unreached),
        "callers": [
            {
                "caller": name,
                "turns": None if math.isinf(finding.turns) else finding.turns,
                "step": finding.step,
                "world": finding.world,
                "dialogue": [list(line) for line in finding.dialogue],
            }
            for name, finding in proof.by_caller()
        ],
    }
