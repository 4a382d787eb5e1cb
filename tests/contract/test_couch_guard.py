"""CouchDB's guard function and the Python rule give the same answers, case by case."""

import itertools
import json
import subprocess

from sync.protocol.access import Caller, write_refusal
from sync.stores.guard import VALIDATE

RUN = """
const validate = eval('(' + process.argv[1] + ')');
const cases = JSON.parse(require('fs').readFileSync(0, 'utf8'));
const answers = cases.map(([doc, userCtx]) => {
  try { validate(doc, null, userCtx, {}); return null; } catch (refusal) { return refusal.forbidden; }
});
console.log(JSON.stringify(answers));
"""
IDS = [
    "event:ab12cd34:00000001",
    "event:ab12cd34:1",
    "event:ab12cd34:",
    "event:ab12cd34:1x",
    "event:ab12cd34:٣",
    "event:ab12cd34:" + "9" * 19,
    "event:zz99zz99:00000001",
    "Event:ab12cd34:00000001",
    "order:W000001",
    "ack:event:ab12cd34:00000001",
    "_design/guard",
    "",
]
ROLES = [
    ["tech-t01", "device:ab12cd34"],
    ["device:zz99zz99", "tech-t01"],
    ["tech-t01"],
    ["_admin"],
]


def test_the_guard_says_in_couchdb_what_the_rule_says_here() -> None:
    cases = list(itertools.product(IDS, ROLES, (False, True)))
    sent = [
        ({"_id": doc_id, **({"_deleted": True} if deleted else {})}, {"name": "t01", "roles": roles})
        for doc_id, roles, deleted in cases
    ]
    ran = subprocess.run(
        ["node", "-e", RUN, VALIDATE], input=json.dumps(sent), capture_output=True, text=True, check=True
    )
    here = []
    for doc_id, roles, deleted in cases:
        device = next((role.removeprefix("device:") for role in roles if role.startswith("device:")), None)
        caller = Caller("t01", frozenset({*roles, "tech-t01"}), device, None, is_admin="_admin" in roles)
        here.append(write_refusal(caller, "tech-t01", doc_id, deleted=deleted))
    assert json.loads(ran.stdout) == here
    assert None in here
    assert len(set(here)) == 5
