"""``careline triage review``: the cases of the week, for a nurse to judge."""

from __future__ import annotations

import argparse
import json
import sys
import time
from datetime import datetime, tzinfo
from typing import Any

from calls.ports import JournalError
from calls.verdict import Action
from careline.cases import Case, cases
from careline.cli.journal import JOURNALS, Kept, Refused, add_journal, kept
from careline.cli.options import counted
from careline.gate import engine_of
from careline.terminal import Terminal, Tone
from triage import Finding, TriageEngine

_DAY_S = 86400.0
_EXAMPLES = f"""examples:
  careline triage review                     what was asked about or left out in the last week
  careline triage review --days 1 backup/monday
  careline triage judge 7f3a9c21.2 --rule chest-pain --flag      it should have been flagged
  careline triage judge 7f3a9c21.2 --rule chest-pain --silent    it was right to stay silent

{JOURNALS}
What callers said is shown: this is for nurses, and what it prints is a patient record. Utterances
of calls whose key was deleted are not shown. Those that are an example of a rule already were
judged, and are left out. What matched is told by today's protocols, the action by those of then.

exit code: 0 told; 2 the journal cannot be read
"""


def add_parser(commands: Any) -> None:  # noqa: ANN401 - argparse keeps its type private
    """Add the command to the command line."""
    parser = commands.add_parser(
        "triage-review",
        help="what triage asked about or left out, for a nurse's weekly review",
        description="What triage asked about or left out, for a nurse to judge.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--days", type=float, default=7.0, help="of so many days (default: 7)")
    parser.add_argument("--json", action="store_true", help="one JSON object for each case")
    add_journal(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """List the cases; 2 when the journal cannot be read."""
    try:
        journal = kept(args)
        site = journal.last_site()
        found = cases(journal.entries(), since=time.time() - args.days * _DAY_S)
    except (Refused, JournalError) as error:
        print(error, file=sys.stderr)
        return 2
    judged = {
        text
        for rule in site.protocols.rules
        for text in (*rule.examples.positive, *rule.examples.negative)
    }
    open_cases = [case for case in found if case.words.reveal() not in judged]
    engine = engine_of(site)
    if args.json:
        for case in open_cases:
            print(json.dumps(_as_data(case, _left_out(engine, case), site.zone)))
        return 0
    terminal = Terminal(sys.stdout)
    for case in open_cases:
        _show(terminal, case, _left_out(engine, case), site.zone)
    terminal.say(
        f"{counted(len(open_cases), 'case')} to judge, {len(found) - len(open_cases)} judged"
    )
    return 0


def case_of(journal: Kept, name: str) -> Case:
    """The case of a name, or of how its call's id begins.

    Raises:
        Refused: there is none, or there are several.
    """
    call, _, number = name.rpartition(".")
    matching = [
        case
        for case in cases(journal.entries())
        if case.id.startswith(call) and case.id.rpartition(".")[2] == number and call
    ]
    if len(matching) != 1:
        many = f"{len(matching)} cases are" if matching else "no case is"
        raise Refused(f"{many} called {name!r}; `careline triage review` lists them")
    return matching[0]


def _left_out(engine: TriageEngine, case: Case) -> tuple[Finding, ...]:
    return engine.explain(case.words.reveal(), "en").left_out


def _outcome(case: Case) -> str:
    if case.verdict.action is Action.ASK:
        asked = f"asked {case.verdict.question}"
        return f"{asked}, then a nurse" if case.nurse else f"{asked}, then the flow went on"
    return "left out, later a nurse" if case.nurse else "left out, the flow went on"


def _show(terminal: Terminal, case: Case, left_out: tuple[Finding, ...], zone: tzinfo) -> None:
    at = datetime.fromtimestamp(case.at, zone)
    lead = f"{case.id}  {at:%a %Y-%m-%d %H:%M}  "
    tone = Tone.WARNING if case.verdict.action is Action.ASK else Tone.PLAIN
    terminal.say(_outcome(case), lead=lead, tone=tone)
    terminal.say(f'"{case.words.reveal()}"', lead="    ")
    rules = sorted({flag.rule for flag in case.verdict.flags})
    if rules:
        terminal.say(f"rules: {', '.join(rules)}", lead="    ")
    for finding in left_out:
        terminal.say(
            f'{finding.concept}: "{finding.words.reveal()}": {finding.reason}', lead="    "
        )
    terminal.say("")


def _as_data(case: Case, left_out: tuple[Finding, ...], zone: tzinfo) -> dict[str, object]:
    return {
        "case": case.id,
        "at": datetime.fromtimestamp(case.at, zone).isoformat(),
        "words": case.words.reveal(),
        "action": case.verdict.action.value,
        "question": case.verdict.question,
        "nurse": case.nurse,
        "rules": [flag.rule for flag in case.verdict.flags],
        "left_out": [
            {"concept": item.concept, "words": item.words.reveal(), "reason": item.reason}
            for item in left_out
        ],
    }
