"""What can be wrong in ``site.yaml``, and in what it names elsewhere."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Collection
from dataclasses import fields

from config.document import Document, Path, dotted, shown
from config.draft import QUEUES, SITE, Draft
from config.emergency_checks import rung_is_written
from config.errors import Problem
from config.lookups import LOOKUPS, secrets_named
from config.names import check_name
from config.outbound import permits, permits_callers
from config.report import Report
from config.settings import SipSettings
from config.step_checks import DIGITS, skill_names
from ivr.collection import NO_KEY, YES_KEY
from ivr.flow import Keys

_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})?")
_NUMBER = re.compile(r"\+?[0-9]{3,15}")
_SIP_URI = re.compile(
    r"""sip:([^@\s<>"]+@)?
        (?P<host>[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(:(?P<port>[0-9]{1,5}))?
        (;[^\s<>"]*)?""",
    re.VERBOSE,
)
_LISTEN = re.compile(r"(?P<host>[0-9.]+|\[[^\[\]]+\]):(?P<port>[0-9]{1,5})")
_REGISTRAR = re.compile(r"([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(:(?P<port>[0-9]{1,5}))?")
_USER = re.compile(r"""[^\s<>"@:;?]+""")
_LAST_PORT = 65535
_SECRET = re.compile(r"[a-z0-9][a-z0-9/_.-]{0,63}")
_CODE = re.compile(r"\*[0-9]{1,4}")

_NOBODY_OUTSIDE = "an emergency that no nurse answers is put through to nobody outside"
_ADVICE_ONLY = "when the line fails, callers hear the 911 advice only"
_NOT_REACHED = "nobody is ever reached here"
_NOT_IN_THE_FILE = (
    "the file of secrets holds no secret of this name; add it there, or write the name it has"
)


def check_site(draft: Draft, secret_names: Collection[str] | None, report: Report) -> None:
    """Report what is wrong in ``site.yaml`` and between it and the other files."""
    for checks in (
        _check_languages,
        _check_keys,
        _check_names,
        _check_outside,
        _check_call_backs,
        _check_sip,
    ):
        checks(draft, report)
    _check_secrets(draft, secret_names, report)


def _check_languages(draft: Draft, report: Report) -> None:
    site, document = draft.site, draft.documents[SITE]
    seen: set[str] = set()
    for index, language in enumerate(site.languages):
        path: Path = ("languages", index)
        if not _LANGUAGE.fullmatch(language):
            message = f"{shown(language)} is no language code, wanted one such as 'en'"
            report.problem(document, path, message)
        if language in seen:
            report.problem(document, path, f"{shown(language)} stands twice")
        seen.add(language)
    if "languages" in document.data and document.data["languages"] == []:
        report.problem(document, ("languages",), "wanted at least one language")
    if not site.languages:
        return
    for index, language in enumerate(site.listen_languages):
        # The default is English; a site without it simply listens to nothing.
        if "listen_languages" in document.data:
            place = ("listen_languages", index)
            report.reference(document, place, "language", language, site.languages)
    for language, need in site.language_skills.items():
        path = ("language_skills", language)
        if language not in site.languages:
            hint = report.nearest(language, site.languages)
            message = f"the site does not speak {shown(language)}{hint}"
            report.problem(document, path, message, key=True)
        if document.value((*path, "skill")) is not None:
            path = (*path, "skill")
        report.reference(document, path, "skill", need.skill, skill_names(draft))
        if need.preferred:
            # Whoever cannot understand the caller cannot help them.
            message = "a language is needed or not; write only skill and level"
            report.problem(document, ("language_skills", language, "preferred"), message, key=True)


def _check_keys(draft: Draft, report: Report) -> None:
    document, keys = draft.documents[SITE], draft.site.keys
    seen: dict[str, str] = {}
    for name in (field.name for field in fields(Keys)):
        key, path = getattr(keys, name), ("keys", name)
        if key is None:
            continue
        if len(key) != 1 or key not in DIGITS:
            wanted = f"wanted one of the keys {' '.join(DIGITS)}"
            report.problem(document, path, f"found {shown(key)}, {wanted}")
        elif key in seen:
            message = f"{shown(key)} means {seen[key]} already; choose another key"
            report.problem(document, path, message)
        elif key in (YES_KEY, NO_KEY):
            # What means something everywhere is taken first: such a question had no answer by key.
            message = f"{shown(key)} answers triage's yes/no questions; choose another key"
            report.problem(document, path, message)
        seen.setdefault(key, name)
    codes: dict[str, str] = {}
    for name in ("ready", "on_break", "out", "escalate", "identity"):
        code, path = getattr(draft.site.features, name), ("features", name)
        if not _CODE.fullmatch(code):
            report.problem(document, path, f"found {shown(code)}, wanted a code like *11")
        for other, other_name in codes.items():
            if code == other:
                report.problem(document, path, f"{shown(code)} means {other_name} already")
            elif code.startswith(other) or other.startswith(code):
                message = f"{shown(code)} cannot be told from {shown(other)} ({other_name})"
                report.problem(document, path, f"{message} while it is being pressed")
        codes.setdefault(code, name)


def _check_names(draft: Draft, report: Report) -> None:
    site, document = draft.site, draft.documents[SITE]
    if site.id:
        check_name(site.id, document, ("id",), report)
    flows, queues = list(draft.flows), draft.names(QUEUES)
    for field, kind, names in (
        ("entry_flow", "flow", flows),
        ("person_queue", "queue", queues),
        ("nurse_queue", "queue", queues),
    ):
        name = getattr(site, field)
        # An empty one stands for what is missing, which was told already.
        if name:
            report.reference(document, (field,), kind, name, names)
    if site.on_call is not None:
        report.reference(document, ("on_call",), "outside name", site.on_call, draft.outside())


def _check_outside(draft: Draft, report: Report) -> None:
    """Whether the outside can be reached. Numbers are not shown: a message may end up anywhere."""
    site, document = draft.site, draft.documents[SITE]
    destinations: dict[Path, tuple[str, str]] = {
        ("outside", name): (destination, _NOBODY_OUTSIDE if name == site.on_call else _NOT_REACHED)
        for name, destination in site.outside.items()
    }
    if site.fallback_number is not None:
        destinations["fallback_number",] = site.fallback_number, _ADVICE_ONLY
    for name, so in (("on_call", _NOBODY_OUTSIDE), ("fallback_number", _ADVICE_ONLY)):
        missing = document.readable and name not in document.data
        # A ladder that asks for a number on call says itself that there is none.
        if missing and not (name == "on_call" and rung_is_written(draft)):
            report.warning(document, (), f"no '{name}': {so}")
    for path, (destination, so) in destinations.items():
        if not _is_dialable(destination):
            wanted = "a number like '+15555550100' or a SIP URI"
            report.problem(document, path, f"this cannot be dialled, wanted {wanted}")
        elif lacking := _lacking(site.sip, destination):
            report.warning(document, path, f"{lacking}: {so}")


def _check_call_backs(draft: Draft, report: Report) -> None:
    """Whether somebody who is owed a call-back can be dialled at all.

    It is always possible: a red flag who drops, a caller whom the line lost, one who chose it.
    """
    site, document = draft.site, draft.documents[SITE]
    if not document.readable or permits_callers(site.sip.outbound):
        return
    message = (
        "no pattern permits patients' numbers: the line calls nobody back, not even a red flag who "
        'was cut off; add one, such as "+1??????????"'
    )
    paths: tuple[Path, ...] = (("sip", "outbound"), ("sip",))
    written = next((path for path in paths if document.value(path) is not None), ())
    report.warning(document, written, message, key=bool(written))


def _is_dialable(destination: str) -> bool:
    uri = _SIP_URI.fullmatch(destination)
    if uri is None:
        return _NUMBER.fullmatch(destination) is not None
    return uri["port"] is None or 1 <= int(uri["port"]) <= _LAST_PORT


def _lacking(sip: SipSettings, destination: str) -> str:
    """What is not there that would be needed to dial this; empty when all is."""
    lacking = []
    if not permits(sip.outbound, destination):
        lacking.append("the outbound plan (sip.outbound) does not permit this")
    uri = _SIP_URI.fullmatch(destination)
    # A number, or a host that is a name, is for the provider to find.
    if sip.trunk is None and not (uri and _is_address(uri["host"].strip("[]"))):
        lacking.append("there is no provider (sip.trunk) to dial it")
    return ", and ".join(lacking)


def _check_sip(draft: Draft, report: Report) -> None:
    sip, document = draft.site.sip, draft.documents[SITE]
    listen = _LISTEN.fullmatch(sip.listen)
    host = listen["host"].strip("[]") if listen else ""
    if listen is None or not _is_address(host) or int(listen["port"]) > _LAST_PORT:
        message = f"found {shown(sip.listen)}, wanted address:port such as 127.0.0.1:5060"
        report.problem(document, ("sip", "listen"), message)
    elif sip.advertise is None and ipaddress.ip_address(host).is_unspecified:
        message = "listening on every address needs 'advertise', the address phones reach"
        report.problem(document, ("sip", "listen"), message)
    if sip.advertise is not None:
        if not _is_address(sip.advertise):
            message = f"found {shown(sip.advertise)}, wanted an IP address without a port"
            report.problem(document, ("sip", "advertise"), message)
        elif ipaddress.ip_address(sip.advertise).is_unspecified:
            message = "no phone can reach this; wanted the address that phones send to"
            report.problem(document, ("sip", "advertise"), message)
    if sip.trunk is not None:
        registrar = _REGISTRAR.fullmatch(sip.trunk.registrar)
        if registrar is None or not 1 <= int(registrar["port"] or 5060) <= _LAST_PORT:
            message = f"found {shown(sip.trunk.registrar)}, wanted a host such as sip.example.com"
            report.problem(document, ("sip", "trunk", "registrar"), message)
        if not _USER.fullmatch(sip.trunk.user):
            message = "this is no user of a SIP account, wanted its name without '@' and the host"
            report.problem(document, ("sip", "trunk", "user"), message)
    for index, network in enumerate(sip.allow):
        try:
            ipaddress.ip_network(network)
        except ValueError:
            message = f"found {shown(network)}, wanted a network such as 192.0.2.0/24"
            report.problem(document, ("sip", "allow", index), message)
    first, last = sip.media_ports
    if last < first:
        message = f"the last port {last} is below the first {first}"
        report.problem(document, ("sip", "media_ports"), message)
    elif last - first + 1 < 4 * (sip.capacity + sip.reserved):
        # A bridged call has two legs, each with a port for RTP and one for RTCP.
        message = (
            f"{last - first + 1} ports are too few, wanted 4 for each call and reserved channel"
        )
        report.problem(document, ("sip", "media_ports"), message)


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _check_secrets(draft: Draft, names: Collection[str] | None, report: Report) -> None:
    """What stands where a name should may be the secret itself, so it is never shown."""
    if names is not None:
        for header, secret in secrets_named(draft.lookups.values()):
            if secret not in names:
                report.add(_of_header(draft.documents[LOOKUPS], header))
    trunk, path = draft.site.sip.trunk, ("sip", "trunk", "password_secret")
    if trunk is None:
        return
    document = draft.documents[SITE]
    if not _SECRET.fullmatch(trunk.password_secret):
        message = "this is no name of a secret, wanted one such as 'trunk/password'"
        report.problem(document, path, message)
    elif names is not None and trunk.password_secret not in names:
        report.problem(document, path, _NOT_IN_THE_FILE)


def _of_header(document: Document, path: Path) -> Problem:
    """A secret of a header that there is not. The header is not shown: it may be anything."""
    line, column = document.mark(path)
    where = dotted(path[:-1])
    return Problem(
        file=document.file, line=line, column=column, where=where, message=_NOT_IN_THE_FILE
    )
