"""Peoples a world: gives each product devices with names, keys, homes and gateways."""

import random

from simulator.chance import dice
from simulator.device import Device
from simulator.options import Options
from simulator.product import Product
from simulator.values import first_value

ROOMS = (
    ("客厅", "Living room"),
    ("厨房", "Kitchen"),
    ("主卧", "Bedroom"),
    ("书房", "Study"),
    ("儿童房", "Nursery"),
    ("车库", "Garage"),
    ("阳台", "Balcony"),
    ("走廊", "Hallway"),
    ("会议室", "Meeting room"),
    ("前台", "Reception"),
    ("1203 房", "Room 1203"),
    ("仓库", "Storage"),
)
# The vendor hands out keys with punctuation too; only opaque handling survives them.
KEY_LETTERS = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789'$<&|.;:"
SHARE_ONLINE = 0.93


def people(options: Options, products: list[Product], start_ms: int) -> list[Device]:
    """Make the devices, each from dice of its own: more devices never change the first ones."""
    devices: list[Device] = []
    gateways: list[Device] = []
    seen: set[str] = set()
    for ordinal in range(options.devices):
        source = dice(options.seed, "device", ordinal)
        product = products[ordinal] if ordinal < len(products) else source.choice(products)
        device = _device(ordinal, product, source, options, start_ms)
        if product.pid not in seen:
            seen.add(product.pid)
            device.status.update(product.observed)
        if product.gateway:
            gateways.append(device)
        elif product.sub and gateways:
            _attach(device, source.choice(gateways))
        devices.append(device)
    return devices


def local_key(source: random.Random) -> str:
    """Make the 16-character key of one pairing."""
    return "".join(source.choice(KEY_LETTERS) for _ in range(16))


def uids(options: Options) -> list[str]:
    """Name the app accounts that are linked to the project."""
    return [
        f"ay{dice(options.seed, 'uid', n).getrandbits(64):020d}"
        for n in range(max(1, options.users))
    ]


def _device(
    ordinal: int, product: Product, source: random.Random, options: Options, start_ms: int
) -> Device:
    active = start_ms // 1000 - source.randint(9 * 86_400, 700 * 86_400)
    wireless = not product.sub
    return Device(
        ordinal=ordinal,
        id=f"bf{source.getrandbits(72):018x}" + f"{ordinal % 1296:02x}"[-2:],
        product=product,
        name=_name(product, source),
        uid=uids(options)[ordinal % max(1, options.users)],
        home=str(source.randint(10_000_000, 99_999_999)),
        uuid=f"{source.getrandbits(64):016x}",
        local_key=local_key(source),
        mac=":".join(f"{source.getrandbits(8):02x}" for _ in range(6)) if wireless else None,
        sn=f"SN{source.getrandbits(40):012d}" if source.random() < 0.3 else None,  # noqa: PLR2004
        # An address of the documentation block: a public one, belonging to nobody.
        ip=f"203.0.113.{source.randint(1, 254)}" if wireless else "",
        online=source.random() < SHARE_ONLINE,
        status={
            point.code: first_value(point, source) for point in product.points if point.reported
        },
        created_s=active - source.randint(0, 86_400),
        active_s=active,
        updated_s=active + source.randint(0, 86_400),
        history_days=options.days,
    )


def _name(product: Product, source: random.Random) -> str:
    chinese, english = source.choice(ROOMS)
    if source.random() < 0.5:  # noqa: PLR2004 - half the staff writes English
        name = f"{english} {(product.english or product.name).strip().lower()}"
    else:
        name = f"{chinese}{product.name.strip()}"
    # Names in the field have stray blanks and pictures; they must survive as they are.
    return name + source.choice(("",) * 17 + (" ", " 💡", " (2)"))


def _attach(device: Device, gateway: Device) -> None:
    device.gateway, device.uid, device.home = gateway.id, gateway.uid, gateway.home
    device.node_id = device.uuid
