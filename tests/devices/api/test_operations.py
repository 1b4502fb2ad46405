import pytest

from devices.models import Operation, OperationItem
from people.roles import Role
from rest.times import stamp
from tests.devices.api import made
from tests.people import persons

pytestmark = pytest.mark.django_db

URL = "/api/v1/operations/"


@pytest.fixture(autouse=True)
def rules(settings):
    settings.COOLING_OFF = made.timedelta(seconds=30)
    settings.APPROVAL_ABOVE = None
    settings.TUYA_QPS = 10


def order(api, key="k1", **body):
    return api.post(URL, body, format="json", HTTP_IDEMPOTENCY_KEY=key)


def test_a_rename_is_written_down_and_answered_with_its_address():
    operator = persons.api(Role.OPERATOR)
    device = made.device("dev1", name="Old")

    answer = order(operator, kind="rename", devices=["dev1"], params={"name": "New"})

    made_one = Operation.objects.get()
    assert answer.status_code == 202
    assert answer.headers["Location"] == f"/api/v1/operations/{made_one.pk}/"
    assert answer.json() == {
        "id": made_one.pk,
        "kind": "rename",
        "state": "running",
        "counts": {"queued": 1},
        "reason": "",
        "params": {"name": "New", "names": {}},
        "pace_per_minute": None,
        "stop_after_failures": None,
        "stop_after_percent": None,
        "stop_percent_of": 10,
        "offline": "act",
        "wait_until": None,
        "plan_hash": made_one.plan_hash,
        "requested_by": operator.owner.username,
        "needs_approval": False,
        "approved_by": "",
        "approved_at": None,
        "approved_plan_hash": "",
        "approval_expires_at": None,
        "ended_by": "",
        "created_at": stamp(made_one.created_at),
        "starts_at": stamp(made_one.starts_at),
        "started_at": None,
        "finished_at": None,
        "retry_of": None,
    }
    assert operator.get(f"{URL}{made_one.pk}/").json() == answer.json()
    assert operator.get(f"{URL}{made_one.pk}/items/").json()["results"] == [
        {
            "position": 0,
            "device_id": "dev1",
            "device_name": "Old",
            "new_name": "New",
            "outcome": "queued",
            "why": "",
            "vendor_code": None,
            "vendor_message": "",
            "meaning": "",
            "advice": "",
            "attempts": 0,
            "sent_at": None,
            "settled_at": None,
            "confirmed_at": None,
            "proof": {},
        }
    ]
    assert device.name == "Old"


def test_the_same_order_twice_with_one_key_is_one_operation():
    operator = persons.api(Role.OPERATOR)
    made.device("dev1")
    body = {"kind": "rename", "devices": ["dev1"], "params": {"name": "New"}}

    first, again = order(operator, **body), order(operator, **body)
    other = order(operator, **body | {"params": {"name": "Newer"}})

    assert (first.status_code, again.status_code, other.status_code) == (202, 202, 422)
    assert again.json() == first.json()
    assert Operation.objects.count() == 1


def test_an_order_needs_a_key_and_a_question_needs_none():
    operator = persons.api(Role.OPERATOR)
    made.device("dev1")
    body = {"kind": "rename", "devices": ["dev1"], "params": {"name": "New"}}

    without = operator.post(URL, body, format="json")
    asked = operator.post(URL, body | {"dry_run": True}, format="json")

    assert (without.status_code, without.json()["code"]) == (400, "idempotency_key_missing")
    assert asked.status_code == 200
    assert Operation.objects.count() == 0


def test_a_question_is_answered_with_the_preview():
    manager = persons.api(Role.MANAGER)
    made.device("gw1", name="Gateway")
    made.device("sub1", gateway_id="gw1", sub=True)
    made.device("gone", state="removed")

    answer = order(manager, kind="remove", devices=["gw1", "gone", "nobody"], dry_run=True)

    preview = answer.json()
    assert answer.status_code == 200
    assert preview == {
        "will_act": [{"device_id": "gw1", "name": "Gateway"}],
        "skip": [
            {"device_id": "gone", "why": "It was removed from the cloud already."},
            {"device_id": "nobody", "why": "Fleet knows no device with this id."},
        ],
        "warn": preview["warn"],
        "calls": 5,
        "eta_seconds": 0,
        "needs_approval": False,
        "plan_hash": preview["plan_hash"],
    }
    assert [note["device_id"] for note in preview["warn"]] == ["gw1", "gw1"]
    assert order(
        manager, "k2", kind="remove", devices=["gw1"], reason="r", plan_hash=preview["plan_hash"]
    ).status_code == 202  # fmt: skip


