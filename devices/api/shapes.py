"""The shapes of what REST takes and gives, for OpenAPI and to read bodies. `rows` writes them."""

from typing import Any

from django.core.validators import RegexValidator
from rest_framework import serializers

from devices import annotations, imports, naming
from devices.models import Device as DeviceModel
from devices.models import Operation as OperationModel
from devices.models import OperationItem

Shape = serializers.Serializer[Any]
Text = serializers.CharField
Whole = serializers.IntegerField
Flag = serializers.BooleanField
At = serializers.DateTimeField


class Device(Shape):
    """The mirror of one device."""

    device_id = Text()
    name = Text(allow_blank=True)
    category = Text(allow_blank=True)
    category_name = Text(allow_blank=True)
    product_id = Text(allow_null=True)
    product_name = Text(allow_blank=True)
    online = Flag(allow_null=True, help_text="null: the cloud did not say.")
    online_since = At(allow_null=True)
    sub = Flag(help_text="It hangs behind a gateway.")
    gateway = Text(allow_blank=True, help_text="The gateway's device id.")
    uuid = Text(allow_blank=True)
    sn = Text(allow_blank=True)
    mac = Text(allow_blank=True)
    ip = Text(allow_blank=True)
    time_zone = Text(allow_blank=True)
    owner_id = Text(allow_blank=True)
    uid = Text(allow_blank=True)
    icon_url = Text(allow_blank=True)
    model = Text(allow_blank=True)
    active_at = At(allow_null=True)
    created_at = At(allow_null=True)
    updated_at = At(allow_null=True, help_text="By the vendor; not the last report.")
    first_seen_at = At()
    last_seen_at = At(help_text="The last complete look at the cloud that listed it.")
    last_event_at = At(allow_null=True)
    state = serializers.ChoiceField(choices=DeviceModel.State.choices)
    state_since = At()
    state_reason = Text(allow_blank=True)
    retired_at = At(allow_null=True, help_text="Since when staff hold it retired.")
    tags = serializers.ListField(child=Text())
    note = Text(allow_blank=True)
    status = serializers.DictField(
        child=serializers.JSONField(allow_null=True), help_text="code: raw value."
    )


class Annotation(Shape):
    """What staff may set of a device; what is left out stays."""

    tags = serializers.ListField(
        child=Text(
            max_length=annotations.LONGEST_TAG,
            validators=[RegexValidator(annotations.PLAIN, annotations.NO_QUOTES)],
        ),
        max_length=annotations.MOST_TAGS,
        required=False,
    )
    note = Text(max_length=annotations.LONGEST_NOTE, allow_blank=True, required=False)


class Value(Shape):
    """One data point as it stands."""

    code = Text()
    name = Text()
    value = serializers.JSONField(allow_null=True, help_text="In the unit that people read.")
    raw = serializers.JSONField(allow_null=True, help_text="As the cloud sent it.")
    text = Text(help_text="What a person reads.")
    unit = Text(allow_blank=True)
    type = Text()
    kind = Text()
    valid = Flag(help_text="false: it breaks its own specification; `problem` says how.")
    problem = Text(allow_blank=True)
    changed_at = At(allow_null=True)
    received_at = At(allow_null=True)
    provenance = Text(allow_null=True, help_text="log, feed, poll or inferred.")


class Point(Shape):
    """One value at one moment."""

    at = At()
    value = serializers.JSONField(allow_null=True)


class Bucket(Shape):
    """Some neighbouring values as one; min and max are null where values have no order."""

    start = At()
    end = At()
    min = serializers.JSONField(allow_null=True)
    max = serializers.JSONField(allow_null=True)
    first = serializers.JSONField(allow_null=True)
    last = serializers.JSONField(allow_null=True)
    count = Whole()


class Gap(Shape):
    """A stretch of which nothing can be said."""

    start = At()
    end = At()
    reason = Text()


class Mark(Shape):
    """Something that happened besides reports."""

    at = At()
    event_id = Whole()
    event = Text()


