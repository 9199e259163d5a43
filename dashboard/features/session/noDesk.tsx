/** Signed in, but in no organisation: what leads to a desk. */
import { Link } from '@tanstack/react-router';
import type { Session } from '../../lib/me.ts';
import { Door } from './door.tsx';
import { SignOut } from './signOut.tsx';
import { useSignUpWords } from './signUpWords.ts';

export function NoDesk(props: { person: NonNullable<Session['person']> }) {
  const say = useSignUpWords();
  return (
    <Door
      title={say('noDesk')}
      hint={say('signedInAs', { email: props.person.email })}
      foot={<SignOut />}
    >
      <p>{say('noDeskHint')}</p>
      <p>
        <Link to="/sign-up">{say('another')}</Link>
      </p>
    </Door>
  );
}
