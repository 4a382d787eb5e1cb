"""The error catalogue: every refusal a person or a client can cause, by a stable code.

Clients match `code`; people read `words`; `advice` says what to do next. The catalogue is data in
one place so that documentation, HTTP answers and the command line all say the same.
"""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class ProblemType:
    """One row of the catalogue: HTTP status, a sentence with `{placeholders}`, and what to do."""

    status: int
    words: str
    advice: str


CATALOGUE: dict[str, ProblemType] = {
    # --- asking for something that is not there, or in the wrong shape
    "not_found": ProblemType(404, "There is no {what} {key}.", "Check the number and search again."),
    "bad_input": ProblemType(422, "{field}: {reason}", "Correct the field and send it again."),
    "unknown_order_type": ProblemType(
        422, "There is no order type “{type}”.", "Choose one of the types in the catalogue: {known}."
    ),
    "malformed_descriptor": ProblemType(
        500, "The order type file {file} is not well formed: {reason}", "Correct the file before starting."
    ),
    "bad_setting": ProblemType(
        500, "The setting {name} is not usable: {reason}", "Correct it and start again."
    ),
    "schema_behind": ProblemType(
        500,
        "The database was made by an earlier release.",
        "Stop the server, make a copy, and run “curbstop migrate”.",
    ),
    "schema_newer": ProblemType(
        500,
        "The database was made by a later release than this program.",
        "Use the release that made it, or a later one.",
    ),
    "port_in_use": ProblemType(
        500,
        "Something else listens on {host}:{port}.",
        "Stop it, or choose another port: make run PORT=8001.",
    ),
    "start_failed": ProblemType(
        500, "The server did not start.", "Its own messages above say why; mend that and start again."
    ),
    # --- backups
    "backup_target": ProblemType(
        422, "{folder} cannot take a backup: {reason}.", "Name a folder that does not exist yet."
    ),
    "backup_schema": ProblemType(
        409, "The database's schema is behind the program.", "Run “curbstop migrate”, then take the backup."
    ),
    "backup_failed": ProblemType(
        500, "No backup was made: {reason}.", "Keep the last good one, and mend what is named."
    ),
    "backup_damaged": ProblemType(
        422,
        "The backup {folder} cannot be used: {reason}.",
        "Nothing was changed. Use another backup.",
    ),
    "backup_other_engine": ProblemType(
        422,
        "The backup is of {engine}; CURBSTOP_DATABASE_URL names {configured}.",
        "Point the setting at a database of the same kind.",
    ),
    "backup_other_key": ProblemType(
        422,
        "CURBSTOP_SECRET_KEY is not the key of the backup, so no tablet would be believed any more.",
        "Unset it, or set it to what the backup's data/secret_key says.",
    ),
    "restore_not_empty": ProblemType(
        409, "There is a database already.", "Repeat with --replace if the backup is to take its place."
    ),
    "restore_in_use": ProblemType(
        409, "{database} is in use.", "Stop the server, the worker and whatever else has it open."
    ),
    "restore_clock": ProblemType(
        422,
        "The backup was taken at {taken_at}; it is {now} here.",
        "Set the clock here, then restore.",
    ),
    # --- orders
    "illegal_transition": ProblemType(
        409, "An order that is {state} cannot be {command}.", "Reload the order to see what happened to it."
    ),
    "stale_order": ProblemType(
        409, "Order {number} was changed by someone else.", "Reload it and decide again."
    ),
    "technician_lacks_skill": ProblemType(
        409, "{technician} does not have the skill {skill}.", "Choose a technician with that skill."
    ),
    "service_order_active": ProblemType(
        409,
        "Service point {service_point} already has an active order {number} that changes its state.",
        "Cancel or finish that order first.",
    ),
    "service_already": ProblemType(
        409,
        "The service at {service_point} is {state} already.",
        "Look at the service point; when the records are wrong, raise “Verify”.",
    ),
    "money_owed": ProblemType(
        409,
        "“{gate}” does not hold: account {account} owes {owed}.",
        "Record the payment first, or choose no and the order waits on hold. A supervisor may override.",
    ),
    "request_conflict": ProblemType(
        409,
        "This form was used already: it raised order {number}.",
        "Look at that order; open a new form to raise another.",
    ),
    "cut_not_allowed": ProblemType(
        409, "Service must not be cut: {reasons}", "Resolve each reason, then raise the order again."
    ),
    "plan_outdated": ProblemType(
        409,
        "The day has changed since this plan was made: {what}.",
        "Nothing was changed. Plan the rest of the day again, from how things are now.",
    ),
    "case_decided": ProblemType(409, "Case {case} was already {state}.", "Reload it to see who decided."),
    "document_settled": ProblemType(
        409, "{who} has dealt with document {document} already.", "Reload the page to read what was done."
    ),
    "document_published": ProblemType(
        409, "{document} has reached the tablet's database meanwhile.", "Nothing needs to be done about it."
    ),
    "decision_refused": ProblemType(
        409, "The records still refuse it. {reason}", "Correct the records, then accept the case again."
    ),
    # --- meters
    "meter_serial_elsewhere": ProblemType(
        409,
        "Meter {serial} is already at {where}.",
        "Check the serial; if it is right, correct the old record.",
    ),
    # --- money
    "entry_unbalanced": ProblemType(
        500, "Entry {entry} does not balance: {cents} cents.", "Nothing was posted; report this."
    ),
    "payment_conflict": ProblemType(
        409,
        "Payment {payment} was already recorded with another account, amount or channel.",
        "Look at the recorded one; give a new payment its own id.",
    ),
    "payment_decided": ProblemType(
        409, "Payment {payment} was already {state}.", "Reload the list to see who decided."
    ),
    "second_person_needed": ProblemType(
        403,
        "{what} {key} was recorded by you; its amount needs a second person.",
        "Ask a colleague whose role may do this.",
    ),
    "payment_taken_back": ProblemType(
        409, "{payment} was taken back already.", "Look at the account's payments."
    ),
    "reversal_conflict": ProblemType(
        409,
        "{reversal} already names another payment or reason.",
        "Look at the recorded one; give a new one its own id.",
    ),
    "void_too_late": ProblemType(
        409,
        "{payment} was not recorded today, so it cannot be voided.",
        "If the bank gave it back, record it as returned.",
    ),
    "receipt_conflict": ProblemType(
        409, "Receipt {receipt} was already recorded with other contents.", "Both are kept for review."
    ),
    "database_unavailable": ProblemType(
        503, "The database does not answer just now. Nothing was saved.", "Try again in a minute."
    ),
    "postgis_missing": ProblemType(
        503,
        "The database {database} has no PostGIS yet, and {user} may not or cannot add it.",
        "With PostGIS installed on that server, its superuser types: "
        'psql -d {database} -c "CREATE EXTENSION postgis"  Then run “curbstop migrate” again.',
    ),
    # --- signing in
    "sign_in_required": ProblemType(401, "You are not signed in.", "Sign in and try again."),
    "sign_in_failed": ProblemType(401, "Name or password is not right.", "Try again or ask a supervisor."),
    "not_allowed": ProblemType(403, "Your role may not do this.", "Ask someone whose role may."),
    "too_many_attempts": ProblemType(429, "Too many attempts.", "Wait {seconds} seconds and try again."),
    "form_expired": ProblemType(
        403,
        "This form has expired or was not sent from our own page.",
        "Go back, reload the page and send it again.",
    ),
    "version_required": ProblemType(
        428,
        "The request does not say which version of the order it saw.",
        "Read the order first and send its ETag as If-Match.",
    ),
    "token_expired": ProblemType(401, "The access token has expired.", "Sign in again on the tablet."),
    "token_invalid": ProblemType(401, "The access token is not valid.", "Sign in again on the tablet."),
    "assertion_invalid": ProblemType(
        401,
        "The tablet could not prove who it is: {reason}.",
        "Try again; if it goes on, enroll the tablet again.",
    ),
    "clock_skew": ProblemType(
        401, "The tablet's clock is {seconds} seconds off.", "Set the tablet's clock, then sign in again."
    ),
    "device_revoked": ProblemType(403, "This tablet was revoked.", "Bring it to the office."),
    "device_unknown": ProblemType(
        401,
        "The office does not know this technician on this tablet any more; what it holds is kept.",
        "Ask the dispatcher for a code, then choose “Add a technician” on “This tablet”.",
    ),
    "enrolment_code_invalid": ProblemType(
        403,
        "The enrollment code is wrong, used, or older than its time.",
        "Ask the dispatcher for a new code.",
    ),
    # --- imports
    "import_rejected": ProblemType(
        422, "The file was not imported. Problems: {count}.", "Correct the rows named and import it again."
    ),
    # --- the demonstration
    "server_unreachable": ProblemType(
        502, "The server at {url} does not answer: {reason}", "Start it with “curbstop run”, or give --url."
    ),
    "server_refused": ProblemType(
        502, "The server answered {status} to {path}: {words}", "Look at its log; load a fresh demo district."
    ),
    "tablet_failed": ProblemType(
        502, "A tablet could not go on: {reason}", "See that the worker is running: “curbstop run” starts it."
    ),
    "node_missing": ProblemType(500, "Node is not on this machine.", "Type “make setup”, which installs it."),
    "demo_sign_ins_missing": ProblemType(
        404, "There are no demo sign-ins in {file}.", "Load the demo district with “curbstop demo”."
    ),
    # --- places
    "no_streets": ProblemType(
        409,
        "There are no streets to drive on yet.",
        "Import an extract: curbstop import streets FILE.osm.pbf.",
    ),
    "area_file_unreadable": ProblemType(
        422,
        "{file} could not be read as areas: {reason}",
        "Give a GeoJSON, Shapefile or GeoPackage of polygons.",
    ),
    "area_without_projection": ProblemType(
        422, "{file} does not say which projection it uses.", "Put its .prj file beside it or give --epsg."
    ),
    "area_not_in_degrees": ProblemType(
        422,
        "The coordinates of {file} are not degrees: {x}, {y}.",
        "Give its projection with --epsg, for example --epsg 2230 for feet in southern California.",
    ),
    "area_axes_exchanged": ProblemType(
        422,
        "{file} gives latitude before longitude: {x}, {y}.",
        "Save it with longitude first, as GeoJSON wants it.",
    ),
    "replacement_not_confirmed": ProblemType(
        409,
        "The file would become all of the district’s {kind} zones: {effect}. Nothing was changed.",
        "If that is meant, give --replace. The file must hold every zone, not only new ones.",
    ),
    "street_file_unreadable": ProblemType(
        422,
        "{file} could not be read as OpenStreetMap data: {reason}",
        "Give an .osm.pbf extract that covers the district.",
    ),
    "no_roads_in_extract": ProblemType(
        422,
        "{file} holds no road network that a vehicle can drive: {reason}.",
        "Give an extract with streets that covers the district.",
    ),
    "network_file_unreadable": ProblemType(
        500, "The road network {file} cannot be used: {reason}.", "Build it again from the street extract."
    ),
    "basemap_failed": ProblemType(
        500,
        "The map tiles could not be made: {reason}",
        "Look at the reason; free space on the disk is a common one.",
    ),
    "basemap_unreadable": ProblemType(
        500, "The map {file} cannot be used: {reason}.", "Build it again from the street extract."
    ),
    "no_way_between": ProblemType(
        409, "Closed streets leave no way from {start} to {end}.", "Take one of the closures back."
    ),
    "stop_off_network": ProblemType(
        422,
        "{what} lies more than {max_metres} m from any street.",
        "Correct the position, or use a street extract that covers it.",
    ),
    "stop_cut_off": ProblemType(
        422,
        "{what} lies at streets that nothing drivable joins to the others: an island, or a gap in the map.",
        "Give an extract that holds the bridge or ferry, or correct the position.",
    ),
}


