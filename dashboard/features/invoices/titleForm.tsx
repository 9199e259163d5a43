/** What stands on one's invoices: name, tax number, taxpayer. The platform's own for finance. */

import { Form, Input, Segmented } from 'antd';
import { api, once, read } from '../../lib/client.ts';
import { optionsOf } from '../../ui/choice.ts';
import { FormDrawer } from '../../ui/formDrawer.tsx';
import { INVOICES, useTitleOwner, useTitles } from './data.ts';
import { useInvoiceWords } from './words.ts';

type Values = Parameters<(typeof api)['invoice-titles']['$put']>[0]['json'];
const OPTIONAL = ['address', 'phone', 'bankName', 'bankAccount', 'email'] as const;

export function TitleForm(props: { open: boolean; close: () => void }) {
  const say = useInvoiceWords();
  const owner = useTitleOwner();
  const titles = useTitles(owner);
  const own = titles.data?.title;
  const known =
    own && (Object.fromEntries(Object.entries(own).filter(([, v]) => v !== null)) as Values);
  return (
    <FormDrawer<Values, unknown>
      open={props.open && titles.data !== undefined}
      close={props.close}
      title={say('titles')}
      name={`invoice-title-${owner.outletId ?? owner.advertiserId ?? ''}`}
      initial={known ?? { taxpayer: 'general' }}
      run={({ name, taxNo, taxpayer, ...rest }, key) => {
        const said = Object.fromEntries(
          OPTIONAL.flatMap((field) => (rest[field] ? [[field, rest[field]]] : [])),
        );
        return read(
          api['invoice-titles'].$put(
            { json: { ...owner, name, taxNo, taxpayer, ...said } },
            once(key),
          ),
        );
      }}
      refresh={[INVOICES]}
      say={say('saved')}
    >
      <Form.Item
        name="name"
        label={say('titleName')}
        rules={[{ required: true, message: say('required') }]}
      >
        <Input maxLength={100} />
      </Form.Item>
      <Form.Item
        name="taxNo"
        label={say('taxNo')}
        rules={[
          { required: true, pattern: /^[0-9A-HJ-NPQRTUWXY]{18}$/, message: say('taxNoWrong') },
        ]}
        validateTrigger="onBlur"
      >
        <Input maxLength={18} />
      </Form.Item>
      <Form.Item name="taxpayer" label={say('taxpayer')}>
        <Segmented options={optionsOf(['general', 'small_scale'] as const, say)} />
      </Form.Item>
      {OPTIONAL.map((field) => (
        <Form.Item key={field} name={field} label={say(field)}>
          <Input maxLength={200} />
        </Form.Item>
      ))}
    </FormDrawer>
  );
}
