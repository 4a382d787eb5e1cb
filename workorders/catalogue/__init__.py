"""The catalogue of order types: one file per type, discovered; a malformed one fails here, at import.

To add a type, add a file that sets `ORDER_TYPE`, here or in the folder that the setting `CURBSTOP_CATALOGUE`
names (docs/adding-an-order-type.md). Nothing outside these files names a type: what a type is, it says as
traits (`workorders.judgement.traits`), and everything else asks those.
"""

import importlib
import importlib.util
import os
import pkgutil
from collections.abc import Collection, Mapping
from pathlib import Path
from types import MappingProxyType, ModuleType
from typing import Any

from workorders.facts import EventFacts
from workorders.judgement.completion import judge_event
from workorders.judgement.consequences import Judgement
from workorders.judgement.descriptors import OrderType, check_order_type
from workorders.judgement.situation import Situation
from workorders.judgement.traits import ServiceChange
from workorders.judgement.unable import UNABLE_RULES
from workorders.messages.words import add_texts
from workorders.problems import Problem

FOLDER = "CURBSTOP_CATALOGUE"
"""The setting (`server.config`), read here because pages and schemas are made of the catalogue at import."""
_WRONG_METER = "wrong_meter"
_AFTER_A_CUT = ("paid", "released", "wrongful_cut", "wrong_premise")


def discover(package: ModuleType) -> dict[str, OrderType]:
    """The order types of a package's modules by code, in the order of their codes.

    Raises Problem `malformed_descriptor` naming the file when a module cannot be imported, sets no
    `ORDER_TYPE`, has another name than its type's code, is not well formed, or names a follow-on type that
    no file describes.
    """
    found = {
        info.name: _load(f"{package.__name__}.{info.name}", info.name)
        for info in sorted(pkgutil.iter_modules(package.__path__), key=lambda i: i.name)
    }
    _check_follow_ons(found)
    return found


def folder_types(folder: Path, known: Mapping[str, OrderType]) -> dict[str, OrderType]:
    """The order types of a folder's files by code, fit to be added to those `known`.

    Raises Problem `malformed_descriptor` like `discover`, also when a code is known already or the folder
    cannot be read.
    """
    try:
        files = sorted(path for path in folder.iterdir() if path.suffix == ".py")
    except OSError as error:
        raise Problem(
            "malformed_descriptor", file=str(folder), reason=error.strerror or "no such folder"
        ) from None
    added: dict[str, OrderType] = {}
    for path in files:
        if path.stem in known:
            raise _malformed(path.stem, "the catalogue has a type of this name already")
        added[path.stem] = _load(f"curbstop_catalogue_{path.stem}", path.stem, path)
    together = dict(sorted((dict(known) | added).items()))
    _check_follow_ons(together)
    _check_together(together)
    return added


def add_folder(folder: Path) -> tuple[str, ...]:
    """Add the types of a folder's files to the catalogue, all or none; returns their codes.

    Called before anything is built from the catalogue. Raises Problem `malformed_descriptor`.
    """
    added = folder_types(folder, CATALOGUE)
    _types.update(added)
    for order_type in added.values():
        _add_texts(order_type)
    return tuple(added)


def _load(module_name: str, name: str, path: Path | None = None) -> OrderType:
    try:
        module = importlib.import_module(module_name) if path is None else _from_file(module_name, path)
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


def _from_file(module_name: str, path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(module_name, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path.name} is no Python file")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _check_follow_ons(types: Mapping[str, OrderType]) -> None:
    for name, order_type in types.items():
        strange = sorted({f.type for f in order_type.follow_ons} - types.keys())
        if strange:
            raise _malformed(name, f"its follow-on {', '.join(strange)} is in no file")


def _check_together(types: Mapping[str, OrderType]) -> None:
    """What must hold so that other parts find the one type they ask for by a trait."""
    restoring = [code for code, known in types.items() if known.restores]
    if len(restoring) != 1:
        raise _malformed(
            restoring[-1] if restoring else "__init__",
            f"one type restores service after a cut, so that a payment knows which to raise; here: "
            f"{', '.join(restoring) or 'none'}",
        )
    for code, known in types.items():
        if not known.serial_may_differ and known.follow_on(_WRONG_METER) is None:
            raise _malformed(code, f"it has no follow-on for {_WRONG_METER}, as when another meter is there")
        missing = [r for r in _AFTER_A_CUT if known.needs_authority and known.follow_on(r) is None]
        if missing:
            raise _malformed(code, f"it cuts, and has no follow-on for {', '.join(missing)}")


def _add_texts(order_type: OrderType) -> None:
    own = order_type.texts
    outcomes = {choice.value: choice.title for choice in order_type.outcomes}
    add_texts(outcomes=outcomes | dict(own.outcomes), cases=own.cases, follow_reasons=own.follow_reasons)


def _malformed(name: str, reason: str) -> Problem:
    return Problem("malformed_descriptor", file=f"{name}.py", reason=reason)


_types = discover(importlib.import_module(__name__))
_check_together(_types)
for _known in _types.values():
    _add_texts(_known)

CATALOGUE: Mapping[str, OrderType] = MappingProxyType(_types)
"""Every order type by its code."""

if os.environ.get(FOLDER, "").strip():
    add_folder(Path(os.environ[FOLDER].strip()))


def order_type_of(code: str) -> OrderType:
    """The type `code`. Raises Problem `unknown_order_type`."""
    found = CATALOGUE.get(code)
    if found is None:
        raise Problem("unknown_order_type", type=code, known=", ".join(CATALOGUE))
    return found


def codes_of(changes: Collection[ServiceChange]) -> tuple[str, ...]:
    """The codes of the types that change the service in one of these ways."""
    return tuple(code for code, known in CATALOGUE.items() if known.service in changes)


def restoring_type() -> OrderType:
    """The one type that brings back service that was cut for non-payment."""
    return next(known for known in CATALOGUE.values() if known.restores)


def type_changing(change: ServiceChange) -> OrderType:
    """The one type that changes the service so."""
    return next(known for known in CATALOGUE.values() if known.service is change)


def catalogue_document() -> dict[str, Any]:
    """The `types` of `ref:catalogue` (docs/documents.md)."""
    return {code: order_type.as_document() for code, order_type in CATALOGUE.items()}


def judge(situation: Situation, event: EventFacts) -> Judgement:
    """One field event judged by the rules of its order's type (`workorders.judgement.completion`).

    Raises Problem `unknown_order_type` when the order's type is not in the catalogue, and `bad_input` when
    the body is not the shape docs/documents.md gives.
    """
    return judge_event(order_type_of(situation.order.type), situation, event)
