/** The papers of an outlet that comes in: who it is, its licences, and the account that is paid. */

import { DeleteOutlined, PlusOutlined } from '@ant-design/icons';
import { useQueryClient } from '@tanstack/react-query';
import { Button, DatePicker, Form, Input, Select } from 'antd';
import { once, read } from '../../lib/client.ts';
import { optionsOf } from '../../ui/choice.ts';
import { FormDrawer } from '../../ui/formDrawer.tsx';
import { asDay } from '../../ui/period.tsx';
import { ADMISSION, type Admission, admissionOf } from './data.ts';
import { PAPER_KINDS } from './facts.tsx';
import { useAdmissionWords } from './words.ts';

interface Values {
  creditCode?: string | null;
  contactName?: string | null;
  contactPhone?: string | null;
  payeeName?: string | null;
  payeeAlipayAccount?: string | null;
  qualifications: { kind: string; number: string; expiresOn: string | null }[];
}

const FIELDS = [
  'creditCode',
  'contactName',
  'contactPhone',
  'payeeName',
  'payeeAlipayAccount',
] as const;

export function PapersForm(props: { admission: Admission; open: boolean; close: () => void }) {
  const say = useAdmissionWords();
  const client = useQueryClient();
  const { admission, open, close } = props;
  const { qualifications } = admission;
  return (
    <FormDrawer<Values, unknown>
      open={open}
      close={close}
      title={say('edit')}
      name={`admission-${admission.outletId}`}
      size={620}
      initial={{
        ...Object.fromEntries(FIELDS.map((field) => [field, admission[field]])),
        payeeName: admission.payeeName ?? admission.outletName,
        qualifications:
          qualifications.length > 0
            ? qualifications
            : [{ kind: 'business_licence', number: '', expiresOn: null }],
      }}
      run={({ qualifications: papers, ...values }, key) => {
        const said = Object.fromEntries(FIELDS.map((field) => [field, values[field] || null]));
        const json = {
          ...said,
          version: admission.version,
          qualifications: papers.map((one) => ({ ...one, expiresOn: one.expiresOn || null })),
        };
        const param = { id: String(admission.outletId) };
        return read(admissionOf.$patch({ param, json }, once(key)));
      }}
      refresh={[['outlets'], ['notices']]}
      reload={() => client.invalidateQueries({ queryKey: ADMISSION })}
      say={say('saved')}
    >
      <Organisation />
      <Papers />
      <Payee name={admission.outletName} />
    </FormDrawer>
  );
}

function Organisation() {
  const say = useAdmissionWords();
  return (
    <>
      <Form.Item
        name="creditCode"
        label={say('creditCode')}
        rules={[
          { pattern: /^[0-9A-HJ-NPQRTUWXYa-hj-npqrtuwxy]{18}$/, message: say('creditCodeWrong') },
        ]}
        validateTrigger="onBlur"
      >
        <Input maxLength={18} />
      </Form.Item>
      <div className="form-pair">
        <Form.Item name="contactName" label={say('contactName')}>
          <Input maxLength={60} />
        </Form.Item>
        <Form.Item
          name="contactPhone"
          label={say('contactPhone')}
          rules={[{ pattern: /^[\d+() -]{6,20}$/, message: say('phoneWrong') }]}
          validateTrigger="onBlur"
        >
          <Input maxLength={20} inputMode="tel" />
        </Form.Item>
      </div>
    </>
  );
}

function Papers() {
  const say = useAdmissionWords();
  return (
    <Form.List name="qualifications">
      {(fields, { add, remove }) => (
        <fieldset style={{ border: 0, padding: 0, marginBottom: 20 }}>
          <legend>{say('qualifications')}</legend>
          {fields.map((field) => (
            <Paper
              key={field.key}
              at={field.name}
              {...(fields.length > 1 ? { remove: () => remove(field.name) } : {})}
            />
          ))}
          <Button
            block
            icon={<PlusOutlined />}
            onClick={() => add({ kind: 'other', number: '', expiresOn: null })}
          >
            {say('addPaper')}
          </Button>
        </fieldset>
      )}
    </Form.List>
  );
}

function Paper({ at, remove }: { at: number; remove?: () => void }) {
  const say = useAdmissionWords();
  return (
    <div className="form-pair">
      <Form.Item name={[at, 'kind']} label={say('paper')}>
        <Select options={optionsOf(PAPER_KINDS, say)} />
      </Form.Item>
      <Form.Item
        name={[at, 'number']}
        label={say('number')}
        rules={[{ required: true, whitespace: true, message: say('required') }]}
      >
        <Input
          maxLength={100}
          suffix={
            remove && (
              <Button
                type="text"
                size="small"
                icon={<DeleteOutlined />}
                aria-label={say('remove')}
                onClick={remove}
              />
            )
          }
        />
      </Form.Item>
      <Form.Item name={[at, 'expiresOn']} label={say('expiresOn')} {...asDay}>
        <DatePicker style={{ width: '100%' }} />
      </Form.Item>
    </div>
  );
}

function Payee({ name }: { name: string }) {
  const say = useAdmissionWords();
  return (
    <>
      <Form.Item name="payeeName" label={say('payeeName')} extra={say('payeeNameHint', { name })}>
        <Input maxLength={60} />
      </Form.Item>
      <Form.Item
        name="payeeAlipayAccount"
        label={say('payeeAccount')}
        rules={[
          {
            pattern: /^(1\d{10}|2088\d{12}|[^\s@]{1,64}@[^\s@]{3,60})$/,
            message: say('accountWrong'),
          },
        ]}
        validateTrigger="onBlur"
      >
        <Input maxLength={125} />
      </Form.Item>
    </>
  );
}
