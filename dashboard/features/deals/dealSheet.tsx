/** One deal: its terms, whose word is still wanted, and what this side may do now. */
import { Button, Progress, Select } from 'antd';
import { useState } from 'react';
import { api, once, read } from '../../lib/client.ts';
import { count, fenMoney, instant, money } from '../../lib/format.ts';
import { useMe } from '../../lib/me.ts';
import { useChange } from '../../lib/queries.ts';
import { Asked } from '../../ui/asked.tsx';
import { Facts, Mark } from '../../ui/page.tsx';
import { Loaded } from '../../ui/states.tsx';
import { useLineItems } from '../campaigns/data.ts';
import { usePlacements } from '../placements/data.ts';
import { awaits, buyerOf, DEAL_TONES, DEALS, type DealDetail, sideOf, useDeal } from './data.ts';
import { DealForm } from './dealForm.tsx';
import { useDealWords } from './words.ts';

const one = api.deals[':id'];

export function DealSheet({ id }: { id: string }) {
  const deal = useDeal(id);
  return <Loaded query={deal}>{(data) => <Body deal={data} />}</Loaded>;
}

function Body({ deal }: { deal: DealDetail }) {
  const say = useDealWords();
  const me = useMe();
  const side = sideOf(me, deal);
  const placements = usePlacements();
  const names = placements.data?.filter((row) => deal.placementIds.includes(row.id));
  const word = (at: string | null) => (at ? instant(at) : say('notYet'));
  return (
    <div className="stack">
      <Mark tone={DEAL_TONES[deal.status]}>{say(deal.status)}</Mark>
      <Facts
        items={[
          [say('kind'), say(deal.kind)],
          [say('code'), <code key="code">{deal.code}</code>],
          [say('outlet'), deal.outletName],
          [say('buyer'), buyerOf(deal)],
          [say('price'), fenMoney(deal.priceCpmFen)],
          [
            say(deal.kind === 'guaranteed' ? 'impressions' : 'mostImpressions'),
            deal.impressions === null ? say('noLimit') : count(deal.impressions),
          ],
          [say('dates'), `${deal.startsOn} – ${deal.endsOn}`],
          [say('outletWord'), word(deal.outletAgreedAt)],
          [say('buyerWord'), word(deal.buyerAgreedAt)],
          [
            say('placements'),
            names?.map((row) => row.name).join('、') || count(deal.placementIds.length),
          ],
        ]}
      />
      {deal.status !== 'proposed' && deal.status !== 'declined' && <Delivery deal={deal} />}
      {deal.note && <p className="faint">{deal.note}</p>}
      {side && <Steps deal={deal} side={side} />}
      {side === 'buyer' && deal.advertiserId !== null && deal.status !== 'declined' && (
        <Lines deal={deal} />
      )}
    </div>
  );
}

const LAST_DAYS = 7;

/** What came of it so far: the whole, and its last days. */
function Delivery({ deal: { delivery, impressions } }: { deal: DealDetail }) {
  const say = useDealWords();
  const share =
    impressions === null ? undefined : Math.min(100, (100 * delivery.impressions) / impressions);
  return (
    <section className="stack" style={{ gap: 8 }} aria-label={say('delivered')}>
      <strong>{say('delivered')}</strong>
      {share !== undefined && (
        <Progress percent={Math.floor(share)} size="small" aria-label={say('delivered')} />
      )}
      <Facts
        items={[
          [say('shown'), count(delivery.impressions)],
          [say('viewables'), count(delivery.viewables)],
          [say('clicks'), count(delivery.clicks)],
          [say('spend'), money(delivery.spendMicroCny)],
          ...delivery.days
            .slice(0, LAST_DAYS)
            .map((one): [string, string] => [
              one.day,
              `${count(one.impressions)} · ${money(one.spendMicroCny)}`,
            ]),
        ]}
      />
    </section>
  );
}

type Next = 'active' | 'paused' | 'declined' | 'ended';
const NEXT: Partial<Record<DealDetail['status'], Next[]>> = {
  active: ['paused', 'ended'],
  paused: ['active', 'ended'],
  proposed: ['declined'],
};
const NEXT_WORD = { active: 'resume', paused: 'pause', declined: 'decline', ended: 'end' } as const;

function Steps({ deal, side }: { deal: DealDetail; side: 'outlet' | 'buyer' }) {
  const say = useDealWords();
  const [countering, setCountering] = useState(false);
  const param = { id: String(deal.id) };
  const { version } = deal;
  const agree = useChange({
    run: (_: undefined, key) => read(one.agreement.$post({ param, json: { version } }, once(key))),
    refresh: [DEALS],
    say: say('agreed'),
  });
  const turn = useChange({
    run: (status: Next) => read(one.status.$post({ param, json: { version, status } })),
    refresh: [DEALS],
    say: say('saved'),
  });
  return (
    <div className="row">
      {awaits(deal, side) && (
        <Asked
          label={say('agree')}
          ask={say('agreeAsk')}
          type="primary"
          run={() => agree.mutateAsync(undefined)}
        />
      )}
      {deal.status === 'proposed' && (
        <Button onClick={() => setCountering(true)}>{say('counter')}</Button>
      )}
      {(NEXT[deal.status] ?? []).map((status) => (
        <Asked
          key={status}
          label={say(NEXT_WORD[status])}
          ask={say(`${NEXT_WORD[status]}Ask`)}
          run={() => turn.mutateAsync(status)}
        />
      ))}
      <DealForm deal={deal} open={countering} close={() => setCountering(false)} />
    </div>
  );
}

/** The line items that buy by this deal. */
function Lines({ deal }: { deal: DealDetail }) {
  const say = useDealWords();
  const lineItems = useLineItems();
  const [chosen, setChosen] = useState<number[]>(deal.lineItemIds);
  const save = useChange({
    run: () =>
      read(
        one['line-items'].$put({
          param: { id: String(deal.id) },
          json: { version: deal.version, lineItemIds: chosen },
        }),
      ),
    refresh: [DEALS],
    say: say('saved'),
  });
  const changed = String([...chosen].sort()) !== String([...deal.lineItemIds].sort());
  return (
    <section className="stack" style={{ gap: 8 }}>
      <strong>{say('lines')}</strong>
      <Select
        mode="multiple"
        aria-label={say('lines')}
        placeholder={say('linesHint')}
        loading={lineItems.isPending}
        value={chosen}
        options={lineItems.data
          ?.filter((row) => row.advertiserId === deal.advertiserId)
          .map((row) => ({ value: row.id, label: `${row.campaignName} · ${row.name}` }))}
        onChange={setChosen}
      />
      {changed && (
        <span>
          <Button loading={save.isPending} onClick={() => save.mutate(undefined)}>
            {say('saveLines')}
          </Button>
        </span>
      )}
    </section>
  );
}
