/** How much waits for one, in the menu and on the phone's bell. */
import { BellOutlined } from '@ant-design/icons';
import { Link } from '@tanstack/react-router';
import { useNotices } from '../features/notices/data.ts';
import { useNoticeWords } from '../features/notices/words.ts';
import { useShellWords } from './words.ts';

function Count() {
  const say = useNoticeWords();
  const { notices } = useNotices();
  const sum = notices.reduce((all, notice) => all + notice.count, 0);
  if (sum === 0) return null;
  return (
    <span className="side-count number" role="status" aria-label={say('count', { n: sum })}>
      {sum > 99 ? '99+' : sum}
    </span>
  );
}

export function Waiting() {
  const say = useShellWords();
  return (
    <ul className="side-waiting">
      <li>
        <Link to="/notices" className="side-item" activeProps={{ 'data-active': true }}>
          <BellOutlined />
          {say('notices')}
          <Count />
        </Link>
      </li>
    </ul>
  );
}

export function WaitingBell() {
  const say = useShellWords();
  return (
    <Link to="/notices" className="phone-bell">
      <span className="visually-hidden">{say('notices')}</span>
      <BellOutlined />
      <Count />
    </Link>
  );
}
