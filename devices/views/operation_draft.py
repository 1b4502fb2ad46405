"""Reads an order that is being put together from what a page sent. Asks nothing of the door."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from devices import name_lists
from devices.forms import OrderForm
from devices.models import Operation
from devices.name_lists import NameList
from devices.plans import MOST_DEVICES, Order
from devices.views import matching

Kind = Operation.Kind
NAME = "name:"  # `name:<device id>` carries one device's new name


@dataclass(slots=True)
class Draft:
    """An order that is being put together. `problems` are sentences."""

    form: OrderForm
    kind: Kind
    device_ids: tuple[str, ...]
    names: dict[str, str]
    problems: list[str] = field(default_factory=list)

    @property
    def order(self) -> Order:
        """The order as the door takes it."""
        return self.form.order(self.device_ids, self.names)

    @property
    def pattern(self) -> str:
        """The pattern that makes the names, if one does."""
        return str(self.form.cleaned_data.get("pattern", ""))

    @property
    def lines(self) -> str:
        """The names as one field carries them."""
        return name_lists.write(self.names)


def read(request: HttpRequest) -> Draft | None:
    """Read what was sent; None when it names no kind that there is."""
    given = request.POST if request.method == "POST" else request.GET
    form = OrderForm(given)
    form.is_valid()
    if "kind" in form.errors:
        return None
    kind = Kind(form.cleaned_data["kind"])
    listed = _listed(request, form) if kind is Kind.RENAME else NameList()
    now = timezone.now()
    device_ids = ids(given, now, listed.names)
    by_pattern = kind is Kind.RENAME and bool(form.cleaned_data.get("pattern"))
    names = {} if by_pattern or kind is not Kind.RENAME else _names(given, device_ids, listed)
    unclear = matching.problems(given, now) if matching.asked(given) else []
    return Draft(form, kind, device_ids, names, [*_complaints(form), *listed.problems, *unclear])


def _complaints(form: OrderForm) -> list[str]:
    return [
        f"{form.fields[name].label or name}: {words}"
        for name, found in form.errors.items()
        for words in found
    ]


def _listed(request: HttpRequest, form: OrderForm) -> NameList:
    """Return the names of an uploaded file, or of the typed lines."""
    file = request.FILES.get("file")
    if not isinstance(file, UploadedFile):
        return name_lists.read(str(form.cleaned_data.get("lines", "")))
    if (file.size or 0) > name_lists.MOST_BYTES:
        return NameList(problems=[_("The file is larger than 2 MB. Split it.")])
    text = name_lists.decode(file.read())
    if text is None:
        return NameList(problems=[_("The file is no text. Save it as CSV in UTF-8.")])
    found = name_lists.read(text)
    if not (found.names or found.problems):
        found.complain(_("The file names no device."))
    return found


def ids(
    given: QueryDict, now: datetime, listed: Mapping[str, str] = MappingProxyType({})
) -> tuple[str, ...]:
    """Each id once, in the order given; a long list comes as lines of one field.

    A filter that was chosen as a whole is frozen into ids here: the page carries those on.
    """
    if matching.asked(given):
        return tuple(matching.ids(given, now))
    texts = [*given.getlist("device"), *given.get("devices", "").split(), *listed]
    found = [text.replace("\0", "").strip()[:64] for text in texts]
    return tuple(dict.fromkeys(one for one in found if one))[: MOST_DEVICES + 1]


def _names(given: QueryDict, device_ids: tuple[str, ...], listed: NameList) -> dict[str, str]:
    single = given.get("name")
    names = {one: given.get(NAME + one, listed.names.get(one, single)) for one in device_ids}
    return {one: name.replace("\0", "") for one, name in names.items() if name is not None}
