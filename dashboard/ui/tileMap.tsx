/**
 * The province as tiles: one a county, cities told apart by wider joints. Shows a quantity (heat), lets
 * counties be picked (checkboxes with arrow keys), or lights up what just happened. Owns no data.
 */
import { Tooltip } from 'antd';
import { type CSSProperties, type KeyboardEvent, useMemo, useRef } from 'react';
import { useLanguage } from '../lib/words.ts';
import { cityEdges, layTiles, type Tile, tileName } from './tileLayout.ts';
import './tileMap.css';

export interface TileCounty {
  code: string;
  nameZh: string;
  nameEn: string;
  cityZh: string;
  cityEn: string;
}

interface Props {
  counties: readonly TileCounty[];
  label: string;
  /** 0 … 1 of the scale and what to say of it; undefined: nothing there. */
  heat?: (code: string) => { share: number; text: string } | undefined;
  picked?: ReadonlySet<string>;
  onPick?: (code: string) => void;
  onOpen?: ((code: string) => void) | undefined;
  /** Counts up each time a county should light up. */
  pulse?: ReadonlyMap<string, number>;
  dark?: boolean;
}

const STEPS = 6;
/** What a phone has room for of an English name. */
const SHORT_LETTERS = 3;
const stepOf = (share: number): number =>
  share <= 0 ? 0 : Math.min(STEPS, 1 + Math.floor(share * STEPS * 0.999));

export function TileMap(props: Props) {
  const { counties, picked } = props;
  const root = useRef<HTMLFieldSetElement>(null);
  const { tiles, columns, rows } = useMemo(
    () => layTiles(counties.map((county) => county.code)),
    [counties],
  );
  const byCode = useMemo(() => new Map(counties.map((c) => [c.code, c])), [counties]);
  const cityAt = useMemo(
    () => new Map(tiles.map((tile) => [`${tile.col},${tile.row}`, tile.code.slice(0, 4)])),
    [tiles],
  );

  const moveFocus = (event: KeyboardEvent) => {
    const step = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] }[
      event.key
    ];
    const from = tiles.find((t) => t.code === (event.target as HTMLElement).dataset.code);
    if (!step || !from) return;
    event.preventDefault();
    const [dx = 0, dy = 0] = step;
    const next = nearest(tiles, from, dx, dy);
    if (next) root.current?.querySelector<HTMLElement>(`[data-code="${next.code}"]`)?.focus();
  };

  const firstPicked = tiles.find((tile) => picked?.has(tile.code))?.code ?? tiles[0]?.code;
  return (
    <div className="tile-frame">
      <fieldset
        ref={root}
        className={props.dark ? 'tiles tiles-dark' : 'tiles'}
        aria-label={props.label}
        style={{ '--columns': columns, '--rows': rows } as CSSProperties}
        onKeyDown={moveFocus}
      >
        {tiles.map((tile) => {
          const county = byCode.get(tile.code);
          return county ? (
            <CountyTile
              key={tile.code}
              {...props}
              tile={tile}
              county={county}
              edges={cityEdges(tile, cityAt)}
              focusable={tile.code === firstPicked}
            />
          ) : null;
        })}
      </fieldset>
    </div>
  );
}

/** The closest tile in a direction, preferring the same line. */
function nearest(tiles: readonly Tile[], from: Tile, dx: number, dy: number): Tile | undefined {
  let best: Tile | undefined;
  let bestScore = Number.POSITIVE_INFINITY;
  for (const tile of tiles) {
    const along = (tile.col - from.col) * dx + (tile.row - from.row) * dy;
    const aside = Math.abs((tile.col - from.col) * dy) + Math.abs((tile.row - from.row) * dx);
    const score = along + aside * 3;
    if (along > 0 && score < bestScore) {
      best = tile;
      bestScore = score;
    }
  }
  return best;
}

interface TileProps extends Props {
  tile: Tile;
  county: TileCounty;
  edges: string[];
  focusable: boolean;
}

function CountyTile({ tile, county, edges, focusable, ...props }: TileProps) {
  const language = useLanguage();
  const name = language === 'zh' ? county.nameZh : county.nameEn;
  const city = language === 'zh' ? county.cityZh : county.cityEn;
  const heat = props.heat?.(county.code);
  const short = tileName(name);
  const shared = {
    'data-code': county.code,
    className: `tile ${edges.map((edge) => `tile-${edge}`).join(' ')}`,
    style: {
      gridColumn: tile.col + 1,
      gridRow: tile.row + 1,
      '--letters': Math.max(short.length, language === 'zh' ? 2.6 : 6),
    } as CSSProperties,
    'data-step': heat ? stepOf(heat.share) : 0,
    'data-language': language,
  };
  const pulses = props.pulse?.get(county.code) ?? 0;
  const inner = (
    <>
      {pulses > 0 && <span key={pulses} className="tile-pulse" />}
      <span className="tile-name" data-short={short.slice(0, SHORT_LETTERS)}>
        {short}
      </span>
    </>
  );
  const title = `${city} · ${name} ${county.code}${heat?.text ? `\n${heat.text}` : ''}`;
  const { onPick, onOpen } = props;
  const body = onPick ? (
    // biome-ignore lint/a11y/useSemanticElements: a tile in a grid; an input cannot hold its drawing
    <button
      type="button"
      {...shared}
      role="checkbox"
      aria-checked={props.picked?.has(county.code) ?? false}
      aria-label={`${short}, ${city} ${name}`}
      tabIndex={focusable ? 0 : -1}
      onClick={() => onPick(county.code)}
    >
      {inner}
    </button>
  ) : onOpen ? (
    <button
      type="button"
      {...shared}
      aria-label={`${short}, ${title}`}
      tabIndex={focusable ? 0 : -1}
      onClick={() => onOpen(county.code)}
    >
      {inner}
    </button>
  ) : (
    <span {...shared}>{inner}</span>
  );
  return (
    <Tooltip title={<span style={{ whiteSpace: 'pre-line' }}>{title}</span>} mouseEnterDelay={0.12}>
      {body}
    </Tooltip>
  );
}
