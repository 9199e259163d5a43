/** One placement: making it, changing it; its tag stands below. */

import { useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Form, Input, Segmented, Select } from 'antd';
import { FORMATS } from '../../../db/terms/market.ts';
import { api, once, read } from '../../lib/client.ts';
import { useFormatLabel } from '../../lib/labels.ts';
import { optionsOf } from '../../ui/choice.ts';
import { FormDrawer } from '../../ui/formDrawer.tsx';
import { YuanInput } from '../../ui/yuanInput.tsx';
import { PLACEMENTS, type Placement, readSizes, sizesText, useProperties } from './data.ts';
import { Tag } from './tag.tsx';
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
  made: (id: number) => void;
}

export function PlacementDrawer({ placement, close, made }: Props) {
  const say = usePlacementWords();
  const client = useQueryClient();
  const isNew = placement === 'new' || placement === undefined;
  return (
    <FormDrawer<Values, { id: number }>
      open={placement !== undefined}
      close={close}
      title={say(isNew ? 'new' : 'edit')}
      name={isNew ? 'placement-new' : `placement-${placement.id}`}
      okText={say(isNew ? 'create' : 'save')}
      initial={
        isNew
          ? { auctionType: 'first', format: 'banner', sizes: '' }
          : { ...fieldsOf(placement), sizes: sizesText(placement.sizes) }
      }
      run={({ sizes, propertyId, format, ...values }, key) => {
        const json = { ...values, sizes: readSizes(sizes) ?? [] };
        return isNew
          ? read(api.placements.$post({ json: { ...json, propertyId, format } }, once(key)))
          : read(
              api.placements[':id'].$patch({
                param: { id: String(placement.id) },
                json: { ...json, version: placement.version },
              }),
            );
      }}
      refresh={[PLACEMENTS]}
      reload={() => client.invalidateQueries({ queryKey: PLACEMENTS })}
      say={say(isNew ? 'created' : 'saved')}
      done={({ id }) => isNew && made(id)}
      size={560}
    >
      <PlacementFields isNew={isNew} />
      {!isNew && <Tag placement={placement} />}
    </FormDrawer>
  );
}

const fieldsOf = ({ name, floorCpmFen, auctionType }: Placement) => ({
  name,
  floorCpmFen,
  auctionType,
});

function PlacementFields({ isNew }: { isNew: boolean }) {
  const say = usePlacementWords();
  const format = useFormatLabel();
  const properties = useProperties();
  const required = { required: true, message: say('required') };
  return (
    <>
      {isNew && (
        <>
          <Form.Item
            name="propertyId"
            label={say('property')}
            rules={[required]}
            extra={
              properties.data?.length === 0 && (
                <Link to="/placements" search={{ property: 'new' } as never}>
                  {say('noProperty')} →
                </Link>
              )
            }
          >
            <Select
              loading={properties.isPending}
              options={properties.data?.map(({ id, name }) => ({ value: id, label: name }))}
            />
          </Form.Item>
          <Form.Item name="format" label={say('format')} rules={[required]}>
            <Select options={optionsOf(FORMATS, format)} />
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
    </>
  );
}
