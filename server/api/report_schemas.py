"""Reports, as the API gives them. Instants are ISO 8601 with an offset."""

from marshmallow import INCLUDE, Schema, fields

from workorders.grammar.fields import Line

MOST_STOPS = 500


class ReportQuerySchema(Schema):
    """How rows are sorted. A report's own filters are further parameters, by the names in the list."""

    class Meta:
        """Filters differ by report; the report checks them."""

        unknown = INCLUDE

    sort = Line(80, metadata={"description": "Key of a column, with `-` before it for downwards."})


class ReportsSchema(Schema):
    """A report that may be run."""

    name = fields.String(required=True)
    title = fields.String(required=True)
    about = fields.String(required=True)
    filters = fields.List(fields.String(), required=True)


class ReportColumnSchema(Schema):
    """A column of a report. `kind`: money is cents, percent a part of 1, time an instant with its offset."""

    key = fields.String(required=True)
    title = fields.String(required=True)
    kind = fields.String(required=True)


class ReportSchema(Schema):
    """A report that was run. `complete` false: there are more rows than are given."""

    report = fields.String(required=True)
    as_of = fields.String(required=True)
    filters = fields.Dict(required=True)
    complete = fields.Boolean(required=True)
    columns = fields.List(fields.Nested(ReportColumnSchema), required=True)
    rows = fields.List(fields.Dict(), required=True)
    totals = fields.Dict(required=True)