class History(Shape):
    """One data point between two moments: points, or buckets when there are too many."""

    device_id = Text()
    code = Text()
    name = Text()
    unit = Text(allow_blank=True)
    kind = serializers.ChoiceField(choices=["line", "step"])
    start = At()
    end = At()
    rows = Whole(help_text="History rows that were read.")
    cut = Flag(help_text="The range holds more rows than are read; the oldest are missing.")
    left_out = Whole(help_text="Values of a line that are no numbers.")
    points = Point(many=True)
    buckets = Bucket(many=True)
    gaps = Gap(many=True)
    events = Mark(many=True, help_text="The newest 200 besides reports and signal strength.")


class Log(Shape):
    """One event of a device."""

    event_time = At(help_text="The vendor's clock.")
    received_at = At(help_text="Ours.")
    not_before = At(allow_null=True, help_text="Polls only: it happened after this.")
    device_id = Text()
    event_id = Whole()
    event = Text()
    source_id = Whole(allow_null=True)
    source = Text(allow_null=True)  # type: ignore[assignment]  # a field of that name
    code = Text(allow_blank=True)
    value = serializers.JSONField(allow_null=True)
    raw = Text(allow_null=True, help_text="The text as sent, where it differs from value.")
    provenance = Text(help_text="log, feed, poll or inferred.")
    operation = Whole(allow_null=True, help_text="Our operation that this row proves.")


def spans(length: int) -> serializers.ListField:
    """A list of short lists: [start, end] or [start, end, reason]."""
    inner = serializers.ListField(child=Text(), min_length=length, max_length=length)
    return serializers.ListField(child=inner)


class Coverage(Shape):
    """What of a device's log is proven complete, still unread, or lost for good."""

    device_id = Text()
    since = At(help_text="History is owed from here on.")
    complete = spans(2)
    unread = spans(2)
    lost = spans(3)
    next_loss_at = At(allow_null=True, help_text="When the vendor drops the oldest unread moment.")


class FactoryInfo(Shape):
    """What the maker wrote into the device."""

    device_id = Text()
    uuid = Text(allow_blank=True)
    sn = Text(allow_blank=True)
    mac = Text(allow_blank=True)
    read_at = At(allow_null=True, help_text="null: never read on purpose; a listing told it.")


class Cell(Shape):
    """What USH has been told of one property."""

    device_id = Text()
    ush_device_id = Text()
    property = Text()
    value = Text()
    value_at = At()
    acked_value = Text(allow_null=True)
    acked_known = Flag(help_text="false: a send went unanswered; USH may have either value.")
    acked_at = At(allow_null=True)
    dirty = Flag(help_text="USH does not have the newest value yet.")
    lane = Text(help_text="healthy, suspect or quarantine.")
    attempts = Whole()
    next_try_at = At(allow_null=True)
    last_error = Text(allow_blank=True)


class LocalKey(Shape):
    """What a device is commanded with on its own network."""

    device_id = Text()
    local_key = Text(allow_blank=True, help_text="Empty: the cloud told none.")


class Asked(Shape):
    """A worker was rung."""

    device_id = Text()
    requested_at = At()


class Import(Shape):
    """Ids to register."""

    device_ids = serializers.ListField(
        child=serializers.RegexField(r"^[0-9A-Za-z_-]{1,64}$"),
        min_length=1,
        max_length=imports.MOST,
    )


class Imported(Shape):
    """What became of them."""

    added = serializers.ListField(child=Text())
    known = serializers.ListField(child=Text())


class Params(Shape):
    """What a rename needs: one name, names by device id, or a pattern."""

    name = Text(required=False, allow_blank=True, max_length=255)
    names = serializers.DictField(child=Text(allow_blank=True, max_length=255), required=False)
    pattern = Text(
        required=False,
        allow_blank=True,
        max_length=naming.LONGEST,
        help_text="Such as `{product}-{sn:4}`, the last four characters. It may name "
        + ", ".join(f"`{name}` ({words})" for name, words in naming.NAMES.items())
        + ".",
    )


