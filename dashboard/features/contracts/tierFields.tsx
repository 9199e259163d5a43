/** Shares by the month's volume: tiers, and in each the parties and their percent, with what is missing to a hundred said while typing. */
import { DeleteOutlined, PlusOutlined } from '@ant-design/icons';
import { Button, Form, InputNumber, Select } from 'antd';
import { useOutlets } from '../../lib/parties.ts';
import { asYuan, YuanInput } from '../../ui/yuanInput.tsx';
import { percentOf, WHOLE_PPM } from './data.ts';
import { asPercent, type PartyValues, PLATFORM, sumOf, type TierValues } from './draft.ts';
import { useContractWords } from './words.ts';
import './contracts.css';

const MOST_TIERS = 10;
const MOST_PARTIES = 20;

export function TierFields() {
  const say = useContractWords();
  const form = Form.useFormInstance();
  /** Another tier begins with the parties of the one before. */
  const another = (at: number): TierValues => ({
    fromMicroCny: null,
    parties: structuredClone(form.getFieldValue(['tiers', at - 1, 'parties']) ?? []),
  });
  return (
    <Form.List name="tiers">
      {(tiers, { add, remove }, { errors }) => (
        <fieldset style={{ border: 0, padding: 0, margin: '0 0 20px' }}>
          <legend style={{ marginBottom: 8 }}>{say('shares')}</legend>
          {tiers.map(({ key, name }) => (
            <Tier
              key={key}
              at={name}
              several={tiers.length > 1}
              {...(name > 0 ? { remove: () => remove(name) } : {})}
            />
          ))}
          <Form.ErrorList errors={errors} />
          {tiers.length < MOST_TIERS && (
            <Button block icon={<PlusOutlined />} onClick={() => add(another(tiers.length))}>
              {say('addTier')}
            </Button>
          )}
          <p className="faint small" style={{ marginTop: 4 }}>
            {say('tierHint')}
          </p>
        </fieldset>
      )}
    </Form.List>
  );
}

function Tier({ at, several, remove }: { at: number; several: boolean; remove?: () => void }) {
  const say = useContractWords();
  return (
    <div className="tier">
      {several && (
        <div className="row row-between" style={{ marginBottom: 8 }}>
          <strong>{say('tier', { n: at + 1 })}</strong>
          {remove && (
            <Button type="link" size="small" onClick={remove}>
              {say('removeTier')}
            </Button>
          )}
        </div>
      )}
      {at > 0 && (
        <Form.Item
          name={[at, 'fromMicroCny']}
          label={say('fromVolume')}
          rules={[{ required: true, message: say('required') }]}
          {...asYuan}
        >
          <YuanInput unit={say('aMonth')} />
        </Form.Item>
      )}
      <Parties at={at} />
    </div>
  );
}

function Parties({ at }: { at: number }) {
  const say = useContractWords();
  const form = Form.useFormInstance();
  const path = ['tiers', at, 'parties'];
  const parties = Form.useWatch<PartyValues[] | undefined>(path);
  const whole = (_: unknown, rows: PartyValues[]) =>
    sumOf(rows) === WHOLE_PPM
      ? Promise.resolve()
      : Promise.reject(new Error(say('sumWrong', { sum: percentOf(sumOf(rows)) })));
  // What was said of the whole list is no longer about what stands there.
  const touched = () => form.setFields([{ name: path, errors: [] }]);
  return (
    <Form.List name={[at, 'parties']} rules={[{ validator: whole }]}>
      {(rows, { add, remove }, { errors }) => (
        <>
          {rows.map(({ key, name }) => (
            <PartyRow
              key={key}
              at={name}
              taken={parties ?? []}
              touched={touched}
              {...(rows.length > 1 ? { remove: () => remove(name) } : {})}
            />
          ))}
          {errors.length > 0 ? <Form.ErrorList errors={errors} /> : <Sum parties={parties} />}
          {rows.length < MOST_PARTIES && (
            <Button
              type="link"
              size="small"
              icon={<PlusOutlined />}
              style={{ paddingInline: 0 }}
              onClick={() => add({ sharePpm: Math.max(0, WHOLE_PPM - sumOf(parties)) })}
            >
              {say('addParty')}
            </Button>
          )}
        </>
      )}
    </Form.List>
  );
}

function Sum({ parties }: { parties: readonly PartyValues[] | undefined }) {
  const say = useContractWords();
  const missing = WHOLE_PPM - sumOf(parties);
  const word = missing === 0 ? 'sumWhole' : missing > 0 ? 'sumMissing' : 'sumOver';
  return (
    <p role="status" className={missing === 0 ? 'faint small' : 'small tier-short'}>
      {say(word, { sum: percentOf(sumOf(parties)), n: percentOf(Math.abs(missing)) })}
    </p>
  );
}

interface RowProps {
  at: number;
  taken: readonly PartyValues[];
  touched: () => void;
  remove?: () => void;
}

function PartyRow({ at, taken, touched, remove }: RowProps) {
  const say = useContractWords();
  const outlets = useOutlets();
  const others = new Set(taken.filter((_, n) => n !== at).map((party) => party?.outletId));
  const options = [
    { value: PLATFORM, label: say('platform') },
    ...(outlets.data ?? []).map(({ id, name }) => ({ value: id, label: name })),
  ];
  const required = { required: true, message: say('required') };
  return (
    <div className="party-row">
      <Form.Item name={[at, 'outletId']} rules={[required]}>
        <Select
          aria-label={say('party')}
          placeholder={say('party')}
          showSearch={{ optionFilterProp: 'label' }}
          loading={outlets.isPending}
          options={options.filter(({ value }) => !others.has(value))}
          onChange={touched}
        />
      </Form.Item>
      <Form.Item name={[at, 'sharePpm']} rules={[required]} {...asPercent}>
        <InputNumber
          aria-label={say('share')}
          min={0}
          max={100}
          controls={false}
          suffix="%"
          style={{ width: '100%' }}
          onChange={touched}
        />
      </Form.Item>
      {remove && (
        <Button
          type="text"
          icon={<DeleteOutlined />}
          aria-label={say('removeParty')}
          onClick={remove}
        />
      )}
    </div>
  );
}
