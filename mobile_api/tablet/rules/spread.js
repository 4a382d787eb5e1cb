// Numbers on a map that would lie on one another, moved apart as little as shows each of them. Pure.

const ROUNDS = 200;
const TURN = 2.399963; // the golden angle: points at one place leave it in different directions

// `points`: [x, y] in pixels. Answers how far each is moved, [dx, dy], so that no two are nearer than `gap`.
export function spread(points, gap) {
  const moved = points.map(([x, y], index) => [x + 0.01 * Math.cos(index * TURN), y + 0.01 * Math.sin(index * TURN)]);
  for (let round = 0; round < ROUNDS; round += 1) if (!pushApart(moved, gap)) break;
  return moved.map(([x, y], index) => [Math.round(x - points[index][0]) + 0, Math.round(y - points[index][1]) + 0]);
}

// One round over all pairs. Answers whether any two were too near.
function pushApart(places, gap) {
  let near = false;
  for (let one = 0; one < places.length; one += 1)
    for (let other = one + 1; other < places.length; other += 1) {
      const [dx, dy] = [places[other][0] - places[one][0], places[other][1] - places[one][1]];
      const apart = Math.hypot(dx, dy);
      if (apart >= gap) continue;
      near = true;
      const push = (gap - apart) / 2 + 0.5;
      for (const [place, sign] of [
        [places[one], -1],
        [places[other], 1],
      ]) {
        place[0] += (sign * push * dx) / apart;
        place[1] += (sign * push * dy) / apart;
      }
    }
  return near;
}

// The part of a route's line that leads to one stop: its geometry between that stop's first step and the next stop's.
export function legOf({ geometry, steps = [] }, index) {
  const starts = (stop) => steps.find((step) => step.stop === stop)?.at;
  const from = starts(index);
  if (from === undefined) return [];
  const until = steps.find((step) => step.stop > index)?.at ?? geometry.length - 1;
  return geometry.slice(from, until + 1);
}

const METRES_A_DEGREE = 111_320;
const CORNERS = 48;

// A circle around [longitude, latitude] as the ring of a polygon.
export function circle([lon, lat], radiusMetres) {
  const north = radiusMetres / METRES_A_DEGREE;
  const east = north / Math.cos((lat * Math.PI) / 180);
  return Array.from({ length: CORNERS + 1 }, (_, corner) => {
    const angle = (2 * Math.PI * corner) / CORNERS;
    return [lon + east * Math.cos(angle), lat + north * Math.sin(angle)];
  });
}
