"""A caller that follows a script: a real SIP call with real audio, checked against a wish."""

from careline.caller.call import CallResult, place
from careline.caller.script import Expectation, Script, ScriptStep, read_script

__all__ = ["CallResult", "Expectation", "Script", "ScriptStep", "place", "read_script"]
