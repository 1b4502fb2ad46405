"""Finds whom a token or a session speaks for, rights included, in one statement.

Every request asks this first; as three questions it cost more than most calls' own work.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, cast

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.db import DEFAULT_DB_ALIAS, connection
from django.utils.crypto import constant_time_compare

from people.models import ApiToken

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from django.db.models import Field, Model

Row = TypeVar("Row", bound="Model")


def _columns(model: type[Model], table: str) -> str:
    return ", ".join(f"{table}.{field.column}" for field in model._meta.concrete_fields)  # noqa: SLF001


# What Django's own ModelBackend would ask in two statements.
RIGHTS = """
ARRAY(
    SELECT kind.app_label || '.' || permission.codename
    FROM (
        SELECT permission_id FROM auth_user_user_permissions WHERE user_id = owner.id
        UNION
        SELECT given.permission_id FROM auth_user_groups AS member
        JOIN auth_group_permissions AS given USING (group_id) WHERE member.user_id = owner.id
    ) AS held
    JOIN auth_permission AS permission ON permission.id = held.permission_id
    JOIN django_content_type AS kind ON kind.id = permission.content_type_id
)
"""
FOUND = f"""
SELECT {_columns(ApiToken, "token")}, {_columns(User, "owner")}, {RIGHTS}
FROM people_apitoken AS token JOIN auth_user AS owner ON owner.id = token.owner_id
WHERE token.digest = %s
"""  # noqa: S608 - names of columns
SIGNED_IN = f"""
SELECT {_columns(User, "owner")}, {RIGHTS} FROM auth_user AS owner WHERE owner.id = ANY(%s)
"""  # noqa: S608 - names of columns


class SignedIn(ModelBackend):
    """Knows people by their password; whom a session names comes with all rights at once."""

    def get_user(self, user_id: int) -> User | None:
        """Return who it is, unless the account was closed."""
        user = _people([int(user_id)]).get(int(user_id))
        return user if user and self.user_can_authenticate(user) else None


def signed_in(keys: Iterable[str], now: datetime) -> dict[str, User]:
    """Return by session whom it names, for many at once, in two statements.

    A session of which anything is unusual is left out: Django's own way decides about it.
    """
    rows = Session.objects.filter(session_key__in=list(keys), expire_date__gt=now)
    said = {row.session_key: row.get_decoded() for row in rows}
    ids = {int(one[SESSION_KEY]) for one in said.values() if one.get(SESSION_KEY)}
    people = _people(sorted(ids))
    found = {key: people.get(int(one.get(SESSION_KEY, 0))) for key, one in said.items()}
    return {key: user for key, user in found.items() if user and _is_plain(user, said[key])}


def _is_plain(user: User, said: dict[str, Any]) -> bool:
    """Whether the session was begun by a password that still is the user's."""
    ours = said.get(BACKEND_SESSION_KEY) == f"{SignedIn.__module__}.{SignedIn.__qualname__}"
    proof = str(said.get(HASH_SESSION_KEY, ""))
    same = constant_time_compare(proof, user.get_session_auth_hash())
    return ours and same and user.is_active


def _people(ids: Sequence[int]) -> dict[int, User]:
    with connection.cursor() as cursor:
        cursor.execute(SIGNED_IN, [list(ids)])
        return {user.pk: user for user in map(_with_rights, cursor.fetchall())}


def find(digest: str) -> ApiToken | None:
    """The token with this digest, its owner beside it; the owner's rights are asked no more."""
    with connection.cursor() as cursor:
        cursor.execute(FOUND, [digest])
        row = cursor.fetchone()
    if row is None:
        return None
    split = len(ApiToken._meta.concrete_fields)  # noqa: SLF001
    token = _made(ApiToken, row[:split])
    token.owner = _with_rights(row[split:])
    return token


def _with_rights(row: Sequence[Any]) -> User:
    *values, rights = row
    user = _made(User, values)
    # where Django's own ModelBackend keeps what it has asked for
    cast("Any", user)._perm_cache = set(rights)  # noqa: SLF001
    return user


def _made(model: type[Row], values: Sequence[Any]) -> Row:
    fields = model._meta.concrete_fields  # noqa: SLF001
    read = [_read(field, value) for field, value in zip(fields, values, strict=True)]
    return model.from_db(DEFAULT_DB_ALIAS, [field.attname for field in fields], read)


def _read(field: Field[Any, Any], value: Any) -> Any:
    read = getattr(field, "from_db_value", None)
    return read(value, None, connection) if read else value
