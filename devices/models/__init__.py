"""The tables of the mirror: devices, their history, what is proven, what was asked of them."""

from .coverage import Coverage
from .device import Device
from .hour import Hour
from .let_go import LetGo
from .log import Code, LogEntry, Provenance, StoredEntry
from .log_export import LogExport
from .operation import Operation, OperationItem
from .product import Product
from .project import CallCount, Project
from .saved_view import SavedView
from .sync import SyncRun

__all__ = [
    "CallCount",
    "Code",
    "Coverage",
    "Device",
    "Hour",
    "LetGo",
    "LogEntry",
    "LogExport",
    "Operation",
    "OperationItem",
    "Product",
    "Project",
    "Provenance",
    "SavedView",
    "StoredEntry",
    "SyncRun",
]
