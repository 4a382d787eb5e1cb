"""The catalogue of order types: one file per type, discovered; a malformed one fails here, at import.

To add a type, add a file that sets `ORDER_TYPE`; nothing else names the types.
"""

import importlib
import pkgutil
from collections.abc import Mapping
from types import MappingProxyType, ModuleType
from typing import Any

from workorders.facts import EventFacts
from workorders.judgement.completion import judge_event
from workorders.judgement.consequences import Judgement
from workorders.judgement.descriptors import OrderType, check_order_type
from workorders.judgement.situation import Situation
from workorders.judgement.unable import UNABLE_RULES
from workorders.problems import Problem


def discover(package: ModuleType) -> dict[str, OrderType]:
    """The order types of a package's modules by code, in the order of their codes.

    Raises Problem `malformed_descriptor` naming the file when a module cannot be imported, sets no
    `ORDER_TYPE`, has another name than its type's code, is not well formed, or names a follow-on type that
    no file describes.
    """
    found: dict[str, OrderType] = {}
    for info in sorted(pkgutil.iter_modules(package.__path__), key=lambda i: i.name):
        found[info.name] = _load(package.__name__, info.name)
    for name, order_type in found.items():
        strange = sorted({f.type for f in order_type.follow_ons} - found.keys())
        if strange:
            raise _malformed(name, f"its follow-on {', '.join(strange)} is in no file")
    return found


def _load(package: str, name: str) -> OrderType:
    try:
        module = importlib.import_module(f"{package}.{name}")
    except Exception as error:
        raise _malformed(name, f"{type(error).__name__}: {error}") from error
    order_type = getattr(module, "ORDER_TYPE", None)
    if not isinstance(order_type, OrderType):
        raise _malformed(name, "it sets no ORDER_TYPE")
    if order_type.code != name:
        raise _malformed(name, f"its code is {order_type.code}, not the file's name")
    try:
        check_order_type(order_type, UNABLE_RULES)
    except ValueError as error:
        raise _malformed(name, str(error)) from None
    return order_type


def _malformed(name: str, reason: str) -> Problem:
    return Problem("malformed_descriptor", file=f"{name}.py", reason=reason)


CATALOGUE: Mapping[str, OrderType] = MappingProxyType(discover(importlib.import_module(__name__)))
"""Every order type by its code."""


def order_type_of(code: str) -> OrderType:
    """The type `code`. Raises Problem `unknown_order_type`."""
    found = CATALOGUE.get(code)
    if found is None:
        raise Problem("unknown_order_type", type=code, known=", ".join(CATALOGUE))
    return found


def catalogue_document() -> dict[str, Any]:
    """The `types` of `ref:catalogue` (docs/documents.md)."""
    return {code: order_type.as_document() for code, order_type in CATALOGUE.items()}


def judge(situation: Situation, event: EventFacts) -> Judgement:
    """One field event judged by the rules of its order's type (`workorders.judgement.completion`).

    Raises Problem `unknown_order_type` when the order's type is not in the catalogue, and `bad_input` when
    the body is not the shape docs/documents.md gives.
    """
    return judge_event(order_type_of(situation.order.type), situation, event)
