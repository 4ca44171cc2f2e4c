"""What can go wrong in the media engine.

``MediaError``
├── ``PortsExhausted``     ops: every port of the site's range is in use
└── ``MediaAddressError``  theirs: an SDP named an address or a payload that cannot be used
"""

from __future__ import annotations


class MediaError(Exception):
    """Anything the media engine refuses."""


class PortsExhausted(MediaError):
    """Ops: no even UDP port of the range is free. The message says which range."""


class MediaAddressError(MediaError):
    """Theirs: where to send, or what, is not possible; nothing was changed.

    The address is no IP literal with a port from 1 to 65535, or the payload none spoken here.
    """
