"""The twelve services: who asks for them, and what becomes of it."""

from portal.management.simulation.cases import (
    benefits,
    births,
    buildings,
    cards,
    complaints,
    extracts,
    kindergartens,
    licences,
    moves,
    parking,
    streets,
    weddings,
)

MODULES = (births, moves, cards, parking, licences, buildings, benefits, streets, weddings, extracts, kindergartens)
KINDS = {module.KIND.service: module.KIND for module in (*MODULES, complaints)}
