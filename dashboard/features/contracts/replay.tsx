/** What a draft would have paid each party last month and this month, beside what was paid, before anybody signs it. */
import { useQuery } from '@tanstack/react-query';
import { addDays, monthOf } from '../../../db/terms/day.ts';
import { type Answer, read } from '../../lib/client.ts';
import { count, money, monthName } from '../../lib/format.ts';
import { useLanguage } from '../../lib/words.ts';
import type { Column } from '../../ui/column.ts';
import { moneyColumn, nameColumn } from '../../ui/columns.tsx';
import { DataTable } from '../../ui/dataTable.tsx';
import { Money } from '../../ui/page.tsx';
import { today } from '../../ui/period.tsx';
import { Loaded } from '../../ui/states.tsx';
import { CONTRACTS, contracts, type Version } from './data.ts';
import { useContractWords } from './words.ts';

const replayOf = contracts[':id'].replay;
type Replay = Answer<Awaited<ReturnType<typeof replayOf.$get>>>;
type Line = Replay['lines'][number];

const changeOf = (line: Line): bigint =>
  BigInt(line.replayedMicroCny) - BigInt(line.actualMicroCny);

export function Replays({ version }: { version: Version }) {
  const say = useContractWords();
  const to = today();
  const from = `${monthOf(to)}-01`;
  const end = addDays(from, -1);
  return (
    <section className="stack" style={{ gap: 8 }}>
      <strong>{say('replay')}</strong>
      <p className="faint small">{say('replayHint')}</p>
      <Month version={version} label="lastMonth" days={{ from: `${monthOf(end)}-01`, to: end }} />
      <Month version={version} label="thisMonth" days={{ from, to }} />
    </section>
  );
}

interface MonthProps {
  version: Version;
  label: 'lastMonth' | 'thisMonth';
  days: { from: string; to: string };
}

function Month({ version, label, days }: MonthProps) {
  const say = useContractWords();
  const language = useLanguage();
  const query = useQuery({
    queryKey: [...CONTRACTS, version.id, 'replay', days.from, days.to],
    queryFn: () => read(replayOf.$get({ param: { id: String(version.id) }, query: days })),
  });
  const title = say(label, { month: monthName(monthOf(days.from), language) });
  return (
    <Loaded query={query} lines={4}>
      {(replay) => (
        <div>
          <p>
            {title}{' '}
            <span className="faint small">
              {replay.charges === 0
                ? say('nothingCharged')
                : say('charged', {
                    amount: money(replay.grossMicroCny),
                    n: count(replay.charges),
                  })}
            </span>
          </p>
          {replay.lines.length > 0 && <Lines version={version} replay={replay} label={title} />}
          <Guarantee replay={replay} />
        </div>
      )}
    </Loaded>
  );
}

function Lines(props: { version: Version; replay: Replay; label: string }) {
  const say = useContractWords();
  const { outletId } = props.version;
  // Its own outlet first, the platform last.
  const rank = (line: Line) => (line.outletId === outletId ? 0 : line.outletId === null ? 2 : 1);
  const columns: Column<Line>[] = [
    nameColumn(say('party'), (line) => line.outletName ?? say('platform')),
    moneyColumn('actual', say('actual'), (line) => line.actualMicroCny),
    moneyColumn('replayed', say('replayed'), (line) => line.replayedMicroCny),
    moneyColumn('change', say('change'), changeOf, {
      render: (line) => <Money microCny={changeOf(line)} signed strong />,
    }),
  ];
  return (
    <DataTable
      rows={[...props.replay.lines].sort((a, b) => rank(a) - rank(b))}
      rowKey={(line) => line.outletId ?? 0}
      columns={columns}
      label={props.label}
    />
  );
}

function Guarantee({ replay }: { replay: Replay }) {
  const say = useContractWords();
  const { actualMicroCny, replayedMicroCny } = replay.guarantee;
  if (BigInt(actualMicroCny) === 0n && BigInt(replayedMicroCny) === 0n) return null;
  const values = { actual: money(actualMicroCny), replayed: money(replayedMicroCny) };
  return <p className="faint small">{say('guaranteed', values)}</p>;
}
