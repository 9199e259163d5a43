/** The list of what waits: worst first, each line one click from the place where it is done. */
import { Link } from '@tanstack/react-router';
import { useLanguage } from '../../lib/words.ts';
import { Mark, Page, Panel } from '../../ui/page.tsx';
import { Empty, Failed, Loading } from '../../ui/states.tsx';
import { useNotices } from './data.ts';
import type { Notice } from './finder.ts';
import { counted, useNoticeWords } from './words.ts';
import './notices.css';

export function NoticesScreen() {
  const say = useNoticeWords();
  const { notices, loading, error, refetch } = useNotices();
  const sorted = [...notices].sort((a, b) => (a.tone === b.tone ? 0 : a.tone === 'bad' ? -1 : 1));
  return (
    <Page title={say('title')} hint={say('hint')}>
      <Panel flush>
        {error ? (
          <Failed error={error} retry={refetch} />
        ) : sorted.length > 0 ? (
          <ul className="notices">
            {sorted.map((notice) => (
              <Line key={notice.word} notice={notice} />
            ))}
          </ul>
        ) : loading ? (
          <Loading lines={4} />
        ) : (
          <Empty title={say('none')} hint={say('noneHint')} />
        )}
      </Panel>
    </Page>
  );
}

function Line({ notice }: { notice: Notice }) {
  const say = useNoticeWords();
  const language = useLanguage();
  const names = notice.names?.join(language === 'zh' ? '、' : ', ');
  return (
    <li>
      <Link to={notice.to} search={(notice.search ?? {}) as never}>
        <Mark tone={notice.tone}>
          {`${notice.count} `}
          {counted(say(notice.word), notice.count)}
        </Mark>
        {names && (
          <span className="faint small notice-names">
            {names}
            {notice.count > (notice.names?.length ?? 0) ? ' …' : ''}
          </span>
        )}
        <span className="notice-go">{say('go')} →</span>
      </Link>
    </li>
  );
}
