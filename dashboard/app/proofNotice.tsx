/** Says to whoever has not proved their address what waits for it, and sends the letter again. */
import { useQuery } from '@tanstack/react-query';
import { App, Button } from 'antd';
import { useState } from 'react';
import { sessionQuery } from '../lib/me.ts';
import { auth } from '../lib/session.ts';
import { useShellWords } from './words.ts';

export function ProofNotice() {
  const say = useShellWords();
  const { message } = App.useApp();
  const [sent, setSent] = useState(false);
  const person = useQuery(sessionQuery).data?.person;
  if (!person?.needsProof) return null;
  const again = async () => {
    setSent(true);
    const { error } = await auth.sendVerificationEmail({ email: person.email, callbackURL: '/' });
    if (error) void message.error(say('proofFailed'));
    else void message.success(say('proofSent'));
  };
  return (
    <div className="offline" role="status">
      {say('proof')}{' '}
      <Button size="small" disabled={sent} onClick={() => void again()}>
        {say('proofAgain')}
      </Button>
    </div>
  );
}
