"""``careline triage judge``: a reviewed case becomes an example of a rule."""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path
from typing import Any

from calls.ports import JournalError
from careline.cases import Case
from careline.cli.journal import JOURNALS, Refused, add_journal, kept
from careline.cli.options import site_or_complain
from careline.cli.triage_review import case_of
from config.examples import ExampleError, add_example
from config.load import DEFAULT_CLINIC
from triage import check_examples
from triage.tokens import fold

_EXAMPLES = f"""examples:
  careline triage judge 7f3a9c21.2 --rule chest-pain --flag --site my-clinic
  careline triage judge 7f3a9c21.2 --rule chest-pain --silent --site my-clinic
  careline triage judge 7f3a9c21.2 --rule chest-pain --flag --text "my chest feels tight at night"

{JOURNALS}
An example stays in the site's files and is no longer sealed with the call: give it in other words
with --text where it names anybody. What holds four digits or more in a row is refused.

exit code: 0 it is an example, and holds; 1 it is an example, and does not hold yet: change the
rule's phrases until `careline check` passes; 2 it could not be done
"""

_NUMBER = re.compile(r"(?:\d[\s.-]?){4,}")


def add_parser(commands: Any) -> None:  # noqa: ANN401 - argparse keeps its type private
    """Add the command to the command line."""
    parser = commands.add_parser(
        "triage-judge",
        help="make a reviewed case an example of a rule",
        description="Make a case of `careline triage review` an example of a rule.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("case", metavar="CASE", help="as `careline triage review` names it")
    parser.add_argument("--rule", required=True, help="the rule's id")
    verdict = parser.add_mutually_exclusive_group(required=True)
    verdict.add_argument("--flag", action="store_true", help="the rule must find it")
    verdict.add_argument("--silent", action="store_true", help="the rule must stay silent")
    parser.add_argument("--text", help="the example, in other words than the caller's")
    parser.add_argument(
        "--site",
        type=Path,
        default=DEFAULT_CLINIC,
        metavar="DIR",
        help="the site's folder of YAML files (default: the sample clinic)",
    )
    add_journal(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Write the example; 1 when it does not hold yet, 2 when it could not be done."""
    site = site_or_complain(args.site)
    if site is None:
        return 2
    try:
        text = args.text or _spoken(case_of(kept(args), args.case))
        text = " ".join(fold(text).split())
        place = add_example(args.site, args.rule, text, positive=args.flag)
    except (Refused, JournalError, ExampleError) as error:
        print(error, file=sys.stderr)
        return 2
    print(f"{place}: an example of {args.rule}: read it, no name may stand in it")
    changed = site_or_complain(args.site)
    if changed is not None and not check_examples(changed.protocols):
        return 0
    print("it does not hold yet: change the rule's phrases until `careline check` passes")
    return 1


def _spoken(case: Case) -> str:
    words = case.words.reveal()
    if _NUMBER.search(words):
        raise Refused("the words hold a number; give the example in other words with --text")
    return words
