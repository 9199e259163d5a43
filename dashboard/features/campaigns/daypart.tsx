/** Hours of the Shanghai week in which to advertise: 168 cells, painted by dragging, by row or by key. */
import { Button } from 'antd';
import { type KeyboardEvent, useRef } from 'react';
import { defineWords } from '../../lib/words.ts';
import './daypart.css';

const useWords = defineWords(
  {
    days: '一 二 三 四 五 六 日',
    week: '周{{day}}',
    all: '全天',
    work: '工作日白天',
    evening: '晚间黄金',
    chosen: '已选 {{n}} / 168 小时',
    cell: '周{{day}} {{hour}} 时',
    hint: '按住拖动可连续选择',
  },
  {
    days: 'Mon Tue Wed Thu Fri Sat Sun',
    week: '{{day}}',
    all: 'Always',
    work: 'Working hours',
    evening: 'Evenings',
    chosen: '{{n}} of 168 hours',
    cell: '{{day}} {{hour}}:00',
    hint: 'Drag to paint',
  },
);

const HOURS = Array.from({ length: 24 }, (_, hour) => hour);
const WEEK = Array.from({ length: 7 }, (_, day) => day);
const week = (keep: (day: number, hour: number) => boolean) =>
  WEEK.flatMap((day) => HOURS.filter((hour) => keep(day, hour)).map((hour) => day * 24 + hour));

interface Props {
  value?: readonly number[];
  onChange?: (hours: number[]) => void;
}

export function Daypart({ value = [], onChange }: Props) {
  const say = useWords();
  const days = say('days').split(' ');
  const picked = new Set(value);
  const painting = useRef<boolean>(undefined);
  const paint = (hour: number, on: boolean) => {
    if (picked.has(hour) === on) return;
    on ? picked.add(hour) : picked.delete(hour);
    onChange?.([...picked].sort((a, b) => a - b));
  };
  const move = (event: KeyboardEvent<HTMLElement>) => {
    const step = { ArrowUp: -24, ArrowDown: 24, ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const from = Number((event.target as HTMLElement).dataset.hour);
    if (step === undefined || Number.isNaN(from)) return;
    event.preventDefault();
    event.currentTarget.querySelector<HTMLElement>(`[data-hour="${from + step}"]`)?.focus();
  };
  return (
    <div className="daypart">
      <div className="row" style={{ gap: 6 }}>
        <Button size="small" onClick={() => onChange?.(week(() => true))}>
          {say('all')}
        </Button>
        <Button size="small" onClick={() => onChange?.(week((d, h) => d < 5 && h >= 8 && h < 20))}>
          {say('work')}
        </Button>
        <Button size="small" onClick={() => onChange?.(week((_, h) => h >= 18 && h < 23))}>
          {say('evening')}
        </Button>
        <span className="faint small">{say('hint')}</span>
      </div>
      <fieldset
        className="daypart-grid"
        onKeyDown={move}
        onPointerUp={() => {
          painting.current = undefined;
        }}
        onPointerLeave={() => {
          painting.current = undefined;
        }}
      >
        {WEEK.map((day) => (
          <div key={day} className="daypart-row">
            <span className="faint small">{say('week', { day: days[day] ?? '' })}</span>
            {HOURS.map((hour) => {
              const at = day * 24 + hour;
              return (
                // biome-ignore lint/a11y/useSemanticElements: a painted grid, not a list of boxes
                <button
                  key={hour}
                  type="button"
                  role="checkbox"
                  aria-checked={picked.has(at)}
                  aria-label={say('cell', { day: days[day] ?? '', hour })}
                  data-hour={at}
                  tabIndex={at === (value[0] ?? 0) ? 0 : -1}
                  onPointerDown={(event) => {
                    event.currentTarget.releasePointerCapture(event.pointerId);
                    painting.current = !picked.has(at);
                    paint(at, painting.current);
                  }}
                  onPointerEnter={() => {
                    if (painting.current !== undefined) paint(at, painting.current);
                  }}
                  onKeyDown={(event) => {
                    if (event.key !== ' ' && event.key !== 'Enter') return;
                    event.preventDefault();
                    paint(at, !picked.has(at));
                  }}
                />
              );
            })}
          </div>
        ))}
        <div className="daypart-row daypart-axis faint small" aria-hidden="true">
          <span />
          {[0, 6, 12, 18].map((hour) => (
            <span key={hour} style={{ gridColumn: `${hour + 2} / span 6` }}>
              {hour}:00
            </span>
          ))}
        </div>
      </fieldset>
      <p className="faint small">{say('chosen', { n: picked.size })}</p>
    </div>
  );
}
