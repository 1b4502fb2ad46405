"""The built-in products, written for Fleet from published data-point tables."""

from simulator.catalog import climate, home, lights, power, sensors
from simulator.product import Product

_ROOMS = (power.PRODUCTS, sensors.PRODUCTS, lights.PRODUCTS, climate.PRODUCTS, home.PRODUCTS)
_LONGEST = max(len(room) for room in _ROOMS)

# Dealt in turn from each room, so that a fleet of five is as mixed as a fleet of five hundred.
PRODUCTS: list[Product] = [
    room[place] for place in range(_LONGEST) for room in _ROOMS if place < len(room)
]
