"""``careline triage``: what the line would do with an utterance, and why."""

from __future__ import annotations

import argparse
import io
import sys
from collections.abc import Iterator
from typing import Any, cast

from careline.cli.options import add_config, site_or_complain
from careline.cli.triage_stream import stream
from careline.gate import engine_of
from triage import SECOND_OPINION, Explanation, ProtocolSet, Standing
from triage.opinion import Opinion

_EXAMPLES = """examples:
  careline triage "shortness of breath and a sharp pain in my left arm"
  careline triage --lang es "me duele mucho el pecho"
  careline triage "i don't have chest pain, i need an appointment"
  careline triage --jsonl < utterances.jsonl
      reads  {"id": 1, "text": "...", "lang": "en"}, and where it is known "call": "a name", which
             joins the turns of one call, and "confidence": 0 to 1, of the recogniser
      writes {"id": 1, "action": "...", "disposition": "...", "flags": [...], "suppressed": [...]}
      or     {"id": 1, "error": "..."}: one line for each line, in the same order

exit code: 0 assessed; 1 a line of --jsonl could not be read; 2 nothing could be assessed
"""


def add_parser(subparsers: Any) -> None:  # noqa: ANN401 - argparse keeps its type private
    """Add ``triage`` to the command line."""
    parser = subparsers.add_parser(
        "triage",
        help="assess what a caller says",
        description="Assess what a caller says and print the action, the disposition, what "
        "matched, and what was left out and why.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("text", nargs="?", help="what the caller says")
    parser.add_argument("--lang", default="en", help="the language listened for (default: en)")
    parser.add_argument(
        "--jsonl", action="store_true", help="read JSON lines from standard input, write JSON lines"
    )
    add_config(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Carry out the command.

    Returns:
        0; 1 when a line could not be read; 2 when there is nothing to assess or the site cannot
        be loaded.
    """
    if args.text is None and not args.jsonl:
        print("careline triage: give a text, or --jsonl; see --help", file=sys.stderr)
        return 2
    site = site_or_complain(args.config)
    if site is None:
        return 2
    engine = engine_of(site)
    if args.jsonl:
        # It is buffered, though its declared type does not say so.
        return stream(engine, cast(io.BufferedReader, sys.stdin.buffer), sys.stdout)
    if isinstance(sys.stdout, io.TextIOWrapper):
        # What was typed need not be text, and a terminal need not be able to show it.
        sys.stdout.reconfigure(errors="backslashreplace")
    for line in describe(engine.explain(args.text, args.lang), site.protocols):
        print(line)
    return 0


def describe(explanation: Explanation, protocols: ProtocolSet) -> Iterator[str]:
    """An explanation, for a person to read."""
    verdict = explanation.verdict
    yield f"action       {verdict.action.value}"
    yield f"disposition  {verdict.disposition.value}"
    if verdict.question is not None:
        yield f"question     {verdict.question}"
    if verdict.reason != "rules":
        yield f"reason       {verdict.reason}"
    if protocols.status != "approved":
        yield f"protocols    {protocols.status}: not approved by a clinician"
    quoted = {
        (finding.concept, finding.span): finding.words.reveal() for finding in explanation.findings
    }
    for flag in verdict.flags:
        rule = protocols.rule(flag.rule)
        yield f"matched      {flag.rule} v{flag.version} -> {flag.disposition.value}"
        if rule is not None:
            yield f"               {rule.citation}"
        elif explanation.opinion is not None and flag.rule == SECOND_OPINION:
            yield f"               {_likely(explanation.opinion)}"
        for concept, span in zip(flag.concepts, flag.spans, strict=True):
            yield f'               {concept}: "{quoted.get((concept, span), "")}" {_place(span)}'
    for finding in explanation.left_out:
        word = "in doubt" if finding.standing is Standing.IN_DOUBT else "suppressed"
        said = finding.words.reveal()
        yield f'{word:<12} {finding.concept}: "{said}" {_place(finding.span)}: {finding.reason}'
    if explanation.truncated:
        yield "note         only the beginning was read"


def _likely(opinion: Opinion) -> str:
    return (
        f"sounds like 911 {opinion.emergency:.0%}, 988 {opinion.crisis:.0%}, "
        f"a nurse {opinion.nurse:.0%}"
    )


def _place(span: tuple[int, int]) -> str:
    first, end = span[0] + 1, span[1]
    return f"(word {first})" if first == end else f"(words {first}-{end})"
