"""Asking for operations and steering them: rights, typed words, double sending, what is shown."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from devices.models import Device, Operation
from people.roles import Role
from tests.devices.views import scene
from tests.devices.views.scene import NOON, text

pytestmark = pytest.mark.django_db

NEW = "/operations/new/"


@pytest.fixture(autouse=True)
def _at_noon():
    with time_machine.travel(NOON, tick=False):
        yield


def form(browser, query):
    """The fields of the confirmation, as a browser would send them."""
    page = browser.get(f"{NEW}?{query}")
    body = page.content.decode().split('<form method="post" action="/operations/new/"')[-1]
    fields = {}
    for tag in re.findall(r"<input[^>]*>", body):
        name, value = (re.search(rf'{key}="([^"]*)"', tag) for key in ("name", "value"))
        if name and name[1] != "csrfmiddlewaretoken":
            fields.setdefault(name[1], []).append(value[1] if value else "")
    many = re.search(r'<textarea name="devices" hidden>([^<]*)', body)
    return fields | ({"devices": many[1]} if many else {})


def orders():
    return list(Operation.objects.order_by("pk").values_list("kind", "state", "reason"))


def test_who_is_not_signed_in_is_led_to_sign_in(client):
    made = scene.operation(scene.client().user, "queued")
    pages = ["/operations/", f"/operations/{made.pk}/", NEW]
    acts = [f"/operations/{made.pk}/cancel/", NEW]

    led = [client.get(page).headers["Location"] for page in pages]
    stopped = [client.post(page).headers["Location"] for page in acts]

    assert led == [f"/login/?next={page}" for page in pages]
    assert stopped == [f"/login/?next={page}" for page in acts]
    assert Operation.objects.get().state == "running"


@pytest.mark.parametrize(
    ("role", "kind", "words"),
    [
        (
            Role.VIEWER,
            "rename",
            "You may not rename devices: it takes the role operator or higher.",
        ),
        (Role.VIEWER, "remove", "You may not remove devices: it takes the role manager or higher."),
        (Role.OPERATOR, "factory_reset", "You may not reset devices to factory state"),
    ],
)
def test_who_lacks_the_right_reads_so_before_and_after_typing(role, kind, words):
    scene.device()
    browser = scene.client(role)

    looked = browser.get(f"{NEW}?kind={kind}&device=bf01")
    asked = browser.post(
        NEW,
        {
            "kind": kind,
            "device": "bf01",
            "step": "request",
            "plan_hash": "x",
            "phrase": "Desk lamp",
        },
    )

    assert (looked.status_code, words in text(looked)) == (403, True)
    assert (asked.status_code, words in text(asked)) == (403, True)
    assert orders() == []


@pytest.mark.parametrize(
    "action", ["cancel", "pause", "resume", "approve", "reject", "retry-failed"]
)
def test_a_viewer_steers_nothing(action):
    made = scene.operation(scene.client(Role.MANAGER).user, "queued", "refused")

    answer = scene.client().post(f"/operations/{made.pk}/{action}/")

    made.refresh_from_db()
    assert (answer.status_code, made.state) == (403, "running")
    assert "You may not" in text(answer)


def test_a_form_of_another_site_changes_nothing():
    browser = scene.client(Role.MANAGER)
    made = scene.operation(browser.user, "queued")
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = browser.cookies

    answers = [strict.post(f"/operations/{made.pk}/cancel/"), strict.post(NEW)]

    made.refresh_from_db()
    assert ([one.status_code for one in answers], made.state) == ([403, 403], "running")


def test_one_device_is_confirmed_by_its_name():
    scene.device(name="Desk  lamp ")
    browser = scene.client(Role.MANAGER)
    fields = form(browser, "kind=factory_reset&device=bf01")

    def send(phrase):
        return browser.post(NEW, fields | {"phrase": phrase, "reason": "room change"})

    refused = [send(phrase).status_code for phrase in ("", "desk lamp", "Desk lam", "bf01")]
    assert (refused, orders()) == ([400] * 4, [])
    accepted = send(" Desk lamp")

    operation = Operation.objects.get()
    assert accepted.headers["Location"] == f"/operations/{operation.pk}/"
    assert orders() == [("factory_reset", "cooling_off", "room change")]
    assert [item.device_key for item in operation.items.all()] == ["bf01"]


def test_many_devices_are_confirmed_by_verb_and_count():
    scene.devices(3)
    scene.device("gone", state=Device.State.REMOVED)
    browser = scene.client(Role.MANAGER)
    query = "kind=remove&device=bf0000&device=bf0001&device=bf0002&device=gone"

    page = browser.get(f"{NEW}?{query}")
    answer = browser.post(
        NEW, form(browser, query) | {"phrase": "remove 3 devices", "reason": "sold"}
    )

    assert page.context["phrase"] == "remove 3 devices"
    assert "gone It was removed from the cloud already." in text(page)
    assert (answer.status_code, orders()) == (302, [("remove", "cooling_off", "sold")])


def test_words_without_a_preview_are_not_enough():
    scene.device()
    browser = scene.client(Role.MANAGER)
    fields = form(browser, "kind=remove&device=bf01")
    fields |= {"phrase": "Desk lamp", "reason": "sold"}

    without = browser.post(NEW, fields | {"plan_hash": ""})
    other = browser.post(NEW, fields | {"plan_hash": "0" * 64})

    assert "Look at the preview first, then confirm exactly that." in text(without)
    assert "The devices or names changed since the preview." in text(other)
    assert ([without.status_code, other.status_code], orders()) == ([400, 400], [])


def test_a_reason_is_asked_for_and_what_was_typed_is_kept():
    scene.device()
    browser = scene.client(Role.MANAGER)
    fields = form(browser, "kind=remove&device=bf01&pace_per_minute=7")

    answer = browser.post(NEW, fields | {"phrase": "Desk lamp", "reason": " "})

    assert "A reason is required: it is kept in the audit." in text(answer)
    assert answer.context["given"]["pace_per_minute"] == 7
    assert (answer.status_code, orders()) == (400, [])


def test_a_form_sent_twice_makes_one_order_and_leads_to_it():
    scene.device()
    browser = scene.client(Role.OPERATOR)
    fields = form(browser, "kind=rename&device=bf01&name:bf01=Floor+lamp")

    first = browser.post(NEW, fields)
    Operation.objects.get().items.update(outcome="confirmed")  # so that the device is free again
    second = browser.post(NEW, fields, follow=True)

    assert second.redirect_chain == [(first.headers["Location"], 302)]
    assert "This order was given already; here it is." in text(second)
    assert orders() == [("rename", "running", "")]


def test_a_device_with_an_open_order_is_not_asked_twice():
    scene.device()
    browser = scene.client(Role.OPERATOR)
    one = form(browser, "kind=rename&device=bf01&name:bf01=Floor+lamp")
    other = form(browser, "kind=rename&device=bf01&name:bf01=Wall+lamp")

    first, second = browser.post(NEW, one), browser.post(NEW, other)

    operation = Operation.objects.get()
    assert (first.status_code, second.status_code) == (302, 400)
    assert f"Operation #{operation.pk} on it is not over yet." in text(second)


def test_a_rename_shows_old_and_new_and_names_that_are_taken():
    scene.device("bf01", "Desk lamp")
    scene.device("bf02", "Wall lamp")
    scene.device("bf03", "Hall lamp")
    browser = scene.client(Role.OPERATOR)

    empty = browser.get(f"{NEW}?kind=rename&device=bf01&device=bf02")
    page = browser.get(
        f"{NEW}?kind=rename&device=bf01&device=bf02&name:bf01=Hall+lamp&name:bf02=Wall+lamp"
    )

    assert empty.context["plan"] is None
    assert 'name="name:bf02" value="Wall lamp"' in empty.content.decode()
    plan = page.context["plan"]
    assert [(one.device.name, one.new_name) for one in plan.will_act] == [
        ("Desk lamp", "Hall lamp")
    ]
    assert [(note.device_id, note.why) for note in plan.skip] == [
        ("bf02", "It has this name already.")
    ]
    assert [(note.device_id, note.why) for note in plan.warn] == [
        ("bf01", "bf03 has the name “Hall lamp” already.")
    ]
    assert "Desk lamp bf01 → Hall lamp" in text(page)


@pytest.mark.parametrize(
    ("query", "status", "words"),
    [
        ("", 400, "No device was chosen"),
        ("kind=melt&device=bf01", 400, "No device was chosen"),
        ("kind=remove", 400, "never on all of them because none was ticked"),
        ("kind=remove&device=nobody", 200, "Fleet knows no device with this id."),
        ("kind=remove&device=bf01&pace_per_minute=-1", 200, "Pace: Ensure this value is greater"),
        ("kind=remove&device=bf01&stop_after_failures=x", 200, "Enter a whole number."),
        ("kind=rename&device=bf01&name:bf01=", 200, "The new name is empty; give one."),
        ("kind=rename&device=bf01&name:bf01=" + "x" * 101, 200, "has 101 characters"),
        ("kind=rename&device=bf01&name:bf01=a%00%07", 200, "a character that cannot be shown"),
    ],
)
def test_nonsense_in_an_order_becomes_a_sentence(query, status, words):
    scene.device()

    answer = scene.client(Role.MANAGER).get(f"{NEW}?{query}")

    assert (answer.status_code, words in text(answer)) == (status, True)


def test_two_hundred_and_fifty_devices_are_carried_as_one_field():
    scene.devices(250)
    browser = scene.client(Role.MANAGER)
    query = "kind=factory_reset&" + "&".join(f"device=bf{number:04d}" for number in range(250))

    answer = browser.post(
        NEW, form(browser, query) | {"phrase": "reset 250 devices", "reason": "room change"}
    )

    assert (answer.status_code, Operation.objects.get().items.count()) == (302, 250)


def test_a_device_that_is_waited_for_says_so():
    browser = scene.client(Role.MANAGER)
    until = NOON + timedelta(days=1)
    made = scene.operation(browser.user, "queued", offline="wait", wait_until=until)
    Device.objects.update(online=False)

    page = text(browser.get(f"/operations/{made.pk}/"))

    assert "It waits until it is online." in page
    assert "waits for offline devices until 2026-11-22 12:00:00" in page


def test_the_list_tells_all_mine_and_what_waits_for_me():
    lin, mei = scene.client(Role.MANAGER, "lin"), scene.client(Role.MANAGER, "mei")
    mine = scene.operation(lin.user, "queued", state="awaiting_approval", needs_approval=True)
    scene.operation(mei.user, "confirmed", "refused", state="finished")
    waits = scene.operation(mei.user, "queued", state="awaiting_approval", needs_approval=True)

    def shown(browser, show):
        page = browser.get(f"/operations/?show={show}")
        return [operation.pk for operation, _progress, _title in page.context["lines"]]

    assert len(shown(lin, "all")) == 3
    assert shown(lin, "mine") == [mine.pk]
    assert shown(lin, "waiting") == [waits.pk]
    assert shown(mei, "waiting") == [mine.pk]
    assert shown(scene.client(Role.OPERATOR), "waiting") == []
    assert "Factory reset of 2 devices" in text(lin.get("/operations/"))


def test_progress_is_told_in_numbers_and_the_outcomes_are_filters():
    browser = scene.client()
    made = scene.operation(
        browser.user, "confirmed", "confirmed", "queued", "refused", "unknown", pace_per_minute=2
    )

    whole = browser.get(f"/operations/{made.pk}/")
    refused = browser.get(f"/operations/{made.pk}/?outcome=refused")

    segments = [(s.outcome, s.count, s.x, s.width) for s in whole.context["progress"].segments]
    assert segments == [
        ("confirmed", 2, 0.0, 40.0),
        ("queued", 1, 40.0, 20.0),
        ("unknown", 1, 60.0, 20.0),
        ("refused", 1, 80.0, 20.0),
    ]
    assert whole.context["left"] == "about 30 s left"
    assert [result.item.outcome for result in refused.context["results"]] == ["refused"]


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "offline"),
        ("zh-hans", "离线"),
    ],
)
def test_a_refusal_is_explained_in_the_readers_language(language, words):
    browser = scene.client()
    made = scene.operation(browser.user, "refused")
    made.items.update(vendor_code=2001, vendor_message="nope")

    page = text(browser.get(f"/operations/{made.pk}/", headers={"Accept-Language": language}))

    assert words in page
    assert "2001" in page


def test_a_proof_leads_to_its_row_of_the_log():
    browser = scene.client()
    made = scene.operation(browser.user, "confirmed")
    told = {"kind": "log", "event_time": "2026-11-21T12:00:07.120+00:00", "event_id": 4}
    made.items.update(proof=told)
    scene.event(made.items.get().device, NOON + timedelta(seconds=7.12), event_id=4, source=4)

    page = browser.get(f"/operations/{made.pk}/").content.decode()
    address = re.search(r'href="(/logs/\?device=[^"]+)"', page)[1].replace("&amp;", "&")
    row = browser.get(address).context["lines"][0]

    assert "The device&#x27;s own log tells of the reset." in page
    assert (row.row.event_id, row.operation) == (4, made.pk)


def test_addresses_that_name_nothing_are_not_found():
    browser = scene.client(Role.MANAGER)
    made = scene.operation(browser.user, "queued")

    answers = [
        browser.get("/operations/999999/"),
        browser.post("/operations/999999/cancel/"),
        browser.post(f"/operations/{made.pk}/explode/"),
        browser.get(f"/operations/{made.pk}/cancel/"),
    ]

    assert [one.status_code for one in answers] == [404, 404, 404, 405]


def test_an_open_page_asks_for_each_of_its_parts():
    browser = scene.client()
    made = scene.operation(browser.user, "queued")

    parts = [
        browser.get(f"/operations/{made.pk}/", headers={"HX-Target": part}).content.decode()
        for part in ("operation-head", "operation-buttons", "operation-results")
    ]

    assert [re.search(r'id="([\w-]+)"', part)[1] for part in parts] == [
        "operation-head",
        "operation-buttons",
        "operation-results",
    ]
    assert all("<html" not in part for part in parts)
