"""What can be wrong in ``site.yaml``, and in what it names elsewhere."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Collection

from config.document import Path, shown
from config.draft import QUEUES, SITE, Draft, check_name
from config.flow_checks import DIGITS, skill_names
from config.outbound import permits
from config.report import Report
from ivr.keypad import NO_KEY, YES_KEY

_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})?")
_NUMBER = re.compile(r"\+?[0-9]{3,15}")
_SIP_URI = re.compile(r"sips?:([^@\s]+@)?[A-Za-z0-9.\-\[\]:]+(;[^\s]*)?")
_SECRET = re.compile(r"[a-z0-9][a-z0-9/_.-]{0,63}")
_CODE = re.compile(r"\*[0-9]{1,4}")


def check_site(draft: Draft, secret_names: Collection[str] | None, report: Report) -> None:
    """Report what is wrong in ``site.yaml`` and between it and the other files."""
    for checks in (
        _check_languages,
        _check_keys,
        _check_names,
        _check_outside,
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
    for language, skill in site.language_skills.items():
        path = ("language_skills", language)
        if language not in site.languages:
            hint = report.nearest(language, site.languages)
            message = f"the site does not speak {shown(language)}{hint}"
            report.problem(document, path, message, key=True)
        report.reference(document, path, "skill", skill, skill_names(draft))


def _check_keys(draft: Draft, report: Report) -> None:
    document, keys = draft.documents[SITE], draft.site.keys
    seen: dict[str, str] = {}
    for name in ("person", "repeat", "emergency"):
        key, path = getattr(keys, name), ("keys", name)
        if len(key) != 1 or key not in DIGITS:
            wanted = f"wanted one of the keys {' '.join(DIGITS)}"
            report.problem(document, path, f"found {shown(key)}, {wanted}")
        elif key in seen:
            report.problem(document, path, f"{shown(key)} means {seen[key]} already")
        elif key in (YES_KEY, NO_KEY):
            report.problem(document, path, f"{shown(key)} answers triage's yes/no questions")
        seen.setdefault(key, name)
    codes: dict[str, str] = {}
    for name in ("ready", "on_break", "out", "escalate"):
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
    flows = list(draft.flows)
    report.reference(document, ("entry_flow",), "flow", site.entry_flow, flows)
    queues = draft.names(QUEUES)
    report.reference(document, ("person_queue",), "queue", site.person_queue, queues)
    report.reference(document, ("nurse_queue",), "queue", site.nurse_queue, queues)
    if site.on_call is not None:
        report.reference(document, ("on_call",), "outside name", site.on_call, site.outside)


def _check_outside(draft: Draft, report: Report) -> None:
    """Numbers are not shown: a message may end up anywhere."""
    site, document = draft.site, draft.documents[SITE]
    destinations: list[tuple[Path, str]] = [
        (("outside", name), destination) for name, destination in site.outside.items()
    ]
    if site.fallback_number is not None:
        destinations.append((("fallback_number",), site.fallback_number))
    elif site.id:
        message = "no 'fallback_number': when the line fails, callers hear the 911 advice only"
        report.warning(document, (), message)
    for path, destination in destinations:
        if not (_NUMBER.fullmatch(destination) or _SIP_URI.fullmatch(destination)):
            wanted = "a number like '+15555550100' or a SIP URI"
            report.problem(document, path, f"this cannot be dialled, wanted {wanted}")
        elif not permits(site.sip.outbound, destination):
            message = (
                "the outbound plan (sip.outbound) does not permit this, so it is never dialled"
            )
            report.warning(document, path, message)


def _check_sip(draft: Draft, report: Report) -> None:
    sip, document = draft.site.sip, draft.documents[SITE]
    host, _, port = sip.listen.rpartition(":")
    if not (_is_address(host.strip("[]")) and port.isdecimal() and int(port) <= 65535):
        message = f"found {shown(sip.listen)}, wanted address:port such as 127.0.0.1:5060"
        report.problem(document, ("sip", "listen"), message)
    elif sip.advertise is None and ipaddress.ip_address(host.strip("[]")).is_unspecified:
        message = "listening on every address needs 'advertise', the address phones reach"
        report.problem(document, ("sip", "listen"), message)
    if sip.advertise is not None and not _is_address(sip.advertise):
        message = f"found {shown(sip.advertise)}, wanted an IP address without a port"
        report.problem(document, ("sip", "advertise"), message)
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
    trunk, path = draft.site.sip.trunk, ("sip", "trunk", "password_secret")
    if trunk is None:
        return
    document = draft.documents[SITE]
    if not _SECRET.fullmatch(trunk.password_secret):
        message = "this is no name of a secret, wanted one such as 'trunk/password'"
        report.problem(document, path, message)
    elif names is not None and trunk.password_secret not in names:
        report.problem(document, path, "the file of secrets holds no secret of this name")
