"""One caller's or agent's audio: an RTP stream in, an RTP stream out.

It is longer than a module should be for its docstrings: it is all that the line sees of media.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from typing import Protocol

from adapters.telephony.media.clip import Clip
from adapters.telephony.media.counters import LegCounters
from adapters.telephony.media.far_end import usable_address, usable_codec
from adapters.telephony.media.g711 import FRAME_S, PCM_SILENCE, PCMU, Codec, transcode
from adapters.telephony.media.inbound import Inbound
from adapters.telephony.media.latch import Latch
from adapters.telephony.media.mixer import Mixer
from adapters.telephony.media.outbound import Outbound
from adapters.telephony.media.playlist import OnDone
from adapters.telephony.media.recorder import Recorder, Tap
from adapters.telephony.media.rtp import LARGEST_DATAGRAM, Packetiser

Sink = Callable[[bytes], None]
"""Takes 20 ms of PCM (320 bytes) each time it is called."""

_RECEIVE_SIZE = LARGEST_DATAGRAM + 1

_REFUSED_AT_ONCE = 16
"""Strangers' datagrams that are thrown away in one look at the socket, 8,000 a second: a flood must
not push the far end's own packets out of the kernel's buffer, nor take more than its turn.
"""


class LegHost(Protocol):
    """What a leg needs of its engine."""

    def now(self) -> float:
        """The clock of the wheel, in seconds."""
        ...

    def post(self, leg: MediaLeg, callback: Callable[..., None], *arguments: object) -> None:
        """Call it from the event loop, soon, and contain what it raises."""
        ...

    def failed(self, leg: MediaLeg, error: Exception) -> None:
        """Count what a leg's work raised."""
        ...

    def forget(self, leg: MediaLeg, endpoint: socket.socket) -> None:
        """Close the socket and take the port back."""
        ...


