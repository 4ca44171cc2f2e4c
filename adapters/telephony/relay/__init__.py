"""The lines of several machines as one: each node's relay, and the leader's view of all of them.

The leader and the nodes meet in Redis. A *session* is one stretch of driving by one leader: it has
a token, belongs to the epoch and holder of the leader's lease, and ends with them. When it begins
every node's line is told to begin anew, as a line is by a brain that connects: what was not
acknowledged comes again. So the streams only carry; nothing in them need outlive a session, and
what a former leader left in one is void.

::

    line --socket--> LineRelay --inbox stream--> RelayedLine --> Brain
    line <--socket-- LineRelay <--orders stream-- RelayedLine <-- Brain

A node that is not heard of is first left *unseen*: its callers are on music, and what is known of
them stays as it is. After :data:`~.line.GIVEN_UP_S` they are taken to be lost.
"""

from adapters.telephony.relay.line import RelayedLine
from adapters.telephony.relay.node import LineRelay, NodeNameError

__all__ = ["LineRelay", "NodeNameError", "RelayedLine"]
