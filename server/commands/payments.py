"""`curbstop payments`: record, list, approve and take back payments without a browser."""

import json
import uuid
from dataclasses import asdict

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.config import Config
from server.payments import PaymentRow, list_payments
from server.services import Services, open_services
from server.tables import User
from workorders.grammar.money import cents_from_text, text_from_cents
from workorders.problems import Problem
from workorders.usecases.cash.approve_payment import approve_payment
from workorders.usecases.cash.payments import CHANNELS, payment_words, record_payment
from workorders.usecases.cash.take_payment_back import KINDS, take_payment_back
from workorders.usecases.lost_races import in_transaction

STATES = ("all", "pending", "posted", "refused", "taken_back")
by_option = click.option("--by", required=True, help="Who does this: the name people sign in with.")


@click.group("payments", help="Money that reaches the office.")
@click.pass_context
def payments_command(context: click.Context) -> None:
    """Open the database once for all subcommands."""
    services = open_services(Config.from_env())
    context.obj = services
    context.call_on_close(services.engine.dispose)


@payments_command.command("list")
@click.option("--state", type=click.Choice(STATES), default="all", show_default=True)
@click.option("--account", help="Only this account's.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@click.pass_obj
def list_(services: Services, state: str, account: str | None, as_json: bool) -> None:
    """Show payments, newest first."""
    with services.read_sessions() as session:
        rows = list_payments(session, state=state, account=account)
    if as_json:
        click.echo(json.dumps([asdict(row) for row in rows], default=str))
        return
    for row in rows:
        click.echo(_line(row))


@payments_command.command("record")
@click.argument("account")
@click.argument("amount")
@click.option("--channel", type=click.Choice(CHANNELS), required=True)
@click.option("--id", "payment_id", help="The same id again records nothing. Default: a new one.")
@click.option("--reference", help="Check or confirmation number.")
@by_option
@click.pass_obj
def record(
    services: Services,
    *,
    account: str,
    amount: str,
    channel: str,
    payment_id: str | None,
    reference: str | None,
    by: str,
) -> None:
    """Record a payment of AMOUNT dollars for ACCOUNT."""
    _check_role(services, by, "csr", "cashier", "supervisor")
    cents, key = cents_from_text(amount), payment_id or f"P-{uuid.uuid4().hex[:20]}"

    def act(session: Session) -> str:
        payment = record_payment(
            session, key, account, cents, channel, now=services.clock(), actor=by, reference=reference
        )
        return payment_words(payment)

    click.echo(f"{key}: {in_transaction(services.sessions, act)}")


@payments_command.command("decide")
@click.argument("payment_id")
@click.option("--approve/--refuse", required=True)
@click.option("--words", default="", help="Why; needed to refuse.")
@by_option
@click.pass_obj
def decide(services: Services, payment_id: str, approve: bool, words: str, by: str) -> None:
    """Approve or refuse a payment that somebody else recorded."""
    _check_role(services, by, "supervisor")

    def act(session: Session) -> None:
        approve_payment(session, payment_id, approve=approve, words=words, now=services.clock(), actor=by)

    in_transaction(services.sessions, act)
    click.echo(f"{payment_id} is {'approved and posted' if approve else 'refused'}.")


@payments_command.command("take-back")
@click.argument("reversal_id")
@click.option("--payment", help="Id of a payment of the office.")
@click.option("--receipt", help="Receipt number of a check from the door.")
@click.option("--kind", type=click.Choice(KINDS), required=True)
@click.option("--reason", required=True)
@by_option
@click.pass_obj
def take_back(
    services: Services,
    *,
    reversal_id: str,
    payment: str | None,
    receipt: str | None,
    kind: str,
    reason: str,
    by: str,
) -> None:
    """Take a payment back; REVERSAL_ID again does it no second time."""
    _check_role(services, by, "cashier", "supervisor")

    def act(session: Session) -> int:
        return take_payment_back(
            session,
            reversal_id,
            payment=payment,
            receipt=receipt,
            kind=kind,
            reason=reason,
            now=services.clock(),
            actor=by,
        ).amount_cents

    click.echo(f"{text_from_cents(in_transaction(services.sessions, act))} taken back.")


def _check_role(services: Services, name: str, *roles: str) -> None:
    """The office's rules hold on the command line too. Raises Problem `not_found`, `not_allowed`."""
    with services.read_sessions() as session:
        user = session.scalar(select(User).where(User.name == name, User.active))
    if user is None:
        raise Problem("not_found", what="person of the office", key=name)
    if not {"admin", *roles} & set(user.roles):
        raise Problem("not_allowed")


def _line(row: PaymentRow) -> str:
    return (
        f"{row.id:<24} {row.account:<14} {text_from_cents(row.cents):>14} "
        f"{row.state:<10} {row.channel:<8} {row.recorded_by}"
    )
