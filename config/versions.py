"""What a site or a flow means, as a hash: comments, order and layout of the files do not count."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace

from config.digest import digest
from config.expression_checks import expressions_in
from config.site import Site
from ivr.flow import CallRules, Flow
from ivr.names import calendar_in
from ivr.steps import AskStep, CallBackStep, QueueStep, TransferStep

_NOT_MEANING = frozenset({"version", "folder", "warnings", "tables"})


def site_version(site: Site) -> str:
    """SHA-256 of everything the site means, in hexadecimal."""
    own = digest(site, without=_NOT_MEANING)
    if not site.tables:
        return own
    # Of a table what stands in it counts, not where.
    return digest([own, {name: table.data for name, table in site.tables.items()}])


def flow_version(flow: Flow, prompts: frozenset[str], rules: CallRules) -> str:
    """SHA-256 of everything a flow means under its site's rules, in hexadecimal.

    Args:
        flow: linked; its own version does not count.
        prompts: the prompts that can be heard in it; a change to another leaves the hash alone.
        rules: the site's rules; of calendars, queues, intents and outside destinations, only those
            the flow names.
    """
    steps = flow.steps.values()
    calendars = {
        calendar
        for step in steps
        for _, expression, _ in expressions_in(step)
        for name, _ in expression.names()
        if (calendar := calendar_in(name)) is not None
    }
    outside = {step.destination for step in steps if isinstance(step, TransferStep)}
    outside.update([rules.on_call] if rules.on_call is not None else [])
    queues = {step.queue for step in steps if isinstance(step, QueueStep | CallBackStep)}
    queues |= {rules.person_queue, rules.nurse_queue}
    intents = {
        choice.intent for step in steps if isinstance(step, AskStep) for choice in step.choices
    }
    own: dict[str, object] = {
        each.name: getattr(rules, each.name) for each in fields(rules) if each.compare
    }
    own["prompts"] = _only(rules.prompts, prompts)
    own["calendars"] = _only(rules.calendars, calendars)
    own["outside"] = _only(rules.outside, outside)
    own["longest_waits"] = _only(rules.longest_waits, queues)
    own["intents"] = _only(rules.intents, intents)
    return digest({"flow": replace(flow, version=""), "rules": own})


def _only(
    named: Mapping[str, object], names: frozenset[str] | set[str | None] | set[str]
) -> object:
    return {name: value for name, value in named.items() if name in names}
