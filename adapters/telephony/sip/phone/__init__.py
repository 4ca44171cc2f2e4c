"""Softphones on the real SIP and media stack: a caller, and an agent's desk phone.

They are what ``careline call``, the demo and the benchmarks talk through: real datagrams, real
audio, no shortcut into the line.
"""

from adapters.telephony.sip.phone.agent import AgentPhone
from adapters.telephony.sip.phone.behaviour import AgentBehaviour, Pickup
from adapters.telephony.sip.phone.caller import CallerPhone
from adapters.telephony.sip.phone.greeting import greeting_with_pause
from adapters.telephony.sip.phone.problem import PhoneProblem

__all__ = [
    "AgentBehaviour",
    "AgentPhone",
    "CallerPhone",
    "PhoneProblem",
    "Pickup",
    "greeting_with_pause",
]
