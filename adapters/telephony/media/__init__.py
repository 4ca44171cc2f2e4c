"""RTP media: one engine per line process, one leg per caller or agent.

Start with :class:`MediaEngine`; ``tones`` makes the clips that need no file.
"""

from adapters.telephony.media.clip import Clip
from adapters.telephony.media.counters import LegCounters, PacingError
from adapters.telephony.media.engine import MediaEngine
from adapters.telephony.media.errors import MediaAddressError, MediaError, PortsExhausted
from adapters.telephony.media.leg import MediaLeg, Sink
from adapters.telephony.media.playlist import OnDone
from adapters.telephony.media.realtime import RealtimePriority, request_realtime_priority
from adapters.telephony.media.recorder import Tap

__all__ = [
    "Clip",
    "LegCounters",
    "MediaAddressError",
    "MediaEngine",
    "MediaError",
    "MediaLeg",
    "OnDone",
    "PacingError",
    "PortsExhausted",
    "RealtimePriority",
    "Sink",
    "Tap",
    "request_realtime_priority",
]
