"""Shapes of exports over REST."""

from rest_framework import serializers

from devices.export_question import WORDS
from devices.models import LogExport

from .shapes import At, Shape, Text, Whole

SMALLEST, LARGEST = -(2**15), 2**15 - 1  # of a stored event or source number
MOST = 1_000  # of one filter's values


def several(child: serializers.Field) -> serializers.ListField:  # type: ignore[type-arg]  # any kind
    """A list that may be left out."""
    return serializers.ListField(child=child, required=False, max_length=MOST)


def number(*, null: bool = False) -> serializers.IntegerField:
    """An event or source number."""
    return serializers.IntegerField(min_value=SMALLEST, max_value=LARGEST, allow_null=null)


class AskedExport(Shape):
    """What to write: the filters of `GET logs/` as lists. Without times: the last 24 hours."""

    format = serializers.ChoiceField(choices=LogExport.Format.values, default="csv")
    start = serializers.DateTimeField(required=False)
    end = serializers.DateTimeField(required=False)
    event = several(number())
    source = several(number(null=True))  # type: ignore[assignment]  # a field of that name
    provenance = several(serializers.ChoiceField(choices=list(WORDS.values())))
    code = several(serializers.CharField(max_length=64))
    not_code = several(serializers.CharField(max_length=64))
    changes = serializers.BooleanField(required=False, help_text="No reports that repeat.")
    device = several(serializers.CharField(max_length=64))
    product_id = several(serializers.CharField(max_length=64))

    def get_fields(self) -> dict[str, serializers.Field]:  # type: ignore[type-arg]  # any kind
        """Add what is a word of Python's own."""
        together = serializers.ChoiceField(
            choices=["predecessor"],
            required=False,
            help_text="The rows of the ids that the devices continue, too.",
        )
        return super().get_fields() | {"with": together}


class Export(Shape):
    """A file of history rows, asked for or made."""

    id = Whole()
    state = serializers.ChoiceField(choices=LogExport.State.values)
    format = serializers.ChoiceField(choices=LogExport.Format.values)
    query = serializers.DictField(help_text="What was asked, its times made absolute.")
    rows = Whole(help_text="Written so far.")
    rows_expected = Whole(allow_null=True, help_text="Counted at the start.")
    percent = Whole(allow_null=True)
    eta_seconds = Whole(allow_null=True)
    bytes = Whole(help_text="Of the file.")
    sha256 = Text(allow_blank=True, help_text="Of the file, once it is whole.")
    asked_by = Text()
    asked_at = At(help_text="Rows learned of later do not belong to it.")
    started_at = At(allow_null=True)
    finished_at = At(allow_null=True)
    expires_at = At(allow_null=True, help_text="From then on the file is gone.")
    error = Text(allow_blank=True)
    file = Text(allow_null=True, help_text="Where it is downloaded.")
    manifest = Text(allow_null=True)
