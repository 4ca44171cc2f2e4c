"""The ports: what the engines' drivers need from the world. Adapters implement them.

Each port has a real adapter and a simulated one that ships; nothing of a vendor passes through.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Protocol

from calls.commands import Command
from calls.facts import Fact
from calls.ids import AgentId, CallId, OfferId
from calls.private import Private

# --- line ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class LineEvent:
    """A fact from a line, numbered so that none is lost or taken twice over a reconnect.

    Attributes:
        epoch: names one run of the line process; sequence numbers start again with a new one.
        seq: 1, 2, 3, ... within the epoch.
        at: when it happened, seconds since the epoch.
        fact: what happened.
    """

    epoch: str
    seq: int
    at: float
    fact: Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveCall:
    """A call that is up and waits for the brain's word, as the line sees it.

    A caller who was handed to somebody outside is the line's own affair and not among them.

    Attributes:
        call_id: the call.
        arrived_at: seconds since the epoch.
        connected_offers: offers whose agents the caller is bridged with, in the order they joined.
        ringing_offers: offers whose phones ring or have answered without being bridged.
        recording_id: what is being recorded, if anything.
        call_back: nobody but agents is on it yet: whoever is to be called back has not pressed the
            key.
    """

    call_id: CallId
    arrived_at: float
    connected_offers: tuple[OfferId, ...] = ()
    ringing_offers: tuple[OfferId, ...] = ()
    recording_id: str | None = None
    call_back: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LineRun:
    """How far one run of a line process has come.

    Attributes:
        epoch: the run.
        seq: its last event before a picture was taken.
        acknowledged: events up to this one were acknowledged and will not come again.
    """

    epoch: str
    seq: int
    acknowledged: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LineSnapshot:
    """Everything that is up on a line at one instant.

    Attributes:
        epoch: the line process's run.
        calls: the callers' legs.
        reachable: agents whose phone can be rung.
        seq: the last event that happened before this picture was taken.
        acknowledged: events up to this one were acknowledged and will not come again.
        others: further line processes whose calls are in this picture too.
        unseen: calls that may be up where nobody can look now; they are left as they are.
    """

    epoch: str
    calls: tuple[LiveCall, ...]
    reachable: tuple[AgentId, ...]
    seq: int = 0
    acknowledged: int = 0
    others: tuple[LineRun, ...] = ()
    unseen: tuple[CallId, ...] = ()

    def run(self, epoch: str) -> LineRun | None:
        """How far this run had come; ``None`` where the picture does not show it."""
        return next((run for run in self.runs if run.epoch == epoch), None)

    @property
    def runs(self) -> tuple[LineRun, ...]:
        """Every line process that is in this picture."""
        own = LineRun(epoch=self.epoch, seq=self.seq, acknowledged=self.acknowledged)
        return (own, *self.others)


class LineUnavailable(Exception):
    """Theirs: the line process cannot be reached now; its facts arrive once it can."""


class Line(Protocol):
    """Where calls come from and go to.

    A line keeps every caller on music while nobody drives it, and hands over the facts that were
    not acknowledged once somebody does.
    """

    async def carry_out(self, command: Command) -> None:
        """Do one command. An unknown or ended call is not an error.

        Raises:
            LineUnavailable: nothing was done.
        """
        ...

    def events(self) -> AsyncIterator[LineEvent]:
        """Facts in order, beginning with those not acknowledged yet. One reader at a time."""
        ...

    async def acknowledge(self, epoch: str, seq: int) -> None:
        """All facts of this run up to ``seq`` are in the journal; the line may forget them.

        For a run that is over nothing is done.
        """
        ...

    async def snapshot(self) -> LineSnapshot:
        """What is up now.

        Raises:
            LineUnavailable: the line cannot be asked.
        """
        ...


# --- speech -------------------------------------------------------------------------------------

SAMPLE_RATE_HZ = 8000
"""Telephone band, as in ITU-T G.711. All audio between ports is 16-bit little-endian mono PCM at
this rate."""


class SpeechError(Exception):
    """Theirs: an engine is missing, failed or is saturated. The message says what to do."""


class Synthesiser(Protocol):
    """Text to sound."""

    async def render(self, text: str, language: str) -> bytes:
        """The words as PCM (16 bit, mono, :data:`SAMPLE_RATE_HZ`).

        Raises:
            SpeechError: no voice for this language, or it failed.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What was understood of one utterance.

    Attributes:
        words: the best hypothesis, lower case, no punctuation; empty when nothing was understood.
        confidence: 0 to 1.
        second: a second, independent recogniser's hypothesis; empty when it was shed or is absent.
    """

    words: str
    confidence: float
    second: str = ""


class Recogniser(Protocol):
    """Sound to text, one utterance at a time (the end of it is found by the media side)."""

    @property
    def languages(self) -> Sequence[str]:
        """Languages it understands; empty when none of its engines is usable."""
        ...

    async def recognise(self, pcm: bytes, language: str, hints: Sequence[str] = ()) -> Heard:
        """Understand one utterance of at most 6 s.

        Args:
            pcm: 16 bit, mono, :data:`SAMPLE_RATE_HZ`.
            language: one of :attr:`languages`.
            hints: phrases that are likely here.

        Raises:
            SpeechError: saturated, failed or missing: the line goes on with digits.
        """
        ...


# --- lookups ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came of asking elsewhere.

    Attributes:
        outcome: ``found``, ``not-found`` or ``failed``.
        document: what was found, as JSON text of at most :data:`ANSWER_MAX_BYTES`; else empty.
        reason: why it failed, one of the fixed words of :class:`~calls.facts.LookedUp`.
    """

    outcome: str
    document: Private = Private("")
    reason: str = ""


