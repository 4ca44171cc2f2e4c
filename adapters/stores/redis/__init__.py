"""The journal in a Redis stream, and the lease that says which node may write it."""

from adapters.stores.redis.address import Address
from adapters.stores.redis.journal import RedisJournal
from adapters.stores.redis.lease import Lease
from adapters.stores.redis.reader import NoJournalError, RedisReader
from calls.ports import LeaseLostError

__all__ = ["Address", "Lease", "LeaseLostError", "NoJournalError", "RedisJournal", "RedisReader"]
