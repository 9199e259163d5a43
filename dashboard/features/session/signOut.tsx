/** Ends the session and stays on the page, so that another account can go on from here. */
import { useQueryClient } from '@tanstack/react-query';
import { Button } from 'antd';
import { auth } from '../../lib/session.ts';
import { useSignUpWords } from './signUpWords.ts';

export function SignOut() {
  const say = useSignUpWords();
  const client = useQueryClient();
  const leave = async () => {
    await auth.signOut();
    await client.resetQueries();
  };
  return (
    <Button type="link" onClick={() => void leave()}>
      {say('switchUser')}
    </Button>
  );
}
