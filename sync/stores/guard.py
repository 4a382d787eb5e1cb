"""What a real CouchDB is set to so that it guards a technician's database as `sync.protocol.access` does.

`validate_doc_update` runs inside CouchDB on every write of a non-admin; a suite runs the same cases through
it and through the Python rule, so that the two cannot drift apart.
"""

from collections.abc import Mapping, Sequence
from typing import Any

GUARD_ID = "_design/guard"

VALIDATE = """\
function (newDoc, oldDoc, userCtx, secObj) {
  if (userCtx.roles.indexOf('_admin') !== -1) { return; }
  var device = null;
  for (var i = 0; i < userCtx.roles.length; i++) {
    if (userCtx.roles[i].indexOf('device:') === 0) { device = userCtx.roles[i].slice(7); }
  }
  if (!device) {
    throw({forbidden: 'Only the server and enrolled tablets write documents.'});
  }
  var prefix = 'event:' + device + ':';
  if (newDoc._id.indexOf(prefix) !== 0 || !/^[0-9]{1,18}$/.test(newDoc._id.slice(prefix.length))) {
    throw({forbidden: 'This tablet may write only documents named ' + prefix + '<number>.'});
  }
  if (newDoc._deleted) {
    throw({forbidden: 'Events are append-only: they cannot be deleted.'});
  }
}
"""


def guard_document() -> dict[str, Any]:
    """The design document that carries the guard, without `_id` and `_rev`."""
    return {"language": "javascript", "validate_doc_update": VALIDATE}


def security_document(members: Sequence[str]) -> dict[str, Any]:
    """`_security` that lets in server admins and callers with one of the `members` roles, nobody else."""
    return {
        "admins": {"names": [], "roles": ["_admin"]},
        "members": {"names": [], "roles": list(members) or ["_admin"]},
    }


def member_roles(security: Mapping[str, Any]) -> list[str]:
    """The roles that `_security` lets in besides administrators."""
    members = security.get("members") or {}
    return [role for role in members.get("roles") or [] if role != "_admin"]
