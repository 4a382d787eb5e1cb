"""What every door refuses, and what the program itself may not start with."""

from workorders.problems.problem_type import ProblemType

ROWS: dict[str, ProblemType] = {
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
    "start_slow": ProblemType(
        500,
        "The server did not answer within {seconds} seconds.",
        "The machine is too busy: look at what else runs on it, then start again.",
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
    # --- imports
    "import_rejected": ProblemType(
        422, "The file was not imported. Problems: {count}.", "Correct the rows named and import it again."
    ),
    "import_failed": ProblemType(
        500,
        "The program failed on this file. Nothing of it was written.",
        "Report it with the file; the log says where it failed.",
    ),
    "import_not_undoable": ProblemType(
        409, "This import can’t be undone: {reason}", "Correct what is wrong by hand, or by another file."
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
    "tablet_refused": ProblemType(
        502,
        "The document database does not let a tablet in: {reason}",
        "A CouchDB must be told whose tokens to believe: compare “curbstop couchdb-config” with its "
        "configuration, and the clocks.",
    ),
    "node_missing": ProblemType(500, "Node is not on this machine.", "Type “make setup”, which installs it."),
    "database_not_empty": ProblemType(
        409,
        "There are accounts in this database already.",
        "Name an empty database in CURBSTOP_DATABASE_URL.",
    ),
    "demo_sign_ins_missing": ProblemType(
        404, "There are no demo sign-ins in {file}.", "Load the demo district with “curbstop demo”."
    ),
}
