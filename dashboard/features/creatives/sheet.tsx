/** One creative: its look, what review said, and the ways on: edit, submit (with an appeal), withdraw. */
import { useQuery } from '@tanstack/react-query';
import { Alert, Button, Input } from 'antd';
import { useState } from 'react';
import { api, once, read } from '../../lib/client.ts';
import { instant } from '../../lib/format.ts';
import { useStatusLabel } from '../../lib/labels.ts';
import { useChange } from '../../lib/queries.ts';
import { Asked } from '../../ui/asked.tsx';
import { Facts, Mark } from '../../ui/page.tsx';
import { Loaded } from '../../ui/states.tsx';
import { CREATIVES, type Creative } from './data.ts';
import { CreativePreview } from './preview.tsx';
import { useCreativeWords } from './words.ts';

const one = api.creatives[':id'];

export function Sheet({ creative, edit }: { creative: Creative; edit: () => void }) {
  const say = useCreativeWords();
  const size = creative.w && creative.h ? { w: creative.w, h: creative.h } : undefined;
  return (
    <div className="stack">
      {creative.status === 'rejected' && (
        <Alert
          type="error"
          showIcon
          title={say('reject')}
          description={creative.rejectReason ?? say('missing')}
        />
      )}
      <CreativePreview format={creative.format} content={creative.content} size={size} />
      <Facts
        items={[
          [say('landing'), creative.landingUrl],
          [
            say('approvalNo'),
            creative.approvalNo
              ? `${creative.approvalNo} · ${creative.approvalExpiresOn ?? ''}`
              : say('missing'),
          ],
        ]}
      />
      <Ways creative={creative} edit={edit} />
      <Reviews id={creative.id} />
    </div>
  );
}

function Ways({ creative, edit }: { creative: Creative; edit: () => void }) {
  const say = useCreativeWords();
  const [appeal, setAppeal] = useState('');
  const param = { id: String(creative.id) };
  const { version, status } = creative;
  const submit = useChange({
    run: (_: undefined, key) => {
      const json = { version, ...(appeal.trim() ? { appeal: appeal.trim() } : {}) };
      return read(one.submission.$post({ param, json }, once(key)));
    },
    refresh: [CREATIVES],
    say: say('submitted'),
  });
  const withdraw = useChange({
    run: () => read(one.withdrawal.$post({ param, json: { version } })),
    refresh: [CREATIVES],
    say: say('withdrawn'),
  });
  if (status === 'withdrawn') return null;
  const refused = status === 'rejected';
  const submittable = status === 'draft' || status === 'rejected';
  return (
    <div className="stack" style={{ gap: 10 }}>
      {submittable && (
        <label className="stack" style={{ gap: 4 }} htmlFor="appeal">
          <span className="small">{say(refused ? 'appealRefused' : 'appeal')}</span>
          <Input.TextArea
            id="appeal"
            value={appeal}
            maxLength={500}
            autoSize={{ minRows: 1, maxRows: 4 }}
            placeholder={say(refused ? 'appealRefusedHint' : 'appealHint')}
            onChange={(event) => setAppeal(event.target.value)}
          />
        </label>
      )}
      <div className="row">
        {submittable && (
          <Button
            type="primary"
            loading={submit.isPending}
            onClick={() => submit.mutate(undefined)}
          >
            {say('submit')}
          </Button>
        )}
        <Button onClick={edit}>{say('edit')}</Button>
        <Asked
          label={say('withdraw')}
          ask={say('withdrawAsk')}
          type="text"
          danger
          run={() => withdraw.mutateAsync(undefined)}
        />
      </div>
    </div>
  );
}

function Reviews({ id }: { id: number }) {
  const say = useCreativeWords();
  const label = useStatusLabel();
  const detail = useQuery({
    queryKey: [...CREATIVES, id],
    queryFn: () => read(one.$get({ param: { id: String(id) } })),
  });
  return (
    <section>
      <strong>{say('reviews')}</strong>
      <Loaded query={detail} lines={2}>
        {({ reviews, task }) => (
          <ol className="stack" style={{ gap: 8, marginTop: 8 }}>
            {task && <Mark tone="busy">{say('waiting')}</Mark>}
            {reviews.length === 0 && !task && <li className="faint">{say('noReviews')}</li>}
            {reviews.map((review) => (
              <li key={review.id}>
                <span className="row row-between">
                  <Mark tone={review.verdict === 'rejected' ? 'bad' : 'good'}>
                    {label(review.verdict)}
                  </Mark>
                  <span className="faint small number">{instant(review.reviewedAt)}</span>
                </span>
                {review.rejectReason && <p className="faint small">{review.rejectReason}</p>}
              </li>
            ))}
          </ol>
        )}
      </Loaded>
    </section>
  );
}
