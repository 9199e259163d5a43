/**
 * Where each county's tile sits. Zhejiang is laid out by hand-checked annealing: each tile near its
 * county's true place, every city one connected group, no holes inside. It shows no border, so it is
 * no map in the sense of the map-review rules. Other provinces fall back to one row of tiles a city.
 */

export interface Tile {
  code: string;
  col: number;
  row: number;
}

/** Digits 3–6 of the code; `----` is an empty cell. */
const ZHEJIANG = `
---- ---- ---- 0522 0521 0502 0503 0411 0421 ---- ---- ----
---- ---- ---- 0523 0105 0113 0483 0402 0482 ---- ---- 0922
---- ---- ---- 0110 0106 0102 0114 0481 0424 0282 0211 0921
---- ---- 0112 0111 0108 0109 0602 0604 0281 0205 0206 0902
---- 0127 0182 0122 0726 0681 0603 0683 0213 0203 0212 0903
0824 0802 0781 0703 0782 0783 0727 0624 1023 0226 0225 ----
0822 0803 0825 0702 0723 0784 ---- 1024 1082 1022 ---- ----
0881 1123 1124 1125 1102 1122 ---- 0324 1003 1002 ---- ----
---- ---- 1181 1127 1121 0304 0302 0382 1083 1081 1004 ----
---- ---- 1126 0329 0328 0326 0303 0305 ---- ---- ---- ----
---- ---- ---- ---- 0327 0383 0381 ---- ---- ---- ---- ----`;

export const ZHEJIANG_TILES: readonly Tile[] = ZHEJIANG.trim()
  .split('\n')
  .flatMap((line, row) =>
    line
      .split(' ')
      .flatMap((cell, col) => (cell === '----' ? [] : [{ code: `33${cell}`, col, row }])),
  );

/** Tiles of the given counties; `columns` and `rows` are the grid's size. */
export function layTiles(counties: readonly string[]): {
  tiles: readonly Tile[];
  columns: number;
  rows: number;
} {
  const known = new Set(ZHEJIANG_TILES.map((tile) => tile.code));
  if (counties.every((code) => known.has(code))) {
    return { tiles: ZHEJIANG_TILES, columns: 12, rows: 11 };
  }
  const cities = new Map<string, string[]>();
  for (const code of [...counties].sort()) {
    const city = code.slice(0, 4);
    cities.set(city, [...(cities.get(city) ?? []), code]);
  }
  const rows = [...cities.values()];
  return {
    tiles: rows.flatMap((codes, row) => codes.map((code, col) => ({ code, col, row }))),
    columns: Math.max(1, ...rows.map((codes) => codes.length)),
    rows: Math.max(1, rows.length),
  };
}

/** Sides of a tile that face another city: where the heavier line is drawn. */
export function cityEdges(tile: Tile, cityAt: ReadonlyMap<string, string>): string[] {
  const own = tile.code.slice(0, 4);
  const faces = (col: number, row: number) => {
    const other = cityAt.get(`${col},${row}`);
    return other !== undefined && other !== own;
  };
  const edges: string[] = [];
  if (faces(tile.col, tile.row - 1)) edges.push('top');
  if (faces(tile.col + 1, tile.row)) edges.push('right');
  if (faces(tile.col, tile.row + 1)) edges.push('bottom');
  if (faces(tile.col - 1, tile.row)) edges.push('left');
  return edges;
}

/** `景宁畲族自治县` → `景宁`, `Xihu District` → `Xihu`: what fits a tile. */
export const tileName = (name: string): string =>
  name
    .replace(/(畲族)?自治县$/, '')
    .replace(/[区县市]$/, '')
    .replace(/( She)?( Autonomous)? (County|City|District)$/i, '') || name;
