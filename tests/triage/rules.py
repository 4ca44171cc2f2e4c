"""Rules for tests of their own."""

from __future__ import annotations

from calls.verdict import Disposition
from triage.protocol import Rule


def a_rule(name: str, disposition: Disposition, **fields: tuple[str, ...]) -> Rule:
    """A rule with what every rule must have.

    Args:
        name: its id.
        disposition: what it asks for.
        fields: its concepts: ``all``, ``any``, ``unless``, ``ask_when``.
    """
    return Rule(id=name, version=1, owner="o", citation="c", disposition=disposition, **fields)
