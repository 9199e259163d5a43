/** A case as an outlet sees it on whose media it was said: what, of which ad, and what came of it; and the way to refuse the ad. */
import { Link } from '@tanstack/react-router';
import { count, instant } from '../../lib/format.ts';
import { Facts, Mark } from '../../ui/page.tsx';
import { CASE_TONES, type FeedbackCase } from './data.ts';
import { useFeedbackReason, useFeedbackWords } from './words.ts';

export function OutletCaseSheet({ row }: { row: FeedbackCase }) {
  const say = useFeedbackWords();
  const reason = useFeedbackReason();
  return (
    <div className="stack">
      <Mark tone={CASE_TONES[row.status]}>{say(row.status)}</Mark>
      <Facts
        items={[
          [say('creative'), row.creativeName ?? `#${row.creativeId}`],
          [say('advertiser'), row.advertiserName ?? `#${row.advertiserId}`],
          [say('reason'), `${say(row.kind)} · ${reason(row.reason)}`],
          [say('sayings'), count(row.sayings)],
          [say('firstAt'), instant(row.firstAt)],
          [say('lastAt'), instant(row.lastAt)],
          [say('answer'), row.answer ?? say('unanswered')],
          [say('reply'), row.advertiserReply ?? say('noReply')],
        ]}
      />
      <Link to="/creatives-shown" search={{ creative: String(row.creativeId) } as never}>
        {say('toShown')} →
      </Link>
    </div>
  );
}
