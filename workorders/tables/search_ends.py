"""Expression indexes for what people know in part: a telephone number however written, the end of a serial.

Each expression is spelled once here: an engine uses the index only for a query that spells it the same way.
"""

PHONE_DIGITS = 7
"""A caller's number without its area code, which many records lack."""
SERIAL_END = 4
"""The figures at the end of a serial, which are read out when the rest is under dirt."""
_SIGNS = " -()./+e"


def phone_end(dialect: str) -> str:
    """SQL of the last PHONE_DIGITS digits of a customer's number, without its extension."""
    if dialect == "postgresql":
        digits = "regexp_replace(split_part(lower(customer.phone), 'x', 1), '[^0-9]', '', 'g')"
        return f"right({digits}, {PHONE_DIGITS})"
    digits = "substr(lower(phone), 1, instr(lower(phone) || 'x', 'x') - 1)"
    for sign in _SIGNS:
        digits = f"replace({digits}, '{sign}', '')"
    return f"substr({digits}, -{PHONE_DIGITS})"


def serial_end(dialect: str) -> str:
    """SQL of the last SERIAL_END signs of a meter's serial."""
    return (
        f"right(meter.serial, {SERIAL_END})" if dialect == "postgresql" else f"substr(serial, -{SERIAL_END})"
    )


def email(dialect: str) -> str:
    """SQL of a customer's email address in small letters."""
    return "lower(customer.email)" if dialect == "postgresql" else "lower(email)"


INDEXES = {
    "ix_customer_phone_end": ("customer", phone_end),
    "ix_customer_email": ("customer", email),
    "ix_meter_serial_end": ("meter", serial_end),
}


def create_statements(dialect: str) -> list[str]:
    """DDL that makes the indexes, for `sqlite` or `postgresql`."""
    return [
        f"CREATE INDEX {name} ON {table} ({expression(dialect)})"
        for name, (table, expression) in INDEXES.items()
    ]


def drop_statements() -> list[str]:
    """DDL that takes them away again."""
    return [f"DROP INDEX {name}" for name in INDEXES]
