"""The page of a meter: where it is and was, its reads, and what of both is corrected."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from types import MappingProxyType
from zoneinfo import ZoneInfo

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import aliased, joinedload

from server.auth.guard import current_staff
from server.auth.kept_forms import typed_before
from server.auth.roles import allow
from server.db import current_session
from server.pages.csr.blueprint import blueprint, reads
from server.pages.csr.recent import looked_at
from server.services import services
from server.templating import local, title
from server.viewing import _, problem_view
from workorders.facts import RegisterFacts
from workorders.grammar.money import PAYMENT_MAX_CENTS, cents_from_text
from workorders.grammar.numbers import READ_MAX, count_from_text
from workorders.grammar.times import day_from_text
from workorders.metering.corrections import Rebilled
from workorders.metering.register_definitions import registers_as_text
from workorders.problems import Problem
from workorders.queries.account_care import changes_of
from workorders.queries.read_corrections import ReadOnRecord, bill_of_correction, read_on_record
from workorders.queries.register_corrections import (
    RegisterReadOnRecord,
    bill_of_register_correction,
    register_read_on_record,
)
from workorders.queries.register_reads import register_histories
from workorders.tables import Installation, Meter, Read, RecordChange, ServicePoint, Technician
from workorders.usecases.meters.correct_meter import MeterForm, correct_meter
from workorders.usecases.meters.correct_read import CORRECTED, ReadCorrection, correct_read
from workorders.usecases.meters.correct_register_read import RegisterCorrection, correct_register_read
from workorders.usecases.meters.enter_reads import enter_reads

corrects = allow("csr", "supervisor")
supervises = allow("supervisor")
READS = 40
"""Reads shown, superseded ones among them: three years of monthly ones."""
NOTHING: Mapping[str, str] = MappingProxyType({})


@blueprint.get("/meters/<number>")
@reads
def meter(number: str) -> ResponseReturnValue:
    """A meter: where it is now and was, what it read, what was corrected."""
    page = _meter_page(number)
    looked_at("meter", number)
    return page


@blueprint.post("/meters/<number>")
@supervises
def change_meter(number: str) -> ResponseReturnValue:
    """Correct what the records say of it."""
    form = request.form
    try:
        made = correct_meter(
            current_session(),
            number,
            MeterForm(
                serial=form.get("serial", ""),
                make=form.get("make", ""),
                size=form.get("size", ""),
                dials=_whole("dials"),
                registers=form.get("registers"),
            ),
            reason=form.get("reason", ""),
            now=services().clock(),
            actor=current_staff().name,
        )
    except Problem as problem:
        current_session().rollback()
        return _meter_page(number, problem, form), problem.status
    flash(_("The record is corrected.") if made else _("Nothing differs from the record."), "good")
    serial = made.changes["serial"][1] if made and "serial" in made.changes else number
    return redirect(url_for("csr.meter", number=serial))


def _hour_of(day: date) -> datetime:
    """When a read of a day was taken, as nobody says the hour: at noon, today now."""
    now, zone = services().clock(), ZoneInfo(services().config.timezone)
    return now if day == now.astimezone(zone).date() else datetime.combine(day, time(12), tzinfo=zone)


@blueprint.post("/meters/<number>/reads")
@corrects
def enter(number: str) -> ResponseReturnValue:
    """Write down what a meter showed, each of its registers."""
    form = request.form
    try:
        day = day_from_text(form.get("read_on", ""), field="read_on")
        registers = {
            name.removeprefix("register."): _whole(name) for name in form if name.startswith("register.")
        }
        found = enter_reads(
            current_session(),
            number,
            _whole("read"),
            registers,
            at=_hour_of(day),
            reason=form.get("reason", ""),
            now=services().clock(),
            actor=current_staff().name,
        )
    except Problem as problem:
        current_session().rollback()
        return _meter_page(number, problem, form), problem.status
    odd = [
        _("{register}: {finding}", register=one.register, finding=title(one.finding, "read_flags"))
        for one in found
        if one.finding
    ]
    flash(_("The reads are kept.") + (" " + "; ".join(odd) if odd else ""), "warn" if odd else "good")
    return redirect(url_for("csr.meter", number=number))


@blueprint.get("/reads/<int:number>/correct")
@corrects
def correct(number: int) -> ResponseReturnValue:
    """What the read is, and what another value (`value`) would do to the bill."""
    return _read_page(number, typed_before() or request.args)


@blueprint.post("/reads/<int:number>/correct")
@corrects
def write_correction(number: int) -> ResponseReturnValue:
    """Write the right read in the place of the wrong one."""
    form = request.form
    try:
        adjust = form.get("adjust", "")
        made = correct_read(
            current_session(),
            number,
            ReadCorrection(
                value=_whole("value"),
                serial=form.get("serial", ""),
                reason=form.get("reason", ""),
                adjust=adjust,
                amount_cents=_amount(adjust),
            ),
            roles=current_staff().roles,
            now=services().clock(),
            actor=current_staff().name,
        )
    except Problem as problem:
        current_session().rollback()
        return _read_page(number, form, problem), problem.status
    flash(_("The read is corrected."), "good")
    return redirect(url_for("csr.meter", number=made.meter.serial))


@blueprint.get("/register-reads/<int:number>/correct")
@corrects
def correct_register(number: int) -> ResponseReturnValue:
    """What the read of a register is, and what another value (`value`) would do to the bill."""
    return _register_page(number, typed_before() or request.args)


@blueprint.post("/register-reads/<int:number>/correct")
@corrects
def write_register_correction(number: int) -> ResponseReturnValue:
    """Write the right read of a register in the place of the wrong one."""
    form = request.form
    try:
        adjust = form.get("adjust", "")
        made = correct_register_read(
            current_session(),
            number,
            RegisterCorrection(
                value=_whole("value"),
                reason=form.get("reason", ""),
                adjust=adjust,
                amount_cents=_amount(adjust),
            ),
            roles=current_staff().roles,
            now=services().clock(),
            actor=current_staff().name,
        )
    except Problem as problem:
        current_session().rollback()
        return _register_page(number, form, problem), problem.status
    flash(_("The read is corrected."), "good")
    return redirect(url_for("csr.meter", number=made.meter.serial))


def _amount(adjust: str) -> int:
    """In cents; nothing where nothing is adjusted, whatever the field says."""
    return cents_from_text(request.form.get("amount", ""), most=PAYMENT_MAX_CENTS) if adjust else 0


def _whole(field: str) -> int:
    return count_from_text(request.values.get(field, ""), field=field, high=READ_MAX)


def _meter_page(number: str, problem: Problem | None = None, entered: Mapping[str, str] = NOTHING) -> str:
    session = current_session()
    found = session.scalar(select(Meter).where(Meter.serial == number))
    if found is None:
        raise Problem("not_found", what="meter", key=number)
    later = aliased(Read)
    places = (
        select(Installation)
        .where(Installation.meter_id == found.id)
        .options(joinedload(Installation.service_point).joinedload(ServicePoint.premise))
    )
    taken = (
        select(Read, later.id)
        .outerjoin(later, later.supersedes_id == Read.id)
        .where(Read.meter_id == found.id)
        .order_by(Read.taken_at.desc(), Read.id.desc())
    )
    rows = session.execute(taken.limit(READS)).all()
    corrected = [f"read:{read.id}" for read, _later in rows if CORRECTED in read.flags]
    why = select(RecordChange).where(RecordChange.subject.in_(corrected))
    holder = session.get(Technician, found.van_technician_id) if found.van_technician_id else None
    return render_template(
        "csr/meter.html",
        meter=found,
        installations=session.scalars(places.order_by(Installation.installed_at.desc())).all(),
        taken=rows,
        why={change.subject: change for change in session.scalars(why)} if corrected else {},
        van=holder.name if holder else None,
        registers=register_histories(session, [found]),
        registers_text=registers_as_text(found.registers),
        today=local(services().clock()).date(),
        changes=changes_of(session, f"meter:{found.id}"),
        problem=problem_view(problem) if problem else None,
        entered=entered,
    )


def _read_page(number: int, entered: Mapping[str, str], problem: Problem | None = None) -> str:
    session = current_session()
    found = read_on_record(session, number)

    def bill(value: int) -> Rebilled | None:
        return bill_of_correction(session, found, value, now=services().clock())

    return _correction_page(found, bill, entered, problem)


def _register_page(number: int, entered: Mapping[str, str], problem: Problem | None = None) -> str:
    session = current_session()
    found = register_read_on_record(session, number)

    def bill(value: int) -> Rebilled | None:
        return bill_of_register_correction(session, found, value, now=services().clock())

    return _correction_page(found, bill, entered, problem, found.register)


def _correction_page(
    found: ReadOnRecord | RegisterReadOnRecord,
    bill_of: Callable[[int], Rebilled | None],
    entered: Mapping[str, str],
    problem: Problem | None,
    register: RegisterFacts | None = None,
) -> str:
    bill, asked = None, False
    if "value" in entered:
        try:
            bill = bill_of(count_from_text(entered["value"], field="value", high=READ_MAX))
            asked = True
        except Problem as wrong:
            problem = problem or wrong
    return render_template(
        "csr/read.html",
        found=found,
        register=register,
        unit=register.unit if register else found.meter.unit,
        bill=bill,
        asked=asked,
        entered=entered,
        problem=problem_view(problem) if problem else None,
    )
