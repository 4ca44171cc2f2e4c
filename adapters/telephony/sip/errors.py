"""What can go wrong with SIP, in one tree.

::

    SipError
    ├── Theirs                 the far end sent what cannot be used
    │   ├── BadMessage         not SIP, or SIP that breaks RFC 3261
    │   ├── BadAddress         a host or port that nothing may be sent to
    │   ├── BadSdp             a session description that cannot be read
    │   └── NoCommonCodec      a session description we can read and not serve
    ├── Ours                   a method was called when it could not mean anything
    │   └── WrongState
    └── Ops                    configuration or the machine
        └── CannotListen       the address is taken, or not ours to listen on

A message of *theirs* never quotes a user part or a number: it may be logged as it is.
"""

from __future__ import annotations


class SipError(Exception):
    """Anything this package raises."""


class Theirs(SipError):
    """The far end sent what cannot be used."""


class BadMessage(Theirs):
    """A datagram that is not SIP, or breaks RFC 3261 in a way that matters.

    Attributes:
        status: the status code that answers it, if it was a request.
    """

    def __init__(self, why: str, status: int = 400) -> None:
        super().__init__(why)
        self.status = status


class BadAddress(Theirs):
    """A host that is no IP literal or a port outside 1-65535."""


class BadSdp(Theirs):
    """A session description that cannot be read (RFC 8866)."""


class NoCommonCodec(Theirs):
    """The far end offers or answers nothing we can send and hear. Answered with 488."""


class Ours(SipError):
    """A bug on this side."""


class WrongState(Ours):
    """A call was told to do what its state does not allow, for example to answer twice."""


class Ops(SipError):
    """Configuration, or the machine."""


class CannotListen(Ops):
    """The listening address is taken or not ours. The message says which and what to do."""
