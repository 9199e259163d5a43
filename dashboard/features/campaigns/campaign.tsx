/** One campaign: its money, its line items (edited in bulk where wished), and who changed what. */
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { Button } from 'antd';
import { api, once, read } from '../../lib/client.ts';
import { percent, yuanForChart } from '../../lib/format.ts';
import { useChange } from '../../lib/queries.ts';
import { Figure, Figures, Money, Page, Panel } from '../../ui/page.tsx';
import { Loaded } from '../../ui/states.tsx';
import { CAMPAIGNS, type Campaign as CampaignRow, useCampaign } from './data.ts';
import { History } from './history.tsx';
import { LineItemTable } from './lineItemTable.tsx';
import { StatusActions, StatusMark } from './statusActions.tsx';
import { useCampaignWords } from './words.ts';

export function Campaign() {
  const { id } = useParams({ strict: false }) as { id: string };
  const query = useCampaign(id);
  return <Loaded query={query}>{(campaign) => <Sheet campaign={campaign} />}</Loaded>;
}

function Sheet({ campaign }: { campaign: CampaignRow }) {
  const say = useCampaignWords();
  const left = BigInt(campaign.totalBudgetMicroCny) - BigInt(campaign.spentMicroCny);
  const used = percent(
    yuanForChart(campaign.spentMicroCny),
    yuanForChart(campaign.totalBudgetMicroCny),
    1,
  );
  return (
    <Page
      back={{ to: '/campaigns', label: say('back') }}
      eyebrow={campaign.advertiserName}
      title={
        <>
          {campaign.name} <StatusMark status={campaign.status} />
        </>
      }
      actions={
        <>
          <Copy campaign={campaign} />
          <StatusActions kind="campaigns" thing={campaign} />
        </>
      }
    >
      <Figures>
        <Figure
          label={say('spent')}
          value={<Money microCny={campaign.spentMicroCny} />}
          note={used}
        />
        <Figure
          label={say('budget')}
          value={<Money microCny={campaign.totalBudgetMicroCny} />}
          tone={left <= 0n ? 'warn' : 'plain'}
        />
        <Figure
          label={say('dates')}
          value={<small>{campaign.startsOn}</small>}
          note={`– ${campaign.endsOn}`}
        />
        <Figure label={say('lineItems')} value={campaign.lineItems} />
      </Figures>
      <Panel
        title={say('lineItems')}
        flush
        extra={
          <Link to="/campaigns/new" search={{ campaign: String(campaign.id) } as never}>
            + {say('newLineItem')}
          </Link>
        }
      >
        <LineItemTable campaignId={String(campaign.id)} />
      </Panel>
      <Panel title={say('history')}>
        <History kind="campaigns" id={String(campaign.id)} />
      </Panel>
    </Page>
  );
}

function Copy({ campaign }: { campaign: CampaignRow }) {
  const say = useCampaignWords();
  const navigate = useNavigate();
  const copy = useChange({
    run: (_: undefined, key) =>
      read(api.campaigns[':id'].copy.$post({ param: { id: String(campaign.id) } }, once(key))),
    refresh: [CAMPAIGNS],
    say: say('copied'),
    done: (made) => void navigate({ to: `/campaigns/${made.id}` }),
  });
  return (
    <Button loading={copy.isPending} onClick={() => copy.mutate(undefined)}>
      {say('copy')}
    </Button>
  );
}
