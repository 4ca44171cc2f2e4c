"""A line without telephones: callers and agents as a model, for dry runs, tests and ``talk``.

:class:`SimulatedPhones` is the model; :class:`SimulatedLine` puts it behind the
:class:`~calls.ports.Line` port.
"""

from adapters.telephony.simulated.behaviour import Behaviour, Person, Pickup, Reached
from adapters.telephony.simulated.line import SimulatedLine
from adapters.telephony.simulated.phones import SimulatedPhones

__all__ = ["Behaviour", "Person", "Pickup", "Reached", "SimulatedLine", "SimulatedPhones"]
