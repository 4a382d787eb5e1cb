"""Building a network file from an OpenStreetMap extract."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workorders.problems import Problem

from .component import reachable_states
from .extract import read_streets
from .grid import build_grid
from .left_out import PARTS_NAMED, left_out_of, parts_left_out, shapes_left_out
from .ordering import contraction_order
from .profile import ROAD_CLASSES, DrivingProfile
from .restrictions import States, apply_restrictions, banned_sequences
from .segments import SCALE, Ints, Segments, cut_into_segments, slices
from .store import write_network
from .turns import Arcs, Turns, make_arcs, make_turns
from .values import LeftOutPart, NetworkSummary, Progress

OSM_ATTRIBUTION = "© OpenStreetMap contributors"


def build_network(
    pbf_path: Path | str,
    out_path: Path | str,
    *,
    profile: DrivingProfile | None = None,
    attribution: str = OSM_ATTRIBUTION,
    progress: Progress | None = None,
) -> NetworkSummary:
    """Make the road network of an OpenStreetMap file (.osm.pbf, .osm) and write it to `out_path`.

    Streets that no round trip from the main part reaches are left out, so that every stop that is snapped
    can be reached from every other. Raises Problem `street_file_unreadable` or `no_roads_in_extract`; the
    output file is then untouched.
    """
    report = progress or _silent
    profile = profile or DrivingProfile()
    source = Path(pbf_path)
    report(0.0, "Reading streets")
    raw = read_streets(source, profile, report)
    report(0.4, "Cutting streets at junctions")
    segments = cut_into_segments(raw)
    names, restrictions = list(raw.names), raw.restrictions
    del raw
    arcs = make_arcs(segments)
    banned, ignored = banned_sequences(restrictions, segments, arcs)
    states = apply_restrictions(banned, arcs, make_turns(segments, arcs, profile))
    report(0.5, "Finding the main connected part")
    kept = reachable_states(states.turns.tail, states.turns.head, arcs.segment[states.arc])
    if not kept.any():
        reason = "no round trip is possible on its streets"
        raise Problem("no_roads_in_extract", file=source.name, reason=reason)
    arrays = _kept_arrays(segments, arcs, states, kept)
    report(0.6, "Ordering the hierarchy")
    arrays["order"] = _order(segments, arrays)
    report(0.9, "Writing the network")
    in_network = np.zeros(len(segments.u), bool)
    in_network[arcs.segment[states.arc[kept]]] = True
    left_out = left_out_of(segments, in_network)
    arrays |= shapes_left_out(segments, left_out)
    parts = parts_left_out(segments, left_out, names)
    arrays |= _names(names, arrays["name"])
    arrays["piece_key"], arrays["piece_first"], arrays["piece"] = _index(arrays)
    about = _about(arrays, attribution, (len(banned), ignored), parts)
    size = write_network(Path(out_path), arrays, about)
    report(1.0, "The road network is ready")
    return summary_of(about, size)


def summary_of(about: dict[str, Any], size: int) -> NetworkSummary:
    """The summary that a network file carries."""
    said = about["summary"]
    return NetworkSummary(
        **{
            **said,
            "bounds": tuple(said["bounds"]),
            "bytes": size,
            "left_out": tuple(LeftOutPart(**part) for part in said.get("left_out", ())),
        }
    )


def _silent(_done: float, _words: str) -> None:
    pass


def _kept_arrays(segments: Segments, arcs: Arcs, states: States, kept: NDArray[np.bool_]) -> dict[str, Any]:
    """The file's arrays for the kept states, everything renumbered."""
    number = np.cumsum(kept) - 1
    state_arc = states.arc[kept]
    used = np.zeros(len(segments.u), bool)
    used[arcs.segment[state_arc]] = True
    segment_number = np.cumsum(used) - 1
    turns: Turns = states.turns
    stays = kept[turns.tail] & kept[turns.head]
    length = np.diff(segments.shape_first)[used]
    shape_first, rows = slices(segments.shape_first[:-1][used], length)
    state_segment = segment_number[arcs.segment[state_arc]]
    backward = arcs.backward[state_arc]
    base_ms = np.where(
        backward, segments.backward_ms[used][state_segment], segments.forward_ms[used][state_segment]
    )
    return {
        "u": segments.u[used].astype(np.int32),
        "v": segments.v[used].astype(np.int32),
        "way_id": segments.way_id[used],
        "metres": segments.metres[used],
        "road_class": segments.road_class[used],
        "flags": segments.flags[used],
        "name": segments.name[used],
        "shape_first": shape_first,
        "x": segments.x[rows],
        "y": segments.y[rows],
        "state_segment": state_segment.astype(np.int32),
        "state_backward": backward,
        "state_ms": base_ms.astype(np.uint32),
        "turn_tail": number[turns.tail[stays]].astype(np.uint32),
        "turn_head": number[turns.head[stays]].astype(np.uint32),
        "turn_penalty_ms": turns.penalty_ms[stays],
    }


def _order(segments: Segments, arrays: dict[str, Any]) -> NDArray[np.uint32]:
    junctions, ends = np.unique(np.concatenate([arrays["u"], arrays["v"]]), return_inverse=True)
    half = len(arrays["u"])
    return contraction_order(
        ends[:half],
        ends[half:],
        segments.junction_x[junctions],
        segments.junction_y[junctions],
        arrays["state_segment"],
    )


def _names(names: list[str], used: NDArray[np.int32]) -> dict[str, Any]:
    """Street names as UTF-8 bytes with offsets; `name` renumbered to those in use, 0 for unnamed."""
    kept, renumbered = np.unique(np.append(used, 0), return_inverse=True)
    encoded = [names[i].encode() for i in kept.tolist()]
    return {
        "name": renumbered[:-1].astype(np.int32),
        "name_first": np.concatenate([[0], np.cumsum([len(text) for text in encoded])]).astype(np.int64),
        "name_bytes": np.frombuffer(b"".join(encoded), np.uint8),
    }


def _index(arrays: dict[str, Any]) -> tuple[Ints, Ints, NDArray[np.int32]]:
    starts = np.ones(len(arrays["x"]), bool)
    starts[arrays["shape_first"][1:] - 1] = False
    grid = build_grid(arrays["x"], arrays["y"], np.flatnonzero(starts))
    return grid.key, grid.first, grid.piece


def _about(
    arrays: dict[str, Any], attribution: str, restrictions: tuple[int, int], left_out: list[LeftOutPart]
) -> dict[str, Any]:
    x, y = arrays["x"], arrays["y"]
    return {
        "attribution": attribution,
        "classes": list(ROAD_CLASSES),
        "summary": {
            "segments": len(arrays["u"]),
            "junctions": len(np.unique(np.concatenate([arrays["u"], arrays["v"]]))),
            "arcs": len(arrays["state_segment"]),
            "turns": len(arrays["turn_tail"]),
            "metres": round(float(arrays["metres"].sum(dtype=np.float64))),
            "restrictions": restrictions[0],
            "restrictions_ignored": restrictions[1],
            "segments_dropped": sum(part.segments for part in left_out),
            "parts_dropped": len(left_out),
            "left_out": [asdict(part) for part in left_out[:PARTS_NAMED]],
            "bounds": [float(edge) * SCALE for edge in (x.min(), y.min(), x.max(), y.max())],
        },
    }
