"""Visits and CO2 that requests from afar spare people: the factors are data, and each names where it comes from."""

from collections.abc import Mapping
from dataclasses import dataclass

FROM_AFAR = ("online", "email", "post", "phone")


@dataclass(frozen=True)
class Factor:
    """A number of the estimate, and its source."""

    name: str
    value: float
    unit: str
    source: str


LOW = "An assumption on the low side: to hand in; to fetch isn’t counted."
WAY = "An assumption for towns; put the mean way to the country’s offices here."
CARS = "An assumption; put the country’s travel survey here."
UK = "UK Government greenhouse gas conversion factors for company reporting: average car, rounded."
FACTORS = {
    "visits": Factor("visits", 1, "visits a request", LOW),
    "distance": Factor("distance", 8, "km there and back", WAY),
    "by_car": Factor("by_car", 0.5, "share of visits", CARS),
    "emission": Factor("emission", 0.17, "kg CO2e a km", UK),
}


@dataclass(frozen=True)
class Spared:
    visits: float
    kilograms: float


def spared(received: Mapping[str, int], factors: Mapping[str, Factor] = FACTORS) -> Spared:
    """Estimate what requests spared, by how many came in through each channel."""
    visits = sum(received.get(channel, 0) for channel in FROM_AFAR) * factors["visits"].value
    by_car = visits * factors["by_car"].value * factors["distance"].value
    return Spared(visits, by_car * factors["emission"].value)
