"""``careline rollback``: let new calls begin with an earlier version of the site again."""

from __future__ import annotations

import argparse
from typing import Any

from careline.cli.options import add_state
from careline.cli.publish import add_signature, asked, told_refusal

_EXAMPLES = """examples:
  careline rollback                        the version before the one that serves
  careline rollback v3 --note "Callers did not find refills"
  careline rollback 1a2b3c4d               how the version's hash begins

`careline versions` lists them. Its prompts must be rendered and triage be ready for it, as before a
publication; dialogues and proof are not asked again. Calls in progress keep what they have. Said
again, it goes further back. The site's folder is left as it is: the next `careline publish` takes
it up again, and so far the restarted line serves the version that was rolled back to.

exit code: 0 done, or that version serves already; 1 there is no such version, it cannot be used, or
it is only noted so far, each reason is told; 2 no line is running, or another machine leads
"""


def add_parser(commands: Any) -> None:  # noqa: ANN401 - argparse keeps its type private
    """Add the command to the command line."""
    parser = commands.add_parser(
        "rollback",
        help="let new calls begin with an earlier version of the site again",
        description="Let new calls of the running line begin with an earlier version of the site "
        "again.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "version",
        nargs="?",
        metavar="VERSION",
        help="v3, or how its hash begins (default: the one before the one that serves)",
    )
    add_signature(parser)
    add_state(parser)
    parser.set_defaults(run=run, late="version")


def run(args: argparse.Namespace) -> int:
    """Do it; 1 when there is no such version, 2 when no line is running."""
    answer = asked(args, op="roll-back", version=args.version)
    if answer is None:
        return 2
    if (refused := told_refusal(answer)) is not None:
        return refused
    version = answer["version"][:8]
    if answer["number"] is None:
        print(f"nothing has changed: version {version} serves already")
        return 0
    print(f"new calls begin with version {version} again (v{answer['number']})")
    print(f"{answer['folder']} still holds the newer files: careline publish takes them up again")
    return 0
