"""The built-in SIP line: signalling over UDP, from the wire upwards.

``wire`` and ``uri`` read datagrams; ``transaction`` makes each request arrive once and each end
(RFC 3261, 17); ``stack`` is what calls share; ``session`` with ``incoming`` and ``outgoing`` are
calls; ``access``, ``digest``, ``registrar`` and ``registration`` say who may call and where phones
are; ``user_agent`` holds all of it, without a socket or a clock; ``endpoint`` drives it. What is
re-exported here, and ``events``, is what others may use.
"""

from adapters.telephony.sip.address import HostPort
from adapters.telephony.sip.call import Call, CallListener, IncomingCall, OutgoingCall
from adapters.telephony.sip.endpoint import SipEndpoint
from adapters.telephony.sip.errors import (
    BadAddress,
    BadMessage,
    BadSdp,
    CannotListen,
    NoCommonCodec,
    SipError,
    WrongState,
)
from adapters.telephony.sip.handler import EndpointHandler
from adapters.telephony.sip.sdp import PCMA, PCMU, Direction, LocalMedia, RemoteMedia
from adapters.telephony.sip.settings import EndpointSettings, TrunkSettings

__all__ = [
    "PCMA",
    "PCMU",
    "BadAddress",
    "BadMessage",
    "BadSdp",
    "Call",
    "CallListener",
    "CannotListen",
    "Direction",
    "EndpointHandler",
    "EndpointSettings",
    "HostPort",
    "IncomingCall",
    "LocalMedia",
    "NoCommonCodec",
    "OutgoingCall",
    "RemoteMedia",
    "SipEndpoint",
    "SipError",
    "TrunkSettings",
    "WrongState",
]
