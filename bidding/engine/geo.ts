/**
 * Distance on the sphere, and the grid cells a circle touches. Owns the earth's radius and the grid's size; knows no targets.
 */

const EARTH_RADIUS_M = 6_371_008.8;
const RADIANS = Math.PI / 180;
/** A cell is a twentieth of a degree, 5.6 km north to south. */
const CELLS_PER_DEGREE = 20;
const COLUMNS = 360 * CELLS_PER_DEGREE;

export interface Circle {
  lat: number;
  lon: number;
  radiusM: number;
}

/** Great-circle metres (haversine), WGS 84 degrees on a sphere: 0.5 % at worst. */
export function distanceM(lat1: number, lon1: number, lat2: number, lon2: number): number {
  const dLat = Math.sin(((lat2 - lat1) * RADIANS) / 2);
  const dLon = Math.sin(((lon2 - lon1) * RADIANS) / 2);
  const h = dLat * dLat + Math.cos(lat1 * RADIANS) * Math.cos(lat2 * RADIANS) * dLon * dLon;
  return 2 * EARTH_RADIUS_M * Math.asin(Math.min(1, Math.sqrt(h)));
}

export const inCircle = (circle: Circle, lat: number, lon: number): boolean =>
  distanceM(circle.lat, circle.lon, lat, lon) <= circle.radiusM;

/** Number of the cell of a point. */
export function cellOf(lat: number, lon: number): number {
  const row = Math.floor((lat + 90) * CELLS_PER_DEGREE);
  const column = Math.floor((lon + 180) * CELLS_PER_DEGREE);
  return row * COLUMNS + (((column % COLUMNS) + COLUMNS) % COLUMNS);
}

/**
 * Cells that a circle may touch: those of its bounding box, so never too few. Undefined when there are more than
 * `limit`, or near a pole where the box is no box.
 */
export function cellsTouched(circle: Circle, limit: number): number[] | undefined {
  // Half a percent wider than the circle, for the rounding of the box's edges.
  const dLat = (circle.radiusM * 1.005) / (EARTH_RADIUS_M * RADIANS);
  const widest = Math.abs(circle.lat) + dLat;
  if (widest > 85) return undefined;
  const dLon = dLat / Math.cos(widest * RADIANS);
  const south = Math.floor((circle.lat - dLat + 90) * CELLS_PER_DEGREE);
  const north = Math.floor((circle.lat + dLat + 90) * CELLS_PER_DEGREE);
  const west = Math.floor((circle.lon - dLon + 180) * CELLS_PER_DEGREE);
  const east = Math.floor((circle.lon + dLon + 180) * CELLS_PER_DEGREE);
  if ((north - south + 1) * (east - west + 1) > limit) return undefined;
  const cells: number[] = [];
  for (let row = south; row <= north; row++) {
    for (let column = west; column <= east; column++) {
      cells.push(row * COLUMNS + (((column % COLUMNS) + COLUMNS) % COLUMNS));
    }
  }
  return cells;
}
