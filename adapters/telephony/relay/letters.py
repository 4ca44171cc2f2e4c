"""What goes through Redis between leader and nodes, sealed: words and numbers are among it.

Each side seals what it sends in a session with a fresh key, wrapped by the site key, which both
have and never send. A letter is bound to its session, sender or receiver, and number: none can be
moved, and one that comes twice is recognised.
"""

from __future__ import annotations

from typing import Any

import msgspec

from adapters.codec import CodecError, decode, encode
from adapters.stores.keys import CallKey, SiteKey, UnsealError
from calls.commands import Command
from calls.facts import Fact
from calls.ports import LineEvent, LineSnapshot

Letter = dict[str, Any]


class LetterError(Exception):
    """Theirs: a letter that this site's key does not open, or that is none of ours."""


class Desk:
    """Seals what is sent and opens what is received, in one session.

    Args:
        site_key: of the site.
        session: the session's token.
    """

    def __init__(self, site_key: SiteKey, session: str) -> None:
        self._site_key = site_key
        self._session = session
        self._name = f"relay/{session}"
        self._own, self.wrapped = site_key.new_call_key(self._name)
        self._theirs: dict[bytes, CallKey] = {}

    def seal(self, letter: Letter, way: str, number: int) -> bytes:
        """Seal a letter.

        Args:
            letter: JSON values; a :class:`msgspec.Raw` goes as it is.
            way: ``to NODE`` or ``from NODE``.
            number: 1, 2, 3, ... on this way.
        """
        return self._own.seal(msgspec.json.encode(letter), self._bound(way, number))

    def open(self, wrapped: bytes, sealed: bytes, way: str, number: int) -> Letter:
        """Open what the other side sealed.

        Raises:
            LetterError: it cannot be opened.
        """
        try:
            key = self._theirs.get(wrapped)
            if key is None:
                key = self._theirs[wrapped] = self._site_key.unwrap(self._name, wrapped)
            letter = msgspec.json.decode(key.unseal(sealed, self._bound(way, number)))
        except (UnsealError, msgspec.DecodeError):
            raise LetterError("sealed with another site key, or altered") from None
        if not isinstance(letter, dict):
            raise LetterError("no object")
        return letter

    def _bound(self, way: str, number: int) -> bytes:
        return f"{self._session}\0{way}\0{number}".encode()


def raw(record: Fact | Command) -> msgspec.Raw:
    """A record as part of a letter."""
    return msgspec.Raw(encode(record))


def of_event(event: LineEvent) -> Letter:
    """A line event as a letter."""
    return {
        "type": "event",
        "epoch": event.epoch,
        "seq": event.seq,
        "at": event.at,
        "fact": raw(event.fact),
    }


def event_of(letter: Letter) -> LineEvent:
    """The line event that :func:`of_event` made a letter from.

    Raises:
        LetterError: it is none.
    """
    match letter:
        case {"epoch": str(epoch), "seq": int(seq), "at": float() | int() as at, "fact": plain}:
            fact = _record(plain)
            if isinstance(fact, Fact):
                return LineEvent(epoch=epoch, seq=seq, at=float(at), fact=fact)
    raise LetterError("an event of another shape")


def command_of(letter: Letter) -> Command:
    """The command in a letter.

    Raises:
        LetterError: there is none.
    """
    command = _record(letter.get("command"))
    if not isinstance(command, Command):
        raise LetterError("a fact in place of a command")
    return command


def picture_of(letter: Letter) -> LineSnapshot:
    """The picture in a letter.

    Raises:
        LetterError: there is none.
    """
    try:
        return msgspec.convert(letter.get("picture"), LineSnapshot)
    except msgspec.ValidationError:
        raise LetterError("a picture of another shape") from None


def _record(plain: object) -> Fact | Command:
    try:
        return decode(msgspec.json.encode(plain))
    except CodecError as error:
        raise LetterError(str(error)) from None
