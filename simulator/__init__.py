"""A fake Tuya cloud and a fake USH with named troubles. Shares no code with the product."""

from simulator.options import CLIENT_ID, CLIENT_SECRET, Options
from simulator.simulation import Simulation, running

__all__ = ["CLIENT_ID", "CLIENT_SECRET", "Options", "Simulation", "running"]
