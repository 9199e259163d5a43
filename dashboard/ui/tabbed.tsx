/** A panel with several faces; which one is shown stands in the URL, the first of them stands there unsaid. */
import { Tabs } from 'antd';
import type { ReactNode } from 'react';
import { useFilters } from '../lib/filters.ts';
import { Panel } from './page.tsx';

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

export function TabbedPanel<Key extends string>({ faces }: { faces: readonly Face<Key>[] }) {
  const { filters, set } = useFilters();
  const [first] = faces;
  const shown = faces.find(({ key }) => key === filters.tab) ?? first;
  return (
    <Panel flush>
      <Tabs
        style={{ padding: '0 18px' }}
        activeKey={shown?.key ?? ''}
        onChange={(key) => set({ tab: key === first?.key ? undefined : key })}
        items={faces.map(({ key, label, count = 0 }) => ({
          key,
          label: count > 0 ? `${label} ${count}` : label,
        }))}
      />
      {shown?.body()}
    </Panel>
  );
}
