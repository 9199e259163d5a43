/** Whom a line item is for: devices, and segments of readers by any, all and none of them. */

import { Link } from '@tanstack/react-router';
import { Checkbox, Form, Select } from 'antd';
import { DEVICES } from '../../../db/terms/market.ts';
import { count } from '../../lib/format.ts';
import { useDeviceLabel } from '../../lib/labels.ts';
import { optionsOf } from '../../ui/choice.ts';
import { useAudiences } from '../audiences/data.ts';
import type { Aim } from './target.ts';
import { useWizardWords } from './wizardWords.ts';

const WANTED = ['anyOf', 'allOf'] as const;
const GROUPS = [...WANTED, 'noneOf'] as const;
type Named = Pick<Aim, (typeof GROUPS)[number]>;

export function WhoStep() {
  const say = useWizardWords();
  const device = useDeviceLabel();
  const audiences = useAudiences();
  return (
    <>
      <Form.Item name="devices" label={say('devices')}>
        <Checkbox.Group options={optionsOf(DEVICES, device)} />
      </Form.Item>
      {audiences.data?.length === 0 ? (
        <p>
          <Link to="/audiences">{say('makeAudience')} →</Link>
        </p>
      ) : (
        GROUPS.map((group) => <Group key={group} group={group} />)
      )}
    </>
  );
}

function Group({ group }: { group: (typeof GROUPS)[number] }) {
  const say = useWizardWords();
  const audiences = useAudiences();
  const hint = { anyOf: say('anyOfHint'), allOf: say('allOfHint'), noneOf: say('noneOfHint') };
  return (
    <Form.Item
      name={group}
      label={`${say('audiences')} · ${say(group)}`}
      extra={hint[group]}
      dependencies={group === 'noneOf' ? [...WANTED] : []}
      rules={
        group === 'noneOf'
          ? [
              ({ getFieldValue }) => ({
                validator: (_, ids: number[] = []) => {
                  const wanted = WANTED.flatMap((one) => (getFieldValue(one) as number[]) ?? []);
                  return ids.some((id) => wanted.includes(id))
                    ? Promise.reject(new Error(say('clash')))
                    : Promise.resolve();
                },
              }),
            ]
          : []
      }
    >
      <Select
        mode="multiple"
        allowClear
        loading={audiences.isPending}
        showSearch={{ optionFilterProp: 'label' }}
        placeholder={say('everyone')}
        options={audiences.data
          ?.filter((row) => row.status !== 'deleted')
          .map(({ id, name, size }) => ({
            value: id,
            label: `${name} · ${say('members', { n: count(size) })}`,
          }))}
      />
    </Form.Item>
  );
}

/** A target's segments in words; nothing where it names none. */
export function useWhoText(): (named: Named) => string {
  const say = useWizardWords();
  const audiences = useAudiences();
  const nameOf = (id: number) => audiences.data?.find((row) => row.id === id)?.name ?? `#${id}`;
  return (named) =>
    GROUPS.filter((group) => named[group].length > 0)
      .map((group) => `${say(group)} ${named[group].map(nameOf).join('、')}`)
      .join(' · ');
}
