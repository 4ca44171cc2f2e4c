"""What a site or a flow means, as a hash: comments, order and layout of the files do not count."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields

from config.digest import digest
from config.site import Site
from ivr.flow import CallRules
from ivr.steps import BranchStep, QueueStep, Step, TransferStep

_NOT_MEANING = frozenset({"version", "folder", "warnings"})


def site_version(site: Site) -> str:
    """SHA-256 of everything the site means, in hexadecimal."""
    return digest(site, without=_NOT_MEANING)


def flow_version(
    flow_id: str, start: str, steps: Mapping[str, Step], prompts: frozenset[str], rules: CallRules
) -> str:
    """SHA-256 of everything a flow means under its site's rules, in hexadecimal.

    Args:
        flow_id: the flow's name.
        start: its first step.
        steps: its steps.
        prompts: the prompts that can be heard in it; a change to another leaves the hash alone.
        rules: the site's rules; of calendars, queues and outside destinations, only those the flow
            names.
    """
    calendars = {
        case.calendar
        for step in steps.values()
        if isinstance(step, BranchStep)
        for case in step.cases
    }
    outside = {step.destination for step in steps.values() if isinstance(step, TransferStep)}
    outside.update([rules.on_call] if rules.on_call is not None else [])
    queues = {step.queue for step in steps.values() if isinstance(step, QueueStep)}
    queues |= {rules.person_queue, rules.nurse_queue}
    own: dict[str, object] = {each.name: getattr(rules, each.name) for each in fields(rules)}
    own["prompts"] = _only(rules.prompts, prompts)
    own["calendars"] = _only(rules.calendars, calendars)
    own["outside"] = _only(rules.outside, outside)
    own["longest_waits"] = _only(rules.longest_waits, queues)
    return digest({"id": flow_id, "start": start, "steps": steps, "rules": own})


def _only(
    named: Mapping[str, object], names: frozenset[str] | set[str | None] | set[str]
) -> object:
    return {name: value for name, value in named.items() if name in names}
