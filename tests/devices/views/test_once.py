"""Two sendings of one form at the same moment, on two real connections."""

import threading

import pytest
from django.db import connection

from devices.models import Operation
from devices.plans import Order
from devices.views import once
from people.roles import Role
from tests.devices.views import scene
from tests.devices.views.scene import NOON


@pytest.mark.django_db(transaction=True)
def test_two_sendings_that_race_make_one_order_and_both_find_it():
    scene.device()
    by = scene.client(Role.OPERATOR).user
    order = Order(kind=Operation.Kind.RENAME, device_ids=("bf01",), name="Lobby")
    start, answers = threading.Barrier(2), []

    def send():
        start.wait()
        try:
            answers.append(once.request(order, by=by, key="one form", now=NOON))
        finally:
            connection.close()

    senders = [threading.Thread(target=send) for _number in range(2)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()

    operation = Operation.objects.get()
    assert sorted(answers) == [(operation.pk, False), (operation.pk, True)]


@pytest.mark.django_db
def test_another_form_of_the_same_person_makes_its_own_order():
    scene.device("bf01")
    scene.device("bf02")
    by = scene.client(Role.OPERATOR).user

    orders = [
        Order(kind=Operation.Kind.RENAME, device_ids=(one,), name="Lobby")
        for one in ("bf01", "bf02")
    ]
    told = [once.request(one, by=by, key=one.device_ids[0], now=NOON)[1] for one in orders]

    assert (told, Operation.objects.count()) == ([False, False], 2)
