"""The shapes of what REST says of the device cloud."""

from rest_framework import serializers

from devices.models import SyncRun
from devices.pausing import MOST_WORDS

from .shapes import At, Flag, Shape, Text, Whole


class CloudError(Shape):
    """The last thing that went wrong with the cloud."""

    at = At()
    vendor_code = Whole(allow_null=True)
    vendor_message = Text(allow_blank=True)
    meaning = Text(allow_blank=True)
    advice = Text(allow_blank=True)


class CloudToken(Shape):
    """The life of the access token; never the token."""

    saved_at = At(allow_null=True)
    expires_at = At(allow_null=True)


class Quota(Shape):
    """What Fleet keeps to, and what it has used."""

    qps = serializers.FloatField()
    monthly_calls = Whole(allow_null=True)
    calls_this_month = Whole()


class Calls(Shape):
    """Calls of the last 24 hours to one endpoint with one answer."""

    endpoint = Text()
    code = Text(help_text="0: success; else the vendor's or HTTP's code.")
    meaning = Text(allow_blank=True)
    count = Whole()
    mean_ms = Whole()


class Cloud(Shape):
    """How it goes with the device cloud."""

    base_url = Text()
    client_id = Text(allow_blank=True)
    demo = Flag()
    discovery = Text()
    log_edition = Text()
    state = serializers.ChoiceField(choices=["ok", "unavailable", "parked", "paused", "untried"])
    last_ok_at = At(allow_null=True)
    failures = Whole(help_text="Failed looks in a row.")
    next_try_at = At(allow_null=True)
    parked_at = At(allow_null=True)
    paused_at = At(allow_null=True)
    paused_by = Text(allow_blank=True)
    paused_reason = Text(allow_blank=True)
    error = CloudError(allow_null=True)
    clock_offset_ms = Whole(help_text="The cloud's clock minus ours.")
    lacks = serializers.ListField(child=Text(), help_text="Families of calls it may not make.")
    token = CloudToken()
    quota = Quota()
    calls = Calls(many=True)


class PauseReason(Shape):
    """Why the cloud is to be left alone."""

    reason = Text(
        required=False,
        allow_blank=True,
        max_length=MOST_WORDS,
        default="",
    )


class Run(Shape):
    """One look at the cloud."""

    id = Whole()
    kind = serializers.ChoiceField(choices=SyncRun.Kind.choices)
    outcome = serializers.ChoiceField(choices=SyncRun.Outcome.choices)
    started_at = At()
    finished_at = At(allow_null=True)
    seen = Whole()
    changed = Whole()
    created = Whole()
    missing = Whole()
    rows = Whole(help_text="History rows added.")
    calls = Whole()
    error_code = Whole(allow_null=True)
    error = Text(allow_blank=True)
    meaning = Text(allow_blank=True)
    advice = Text(allow_blank=True)
