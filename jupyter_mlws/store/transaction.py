"""The caller's transaction, under a name that says nothing of the database."""

from typing import TypeAlias

from sqlalchemy import Connection

Transaction: TypeAlias = Connection
