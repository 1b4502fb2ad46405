"""A forwarder in a process of its own that is killed with -9 around its first request."""

# ruff: noqa: PLC0415  Django must be set up before its models are imported
import os
import signal
import sys
from datetime import datetime, timedelta

import django


def main(database, url, moment, now):
    django.setup()
    from django.db import connection

    connection.settings_dict["NAME"] = database
    from reporting import forwarder
    from reporting.sending import Desk
    from reporting.terms import Terms
    from reporting.ush.client import UshClient
    from reporting.ush.wire import Format

    class Doomed(UshClient):
        def post(self, body):
            if moment == "after":
                super().post(body)
            os.kill(os.getpid(), signal.SIGKILL)

    terms = Terms(url, Format.DEVICES, "", (), 50, 1000.0, timedelta(seconds=1), enabled=True)
    clock = datetime.fromisoformat(now)
    forwarder.forward_due(Desk(Doomed(url), terms, lambda: clock))


if __name__ == "__main__":
    main(*sys.argv[1:])
