"""Tries the two clouds now: a token from the one, a connection to the other. Changes nothing."""

from devices import project
from devices.tuya.errors import TuyaError
from devices.tuya.wire import Probe
from fleet.checklist import Tested
from reporting.reach import reach
from reporting.terms import current


def tried() -> Tested:
    """Ask the device cloud for a token, and knock at USH's address."""
    return Tested(cloud=asked(), ush=reach(current()))


def asked() -> Probe | TuyaError:
    """Return the device cloud's answer or refusal."""
    try:
        with project.connect() as link:
            return link.test()
    except TuyaError as refusal:
        return refusal
