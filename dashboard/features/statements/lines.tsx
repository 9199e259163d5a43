/** Lines of a statement, each opening to its charges and each charge to its journal: a fen traced in two clicks. */
import { Button, Checkbox, Drawer } from 'antd';
import { useMemo, useState } from 'react';
import { useFilters } from '../../lib/filters.ts';
import { count } from '../../lib/format.ts';
import type { Column } from '../../ui/column.ts';
import { DataTable } from '../../ui/dataTable.tsx';
import { JournalView } from '../../ui/journal.tsx';
import { Money, Panel } from '../../ui/page.tsx';
import { Loaded } from '../../ui/states.tsx';
import { usePlacements } from '../placements/data.ts';
import { type Charge, type StatementLine, useJournal, useLineCharges } from './data.ts';
import { useStatementWords } from './words.ts';

interface Props {
  statementId: number;
  lines: StatementLine[];
  ticked?: ReadonlySet<number>;
  onTick?: (ticked: ReadonlySet<number>) => void;
}

export function StatementLines({ statementId, lines, ticked, onTick }: Props) {
  const say = useStatementWords();
  const { filters, set } = useFilters();
  const open = lines.find((line) => String(line.ordinal) === filters.line);
  const placements = usePlacements();
  const nameOf = useMemo(() => {
    const names = new Map(placements.data?.map((row) => [row.id, row.name]));
    return (id: number) => names.get(id) ?? `#${id}`;
  }, [placements.data]);
  const columns: Column<StatementLine>[] = [
    { key: 'day', title: say('day'), lead: true, width: '130px', value: (row) => row.day },
    {
      key: 'placement',
      title: say('placement'),
      width: '2fr',
      value: (row) => nameOf(row.placementId),
    },
    { key: 'contract', title: say('contract'), hideOnPhone: true, width: '100px', align: 'right',
      value: (row) => row.contractVersionId },
    { key: 'charges', title: say('charges'), align: 'right', hideOnPhone: true, value: (r) => r.charges },
    { key: 'quantity', title: say('quantity'), align: 'right', value: (row) => row.quantity,
      render: (row) => count(row.quantity) },
    { key: 'gross', title: say('gross'), align: 'right', value: (row) => BigInt(row.grossMicroCny),
      render: (row) => <Money microCny={row.grossMicroCny} /> },
    { key: 'share', title: say('share'), align: 'right', value: (row) => BigInt(row.shareMicroCny),
      render: (row) => <Money microCny={row.shareMicroCny} strong /> },
  ]; // biome-ignore format: columns read better one a block
  const withTicks: Column<StatementLine>[] =
    ticked && onTick
      ? [
          {
            key: 'tick',
            title: '',
            width: '44px',
            value: () => '',
            render: (row) => <Tick line={row} ticked={ticked} onTick={onTick} />,
          },
          ...columns,
        ]
      : columns;
  return (
    <Panel title={say('lines')} hint={say('linesHint')} flush>
      <DataTable
        rows={lines}
        columns={withTicks}
        rowKey={(row) => row.ordinal}
        label={say('lineLabel')}
        onOpen={(line) => set({ line: String(line.ordinal) })}
        {...(open ? { current: open.ordinal } : {})}
        search
        exportAs={`statement-${statementId}`}
        maxHeight={480}
      />
      <Drawer
        open={open !== undefined}
        onClose={() => set({ line: undefined })}
        size={760}
        title={open && say('chargesTitle', { day: open.day, placement: nameOf(open.placementId) })}
      >
        {open && <Charges statementId={statementId} ordinal={open.ordinal} />}
      </Drawer>
    </Panel>
  );
}

function Tick(props: {
  line: StatementLine;
  ticked: ReadonlySet<number>;
  onTick: (ticked: ReadonlySet<number>) => void;
}) {
  const say = useStatementWords();
  const { line, ticked, onTick } = props;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: keeps the box's click from opening its row
    // biome-ignore lint/a11y/useKeyWithClickEvents: the box itself takes the keys
    <span onClick={(event) => event.stopPropagation()}>
      <Checkbox
        checked={ticked.has(line.ordinal)}
        aria-label={`${say('dispute')} ${line.day}`}
        onChange={(event) => {
          const next = new Set(ticked);
          event.target.checked ? next.add(line.ordinal) : next.delete(line.ordinal);
          onTick(next);
        }}
      />
    </span>
  );
}

function Charges(props: { statementId: number; ordinal: number }) {
  const say = useStatementWords();
  const [journalKey, setJournalKey] = useState<string>();
  const charges = useLineCharges(props.statementId, props.ordinal);
  const journal = useJournal(props.statementId, journalKey);
  const columns: Column<Charge>[] = [
    {
      key: 'hour',
      title: say('hour'),
      lead: true,
      width: '90px',
      value: (row) => row.hour,
      render: (row) => <span className="number">{`${(row.hour + 8) % 24}:00`}</span>,
    },
    {
      key: 'lineItem',
      title: say('lineItem'),
      width: '90px',
      align: 'right',
      value: (r) => r.lineItemId,
    },
    { key: 'quantity', title: say('quantity'), align: 'right', value: (row) => row.quantity },
    {
      key: 'amount',
      title: say('amount'),
      align: 'right',
      value: (row) => BigInt(row.amountMicroCny),
      render: (row) => <Money microCny={row.amountMicroCny} />,
    },
    {
      key: 'share',
      title: say('yourShare'),
      align: 'right',
      value: (row) => BigInt(row.shareMicroCny),
      render: (row) => <Money microCny={row.shareMicroCny} strong />,
    },
    {
      key: 'journal',
      title: say('journal'),
      width: '100px',
      value: (row) => row.journalKey,
      render: (row) => (
        <Button size="small" type="link" onClick={() => setJournalKey(row.journalKey)}>
          {say('journal')}
        </Button>
      ),
    },
  ];
  return (
    <div className="stack">
      {journalKey && (
        <Loaded query={journal} lines={3}>
          {(page) => page.items.map((item) => <JournalView key={item.key} journal={item} />)}
        </Loaded>
      )}
      <DataTable
        rows={charges.data}
        error={charges.error}
        retry={() => void charges.refetch()}
        columns={columns}
        rowKey={(row) => row.chargeId}
        label={say('chargeLabel')}
        onOpen={(row) => setJournalKey(row.journalKey)}
        urlKey="c_"
        exportAs="charges"
        maxHeight={560}
      />
    </div>
  );
}
