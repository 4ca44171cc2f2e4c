"""The journal in one SQLite file: nothing to install, durable before it is answered."""

from adapters.stores.sqlite.journal import SqliteJournal

__all__ = ["SqliteJournal"]
