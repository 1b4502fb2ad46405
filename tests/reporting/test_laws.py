"""What one cell hears, against the same in plain words."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reporting import cells, sinks
from reporting.models import Cell

pytestmark = pytest.mark.django_db

PATIENT = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@dataclass
class Model:
    """A cell in plain words: what the statement must come to."""

    value: str
    at: int
    dirty: bool = True
    acked: str | None = None
    known: bool = False
    late: int = 0

    def hear(self, value, at):
        if at < self.at:
            self.late += 1
            return
        self.at = at
        if value != self.value:
            self.value = value
            self.dirty = not (self.known and value == self.acked)

    def acknowledge(self, known):
        self.acked, self.known, self.dirty = self.value, known, False


NEWS = st.one_of(
    st.tuples(st.sampled_from("ABC"), st.integers(1, 6)),
    st.sampled_from([("ack", True), ("ack", False)]),
)


@PATIENT
@given(first=st.tuples(st.sampled_from("ABC"), st.integers(1, 6)), news=st.lists(NEWS, max_size=15))
def test_news_of_one_cell_is_taken_as_the_rules_say(now, first, news):
    Cell.objects.all().delete()
    sink = sinks.ensure().name

    def hear(value, at):
        found = [cells.News("d", "d", "Mode", value, at)]
        cells.store(sink, found, now, timedelta(seconds=1))

    hear(*first)
    model = Model(*first)
    for word, argument in news:
        if word == "ack":
            one = Cell.objects.get()
            one.acked_value, one.acked_version, one.acked_known = one.value, one.version, argument
            one.save()
            model.acknowledge(argument)
        else:
            hear(word, argument)
            model.hear(word, argument)

    cell = Cell.objects.get()
    dirty = cell.version > cell.acked_version
    assert (
        Model(cell.value, cell.source_at, dirty, cell.acked_value, cell.acked_known, cell.late)
        == model
    )
