"""Every line on standard error is a JSON object, whoever wrote it."""

import json
import subprocess
import sys

PROGRAM = """
import logging, structlog
from server.logs import configure_logs
configure_logs("INFO")
structlog.get_logger().info("event_ingested", order="W1")
logging.getLogger("some.library").warning("low on %s", "disk")
logging.getLogger("some.library").debug("details")
logging.getLogger("httpx").info("HTTP Request: GET http://couch")
try:
    password = "very secret"
    raise ValueError("broken")
except ValueError:
    logging.getLogger("some.library").exception("it failed")
"""


def test_every_line_is_json_and_libraries_do_not_chat() -> None:
    ran = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    lines = [json.loads(line) for line in ran.stderr.splitlines()]
    logged = [(line["level"], line["event"]) for line in lines]
    assert logged == [("info", "event_ingested"), ("warning", "low on disk"), ("error", "it failed")]
    assert all(line["timestamp"].endswith("Z") for line in lines)
    assert lines[0]["order"] == "W1"
    assert lines[2]["exception"][0]["exc_value"] == "broken"
    assert "very secret" not in ran.stderr
