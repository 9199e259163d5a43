/** The paths asked for seldom: VAST, the tag, demo pages, transparency files, health and metrics. Owns their routing only. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { scriptPage } from './assets.ts';
import { demo } from './demo.ts';
import { describeExchange } from './description.ts';
import type { PageDeps } from './pageDeps.ts';
import { allowOrigin, preflight, sendText } from './respond.ts';
import { cookieSync, setUid } from './sync.ts';
import {
  adsTxt,
  apiCatalog,
  chainJson,
  gpcJson,
  robotsTxt,
  securityTxt,
  sellersJson,
  whyPage,
} from './transparency.ts';
import { vastPage } from './vast.ts';

type Page = (
  deps: PageDeps,
  req: IncomingMessage,
  res: ServerResponse,
  query: URLSearchParams,
) => void;

const JSON_TYPE = 'application/json; charset=utf-8';
const TEXT_TYPE = 'text/plain; charset=utf-8';

function health(deps: PageDeps, _req: IncomingMessage, res: ServerResponse): void {
  const market = deps.market();
  const body = JSON.stringify({
    status: market ? 'ok' : 'no_market',
    snapshotVersion: market?.version ?? 0,
    waitingEvents: deps.events.waiting,
    keptEvents: deps.events.kept,
    lostEvents: deps.events.lost,
    node: deps.pulse.last,
    partners: deps.partners(),
  });
  sendText(res, JSON_TYPE, body, { 'cache-control': 'no-store' });
}

function metrics(deps: PageDeps, _req: IncomingMessage, res: ServerResponse): void {
  const { totals, last } = deps.pulse;
  const { user, system } = process.cpuUsage();
  const lines = [
    `hongze_auctions_total ${totals.auctions}`,
    `hongze_wins_total ${totals.wins}`,
    `process_cpu_seconds_total ${(user + system) / 1e6}`,
    `hongze_shed_total ${deps.gate.shed}`,
    `hongze_longest_turn_ms ${deps.gate.longestTurnMs}`,
    `hongze_events_waiting ${deps.events.waiting}`,
    `hongze_events_kept ${deps.events.kept}`,
    `hongze_events_lost_total ${deps.events.lost}`,
    `hongze_snapshot_version ${deps.market()?.version ?? 0}`,
    `hongze_auction_p50_ms ${last?.p50Ms ?? 0}`,
    `hongze_auction_p99_ms ${last?.p99Ms ?? 0}`,
    `hongze_heap_megabytes ${last?.heapMb ?? 0}`,
  ];
  sendText(res, 'text/plain; version=0.0.4', `${lines.join('\n')}\n`);
}

const adsPage =
  (kind: 'ads' | 'app-ads'): Page =>
  (deps, _req, res, query) =>
    sendText(res, TEXT_TYPE, adsTxt(deps.market(), deps.links, query.get('property'), kind));

export const PAGES: Record<string, Page> = {
  '/health': health,
  '/metrics': metrics,
  '/vast': vastPage,
  '/cookie_sync': (_deps, req, res) => cookieSync(req, res),
  '/setuid': (_deps, req, res) => setUid(req, res),
  '/tag.js': (_deps, req, res) => scriptPage(req, res),
  '/player.js': (_deps, req, res) => scriptPage(req, res),
  '/sellers.json': (deps, _req, res) =>
    sendText(res, JSON_TYPE, sellersJson(deps.market(), deps.links)),
  '/ads.txt': adsPage('ads'),
  '/app-ads.txt': adsPage('app-ads'),
  '/robots.txt': (_deps, _req, res) => sendText(res, TEXT_TYPE, robotsTxt()),
  '/why': (_deps, _req, res) => sendText(res, 'text/html; charset=utf-8', whyPage()),
  '/openapi.json': (deps, _req, res) =>
    sendText(res, JSON_TYPE, describeExchange(deps.links.exchangeUrl)),
  '/.well-known/api-catalog': (deps, _req, res) =>
    sendText(res, 'application/linkset+json', apiCatalog(deps.links)),
  '/.well-known/security.txt': (deps, _req, res) =>
    sendText(res, TEXT_TYPE, securityTxt(deps.links, deps.clock)),
  '/.well-known/hongze-chain.json': (deps, _req, res) =>
    sendText(res, JSON_TYPE, chainJson(deps.chainKey, deps.links)),
  '/.well-known/gpc.json': (_deps, _req, res) => sendText(res, JSON_TYPE, gpcJson()),
};

export function createPages(
  deps: PageDeps,
): (req: IncomingMessage, res: ServerResponse, path: string, query: URLSearchParams) => boolean {
  return (req, res, path, query) => {
    const page = PAGES[path] ?? (path === '/demo' || path.startsWith('/demo/') ? demo : undefined);
    if (!page) return false;
    req.resume();
    if (req.method === 'OPTIONS') preflight(req, res);
    else {
      allowOrigin(req, res);
      page(deps, req, res, query);
    }
    return true;
  };
}
