"""``careline run``: start the line, show calls live, let someone without a phone try it."""

from __future__ import annotations

import argparse
import asyncio
import re
import socket
import sys
from pathlib import Path
from typing import Any

from adapters.telephony.sip.errors import CannotListen
from adapters.telephony.sip.settings import EndpointSettings
from adapters.telephony.sip.udp import listening_socket
from calls.ports import JournalError
from calls.private import Private
from careline.cli.options import add_config, add_state, complain
from careline.cli.session import Session
from careline.processes.supervisor import ChildCannotStart
from careline.redis_address import (
    WITHOUT_LIBRARY,
    AddressRefused,
    from_command_line,
    with_passwords,
)
from careline.serving import (
    NOT_PUBLISHED,
    Serving,
    found_or_taken,
    note_elsewhere,
    site_to_serve,
)
from careline.state import StateFolder
from careline.terminal import Terminal, Tone
from careline.versions import SiteVersions
from config.errors import ConfigError, SecretsError
from config.load import DEFAULT_CLINIC
from config.secrets import ensure_agent_secrets
from config.site import Site

_EXAMPLES = """examples:
  careline run                                 the sample clinic, on loopback
  careline run --config my-clinic              your own
  careline run --listen 192.0.2.10:5060        reachable for phones on that network
  careline run --redis redis://192.0.2.20/0    one of several machines that serve a site

A start serves what was published last. What was changed in the folder since waits for `careline
publish`, and the start says so. The first start publishes the folder as it is.

A password of Redis does not stand in --redis: write it into the file of secrets as redis/password,
or put the whole address into the environment as CARELINE_REDIS_URL.

while it runs:
  t  talk to it in this terminal      c  place the chest-pain call and watch it reach a nurse
  s  who is where                     q  stop (so does ctrl-C)

exit code: 0 stopped by you; 2 it cannot be started, one line says why
"""


def add_parser(commands: Any) -> None:  # noqa: ANN401 - argparse keeps its type private
    """Add the command to the command line."""
    parser = commands.add_parser(
        "run",
        help="start the line",
        description="Start the line: SIP, call flows, triage, distribution, recording.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_config(parser)
    add_state(parser, begins=True)
    parser.add_argument(
        "--listen", metavar="HOST:PORT", help="in place of `sip.listen` in site.yaml"
    )
    parser.add_argument(
        "--redis",
        metavar="URL",
        help="be one of several machines of this site, which meet there",
    )
    parser.add_argument(
        "--node",
        metavar="NAME",
        default=socket.gethostname().partition(".")[0],
        help="with --redis: this machine among them (default: %(default)s)",
    )
    parser.add_argument(
        "--replicas",
        type=int,
        default=0,
        metavar="N",
        help="with --redis: so many replicas must have what happened before it counts",
    )
    parser.add_argument("--speech-setup", type=Path, help=argparse.SUPPRESS)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Run until stopped; 2 when the line cannot be started."""
    state = StateFolder(args.state.absolute())
    versions = SiteVersions(state.versions)
    try:
        serving = site_to_serve(args.config, versions)
    except ConfigError as error:
        complain(error, args.config)
        return 2
    terminal = Terminal(sys.stdout)
    try:
        redis = from_command_line(args.redis)
        if redis is not None:
            _check_redis(redis, args.node)
        state.make()
        if redis is not None:
            redis = with_passwords(redis, state.secrets)
            serving = _as_others_serve(serving, args.config, state, versions, redis)
        site = serving.site
        ensure_agent_secrets(state.secrets, site.agents)
        _check_address(site, args.listen)
    except OSError as error:
        print(f"{args.state}: {error.strerror}; choose another with --state", file=sys.stderr)
        return 2
    except (SecretsError, CannotListen, AddressRefused, JournalError) as error:
        print(error, file=sys.stderr)
        return 2
    _say_what_waits(terminal, serving, args.config)
    _warn(terminal, site, args.config)
    try:
        return asyncio.run(Session(site, state, args, terminal, redis).run())
    except ChildCannotStart as error:
        print(error, file=sys.stderr)
        return 2


_NODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}", re.ASCII)


def _check_redis(address: Private, node: str) -> None:
    """Find out before anything is made or started that this machine cannot take part.

    Raises:
        AddressRefused: its name cannot be used, or the library is missing.
        JournalError: the address cannot be used.
    """
    if not _NODE.fullmatch(node):
        raise AddressRefused(
            "--node: a name of letters, digits, dots, dashes and underscores was wanted"
        )
    try:
        # Only here: the library for Redis is an extra that one machine alone does without.
        from adapters.stores.redis import Address
    except ModuleNotFoundError:
        raise AddressRefused(WITHOUT_LIBRARY) from None
    Address.parse(address.reveal())


def _as_others_serve(
    serving: Serving, config: Path, state: StateFolder, versions: SiteVersions, redis: Private
) -> Serving:
    """What serves, where other machines may have published since this one last led.

    While Redis cannot be asked this machine starts with what it knows. What its calls begin with
    is told by whichever machine leads.
    """
    # Only here: the library for Redis is an extra that one machine alone does without.
    from careline.processes.node import last_published

    try:
        version = last_published(redis, serving.site.id, state)
    except JournalError:
        return serving
    if version is None or version == serving.site.version:
        return serving
    if found_or_taken(config, versions)(version) is None:
        return serving
    note_elsewhere(version, versions)
    return site_to_serve(config, versions)


def _check_address(site: Site, listen: str | None) -> None:
    """Find out before anything is started that the address is taken or not ours.

    Raises:
        CannotListen: it is.
    """
    sip = site.sip
    listening_socket(EndpointSettings(listen=listen or sip.listen, advertise=sip.advertise)).close()


def _say_what_waits(terminal: Terminal, serving: Serving, folder: Path) -> None:
    """Tell where the folder is not what serves."""
    if serving.mistakes is not None:
        complain(serving.mistakes, folder)
        print("the last good version goes on serving", file=sys.stderr)
    if serving.unreadable:
        terminal.say(
            f"what was published last cannot be used, {folder} is served as it is. "
            f"{serving.unreadable}",
            lead="warning: ",
            tone=Tone.WARNING,
        )
    if serving.waiting:
        terminal.say(f"{folder}: {NOT_PUBLISHED}", lead="warning: ", tone=Tone.WARNING)


def _warn(terminal: Terminal, site: Site, folder: Path) -> None:
    where = "careline check" if folder == DEFAULT_CLINIC else f"careline check {folder}"
    samples = sum(bool(site.protocols.samples(each)) for each in site.protocols.protocols)
    others = len(site.warnings) - samples
    if samples:
        terminal.say(
            f"{samples} triage protocols are samples: a clinician must approve each before "
            f"patients call (`{where}` lists them)",
            lead="warning: ",
            tone=Tone.WARNING,
        )
    if others > 0:
        terminal.say(
            f"{others} thing{'' if others == 1 else 's'} in the site's files should be looked at "
            f"(`{where}` lists them)",
            lead="warning: ",
            tone=Tone.WARNING,
        )
