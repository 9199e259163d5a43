/** A session that ends politely: the page and its typing stay; one signs in above it and goes on. */
import { useQueryClient } from '@tanstack/react-query';
import { Modal } from 'antd';
import { useEffect, useState } from 'react';
import { SignInForm } from '../features/session/signInForm.tsx';
import { useSessionWords } from '../features/session/words.ts';
import { onExpiry } from '../lib/session.ts';

export function ExpiredSession(props: { email: string }) {
  const say = useSessionWords();
  const client = useQueryClient();
  const [open, setOpen] = useState(false);
  useEffect(() => onExpiry(() => setOpen(true)), []);
  return (
    <Modal open={open} title={say('expired')} footer={null} closable={false} destroyOnHidden>
      <p className="faint" style={{ marginBottom: 20 }}>
        {say('expiredHint')}
      </p>
      <SignInForm
        email={props.email}
        done={() => {
          setOpen(false);
          void client.invalidateQueries();
        }}
      />
    </Modal>
  );
}
