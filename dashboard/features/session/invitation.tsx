/** The link of an invitation: sign in or make an account with the invited address, see who invites, join. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { Button, Form, Segmented } from 'antd';
import { useState } from 'react';
import { sessionQuery } from '../../lib/me.ts';
import { useChange } from '../../lib/queries.ts';
import { auth } from '../../lib/session.ts';
import { Empty, Loading } from '../../ui/states.tsx';
import { useRoleLabel } from '../account/words.ts';
import { Door } from './door.tsx';
import { PersonFields } from './personFields.tsx';
import { SignInForm } from './signInForm.tsx';
import { useSignUpWords } from './signUpWords.ts';

export function Invitation() {
  const say = useSignUpWords();
  const { id } = useParams({ strict: false }) as { id: string };
  const session = useQuery({ ...sessionQuery, retry: false });
  const client = useQueryClient();
  const person = session.data?.person;
  if (session.isPending) return <Loading />;
  return (
    <Door
      title={say('invited')}
      hint={person ? say('signedInAs', { email: person.email }) : say('invitedStranger')}
      foot={person && <SignOut />}
    >
      {person ? <Join id={id} /> : <Identify done={() => void client.resetQueries()} />}
    </Door>
  );
}

/** Ends the session and stays on the page, so that another account can go on from here. */
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

function Identify(props: { done: () => void }) {
  const say = useSignUpWords();
  const [way, setWay] = useState<'new' | 'known'>('new');
  return (
    <div className="stack">
      <Segmented
        block
        value={way}
        onChange={setWay}
        options={[
          { value: 'new' as const, label: say('newAccount') },
          { value: 'known' as const, label: say('haveAccount') },
        ]}
      />
      {way === 'known' ? <SignInForm done={props.done} /> : <NewAccount done={props.done} />}
    </div>
  );
}

interface Person {
  name: string;
  email: string;
  password: string;
}

function NewAccount(props: { done: () => void }) {
  const say = useSignUpWords();
  const [form] = Form.useForm<Person>();
  const create = useChange({
    run: (person: Person) => auth.signUp.email(person),
    done: ({ error }) => {
      if (error) form.setFields([{ name: 'email', errors: [say('emailTaken')] }]);
      else props.done();
    },
  });
  return (
    <Form
      form={form}
      name="new-account"
      layout="vertical"
      onFinish={(person) => create.mutate(person)}
    >
      <PersonFields />
      <Button type="primary" size="large" htmlType="submit" block loading={create.isPending}>
        {say('createAccount')}
      </Button>
    </Form>
  );
}

function Join({ id }: { id: string }) {
  const say = useSignUpWords();
  const role = useRoleLabel();
  const navigate = useNavigate();
  const client = useQueryClient();
  const invitation = useQuery({
    queryKey: ['invitation', id],
    queryFn: async () => (await auth.organization.getInvitation({ query: { id } })).data ?? null,
  });
  const join = useChange({
    run: async () => {
      const { error } = await auth.organization.acceptInvitation({ invitationId: id });
      if (error) throw new Error(error.message);
    },
    done: () => {
      client.clear();
      void navigate({ to: '/', replace: true });
    },
  });
  if (invitation.isPending) return <Loading lines={3} />;
  if (!invitation.data) return <Empty title={say('inviteGone')} hint={say('inviteGoneHint')} />;
  const { organizationName, role: roles } = invitation.data;
  return (
    <div className="stack">
      <p>
        <strong>{say('invitedHint', { organization: organizationName })}</strong>
        <br />
        <span className="faint">
          {say('inviteAs', { roles: String(roles).split(',').map(role).join(' · ') })}
        </span>
      </p>
      <Button
        type="primary"
        size="large"
        block
        loading={join.isPending}
        onClick={() => join.mutate(undefined)}
      >
        {say('accept')}
      </Button>
    </div>
  );
}
