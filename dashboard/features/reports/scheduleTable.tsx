/** Reports that come by themselves: when next, paused or not, and their end. */
import { Button } from 'antd';
import { api, read } from '../../lib/client.ts';
import { useFilters } from '../../lib/filters.ts';
import { instant } from '../../lib/format.ts';
import { useChange } from '../../lib/queries.ts';
import { Asked } from '../../ui/asked.tsx';
import type { Column } from '../../ui/column.ts';
import { List } from '../../ui/list.tsx';
import { Mark } from '../../ui/page.tsx';
import { SCHEDULES, type Schedule, useSchedules } from './exportData.ts';
import { useExportWords } from './exportWords.ts';
import { ScheduleForm } from './scheduleForm.tsx';

const one = api['report-schedules'][':id'];

export function ScheduleTable() {
  const say = useExportWords();
  const { filters, set } = useFilters();
  const list = useSchedules();
  const edited = list.data?.find((row) => String(row.id) === filters.schedule);
  return (
    <>
      <List
        label={say('schedules')}
        query={list}
        columns={useColumns()}
        urlKey="s_"
        create={{ label: say('newSchedule'), run: () => set({ schedule: 'new' }) }}
        none={{ title: say('noSchedules'), hint: say('noSchedulesHint') }}
      />
      <ScheduleForm
        open={filters.schedule === 'new' || edited !== undefined}
        schedule={edited}
        close={() => set({ schedule: undefined })}
      />
    </>
  );
}

function useColumns(): Column<Schedule>[] {
  const say = useExportWords();
  return [
    { key: 'name', title: say('name'), lead: true, width: '1.6fr', value: (row) => row.name },
    { key: 'span', title: say('span'), width: '140px', value: (row) => say(row.span) },
    {
      key: 'cadence',
      title: say('cadence'),
      width: '150px',
      value: (row) => `${say(row.cadence)} ${String(row.hourOfDay).padStart(2, '0')}:00`,
    },
    {
      key: 'format',
      title: say('format'),
      width: '80px',
      value: (row) => row.format.toUpperCase(),
    },
    {
      key: 'next',
      title: say('next'),
      width: '150px',
      value: (row) => row.nextRunAt,
      render: (row) =>
        row.status === 'active' ? <span className="number">{instant(row.nextRunAt)}</span> : '—',
    },
    {
      key: 'status',
      title: say('status'),
      width: '100px',
      value: (row) => say(row.status),
      render: (row) => (
        <Mark tone={row.status === 'active' ? 'good' : 'busy'}>{say(row.status)}</Mark>
      ),
    },
    {
      key: 'actions',
      title: say('actions'),
      width: '230px',
      value: () => null,
      render: (row) => <Steps schedule={row} />,
    },
  ];
}

function Steps({ schedule }: { schedule: Schedule }) {
  const say = useExportWords();
  const { set } = useFilters();
  const param = { id: String(schedule.id) };
  const turn = useChange({
    run: (_: undefined) => {
      const status = schedule.status === 'active' ? ('paused' as const) : ('active' as const);
      return read(one.$patch({ param, json: { version: schedule.version, status } }));
    },
    refresh: [SCHEDULES],
    say: say('saved'),
  });
  const remove = useChange({
    run: (_: undefined) => one.$delete({ param }),
    refresh: [SCHEDULES],
    say: say('removed'),
  });
  return (
    <span className="row" style={{ gap: 4 }}>
      <Button size="small" type="text" onClick={() => set({ schedule: String(schedule.id) })}>
        {say('edit')}
      </Button>
      <Button
        size="small"
        type="text"
        loading={turn.isPending}
        onClick={() => turn.mutate(undefined)}
      >
        {say(schedule.status === 'active' ? 'pause' : 'resume')}
      </Button>
      <Asked
        label={say('remove')}
        ask={say('removeAsk')}
        size="small"
        type="text"
        danger
        run={() => remove.mutateAsync(undefined)}
      />
    </span>
  );
}
