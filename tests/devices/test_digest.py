"""What names a report of the cloud's list: the same in every process, or each takes all as new."""

import os
import subprocess
import sys

NAMED = """
import django

django.setup()
from devices import intake
from devices.tuya.wire import Device

print(intake.digest(Device(id="bf01", name="Lamp", missing=frozenset({"mac", "sn", "icon"}))).hex())
"""


def named(seed):
    env = os.environ | {"DJANGO_SETTINGS_MODULE": "fleet.settings", "PYTHONHASHSEED": str(seed)}
    done = subprocess.run([sys.executable, "-c", NAMED], env=env, capture_output=True, check=True)
    return done.stdout


def test_processes_give_a_report_the_same_name():
    assert len({named(seed) for seed in range(4)}) == 1
