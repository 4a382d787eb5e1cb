"""Metadata, naming convention and the column types that differ between SQLite and PostgreSQL."""

from datetime import UTC, datetime
from typing import Any

import shapely
from geoalchemy2 import Geometry
from geoalchemy2.shape import from_shape, to_shape
from sqlalchemy import JSON, DateTime, Dialect, LargeBinary, MetaData, String
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator, TypeEngine

SRID = 4326
"""Longitude and latitude in degrees on WGS 84, as GPS and GeoJSON give them."""


class Base(DeclarativeBase):
    """Every table of the domain. Constraint names are fixed so that migrations can name them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_N_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class UtcDateTime(TypeDecorator[datetime]):
    """An instant. Naive datetimes are refused; SQLite keeps UTC without an offset."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Wkb(TypeDecorator[shapely.Geometry]):
    """A shapely geometry as WKB bytes, for engines without a geometry type of their own."""

    impl = LargeBinary
    cache_ok = True

    def __init__(self, kind: str) -> None:
        super().__init__()
        self.kind = kind

    def process_bind_param(self, value: shapely.Geometry | None, _dialect: Dialect) -> bytes | None:
        return None if value is None else shapely.to_wkb(value, byte_order=1, include_srid=False)

    def process_result_value(self, value: bytes | None, _dialect: Dialect) -> shapely.Geometry | None:
        return None if value is None else shapely.from_wkb(value)


class Postgis(TypeDecorator[shapely.Geometry]):
    """A shapely geometry in a PostGIS column. Its GiST index is made by a migration, by name."""

    impl = Geometry
    cache_ok = True

    def process_bind_param(self, value: shapely.Geometry | None, _dialect: Dialect) -> Any:
        return None if value is None else from_shape(value, srid=SRID)

    def process_result_value(self, value: Any, _dialect: Dialect) -> shapely.Geometry | None:
        return None if value is None else to_shape(value)


def geo(kind: str) -> TypeEngine[shapely.Geometry]:
    """The column type of a geometry in SRID 4326: PostGIS on PostgreSQL, WKB bytes on SQLite.

    SQLite needs no extension this way; an R*Tree table kept by triggers answers box queries there.
    """
    postgis = Postgis(geometry_type=kind, srid=SRID, spatial_index=False)
    return Wkb(kind).with_variant(postgis, "postgresql")


Json = JSON().with_variant(JSONB(), "postgresql")
"""A JSON value; JSONB on PostgreSQL."""

Code = String(40)
"""A stable code: an order type, a fee, a state, a reason."""
