"""From a product's specification and a raw value to what a person reads. Touches nothing.

Raw values are stored as the cloud sent them; this is where they get scale, unit and words. A
value that breaks its specification is kept and flagged, never dropped.
"""

from devices.datapoints.definition import Definition
from devices.datapoints.readings import Kind, Reading
from devices.datapoints.specification import Specification

__all__ = ["Definition", "Kind", "Reading", "Specification"]
