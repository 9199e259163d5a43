/** One placement: making it, changing it, and the code that puts it on a page. */
import { Button, Drawer, Form, Input, Segmented, Select } from 'antd';
import { useEffect } from 'react';
import { FORMATS } from '../../../db/terms/market.ts';
import { api, once, read } from '../../lib/client.ts';
import { useFormatLabel } from '../../lib/labels.ts';
import { Problem, showInForm } from '../../lib/problem.ts';
import { useChange } from '../../lib/queries.ts';
import { useLanguage } from '../../lib/words.ts';
import { YuanInput } from '../../ui/yuanInput.tsx';
import { PLACEMENTS, type Placement, readSizes, sizesText, useProperties } from './data.ts';
import { usePlacementWords } from './words.ts';

interface Values {
  propertyId: number;
  name: string;
  format: Placement['format'];
  sizes: string;
  floorCpmFen: number;
  auctionType: 'first' | 'second';
}

interface Props {
  placement: Placement | 'new' | undefined;
  close: () => void;
}

export function PlacementDrawer({ placement, close }: Props) {
  const say = usePlacementWords();
  const [form] = Form.useForm<Values>();
  const save = useSave(placement, form, close);
  useEffect(() => {
    if (!placement) return;
    form.resetFields();
    if (placement !== 'new') {
      form.setFieldsValue({ ...placement, sizes: sizesText(placement.sizes) });
    }
  }, [placement, form]);
  return (
    <Drawer
      open={placement !== undefined}
      onClose={close}
      size={440}
      title={say(placement === 'new' ? 'new' : 'edit')}
      footer={
        <div className="row" style={{ justifyContent: 'flex-end' }}>
          <Button onClick={close}>{say('cancel')}</Button>
          <Button type="primary" loading={save.isPending} onClick={() => form.submit()}>
            {say(placement === 'new' ? 'create' : 'save')}
          </Button>
        </div>
      }
    >
      <PlacementForm form={form} isNew={placement === 'new'} submit={save.mutate} />
    </Drawer>
  );
}

function PlacementForm(props: {
  form: ReturnType<typeof Form.useForm<Values>>[0];
  isNew: boolean;
  submit: (values: Values) => void;
}) {
  const say = usePlacementWords();
  const format = useFormatLabel();
  const properties = useProperties();
  const required = { required: true, message: say('required') };
  return (
    <Form
      form={props.form}
      name="placement"
      layout="vertical"
      initialValues={{ auctionType: 'first', format: 'banner', sizes: '' }}
      onFinish={props.submit}
    >
      {props.isNew && (
        <>
          <Form.Item name="propertyId" label={say('property')} rules={[required]}>
            <Select
              loading={properties.isPending}
              options={properties.data?.map(({ id, name }) => ({ value: id, label: name }))}
            />
          </Form.Item>
          <Form.Item name="format" label={say('format')} rules={[required]}>
            <Select options={FORMATS.map((value) => ({ value, label: format(value) }))} />
          </Form.Item>
        </>
      )}
      <Form.Item name="name" label={say('name')} rules={[required]}>
        <Input maxLength={100} />
      </Form.Item>
      <Form.Item
        name="sizes"
        label={say('sizes')}
        rules={[
          {
            validator: (_, text: string) =>
              readSizes(text) ? Promise.resolve() : Promise.reject(new Error(say('sizeWrong'))),
          },
        ]}
      >
        <Input placeholder="640x100, 1080x1920" />
      </Form.Item>
      <Form.Item
        name="floorCpmFen"
        label={say('floor')}
        rules={[{ required: true, type: 'number', min: 0, max: 1e7, message: say('floorWrong') }]}
      >
        <YuanInput unit={say('floorUnit')} />
      </Form.Item>
      <Form.Item name="auctionType" label={say('auction')}>
        <Segmented
          options={[
            { value: 'first', label: say('first') },
            { value: 'second', label: say('second') },
          ]}
        />
      </Form.Item>
    </Form>
  );
}

function useSave(
  placement: Placement | 'new' | undefined,
  form: ReturnType<typeof Form.useForm<Values>>[0],
  close: () => void,
) {
  const say = usePlacementWords();
  const language = useLanguage();
  return useChange({
    run: ({ sizes, propertyId, format, ...values }: Values, key) => {
      const json = { ...values, sizes: readSizes(sizes) ?? [] };
      return placement === 'new' || !placement
        ? read(api.placements.$post({ json: { ...json, propertyId, format } }, once(key)))
        : read(
            api.placements[':id'].$patch({
              param: { id: String(placement.id) },
              json: { ...json, version: placement.version },
            }),
          );
    },
    refresh: [PLACEMENTS],
    say: say(placement === 'new' ? 'created' : 'saved'),
    done: close,
    failed: (error) => {
      if (!(error instanceof Problem)) return false;
      return showInForm(form, error, language);
    },
  });
}
