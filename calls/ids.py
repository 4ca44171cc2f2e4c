"""The names things are known by. All are strings; the types keep them apart for the checker."""

from __future__ import annotations

from typing import NewType

CallId = NewType("CallId", str)
"""One contact with the clinic, from ring to end. Unique for the life of a journal."""

AgentId = NewType("AgentId", str)
"""An agent as named in agents.yaml."""

OfferId = NewType("OfferId", str)
"""One reservation of a call for one agent. Never reused, so that a late answer is recognised."""

QueueId = NewType("QueueId", str)
"""A queue as named in queues.yaml."""
