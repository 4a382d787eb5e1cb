"""Settings of sign-in by the district's identity provider (OpenID Connect), read and checked."""

from collections.abc import Iterable
from ipaddress import ip_address
from urllib.parse import urlsplit

from workorders.problems import Problem


def role_pairs(value: str) -> tuple[tuple[str, str], ...]:
    """`role=group;role=group` as pairs; a group may hold commas and `=`, as names of directories do.

    Raises ValueError for a part without a role or a group.
    """
    pairs = []
    for part in filter(None, (one.strip() for one in value.split(";"))):
        role, equals, group = part.partition("=")
        if not (role.strip() and equals and group.strip()):
            raise ValueError("write role=group, separated by semicolons")
        pairs.append((role.strip(), group.strip()))
    return tuple(pairs)


def is_secure(address: str) -> bool:
    """Whether nobody on the way can read what is sent there: HTTPS, or this machine itself."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    if parts.scheme == "https" and parts.hostname:
        return True
    if parts.scheme != "http" or not parts.hostname:
        return False
    try:
        return ip_address(parts.hostname).is_loopback
    except ValueError:
        return parts.hostname == "localhost"


def check_provider(
    issuer: str,
    client_id: str,
    roles: Iterable[tuple[str, str]],
    password_people: Iterable[str],
    known_roles: Iterable[str],
) -> None:
    """Hold the settings of a provider to one another; without an issuer none may be set.

    Raises Problem bad_setting.
    """
    if not issuer:
        for name, value in (("CLIENT_ID", client_id), ("ROLES", tuple(roles))):
            if value:
                raise Problem("bad_setting", name=f"CURBSTOP_OIDC_{name}", reason="name the issuer too")
        if tuple(password_people):
            reason = "it holds with CURBSTOP_OIDC_ISSUER alone: everybody has a password without it"
            raise Problem("bad_setting", name="CURBSTOP_PASSWORD_PEOPLE", reason=reason)
        return
    if not is_secure(issuer):
        reason = "an address that begins with https://"
        raise Problem("bad_setting", name="CURBSTOP_OIDC_ISSUER", reason=reason)
    if not client_id:
        raise Problem("bad_setting", name="CURBSTOP_OIDC_CLIENT_ID", reason="the issuer knows us by it")
    if unknown := sorted({role for role, _ in roles} - set(known_roles)):
        reason = f"there is no role {', '.join(unknown)}"
        raise Problem("bad_setting", name="CURBSTOP_OIDC_ROLES", reason=reason)
