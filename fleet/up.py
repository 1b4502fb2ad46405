"""`make run`: brings up every part of Fleet on this machine, and takes all of it down again.

Boots no Django: settings are read as plain values, so a wrong one is refused before anything runs.
"""

import argparse
import json
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from importlib import import_module
from types import ModuleType
from typing import Any

from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured

from fleet import embedded, parts, runfile
from fleet.supervisor import Broken, Ended, Part, Supervisor

SECRETS = "secrets.json"
WRONG_SETTINGS, GAVE_UP = 2, 1


def main(arguments: list[str]) -> int:
    """Run until told to end; return the exit status."""
    begun = time.monotonic()
    parser = argparse.ArgumentParser(prog="python -m fleet.up", description=__doc__)
    only = "only PostgreSQL and Valkey, with nothing prepared: to bring a backup back"
    parser.add_argument("--servers", action="store_true", help=only)
    wants = parser.parse_args(arguments)
    try:
        given = import_module("fleet.settings")
        prepare_folder(given)
        with runfile.only_one(given.FLEET_DATA):
            if wants.servers:
                return watch(lambda supervisor: servers_only(supervisor, given))
            check_ports(given)
            return watch(lambda supervisor: everything(supervisor, given, begun))
    except ImproperlyConfigured as problem:
        return fail(str(problem), WRONG_SETTINGS)
    except BlockingIOError:
        taken = f"Fleet already runs with the data in {given.FLEET_DATA}: stop it first, or set "
        return fail(taken + "FLEET_DATA to another folder.", WRONG_SETTINGS)


def fail(sentence: str, status: int) -> int:
    """Say why, without a traceback."""
    print(sentence, file=sys.stderr)
    return status


def prepare_folder(given: ModuleType) -> None:
    """Make the folder of data for its owner only; one that exists keeps the mode it has."""
    try:
        given.FLEET_DATA.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as problem:
        sentence = f"FLEET_DATA is {given.FLEET_DATA}, which cannot be used ({problem.strerror}): "
        raise ImproperlyConfigured(sentence + "name a folder that you may write to.") from problem


def check_ports(given: ModuleType) -> None:
    """Refuse a taken port by name, before anything is started."""
    for name in ("PORT", "FLOWER_PORT"):
        port = getattr(given, name)
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((parts.HOST, port))
            except OSError as problem:
                sentence = f"{name} {port} cannot be used ({problem.strerror}): stop the program "
                sentence += f"that holds it, or choose another: `{name}={port + 1} make run`."
                raise ImproperlyConfigured(sentence) from problem


def watch(start: Callable[[Supervisor], None]) -> int:
    """Start, watch over what was started, end everything."""
    supervisor = Supervisor()
    supervisor.listen()
    try:
        start(supervisor)
        while True:
            supervisor.tick()
    except Ended:
        supervisor.say("fleet", "stopping")
        return 0
    except Broken as end:
        supervisor.say("fleet", str(end))
        return GAVE_UP
    finally:
        supervisor.stop()
        supervisor.say("fleet", "stopped")


def everything(supervisor: Supervisor, given: ModuleType, begun: float) -> None:
    """Start all parts, and say where they are once the pages answer."""
    note = start_servers(supervisor, given, demo=given.DEMO)
    first = prepare(supervisor)
    supervisor.start(*product(given, note))
    while not parts.asks(f"http://{parts.HOST}:{given.PORT}/healthz")():
        supervisor.tick()
    welcome(supervisor, given, note, first, time.monotonic() - begun)


def servers_only(supervisor: Supervisor, given: ModuleType) -> None:
    """Start what a backup is brought back into; nothing writes to it meanwhile."""
    start_servers(supervisor, given, demo=False)
    note = given.FLEET_DATA / runfile.NOTE
    supervisor.say("fleet", f"Only the servers run; their addresses are in {note}. Ctrl-C ends.")


