"""The alarm clock: each task says "look now" and returns a sentence for the log."""

from celery import shared_task
from django.utils import timezone

from . import bell, exporting, retention, runner, watch
from . import harvest as harvesting
from . import sync as syncing

LEFT_ALONE = "another process is at it, or the cloud is left in peace or paused for now"


@shared_task(name="devices.tasks.sync")
def sync(force: bool = False) -> str:
    """Look at all devices; a person's wish is not put off by the back-off."""
    run = syncing.sync(timezone.now(), force=force)
    return run.sentence() if run else LEFT_ALONE


@shared_task(name="devices.tasks.sync_device")
def sync_device(device_id: str) -> str:
    """Look at one device that a person asked for."""
    taken = syncing.sync_device(device_id, timezone.now())
    return f"sync: {device_id}, {taken.rows} history rows" if taken else LEFT_ALONE


@shared_task(name="devices.tasks.harvest")
def harvest() -> str:
    """Read the logs that are due."""
    run = harvesting.harvest(timezone.now())
    return run.sentence() if run else LEFT_ALONE


@shared_task(name="devices.tasks.run_operations")
def run_operations() -> str:
    """Carry out what staff asked for."""
    tally = runner.run_operations(timezone.now())
    return tally.sentence() if tally else LEFT_ALONE


@shared_task(name="devices.tasks.prune")
def prune() -> str:
    """Let go of what is past its retention."""
    return retention.prune(timezone.now()).sentence()


@shared_task(name="devices.tasks.write_exports")
def write_exports() -> str:
    """Write the files that people asked for, for a shift; then ring for who goes on."""
    shift = exporting.write_due(timezone.now)
    if shift is None:
        return "another process is at it"
    if shift.left:
        bell.ring_exports()
    return shift.sentence()


@shared_task(name="devices.tasks.note_hour")
def note_hour() -> str:
    """Note how the fleet stands, and who fell silent."""
    noted = watch.watch(timezone.now())
    return str(noted) if noted else "nobody looked at the cloud lately: no note"