class Order(Shape):
    """What to do, to which devices, and why."""

    kind = serializers.ChoiceField(choices=OperationModel.Kind.choices)
    devices = serializers.ListField(child=Text(max_length=64), min_length=1, max_length=10_000)
    params = Params(required=False)
    reason = Text(
        required=False,
        allow_blank=True,
        max_length=2000,
        help_text="Required to remove or reset; kept in the audit.",
    )
    pace_per_minute = Whole(required=False, allow_null=True, min_value=1, max_value=100_000)
    stop_after_failures = Whole(
        required=False,
        allow_null=True,
        min_value=1,
        max_value=100_000,
        help_text="Cancel the rest after so many refusals and calls without an answer.",
    )
    stop_after_percent = Whole(
        required=False,
        allow_null=True,
        min_value=1,
        max_value=100,
        help_text="The same as a part of those that were asked.",
    )
    stop_percent_of = Whole(
        required=False,
        min_value=1,
        max_value=100_000,
        help_text="How many must have been asked before the percentage counts; 10 if left out.",
    )
    offline = serializers.ChoiceField(
        choices=OperationModel.Offline.choices,
        required=False,
        help_text="What becomes of offline devices; `act` if left out.",
    )
    wait_until = serializers.DateTimeField(
        required=False, allow_null=True, help_text="With `offline: wait`: until when, at most."
    )
    plan_hash = Text(
        required=False,
        allow_blank=True,
        max_length=64,
        help_text="From a preview: refuse if the list would be another now.",
    )
    dry_run = Flag(required=False, help_text="Answer the preview and do nothing.")


class Planned(Shape):
    """A device that will be acted on."""

    device_id = Text()
    name = Text(allow_blank=True)
    new_name = Text(required=False)


class Note(Shape):
    """Why a device is skipped, or what to know first."""

    device_id = Text()
    why = Text()
    operation = Whole(required=False)


class Preview(Shape):
    """What an order would do."""

    will_act = Planned(many=True)
    skip = Note(many=True)
    warn = Note(many=True)
    calls = Whole(help_text="Calls to the vendor, proof included.")
    eta_seconds = Whole()
    needs_approval = Flag()
    plan_hash = Text()


class Operation(Shape):
    """An order and how far it is."""

    id = Whole()
    kind = serializers.ChoiceField(choices=OperationModel.Kind.choices)
    state = serializers.ChoiceField(choices=OperationModel.State.choices)
    counts = serializers.DictField(child=Whole(), help_text="Devices by outcome.")
    reason = Text(allow_blank=True)
    params = serializers.JSONField()
    pace_per_minute = Whole(allow_null=True)
    stop_after_failures = Whole(allow_null=True)
    stop_after_percent = Whole(allow_null=True)
    stop_percent_of = Whole()
    offline = serializers.ChoiceField(choices=OperationModel.Offline.choices)
    wait_until = At(allow_null=True)
    plan_hash = Text()
    requested_by = Text()
    needs_approval = Flag()
    approved_by = Text(allow_blank=True)
    approved_at = At(allow_null=True)
    approved_plan_hash = Text(allow_blank=True, help_text="The exact list that was approved.")
    approval_expires_at = At(allow_null=True)
    ended_by = Text(allow_blank=True)
    created_at = At()
    starts_at = At(help_text="The end of the cooling-off time.")
    started_at = At(allow_null=True)
    finished_at = At(allow_null=True)
    retry_of = Whole(allow_null=True)


class Approval(Shape):
    """What is approved; other verbs need no body."""

    plan_hash = Text(
        required=False,
        allow_blank=True,
        max_length=64,
        help_text="Of the list that was looked at: refuse to approve another.",
    )


class Item(Shape):
    """One device of an order."""

    position = Whole()
    device_id = Text()
    device_name = Text(allow_blank=True, help_text="Its name when the order was given.")
    new_name = Text(allow_blank=True)
    outcome = serializers.ChoiceField(choices=OperationItem.Outcome.choices)
    why = Text(allow_blank=True)
    vendor_code = Whole(allow_null=True)
    vendor_message = Text(allow_blank=True)
    meaning = Text(allow_blank=True, help_text="The vendor's code in words.")
    advice = Text(allow_blank=True, help_text="What to do about it.")
    attempts = Whole()
    sent_at = At(allow_null=True)
    settled_at = At(allow_null=True)
    confirmed_at = At(allow_null=True)
    proof = serializers.JSONField(help_text="What proves the outcome.")
