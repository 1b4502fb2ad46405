"""REST: orders to the cloud. Asks the door `devices.operations`; decides nothing."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, cast

from django.contrib.auth.models import User
from django.db.models import Count
from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from devices import operations, orders
from devices.models import Operation, OperationItem
from devices.operations import Order
from people.rights import MayBrowse
from rest import etags, paging, queries
from rest.calls import Call, fields
from rest.idempotency import idempotent
from rest.problems import Problem, invalid
from rest.schema import IF_MATCH, KEY, NEEDED_KEY, PAGING, paged

from . import examples, rows, shapes

KINDS, STATES = tuple(Operation.Kind.values), tuple(Operation.State.values)
OUTCOMES = tuple(OperationItem.Outcome.values)
VERBS: Mapping[str, Callable[..., Operation | None]] = {
    "approve": operations.approve,
    "reject": operations.reject,
    "cancel": operations.cancel,
    "pause": operations.pause,
    "resume": operations.resume,
    "retry-failed": operations.retry_failed,
}


class MayOrder(MayBrowse):
    """Lets everybody in who may browse: the door asks for the right of the order's kind."""

    write = MayBrowse.read


@contextmanager
def answered() -> Iterator[None]:
    """Turn the door's refusals into problems."""
    try:
        yield
    except operations.BadOrder as no:
        raise invalid({name: [words] for name, words in no.problems.items()}) from no
    except operations.Forbidden as no:
        raise Problem(403, "forbidden", str(no)) from no
    except operations.Busy as no:
        href = _address(no.operation_id) if no.operation_id else None
        raise Problem(409, "busy", str(no), operation=no.operation_id, operation_url=href) from no
    except operations.NotRetired as no:
        href = reverse("api-device-retire", args=[no.device_id])
        words = _("%(why)s POST %(href)s with a reason, then ask again.")
        detail = words % {"why": no, "href": href}
        raise Problem(409, "not_retired", detail, retire_url=href) from no
    except operations.Stale as no:
        raise Problem(409, "stale", str(no)) from no
    except operations.WrongState as no:
        raise Problem(409, "wrong_state", str(no)) from no


def _address(operation_id: int) -> str:
    return reverse("api-operation", args=[operation_id])


def find(operation_id: int) -> Operation:
    """The operation, or the answer 404."""
    found = Operation.objects.filter(pk=operation_id).first()
    if found is None:
        raise Http404(_("There is no operation #%(id)s.") % {"id": operation_id})
    return found


def written(found: list[Operation]) -> list[rows.Row]:
    """Operations with their counts; one query counts for all of them."""
    counts: dict[int, dict[str, int]] = {one.pk: {} for one in found}
    tally = OperationItem.objects.filter(operation__in=counts).values_list(
        "operation_id", "outcome"
    )
    for operation_id, outcome, count in tally.annotate(count=Count("id")).order_by("outcome"):
        counts[operation_id][outcome] = count
    return [rows.operation(one, counts[one.pk]) for one in found]


def accepted(operation: Operation, status: int) -> Response:
    """One operation, with its address."""
    return Response(written([operation])[0], status, headers={"Location": _address(operation.pk)})


def read(body: Mapping[str, Any]) -> tuple[Order, bool]:
    """The order that a body asks for, and whether it is only a question."""
    unknown = sorted(set(body) - set(shapes.Order().fields))
    if unknown:
        raise invalid({name: [_("No such field.")] for name in unknown})
    wanted = shapes.Order(data=body)
    wanted.is_valid(raise_exception=True)
    given = wanted.validated_data
    params = given.get("params", {})
    order = Order(
        kind=Operation.Kind(given["kind"]),
        device_ids=tuple(given["devices"]),
        name=params.get("name", ""),
        names=params.get("names"),
        pattern=params.get("pattern", ""),
        reason=given.get("reason", ""),
        pace_per_minute=given.get("pace_per_minute"),
        stop_after_failures=given.get("stop_after_failures"),
        stop_after_percent=given.get("stop_after_percent"),
        stop_percent_of=given.get("stop_percent_of", orders.USUAL_PERCENT_OF),
        offline=Operation.Offline(given.get("offline", Operation.Offline.ACT)),
        wait_until=given.get("wait_until"),
        plan_hash=given.get("plan_hash", ""),
    )
    return order, given.get("dry_run", False)


