"""The remote control: `/_sim/`, for a demo and for curl. Not part of either cloud."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from simulator.exchange import Reply, Request, json_reply
from simulator.troubles import KINDS, SHARED

if TYPE_CHECKING:
    from simulator.simulation import Simulation

LATEST = 200


class Control:
    """Answers `/_sim/...`; every answer is JSON but the help."""

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation

    def answer(self, request: Request) -> Reply:
        """Do what is asked; say 400 with a sentence when it cannot be done."""
        parts = [part for part in request.path.split("/") if part][1:]
        try:
            if request.method == "GET":
                return self._read(parts)
            if parts[:1] == ["troubles"]:
                return self._trouble(request, parts[1:])
            if request.method == "POST" and parts[:1] == ["devices"]:
                return self._device(parts[1:], _options(request))
            if request.method == "POST" and parts == ["advance"]:
                self._simulation.advance(float(str(_options(request)["seconds"])))
                return json_reply({"now": self._simulation.now.isoformat()})
        except (ValueError, KeyError, TypeError) as exc:
            return json_reply({"error": str(exc)}, 400)
        return json_reply({"error": "unknown", "help": "/_sim/"}, 404)

    def _read(self, parts: list[str]) -> Reply:
        readers = {
            "state": self._state,
            "devices": self._devices,
            "calls": self._calls,
            "ush": self._ush,
            "troubles": self._troubles,
        }
        if not parts:
            return Reply(200, help_text().encode(), {"Content-Type": "text/plain; charset=utf-8"})
        reader = readers.get(parts[0])
        return json_reply(reader()) if reader else json_reply({"error": "unknown"}, 404)

    def _state(self) -> object:
        simulation = self._simulation
        present = simulation.world.present()
        return {
            "now": simulation.now.isoformat(),
            "devices": len(present),
            "online": sum(device.online for device in present),
            "gone": len(simulation.world.devices) - len(present),
            "products": len(simulation.world.products),
            "calls": len(simulation.calls),
            "troubles": self._troubles(),
            "uids": simulation.world.uids,
        }

    def _devices(self) -> object:
        return [
            {
                "id": one.id,
                "name": one.name,
                "online": one.online,
                "gone": one.gone,
                "status": one.status,
            }
            for one in list(self._simulation.world.devices.values())
        ]

    def _calls(self) -> object:
        return [call._asdict() for call in self._simulation.calls[-LATEST:]]

    def _ush(self) -> object:
        state: dict[str, dict[str, str]] = {}
        for (device_id, name), value in self._simulation.ush.state.items():
            state.setdefault(device_id, {})[name] = value
        requests = self._simulation.ush.requests
        lately = [
            {"at": one.at, "status": one.status, "code": one.code, "body": one.body}
            for one in requests[-20:]
        ]
        return {"state": state, "requests": len(requests), "latest": lately}

    def _troubles(self) -> object:
        return [
            {
                "name": one.name,
                "times": one.times,
                "struck": one.struck,
                "path": one.path,
                "devices": sorted(one.devices),
                "share": one.share,
                **one.options,
            }
            for one in self._simulation.board.listed()
        ]

    def _trouble(self, request: Request, parts: list[str]) -> Reply:
        if request.method == "DELETE":
            self._simulation.calm(parts[0] if parts else None)
        elif request.method == "POST" and parts:
            self._simulation.trouble(parts[0], **_options(request))
        else:
            return json_reply({"error": "POST /_sim/troubles/NAME or DELETE"}, 405)
        return json_reply(self._troubles())

    def _device(self, parts: list[str], options: dict[str, object]) -> Reply:
        device_id, deed = parts
        simulation = self._simulation
        deeds = {
            "online": simulation.online,
            "offline": simulation.offline,
            "reset": simulation.reset_in_app,
            "remove": simulation.remove_in_app,
            "repair": simulation.repair,
        }
        if device_id not in simulation.world.devices:
            raise ValueError(f"There is no device {device_id!r}.")
        if deed == "press":
            simulation.press(device_id, str(options["code"]), options["value"])
        elif deed == "rename":
            simulation.rename_in_app(device_id, str(options["name"]))
        else:
            deeds[deed](device_id)
        return json_reply({"id": device_id, "done": deed})


def _options(request: Request) -> dict[str, object]:
    if not request.body:
        return dict(request.query)
    document = json.loads(request.body)
    if not isinstance(document, dict):
        raise TypeError("The body must be a JSON object.")
    return document


def trouble_lines() -> list[str]:
    """Write one line for each trouble, with its own options and their defaults."""
    lines = []
    for name, (words, own) in KINDS.items():
        options = " ".join(f"{key}={value}" for key, value in own.items())
        lines.append(f"  {name:<22}{words}" + (f"  [{options}]" if options else ""))
    return lines


def help_text() -> str:
    """Write the help page of the remote control."""
    shared = [f"  {key:<22}{words}" for key, words in SHARED.items()]
    return "\n".join(
        (
            "Fleet's simulator. Both clouds are on this port.",
            "",
            "GET    /_sim/state | devices | calls | ush | troubles",
            "POST   /_sim/troubles/NAME      JSON body: options",
            "DELETE /_sim/troubles[/NAME]",
            'POST   /_sim/devices/ID/press   {"code": "switch_1", "value": true}',
            'POST   /_sim/devices/ID/rename  {"name": "Kitchen"}',
            "POST   /_sim/devices/ID/online | offline | reset | remove | repair",
            'POST   /_sim/advance            {"seconds": 3600}',
            "",
            "Options of every trouble",
            *shared,
            "",
            "Troubles",
            *trouble_lines(),
            "",
        )
    )
