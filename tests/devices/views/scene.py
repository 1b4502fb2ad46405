"""Devices, history and orders of the page tests: plain functions with usual values."""

import html
import re
from datetime import UTC, datetime, timedelta

from django.db import transaction
from django.test import Client

from devices.events import Event, millis, store
from devices.models import Coverage, Device, Operation, OperationItem, Product, Provenance
from devices.plans import fingerprint_of
from people.roles import Role
from tests.people import persons

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
LAMP = (
    {"code": "switch_led", "type": "Boolean", "values": "{}"},
    {
        "code": "temp_current",
        "type": "Integer",
        "values": '{"unit":"℃","min":-200,"max":600,"scale":1,"step":1}',
    },
)


def text(response):
    """The page without its tags, spaces joined: what a person reads."""
    body = re.sub(r"<(script|style).*?</\1>", " ", response.content.decode(), flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).split())


def client(role=Role.VIEWER, name=None):
    """A browser in which a new user of the role is signed in."""
    made = Client()
    made.user = persons.user(role, name)
    made.force_login(made.user)
    return made


def product(product_id="lamp", items=LAMP):
    return Product.objects.get_or_create(
        product_id=product_id,
        defaults={"name": f"Product {product_id}", "category": "dj", "items": list(items)},
    )[0]


def device(device_id="bf01", name="Desk lamp", **given):
    return Device.objects.create(
        **{
            "device_id": device_id,
            "name": name,
            "category": "dj",
            "product": product(),
            "online": True,
            "first_seen_at": NOON - timedelta(days=30),
            "last_seen_at": NOON,
            "state_since": NOON - timedelta(days=30),
            "next_harvest_at": NOON,
            **given,
        }
    )


def devices(count, **given):
    return [device(f"bf{number:04d}", f"Lamp {number}", **given) for number in range(count)]


def event(of, at=NOON, event_id=7, code="", value=None, *, source=1, by=Provenance.LOG, **given):
    """Write one row of history, as the workers do."""
    happened = Event(
        device=of.pk,
        at=millis(at),
        event_id=event_id,
        provenance=by,
        code=code,
        value=value,
        source_id=source,
        **given,
    )
    with transaction.atomic():
        store([happened], at + timedelta(seconds=1))


def events(of, count):
    """Write many rows of history, a second apart, the newest at noon."""
    written = [
        Event(of.pk, millis(NOON - timedelta(seconds=n)), 7, Provenance.LOG, "c", n, None, 1)
        for n in range(count)
    ]
    with transaction.atomic():
        store(written, NOON)


def proven(of, *stretches, since=NOON - timedelta(days=7), lost=()):
    """Enter the books of a device; one with a proven stretch has been read."""
    if stretches and of.harvested_at is None:
        Device.objects.filter(pk=of.pk).update(harvested_at=NOON)
    return Coverage.objects.create(
        device=of,
        since=since,
        complete=[[millis(start), millis(end)] for start, end in stretches],
        lost=[[millis(start), millis(end), reason] for start, end, reason in lost],
    )


def operation(by, *outcomes, kind="factory_reset", state="running", at=NOON, **given):
    """An order with one new device for each outcome."""
    made = Operation.objects.create(
        kind=kind,
        state=state,
        reason="room change",
        requested_by=by,
        requested_by_name=by.get_username(),
        created_at=at,
        starts_at=at + timedelta(seconds=30),
        **given,
    )
    for position, outcome in enumerate(outcomes):
        of = device(f"op{made.pk}x{position}", f"Lamp {made.pk}.{position}")
        OperationItem.objects.create(
            operation=made,
            position=position,
            device=of,
            device_key=of.device_id,
            device_name=of.name,
            outcome=outcome,
            sent_at=None if outcome in ("queued", "skipped", "cancelled") else at,
        )
    made.plan_hash = fingerprint_of(made)
    made.save(update_fields=["plan_hash"])
    return made
