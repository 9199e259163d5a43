/** A partner's report as the spreadsheet its system gives out: previewed day by day against ours, then taken in whole. */
import { Drawer, Form } from 'antd';
import { type Answer, api } from '../../lib/client.ts';
import { Figure, Figures } from '../../ui/page.tsx';
import { SheetIntake } from '../../ui/sheetIntake.tsx';
import { Differences } from './differences.tsx';
import { type About, INITIAL, ReportAbout } from './partnerAbout.tsx';
import { CLEARING } from './partnerData.ts';
import { usePartnerWords } from './partnerWords.ts';

const imports = api.imports['partner-report'];
type Item = Answer<Awaited<ReturnType<typeof imports.$post>>>['items'][number];

export function ReportUpload({ open, close }: { open: boolean; close: () => void }) {
  const say = usePartnerWords();
  return (
    <Drawer open={open} onClose={close} size={720} title={say('upload')} destroyOnHidden>
      <Body close={close} />
    </Drawer>
  );
}

function Body({ close }: { close: () => void }) {
  const say = usePartnerWords();
  const [form] = Form.useForm<About>();
  const about = Form.useWatch([], form) as Partial<About> | undefined;
  return (
    <div className="stack">
      <Form form={form} name="partner-sheet" layout="vertical" initialValues={INITIAL()}>
        <ReportAbout />
      </Form>
      <SheetIntake<Item>
        path="/api/imports/partner-report"
        fields={fieldsOf(about)}
        template={{
          hint: say('templateHint'),
          name: 'partner-report',
          fetch: (as) => imports.template.$get({ query: { as } }),
        }}
        refresh={[CLEARING]}
        done={close}
      >
        {({ items }) => items.map((item) => <Preview key="report" item={item} />)}
      </SheetIntake>
    </div>
  );
}

function fieldsOf(about: Partial<About> | undefined): Record<string, string> | undefined {
  const { side, partnerId, fromDay, toDay, tolerance } = about ?? {};
  if (!side || !partnerId || !fromDay || !toDay || tolerance === undefined || tolerance === null) {
    return undefined;
  }
  const tolerancePpm = String(Math.round(tolerance * 10_000));
  return { side, partnerId: String(partnerId), fromDay, toDay, tolerancePpm };
}

function Preview({ item }: { item: Item }) {
  const say = usePartnerWords();
  return (
    <>
      <Figures>
        <Figure label={say('agreed')} value={item.matchedDays} />
        <Figure
          label={say('differing')}
          value={item.differences.length}
          tone={item.differences.length > 0 ? 'bad' : 'plain'}
        />
      </Figures>
      <Differences rows={item.differences} />
    </>
  );
}
