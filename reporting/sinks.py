"""The row of the one USH target, made when it is first needed. Reads and makes; decides nothing."""

from .models import Shard, Sink
from .terms import SHARDS, SINK


def ensure() -> Sink:
    """Give the target's row with its shards, making what is missing."""
    known = Sink.objects.filter(name=SINK).first()
    if known is not None:
        return known
    Sink.objects.bulk_create([Sink(name=SINK)], ignore_conflicts=True)  # or another process did
    rows = [Shard(sink_id=SINK, number=number) for number in range(SHARDS)]
    Shard.objects.bulk_create(rows, ignore_conflicts=True)
    return Sink.objects.get(name=SINK)
