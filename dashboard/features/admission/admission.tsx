/** An outlet's way in: how far it has come, what is missing, and its own next step. */
import { Link } from '@tanstack/react-router';
import { Alert, Button, Steps } from 'antd';
import { useOutletId } from '../../lib/acting.ts';
import { once, read } from '../../lib/client.ts';
import { useFilters } from '../../lib/filters.ts';
import { useChange } from '../../lib/queries.ts';
import { said, useLanguage } from '../../lib/words.ts';
import { Asked } from '../../ui/asked.tsx';
import { Page, Panel } from '../../ui/page.tsx';
import { Loaded } from '../../ui/states.tsx';
import { useNarrow } from '../../ui/useNarrow.ts';
import { OutletContracts } from '../contracts/ofOutlet.tsx';
import { type Admission, admissionOf, STAGES, useAdmission } from './data.ts';
import { AdmissionFacts } from './facts.tsx';
import { PapersForm } from './papersForm.tsx';
import { useAdmissionWords } from './words.ts';

const REFRESH = [['outlets'], ['notices'], ['contracts']];

export function AdmissionScreen() {
  const say = useAdmissionWords();
  const outletId = useOutletId();
  return (
    <Page title={say('title')} hint={say('hint')}>
      <Loaded query={useAdmission(outletId)} lines={8}>
        {(admission) => <Body admission={admission} />}
      </Loaded>
    </Page>
  );
}

function Body({ admission }: { admission: Admission }) {
  const say = useAdmissionWords();
  const narrow = useNarrow();
  const { filters, set } = useFilters();
  return (
    <>
      <Panel>
        <Steps
          size="small"
          orientation={narrow ? 'vertical' : 'horizontal'}
          current={admission.status === 'active' ? STAGES.length : STAGES.indexOf(admission.status)}
          items={STAGES.map((stage) => ({ title: say(stage) }))}
        />
      </Panel>
      {admission.remarks.length > 0 && (
        <Alert
          type="warning"
          showIcon
          title={say(admission.status === 'submitted' ? 'recalled' : 'returned')}
          description={
            <ul>
              {admission.remarks.map(({ part, reason }) => (
                <li key={`${part} ${reason}`}>
                  {say(part)}：{reason}
                </li>
              ))}
            </ul>
          }
        />
      )}
      <Panel
        title={say(admission.status)}
        extra={<Step admission={admission} edit={() => set({ edit: '1' })} />}
      >
        <div className="stack">
          {admission.status === 'draft' && <Missing admission={admission} />}
          {admission.status === 'submitted' && <p>{say('waiting')}</p>}
          {admission.status === 'signed' && <p>{say('countersigning')}</p>}
          {admission.status === 'active' && (
            <p className="row row-between">
              <span>{say('inForce')}</span>
              <Link to="/placements">{say('toPlacements')} →</Link>
            </p>
          )}
          <AdmissionFacts admission={admission} />
          {admission.contractVersionId !== null && (
            <OutletContracts outletId={admission.outletId} />
          )}
        </div>
      </Panel>
      <PapersForm
        admission={admission}
        open={filters.edit === '1' && admission.status === 'draft'}
        close={() => set({ edit: undefined })}
      />
    </>
  );
}

/** Everything that is missing, each by name; or that nothing is. */
function Missing({ admission }: { admission: Admission }) {
  const say = useAdmissionWords();
  const language = useLanguage();
  if (admission.missing.length === 0)
    return <Alert type="success" showIcon title={say('complete')} />;
  return (
    <Alert
      type="info"
      showIcon
      title={say('missing')}
      description={
        <ul>
          {admission.missing.map((one) => (
            <li key={`${one.pointer} ${one.zh}`}>{said(one, language)}</li>
          ))}
        </ul>
      }
    />
  );
}

function Step({ admission, edit }: { admission: Admission; edit: () => void }) {
  const say = useAdmissionWords();
  const param = { id: String(admission.outletId) };
  const json = { version: admission.version };
  const submit = useChange({
    run: (_: undefined, key) => read(admissionOf.submission.$post({ param, json }, once(key))),
    refresh: REFRESH,
    say: say('submittedNow'),
  });
  const sign = useChange({
    run: (_: undefined, key) => read(admissionOf.signature.$post({ param, json }, once(key))),
    refresh: REFRESH,
    say: say('signedNow'),
  });
  const withdraw = useChange({
    run: (_: undefined, key) => read(admissionOf.withdrawal.$post({ param, json }, once(key))),
    refresh: REFRESH,
    say: say('withdrawnNow'),
  });
  if (admission.status === 'submitted')
    return (
      <Asked
        label={say('withdraw')}
        hint={say('withdrawAsk')}
        loading={withdraw.isPending}
        run={() => withdraw.mutateAsync(undefined)}
      />
    );
  if (admission.status === 'draft') {
    const ready = admission.missing.length === 0;
    return (
      <span className="row">
        <Button type={ready ? 'default' : 'primary'} onClick={edit}>
          {say('edit')}
        </Button>
        {ready && (
          <Asked
            label={say('submit')}
            hint={say('submitAsk')}
            type="primary"
            loading={submit.isPending}
            run={() => submit.mutateAsync(undefined)}
          />
        )}
      </span>
    );
  }
  if (admission.status !== 'approved') return null;
  return (
    <Asked
      label={say('sign')}
      hint={say('signAsk')}
      type="primary"
      loading={sign.isPending}
      run={() => sign.mutateAsync(undefined)}
    />
  );
}
