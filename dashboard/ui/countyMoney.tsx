/** Money by county: the tile map and, beside it, the counties that weigh most. */
import { useMemo } from 'react';
import { money, yuanForChart } from '../lib/format.ts';
import { defineWords, useLanguage } from '../lib/words.ts';
import type { CountyBook } from './counties.ts';
import { Money } from './page.tsx';
import { TileMap } from './tileMap.tsx';
import './countyMoney.css';

const useWords = defineWords(
  { less: '少', more: '多', none: '暂无', impressions: '{{n}} 次展现' },
  { less: 'less', more: 'more', none: 'none yet', impressions: '{{n}} impressions' },
);

export interface CountyAmount {
  divisionCode: string;
  amountMicroCny: string;
  impressions: number;
}

export function CountyMoney(props: {
  book: CountyBook;
  rows: readonly CountyAmount[];
  label: string;
  top?: number;
  onOpen?: (code: string) => void;
}) {
  const say = useWords();
  const language = useLanguage();
  const byCode = useMemo(() => {
    const sums = new Map<string, CountyAmount>();
    for (const row of props.rows) sums.set(row.divisionCode.slice(0, 6), row);
    return sums;
  }, [props.rows]);
  const sorted = useMemo(
    () =>
      [...props.rows].sort((a, b) =>
        BigInt(a.amountMicroCny) < BigInt(b.amountMicroCny) ? 1 : -1,
      ),
    [props.rows],
  );
  const most = Math.max(1e-9, ...sorted.slice(0, 1).map((r) => yuanForChart(r.amountMicroCny)));
  return (
    <div className="county-money">
      <div>
        <TileMap
          counties={props.book.counties}
          label={props.label}
          onOpen={props.onOpen}
          heat={(code) => {
            const row = byCode.get(code);
            if (!row || row.amountMicroCny === '0') return { share: 0, text: say('none') };
            const share = Math.sqrt(yuanForChart(row.amountMicroCny) / most);
            return {
              share,
              text: `${money(row.amountMicroCny)} · ${say('impressions', { n: row.impressions })}`,
            };
          }}
        />
        <p className="county-scale faint small">
          {say('less')}
          {[1, 2, 3, 4, 5, 6].map((step) => (
            <span key={step} style={{ background: `var(--heat-${step})` }} />
          ))}
          {say('more')}
        </p>
      </div>
      <ol className="county-top">
        {sorted.slice(0, props.top ?? 10).map((row) => {
          const division = props.book.byCode.get(row.divisionCode.slice(0, 6));
          const name = division && (language === 'zh' ? division.nameZh : division.nameEn);
          const width = (yuanForChart(row.amountMicroCny) / most) * 100;
          return (
            <li key={row.divisionCode} title={row.divisionCode}>
              <span className="county-top-name">{name ?? row.divisionCode}</span>
              <span className="county-top-bar">
                <span style={{ width: `${width}%` }} />
              </span>
              <Money microCny={row.amountMicroCny} />
            </li>
          );
        })}
      </ol>
    </div>
  );
}
