/** An agency's line: what the platform lets it spread, over which of its clients it is spread, and how much they have drawn. */
import { Button, Form } from 'antd';
import { api, once, read } from '../../lib/client.ts';
import { useFilters } from '../../lib/filters.ts';
import { money } from '../../lib/format.ts';
import type { Column } from '../../ui/column.ts';
import { actsColumn, moneyColumn, nameColumn } from '../../ui/columns.tsx';
import { FormDrawer } from '../../ui/formDrawer.tsx';
import { ListScreen } from '../../ui/listScreen.tsx';
import { Figure, Figures, Money } from '../../ui/page.tsx';
import { asYuan, YuanInput } from '../../ui/yuanInput.tsx';
import { CREDIT, leftOf, total, useOwnLine, useWallets, type Wallet } from './data.ts';
import { useCreditWords } from './words.ts';

export function AgencyCredit() {
  const say = useCreditWords();
  const { filters, set } = useFilters();
  const wallets = useWallets();
  const client = wallets.data?.find(({ id }) => String(id) === filters.client);
  return (
    <ListScreen<Wallet>
      title={say('title')}
      hint={say('hintAgency')}
      label={say('clients')}
      figures={<Summary wallets={wallets.data} />}
      query={wallets}
      columns={useColumns((row) => set({ client: String(row.id) }))}
      none={{ title: say('noneClient'), hint: say('noneClientHint') }}
      exportAs="credit-clients"
    >
      {client && <SpreadForm client={client} close={() => set({ client: undefined })} />}
    </ListScreen>
  );
}

function Summary({ wallets }: { wallets: readonly Wallet[] | undefined }) {
  const say = useCreditWords();
  const line = useOwnLine().data;
  if (!line || !wallets) return null;
  const none = BigInt(line.limitMicroCny) === 0n;
  return (
    <Figures>
      <Figure
        label={say('line')}
        value={<Money microCny={line.limitMicroCny} />}
        note={none ? say('noLine') : say('lineNote')}
      />
      <Figure label={say('spread')} value={<Money microCny={line.spreadMicroCny} />} />
      <Figure label={say('left')} value={<Money microCny={leftOf(line)} />} />
      <Figure
        label={say('drawn')}
        value={<Money microCny={total(wallets, (row) => row.drawnMicroCny)} />}
        note={say('drawnNote')}
      />
    </Figures>
  );
}

/** What the platform granted is the platform's to change. */
const ofPlatform = (row: Wallet) => row.grantedBy === null && BigInt(row.limitMicroCny) > 0n;

function useColumns(change: (row: Wallet) => void): Column<Wallet>[] {
  const say = useCreditWords();
  const line = useOwnLine().data;
  const nothing = !line || BigInt(line.limitMicroCny) === 0n;
  return [
    nameColumn(say('client'), (row) => row.name, { width: '2fr' }),
    moneyColumn('limit', say('limit'), (row) => row.limitMicroCny),
    moneyColumn('drawn', say('drawn'), (row) => row.drawnMicroCny),
    moneyColumn(
      'room',
      say('room'),
      (row) => BigInt(row.limitMicroCny) - BigInt(row.drawnMicroCny),
    ),
    actsColumn((row) =>
      ofPlatform(row) ? (
        <span className="faint small">{say('ofPlatform')}</span>
      ) : (
        <Button size="small" disabled={nothing} onClick={() => change(row)}>
          {say('spreadTo')}
        </Button>
      ),
    ),
  ];
}

function SpreadForm({ client, close }: { client: Wallet; close: () => void }) {
  const say = useCreditWords();
  const line = useOwnLine().data;
  const most = (line ? leftOf(line) : 0n) + BigInt(client.limitMicroCny);
  const isDrawn = BigInt(client.drawnMicroCny) > 0n;
  const bounds =
    say('spreadMost', { most: money(most) }) +
    (isDrawn ? say('spreadLeast', { drawn: money(client.drawnMicroCny) }) : '');
  return (
    <FormDrawer<{ limitMicroCny: string }, unknown>
      open
      close={close}
      title={`${say('spreadTo')} · ${client.name}`}
      name={`credit-client-${client.id}`}
      initial={{ limitMicroCny: client.limitMicroCny }}
      run={({ limitMicroCny }, key) => {
        const json = { advertiserId: client.id, limitMicroCny };
        return read(api.wallet.credit.$put({ json }, once(key)));
      }}
      refresh={[CREDIT, ['wallet'], ['notices']]}
      say={say('spreadNow')}
    >
      <Form.Item
        name="limitMicroCny"
        label={say('limit')}
        extra={bounds}
        rules={[{ required: true, message: say('required') }]}
        {...asYuan}
      >
        <YuanInput autoFocus />
      </Form.Item>
    </FormDrawer>
  );
}
