"""Finds whom a token or a session speaks for, rights included, in one statement.

Every request asks this first; as three questions it cost more than most calls' own work.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, cast

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import User
from django.db import DEFAULT_DB_ALIAS, connection

from people.models import ApiToken

if TYPE_CHECKING:
    from collections.abc import Sequence

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
SELECT {_columns(User, "owner")}, {RIGHTS} FROM auth_user AS owner WHERE owner.id = %s
"""  # noqa: S608 - names of columns


class SignedIn(ModelBackend):
    """Knows people by their password; whom a session names comes with all rights at once."""

    def get_user(self, user_id: int) -> User | None:
        """Return who it is, unless the account was closed."""
        with connection.cursor() as cursor:
            cursor.execute(SIGNED_IN, [user_id])
            row = cursor.fetchone()
        user = _with_rights(row) if row else None
        return user if user and self.user_can_authenticate(user) else None


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
