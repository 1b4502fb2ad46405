import pytest

from devices.api import cloud_shapes, examples, export_shapes, relatives, shapes
from devices.api.operations import read
from devices.models import SyncRun
from people.roles import Role
from reporting import outbox
from reporting.letters import StateReported
from tests.devices.api import made
from tests.people import persons

WHOLE = [
    (examples.DEVICE, shapes.Device),
    (relatives.EXAMPLE, relatives.DeviceInFull),
    (examples.VALUE, shapes.Value),
    (examples.LOG, shapes.Log),
    (examples.PREVIEW, shapes.Preview),
    (examples.OPERATION, shapes.Operation),
    (examples.ITEM, shapes.Item),
]


@pytest.mark.parametrize(("example", "shape"), WHOLE, ids=[shape.__name__ for _, shape in WHOLE])
def test_an_example_is_a_whole_and_valid_answer(example, shape):
    read_back = shape(data=example)

    assert set(example) == set(shape().fields)
    assert read_back.is_valid(), read_back.errors


@pytest.mark.parametrize("example", [examples.ORDER, examples.RESET])
def test_an_example_of_an_order_can_be_ordered(example):
    order, only_asked = read(example)

    assert (order.kind, order.device_ids, only_asked) == (
        example["kind"],
        tuple(example["devices"]),
        False,
    )


ANSWERS = [
    ("devices/", "results", shapes.Device),
    ("devices/dev1/", None, relatives.DeviceInFull),
    ("devices/dev1/status/", "", shapes.Value),
    ("devices/dev1/history/?code=cur_power&end=2026-11-20T09:00:00Z", None, shapes.History),
    ("devices/dev1/logs/", "results", shapes.Log),
    ("devices/dev1/coverage/", None, shapes.Coverage),
    ("devices/gw1/sub-devices/", "results", shapes.Device),
    ("devices/dev1/factory-info/", None, shapes.FactoryInfo),
    ("devices/dev1/delivery/", "", shapes.Cell),
    ("logs/", "results", shapes.Log),
    ("operations/", "results", shapes.Operation),
    ("operations/{operation}/", None, shapes.Operation),
    ("operations/{operation}/items/", "results", shapes.Item),
    ("exports/", "results", export_shapes.Export),
    ("exports/{export}/", None, export_shapes.Export),
    ("sync-runs/", "results", cloud_shapes.Run),
    ("cloud/", None, cloud_shapes.Cloud),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("path", "inside", "shape"), ANSWERS, ids=[one[0] for one in ANSWERS])
def test_an_answer_has_exactly_the_shape_that_is_described(path, inside, shape, now):
    api = persons.api(Role.VIEWER)
    made.device("gw1")
    device = made.device("dev1", sub=True, gateway_id="gw1", status={"cur_power": 5, "odd": None})
    made.coverage(device, lost=[[1, 2, "gone"]])
    made.log(device, 1, code="cur_power", value=5)
    operation = made.operation(api.owner, [device])
    SyncRun.objects.create(kind="sync", outcome="complete", started_at=now, error_code=1010)
    letter = StateReported(
        device_key="dev1", category="cz", values={"switch_1": True}, specification={}, stamps={}
    )
    outbox.take([letter], now)
    export = api.post("/api/v1/exports/", {}).json()["id"]

    answer = api.get("/api/v1/" + path.format(operation=operation.pk, export=export)).json()

    rows = answer[inside] if inside else answer if inside == "" else [answer]
    assert len(rows) > 0
    for row in rows:
        assert set(row) == set(shape().fields)
        described = shape(data=row)
        assert described.is_valid(), described.errors
