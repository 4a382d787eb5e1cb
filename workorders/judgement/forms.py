"""Fields that many order types ask for, so that one question always has one name and one meaning."""

from workorders.judgement.descriptors import Choice, Field, FieldType

SERIAL = Field(
    name="serial_seen",
    title="Serial number on the meter",
    type=FieldType.SERIAL,
    required=True,
    help="Scan it or type it as it is stamped.",
    section="Meter",
    means="serial_seen",
)


def read(title: str = "Read", *, required: bool = True, only_if: tuple[str, object] | None = None) -> Field:
    """The read of the meter that is there."""
    return Field(
        name="read",
        title=title,
        type=FieldType.READ,
        required=required,
        help="All digits as the dials show them.",
        section="Meter",
        means="read",
        only_if=only_if,
    )


def left_on(title: str = "Is the service left on?", *, only_if: tuple[str, object] | None = None) -> Field:
    """How the service was left."""
    return Field(
        name="left_on",
        title=title,
        type=FieldType.YES_NO,
        required=True,
        section="Service",
        means="left",
        only_if=only_if,
    )


def lock(*, only_if: tuple[str, object] | None = None, required: bool = False) -> Field:
    """The lock that was put on."""
    return Field(
        name="lock",
        title="Lock number",
        type=FieldType.TEXT,
        required=required,
        section="Service",
        means="lock",
        only_if=only_if,
    )


SEAL = Field(name="seal", title="Seal number", type=FieldType.TEXT, section="Service", means="seal")

DIAL_MOVING = Field(
    name="dial_moving",
    title="Is the dial moving?",
    type=FieldType.YES_NO,
    required=True,
    help="Watch it for a minute.",
    section="Meter",
)


def photo(name: str, title: str, *, required: bool = True, **given: object) -> Field:
    """A photo; its attachment is `<name>.jpg`."""
    section = str(given.get("section", "Photos"))
    only_if = given.get("only_if")
    return Field(
        name=name,
        title=title,
        type=FieldType.PHOTO,
        required=required,
        section=section,
        only_if=only_if if isinstance(only_if, tuple) else None,
    )


REMARKS = Field(name="remarks", title="Remarks", type=FieldType.TEXT, section="Remarks")


def choice(name: str, title: str, values: dict[str, str], *, required: bool = True, **given: object) -> Field:
    """A choice of `values`: value → title."""
    only_if = given.get("only_if")
    return Field(
        name=name,
        title=title,
        type=FieldType.CHOICE,
        required=required,
        choices=tuple(Choice(value, words) for value, words in values.items()),
        section=str(given.get("section", "")),
        help=str(given.get("help", "")),
        only_if=only_if if isinstance(only_if, tuple) else None,
        in_field=given.get("in_field") is True,
    )


DONE = Choice("completed", "Done")

VISIT_REASONS = (
    "no_access",
    "locked_gate",
    "dog",
    "unsafe",
    "meter_not_found",
    "buried_or_flooded",
    "wrong_meter",
    "weather",
    "time_expired",
)
"""What can stop any visit to a meter."""

PLACE_REASONS = ("no_access", "locked_gate", "dog", "unsafe", "buried_or_flooded", "weather", "time_expired")
"""What can stop a visit that is about the place, whatever meter is there."""


def old_meter(*, condition: dict[str, str]) -> tuple[Field, ...]:
    """What is asked of a meter that comes out, or is found gone."""
    there = ("old_there", True)
    return (
        Field(
            name="old_there",
            title="Is the old meter in place?",
            type=FieldType.YES_NO,
            required=True,
            section="Old meter",
        ),
        Field(
            name="old_serial",
            title="Serial of the old meter",
            type=FieldType.SERIAL,
            required=True,
            help="It must be the meter of this order; if not, stop and report another meter.",
            section="Old meter",
            means="serial_seen",
            only_if=there,
        ),
        Field(
            name="old_read",
            title="Final read of the old meter",
            type=FieldType.READ,
            required=True,
            section="Old meter",
            means="read",
            only_if=there,
        ),
        choice("condition", "Condition of the old meter", condition, section="Old meter", only_if=there),
        photo("photo_old", "Photo of the old meter's dials", section="Old meter", only_if=there),
    )


def new_meter(asked_if: tuple[str, object]) -> tuple[Field, ...]:
    """What is asked of the meter that goes in."""
    return (
        Field(
            name="new_serial",
            title="Serial of the new meter",
            type=FieldType.SERIAL,
            required=True,
            section="New meter",
            only_if=asked_if,
        ),
        Field(
            name="new_read",
            title="Start read of the new meter",
            type=FieldType.READ,
            required=True,
            section="New meter",
            only_if=asked_if,
        ),
        Field(
            name="new_dials",
            title="Dials of the new meter",
            type=FieldType.NUMBER,
            min=3,
            max=9,
            section="New meter",
            only_if=asked_if,
        ),
        Field(
            name="endpoint",
            title="Endpoint (radio) number",
            type=FieldType.TEXT,
            max=60,
            section="New meter",
            only_if=asked_if,
        ),
        photo("photo_new", "Photo of the new meter", section="New meter", only_if=asked_if),
    )
