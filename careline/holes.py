"""What a journal does not tell, for whoever counts or replays it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, tzinfo

from calls.facts import JournalHole
from calls.ports import Entry


@dataclass(frozen=True, slots=True, kw_only=True)
class Hole:
    """A time of which the journal does not tell everything.

    Attributes:
        since: when it began, seconds since the epoch.
        until: when it ended.
        entries: facts and decisions that are lost.
        turned_away: new calls that were turned away; of them nothing is ever written.
    """

    since: float
    until: float
    entries: int
    turned_away: int

    @classmethod
    def told_by(cls, entry: Entry) -> Hole | None:
        """The hole that an entry tells of; ``None`` for any other entry."""
        record = entry.record
        if not isinstance(record, JournalHole):
            return None
        return cls(
            since=entry.at - record.since_ago_s,
            until=entry.at,
            entries=record.entries,
            turned_away=record.turned_away,
        )

    def overlaps(self, since: float, until: float) -> bool:
        """Whether any of it is in a time; ``until`` is not included."""
        return self.since < until and self.until >= since

    def sentence(self, zone: tzinfo) -> str:
        """It for a person to read, in the site's time zone."""
        since, until = (datetime.fromtimestamp(at, zone) for at in (self.since, self.until))
        end = f"{until:%H:%M:%S}" if until.date() == since.date() else f"{until:%Y-%m-%d %H:%M:%S}"
        lost = "entry is" if self.entries == 1 else "entries are"
        away = "new call was" if self.turned_away == 1 else "new calls were"
        parts = [
            *([f"{self.entries:,} {lost} lost"] if self.entries else ()),
            *([f"{self.turned_away:,} {away} turned away"] if self.turned_away else ()),
        ]
        return (
            f"the journal could not be written from {since:%Y-%m-%d %H:%M:%S} to {end}: "
            f"{' and '.join(parts)}"
        )

    def as_data(self, zone: tzinfo) -> dict[str, object]:
        """It for a program."""
        return {
            "from": datetime.fromtimestamp(self.since, zone).isoformat(timespec="seconds"),
            "to": datetime.fromtimestamp(self.until, zone).isoformat(timespec="seconds"),
            "entries_lost": self.entries,
            "turned_away": self.turned_away,
        }
