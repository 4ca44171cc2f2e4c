"""Where flows ask: web services, tables, the directory of providers.

:class:`SiteLookups` puts all of a site's sources behind the :class:`~calls.ports.Lookups` port,
:class:`SimulatedLookups` answers as it was told to.
"""

from adapters.lookups.simulated import SimulatedLookups
from adapters.lookups.site_lookups import SiteLookups

__all__ = ["SimulatedLookups", "SiteLookups"]
