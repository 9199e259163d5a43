/** Red letters: which invoices are taken back, whose word or invoice each waits for, and the steps of this desk. */

import { Button, Form, Input } from 'antd';
import { useState } from 'react';
import { api, once, read } from '../../lib/client.ts';
import { fenMoney, instant } from '../../lib/format.ts';
import { useChange } from '../../lib/queries.ts';
import { Asked } from '../../ui/asked.tsx';
import { optionsOf } from '../../ui/choice.ts';
import type { Column } from '../../ui/column.ts';
import { fenColumn, instantColumn, markColumn } from '../../ui/columns.tsx';
import { FormDrawer } from '../../ui/formDrawer.tsx';
import { List } from '../../ui/list.tsx';
import { Facts, Mark } from '../../ui/page.tsx';
import { today } from '../../ui/period.tsx';
import { INVOICES, useInvoices } from './data.ts';
import { NumberFields } from './invoiceSheet.tsx';
import { RED_STATUSES, RED_TONES, type RedLetter, useRedLetters } from './redData.ts';
import { useRedWords } from './redWords.ts';

const one = api['red-letters'][':id'];
const REFRESH = [INVOICES, ['statements'], ['notices']];

export function RedLetters() {
  const say = useRedWords();
  return (
    <List
      label={say('title')}
      query={useRedLetters()}
      columns={useColumns()}
      urlKey="r_"
      choices={[
        {
          param: 'red',
          label: say('status'),
          all: say('all'),
          options: optionsOf(RED_STATUSES, say),
          of: (row) => row.status,
        },
      ]}
      none={{ title: say('none'), hint: say('noneHint') }}
      exportAs="red-letters"
      param="letter"
      sheet={{ size: 560, title: () => say('one'), body: (row) => <LetterSheet letter={row} /> }}
    />
  );
}

/** The blue invoice's number, as the list of invoices has it. */
function useNumberOf(): (letter: RedLetter) => string {
  const invoices = useInvoices();
  return ({ invoiceId }) =>
    invoices.data?.find((row) => row.id === invoiceId)?.invoiceNo ?? `#${invoiceId}`;
}

function useColumns(): Column<RedLetter>[] {
  const say = useRedWords();
  const numberOf = useNumberOf();
  return [
    { key: 'invoice', title: say('invoice'), lead: true, width: '210px', value: numberOf },
    { key: 'reason', title: say('reason'), value: (row) => say(row.reason) },
    { key: 'initiator', title: say('initiator'), value: (row) => say(row.initiatedBy) },
    fenColumn('amount', say('amount'), (row) => row.totalFen),
    markColumn(
      say('status'),
      (row) => say(row.awaits === 'answer' ? 'yourTurn' : row.status),
      (row) => RED_TONES[row.status],
      { width: '150px' },
    ),
    instantColumn('at', say('at'), (row) => row.requestedAt, { hideOnPhone: true }),
  ];
}

function LetterSheet({ letter }: { letter: RedLetter }) {
  const say = useRedWords();
  const numberOf = useNumberOf();
  const [issuing, setIssuing] = useState(false);
  return (
    <div className="stack">
      <Mark tone={RED_TONES[letter.status]}>{say(letter.status)}</Mark>
      <Facts
        items={[
          [say('invoice'), numberOf(letter)],
          [say('amount'), fenMoney(letter.totalFen)],
          [say('reason'), say(letter.reason)],
          [say('note'), letter.note ?? '—'],
          [say('initiator'), say(letter.initiatedBy)],
          [say('at'), instant(letter.requestedAt)],
          letter.answeredAt
            ? [say('answeredAt'), instant(letter.answeredAt)]
            : [say('until'), instant(letter.expiresAt)],
          [say('confirmationNo'), letter.confirmationNo ?? '—'],
        ]}
      />
      {letter.awaits === 'answer' && <Answers letter={letter} />}
      {letter.awaits === 'issue' && (
        <span>
          <Button type="primary" onClick={() => setIssuing(true)}>
            {say('issue')}
          </Button>
        </span>
      )}
      <IssueRed letter={letter} open={issuing} close={() => setIssuing(false)} />
    </div>
  );
}

function Answers({ letter }: { letter: RedLetter }) {
  const say = useRedWords();
  const answer = useChange({
    run: (accept: boolean, key) =>
      read(one.answer.$post({ param: { id: String(letter.id) }, json: { accept } }, once(key))),
    refresh: REFRESH,
    say: say('answered'),
  });
  return (
    <div className="row">
      <Asked
        label={say('accept')}
        hint={say('acceptAsk', { amount: fenMoney(letter.totalFen) })}
        type="primary"
        loading={answer.isPending}
        run={() => answer.mutateAsync(true)}
      />
      <Button loading={answer.isPending} onClick={() => answer.mutate(false)}>
        {say('decline')}
      </Button>
    </div>
  );
}

interface Issue {
  invoiceNo: string;
  issuedOn: string;
  confirmationNo: string;
}

function IssueRed(props: { letter: RedLetter; open: boolean; close: () => void }) {
  const say = useRedWords();
  const { letter, open, close } = props;
  return (
    <FormDrawer<Issue, unknown>
      open={open}
      close={close}
      title={say('issue')}
      name={`red-issue-${letter.id}`}
      initial={{ issuedOn: today() }}
      run={(json, key) =>
        read(one.issue.$post({ param: { id: String(letter.id) }, json }, once(key)))
      }
      refresh={REFRESH}
      say={say('issuedNow')}
    >
      <Form.Item
        name="confirmationNo"
        label={say('confirmationNo')}
        rules={[{ required: true, pattern: /^\d{20}$/, message: say('confirmationWrong') }]}
        validateTrigger="onBlur"
      >
        <Input maxLength={20} inputMode="numeric" />
      </Form.Item>
      <NumberFields />
    </FormDrawer>
  );
}
