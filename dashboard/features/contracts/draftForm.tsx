/** Drafting a contract, and the next version of one: the place, the days, and the terms. Nothing is in force by it. */
import { DatePicker, Form, Input, Select } from 'antd';
import { addDays } from '../../../db/terms/day.ts';
import { once, read } from '../../lib/client.ts';
import { useFilters } from '../../lib/filters.ts';
import { useOutlets } from '../../lib/parties.ts';
import { optionsOf } from '../../ui/choice.ts';
import { FormDrawer } from '../../ui/formDrawer.tsx';
import { asDay, today } from '../../ui/period.tsx';
import { asYuan, YuanInput } from '../../ui/yuanInput.tsx';
import { CONTRACTS, contracts, PPM_A_PERCENT, type Version } from './data.ts';
import { daysOf, nextMonth, PLATFORM, type TermValues, termsOf, valuesOf } from './draft.ts';
import { PlaceFields, type PlaceValues, placeOf } from './placeFields.tsx';
import { TierFields } from './tierFields.tsx';
import { useContractWords } from './words.ts';

interface Values extends TermValues, PlaceValues {
  name: string;
  kind: Version['kind'];
}

const SIZE = 640;
const REFRESH = [CONTRACTS, ['notices']];
const KINDS = ['resale', 'agency'] as const;

export function DraftForm({ open, close }: { open: boolean; close: () => void }) {
  const say = useContractWords();
  const { filters } = useFilters();
  const of = Number(filters.of) || undefined;
  const outlets = useOutlets();
  const found = outlets.data?.find(({ id }) => id === of);
  if (open && of && !outlets.data) return null;
  return (
    <FormDrawer<Values, unknown>
      open={open}
      close={close}
      title={say('new')}
      name={`contract-new-${of ?? ''}`}
      okText={say('draftIt')}
      size={SIZE}
      initial={{
        kind: 'resale',
        placeKind: 'whole',
        ...(of && found ? { outletId: of, name: say('usualName', { outlet: found.name }) } : {}),
        effectiveFrom: addDays(today(), 1),
        tiers: [{ parties: usualParties(of) }],
      }}
      run={({ name, kind, ...values }, key) =>
        read(
          contracts.$post(
            { json: { name, kind, ...placeOf(values), ...termsOf(values) } },
            once(key),
          ),
        )
      }
      alias={{ effectiveTo: 'lastDay' }}
      refresh={REFRESH}
      say={say('draftedNow')}
    >
      {(form) => (
        <>
          <PlaceFields
            chosen={(outletId, outletName) => {
              form.setFieldValue(['tiers', 0, 'parties', 0, 'outletId'], outletId);
              if (!form.getFieldValue('name')) {
                form.setFieldValue('name', say('usualName', { outlet: outletName }));
              }
            }}
          />
          <div className="form-pair">
            <Form.Item
              name="name"
              label={say('name')}
              rules={[{ required: true, message: say('required') }]}
            >
              <Input maxLength={100} />
            </Form.Item>
            <Form.Item name="kind" label={say('kind')}>
              <Select options={optionsOf(KINDS, say)} />
            </Form.Item>
          </div>
          <TermFields />
        </>
      )}
    </FormDrawer>
  );
}

const usualParties = (outletId: number | undefined) => [
  { ...(outletId ? { outletId } : {}), sharePpm: 70 * PPM_A_PERCENT },
  { outletId: PLATFORM, sharePpm: 30 * PPM_A_PERCENT },
];

const successorOf = (base: Version): TermValues => ({
  ...valuesOf(base),
  ...(base.status === 'draft' ? daysOf(base) : { effectiveFrom: nextMonth(today()) }),
});

interface Next {
  base: Version | undefined;
  close: () => void;
  made: (id: number) => void;
}

/** After a version in force its successor, from the next month on; instead of a draft one with other terms. */
export function NextForm({ base, close, made }: Next) {
  const say = useContractWords();
  const draft = base?.status === 'draft';
  return (
    <FormDrawer<TermValues, { id: number }>
      open={base !== undefined}
      close={close}
      title={base && `${say(draft ? 'redraft' : 'next')} · ${base.name}`}
      name={`contract-next-${base?.id}`}
      okText={say('draftIt')}
      size={SIZE}
      initial={base ? successorOf(base) : {}}
      run={(values, key) => {
        const param = { id: String(base?.id) };
        return read(contracts[':id'].versions.$post({ param, json: termsOf(values) }, once(key)));
      }}
      alias={{ effectiveTo: 'lastDay' }}
      refresh={REFRESH}
      say={say('draftedNow')}
      done={({ id }) => made(id)}
    >
      {base && (
        <p className="faint" style={{ marginBottom: 16 }}>
          {base.outletName} · {base.place?.name ?? say('wholeOutlet')}
          <br />
          {say(draft ? 'redraftHint' : 'nextHint')}
        </p>
      )}
      <TermFields />
    </FormDrawer>
  );
}

function TermFields() {
  const say = useContractWords();
  return (
    <>
      <div className="form-pair">
        <Form.Item
          name="effectiveFrom"
          label={say('effectiveFrom')}
          extra={say('effectiveFromHint')}
          rules={[{ required: true, message: say('required') }]}
          {...asDay}
        >
          <DatePicker allowClear={false} style={{ width: '100%' }} />
        </Form.Item>
        <Form.Item name="lastDay" label={say('lastDay')} extra={say('lastDayHint')} {...asDay}>
          <DatePicker style={{ width: '100%' }} />
        </Form.Item>
      </div>
      <TierFields />
      <Form.Item
        name="minimumMonthlyMicroCny"
        label={say('minimum')}
        extra={say('minimumHint')}
        {...asYuan}
      >
        <YuanInput unit={say('aMonth')} />
      </Form.Item>
    </>
  );
}
