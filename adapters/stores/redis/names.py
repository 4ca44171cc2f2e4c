"""The names under which a site's journal stands in Redis."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Names:
    """One stream per site and what belongs to it.

    All share the hash tag ``{site}`` (Redis cluster specification, "Hash tags"), so that they live
    in one slot and one script may touch them all.

    Attributes:
        site: the site's id; no braces, for they would end the tag early.
    """

    site: str

    def __post_init__(self) -> None:
        if not self.site or "{" in self.site or "}" in self.site:
            raise ValueError("a site's id that is empty or has braces cannot be a hash tag")

    @property
    def journal(self) -> str:
        """Stream: the entries. An entry's id is its position, then ``-0``."""
        return self._key("journal")

    @property
    def head(self) -> str:
        """Hash: format, the site key's mark, the last batch's token."""
        return self._key("journal:head")

    @property
    def call_keys(self) -> str:
        """Hash: each call's key, wrapped by the site key."""
        return self._key("journal:call-keys")

    @property
    def unpurged(self) -> str:
        """Set: forgotten calls whose keys may still stand in the append-only file."""
        return self._key("journal:unpurged")

    @property
    def lines(self) -> str:
        """Hash: each run of a line with the number of its last event and where that stands."""
        return self._key("journal:lines")

    @property
    def snapshot(self) -> str:
        """Hash: position, state and checksum."""
        return self._key("journal:snapshot")

    @property
    def lease(self) -> str:
        """String with a time-to-live: there while somebody leads."""
        return self._key("lease")

    @property
    def fence(self) -> str:
        """Hash: the epoch and the holder of the lease that was given last."""
        return self._key("fence")

    @property
    def relay_session(self) -> str:
        """Hash: the token of the leader's present session with the nodes, its epoch and holder."""
        return self._key("relay:session")

    @property
    def relay_inbox(self) -> str:
        """Stream: what the nodes tell the leader."""
        return self._key("relay:inbox")

    @property
    def relay_nodes(self) -> str:
        """Hash: each node with its run, when it was heard last, and whether its line is up."""
        return self._key("relay:nodes")

    @property
    def relay_calls(self) -> str:
        """Hash: each call that is up with the node whose line has it."""
        return self._key("relay:calls")

    def relay_orders(self, node: str) -> str:
        """Stream: what the leader tells a node."""
        return self._key(f"relay:orders:{node}")

    def _key(self, name: str) -> str:
        return f"careline:{{{self.site}}}:{name}"
