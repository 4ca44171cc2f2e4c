"""A caller that follows a script: a real SIP call with real audio, checked against a wish."""

from careline.caller.call import place
from careline.caller.result import CallResult
from careline.caller.script import Expectation, Script, ScriptStep, read_script
from careline.caller.timeline import show_result

__all__ = [
    "CallResult",
    "Expectation",
    "Script",
    "ScriptStep",
    "place",
    "read_script",
    "show_result",
]
