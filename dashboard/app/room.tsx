/** The room behind the door, and what is shown when an address or a screen fails. */
import { useQuery } from '@tanstack/react-query';
import { Link, useRouter } from '@tanstack/react-router';
import { Button } from 'antd';
import { NoDesk } from '../features/session/noDesk.tsx';
import { sessionQuery } from '../lib/me.ts';
import { Problem } from '../lib/problem.ts';
import { Empty, Failed } from '../ui/states.tsx';
import { Layout } from './layout.tsx';
import { useShellWords } from './words.ts';

export function Room() {
  const { data } = useQuery(sessionQuery);
  if (data?.me) return <Layout me={data.me} />;
  return data?.person ? <NoDesk person={data.person} /> : null;
}

export function Missing() {
  const say = useShellWords();
  return (
    <Empty
      title={say('notFound')}
      hint={say('notFoundHint')}
      action={<Link to="/">{say('home')}</Link>}
    />
  );
}

/** A chunk that is gone after a release says so by failing to load: the page is opened anew, once. */
const staleChunk = (error: unknown) =>
  error instanceof TypeError && /dynamically imported module|module script/i.test(error.message);

export function Broken({ error, reset }: { error: unknown; reset: () => void }) {
  const say = useShellWords();
  const router = useRouter();
  const again = () => {
    reset();
    void router.invalidate();
  };
  if (error instanceof Problem) return <Failed error={error} retry={again} />;
  return (
    <Empty
      title={say('broken')}
      hint={say('brokenHint')}
      action={
        <Button onClick={() => (staleChunk(error) ? window.location.reload() : again())}>
          {say('reload')}
        </Button>
      }
    />
  );
}
