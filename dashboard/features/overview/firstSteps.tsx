/** An advertiser's way to its first impression: checked by the platform, money, a creative, a campaign. */
import { useAdvertiserId } from '../../lib/acting.ts';
import { useAdvertisers } from '../../lib/parties.ts';
import { FirstSteps } from '../../ui/firstSteps.tsx';
import { useCampaigns } from '../campaigns/data.ts';
import { useCreatives } from '../creatives/data.ts';
import { usePapers } from '../papers/data.ts';
import { useWallet } from '../wallet/data.ts';
import { useOverviewWords } from './words.ts';

export function AdvertiserSteps() {
  const say = useOverviewWords();
  const advertiserId = useAdvertiserId();
  const own = useAdvertisers().data?.find((row) => row.id === advertiserId);
  const papers = usePapers();
  const wallet = useWallet();
  const creatives = useCreatives();
  const campaigns = useCampaigns();
  // Shown once it is known to be needed: a desk that runs never sees it flash by.
  if (!own || !wallet.data || !creatives.data || !campaigns.data || !papers.data) return null;
  const admitted = own.status === 'active';
  return (
    <FirstSteps
      title={say('firstSteps')}
      steps={[
        {
          title: say('stepPapers'),
          hint: say(papers.data.length > 0 && !admitted ? 'stepPapersWait' : 'stepPapersHint'),
          to: '/papers',
          search: { paper: 'new' },
          done: admitted,
        },
        {
          title: say('stepMoney'),
          hint: say('stepMoneyHint'),
          to: '/wallet',
          search: { topUp: 'new' },
          done: BigInt(wallet.data.balanceMicroCny) > 0n,
        },
        {
          title: say('stepCreative'),
          hint: say('stepCreativeHint'),
          to: '/creatives',
          search: { edit: 'new' },
          done: creatives.data.length > 0,
        },
        {
          title: say('stepCampaign'),
          hint: say('stepCampaignHint'),
          to: '/campaigns/new',
          done: campaigns.data.length > 0,
        },
      ]}
    />
  );
}
