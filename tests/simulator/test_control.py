"""The remote control, for a demo and for curl."""


def test_the_help_page_names_every_trouble(http):
    page = http.get("/_sim/")

    assert page.headers["content-type"].startswith("text/plain")
    assert "answer_lost" in page.text
    assert "ush_poisoned" in page.text


def test_troubles_are_switched_on_and_off(sim, http):
    body = {"times": 2, "path": "/reset-factory"}

    on = http.post("/_sim/troubles/answer_lost", json=body)
    http.post("/_sim/troubles/ush_429?retry_after=9")
    one_off = http.delete("/_sim/troubles/answer_lost").json()
    all_off = http.delete("/_sim/troubles").json()

    assert on.json() == [
        {
            "name": "answer_lost",
            "times": 2,
            "struck": 0,
            "path": "/reset-factory",
            "devices": [],
            "share": 1.0,
        }
    ]
    assert [(one["name"], one["retry_after"]) for one in one_off] == [("ush_429", "9")]
    assert all_off == []


def test_devices_are_handled_by_remote(sim, http, one):
    sim.online(one.id)

    def do(deed, **body):
        return http.post(f"/_sim/devices/{one.id}/{deed}", json=body).status_code

    statuses = [
        do("press", code="switch_1", value=True),
        do("rename", name="Lamp"),
        do("offline"),
    ]

    assert statuses == [200, 200, 200]
    assert (one.status["switch_1"], one.name, one.online) == (True, "Lamp", False)
    assert [do("reset"), one.gone] == [200, "reset"]
    assert [do("repair"), one.gone] == [200, None]
    assert [do("remove"), one.gone] == [200, "removed"]


def test_state_calls_and_reports_can_be_looked_at(sim, http, caller, one):
    body = {"devices": [{"deviceId": "d", "properties": [{"name": "Mode", "value": "AUTO"}]}]}
    http.post("/v2/iot/status-report", json=body)
    caller.result("GET", f"/v1.0/devices/{one.id}")

    state = http.get("/_sim/state").json()
    calls = http.get("/_sim/calls").json()
    ush = http.get("/_sim/ush").json()
    devices = http.get("/_sim/devices").json()

    assert (state["devices"], state["products"], state["calls"]) == (60, 56, 2)
    assert [call["path"] for call in calls] == ["/v1.0/token", f"/v1.0/devices/{one.id}"]
    assert (ush["state"], ush["requests"]) == ({"d": {"Mode": "AUTO"}}, 1)
    assert devices[0] == {
        "id": one.id,
        "name": one.name,
        "online": one.online,
        "gone": None,
        "status": one.status,
    }


def test_time_is_moved_by_remote(sim, http):
    before = sim.now

    http.post("/_sim/advance", json={"seconds": 3600})

    assert (sim.now - before).total_seconds() >= 3600


def test_nonsense_is_refused_in_a_sentence(http):
    refusals = [
        http.post("/_sim/troubles/rain"),
        http.post("/_sim/devices/nobody/offline"),
        http.post("/_sim/troubles/hang", content=b"[1]"),
        http.post("/_sim/troubles/hang", content=b"{"),
        http.get("/_sim/nothing"),
    ]

    assert [answer.status_code for answer in refusals] == [400, 400, 400, 400, 404]
    assert "There is no device 'nobody'." in refusals[1].text
