"""The far end's stream: datagrams in, 20 ms frames and keys out. No sockets, no clock."""

from __future__ import annotations

from adapters.telephony.media.counters import LegCounters
from adapters.telephony.media.g711 import CODECS, PCMU, Codec, transcode
from adapters.telephony.media.inband import ToneDetector
from adapters.telephony.media.jitter import JitterBuffer
from adapters.telephony.media.latch import Address, Latch
from adapters.telephony.media.rtp import BadPacket, ControlPacket, RtpPacket, parse
from adapters.telephony.media.telephone_event import EventReceiver

_SEQUENCE_JUMP = 3000


class Inbound:
    """What a leg receives; nothing before :meth:`configure`.

    Args:
        counters: of the leg.

    Attributes:
        codec: the codec of its frames; packets of the other law are converted when they come.
        latch: whose packets these are, and so where the leg's own go.
        held: the far end has put the leg on hold: its audio is heard by nobody.
        last_round: the round in which the far end last showed that it is there.
        receiving: whether the far end is to send at all.
    """

    __slots__ = (
        "_counters",
        "_detector",
        "_dtmf_payload",
        "_event_ssrc",
        "_events",
        "_held_back",
        "_highest",
        "_jitter",
        "_last_frame",
        "_ssrc",
        "codec",
        "held",
        "last_round",
        "latch",
        "receiving",
    )

    def __init__(self, counters: LegCounters) -> None:
        self._counters = counters
        self._dtmf_payload: int | None = None
        self._detector: ToneDetector | None = None
        self._events = EventReceiver(counters)
        self._event_ssrc: int | None = None
        self._ssrc: int | None = None
        self._highest = 0
        self.latch: Latch | None = None
        self.last_round = 0
        self.held = False
        self.receiving = False
        self._use(PCMU)

    def configure(
        self,
        *,
        codec: Codec,
        dtmf_payload: int | None,
        receiving: bool,
        latch: Latch,
        held: bool = False,
    ) -> None:
        """Begin, or go on otherwise; a key that is held stays the same press.

        Args:
            codec: of the frames.
            dtmf_payload: telephone-event's payload type; ``None``: listen for tones in the audio.
            receiving: whether the far end is to be heard.
            latch: whose packets these are.
            held: the far end has put the leg on hold.
        """
        if codec is not self.codec:
            self._use(codec)
        if dtmf_payload is not None:
            self._detector = None
        elif self._detector is None:
            self._detector = ToneDetector()
        self._dtmf_payload = dtmf_payload
        self.receiving = receiving
        self.held = held
        self.latch = latch

    def _use(self, codec: Codec) -> None:
        self.codec = codec
        self._jitter = JitterBuffer(self._counters, codec.silence[:1])
        self._held_back: bytes | None = None
        self._last_frame: bytes | None = None

    def receive(self, data: bytes, source: Address, round_: int) -> str | None:
        """Take in one datagram, whatever it is.

        Args:
            data: its bytes.
            source: where it came from.
            round_: when, in rounds of 20 ms.

        Returns:
            The key that went down with it, if it was a telephone-event.
        """
        counters = self._counters
        try:
            packet = parse(data)
        except BadPacket:
            counters.malformed += 1
            return None
        except ControlPacket:
            counters.control += 1
            return None
        payload_type = packet.payload_type
        if payload_type not in CODECS and payload_type != self._dtmf_payload:
            counters.unknown_payload += 1
            self._show_life(source, round_)
            return None
        if not packet.payload:
            counters.malformed += 1
            self._show_life(source, round_)
            return None
        if self.latch is None:
            counters.ignored += 1
            return None
        if not self.latch.accept(source, round_):
            counters.foreign += 1
            return None
        if not self.receiving:
            counters.ignored += 1
            return None
        counters.received += 1
        self.last_round = round_
        if payload_type == self._dtmf_payload:
            return self._event(packet, round_)
        self._audio(packet)
        return None

    def frame(self, round_: int) -> tuple[bytes | None, str | None]:
        """The next 20 ms to be heard, and the key that went down in them as a tone.

        Returns:
            The frame in the leg's codec, ``None`` for silence. A single lost frame is the one
            before it again, more are silence; held keys and a far end on hold are silence too.
        """
        frame = self._jitter.pop()
        if frame is None:
            frame, self._last_frame = self._last_frame, None
        else:
            self._last_frame = frame
        if self._detector is not None:
            heard, key = self._without_tones(self._detector, frame)
            return (None if self.held else heard), key
        if self.held or self._events.muted(round_):
            return None, None
        return frame, None

    def skip(self, frames: int) -> None:
        """Let time pass unheard: the wheel was held up."""
        self._jitter.skip(frames)

    def _show_life(self, source: Address, round_: int) -> None:
        """Comfort noise and keep-alives (RFC 6263) say nothing, but somebody sends them."""
        if self.latch is not None and source == self.latch.remote:
            self.last_round = round_

    def _without_tones(
        self, detector: ToneDetector, frame: bytes | None
    ) -> tuple[bytes | None, str | None]:
        """The frame before this one, unless either holds a key's tone.

        A tone is known only once a block of it has come; passing audio on one frame later keeps
        its beginning from being heard.
        """
        reading = detector.feed(self.codec.samples(frame or self.codec.silence))
        heard, self._held_back = self._held_back, frame
        if reading.tone:
            heard = self._held_back = None
        return heard, reading.key

    def _audio(self, packet: RtpPacket) -> None:
        if packet.ssrc == self._ssrc:
            self._count_lost(packet.sequence)
        else:
            self._jitter.reset()
            self._ssrc = packet.ssrc
            self._highest = packet.sequence
        payload = packet.payload
        if packet.payload_type != self.codec.payload:
            payload = transcode(payload, CODECS[packet.payload_type], self.codec)
        self._jitter.put(packet.timestamp, payload)

    def _event(self, packet: RtpPacket, round_: int) -> str | None:
        # Some gateways send keys as a stream of its own: that is no new stream of audio.
        if packet.ssrc == self._ssrc:
            self._count_lost(packet.sequence)
        if packet.ssrc != self._event_ssrc:
            self._events.reset()
            self._event_ssrc = packet.ssrc
        return self._events.receive(packet.timestamp, packet.payload, round_, marker=packet.marker)

    def _count_lost(self, sequence: int) -> None:
        """By sequence number, as RFC 3550 does (A.3); a far jump is a new beginning, not a loss."""
        ahead = ((sequence - self._highest + 0x8000) & 0xFFFF) - 0x8000
        if ahead > 0:
            if ahead < _SEQUENCE_JUMP:
                self._counters.lost += ahead - 1
            self._highest = sequence
        elif ahead <= -_SEQUENCE_JUMP:
            self._highest = sequence
        elif ahead < 0 and self._counters.lost:
            self._counters.lost -= 1
