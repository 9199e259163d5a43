/** A month of placements × days: how many slots are held, by whom. Weekends are tinted; a day opens its holders. */
import { Button, Drawer, Tooltip } from 'antd';
import dayjs from 'dayjs';
import { type CSSProperties, useEffect, useRef, useState } from 'react';
import { addDays } from '../../../db/terms/day.ts';
import { useFilters } from '../../lib/filters.ts';
import { monthName } from '../../lib/format.ts';
import { deskOf, useMe } from '../../lib/me.ts';
import { useLanguage } from '../../lib/words.ts';
import { Mark } from '../../ui/page.tsx';
import { today } from '../../ui/period.tsx';
import { Empty, Loaded } from '../../ui/states.tsx';
import { DAY_TONES, type Held, type Place, useCalendar } from './data.ts';
import { useBookingWords } from './words.ts';
import './month.css';

const daysFrom = (from: string, to: string): string[] => {
  const days: string[] = [];
  for (let day = from; day <= to; day = addDays(day, 1)) days.push(day);
  return days;
};
const isWeekend = (day: string) => [0, 6].includes(dayjs(day).day());

export function Month() {
  const say = useBookingWords();
  const language = useLanguage();
  const isBuyer = deskOf(useMe()) === 'advertiser';
  const { filters, set } = useFilters();
  const month = /^\d{4}-\d{2}$/.test(filters.month ?? '')
    ? (filters.month ?? '')
    : today().slice(0, 7);
  const from = `${month}-01`;
  const to = dayjs(from).endOf('month').format('YYYY-MM-DD');
  const calendar = useCalendar(from, to);
  const [opened, setOpened] = useState<{ place: Place; day: string }>();
  const turn = (by: number) => set({ month: dayjs(from).add(by, 'month').format('YYYY-MM') });
  return (
    <>
      <div className="month-tools">
        <Button onClick={() => turn(-1)} aria-label={say('previous')}>
          ←
        </Button>
        <strong className="number">{monthName(month, language)}</strong>
        <Button onClick={() => turn(1)} aria-label={say('next')}>
          →
        </Button>
        <span className="month-key faint small">
          <i data-level="free" /> {say('free')} <i data-level="part" /> {say('part')}{' '}
          <i data-level="full" /> {say('full')}
        </span>
      </div>
      <Loaded query={calendar} lines={6}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty
              title={say(isBuyer ? 'noBookings' : 'noPlaces')}
              hint={say(isBuyer ? 'noBookingsHint' : 'noPlacesHint')}
            />
          ) : (
            <Grid
              places={items}
              days={daysFrom(from, to)}
              open={(place, day) => setOpened({ place, day })}
            />
          )
        }
      </Loaded>
      <Drawer
        open={opened !== undefined}
        onClose={() => setOpened(undefined)}
        size={480}
        title={opened && `${opened.place.placementName} · ${opened.day}`}
      >
        {opened && <Holders place={opened.place} day={opened.day} />}
      </Drawer>
    </>
  );
}

function Grid(props: {
  places: readonly Place[];
  days: readonly string[];
  open: (place: Place, day: string) => void;
}) {
  const say = useBookingWords();
  const { places, days } = props;
  const frame = useRef<HTMLElement>(null);
  // A phone shows a week of it: the one that is now.
  // biome-ignore lint/correctness/useExhaustiveDependencies: another month begins anew
  useEffect(() => {
    const now = frame.current?.querySelector<HTMLElement>('th[data-today]');
    const names = frame.current?.querySelector<HTMLElement>('th');
    if (frame.current && names) {
      frame.current.scrollLeft = now ? now.offsetLeft - names.offsetWidth - now.offsetWidth : 0;
    }
  }, [days[0]]);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls is reached by keys
    <section ref={frame} className="scroll-x" aria-label={say('month')} tabIndex={0}>
      <table className="month" style={{ '--days': days.length } as CSSProperties}>
        <thead>
          <tr>
            <th scope="col">{say('placement')}</th>
            {days.map((day) => (
              <th
                key={day}
                scope="col"
                data-weekend={isWeekend(day) || undefined}
                data-today={day === today() || undefined}
              >
                {Number(day.slice(8))}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {places.map((place) => (
            <tr key={place.placementId}>
              <th scope="row">
                {place.placementName}
                <small className="faint">{place.propertyName}</small>
              </th>
              {days.map((day) => (
                <Cell key={day} place={place} day={day} open={() => props.open(place, day)} />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

const heldOn = (place: Place, day: string): Held[] => place.held.filter((one) => one.day === day);

function Cell({ place, day, open }: { place: Place; day: string; open: () => void }) {
  const say = useBookingWords();
  const held = heldOn(place, day);
  const taken = held.reduce((sum, one) => sum + one.slots, 0);
  const level = taken === 0 ? 'free' : taken >= place.dailySlots ? 'full' : 'part';
  const text = say('taken', { taken, all: place.dailySlots });
  const names = [...new Set(held.map((one) => one.advertiserName))].join('、');
  return (
    <td data-weekend={isWeekend(day) || undefined}>
      {taken === 0 ? (
        <span data-level="free" title={`${day} ${text}`} />
      ) : (
        <Tooltip title={`${text} · ${names}`}>
          <button
            type="button"
            data-level={level}
            data-waits={held.some((one) => one.orderStatus === 'reserved') || undefined}
            aria-label={`${place.placementName} ${day} ${text}`}
            onClick={open}
          >
            {taken}
          </button>
        </Tooltip>
      )}
    </td>
  );
}

function Holders({ place, day }: { place: Place; day: string }) {
  const say = useBookingWords();
  return (
    <ul className="stack" style={{ gap: 12 }}>
      {heldOn(place, day).map((one) => (
        <li key={one.lineId} className="row row-between">
          <span>
            {one.advertiserName}
            <br />
            <small className="faint">
              {one.orderName} · {say('slots', { n: one.slots })}
            </small>
          </span>
          <Mark tone={one.orderStatus === 'reserved' ? 'warn' : DAY_TONES[one.status]}>
            {say(one.orderStatus === 'reserved' ? 'reserved' : one.status)}
          </Mark>
        </li>
      ))}
    </ul>
  );
}
