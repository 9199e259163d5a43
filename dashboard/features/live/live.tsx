/** 大屏: the exchange as it breathes. Dark, because it hangs on a wall; every figure has a text. */
import { FullscreenOutlined } from '@ant-design/icons';
import { Link } from '@tanstack/react-router';
import { Button } from 'antd';
import { useMemo, useRef } from 'react';
import { useCountyBook } from '../../lib/divisions.ts';
import { count, money, percent, timeOfDay } from '../../lib/format.ts';
import { useLanguage } from '../../lib/words.ts';
import { Money } from '../../ui/page.tsx';
import { today } from '../../ui/period.tsx';
import { TileMap } from '../../ui/tileMap.tsx';
import { nameOf, useSpend } from '../reports/data.ts';
import { useWall, type Wall } from './feed.ts';
import { Sparkline } from './sparkline.tsx';
import { useLiveWords } from './words.ts';
import './live.css';

export function Live() {
  const say = useLiveWords();
  const wall = useWall();
  const root = useRef<HTMLDivElement>(null);
  return (
    <div ref={root} className="wall">
      <header className="wall-head">
        <h1>{say('title')}</h1>
        <span className={`wall-state wall-${wall.state}`} role="status">
          {say(wall.state)}
        </span>
        <span className="wall-actions">
          <Link to="/stops">{say('stop')}</Link>
          <Button
            ghost
            size="small"
            icon={<FullscreenOutlined />}
            onClick={() => void root.current?.requestFullscreen?.()}
          >
            {say('full')}
          </Button>
        </span>
      </header>
      <Counters wall={wall} />
      <div className="wall-body">
        <section className="wall-panel wall-map">
          <h2>{say('map')}</h2>
          <CountyLights wall={wall} />
        </section>
        <div className="wall-side">
          <section className="wall-panel">
            <h2>{say('perMinute')}</h2>
            <Sparkline values={wall.rates} under={wall.wins} label={say('rate')} />
          </section>
          <TopOutlets />
          <Stream wall={wall} />
        </div>
      </div>
      <Nodes wall={wall} />
    </div>
  );
}

/** Rates are means over so many seconds; of fewer than the least they would jump, and are not said. */
const MEAN_S = 10;
const LEAST_S = 3;

const mean = (values: readonly number[], seconds: number): number => {
  const last = values.slice(-seconds);
  return last.length === 0 ? 0 : last.reduce((a, b) => a + b, 0) / last.length;
};

function Counters({ wall }: { wall: Wall }) {
  const say = useLiveWords();
  const now = today();
  const spend = useSpend({ from: now, to: now, by: '' }, 5_000);
  const auctions = mean(wall.rates, MEAN_S);
  const wins = mean(wall.wins, MEAN_S);
  const events = wall.nodes.reduce((sum, node) => sum + node.events, 0);
  const p99 = Math.max(0, ...wall.p99s.slice(-MEAN_S));
  const totals = spend.data?.totals;
  const counted = wall.rates.length >= LEAST_S;
  const counters: [string, string, string?][] = [
    [say('spendToday'), totals ? money(totals.spendMicroCny) : '—'],
    [say('impressionsToday'), totals ? count(totals.impressions) : '—'],
    [say('auctions'), counted ? (auctions < 10 ? auctions.toFixed(1) : count(auctions)) : '—'],
    [say('winRate'), counted ? percent(wins, auctions, 0) : '—'],
    [say('events'), counted ? count(events) : '—'],
    p99 > 0 ? [say('latency'), p99.toFixed(1), say('ms')] : [say('latency'), '—'],
  ];
  return (
    <dl className="wall-counters">
      {counters.map(([name, value, unit]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd className="number">
            {value}
            {unit && <small> {unit}</small>}
          </dd>
        </div>
      ))}
    </dl>
  );
}

function CountyLights({ wall }: { wall: Wall }) {
  const say = useLiveWords();
  const book = useCountyBook();
  const now = today();
  const spend = useSpend({ from: now, to: now, by: 'division', limit: '4000' }, 15_000);
  const shares = useMemo(() => {
    const rows = spend.data?.items ?? [];
    const most = Math.max(1, ...rows.map((row) => Number(row.spendMicroCny)));
    return new Map(
      rows.map((row) => [
        (row.dimensions.division?.key ?? '').slice(0, 6),
        { share: Math.sqrt(Number(row.spendMicroCny) / most), text: money(row.spendMicroCny) },
      ]),
    );
  }, [spend.data]);
  if (!book.data) return null;
  return (
    <TileMap
      counties={book.data.counties}
      label={say('map')}
      dark
      pulse={wall.sales}
      heat={(code) => shares.get(code)}
    />
  );
}

function TopOutlets() {
  const say = useLiveWords();
  const language = useLanguage();
  const now = today();
  const spend = useSpend({ from: now, to: now, by: 'outlet', limit: '6' }, 15_000);
  const rows = spend.data?.items.slice(0, 6) ?? [];
  const most = Math.max(1, ...rows.map((row) => Number(row.spendMicroCny)));
  return (
    <section className="wall-panel">
      <h2>{say('top')}</h2>
      {spend.data && rows.length === 0 && <p className="wall-none">{say('noTop')}</p>}
      <ol className="wall-top">
        {rows.map((row) => (
          <li key={row.dimensions.outlet?.key}>
            <span>{nameOf(row.dimensions.outlet, language)}</span>
            <Money microCny={row.spendMicroCny} />
            <span
              className="wall-bar"
              style={{ width: `${(Number(row.spendMicroCny) / most) * 100}%` }}
            />
          </li>
        ))}
      </ol>
    </section>
  );
}

const SHOWN = 9;

function Stream({ wall }: { wall: Wall }) {
  const say = useLiveWords();
  const language = useLanguage();
  const book = useCountyBook();
  const county = (code: string) => {
    const division = book.data?.byCode.get(code.slice(0, 6));
    return (language === 'zh' ? division?.nameZh : division?.nameEn) ?? code;
  };
  return (
    <section className="wall-panel">
      <h2>{say('stream')}</h2>
      {wall.auctions.length === 0 ? (
        <p className="wall-none">
          {say('none')}
          <br />
          <small>{say('noneHint')}</small>
        </p>
      ) : (
        <ul className="wall-stream" aria-label={say('streamLabel')}>
          {wall.auctions.slice(0, SHOWN).map((auction) => (
            <li key={auction.auctionId} data-sold={auction.priceMicroCny > 0 || undefined}>
              <span className="number">{timeOfDay(auction.atMs)}</span>
              <span title={auction.divisionCode}>{county(auction.divisionCode)}</span>
              <span className="wall-quiet">{say('candidates', { n: auction.candidates })}</span>
              <span className="number wall-price">
                {auction.priceMicroCny > 0
                  ? `¥${((auction.priceMicroCny * 1000) / 1e6).toFixed(2)} CPM`
                  : say('noBid')}
              </span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function Nodes({ wall }: { wall: Wall }) {
  const say = useLiveWords();
  return (
    <ul className="wall-nodes" aria-label={say('nodes')}>
      {wall.nodes.map((node) => (
        <li key={node.nodeId} data-down={node.redis === 'down' || undefined}>
          {say('node', { id: node.nodeId, version: node.snapshotVersion })} · {say(node.redis)} ·
          p50 {node.p50Ms.toFixed(1)} {say('ms')}
        </li>
      ))}
    </ul>
  );
}
