"""Where flows ask: web services, tables, the directory of providers.

:class:`SiteLookups` puts all of a site's sources behind the :class:`~calls.ports.Lookups` port,
:class:`SimulatedLookups` answers as it was told to, :class:`DryLookups` from the site's own tables.
"""

from adapters.lookups.dry import DryLookups
from adapters.lookups.simulated import SimulatedLookups
from adapters.lookups.site_lookups import SiteLookups

__all__ = ["DryLookups", "SimulatedLookups", "SiteLookups"]