@pytest.mark.parametrize(
    ("role", "kind", "status"),
    [
        (Role.VIEWER, "rename", 403),
        (Role.OPERATOR, "rename", 202),
        (Role.OPERATOR, "remove", 403),
        (Role.OPERATOR, "factory_reset", 403),
        (Role.MANAGER, "remove", 202),
        (Role.MANAGER, "factory_reset", 202),
    ],
)
def test_each_kind_takes_its_own_right(role, kind, status):
    made.device("dev1")

    answer = order(
        persons.api(role), kind=kind, devices=["dev1"], reason="why", params={"name": "New"}
    )

    assert (answer.status_code, Operation.objects.count()) == (status, int(status == 202))


def test_a_read_only_token_orders_nothing():
    made.device("dev1")
    api = persons.api(Role.ADMIN, read_only=True)

    answer = order(api, kind="rename", devices=["dev1"], params={"name": "New"})

    assert (answer.status_code, answer.json()["detail"]) == (
        403,
        "This token is read-only: use one that may write.",
    )


def test_a_device_that_is_busy_is_answered_with_the_operation_that_holds_it():
    operator = persons.api(Role.OPERATOR)
    made.device("dev1")
    first = order(operator, kind="rename", devices=["dev1"], params={"name": "A"}).json()["id"]

    answer = order(operator, "k2", kind="rename", devices=["dev1"], params={"name": "B"})

    assert (answer.status_code, answer.json()["code"]) == (409, "busy")
    assert (answer.json()["operation"], answer.json()["operation_url"]) == (
        first,
        f"/api/v1/operations/{first}/",
    )


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"kind": "explode", "devices": ["dev1"]}, "kind"),
        ({"kind": "rename"}, "devices"),
        ({"kind": "rename", "devices": []}, "devices"),
        ({"kind": "rename", "devices": "dev1"}, "devices"),
        ({"kind": "rename", "devices": ["dev1", "dev1"], "params": {"name": "x"}}, "devices"),
        ({"kind": "rename", "devices": ["nobody"], "params": {"name": "x"}}, "devices"),
        ({"kind": "rename", "devices": ["dev1"]}, "params"),
        ({"kind": "rename", "devices": ["dev1"], "params": []}, "params"),
        ({"kind": "rename", "devices": ["dev1"], "params": {"name": "x" * 101}}, "params"),
        ({"kind": "rename", "devices": ["dev1"], "params": {"name": "x"}, "pace_per_minute": 0},
         "pace_per_minute"),
        ({"kind": "rename", "devices": ["dev1"], "params": {"name": "x"}, "force": 1}, "force"),
        ({"kind": "remove", "devices": ["dev1"]}, "reason"),
    ],
)  # fmt: skip
def test_an_order_that_makes_no_sense_names_the_field(body, field):
    made.device("dev1")

    answer = order(persons.api(Role.MANAGER), **body)

    assert (answer.status_code, list(answer.json()["errors"])) == (400, [field])
    assert Operation.objects.count() == 0


def test_a_plan_that_changed_since_the_preview_is_refused():
    made.device("dev1")

    answer = order(
        persons.api(Role.MANAGER), kind="remove", devices=["dev1"], reason="r", plan_hash="0" * 64
    )

    assert (answer.status_code, answer.json()["code"]) == (409, "stale")


def test_who_asked_cannot_approve_but_a_second_person_can(settings):
    settings.APPROVAL_ABOVE = 0
    one, other = persons.api(Role.MANAGER), persons.api(Role.MANAGER)
    made.device("dev1")
    number = order(one, kind="remove", devices=["dev1"], reason="r").json()["id"]

    alone = one.post(f"{URL}{number}/approve/")
    unlike = other.post(f"{URL}{number}/approve/", {"plan_hash": "0" * 64}, format="json")
    plan_hash = other.get(f"{URL}{number}/").json()["plan_hash"]
    both = other.post(f"{URL}{number}/approve/", {"plan_hash": plan_hash}, format="json")
    again = other.post(f"{URL}{number}/approve/")

    assert (alone.status_code, alone.json()["code"]) == (403, "forbidden")
    assert (unlike.status_code, unlike.json()["code"]) == (409, "stale")
    assert (both.status_code, both.json()["state"]) == (200, "cooling_off")
    assert both.json()["approved_plan_hash"] == plan_hash
    assert (again.status_code, again.json()["code"]) == (409, "wrong_state")


