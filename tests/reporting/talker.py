"""Devices that talk, in a process of its own: each degree is committed, whatever the database does.

Prints the round that was committed last. Called by tests/reporting/test_restart.py.
"""

# ruff: noqa: PLC0415  Django must be set up before its models are imported
import sys
import time

import django


def main(devices, rounds, pause):
    django.setup()
    from django.db import OperationalError, connection, transaction
    from django.utils import timezone

    from reporting import outbox
    from reporting.letters import SpecItem, StateReported

    spec = {"temp_set": SpecItem("Integer", {"scale": 0})}

    def letters(degrees):
        for number in range(devices):
            values, stamps = {"temp_set": degrees}, {"temp_set": degrees}
            yield StateReported(f"ac{number}", "kt", values, spec, stamps)

    for degrees in range(1, rounds + 1):
        while True:
            try:
                with transaction.atomic():
                    outbox.take(letters(degrees), timezone.now())
                break
            except OperationalError:
                connection.close()
                time.sleep(0.1)
        print(degrees, flush=True)  # noqa: T201  the test reads it
        time.sleep(pause)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]))
