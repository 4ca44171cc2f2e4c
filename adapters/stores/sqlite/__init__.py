"""The journal in one SQLite file: nothing to install, durable before it is answered."""

from adapters.stores.sqlite.journal import SqliteJournal
from adapters.stores.sqlite.reader import JournalReader

__all__ = ["JournalReader", "SqliteJournal"]
