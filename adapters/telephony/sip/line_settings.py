"""What the built-in line is set up with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from adapters.telephony.sip.outbound import OutboundPlan
from calls.commands import Utterance


@dataclass(frozen=True, slots=True, kw_only=True)
class LineSettings:
    """What the line itself has to know of the site.

    Attributes:
        site: the site's id.
        capacity: callers at once.
        reserved: further channels that only advise and hand over.
        advice: the 911 advice in each language.
        fallback: where callers go when the line cannot go on, if anywhere.
        outbound: what may be dialled out.
        feature_codes: code to what the agent hears once it was taken.
        unattended_s: how long callers wait for a brain before the line advises them itself.
    """

    site: str
    capacity: int
    reserved: int
    advice: tuple[Utterance, ...]
    fallback: str | None
    outbound: OutboundPlan
    feature_codes: Mapping[str, Utterance] = field(default_factory=dict)
    unattended_s: float = 60.0