class Reason(str):
    """A reason with details: in itself the English text, put into another language where it is shown.

    `msgid` is the text with its `{placeholders}`, `details` what fills them, other reasons included.
    """

    __slots__ = ("details", "msgid")

    msgid: str
    details: dict[str, Any]

    def __new__(cls, msgid: str, /, **details: Any) -> "Reason":
        """Fill the English text. Raises KeyError when a placeholder is not given."""
        text = super().__new__(cls, msgid.format_map(details))
        text.msgid = msgid
        text.details = details
        return text


class Problem(Exception):  # noqa: N818 - the catalogue's word; not every refusal is a programming error
    """A refusal from the catalogue, carrying the details its words need.

    Raises KeyError at construction when the code is not in the catalogue, so that a typo fails in
    a test and never reaches a person.
    """

    def __init__(self, code: str, **details: Any) -> None:
        kind = CATALOGUE[code]
        self.code = code
        self.status = kind.status
        self.details = details
        self.words = kind.words.format_map(_Named(details))
        self.advice = kind.advice.format_map(_Named(details))
        super().__init__(self.words)

    def as_dict(self) -> dict[str, Any]:
        """The JSON body of an error answer: code, words, advice, details."""
        return {"code": self.code, "words": self.words, "advice": self.advice, "details": self.details}


class _Named(dict[str, Any]):
    """Formats a missing detail as its name, so that an error about an error never hides the first."""

    def __missing__(self, key: str) -> str:
        return f"‹{key}›"