class Operations(Call):
    """All orders."""

    shape = shapes.Operation
    permission_classes = (MayOrder,)
    parameters = (*paging.PARAMETERS, "kind", "state", "device", "requested_by")

    @extend_schema(
        operation_id="operations_list",
        summary="List operations",
        parameters=[
            OpenApiParameter("kind", str, description="Several with commas.", enum=KINDS),
            OpenApiParameter("state", str, description="Several with commas."),
            OpenApiParameter("device", str, description="A device id."),
            OpenApiParameter("requested_by", str, description="A user name."),
            *PAGING,
        ],
        responses=paged(shapes.Operation, "Operations"),
        examples=[examples.page("A rename", examples.OPERATION)],
    )
    def get(self, request: Request) -> Response:
        """List operations, newest first."""
        query, found = request.query_params, Operation.objects.all()
        kinds = queries.choices(query, "kind", KINDS)
        states = queries.choices(query, "state", STATES)
        device, person = queries.text(query, "device"), queries.text(query, "requested_by")
        found = found.filter(kind__in=kinds) if kinds else found
        found = found.filter(state__in=states) if states else found
        found = found.filter(items__device_key=device) if device else found
        found = found.filter(requested_by_name=person) if person else found
        return paging.answer(request, found, ("-id",), written)

    @extend_schema(
        operation_id="operations_request",
        summary="Rename, remove or reset devices",
        parameters=[NEEDED_KEY],
        request=shapes.Order,
        examples=[
            examples.sent("Rename", examples.ORDER),
            examples.sent("Reset", examples.RESET),
            examples.sent("Preview of many names", examples.RENAMES),
            examples.given("Preview", examples.PREVIEW),
            examples.given("Written down", examples.OPERATION, 202),
        ],
        responses={
            200: OpenApiResponse(shapes.Preview, description="With `dry_run`: nothing was done."),
            202: OpenApiResponse(
                shapes.Operation, description="Written down; workers carry it out."
            ),
        },
    )
    def post(self, request: Request) -> Response:
        """Order something of the cloud. With `dry_run` only say what it would do."""
        order, only_asked = read(fields(request))
        if not only_asked:
            return self.request_once(request, order)
        with answered():
            plan = operations.preview(order, by=_person(request), now=timezone.now())
        return Response(plan.as_json())

    @idempotent(required=True)
    def request_once(self, request: Request, order: Order) -> Response:
        """Write the order down, once for its key."""
        with answered():
            made = operations.request(order, by=_person(request), now=timezone.now())
        return accepted(made, 202)


def _person(request: Request) -> User:
    return cast("User", request.user)


class OneOperation(Call):
    """One order."""

    shape = shapes.Operation

    @extend_schema(
        operation_id="operations_read", summary="Show an operation", responses=shapes.Operation
    )
    def get(self, request: Request, operation_id: int) -> Response:
        """Show an operation and how many of its devices came to what."""
        del request
        operation = find(operation_id)
        return etags.Guarded(written([operation])[0], operation.state)


class Items(Call):
    """The devices of one order."""

    shape = shapes.Item
    parameters = (*paging.PARAMETERS, "outcome")

    @extend_schema(
        operation_id="operations_items",
        summary="List an operation's devices",
        parameters=[
            OpenApiParameter("outcome", str, description="Several with commas."),
            *PAGING,
        ],
        responses=paged(shapes.Item, "Items"),
        examples=[examples.page("A refusal", examples.ITEM)],
    )
    def get(self, request: Request, operation_id: int) -> Response:
        """List the devices of an operation, each with its own outcome."""
        found = find(operation_id).items.all()
        outcomes = queries.choices(request.query_params, "outcome", OUTCOMES)
        found = found.filter(outcome__in=outcomes) if outcomes else found
        return paging.answer(request, found, ("position", "id"), rows.items)


class Verb(Call):
    """What can be asked of an order that is under way."""

    permission_classes = (MayOrder,)

    @extend_schema(
        operation_id="operations_act",
        summary="Approve, reject, cancel, pause, resume, retry failed",
        parameters=[
            KEY,
            IF_MATCH,
            OpenApiParameter("verb", OpenApiTypes.STR, OpenApiParameter.PATH, enum=list(VERBS)),
        ],
        request=shapes.Approval,
        responses={
            200: shapes.Operation,
            202: OpenApiResponse(shapes.Operation, description="`retry-failed`: a new operation."),
        },
    )
    @idempotent()
    def post(self, request: Request, operation_id: int, verb: str) -> Response:
        """Ask it; the answer is the operation as it is now."""
        operation = find(operation_id)
        etags.demand(request, operation.state)  # the door itself moves it from no other state
        said = _approval(request) if verb == "approve" else {}
        with answered():
            made = VERBS[verb](operation, by=_person(request), now=timezone.now(), **said)
        return accepted(made, 202) if made else accepted(operation, 200)


def _approval(request: Request) -> dict[str, str]:
    """Read what an approval may say; a body is not needed."""
    wanted = shapes.Approval(data=fields(request) if request.data else {})
    wanted.is_valid(raise_exception=True)
    return dict(wanted.validated_data)
