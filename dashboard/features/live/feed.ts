/** The wall's feed: server-sent frames, a second apart, kept as what the wall shows. */
import { useEffect, useState } from 'react';
import { z } from 'zod';
import { api } from '../../lib/client.ts';

const auctionSchema = z.object({
  atMs: z.number(),
  auctionId: z.string(),
  outletId: z.number(),
  divisionCode: z.string(),
  lineItemId: z.number(),
  priceMicroCny: z.number(),
  reason: z.number(),
  candidates: z.number(),
  tookMicros: z.number(),
});
const nodeSchema = z.object({
  nodeId: z.string(),
  snapshotVersion: z.number(),
  auctions: z.number(),
  wins: z.number(),
  events: z.number(),
  p50Ms: z.number(),
  p99Ms: z.number(),
  redis: z.enum(['up', 'down']),
});
const frameSchema = z.object({ auctions: z.array(auctionSchema), nodes: z.array(nodeSchema) });

export type LiveAuction = z.infer<typeof auctionSchema>;
export type LiveNode = z.infer<typeof nodeSchema>;

export interface Wall {
  state: 'connecting' | 'live' | 'lost';
  nodes: LiveNode[];
  /** Latest first. */
  auctions: LiveAuction[];
  /** Auctions of each of the last seconds, oldest first. */
  rates: number[];
  wins: number[];
  /** The slowest node's 99th percentile in each of them; 0 where nobody asked. */
  p99s: number[];
  /** Sales seen a county, counting up: a change makes its tile light up. */
  sales: ReadonlyMap<string, number>;
}

const KEPT_AUCTIONS = 60;
const KEPT_SECONDS = 300;
const START: Wall = {
  state: 'connecting',
  nodes: [],
  auctions: [],
  rates: [],
  wins: [],
  p99s: [],
  sales: new Map(),
};

function withFrame(wall: Wall, frame: z.infer<typeof frameSchema>): Wall {
  const sales = new Map(wall.sales);
  for (const auction of frame.auctions) {
    if (auction.priceMicroCny === 0) continue;
    const county = auction.divisionCode.slice(0, 6);
    sales.set(county, (sales.get(county) ?? 0) + 1);
  }
  const sum = (pick: (node: LiveNode) => number) =>
    frame.nodes.reduce((total, node) => total + pick(node), 0);
  return {
    state: 'live',
    nodes: frame.nodes,
    auctions: [...frame.auctions, ...wall.auctions].slice(0, KEPT_AUCTIONS),
    rates: [...wall.rates, sum((node) => node.auctions)].slice(-KEPT_SECONDS),
    wins: [...wall.wins, sum((node) => node.wins)].slice(-KEPT_SECONDS),
    p99s: [...wall.p99s, Math.max(0, ...frame.nodes.map((node) => node.p99Ms))].slice(
      -KEPT_SECONDS,
    ),
    sales,
  };
}

const AGAIN_MS = 3_000;

/**
 * Reconnects by itself, and the wall says so meanwhile. EventSource does where the line broke; where the server refused, as it
 * does while it restarts behind a proxy, it gives up for good: a new one is opened.
 */
export function useWall(): Wall {
  const [wall, setWall] = useState(START);
  useEffect(() => {
    let source: EventSource;
    let again: ReturnType<typeof setTimeout> | undefined;
    const open = () => {
      source = new EventSource(api.live.$url());
      source.addEventListener('frame', (event) => {
        const frame = frameSchema.safeParse(JSON.parse(event.data));
        if (frame.success) setWall((old) => withFrame(old, frame.data));
      });
      source.addEventListener('error', () => {
        setWall((old) => ({ ...old, state: 'lost' }));
        if (source.readyState === EventSource.CLOSED) again = setTimeout(open, AGAIN_MS);
      });
    };
    open();
    return () => {
      clearTimeout(again);
      source.close();
    };
  }, []);
  return wall;
}
