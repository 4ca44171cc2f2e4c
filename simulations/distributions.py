"""How times are spread: between calls, in conversation, until a caller gives up."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from simulations.streams import Sampler, one_by_one


@dataclass(frozen=True, slots=True, kw_only=True)
class Exponential:
    """Without memory: what is left does not depend on what has passed.

    Attributes:
        mean_s: the mean.
    """

    mean_s: float

    def sampler(self, generator: np.random.Generator) -> Sampler:
        """Draws of this distribution."""
        return one_by_one(lambda n: generator.exponential(self.mean_s, n))


@dataclass(frozen=True, slots=True, kw_only=True)
class Lognormal:
    """How long people talk.

    So it was measured in call centres: L. Brown et al., "Statistical analysis of a telephone call
    center", Journal of the American Statistical Association 100 (2005).

    Attributes:
        mean_s: the mean.
        cv: the standard deviation as a multiple of the mean.
    """

    mean_s: float
    cv: float

    def sampler(self, generator: np.random.Generator) -> Sampler:
        """Draws of this distribution."""
        variance = math.log1p(self.cv**2)
        mu = math.log(self.mean_s) - variance / 2.0
        return one_by_one(lambda n: generator.lognormal(mu, math.sqrt(variance), n))


Distribution = Exponential | Lognormal
