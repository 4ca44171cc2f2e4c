"""Who owns an endpoint."""

from __future__ import annotations

from typing import Protocol

from adapters.telephony.sip.call import IncomingCall
from calls.ids import AgentId


class EndpointHandler(Protocol):
    """Who owns an endpoint. Each method is called on the event loop and must not block."""

    def incoming_call(self, call: IncomingCall) -> None:
        """Somebody calls; call ``call.listen`` first thing.

        ``call.agent_id`` and ``call.dialled`` tell a feature code from a caller.
        """
        ...

    def phone_registered(self, agent_id: AgentId) -> None:
        """The agent's phone can be rung (it was not registered before)."""
        ...

    def phone_unregistered(self, agent_id: AgentId) -> None:
        """It took itself off, its registration ran out, or it turned out to be dead."""
        ...

    def trunk_changed(self, registered: bool, detail: str) -> None:
        """The trunk's registration came up or went down; ``detail`` is fit for an operator.

        Of a trunk that we do not register with: its name can be looked up, or cannot.
        """
        ...
