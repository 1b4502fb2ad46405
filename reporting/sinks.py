"""The row of the one USH target, made when it is first needed. Reads and makes; decides nothing."""

from .models import Shard, Sink
from .terms import SHARDS, SINK


def ensure() -> Sink:
    """Give the target's row with its shards, making what is missing."""
    sink, made = Sink.objects.get_or_create(name=SINK)
    if made:
        rows = [Shard(sink=sink, number=number) for number in range(SHARDS)]
        Shard.objects.bulk_create(rows, ignore_conflicts=True)
    return sink
