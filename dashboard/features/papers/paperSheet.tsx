/** One paper: what it says, its scan, and the step of whoever looks: check it, or take it back. */
import { Button, Form, Input } from 'antd';
import { useState } from 'react';
import { api, read } from '../../lib/client.ts';
import { instant } from '../../lib/format.ts';
import { useCategoryLabel } from '../../lib/labels.ts';
import { useMe } from '../../lib/me.ts';
import { useChange } from '../../lib/queries.ts';
import { Asked } from '../../ui/asked.tsx';
import { FormDrawer } from '../../ui/formDrawer.tsx';
import { Facts, Mark } from '../../ui/page.tsx';
import { PAPERS, type Paper, STANDING_TONES, standingOf } from './data.ts';
import { usePaperWords } from './words.ts';

const one = api.qualifications[':id'];
const REFRESH = [PAPERS, ['notices']];

export function PaperSheet({ paper }: { paper: Paper }) {
  const say = usePaperWords();
  const category = useCategoryLabel();
  const me = useMe();
  const standing = standingOf(paper);
  const scan = paper.scanUrl && (
    <a href={paper.scanUrl} target="_blank" rel="noreferrer">
      {say('openFile')} ↗
    </a>
  );
  return (
    <div className="stack">
      <Mark tone={STANDING_TONES[standing]}>{say(standing)}</Mark>
      <Facts
        items={[
          [say('kind'), say(paper.kind)],
          [say('number'), paper.number],
          [say('issuer'), paper.issuer ?? '—'],
          [say('categories'), paper.categories.map(category).join('、') || say('anyCategory')],
          [say('validFrom'), paper.validFrom ?? '—'],
          [say('validUntil'), paper.validUntil ?? say('noEnd')],
          [say('file'), scan || say('noFile')],
          [say('filedAt'), instant(paper.createdAt)],
          [say('verifiedAt'), paper.verifiedAt ? instant(paper.verifiedAt) : '—'],
          ...(paper.rejectReason ? [[say('rejectReason'), paper.rejectReason] as const] : []),
        ]}
      />
      {me.kind === 'platform' ? <Judge paper={paper} /> : <Withdraw paper={paper} />}
    </div>
  );
}

function Judge({ paper }: { paper: Paper }) {
  const say = usePaperWords();
  const [rejecting, setRejecting] = useState(false);
  const param = { id: String(paper.id) };
  const { version } = paper;
  const verify = useChange({
    run: () => read(one.verdict.$post({ param, json: { version, verdict: 'verified' } })),
    refresh: REFRESH,
    say: say('judged'),
  });
  return (
    <div className="row">
      {paper.status !== 'verified' && (
        <Asked
          label={say('verify')}
          hint={say('verifyAsk')}
          type="primary"
          loading={verify.isPending}
          run={() => verify.mutateAsync(undefined)}
        />
      )}
      {paper.status !== 'rejected' && (
        <Button onClick={() => setRejecting(true)}>{say('reject')}</Button>
      )}
      <FormDrawer<{ rejectReason: string }, unknown>
        open={rejecting}
        close={() => setRejecting(false)}
        title={say('reject')}
        name={`paper-reject-${paper.id}`}
        okText={say('reject')}
        initial={{}}
        run={({ rejectReason }) =>
          read(one.verdict.$post({ param, json: { version, verdict: 'rejected', rejectReason } }))
        }
        refresh={REFRESH}
        say={say('judged')}
      >
        <Form.Item
          name="rejectReason"
          label={say('rejectReason')}
          rules={[{ required: true, whitespace: true, min: 2, message: say('reasonWanted') }]}
        >
          <Input.TextArea maxLength={500} showCount autoSize={{ minRows: 3 }} />
        </Form.Item>
      </FormDrawer>
    </div>
  );
}

function Withdraw({ paper }: { paper: Paper }) {
  const say = usePaperWords();
  const withdraw = useChange({
    run: () => one.$delete({ param: { id: String(paper.id) } }),
    refresh: REFRESH,
    say: say('withdrawn'),
  });
  return (
    <span>
      <Asked
        label={say('withdraw')}
        hint={say('withdrawAsk')}
        danger
        loading={withdraw.isPending}
        run={() => withdraw.mutateAsync(undefined)}
      />
    </span>
  );
}
