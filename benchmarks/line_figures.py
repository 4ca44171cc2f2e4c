"""What ``benchmarks.line`` measures, how, and what was hoped for."""

from __future__ import annotations

from benchmarks.figure import Figure, Goal, Section

_OUTSIDE = (
    "The kernel's time stamp on each packet (SO_TIMESTAMPNS) as it reaches the far end, a process "
    "of its own; how far that is from the 20 ms grid of its stream, the grid laid anew each second "
    "by the median."
)
_CPU = "/proc/PID/stat, user and system time of all its threads, while the packets were timed."

LOAD = Section(
    title="A hundred calls",
    about="SIPp places 100 calls, 20 a second, to the sample clinic with its whole application "
    "running: the line process, the brain, two recognisers, twelve agents at SIP phones. Twenty "
    "callers press 0; those for whom there is an agent are connected and recorded, sealed while "
    "it is written, the others hear music; eighty are led through prompts and questions. "
    "Every caller sends audio all the time, the quiet of a room; the line listens to it for "
    "speech. Measured for 30 s once all are up.",
    figures=(
        Figure(key="calls", title="calls at once", how="Streams that the far end received."),
        Figure(key="calls_with_an_agent", title="of them talking with an agent"),
        Figure(key="calls_failed", title="calls that SIPp counts as failed"),
        Figure(key="pacing_error_p50_ms", title="pacing error, p50", unit="ms", how=_OUTSIDE),
        Figure(
            key="pacing_error_p99_ms",
            title="pacing error, p99",
            unit="ms",
            how="As above, over every packet of every call.",
            goal=Goal(limit=5.0),
        ),
        Figure(key="pacing_error_worst_ms", title="pacing error, worst packet", unit="ms"),
        Figure(
            key="drift_p99_ms",
            title="against one grid for the whole time, p99",
            unit="ms",
            how="As above with one grid for all 30 s: a clock that runs slow shows here.",
        ),
        Figure(
            key="interval_p99_ms",
            title="gaps between packets off 20 ms, p99",
            unit="ms",
            how="From each packet to the next of its stream.",
        ),
        Figure(
            key="slowest_packets_per_s",
            title="slowest stream",
            unit="packets/s",
            how="50 is right; fewer, and the caller's phone runs dry from time to time.",
        ),
        Figure(key="missing_packets", title="packets missing", how="By sequence numbers."),
        Figure(
            key="core_pct",
            title="CPU of the line process",
            unit="% of one core",
            how=_CPU,
            goal=Goal(limit=30.0),
        ),
        Figure(key="brain_core_pct", title="CPU of the brain", unit="% of one core", how=_CPU),
        Figure(
            key="recognisers_core_pct",
            title="CPU of the recognisers",
            unit="% of one core",
            how=_CPU,
        ),
    ),
)

PYVOIP = Section(
    title="pyVoIP 1.6.8 under the same calls",
    about="The same SIPp, far end and callers' audio against pyVoIP 1.6.8, which answers and plays "
    "a clip with its own audio, and does nothing else: no listening for speech, no flow, no agent, "
    "no recording. Once as it is, and once with the real-time priority that the line asks for "
    "itself.",
    figures=(
        Figure(key="pyvoip_calls", title="calls at once"),
        Figure(
            key="pyvoip_pacing_error_p99_ms", title="pacing error, p99", unit="ms", how="As above."
        ),
        Figure(key="pyvoip_pacing_error_worst_ms", title="pacing error, worst packet", unit="ms"),
        Figure(
            key="pyvoip_drift_p99_ms", title="against one grid for the whole time, p99", unit="ms"
        ),
        Figure(
            key="pyvoip_interval_p99_ms", title="gaps between packets off 20 ms, p99", unit="ms"
        ),
        Figure(key="pyvoip_slowest_packets_per_s", title="slowest stream", unit="packets/s"),
        Figure(key="pyvoip_core_pct", title="CPU", unit="% of one core", how=_CPU),
        Figure(
            key="pyvoip_realtime_pacing_error_p99_ms",
            title="pacing error, p99, with real-time priority",
            unit="ms",
        ),
        Figure(
            key="pyvoip_realtime_drift_p99_ms",
            title="against one grid, p99, with real-time priority",
            unit="ms",
        ),
        Figure(
            key="pyvoip_realtime_core_pct",
            title="CPU, with real-time priority",
            unit="% of one core",
        ),
    ),
)

HIGHEST = Section(
    title="How many calls",
    about="A copy of the sample clinic with its capacity raised. A hundred calls are added at a "
    "time, of which the first hundred press 0; each step is measured for 10 s, until p99 of the "
    "pacing error is above 5 ms, a call is missing, or 800 calls are up. A step that fails is "
    "measured once more. Callers and far end share the cores with the line, so that this is a "
    "lower bound.",
    figures=(
        Figure(
            key="highest_calls",
            title="highest number of calls that holds 5 ms",
            how="In steps of 100.",
        ),
        Figure(key="highest_calls_ended", title="why it ended there"),
        Figure(key="highest_calls_steps", title="The steps"),
    ),
)

