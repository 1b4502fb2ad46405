"""What every answer of both clouds is made from, in one parcel."""

from dataclasses import dataclass

from simulator.clock import Clock
from simulator.options import Options
from simulator.troubles import Board
from simulator.world import World


@dataclass(frozen=True, slots=True)
class Stage:
    """The parts that handlers share; each keeps its own lock."""

    options: Options
    clock: Clock
    world: World
    board: Board
