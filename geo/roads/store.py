"""The network file: one file of aligned arrays behind a checked header, opened by memory mapping.

Layout: 16 bytes of magic, then the header's length and CRC-32 (little-endian, 4 bytes each), then the
header (JSON), then the arrays, each at a multiple of 64 bytes. The header holds their CRC-32. Everything
is little-endian.
"""

import mmap
import os
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from workorders.problems import Problem

MAGIC = b"curbstop-roads-1"
_ALIGN = 64
_HEAD = len(MAGIC) + 8

Arrays = Mapping[str, NDArray[Any]]


def write_network(path: Path, arrays: Arrays, about: Mapping[str, Any]) -> int:
    """Write the arrays and what is said about them; the file appears whole or not at all. Returns bytes."""
    columns = {name: np.ascontiguousarray(values) for name, values in arrays.items()}
    places, offset, crc = {}, 0, 0
    for name, values in columns.items():
        places[name] = [values.dtype.str, list(values.shape), offset]
        offset += -(-values.nbytes // _ALIGN) * _ALIGN
        crc = zlib.crc32(_padding(values), zlib.crc32(values.tobytes(), crc))
    header = orjson.dumps({"about": about, "arrays": places, "bytes": offset, "crc": crc})
    header += b" " * (-(_HEAD + len(header)) % _ALIGN)
    checks = np.array([len(header), zlib.crc32(header)], "<u4").tobytes()
    draft = path.with_name(path.name + ".draft")
    try:
        with draft.open("wb") as file:
            file.write(MAGIC + checks + header)
            for values in columns.values():
                file.write(values.tobytes())
                file.write(_padding(values))
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    return path.stat().st_size


def _padding(values: NDArray[Any]) -> bytes:
    return b"\0" * (-values.nbytes % _ALIGN)


def read_network(path: Path) -> tuple[dict[str, NDArray[Any]], dict[str, Any]]:
    """The arrays (read-only, mapped from the file) and what is said about them.

    Raises Problem `network_file_unreadable` for a missing, foreign, cut off or damaged file.
    """
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD)
            if head[: len(MAGIC)] != MAGIC:
                raise ValueError("it is not a road network of this version")
            length, crc = np.frombuffer(head[len(MAGIC) :], "<u4").tolist()
            header = file.read(length)
            if zlib.crc32(header) != crc:
                raise ValueError("its header is damaged")
            described = orjson.loads(header)
            if os.fstat(file.fileno()).st_size != _HEAD + length + described["bytes"]:
                raise ValueError("it is cut off")
            mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
            with memoryview(mapped) as body:
                if zlib.crc32(body[_HEAD + length :]) != described["crc"]:
                    raise ValueError("its contents are damaged")
    except (OSError, ValueError, KeyError) as error:
        raise Problem("network_file_unreadable", file=path.name, reason=str(error)) from error
    arrays = {
        name: np.frombuffer(mapped, dtype, int(np.prod(shape)), _HEAD + length + offset).reshape(shape)
        for name, (dtype, shape, offset) in described["arrays"].items()
    }
    return arrays, described["about"]
