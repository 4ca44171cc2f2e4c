"""``careline triage approve``: a clinician signs rules as they are."""

from __future__ import annotations

import argparse
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

from careline.cli.options import add_config, counted, site_or_complain
from config.approvals import APPROVALS, Approval, read_approvals, rule_hashes, written
from triage import ProtocolSet

_EXAMPLES = """examples:
  careline triage approve cardiac --by "Dr. Ana Ruiz" --config my-clinic
  careline triage approve chest-pain left-arm-pain --by "Dr. Ana Ruiz" --config my-clinic
  careline triage approve all --by "Dr. Ana Ruiz" --config my-clinic

A rule is signed with a hash of all that it means, in approvals.yaml. Whoever changes the rule, or a
word that it uses, makes it a sample again. `careline check` lists the samples; the signature counts
for new calls after `careline publish`.

exit code: 0 signed; 2 there is no such rule or protocol, or the site has mistakes
"""


def add_parser(commands: Any) -> None:  # noqa: ANN401 - argparse keeps its type private
    """Add the command to the command line."""
    parser = commands.add_parser(
        "triage-approve",
        help="sign triage rules as they are, as a clinician",
        description="Sign triage rules as they are. For clinicians.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("names", nargs="+", metavar="NAME", help="a protocol, a rule, or 'all'")
    parser.add_argument("--by", required=True, help="the clinician who signs")
    add_config(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Sign; 2 when nothing could be."""
    site = site_or_complain(args.config)
    if site is None:
        return 2
    if not args.by.strip() or not args.by.isprintable():
        print("careline triage approve: --by wants the clinician's name", file=sys.stderr)
        return 2
    rules = _named(site.protocols, args.names)
    if isinstance(rules, str):
        print(f"careline triage approve: {rules}", file=sys.stderr)
        return 2
    hashes = rule_hashes(site.protocols)
    known = {rule.id: rule for rule in site.protocols.rules}
    approvals = read_approvals(args.config)
    for name in rules:
        approvals[name] = Approval(
            version=known[name].version,
            hash=hashes[name],
            by=args.by.strip(),
            day=f"{datetime.now(site.zone):%Y-%m-%d}",
        )
        print(f"{name} v{known[name].version}  {hashes[name]}")
    _write(args.config / APPROVALS, written(approvals))
    left = len(known.keys() - site.protocols.approved - set(rules))
    print(f"{counted(len(rules), 'rule')} signed by {args.by.strip()}; {left} are samples")
    return 0


def _named(protocols: ProtocolSet, names: list[str]) -> list[str] | str:
    """The ids of the rules that are meant, or why there are none."""
    by_protocol = {each.id: [rule.id for rule in each.rules] for each in protocols.protocols}
    rules = [rule.id for rule in protocols.rules]
    meant: list[str] = []
    for name in names:
        if name == "all":
            meant += rules
        elif name in rules:
            # Before a protocol of the same name: the smaller promise.
            meant.append(name)
        elif name in by_protocol:
            meant += by_protocol[name]
        else:
            return f"there is no rule or protocol {name!r}; `careline check` lists them"
    return list(dict.fromkeys(meant))


def _write(path: Path, text: str) -> None:
    beside = path.with_suffix(".new")
    beside.write_text(text, encoding="utf-8")
    beside.replace(path)
