/**
 * A panel with several faces; which one is shown stands in the URL, the first of them stands there unsaid. (Ant's tabs put
 * those that a phone has no room for behind a button inside the list of tabs, where no button may be; these scroll.)
 */
import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef } from 'react';
import { useFilters } from '../lib/filters.ts';
import { Panel } from './page.tsx';
import './tabbed.css';

export interface Face<Key extends string> {
  key: Key;
  label: string;
  /** How many wait there; said where there are any. */
  count?: number;
  body: () => ReactNode;
}

/** Which face the URL asks for. */
export function useFace<Key extends string>(keys: readonly [Key, ...Key[]]): Key {
  const { filters } = useFilters();
  return keys.find((key) => key === filters.tab) ?? keys[0];
}

/** On a phone the chosen tab comes into sight. */
function centreChosen(list: HTMLElement): void {
  const chosen = list.querySelector<HTMLElement>('[aria-selected="true"]');
  if (!chosen) return;
  const left = chosen.offsetLeft - list.offsetLeft;
  list.scrollLeft = left - (list.clientWidth - chosen.offsetWidth) / 2;
}

const STEP: Record<string, number> = { ArrowRight: 1, ArrowLeft: -1 };

export function TabbedPanel<Key extends string>({ faces }: { faces: readonly Face<Key>[] }) {
  const { filters, set } = useFilters();
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  const at = Math.max(
    0,
    faces.findIndex(({ key }) => key === filters.tab),
  );
  const shown = faces[at];
  const show = (to: number) => set({ tab: to === 0 ? undefined : faces[to]?.key });
  const counts = faces.map(({ count = 0 }) => count).join();
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is chosen, and how wide it and its neighbours are
  useEffect(() => {
    // After the router, which puts every list back to where it stood on the page before.
    const frame = requestAnimationFrame(() => list.current && centreChosen(list.current));
    return () => cancelAnimationFrame(frame);
  }, [at, counts]);
  const onKeyDown = (event: KeyboardEvent) => {
    const step = STEP[event.key];
    if (step === undefined) return;
    const to = (at + step + faces.length) % faces.length;
    show(to);
    list.current?.querySelectorAll<HTMLElement>('[role="tab"]')[to]?.focus();
  };
  // One face is no choice.
  if (faces.length === 1) return <Panel flush>{shown?.body()}</Panel>;
  return (
    <Panel flush>
      <div ref={list} role="tablist" className="faces" onKeyDown={onKeyDown}>
        {faces.map(({ key, label, count = 0 }, index) => (
          <button
            key={key}
            type="button"
            role="tab"
            id={`${id}-${key}`}
            aria-selected={index === at}
            tabIndex={index === at ? 0 : -1}
            onClick={() => show(index)}
          >
            {count > 0 ? `${label} ${count}` : label}
          </button>
        ))}
      </div>
      <div role="tabpanel" aria-labelledby={`${id}-${shown?.key}`}>
        {shown?.body()}
      </div>
    </Panel>
  );
}