ANSWER_MAX_BYTES = 65_536


class Lookups(Protocol):
    """Where a flow asks: patient records, directories, anything that answers with JSON."""

    async def ask(self, source: str, given: Mapping[str, str], key: str = "", /) -> Answer:
        """Ask one source. Never raises: what goes wrong is an answer that failed.

        It ends by itself within the time that the source is given, repeats included.

        Args:
            source: a name from the site's ``lookups.yaml``, or ``providers``.
            given: what is asked with, by name; empty what is not known. A record is found by all of
                it or not at all.
            key: names the question. Asked again, after a restart for example, it is the same: a
                source that books something can tell that it was asked before.
        """
        ...

    async def close(self) -> None:
        """Let connections go. Twice is once."""
        ...


# --- journal ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the journal.

    Attributes:
        at: when it happened, seconds since the epoch.
        record: a fact, or a command that was decided (``OfferCall``, ``RecallOffer``,
            ``ReleaseAgent``, ``OpenTask``) kept as the decision record.
        line_epoch: for a fact from a line, the event's epoch, else empty.
        line_seq: for a fact from a line, the event's number, else 0.
    """

    at: float
    record: Fact | Command
    line_epoch: str = ""
    line_seq: int = 0


class JournalError(Exception):
    """Ops: the journal cannot be written (disk full, no permission). The message says which."""


class LeaseLostError(JournalError):
    """This node does not lead any more: its state must be thrown away and read anew.

    Whether its last appends were kept is for the journal to tell, not for this node. It may do
    nothing more to any call.
    """


class DuplicateEventError(JournalError):
    """Theirs: a line event with this epoch and number is in the journal already."""


class Journal(Protocol):
    """Every fact before the commands it causes. Private fields are sealed with a key per call."""

    async def append(self, entries: Sequence[Entry]) -> int:
        """Return once all entries are durable; the number is the last entry's position.

        Raises:
            DuplicateEventError: one of them came from a line and is here already; none was kept.
            LeaseLostError: another node leads; some may have been kept.
            JournalError: none of them was kept.
        """
        ...

    def read(self, after: int = 0) -> Iterator[tuple[int, Entry]]:
        """Entries with their positions, in order.

        Where a call was forgotten, its private fields are empty.

        Raises:
            JournalError: the journal cannot be read.
        """
        ...

    async def keep_snapshot(self, position: int, state: bytes) -> None:
        """Keep how everything stood after the entry at ``position``, in place of what was kept.

        A restart begins from there instead of from the first entry.

        Args:
            position: of the last entry that the state includes.
            state: holds nothing private; verified when it is read.

        Raises:
            JournalError: it was not kept; the one before still is.
        """
        ...

    def latest_snapshot(self) -> tuple[int, bytes] | None:
        """What :meth:`keep_snapshot` kept last, whole and undamaged; ``None`` if there is none.

        Raises:
            JournalError: the journal cannot be read.
        """
        ...

    async def forget(self, call_id: CallId) -> bool:
        """Delete the call's key: its words, digits and numbers can never be read again.

        Those that still come in for the call are not kept.

        Returns:
            Whether there was anything to forget.

        Raises:
            JournalError: it could not be deleted to the last copy; ask again.
        """
        ...

    async def close(self) -> None:
        """Write out what waits and close."""
        ...


# --- vault --------------------------------------------------------------------------------------


class VaultError(Exception):
    """Ops: the vault cannot be written or read. The message says which and what to do."""


class SealedWriter(Protocol):
    """One recording while it is written. Only sealed bytes ever touch the disk."""

    def write(self, left: bytes, right: bytes) -> None:
        """Add equally long stretches of caller (left) and agent (right) PCM. Never blocks."""
        ...

    def close(self) -> float:
        """Seal the last segment; returns the duration in seconds at once. Twice is once."""
        ...

    @property
    def sealed(self) -> Future[None]:
        """Done once the recording was closed and its end is kept for good.

        Fails with :class:`VaultError` if it is not. Nobody is told of a recording before.
        """
        ...


class Vault(Protocol):
    """Where recordings are kept, sealed to recipients whose identities are elsewhere."""

    def create(self, recording_id: str, call_id: CallId) -> SealedWriter:
        """Begin a recording.

        Raises:
            VaultError: the vault cannot be written.
        """
        ...
