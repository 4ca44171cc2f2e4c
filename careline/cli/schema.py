"""``careline schema``: JSON Schema files, so that an editor explains and completes the YAML."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from config.schema import schemas

UNWRITABLE = 2

_EXAMPLES = """examples:
  careline schema                  into ./schemas
  careline schema --out /tmp/s     into another folder

Then begin each file with a comment that names its schema; most editors understand:
  # yaml-language-server: $schema=schemas/queues.schema.json

exit code: 0 written; 2 they cannot be written
"""


def add_parser(commands: Any) -> None:  # noqa: ANN401 - argparse keeps its type private
    """Add the command to the command line."""
    parser = commands.add_parser(
        "schema",
        help="write JSON Schemas of the site's files, for editors",
        description="Write the JSON Schema of every kind of file of a site.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--out",
        type=Path,
        default=Path("schemas"),
        metavar="DIR",
        help="where to write them (default: schemas)",
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Write the files; 2 when they cannot be written."""
    folder: Path = args.out
    written: list[Path] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, schema in schemas().items():
            path = folder / f"{name}.schema.json"
            text = json.dumps(schema, indent=2, ensure_ascii=False)
            path.write_text(text + "\n", encoding="utf-8")
            written.append(path)
    except OSError as error:
        print(f"{folder}: cannot be written: {error.strerror}", file=sys.stderr)
        return UNWRITABLE
    for path in written:
        print(path)
    return 0