def kept_secrets(given: ModuleType) -> dict[str, str]:
    """Return what the first start made: passwords and keys, in a file for its owner only."""
    path = given.FLEET_DATA / SECRETS
    known: dict[str, str] = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    made = {
        "postgres": secrets.token_urlsafe(24),
        "valkey": secrets.token_urlsafe(24),
        "flower": secrets.token_urlsafe(12),
        "secret_key": secrets.token_urlsafe(50),
        "field_encryption_keys": Fernet.generate_key().decode(),
        "demo_client_id": "demo" + secrets.token_hex(8),
        "demo_client_secret": secrets.token_hex(16),
    }
    if made.keys() - known.keys():
        runfile.write_private(path, made | known)
    return made | known


def start_servers(supervisor: Supervisor, given: ModuleType, *, demo: bool) -> dict[str, Any]:
    """Start what no URL names, and leave the note by which every command finds it."""
    kept = kept_secrets(given)
    note: dict[str, Any] = {"database_url": given.DATABASE_URL, "broker_url": given.BROKER_URL}
    note["flower_account"] = f"{given.ADMIN_USERNAME}:{kept['flower']}"
    starting = []
    if not given.DATABASE_URL:
        database = embedded.postgres(given.FLEET_DATA, kept["postgres"])
        note |= {"database_url": database.url, "secret_key": kept["secret_key"]}
        note["field_encryption_keys"] = kept["field_encryption_keys"]
        starting.append(parts.server(database))
    if not given.BROKER_URL:
        broker = embedded.valkey(given.FLEET_DATA, kept["valkey"])
        note["broker_url"] = broker.url
        starting.append(parts.server(broker))
    if demo:
        starting.append(simulated(given, kept, note))
    supervisor.start(*starting)
    runfile.write_private(given.FLEET_DATA / runfile.NOTE, note)
    return note


def simulated(given: ModuleType, kept: dict[str, str], note: dict[str, Any]) -> Part:
    """Return the simulator, and note where its two clouds are."""
    port = embedded.free_port()
    client = (kept["demo_client_id"], kept["demo_client_secret"])
    note["tuya_client_id"], note["tuya_client_secret"] = client
    note["tuya_base_url"] = f"http://{parts.HOST}:{port}"
    note["ush_report_url"] = note["tuya_base_url"] + "/v2/iot/status-report"
    return parts.simulator(port, given.DEMO_DEVICES, given.DEMO_PRODUCTS, client)


def prepare(supervisor: Supervisor) -> dict[str, str]:
    """Bring the database and the static files up to date; return the first user, if just made."""
    words = parts.program("fleet.prepare", "--json")
    done = subprocess.run(words, stdout=subprocess.PIPE, text=True, check=False)
    supervisor.tick()
    if done.returncode != 0:
        raise Broken("The database could not be prepared; the lines above say why.")
    first: dict[str, str] = json.loads(done.stdout)
    if first:
        introduce(supervisor, first)
    return first


def introduce(supervisor: Supervisor, first: dict[str, str]) -> None:
    """Say who the first user is: the only time that the password can be read."""
    words = f"First user: {first['username']} / {first['password']} (shown at this start only)"
    supervisor.say("fleet", words)


def product(given: ModuleType, note: dict[str, Any]) -> list[Part]:
    """Return the parts that are Fleet itself."""
    # Of the fast ones, one waits for changes to tell USH.
    running = [parts.web(given.PORT), parts.worker("fast", 3), parts.worker("slow", 2)]
    if given.TUYA_FEED != "off":
        running.append(parts.feed())
    running.append(parts.beat(given.FLEET_DATA))
    running.append(parts.flower(given.FLOWER_PORT, note["flower_account"]))
    return running


def welcome(
    supervisor: Supervisor,
    given: ModuleType,
    note: dict[str, Any],
    first: dict[str, str],
    took_s: float,
) -> None:
    """Print the addresses, and once the first user."""
    lines = [f"Fleet is ready at http://{parts.HOST}:{given.PORT} ({took_s:.1f} s)"]
    name, _, password = note["flower_account"].partition(":")
    lines.append(f"Flower (tasks): http://{parts.HOST}:{given.FLOWER_PORT} ({name} / {password})")
    if given.DEMO:
        lines.append(f"Demo: simulated clouds at {note['tuya_base_url']}/_sim/")
    for line in lines:
        supervisor.say("fleet", line)
    if first:
        introduce(supervisor, first)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
