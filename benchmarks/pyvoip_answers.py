"""A clinic's answering machine on pyVoIP 1.6.8.

Answers every call and plays the clip over and over, with the audio of pyVoIP itself. Two things
had to be worked around for it to answer at all without a PBX: it does not register (it would wait
30 s for a registrar), and it is told the one address that it sends every reply to. The fixed
second that it waits before it answers is left as it is.

Prints one line of JSON once it listens; ends with its standard input.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

import pyVoIP
from pyVoIP.VoIP import CallState, VoIPCall, VoIPPhone

_SAMPLES_PER_S = 8000


def answer(call: VoIPCall, clip: bytes) -> None:
    """Answer and play until the caller hangs up."""
    call.answer()
    while call.state == CallState.ANSWERED:
        call.write_audio(clip)
        until = time.monotonic() + len(clip) / _SAMPLES_PER_S
        while call.state == CallState.ANSWERED and time.monotonic() < until:
            time.sleep(0.5)


def main() -> None:
    """Arguments: own SIP port, the caller's SIP port, a file of unsigned 8-bit audio, priority."""
    port, caller, clip, priority = sys.argv[1:]
    audio = Path(clip).read_bytes()
    realtime = False
    if priority != "0":
        try:
            # Before any thread starts, so that all of pyVoIP's inherit it.
            os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(int(priority)))
            realtime = True
        except OSError:
            realtime = False
    phone = VoIPPhone(
        "127.0.0.1",
        int(caller),
        "clinic",
        "",
        myIP="127.0.0.1",
        callCallback=lambda call: answer(call, audio),
        sipPort=int(port),
        rtpPortLow=40000,
        rtpPortHigh=49999,
    )
    phone.sip.register = lambda: True
    phone.start()
    time.sleep(1.5)  # Its receiver starts after a second.
    print(json.dumps({"version": pyVoIP.__version__, "realtime": realtime}), flush=True)
    sys.stdin.read()
    os._exit(0)  # Its threads would keep the process.


if __name__ == "__main__":
    main()
