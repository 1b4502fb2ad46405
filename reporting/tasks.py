"""The alarms: send what is due, tell everything again, forget old reports. They carry no data."""

from celery import shared_task
from django.utils import timezone

from . import attendance, forwarder, quick, remap, reports, resyncs, terms
from .sending import Desk
from .ush.client import UshClient


@shared_task(name="reporting.tasks.forward", ignore_result=True)  # type: ignore[untyped-decorator]
def forward() -> str:
    """Send what is due; then translate anew what a changed mapping touches."""
    now_terms = terms.current()
    client = UshClient(now_terms.url, dict(now_terms.headers), proxy=now_terms.proxy)
    with client as ush, quick.planned_once():
        done = forwarder.drain(Desk(ush, now_terms, timezone.now))
    remap.walk(timezone.now())
    return f"forward: {done}"


@shared_task(name="reporting.tasks.attend", ignore_result=True)  # type: ignore[untyped-decorator]
def attend() -> str:
    """Send each change in the moment, for a shift; then ring for who goes on, without a gap."""
    now_terms = terms.current()
    with UshClient(now_terms.url, dict(now_terms.headers), proxy=now_terms.proxy) as ush:
        shift = attendance.attend(Desk(ush, now_terms, timezone.now))
    if shift.whole:
        attend.apply_async(expires=attendance.SHIFT, retry=False)
    return str(shift)


@shared_task(name="reporting.tasks.resync", ignore_result=True)  # type: ignore[untyped-decorator]
def resync() -> str:
    """Tell USH everything again when it is time, and forget old reports."""
    now = timezone.now()
    forgotten = reports.forget_old(now)
    return f"resync: {resyncs.when_due(now)} cells, {forgotten} old reports"
