/** The code that puts a placement on a page, and whether it works: today's impressions, looked at every few seconds. */
import { App, Button } from 'antd';
import { count, money } from '../../lib/format.ts';
import { useExchangeUrl } from '../../lib/me.ts';
import { Mark } from '../../ui/page.tsx';
import { today } from '../../ui/period.tsx';
import { useSpend } from '../reports/data.ts';
import type { Placement } from './data.ts';
import { usePlacementWords } from './words.ts';

/** Formats that a web page shows by the tag; the others are fetched by apps and screens (see the API reference). */
const TAGGED: readonly string[] = ['banner', 'native', 'video', 'splash', 'audio'];

export function Tag({ placement }: { placement: Placement }) {
  const say = usePlacementWords();
  const { message } = App.useApp();
  const exchangeUrl = useExchangeUrl();
  if (!TAGGED.includes(placement.format)) return null;
  const sizes = placement.sizes.map(({ w, h }) => `${w}x${h}`).join(',');
  const size = sizes ? ` data-size="${sizes}"` : '';
  const code = `<script async src="${exchangeUrl}/tag.js" data-placement="${placement.id}"${size}></script>`;
  const copy = async () => {
    await navigator.clipboard.writeText(code);
    void message.success(say('copied'));
  };
  return (
    <section className="stack placement-tag" style={{ gap: 8 }}>
      <div className="row row-between">
        <strong>{say('tag')}</strong>
        <Button size="small" onClick={() => void copy()}>
          {say('copy')}
        </Button>
      </div>
      <p className="faint small">{say('tagHint')}</p>
      <code className="placement-code">{code}</code>
      <SelfCheck placement={placement} />
    </section>
  );
}

const LOOK_MS = 4_000;

function SelfCheck({ placement }: { placement: Placement }) {
  const say = usePlacementWords();
  const now = today();
  const report = useSpend({ from: now, to: now, by: 'placement', limit: '4000' }, LOOK_MS);
  const row = report.data?.items.find(
    ({ dimensions }) => dimensions.placement?.key === String(placement.id),
  );
  const { impressions, spendMicroCny } = row ?? { impressions: 0, spendMicroCny: '0' };
  const works = impressions > 0;
  return (
    <div role="status">
      <Mark tone={works ? 'good' : 'warn'}>
        {works
          ? say('checked', { n: count(impressions), amount: money(spendMicroCny) })
          : say('checking')}
      </Mark>
      {!works && <p className="faint small">{say('checkHint')}</p>}
    </div>
  );
}
