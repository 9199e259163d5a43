/** The platform's side of an outlet's way in: look at the papers, give back or approve with a share, countersign. */

import { Button, DatePicker, Form, Input, InputNumber, Select } from 'antd';
import dayjs from 'dayjs';
import { useState } from 'react';
import { addDays } from '../../../db/terms/day.ts';
import { once, read } from '../../lib/client.ts';
import { deskOf, useMe } from '../../lib/me.ts';
import { useChange } from '../../lib/queries.ts';
import { Asked } from '../../ui/asked.tsx';
import { optionsOf } from '../../ui/choice.ts';
import { FormDrawer } from '../../ui/formDrawer.tsx';
import { Mark } from '../../ui/page.tsx';
import { asDay, today } from '../../ui/period.tsx';
import { Loaded } from '../../ui/states.tsx';
import { ADMISSION_TONES, type Admission, admissionOf, useAdmission } from './data.ts';
import { AdmissionFacts } from './facts.tsx';
import { useAdmissionWords } from './words.ts';

const REFRESH = [['outlets'], ['contracts'], ['notices']];
const PARTS = ['organization', 'qualifications', 'payee', 'contract'] as const;
const PPM_A_PERCENT = 10_000;
const WHOLE_PPM = 1_000_000;

export function AdmissionDesk({ outletId }: { outletId: number }) {
  const say = useAdmissionWords();
  const desk = deskOf(useMe());
  return (
    <Loaded query={useAdmission(outletId)} lines={4}>
      {(admission) => (
        <section className="stack" style={{ gap: 12 }}>
          <span className="row row-between">
            <strong>{say('title')}</strong>
            <Mark tone={ADMISSION_TONES[admission.status]}>{say(admission.status)}</Mark>
          </span>
          <AdmissionFacts admission={admission} />
          {admission.status === 'submitted' && desk === 'operator' && (
            <Verdict admission={admission} />
          )}
          {admission.status === 'approved' && desk === 'operator' && (
            <Recall admission={admission} />
          )}
          {admission.status === 'signed' && desk === 'finance' && (
            <Activate admission={admission} />
          )}
        </section>
      )}
    </Loaded>
  );
}

function Activate({ admission }: { admission: Admission }) {
  const say = useAdmissionWords();
  const param = { id: String(admission.outletId) };
  const activate = useChange({
    run: (_: undefined, key) =>
      read(
        admissionOf.activation.$post({ param, json: { version: admission.version } }, once(key)),
      ),
    refresh: REFRESH,
    say: say('activatedNow'),
  });
  return (
    <span>
      <Asked
        label={say('activate')}
        hint={say('activateAsk')}
        type="primary"
        loading={activate.isPending}
        run={() => activate.mutateAsync(undefined)}
      />
    </span>
  );
}

function Verdict({ admission }: { admission: Admission }) {
  const say = useAdmissionWords();
  const [open, setOpen] = useState<'approve' | 'giveBack'>();
  return (
    <span className="row">
      <Button type="primary" onClick={() => setOpen('approve')}>
        {say('approve')}
      </Button>
      <Button onClick={() => setOpen('giveBack')}>{say('giveBack')}</Button>
      <ApproveForm
        admission={admission}
        open={open === 'approve'}
        close={() => setOpen(undefined)}
      />
      <ReasonForm
        verb="giveBack"
        admission={admission}
        open={open === 'giveBack'}
        close={() => setOpen(undefined)}
      />
    </span>
  );
}

function Recall({ admission }: { admission: Admission }) {
  const say = useAdmissionWords();
  const [open, setOpen] = useState(false);
  return (
    <span>
      <Button onClick={() => setOpen(true)}>{say('recall')}</Button>
      <ReasonForm verb="recall" admission={admission} open={open} close={() => setOpen(false)} />
    </span>
  );
}

interface Part {
  admission: Admission;
  open: boolean;
  close: () => void;
}

function ApproveForm({ admission, open, close }: Part) {
  const say = useAdmissionWords();
  const { outletId, version } = admission;
  return (
    <FormDrawer<{ effectiveFrom: string; sharePercent: number }, unknown>
      open={open}
      close={close}
      title={say('approve')}
      name={`admission-approve-${outletId}`}
      okText={say('approve')}
      initial={{ effectiveFrom: addDays(today(), 1), sharePercent: 70 }}
      run={({ effectiveFrom, sharePercent }, key) => {
        const sharePpm = Math.round(sharePercent * PPM_A_PERCENT);
        const parties = [
          { outletId, sharePpm },
          ...(sharePpm < WHOLE_PPM ? [{ outletId: null, sharePpm: WHOLE_PPM - sharePpm }] : []),
        ];
        const json = { version, approve: true as const, effectiveFrom, parties };
        return read(
          admissionOf.verdict.$post({ param: { id: String(outletId) }, json }, once(key)),
        );
      }}
      alias={{ parties: 'sharePercent' }}
      refresh={REFRESH}
      say={say('approvedNow')}
    >
      <Form.Item name="effectiveFrom" label={say('effectiveFrom')} {...asDay}>
        <DatePicker minDate={dayjs(today())} allowClear={false} style={{ width: '100%' }} />
      </Form.Item>
      <Form.Item
        name="sharePercent"
        label={say('share')}
        extra={say('shareHint')}
        rules={[{ required: true, type: 'number', min: 1, max: 100, message: say('shareWrong') }]}
      >
        <InputNumber min={1} max={100} precision={2} suffix="%" style={{ width: '100%' }} />
      </Form.Item>
    </FormDrawer>
  );
}

interface Remark {
  part: (typeof PARTS)[number];
  reason: string;
}

/** What undoes a step for a reason that the outlet is told. */
const BACK = {
  giveBack: {
    part: 'qualifications',
    said: 'returnedNow',
    run: (id: string, version: number, remark: Remark, key: string) => {
      const json = { version, approve: false as const, remarks: [remark] };
      return read(admissionOf.verdict.$post({ param: { id }, json }, once(key)));
    },
  },
  recall: {
    part: 'contract',
    said: 'recalledNow',
    run: (id: string, version: number, remark: Remark, key: string) => {
      const json = { version, remarks: [remark] };
      return read(admissionOf.recall.$post({ param: { id }, json }, once(key)));
    },
  },
} as const;

function ReasonForm({ verb, admission, open, close }: Part & { verb: keyof typeof BACK }) {
  const say = useAdmissionWords();
  const { outletId, version } = admission;
  const { part, said, run } = BACK[verb];
  return (
    <FormDrawer<Remark, unknown>
      open={open}
      close={close}
      title={say(verb)}
      name={`admission-${verb}-${outletId}`}
      okText={say(verb)}
      initial={{ part }}
      run={(remark, key) => run(String(outletId), version, remark, key)}
      refresh={REFRESH}
      say={say(said)}
    >
      <Form.Item name="part" label={say('part')}>
        <Select options={optionsOf(PARTS, say)} />
      </Form.Item>
      <Form.Item
        name="reason"
        label={say('reason')}
        rules={[{ required: true, whitespace: true, min: 2, message: say('reasonWanted') }]}
      >
        <Input.TextArea maxLength={300} showCount autoSize={{ minRows: 3 }} />
      </Form.Item>
    </FormDrawer>
  );
}
