/** For which of several outlets or advertisers one works; nothing for whoever has one. */
import { Select } from 'antd';
import { type Acting, useAdvertiserActing, useOutletActing } from '../lib/acting.ts';
import { useAdvertisers, useOutlets } from '../lib/parties.ts';
import { useShellWords } from './words.ts';

export function ActingSwitch() {
  const outlets = useOutletActing();
  const advertisers = useAdvertiserActing();
  if (outlets.ids.length > 1) return <OutletChoice acting={outlets} />;
  return advertisers.ids.length > 1 ? <AdvertiserChoice acting={advertisers} /> : null;
}

function OutletChoice({ acting }: { acting: Acting }) {
  const say = useShellWords();
  return <Choice acting={acting} names={useOutlets().data} label={say('actingOutlet')} />;
}

function AdvertiserChoice({ acting }: { acting: Acting }) {
  const say = useShellWords();
  return <Choice acting={acting} names={useAdvertisers().data} label={say('actingAdvertiser')} />;
}

function Choice(props: {
  acting: Acting;
  names: readonly { id: number; name: string }[] | undefined;
  label: string;
}) {
  const { acting, names, label } = props;
  const nameOf = (id: number) => names?.find((row) => row.id === id)?.name ?? `#${id}`;
  return (
    <Select
      className="side-acting"
      aria-label={label}
      title={label}
      showSearch={{ optionFilterProp: 'label' }}
      value={acting.id}
      options={acting.ids.map((id) => ({ value: id, label: nameOf(id) }))}
      onChange={acting.choose}
    />
  );
}