FIRST_AUDIO = Section(
    title="INVITE to first audio",
    about="SIPp places 10 calls a second for 30 s, each 4 s long.",
    figures=(
        Figure(key="first_audio_calls", title="calls"),
        Figure(
            key="first_audio_failed",
            title="calls that failed or stayed silent",
            how="SIPp's count of calls that failed, and those that were answered without a sound.",
        ),
        Figure(key="first_audio_p50_ms", title="first audio, p50", unit="ms"),
        Figure(
            key="first_audio_p99_ms",
            title="first audio, p99",
            unit="ms",
            how="From SIPp's record of the INVITE, written right after it was sent, to the "
            "kernel's time stamp on the first packet with sound in it (-45 dBov and more), "
            "which is the 911 advice.",
            goal=Goal(limit=200.0),
        ),
        Figure(key="first_audio_worst_ms", title="first audio, worst", unit="ms"),
        Figure(
            key="first_packet_p99_ms",
            title="first packet, p99",
            unit="ms",
            how="The same to the first packet, silent or not.",
        ),
    ),
)


def _ring(prefix: str, where: str, goal: Goal | None) -> tuple[Figure, ...]:
    return (
        Figure(key=f"{prefix}calls", title=f"calls, {where}"),
        Figure(
            key=f"{prefix}samples",
            title=f"of them rang a nurse, {where}",
            how="The times below are theirs alone.",
        ),
        Figure(key=f"{prefix}p50_s", title=f"p50, {where}", unit="s"),
        Figure(
            key=f"{prefix}p95_s",
            title=f"p95, {where}",
            unit="s",
            how="From the last voiced 10 ms the caller sent to the INVITE at the nurse's phone.",
            goal=goal,
        ),
        Figure(key=f"{prefix}worst_s", title=f"worst, {where}", unit="s"),
        Figure(key=f"{prefix}no_ring", title=f"Understood as no red flag within 6 s, {where}"),
    )


RING = Section(
    title="Red flag to the nurse's phone",
    about="A caller dials and 1.5 s after the answer, over the 911 advice, says one of 20 red "
    "flags, 40 calls in all in two synthesised voices; they hang up once the nurse's phone rings. "
    "First with nobody else on the line, then with 40 others who wait for a person, of whom 8 talk "
    "without end (ordinary requests, two seconds between them); of these, a nurse answers whom "
    "the line takes for a red flag.",
    figures=(
        *_ring("nurse_ring_", "idle line", Goal(limit=1.5)),
        *_ring("nurse_ring_busy_", "8 talking, 40 up", None),
        Figure(
            key="nurse_ring_busy_false_alarms",
            title="of the 8 who talk, taken for red flags themselves",
            how="At the end with a nurse, or waiting for one.",
        ),
    ),
)

REQUESTS = Section(
    title="What becomes of spoken requests",
    about="60 ordinary requests (benchmarks/data/ordinary.yaml), each in two synthesised voices, "
    "each in a call of its own, at most six at once. The caller presses 1 and 5, says the sentence "
    "over the main menu, says it again where the line asks again, and answers no to a triage "
    "question. Then 64 red flags (red_flags.yaml) in the same way, who answer yes. All through "
    "mu-law, with noise 30 dB below the voice, as in a lived-in room. Where they were sent is read "
    "from the control socket. Synthesised voices are cleaner than people in some ways and odder in "
    "others.",
    figures=(
        Figure(key="ordinary_calls", title="ordinary calls"),
        Figure(
            key="ordinary_to_nurse_pct",
            title="ordinary calls sent to a nurse",
            unit="%",
            how="By a red flag, by speech that stayed unclear, or by being taken for a request for "
            "a nurse.",
            goal=Goal(limit=10.0),
        ),
        Figure(
            key="ordinary_right_queue_pct",
            title="ordinary calls in the queue a receptionist would choose",
            unit="%",
        ),
        Figure(
            key="ordinary_right_queue_at_once_pct",
            title="ordinary calls there after one sentence",
            unit="%",
        ),
        Figure(key="red_flag_calls", title="red-flag calls"),
        Figure(
            key="red_flags_to_nurse_pct",
            title="red flags that reached a nurse",
            unit="%",
            goal=Goal(limit=95.0, at_least=True),
        ),
        Figure(
            key="red_flags_to_nurse_at_once_pct",
            title="red flags that reached a nurse after one sentence",
            unit="%",
        ),
        Figure(key="ordinary_to_nurse", title="Ordinary, sent to a nurse"),
        Figure(key="ordinary_wrong_queue", title="Ordinary, sent elsewhere than wanted"),
        Figure(key="red_flags_missed", title="Red flags that did not reach a nurse"),
    ),
)

NOISE = Section(
    title="Spoken requests in noise",
    about="Every third of the same sentences in both voices, with noise 20 dB below the voice: a "
    "kitchen at work, a car. No goal is set for it; it shows what noise costs. What is not "
    "understood goes to a person.",
    figures=(
        Figure(key="noisy_ordinary_calls", title="ordinary calls"),
        Figure(key="noisy_ordinary_to_nurse_pct", title="sent to a nurse", unit="%"),
        Figure(
            key="noisy_ordinary_right_queue_pct",
            title="in the queue a receptionist would choose",
            unit="%",
        ),
        Figure(key="noisy_red_flag_calls", title="red-flag calls"),
        Figure(key="noisy_red_flags_to_nurse_pct", title="that reached a nurse", unit="%"),
        Figure(
            key="noisy_red_flags_to_nurse_at_once_pct",
            title="that reached a nurse after one sentence",
            unit="%",
        ),
        Figure(key="noisy_red_flags_missed", title="Red flags that did not reach a nurse"),
    ),
)

SECTIONS = (LOAD, PYVOIP, HIGHEST, FIRST_AUDIO, RING, REQUESTS, NOISE)
