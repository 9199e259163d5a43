/** What the person at this desk may do with a statement now. The server has the last word on all of it. */
import { DownloadOutlined } from '@ant-design/icons';
import { Button, Form, Input, Radio } from 'antd';
import { useState } from 'react';
import { api, once, read } from '../../lib/client.ts';
import { money } from '../../lib/format.ts';
import { deskOf, useMe } from '../../lib/me.ts';
import { useChange } from '../../lib/queries.ts';
import { Asked } from '../../ui/asked.tsx';
import { FormDrawer } from '../../ui/formDrawer.tsx';
import { Mark } from '../../ui/page.tsx';
import { REFRESH, type StatementDetail } from './data.ts';
import { useStatementWords } from './words.ts';

const one = api.statements[':id'];
type Statement = StatementDetail['statement'];

export function StatementActions(props: { detail: StatementDetail; ticked: number[] }) {
  const { statement } = props.detail;
  const desk = deskOf(useMe());
  return (
    <>
      {statement.contentHash && <Download statement={statement} />}
      {desk === 'outlet' && <OutletSteps statement={statement} ticked={props.ticked} />}
      {desk === 'finance' && <FinanceSteps statement={statement} />}
    </>
  );
}

function Download({ statement }: { statement: Statement }) {
  const say = useStatementWords();
  const href = one.file.$url({ param: param(statement), query: {} }).href;
  return (
    <Button icon={<DownloadOutlined />} href={href} download={`statement-${statement.id}.json`}>
      {say('download')}
    </Button>
  );
}

function OutletSteps({ statement, ticked }: { statement: Statement; ticked: number[] }) {
  const say = useStatementWords();
  const [disputing, setDisputing] = useState(false);
  const confirm = useChange({
    run: (_: undefined, key) => read(one.confirm.$post({ param: param(statement) }, once(key))),
    refresh: REFRESH,
    say: say('confirmed'),
  });
  if (statement.status !== 'frozen') return null;
  return (
    <>
      <Button onClick={() => setDisputing(true)}>{say('dispute')}</Button>
      <Asked
        label={say('confirm')}
        ask={`${say('confirm')} ${money(statement.totalMicroCny)}`}
        hint={say('confirmAsk')}
        type="primary"
        loading={confirm.isPending}
        run={() => confirm.mutateAsync(undefined)}
      />
      <DisputeForm
        open={disputing}
        statement={statement}
        ticked={ticked}
        close={() => setDisputing(false)}
      />
    </>
  );
}

const param = (statement: Statement) => ({ id: String(statement.id) });

function DisputeForm(props: {
  open: boolean;
  statement: Statement;
  ticked: number[];
  close: () => void;
}) {
  const say = useStatementWords();
  const { statement, ticked } = props;
  return (
    <FormDrawer<{ reason: string }, unknown>
      open={props.open}
      close={props.close}
      title={say('disputeTitle')}
      name={`dispute-${statement.id}`}
      okText={say('dispute')}
      initial={{}}
      run={({ reason }, key) => {
        const json = { reason, ...(ticked.length > 0 ? { lines: ticked } : {}) };
        return read(one.dispute.$post({ param: param(statement), json }, once(key)));
      }}
      refresh={REFRESH}
      say={say('disputed')}
    >
      <p style={{ marginBottom: 12 }}>
        {ticked.length > 0 ? say('disputeLines', { n: ticked.length }) : say('disputeWhole')}
      </p>
      <Form.Item
        name="reason"
        label={say('disputeReason')}
        rules={[{ required: true, whitespace: true, message: say('disputeReasonWanted') }]}
      >
        <Input.TextArea rows={4} maxLength={500} showCount />
      </Form.Item>
    </FormDrawer>
  );
}

function FinanceSteps({ statement }: { statement: Statement }) {
  const say = useStatementWords();
  const me = useMe();
  const [answering, setAnswering] = useState(false);
  const step = (name: 'freeze' | 'approve', done: string) => ({
    run: (_: undefined, key: string) =>
      read(one[name].$post({ param: param(statement) }, once(key))),
    refresh: REFRESH,
    say: done,
  });
  const freeze = useChange(step('freeze', say('frozen')));
  const approve = useChange(step('approve', say('approved')));
  const pay = useChange({
    run: () => read(api.payouts.$post({ json: { statementId: statement.id } })),
    refresh: REFRESH,
    say: say('payoutRequested'),
  });
  const own = statement.frozenBy === me.userId;
  switch (statement.status) {
    case 'draft':
      return (
        <Asked
          type="primary"
          label={say('freeze')}
          hint={say('freezeAsk')}
          run={() => freeze.mutateAsync(undefined)}
        />
      );
    case 'disputed':
      return (
        <>
          <Button type="primary" onClick={() => setAnswering(true)}>
            {say('resolve')}
          </Button>
          <ResolveForm open={answering} statement={statement} close={() => setAnswering(false)} />
        </>
      );
    case 'outlet_confirmed':
      return own ? (
        <Button disabled title={say('byYou')}>
          {say('byYou')}
        </Button>
      ) : (
        <Asked
          type="primary"
          label={say('approve')}
          hint={say('approveAsk', { amount: money(statement.totalMicroCny) })}
          run={() => approve.mutateAsync(undefined)}
        />
      );
    case 'approved':
      if (BigInt(statement.totalMicroCny) <= 0n) return <Mark tone="quiet">{say('keptBack')}</Mark>;
      return (
        <Asked
          type="primary"
          label={say('requestPayout')}
          hint={money(statement.totalMicroCny)}
          run={() => pay.mutateAsync(undefined)}
        />
      );
    default:
      return null;
  }
}

function ResolveForm(props: { open: boolean; statement: Statement; close: () => void }) {
  const say = useStatementWords();
  const { statement } = props;
  return (
    <FormDrawer<{ accept: boolean; note: string }, unknown>
      open={props.open}
      close={props.close}
      title={say('resolve')}
      name={`resolve-${statement.id}`}
      initial={{ accept: true }}
      run={(json, key) => read(one.resolve.$post({ param: param(statement), json }, once(key)))}
      refresh={REFRESH}
      say={say('resolved')}
    >
      <Form.Item name="accept" label={say('outcome')}>
        <Radio.Group
          options={[
            { value: true, label: say('accept') },
            { value: false, label: say('reject') },
          ]}
        />
      </Form.Item>
      <Form.Item
        name="note"
        label={say('resolveNote')}
        rules={[{ required: true, whitespace: true, message: say('disputeReasonWanted') }]}
      >
        <Input.TextArea rows={4} maxLength={500} showCount />
      </Form.Item>
    </FormDrawer>
  );
}
