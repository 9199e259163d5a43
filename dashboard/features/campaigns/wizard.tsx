/** A campaign in seven short steps, with what is within reach beside them. Typing survives a reload; nothing spends unasked. */
import { useNavigate } from '@tanstack/react-router';
import { Alert, Button, Form } from 'antd';
import { useState } from 'react';
import { MICRO_CNY_PER_FEN } from '../../../db/terms/money.ts';
import { useCountyBook } from '../../lib/divisions.ts';
import { useFilters } from '../../lib/filters.ts';
import { money } from '../../lib/format.ts';
import { Asked } from '../../ui/asked.tsx';
import type { CountyBook } from '../../ui/counties.ts';
import { Page, Panel } from '../../ui/page.tsx';
import { Loaded } from '../../ui/states.tsx';
import { type Draft, dropDraft, emptyDraft, keepDraft, keptDraft } from './draft.ts';
import { useLaunch } from './launch.ts';
import { Reach } from './reach.tsx';
import { WhoStep } from './whoStep.tsx';
import { CheckStep, PlanStep, PriceStep, WhatStep, WhenStep, WhereStep } from './wizardSteps.tsx';
import { useWizardWords } from './wizardWords.ts';
import { useCampaignWords } from './words.ts';

const STEPS = ['plan', 'where', 'who', 'when', 'price', 'what', 'check'] as const;
type Step = (typeof STEPS)[number];

/** Fields that each step must have right before the next. */
const FIELDS: Record<Step, (keyof Draft)[]> = {
  plan: ['campaignName', 'totalFen', 'startsOn', 'endsOn'],
  where: ['counties', 'tiers'],
  who: ['devices', 'anyOf', 'allOf', 'noneOf'],
  when: ['hours'],
  price: ['itemName', 'pricing', 'bidFen', 'dailyFen', 'pacing', 'dailyCap'],
  what: ['creativeIds'],
  check: [],
};

export function Wizard() {
  const book = useCountyBook();
  return <Loaded query={book}>{(ready) => <Steps book={ready} />}</Loaded>;
}

function Steps({ book }: { book: CountyBook }) {
  const say = useWizardWords();
  const campaignWords = useCampaignWords();
  const navigate = useNavigate();
  const { filters, set } = useFilters();
  const campaignId = filters.campaign ? Number(filters.campaign) : undefined;
  const [form] = Form.useForm<Draft>();
  const [kept] = useState(keptDraft);
  const [draft, setDraft] = useState<Draft>(() => kept ?? emptyDraft());
  const steps: readonly Step[] = campaignId ? STEPS.filter((step) => step !== 'plan') : STEPS;
  const at = Math.max(0, steps.indexOf((filters.step ?? steps[0]) as Step));
  const step = steps[at] ?? 'check';
  const launch = useLaunch({ book, campaignId, form, toStep: (to) => set({ step: to }) });

  const go = async (to: number) => {
    if (to > at) await form.validateFields(FIELDS[step]);
    set({ step: steps[to] });
  };
  const submit = async (start: boolean) => {
    const made = await launch.run(draft, start);
    if (!made) return;
    dropDraft();
    void navigate({ to: `/line-items/${made.lineItemId}` });
  };
  return (
    <Page
      back={{ to: '/campaigns', label: campaignWords('back') }}
      title={say(campaignId ? 'titleItem' : 'title')}
    >
      <StepBar steps={steps} at={at} go={(to) => void go(to).catch(() => {})} />
      {kept && at === 0 && (
        <Alert
          showIcon
          type="info"
          title={say('draftKept')}
          action={
            <Button
              size="small"
              onClick={() => {
                dropDraft();
                setDraft(emptyDraft());
                form.setFieldsValue(emptyDraft());
              }}
            >
              {say('discard')}
            </Button>
          }
        />
      )}
      <div className="wizard">
        <Panel>
          <Form
            form={form}
            name="campaign"
            layout="vertical"
            initialValues={draft}
            onValuesChange={(_, all) => {
              const next = { ...draft, ...all };
              setDraft(next);
              keepDraft(next);
            }}
          >
            {step === 'plan' && <PlanStep />}
            {step === 'where' && <WhereStep book={book} />}
            {step === 'who' && <WhoStep />}
            {step === 'when' && <WhenStep />}
            {step === 'price' && <PriceStep draft={draft} />}
            {step === 'what' && <WhatStep />}
            {step === 'check' && <CheckStep draft={draft} book={book} />}
          </Form>
          <Foot
            first={at === 0}
            last={step === 'check'}
            busy={launch.busy}
            draft={draft}
            go={(by) => void go(at + by).catch(() => {})}
            submit={(start) => void submit(start)}
          />
        </Panel>
        <div className="wizard-aside">
          <Reach draft={draft} book={book} />
        </div>
      </div>
    </Page>
  );
}

function StepBar(props: { steps: readonly Step[]; at: number; go: (to: number) => void }) {
  const say = useWizardWords();
  return (
    <ol className="wizard-steps">
      {props.steps.map((step, at) => (
        <li key={step}>
          <button
            type="button"
            aria-current={at === props.at ? 'step' : undefined}
            data-done={at < props.at || undefined}
            disabled={at > props.at + 1}
            onClick={() => props.go(at)}
          >
            <span className="number">{at + 1}</span>
            {say(step)}
          </button>
        </li>
      ))}
    </ol>
  );
}

function Foot(props: {
  first: boolean;
  last: boolean;
  busy: boolean;
  draft: Draft;
  go: (by: number) => void;
  submit: (start: boolean) => void;
}) {
  const say = useWizardWords();
  const amount = money(BigInt(props.draft.dailyFen ?? 0) * MICRO_CNY_PER_FEN);
  return (
    <div className="row" style={{ marginTop: 20, justifyContent: 'flex-end' }}>
      {!props.first && <Button onClick={() => props.go(-1)}>{say('back')}</Button>}
      {!props.last && (
        <Button type="primary" onClick={() => props.go(1)}>
          {say('next')}
        </Button>
      )}
      {props.last && (
        <>
          <Button loading={props.busy} onClick={() => props.submit(false)}>
            {say('save')}
          </Button>
          <Asked
            label={say('launch')}
            ask={say('launchAsk')}
            hint={say('launchHint', { amount })}
            type="primary"
            loading={props.busy}
            run={() => props.submit(true)}
          />
        </>
      )}
    </div>
  );
}