def test_a_pattern_is_previewed_with_old_and_new_names_and_its_collisions():
    operator = persons.api(Role.OPERATOR)
    made.device("dev1", name="A", sn="100427")
    made.device("dev2", name="B", sn="200427")
    made.device("dev3", name="C", sn="")
    made.device("dev4", name="Smart plug-0999", sn="300999")
    body = {"kind": "rename", "devices": ["dev1", "dev2", "dev3", "dev4"]}
    body |= {"params": {"pattern": "{product}-{sn:4}"}}

    asked = operator.post(URL, body | {"dry_run": True}, format="json").json()
    given = order(operator, **body, plan_hash=asked["plan_hash"])

    taken = "2 devices of this list get the name “Smart plug-0427”."
    assert asked["will_act"] == [
        {"device_id": "dev1", "name": "A", "new_name": "Smart plug-0427"},
        {"device_id": "dev2", "name": "B", "new_name": "Smart plug-0427"},
    ]
    assert asked["skip"] == [
        {"device_id": "dev3", "why": "Fleet knows no sn of it, and the pattern needs one."},
        {"device_id": "dev4", "why": "It has this name already."},
    ]
    assert asked["warn"] == [
        {"device_id": "dev1", "why": taken},
        {"device_id": "dev2", "why": taken},
    ]
    assert (given.status_code, given.json()["params"]["pattern"]) == (202, "{product}-{sn:4}")


def test_an_operation_is_paused_resumed_and_cancelled():
    operator = persons.api(Role.OPERATOR)
    made.device("dev1")
    number = order(operator, kind="rename", devices=["dev1"], params={"name": "A"}).json()["id"]

    states = [
        operator.post(f"{URL}{number}/{verb}/").json()["state"]
        for verb in ("pause", "resume", "cancel")
    ]

    assert states == ["paused", "running", "cancelled"]
    assert operator.get(f"{URL}{number}/").json()["counts"] == {"cancelled": 1}


def test_what_was_refused_can_be_tried_again_as_a_new_operation():
    operator = persons.api(Role.OPERATOR)
    device = made.device("dev1")
    first = made.operation(operator.owner, [device], state="finished")
    first.items.update(outcome="refused", vendor_code=1106, vendor_message="permission deny")

    answer = operator.post(f"{URL}{first.pk}/retry-failed/")

    row = operator.get(f"{URL}{first.pk}/items/?outcome=refused").json()["results"][0]
    assert (answer.status_code, answer.json()["retry_of"]) == (202, first.pk)
    assert (row["vendor_code"], row["vendor_message"]) == (1106, "permission deny")
    assert row["meaning"]
    assert row["advice"]


@pytest.mark.parametrize(
    ("path", "status"),
    [("999/", 404), ("999/items/", 404), ("99999999999999999999/", 404), ("x/", 404)],
)
def test_an_unknown_operation_is_not_found(path, status):
    assert persons.api(Role.VIEWER).get(URL + path).status_code == status


def test_an_unknown_verb_is_not_found():
    assert persons.api(Role.ADMIN).post(f"{URL}1/explode/").status_code == 404


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["factory_reset", "remove", "rename"]),
        ("kind=remove,rename", ["remove", "rename"]),
        ("state=finished", ["remove"]),
        ("device=dev1", ["rename"]),
        ("requested_by=nobody", []),
    ],
)
def test_each_filter_finds_its_operations(query, found):
    api = persons.api(Role.VIEWER)
    made.operation(api.owner, [made.device("dev1")], "rename")
    made.operation(api.owner, [made.device("dev2")], "remove", "finished")
    made.operation(api.owner, [made.device("dev3")], "factory_reset")

    rows = api.get(f"{URL}?{query}").json()["results"]

    assert [row["kind"] for row in rows] == found


@pytest.mark.parametrize("query", ["kind=explode", "state=odd", "user=x"])
def test_an_operation_filter_that_is_not_understood_is_refused(query):
    assert persons.api(Role.VIEWER).get(f"{URL}?{query}").status_code == 400


def test_a_list_of_operations_costs_the_same_for_one_and_for_twenty(django_assert_num_queries):
    api = persons.api(Role.VIEWER)
    made.operation(api.owner, [made.device()])
    api.get(URL)
    # token with rights, operations, counts
    with django_assert_num_queries(3):
        assert len(api.get(URL).json()["results"]) == 1
    for _ in range(19):
        made.operation(api.owner, [made.device()])
    with django_assert_num_queries(3):
        assert len(api.get(URL).json()["results"]) == 20
    assert OperationItem.objects.count() == 20
