"""What a chart of one data point draws, as JSON for static/fleet/chart.js."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponseBase, JsonResponse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from devices import history, marks, portrait
from devices.history import milliseconds
from devices.models import Device
from devices.specified import specification
from devices.views import link
from people.gates import require
from people.rights import Right

MOST_POINTS = 2_000
USUAL_POINTS = 600  # a chart is some 800 pixels wide
USUAL_RANGE = timedelta(hours=24)
LONGEST_RANGE = timedelta(days=400)


class Range(forms.Form):
    """Which data point, and from when to when."""

    code = forms.CharField(max_length=64)
    start = forms.DateTimeField(required=False)
    end = forms.DateTimeField(required=False)
    points = forms.IntegerField(required=False, min_value=10, max_value=MOST_POINTS)

    def span(self, now: datetime) -> tuple[datetime, datetime] | None:
        """Return the range; None when it ends before it begins, or no chart could show it."""
        end = self.cleaned_data["end"] or now
        start = self.cleaned_data["start"] or end - USUAL_RANGE
        return (start, end) if timedelta() < end - start <= LONGEST_RANGE else None


@require_GET
@require(Right.BROWSE)
def points(request: HttpRequest, device_id: str) -> HttpResponseBase:
    """Answer one data point's past, its gaps and their reasons."""
    known = portrait.of(device_id)
    if known is None:
        raise Http404
    device, form, now = known.device, Range(request.GET), timezone.now()
    if not form.is_valid():
        return JsonResponse({"problems": form.errors}, status=400)
    span = form.span(now)
    if span is None:
        words = _("The range must end after it begins, and span at most 400 days.")
        return JsonResponse({"problems": {"end": [words]}}, status=400)
    code, limit = form.cleaned_data["code"], form.cleaned_data["points"] or USUAL_POINTS
    older = link.older(request, device)
    past = history.read(device, code, start=span[0], end=span[1], limit=limit, now=now, older=older)
    found = marks.between((device, *older), *span, get_language() or "en")
    return JsonResponse(drawn(device, code, past, (*span, now)) | {"events": found})


def drawn(
    device: Device, code: str, past: history.Past, moments: tuple[datetime, datetime, datetime]
) -> dict[str, Any]:
    """Return the drawing: short lists, since there are many of them."""
    start, end, now = map(milliseconds, moments)
    reading = specification(device.product).read(code, None, get_language() or "en")
    series = past.series
    return {
        "code": code,
        "name": reading.name,
        "unit": unit(device, code),
        "kind": series.kind,
        "options": list(reading.options),
        "start": start,
        "end": end,
        "now": now,
        "points": series.points,
        "buckets": [one[:6] for one in series.buckets],  # without how many it stands for
        "gaps": [[gap.start, gap.end, _(gap.reason)] for gap in series.gaps],
        "rows": past.rows,
        "cut": past.cut,
    }


def unit(device: Device, code: str) -> str:
    """Return the unit that people read, empty where there is none."""
    if code not in device.status:
        return ""
    return specification(device.product).read(code, device.status[code]).unit
