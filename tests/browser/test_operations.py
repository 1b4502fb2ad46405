"""Operations in a real browser, against the real workers and a simulated cloud."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from devices import operations, runner, sync
from devices.models import Device, Operation
from devices.plans import Order
from people.models import Deed
from people.roles import Role


@pytest.fixture
def fleet(transactional_db, cloud):
    """A small fleet that is mirrored."""
    sync.sync(timezone.now())
    return cloud


def cool_down():
    """Let the cooling-off time pass."""
    Operation.objects.update(starts_at=timezone.now() - timedelta(seconds=1))


def plain_device():
    """A device that stands for itself: no gateway, online."""
    return Device.objects.present().filter(online=True, sub=False).exclude(category="wg2").first()


def test_a_reset_goes_from_typed_name_to_proof(fleet, page, asgi_url, sign_in, settings):
    settings.COOLING_OFF = timedelta(seconds=30)
    sign_in(Role.MANAGER, "lin")
    device = plain_device()
    page.goto(f"{asgi_url}/operations/new/?kind=factory_reset&device={device.device_id}")
    button = page.get_by_role("button", name="Reset 1 device")
    expect(button).to_be_disabled()

    page.get_by_label("Reason").fill("room change")
    phrase = page.locator("[data-phrase]")
    phrase.fill(device.name[:-1])
    expect(button).to_be_disabled()
    phrase.fill(device.name)
    expect(button).to_be_enabled()
    button.click()

    expect(page.locator("h1")).to_contain_text("Factory reset of 1 device")
    expect(page.get_by_role("button", name="Undo")).to_be_visible()
    expect(page.locator("[data-countdown]")).to_contain_text(" s")
    assert not [call for call in fleet.calls if "reset-factory" in call.path]
    expect(page.locator("html[data-live-open]")).to_be_attached()

    cool_down()
    runner.run_operations(timezone.now())

    expect(page.locator("#operation-head")).to_contain_text("Finished")
    expect(page.locator("#operation-results")).to_contain_text("confirmed")
    expect(page.locator("#operation-results")).to_contain_text("own log tells of the reset")
    assert len([call for call in fleet.calls if "reset-factory" in call.path]) == 1


def test_undo_within_the_cooling_off_time_reaches_no_cloud(
    fleet, page, asgi_url, sign_in, settings
):
    settings.COOLING_OFF = timedelta(seconds=30)
    sign_in(Role.MANAGER, "lin")
    first, second = Device.objects.present()[:2]
    page.goto(
        f"{asgi_url}/operations/new/?kind=remove&device={first.device_id}&device={second.device_id}"
    )
    page.get_by_label("Reason").fill("sold")
    page.locator("[data-phrase]").fill("remove 2 devices")
    page.get_by_role("button", name="Remove 2 devices").click()

    page.get_by_role("button", name="Undo").click()

    expect(page.locator("#operation-head")).to_contain_text("Cancelled")
    cool_down()
    runner.run_operations(timezone.now())
    assert not [call for call in fleet.calls if call.method == "DELETE"]
    assert Device.objects.present().filter(pk__in=[first.pk, second.pk]).count() == 2


def test_a_rename_is_previewed_confirmed_and_seen_in_the_cloud(fleet, page, asgi_url, sign_in):
    sign_in(Role.OPERATOR, "mei")
    device = plain_device()
    page.goto(f"{asgi_url}/operations/new/?kind=rename&device={device.device_id}")

    page.locator("label.operation-name input").fill("Lobby lamp")
    page.get_by_role("button", name="Preview").click()
    expect(page.locator(".operation-exact")).to_contain_text("Lobby lamp")
    page.get_by_role("button", name="Rename 1 device").click()
    expect(page.locator("html[data-live-open]")).to_be_attached()
    runner.run_operations(timezone.now())

    expect(page.locator("#operation-results")).to_contain_text("confirmed")
    device.refresh_from_db()
    assert device.name == "Lobby lamp"


def test_a_second_person_approves_what_is_large(fleet, page, asgi_url, sign_in, settings):
    settings.APPROVAL_ABOVE = 1
    settings.COOLING_OFF = timedelta(seconds=30)
    lin = sign_in(Role.MANAGER, "lin")
    ids = Device.objects.present().values_list("device_id", flat=True)[:2]
    page.goto(f"{asgi_url}/operations/new/?kind=remove&device={ids[0]}&device={ids[1]}")
    page.get_by_label("Reason").fill("sold")
    page.locator("[data-phrase]").fill("remove 2 devices")
    page.get_by_role("button", name="Remove 2 devices").click()
    expect(page.get_by_text("you asked for it yourself")).to_be_visible()
    expect(page.get_by_role("button", name="Approve")).to_have_count(0)

    sign_in(Role.MANAGER, "mei")
    page.goto(f"{asgi_url}/operations/?show=waiting")
    page.get_by_role("link", name="Remove 2 devices").click()
    page.get_by_role("button", name="Approve").click()

    expect(page.locator("#operation-head")).to_contain_text("approved by mei")
    expect(page.locator("#operation-head")).to_contain_text("Cooling off")
    assert Operation.objects.get().requested_by == lin


def test_cancelling_the_rest_takes_two_clicks_and_says_what_is_gone(
    fleet, page, asgi_url, sign_in, settings
):
    settings.COOLING_OFF = timedelta(0)
    person = sign_in(Role.MANAGER, "lin")
    ids = tuple(Device.objects.present().values_list("device_id", flat=True)[:3])
    order = Order(kind=Operation.Kind.REMOVE, device_ids=ids, reason="sold")
    operation = operations.request(order, by=person, now=timezone.now())
    page.goto(f"{asgi_url}/operations/{operation.pk}/")

    page.get_by_text("Cancel the rest…").click()
    expect(page.get_by_text("0 already sent cannot be recalled.")).to_be_visible()
    page.get_by_role("button", name="Cancel 3 devices").click()

    expect(page.locator("#operation-head")).to_contain_text("Cancelled")
    assert set(operation.items.values_list("outcome", flat=True)) == {"cancelled"}


def test_the_whole_way_of_a_reset_that_two_persons_agree_on(
    fleet, page, asgi_url, sign_in, settings
):
    settings.APPROVAL_ABOVE = 0
    settings.COOLING_OFF = timedelta(seconds=30)
    sign_in(Role.MANAGER, "lin")
    device = plain_device()
    page.goto(f"{asgi_url}/operations/new/?kind=factory_reset&device={device.device_id}")
    expect(page.get_by_text("It needs a second person")).to_be_visible()
    page.get_by_label("Reason").fill("room change")
    page.locator("[data-phrase]").fill(device.name)
    page.get_by_role("button", name="Reset 1 device").click()
    expect(page.get_by_text("you asked for it yourself")).to_be_visible()
    expect(page.get_by_text("It expires unless it is approved before")).to_be_visible()

    sign_in(Role.ADMIN, "mei")
    page.goto(f"{asgi_url}/operations/?show=waiting")
    page.get_by_role("link", name="Factory reset of 1 device").click()
    page.get_by_role("button", name="Approve").click()
    expect(page.locator("#operation-head")).to_contain_text("Cooling off")
    expect(page.locator("[data-countdown]")).to_contain_text(" s")
    expect(page.locator("html[data-live-open]")).to_be_attached()
    assert not [call for call in fleet.calls if "reset-factory" in call.path]
    cool_down()
    runner.run_operations(timezone.now())

    results = page.locator("#operation-results")
    expect(page.locator("#operation-head")).to_contain_text("Finished")
    expect(results).to_contain_text("own log tells of the reset")
    results.get_by_role("link", name="log row").click()
    expect(page.locator("main")).to_contain_text("ours #")
    assert len([call for call in fleet.calls if "reset-factory" in call.path]) == 1

    number = Operation.objects.get().pk
    about = f"#{number} factory_reset"
    told = Deed.objects.filter(about__startswith=about).order_by("id")
    assert list(told.values_list("who", "what")) == [
        ("lin", "op-asked"),
        ("mei", "op-approved"),
        ("Fleet", "op-started"),
        ("Fleet", "op-sent"),
        ("Fleet", "op-answered"),
        ("Fleet", "op-proven"),
        ("Fleet", "op-finished"),
    ]
    page.goto(f"{asgi_url}/deeds/")
    expect(page.locator("main")).to_contain_text(f"{about}: {device.name}")


def test_many_names_come_from_a_pattern_or_a_file(fleet, page, asgi_url, sign_in, tmp_path):
    sign_in(Role.OPERATOR, "mei")
    first, second = Device.objects.present()[:2]
    ids = f"device={first.device_id}&device={second.device_id}"
    page.goto(f"{asgi_url}/operations/new/?kind=rename&{ids}")
    page.get_by_label("Pattern").fill("Lamp {n:2}")
    page.get_by_role("button", name="Preview", exact=True).click()
    expect(page.locator(".operation-exact")).to_contain_text("Lamp 02")

    page.goto(f"{asgi_url}/operations/")
    page.get_by_role("link", name="Rename by a list").click()
    file = tmp_path / "names.csv"
    file.write_text(f"device_id,name\n{first.device_id},Hall\n{second.device_id},Hall\n")
    page.get_by_label("Or a file").set_input_files(file)
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_text("2 devices of this list get the name “Hall”.")).to_have_count(2)
    page.locator(f'.operation-name [name="name:{second.device_id}"]').fill("Attic")
    page.get_by_role("button", name="Preview again").click()
    page.get_by_role("button", name="Rename 2 devices").click()
    expect(page.locator("html[data-live-open]")).to_be_attached()
    runner.run_operations(timezone.now())

    expect(page.locator("#operation-head")).to_contain_text("confirmed 2")
    names = {one: fleet.world.devices[one].name for one in (first.device_id, second.device_id)}
    assert names == {first.device_id: "Hall", second.device_id: "Attic"}
