/** Whose contract it is, and about what of theirs: everything, a property, a placement or a deal. */
import { Form, Select } from 'antd';
import { useOutlets } from '../../lib/parties.ts';
import { optionsOf } from '../../ui/choice.ts';
import { useDeals } from '../deals/data.ts';
import { usePlacements, useProperties } from '../placements/data.ts';
import { useContractWords } from './words.ts';

const PLACES = ['whole', 'property', 'placement', 'deal'] as const;

export interface PlaceValues {
  outletId: number;
  placeKind: (typeof PLACES)[number];
  propertyId?: number;
  placementId?: number;
  dealId?: string;
}

/** Only what was chosen last: the fields of other places may still hold something. */
export const placeOf = ({ outletId, placeKind, propertyId, placementId, dealId }: PlaceValues) => ({
  outletId,
  ...(placeKind === 'property' && propertyId ? { propertyId } : {}),
  ...(placeKind === 'placement' && placementId ? { placementId } : {}),
  ...(placeKind === 'deal' && dealId ? { dealId } : {}),
});

interface Props {
  chosen: (outletId: number, outletName: string) => void;
}

export function PlaceFields({ chosen }: Props) {
  const say = useContractWords();
  const outlets = useOutlets();
  const rules = [{ required: true, message: say('required') }];
  const kind = Form.useWatch<PlaceValues['placeKind'] | undefined>('placeKind');
  return (
    <>
      <Form.Item name="outletId" label={say('outlet')} rules={rules}>
        <Select
          showSearch={{ optionFilterProp: 'label' }}
          loading={outlets.isPending}
          options={outlets.data
            ?.filter(({ status }) => status !== 'pending')
            .map(({ id, name }) => ({ value: id, label: name }))}
          onChange={(id: number, option) =>
            chosen(id, String(Array.isArray(option) ? '' : option?.label))
          }
        />
      </Form.Item>
      <div className="form-pair">
        <Form.Item name="placeKind" label={say('place')} extra={say('placeHint')}>
          <Select options={optionsOf(PLACES, say)} />
        </Form.Item>
        {kind === 'property' && <PropertyField />}
        {kind === 'placement' && <PlacementField />}
        {kind === 'deal' && <DealField />}
      </div>
    </>
  );
}

interface Choice<Id> {
  name: 'propertyId' | 'placementId' | 'dealId';
  label: string;
  loading: boolean;
  options: { value: Id; label: string }[];
}

function PlaceField<Id extends string | number>({ name, label, loading, options }: Choice<Id>) {
  const say = useContractWords();
  return (
    <Form.Item name={name} label={label} rules={[{ required: true, message: say('required') }]}>
      <Select
        showSearch={{ optionFilterProp: 'label' }}
        loading={loading}
        options={options}
        notFoundContent={say('noPlace')}
      />
    </Form.Item>
  );
}

/** Of the outlet that was chosen. */
function useOwn<Row extends { outletId: number }>(rows: readonly Row[] | undefined): Row[] {
  const outletId = Form.useWatch<number | undefined>('outletId');
  return (rows ?? []).filter((row) => row.outletId === outletId);
}

function PropertyField() {
  const say = useContractWords();
  const query = useProperties();
  const options = useOwn(query.data).map(({ id, name }) => ({ value: id, label: name }));
  return (
    <PlaceField
      name="propertyId"
      label={say('property')}
      loading={query.isPending}
      options={options}
    />
  );
}

function PlacementField() {
  const say = useContractWords();
  const query = usePlacements();
  const options = useOwn(query.data).map(({ id, name, propertyName }) => ({
    value: id,
    label: `${propertyName} · ${name}`,
  }));
  return (
    <PlaceField
      name="placementId"
      label={say('placement')}
      loading={query.isPending}
      options={options}
    />
  );
}

function DealField() {
  const say = useContractWords();
  const query = useDeals();
  const options = useOwn(query.data).map(({ code, name }) => ({
    value: code,
    label: `${name} (${code})`,
  }));
  return (
    <PlaceField name="dealId" label={say('deal')} loading={query.isPending} options={options} />
  );
}
