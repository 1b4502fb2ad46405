"""Finds whom a token speaks for, rights included, in one statement.

Every REST call asks this first; as three questions it cost more than most calls' own work.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, cast

from django.contrib.auth.models import User
from django.db import DEFAULT_DB_ALIAS, connection

from people.models import ApiToken

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import Field, Model

Row = TypeVar("Row", bound="Model")


def _columns(model: type[Model], table: str) -> str:
    return ", ".join(f"{table}.{field.column}" for field in model._meta.concrete_fields)  # noqa: SLF001


FOUND = f"""
SELECT {_columns(ApiToken, "token")}, {_columns(User, "owner")}, ARRAY(
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
FROM people_apitoken AS token JOIN auth_user AS owner ON owner.id = token.owner_id
WHERE token.digest = %s
"""  # noqa: S608 - names of columns


def find(digest: str) -> ApiToken | None:
    """The token with this digest, its owner beside it; the owner's rights are asked no more."""
    with connection.cursor() as cursor:
        cursor.execute(FOUND, [digest])
        row = cursor.fetchone()
    if row is None:
        return None
    *values, rights = row
    split = len(ApiToken._meta.concrete_fields)  # noqa: SLF001
    token, owner = _made(ApiToken, values[:split]), _made(User, values[split:])
    # where Django's own ModelBackend keeps what it has asked for
    cast("Any", owner)._perm_cache = set(rights)  # noqa: SLF001
    token.owner = owner
    return token


def _made(model: type[Row], values: Sequence[Any]) -> Row:
    fields = model._meta.concrete_fields  # noqa: SLF001
    read = [_read(field, value) for field, value in zip(fields, values, strict=True)]
    return model.from_db(DEFAULT_DB_ALIAS, [field.attname for field in fields], read)


def _read(field: Field[Any, Any], value: Any) -> Any:
    read = getattr(field, "from_db_value", None)
    return read(value, None, connection) if read else value
