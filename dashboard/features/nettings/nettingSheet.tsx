/** One month with another deployment: both books side by side, the words exchanged, and the set-off by a second person. */
import { App, Button, Input, Typography } from 'antd';
import { useState } from 'react';
import { once, read } from '../../lib/client.ts';
import { instant } from '../../lib/format.ts';
import { useChange } from '../../lib/queries.ts';
import { Asked } from '../../ui/asked.tsx';
import { Facts, Mark, Money } from '../../ui/page.tsx';
import { NETTING_TONES, NETTINGS, type Netting, nettings, restOf } from './data.ts';
import { useNettingWords } from './words.ts';

export function NettingSheet({ row }: { row: Netting }) {
  const say = useNettingWords();
  const amount = (microCny: string | bigint | null) =>
    microCny === null ? say('unsaid') : <Money microCny={microCny} />;
  const rest = restOf(row);
  return (
    <div className="stack">
      <div className="row row-between">
        <Mark tone={NETTING_TONES[row.status]}>{say(row.status)}</Mark>
        {row.status !== 'posted' && <Acts row={row} />}
      </div>
      <Facts
        items={[
          [`${say('owed')} · ${say('ours')}`, amount(row.owedMicroCny)],
          [`${say('owed')} · ${say('theirs')}`, amount(row.theirDueMicroCny)],
          [`${say('due')} · ${say('ours')}`, amount(row.dueMicroCny)],
          [`${say('due')} · ${say('theirs')}`, amount(row.theirOwedMicroCny)],
          [say('setOff'), row.setOffMicroCny === null ? '—' : amount(row.setOffMicroCny)],
          [say('restOwed'), amount(rest.owed)],
          [say('restDue'), amount(rest.due)],
          [say('tolerance'), `${row.tolerancePpm / 10_000}%`],
          [say('proposedAt'), instant(row.proposedAt)],
          [say('postedAt'), row.postedAt ? instant(row.postedAt) : '—'],
        ]}
      />
      <section className="stack" style={{ gap: 8 }}>
        <strong>{say('words')}</strong>
        <p className="faint small">{say('wordsHint')}</p>
        <OurWord id={row.id} />
        {row.status !== 'posted' && <TheirWord id={row.id} />}
      </section>
    </div>
  );
}

function Acts({ row }: { row: Netting }) {
  const say = useNettingWords();
  const { id, supplyPartnerId, demandPartnerId, month, tolerancePpm } = row;
  const again = useChange({
    run: (_: undefined, key: string) => {
      const json = { supplyPartnerId, demandPartnerId, month, tolerancePpm };
      return read(nettings.$post({ json }, once(key)));
    },
    refresh: [NETTINGS],
    say: say('saved'),
  });
  const post = useChange({
    run: (_: undefined, key: string) =>
      read(nettings[':id'].post.$post({ param: { id: String(id) } }, once(key))),
    refresh: [NETTINGS, ['notices']],
    say: say('done'),
  });
  return (
    <span className="row">
      <Asked
        label={say('again')}
        hint={say('againHint')}
        run={() => again.mutateAsync(undefined)}
      />
      <Asked
        type="primary"
        label={say('post')}
        ask={say('postAsk')}
        hint={say('postHint')}
        disabled={row.status !== 'agreed'}
        run={() => post.mutateAsync(undefined)}
      />
    </span>
  );
}

function OurWord({ id }: { id: number }) {
  const say = useNettingWords();
  const { modal } = App.useApp();
  const word = useChange({
    run: () => read(nettings[':id'].word.$get({ param: { id: String(id) } })),
    done: (said) =>
      void modal.info({
        title: say('ourWordTitle'),
        width: 560,
        content: (
          <Typography.Text code copyable style={{ overflowWrap: 'anywhere' }}>
            {JSON.stringify(said)}
          </Typography.Text>
        ),
      }),
  });
  return (
    <span>
      <Button loading={word.isPending} onClick={() => word.mutate(undefined)}>
        {say('ourWord')}
      </Button>
    </span>
  );
}

/** As the other desk copied it; undefined: no such text. */
function wordIn(text: string): { document: string; signature: string } | undefined {
  try {
    const { document, signature } = JSON.parse(text) as Record<string, unknown>;
    return typeof document === 'string' && typeof signature === 'string'
      ? { document, signature }
      : undefined;
  } catch {
    return undefined;
  }
}

function TheirWord({ id }: { id: number }) {
  const say = useNettingWords();
  const [text, setText] = useState('');
  const word = wordIn(text);
  const take = useChange({
    run: (json: { document: string; signature: string }) =>
      read(nettings[':id'].word.$post({ param: { id: String(id) }, json })),
    refresh: [NETTINGS, ['notices']],
    say: say('taken'),
    done: () => setText(''),
  });
  return (
    <div className="stack" style={{ gap: 8 }}>
      <Input.TextArea
        aria-label={say('theirWord')}
        placeholder={say('theirWordHint')}
        value={text}
        maxLength={4_000}
        autoSize={{ minRows: 3, maxRows: 8 }}
        status={text !== '' && !word ? 'error' : ''}
        onChange={(event) => setText(event.target.value)}
      />
      <span className="row">
        <Button disabled={!word} loading={take.isPending} onClick={() => word && take.mutate(word)}>
          {say('take')}
        </Button>
        {text !== '' && !word && <span className="faint small">{say('notAWord')}</span>}
      </span>
    </div>
  );
}
