"""Speech behind the ports: voices that say prompts, recognisers that hear callers.

* :class:`VoiceSynthesiser` speaks through the voices installed on the machine, and
  :class:`PromptStore` keeps what they said by content hash, or what a person recorded instead.
* :class:`Endpointer` finds utterances in 20 ms frames, and :class:`Hearing` joins one with a
  recogniser for the length of a call.
* :class:`RecogniserPool` keeps two independent recognisers in processes of their own.
* :class:`ScriptedRecogniser` and :class:`SimulatedSynthesiser` need no engine and ship.
"""

from adapters.speech.domain import DomainModel, build_domain
from adapters.speech.endpointing import (
    Endpointer,
    EndpointerSettings,
    SpeechEvent,
    SpeechStart,
    UtteranceEnd,
    UtterancePause,
    UtteranceResume,
)
from adapters.speech.hearing import Hearing
from adapters.speech.pool import EngineSpec, PoolHealth, PoolSettings, RecogniserPool, clinic_pool
from adapters.speech.prompt_store import Progress, PromptStore, Recordings
from adapters.speech.simulated import ScriptedRecogniser, SimulatedSynthesiser
from adapters.speech.voices import Voice, VoiceSynthesiser, detect_voices

__all__ = [
    "DomainModel",
    "Endpointer",
    "EndpointerSettings",
    "EngineSpec",
    "Hearing",
    "PoolHealth",
    "PoolSettings",
    "Progress",
    "PromptStore",
    "RecogniserPool",
    "Recordings",
    "ScriptedRecogniser",
    "SimulatedSynthesiser",
    "SpeechEvent",
    "SpeechStart",
    "UtteranceEnd",
    "UtterancePause",
    "UtteranceResume",
    "Voice",
    "VoiceSynthesiser",
    "build_domain",
    "clinic_pool",
    "detect_voices",
]
