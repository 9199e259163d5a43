/** The door: sign in, then on to where one was going or to one's desk. */
import { useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useFilters } from '../../lib/filters.ts';
import { Door } from './door.tsx';
import { SignInForm } from './signInForm.tsx';
import { useSessionWords } from './words.ts';

export function SignIn() {
  const say = useSessionWords();
  const navigate = useNavigate();
  const client = useQueryClient();
  const { filters } = useFilters();
  const onward = filters.to?.startsWith('/') && !filters.to.startsWith('//') ? filters.to : '/';
  return (
    <Door title={say('signIn')} hint={say('signInHint')} foot={<Other />}>
      <SignInForm
        done={() => {
          client.clear();
          void navigate({ to: onward, replace: true });
        }}
      />
    </Door>
  );
}

function Other() {
  const say = useSessionWords();
  return (
    <span className="faint">
      {say('noAccount')} <Link to="/sign-up">{say('signUp')}</Link>
      <br />
      <small>{say('invitedOnly')}</small>
    </span>
  );
}
