/**
 * From the wizard's draft to a campaign and its line item, each made once however often it is tried: what was
 * made in an earlier try is remembered, so that a failure half-way leaves no twin.
 */
import { useQueryClient } from '@tanstack/react-query';
import { App, type FormInstance } from 'antd';
import { useRef, useState } from 'react';
import { MICRO_CNY_PER_FEN } from '../../../db/terms/money.ts';
import { useAdvertiserId } from '../../lib/acting.ts';
import { api, once, read } from '../../lib/client.ts';
import { Problem, problemText } from '../../lib/problem.ts';
import { said, useLanguage } from '../../lib/words.ts';
import type { CountyBook } from '../../ui/counties.ts';
import { CAMPAIGNS, LINE_ITEMS } from './data.ts';
import type { Draft } from './draft.ts';
import { targetOf } from './target.ts';
import { useWizardWords } from './wizardWords.ts';

const micro = (fen: number | null) => (BigInt(fen ?? 0) * MICRO_CNY_PER_FEN).toString();

/** The API's field → the form's, and the step that holds it. */
const FIELD: Record<string, [field: keyof Draft, step: string]> = {
  name: ['campaignName', 'plan'],
  totalBudgetMicroCny: ['totalFen', 'plan'],
  startsOn: ['startsOn', 'plan'],
  endsOn: ['endsOn', 'plan'],
  bidFen: ['bidFen', 'price'],
  dailyBudgetMicroCny: ['dailyFen', 'price'],
  target: ['counties', 'where'],
  creativeIds: ['creativeIds', 'what'],
};

interface Options {
  book: CountyBook;
  campaignId: number | undefined;
  form: FormInstance<Draft>;
  toStep: (step: string) => void;
}

export function useLaunch({ book, campaignId, form, toStep }: Options) {
  const say = useWizardWords();
  const language = useLanguage();
  const { message } = App.useApp();
  const client = useQueryClient();
  const advertiserId = useAdvertiserId();
  const [busy, setBusy] = useState(false);
  const made = useRef<{ campaign?: number; lineItem?: number; key: string }>({
    key: crypto.randomUUID(),
  });

  const tell = (error: unknown) => {
    const field = error instanceof Problem ? error.fields[0] : undefined;
    const [name, step] = FIELD[field?.pointer?.split('/')[1] ?? ''] ?? [];
    if (!field || !name || !step) {
      void message.error(problemText(error, language), 6);
      return;
    }
    // Whoever corrects a field asks for another thing than before: a new key.
    made.current.key = crypto.randomUUID();
    toStep(step);
    setTimeout(() => form.setFields([{ name, errors: [said(field, language)] }]), 0);
  };

  const run = async (draft: Draft, start: boolean) => {
    setBusy(true);
    try {
      const campaign = campaignId ?? made.current.campaign ?? (await createCampaign(draft));
      made.current.campaign = campaign;
      const lineItem = made.current.lineItem ?? (await createItem(draft, campaign));
      made.current.lineItem = lineItem;
      if (start) await activate(campaign, lineItem);
      void client.invalidateQueries({ queryKey: CAMPAIGNS });
      void client.invalidateQueries({ queryKey: LINE_ITEMS });
      void message.success(say(start ? 'launched' : 'saved'));
      return { lineItemId: lineItem };
    } catch (error) {
      tell(error);
      return undefined;
    } finally {
      setBusy(false);
    }
  };

  const createCampaign = async (draft: Draft): Promise<number> => {
    const json = {
      advertiserId,
      name: draft.campaignName,
      totalBudgetMicroCny: micro(draft.totalFen),
      startsOn: draft.startsOn,
      endsOn: draft.endsOn,
    };
    return (await read(api.campaigns.$post({ json }, once(`${made.current.key}c`)))).id;
  };

  const createItem = async (draft: Draft, campaign: number): Promise<number> => {
    const json = {
      campaignId: campaign,
      name: draft.itemName || draft.campaignName,
      pricing: draft.pricing,
      bidFen: draft.bidFen ?? 0,
      dailyBudgetMicroCny: micro(draft.dailyFen),
      totalBudgetMicroCny: micro(draft.totalFen ?? (draft.dailyFen ?? 0) * 14),
      pacing: draft.pacing,
      startsOn: draft.startsOn,
      endsOn: draft.endsOn,
      target: targetOf(draft, book),
      frequencyCaps: [
        { scope: 'lineItem' as const, window: 'day' as const, count: draft.dailyCap },
      ],
      creativeIds: draft.creativeIds,
    };
    return (await read(api['line-items'].$post({ json }, once(`${made.current.key}l`)))).id;
  };

  return { run, busy };
}

/** A line item runs only in a running campaign. */
async function activate(campaignId: number, lineItemId: number): Promise<void> {
  const campaign = await read(api.campaigns[':id'].$get({ param: { id: String(campaignId) } }));
  if (campaign.status !== 'active') {
    await read(
      api.campaigns[':id'].status.$post({
        param: { id: String(campaignId) },
        json: { version: campaign.version, status: 'active' },
      }),
    );
  }
  const item = await read(api['line-items'][':id'].$get({ param: { id: String(lineItemId) } }));
  await read(
    api['line-items'][':id'].status.$post({
      param: { id: String(lineItemId) },
      json: { version: item.version, status: 'active' },
    }),
  );
}
