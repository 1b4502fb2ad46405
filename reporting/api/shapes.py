"""The shapes of what the delivery calls take and give, for OpenAPI and to read bodies."""

from typing import Any

from rest_framework import serializers

from reporting.models import Cell as CellModel
from reporting.models import MappingRow as MappingRowModel
from reporting.models import Report as ReportModel

Shape = serializers.Serializer[Any]
Text = serializers.CharField
Whole = serializers.IntegerField
Flag = serializers.BooleanField
At = serializers.DateTimeField


class DeliveryCell(Shape):
    """One property of one device: what USH should know and what it acknowledged."""

    id = Whole()
    device_id = Text()
    ush_device_id = Text(help_text="Further gangs are devices of their own: `<id>_2`.")
    property = Text()
    value = Text()
    value_at = At()
    acked_value = Text(allow_null=True)
    acked_known = Flag(help_text="false: a send went unanswered; USH may have either value.")
    acked_at = At(allow_null=True)
    dirty = Flag(help_text="USH does not have the newest value yet.")
    dirty_since = At(allow_null=True)
    lane = serializers.ChoiceField(choices=CellModel.Lane.choices)
    attempts = Whole(help_text="Refusals since the last acceptance.")
    next_try_at = At(allow_null=True)
    last_error = Text(allow_blank=True)
    last_http = Whole(allow_null=True)
    discarded = Flag(help_text="Given up by a person until it changes.")


class Report(Shape):
    """One request to USH and what came of it."""

    id = Whole()
    sent_at = At()
    kind = Text(help_text=", ".join(ReportModel.Kind.values))
    devices = Whole()
    cells = Whole()
    outcome = Text(help_text="accepted, unanswered, throttled, refused, ...")
    row = Text(help_text="The same as a row of the outcome table, A to K.")
    meaning = Text()
    http_status = Whole(allow_null=True)
    code = Text(allow_blank=True)
    business_code = Text(allow_blank=True)
    business_message = Text(allow_blank=True)
    took_ms = Whole()
    lag_ms = Whole(allow_null=True)


class ReportWithBodies(Report):
    """The same with the request and the beginning of the answer, secrets left out."""

    request_body = Text()
    answer_head = Text(allow_blank=True)


class Road(Shape):
    """How the road to USH is."""

    state = serializers.ChoiceField(
        choices=["healthy", "waiting", "broken", "parked", "paused"],
        help_text="broken: one small request at a time; parked: Fleet stopped and probes.",
    )
    why = Text(allow_blank=True)
    next_try_at = At(allow_null=True)
    failures = Whole()
    waiting = Whole()
    stuck = Whole()
    oldest_at = At(allow_null=True)
    last_ok_at = At(allow_null=True)
    lag_p50_ms = Whole(allow_null=True)
    lag_p95_ms = Whole(allow_null=True)
    rate = serializers.FloatField(help_text="Requests a second over the last minute.")
    limit = serializers.FloatField(help_text="Requests a second that are allowed now.")


class Reason(Shape):
    """Why."""

    reason = Text(required=False, allow_blank=True, max_length=300, default="")


class Some(Shape):
    """Which devices; all when left out."""

    devices = serializers.ListField(
        child=Text(max_length=64), required=False, allow_null=True, max_length=10_000
    )


class Count(Shape):
    """How many cells will be sent."""

    cells = Whole()


class NewMappingRow(Shape):
    """A row of the mapping: which code feeds which property, and how."""

    code = Text(max_length=100)
    category = Text(max_length=32, required=False, allow_blank=True, default="")
    property = Text(max_length=40)
    suffix = Text(max_length=20, required=False, allow_blank=True, default="")
    kind = Text(max_length=12, help_text=", ".join(MappingRowModel.Kind.values))
    parameters = serializers.DictField(
        child=Text(max_length=100, allow_blank=True),
        required=False,
        help_text="For `words`: raw value to word; an empty word says nothing.",
    )
    extension = Flag(required=False, default=False, help_text="USH has not published this name.")


class MappingRow(NewMappingRow):
    """A row as it is kept."""

    id = Whole()
    enabled = Flag()
    changed_by = Text()
    changed_at = At()


class Mapping(Shape):
    """The operator's rows."""

    results = MappingRow(many=True)


class Switch(Shape):
    """On or off."""

    enabled = Flag()


class Trial(NewMappingRow):
    """A row, and the device to try it on."""

    device = Text(max_length=64)


class Change(Shape):
    """What one property would become; null: USH is told nothing."""

    ush_device_id = Text()
    property = Text()
    before = Text(allow_null=True)
    after = Text(allow_null=True)


class MappingPreview(Shape):
    """What a row would make of a device."""

    raw = serializers.JSONField(allow_null=True)
    present = Flag(help_text="The device reports this code.")
    changes = Change(many=True)
    unheard = serializers.ListField(child=Text())


class UnmappedValue(Shape):
    """A value that USH has no word for."""

    code = Text()
    value = Text(allow_blank=True)
    reason = Text()
    devices = Whole()
    last_at = At()


class UnmappedCode(Shape):
    """A code that no row takes up."""

    code = Text()
    devices = Whole()


class Unmapped(Shape):
    """What USH is not told."""

    values = UnmappedValue(many=True)
    codes = UnmappedCode(many=True)


class Deed(Shape):
    """Something that staff did about the delivery."""

    id = Whole()
    at = At()
    who = Text()
    what = Text()
    details = serializers.DictField()
