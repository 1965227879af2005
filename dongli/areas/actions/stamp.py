"""Telling every process that the map has changed."""

from django.db import connection, transaction

from dongli.areas import index
from dongli.common.ids import new_id

_BUMP = """
    INSERT INTO areas_mapstamp AS stamp (id, version, token) VALUES (1, 1, %s)
    ON CONFLICT (id) DO UPDATE SET version = stamp.version + 1, token = excluded.token
"""


def bump_map() -> None:
    """Mark areas, grids or boundaries as changed. Call it first in the transaction that changes them.

    The row stays locked until that transaction ends, so writers of the map come one after the other.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("bump_map belongs in the transaction of the change")
    with connection.cursor() as cursor:
        cursor.execute(_BUMP, [new_id()])
    index.expire()
    transaction.on_commit(index.expire)