class MediaLeg:
    """One RTP endpoint on one even UDP port. Made by :meth:`MediaEngine.open`.

    All methods are called from the event loop's thread and never block. Callbacks (``on_done``,
    ``on_digit``, ``on_media_timeout``) come from the event loop, never from inside a method of
    the leg; sinks and taps are called from the wheel and must be quick. Whatever a callback
    raises is counted and goes no further. After :meth:`close` every method does nothing.

    Attributes:
        local_port: the even UDP port to name in the SDP.
        counters: what was sent, received, lost and refused, and the pacing error.
    """

    __slots__ = (
        "_closed",
        "_endpoint",
        "_heard",
        "_host",
        "_inbound",
        "_ip_version",
        "_latched_on",
        "_mixer",
        "_on_digit",
        "_on_timeout",
        "_outbound",
        "_peer",
        "_quiet_since",
        "_recorder",
        "_round",
        "_sink",
        "_timed_out",
        "_timeout_rounds",
        "counters",
        "local_port",
    )

    def __init__(
        self,
        endpoint: socket.socket,
        local_port: int,
        ip_version: int,
        stream: Packetiser,
        host: LegHost,
    ) -> None:
        self.local_port = local_port
        self.counters = LegCounters()
        self._endpoint = endpoint
        self._ip_version = ip_version
        self._host = host
        self._inbound = Inbound(self.counters)
        self._outbound = Outbound(stream, PCMU, self._post)
        self._latched_on: tuple[str, int, bool] | None = None
        self._peer: MediaLeg | None = None
        self._mixer: Mixer[MediaLeg] | None = None
        self._heard: bytes | None = None
        self._sink: Sink | None = None
        self._recorder: Recorder | None = None
        self._on_digit: Callable[[str], None] | None = None
        self._on_timeout: Callable[[], None] | None = None
        self._timeout_rounds = 0
        self._quiet_since = 0
        self._timed_out = False
        self._round: int | None = None
        self._closed = False

    def start(
        self,
        remote_host: str,
        remote_port: int,
        *,
        payload: int,
        dtmf_payload: int | None,
        send: bool = True,
        receive: bool = True,
        latch_any_host: bool = False,
    ) -> None:
        """Begin, or go on with what a re-INVITE changed. Playing, bridge, sink and tap stay.

        While ``send`` is true a packet leaves every 20 ms, silence when there is nothing to say,
        so that NAT bindings and the far end's own media timers stay alive.

        Args:
            remote_host: an IP literal of the SDP; ``0.0.0.0`` or ``::`` means hold (send nothing).
            remote_port: 1 to 65535.
            payload: 0 (PCMU) or 8 (PCMA), what is sent; both are understood.
            dtmf_payload: telephone-event's payload type (RFC 4733), 96 to 127. ``None`` when the
                far end offered none: digits are then heard in the audio and sent as tones.
            send: the direction allows sending (sendrecv or their recvonly). Otherwise the far end
                has put this leg on hold: what it sends meanwhile, its own music, is heard by
                nobody; its keys are.
            receive: the direction allows receiving; otherwise packets are counted and dropped.
            latch_any_host: accept the far end from another host than ``remote_host`` (it stands
                behind NAT). Otherwise only the port may differ (symmetric RTP, RFC 4961).

        Raises:
            MediaAddressError: the address or a payload type cannot be used; nothing was changed.
        """
        address = usable_address(remote_host, remote_port, self._ip_version)
        codec = usable_codec(payload, dtmf_payload)
        if self._closed:
            return
        latch = self._inbound.latch
        wanted = (str(address), remote_port, latch_any_host)
        if latch is None or (wanted != self._latched_on and not address.is_unspecified):
            latch = Latch(str(address), remote_port, any_host=latch_any_host)
            self._latched_on = wanted
        sending = send and not address.is_unspecified
        self._inbound.configure(
            codec=codec, dtmf_payload=dtmf_payload, receiving=receive, held=not sending, latch=latch
        )
        self._outbound.codec = codec
        self._outbound.dtmf_payload = dtmf_payload
        self._outbound.sending = sending
        self._await_media()

    def play(self, clips: Sequence[Clip], on_done: OnDone | None = None) -> None:
        """Play clips one after the other in place of whatever plays, before any bridged audio.

        ``on_done(False)`` once the last frame was sent; ``on_done(True)`` when :meth:`play`,
        :meth:`play_music`, :meth:`stop_playing`, :meth:`connect` or :meth:`close` cut it short.
        While sending is off (hold) the clips run on unheard, in time.
        """
        if not self._closed:
            self._outbound.playlist.play(clips, on_done)

    def play_music(self, clip: Clip) -> None:
        """Play a clip over and over until something else is played or connected."""
        if not self._closed:
            self._outbound.playlist.play_music(clip)

    def stop_playing(self) -> None:
        """Stop clips or music at once. Nothing when nothing plays."""
        self._outbound.playlist.stop()

    @property
    def playing(self) -> bool:
        """Whether clips (not music) are playing."""
        return self._outbound.playlist.playing

    def connect(self, other: MediaLeg, *more: MediaLeg) -> None:
        """Bridge legs; what plays on any of them stops, and an earlier bridge of each ends.

        Between two, frames pass as they are, or through a 256-byte table between PCMU and PCMA.
        With more each hears the sum of all others. Keys are reported and not passed on, neither as
        events nor as tones. A clip played on a bridged leg is heard instead of the other side
        until it ends.

        Raises:
            ValueError: a leg cannot be bridged with itself.
        """
        legs = (self, other, *more)
        if len(set(legs)) < len(legs):
            raise ValueError("a leg cannot be bridged with itself")
        if any(leg.closed for leg in legs):
            return
        for leg in legs:
            leg.disconnect()
            leg.stop_playing()
        self._bridge(legs)

    def disconnect(self) -> None:
        """Leave the bridge; two or more who remain in it stay bridged. Nothing without one."""
        peer, self._peer = self._peer, None
        if peer is not None:
            peer.disconnect()
        mixer, self._mixer = self._mixer, None
        if mixer is None:
            return
        mixer.leave(self)
        if len(mixer.members) == 2:
            self._bridge(mixer.members)

    @property
    def peer(self) -> MediaLeg | None:
        """The one leg that this one is bridged with; ``None`` also with more than one."""
        return self._peer

    def listen(self, sink: Sink | None) -> None:
        """Hand every 20 ms of the far end's audio to ``sink``; ``None`` ends it.

        The sink is called 50 times a second from now on, with silence where nothing was received
        and where a key is held.
        """
        self._sink = sink

    def record(self, tap: Tap | None) -> None:
        """Hand the far end (left) and what it is bridged with (right) to ``tap``.

        Stretches are equally long, 20 ms or more, and follow one another in time without a gap:
        silence stands where a side is missing (not bridged, on hold, lost) and where a key is
        held. ``None`` hands over what remains and ends it.
        """
        recorder, self._recorder = self._recorder, None
        if recorder is not None:
            try:
                recorder.flush()
            except Exception as error:
                self._host.failed(self, error)
        if tap is not None and not self._closed:
            self._recorder = Recorder(tap)

    def on_digit(self, callback: Callable[[str], None] | None) -> None:
        """Report each key (``0-9*#``) once, when it goes down."""
        self._on_digit = callback

    def on_media_timeout(self, seconds: float, callback: Callable[[], None] | None) -> None:
        """Report once when nothing was received for so long although it is expected.

        Armed again as soon as media returns; time on hold does not count, for many phones send
        nothing then, whatever their description says.
        """
        self._timeout_rounds = round(seconds / FRAME_S)
        self._on_timeout = callback
        self._await_media()

    def send_digits(self, digits: str, on_done: OnDone | None = None) -> None:
        """Press keys: 100 ms each, 60 ms apart, behind any that are still being sent.

        As telephone-events (RFC 4733) where the far end takes them, else as tones. Keys replace
        other audio while they last; on hold they wait.

        Raises:
            ValueError: something else than ``0-9*#``; nothing is sent. The message has no digits.
        """
        if not self._closed:
            self._outbound.send_digits(digits, on_done)

    @property
    def closed(self) -> bool:
        """Whether it was closed."""
        return self._closed

    def close(self) -> None:
        """End everything and free the port. Twice is once."""
        if self._closed:
            return
        self.disconnect()
        self._outbound.stop()
        self.record(None)
        self._closed = True
        self._sink = self._on_digit = self._on_timeout = None
        self._host.forget(self, self._endpoint)

    # --- for the engine -----------------------------------------------------------------------

    def read(self, round_: int) -> None:
        """Take one packet of the far end from the socket, past what is none of theirs."""
        counters = self.counters
        for _ in range(_REFUSED_AT_ONCE):
            try:
                data, source = self._endpoint.recvfrom(_RECEIVE_SIZE)
            except OSError:
                return
            received = counters.received
            key = self._inbound.receive(data, source[:2], round_)
            if key is not None:
                self._report(key)
            if counters.received != received:
                return

    def tick(self, round_: int, due: float) -> None:
        """The 20 ms of this round: hear, pass on or play, send.

        Of two bridged legs each one's packets leave in the other's tick, at the moment the frame
        is taken from the jitter buffer, so that the bridge adds no waiting.
        """
        if self._closed:
            return
        if self._round is None:
            # The wheel may have turned for hours: this leg's own time begins with its first tick.
            self._quiet_since = round_
            missed = 0
        else:
            missed = round_ - self._round - 1
        self._round = round_
        if missed:
            self._skip(missed)
        inbound = self._inbound
        self._heard, key = inbound.frame(round_)
        heard = self._heard
        peer = self._peer
        mixed = None
        if peer is None:
            codec = self._outbound.codec
            if self._mixer is not None:
                mixed = self._mixer.heard_by(self, codec)
            self.transmit(mixed, codec, due)
        else:
            peer.transmit(heard, inbound.codec, due)
        if key is not None:
            self._report(key)
        if self._recorder is not None:
            self._add_to_recording(self._recorder, missed, mixed)
        if self._sink is not None:
            try:
                self._sink(PCM_SILENCE if heard is None else inbound.codec.decode(heard))
            except Exception as error:
                self._host.failed(self, error)
        if self._on_timeout is not None:
            self._watch_for_media(self._on_timeout, round_)

    def transmit(self, frame: bytes | None, codec: Codec, due: float) -> None:
        """Send this round's packet.

        Args:
            frame: the bridged leg's audio.
            codec: its codec.
            due: when the wheel wanted it sent, in seconds.
        """
        outbound = self._outbound
        if frame is not None and codec is not outbound.codec:
            frame = transcode(frame, codec, outbound.codec)
        packet = outbound.packet(frame)
        latch = self._inbound.latch
        if packet is None or latch is None:
            return
        counters = self.counters
        try:
            self._endpoint.sendto(packet, latch.remote)
        except OSError:
            counters.send_errors += 1
            return
        counters.sent += 1
        counters.pacing.add(self._host.now() - due)

    def heard(self) -> tuple[bytes | None, Codec]:
        """What the far end said in this leg's last round, ``None`` for silence, and its codec."""
        return self._heard, self._inbound.codec

    # --- inside -------------------------------------------------------------------------------

    @staticmethod
    def _bridge(legs: Sequence[MediaLeg]) -> None:
        """Two are each other's peers; more meet in a mixer."""
        mixer = Mixer(legs) if len(legs) > 2 else None

        def put(leg: MediaLeg, peer: MediaLeg) -> None:
            leg._mixer = mixer
            leg._peer = peer if mixer is None else None

        for leg, peer in zip(legs, reversed(legs), strict=True):
            put(leg, peer)

    def _post(self, callback: Callable[..., None], *arguments: object) -> None:
        self._host.post(self, callback, *arguments)

    def _report(self, key: str) -> None:
        if self._on_digit is not None:
            self._post(self._on_digit, key)

    def _skip(self, rounds: int) -> None:
        self._outbound.skip(rounds)
        self._inbound.skip(rounds)
        self.counters.skipped_s += rounds * FRAME_S

    def _add_to_recording(self, recorder: Recorder, missed: int, mixed: bytes | None) -> None:
        peer = self._peer
        codec = self._inbound.codec
        try:
            if missed:
                recorder.fill(missed)
            if peer is None:
                recorder.add(self._heard, codec, mixed, self._outbound.codec)
            else:
                recorder.add(self._heard, codec, *peer.heard())
        except Exception as error:
            self._host.failed(self, error)

    def _await_media(self) -> None:
        """Media is waited for from now on."""
        self._quiet_since = self._round or 0
        self._timed_out = False

    def _watch_for_media(self, callback: Callable[[], None], round_: int) -> None:
        inbound = self._inbound
        if not inbound.receiving or inbound.held:
            self._quiet_since = round_
            return
        if inbound.last_round > self._quiet_since:
            self._quiet_since = inbound.last_round
            self._timed_out = False
        if not self._timed_out and round_ - self._quiet_since >= self._timeout_rounds:
            self._timed_out = True
            self._post(callback)
