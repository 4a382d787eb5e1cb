"""Refusals at sign-in, of people and of tablets."""

from workorders.problems.problem_type import ProblemType

ROWS: dict[str, ProblemType] = {
    "sign_in_required": ProblemType(401, "You are not signed in.", "Sign in and try again."),
    "sign_in_failed": ProblemType(401, "Name or password is not right.", "Try again or ask a supervisor."),
    "code_wrong": ProblemType(
        401,
        "This code is not right, or was used before.",
        "Type the code that the app shows now, or a recovery code.",
    ),
    "provider_unreachable": ProblemType(
        503,
        "The sign-in service does not answer as it should.",
        "Try again in a minute. If it goes on, an administrator with a password of their own gets in.",
    ),
    "provider_refused": ProblemType(
        401, "{provider} did not sign you in.", "Begin again, or ask whoever looks after that service."
    ),
    "provider_answer_invalid": ProblemType(
        401,
        "What the sign-in service said could not be verified, so nobody was signed in.",
        "Begin again. If it goes on, let an administrator read the log.",
    ),
    "provider_expired": ProblemType(
        403, "This sign-in was not begun in this browser, or too long ago.", "Begin again."
    ),
    "provider_second_factor": ProblemType(
        403,
        "Your role signs in with a second factor, and the sign-in service did not say that you did.",
        "Set up a second factor there, then begin again.",
    ),
    "person_unknown": ProblemType(
        403,
        "The sign-in service knows you as {name}, but nobody is known here by that name.",
        "Ask an administrator to add you under that name.",
    ),
    "person_linked": ProblemType(
        403,
        "{name} is known here by another account of the sign-in service.",
        "Ask an administrator whether that account is still yours.",
    ),
    "person_locked_out": ProblemType(403, "You are locked out.", "Ask an administrator."),
    "person_without_role": ProblemType(
        403,
        "None of your groups has a role here.",
        "Ask whoever keeps the groups of the sign-in service to put you into one that has.",
    ),
    "password_off": ProblemType(
        403, "People sign in with {provider} here, not with a password.", "Choose that way to sign in."
    ),
    "second_factor_on": ProblemType(409, "One-time codes are asked for already.", "Turn them off first."),
    "second_factor_required": ProblemType(
        403,
        "Your role signs in with a one-time code too.",
        "Set up your authenticator app on the page of your own sign-in.",
    ),
    "api_token_invalid": ProblemType(
        401,
        "This token is not right, has ended or was revoked.",
        "Let an administrator make another one.",
    ),
    "token_needed": ProblemType(
        403,
        "Who signs in with one-time codes opens the API with no password alone.",
        "Let an administrator make a token for the program.",
    ),
    "scope_missing": ProblemType(
        403,
        "This token does not hold for {scope}.",
        "Let an administrator make one that does.",
    ),
    "not_allowed": ProblemType(403, "Your role may not do this.", "Ask someone whose role may."),
    "own_access": ProblemType(
        409, "Nobody takes away their own access.", "Ask another administrator to do it."
    ),
    "last_admin": ProblemType(
        409,
        "{name} is the only administrator who can sign in.",
        "Give somebody else the role of administrator first.",
    ),
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
}
