import pytest

from adapters.telephony.media.clip import Clip
from adapters.telephony.media.g711 import PCMA, PCMU
from adapters.telephony.media.playlist import Playlist


class Calls:
    """Keeps what is posted, as the event loop would call it later."""

    def __init__(self) -> None:
        self.done: list[object] = []

    def __call__(self, callback, *arguments) -> None:
        callback(*arguments)

    def on_done(self, interrupted) -> None:
        self.done.append(interrupted)


def clip(frames, level=1000):
    return Clip.from_pcm(level.to_bytes(2, "little") * 160 * frames)


@pytest.fixture
def calls():
    return Calls()


@pytest.fixture
def playlist(calls):
    return Playlist(calls)


def frames(playlist, codec=PCMU):
    found = []
    while (frame := playlist.frame(codec)) is not None:
        found.append(frame)
    return found


def test_a_clip_is_filled_up_with_silence_to_whole_frames():
    short = Clip.from_pcm(b"\xe8\x03" * 100)
    assert short.pcmu == PCMU.encode(b"\xe8\x03" * 100) + PCMU.silence[:60]
    assert short.pcma == PCMA.encode(b"\xe8\x03" * 100) + PCMA.silence[:60]
    assert short.duration_s == 0.02


def test_half_a_sample_is_refused():
    with pytest.raises(ValueError, match="even number of bytes, found 3"):
        Clip.from_pcm(b"abc")


def test_the_audio_stays_out_of_the_repr():
    assert repr(clip(1)) == "Clip()"


def test_clips_follow_one_another_and_are_done_with_the_last_frame(playlist, calls):
    playlist.play([clip(2, 1000), clip(1, 2000)], calls.on_done)
    assert [playlist.frame(PCMU)[0] for _ in range(2)] == [clip(1, 1000).pcmu[0]] * 2
    assert (playlist.playing, calls.done) == (True, [])
    assert playlist.frame(PCMU) == clip(1, 2000).pcmu
    assert (playlist.playing, calls.done) == (False, [False])
    assert playlist.frame(PCMU) is None


def test_the_law_may_change_while_a_clip_plays(playlist):
    playlist.play([clip(2)], None)
    assert [playlist.frame(PCMU), playlist.frame(PCMA)] == [clip(1).pcmu, clip(1).pcma]


def test_what_is_cut_short_is_reported_as_interrupted_once(playlist, calls):
    playlist.play([clip(5)], calls.on_done)
    playlist.frame(PCMU)
    playlist.stop()
    playlist.stop()
    assert calls.done == [True]
    assert playlist.frame(PCMU) is None


def test_a_new_clip_takes_the_place_of_the_one_that_plays(playlist, calls):
    playlist.play([clip(5)], calls.on_done)
    playlist.play([clip(1, 2000)], None)
    assert calls.done == [True]
    assert frames(playlist) == [clip(1, 2000).pcmu]


def test_nothing_to_play_is_done_at_once(playlist, calls):
    playlist.play([], calls.on_done)
    playlist.play([Clip.from_pcm(b"")], calls.on_done)
    assert calls.done == [False, False]


def test_music_goes_round_until_something_else_plays(playlist, calls):
    playlist.play_music(clip(3))
    assert all(playlist.frame(PCMU) == clip(1).pcmu for _ in range(100))
    assert not playlist.playing
    playlist.play([clip(1, 2000)], calls.on_done)
    assert frames(playlist) == [clip(1, 2000).pcmu]
    assert calls.done == [False]


def test_a_clip_may_be_started_from_the_end_of_another(calls):
    playlist = Playlist(calls)
    playlist.play([clip(1)], lambda interrupted: playlist.play([clip(1, 2000)], calls.on_done))
    assert frames(playlist) == [clip(1).pcmu, clip(1, 2000).pcmu]
    assert calls.done == [False]
