/** The link of an invitation: who invites and as what; a new person joins with a password, a known one signs in and joins. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { Button, Form } from 'antd';
import { type Answer, api, read } from '../../lib/client.ts';
import { sessionQuery } from '../../lib/me.ts';
import { Problem, showInForm } from '../../lib/problem.ts';
import { useChange } from '../../lib/queries.ts';
import { auth } from '../../lib/session.ts';
import { useLanguage } from '../../lib/words.ts';
import { Empty, Failed, Loading } from '../../ui/states.tsx';
import { useRoleLabel } from '../account/words.ts';
import { Door } from './door.tsx';
import { PersonFields } from './personFields.tsx';
import { SignInForm } from './signInForm.tsx';
import { SignOut } from './signOut.tsx';
import { useSignUpWords } from './signUpWords.ts';
import { useSessionWords } from './words.ts';

const one = api.public.invitations[':id'];
type Invite = Answer<Awaited<ReturnType<typeof one.$get>>>;

export function Invitation() {
  const say = useSignUpWords();
  const way = useSessionWords();
  const role = useRoleLabel();
  const { id } = useParams({ strict: false }) as { id: string };
  const session = useQuery({ ...sessionQuery, retry: false });
  const invite = useQuery({
    queryKey: ['invitation', id],
    queryFn: () => read(one.$get({ param: { id } })),
    retry: false,
  });
  const person = session.data?.person;
  return (
    <Door
      title={say('invited')}
      hint={
        invite.data
          ? say('invitedHint', {
              organization: invite.data.organization.name,
              roles: invite.data.roles.map(role).join(' · '),
            })
          : ''
      }
      foot={person ? <SignOut /> : <Link to="/sign-in">{way('back')}</Link>}
    >
      {invite.data && !session.isPending ? (
        <Accept invite={invite.data} signedInAs={person?.email} />
      ) : invite.error ? (
        <Gone error={invite.error} />
      ) : (
        <Loading />
      )}
    </Door>
  );
}

function Gone({ error }: { error: unknown }) {
  const say = useSignUpWords();
  const unknown = error instanceof Problem && error.status === 404;
  if (!unknown) return <Failed error={error} />;
  return <Empty title={say('inviteGone')} hint={say('inviteGoneHint')} />;
}

function Accept({ invite, signedInAs }: { invite: Invite; signedInAs: string | undefined }) {
  const say = useSignUpWords();
  const client = useQueryClient();
  if (signedInAs === invite.email) return <Join id={invite.id} />;
  if (signedInAs) return <p>{say('otherPerson', { email: invite.email, mine: signedInAs })}</p>;
  if (!invite.hasAccount) return <NewPerson invite={invite} />;
  return <SignInForm email={invite.email} done={() => void client.resetQueries()} />;
}

function useArrive() {
  const navigate = useNavigate();
  const client = useQueryClient();
  return () => {
    client.clear();
    void navigate({ to: '/', replace: true });
  };
}

function NewPerson({ invite }: { invite: Invite }) {
  const say = useSignUpWords();
  const language = useLanguage();
  const arrive = useArrive();
  const [form] = Form.useForm<{ name: string; password: string }>();
  const join = useChange({
    run: async (json: { name: string; password: string }) => {
      await read(one.acceptance.$post({ param: { id: invite.id }, json }));
      return auth.signIn.email({ email: invite.email, password: json.password });
    },
    done: arrive,
    failed: (error) => showInForm(form, error, language),
  });
  return (
    <Form form={form} name="join" layout="vertical" onFinish={(values) => join.mutate(values)}>
      <PersonFields email={invite.email} />
      <Button type="primary" size="large" htmlType="submit" block loading={join.isPending}>
        {say('accept')}
      </Button>
    </Form>
  );
}

function Join({ id }: { id: string }) {
  const say = useSignUpWords();
  const arrive = useArrive();
  const join = useChange({
    run: async () => {
      const { error } = await auth.organization.acceptInvitation({ invitationId: id });
      if (error) throw new Problem(error.status, 'conflict', GONE);
    },
    done: arrive,
  });
  return (
    <Button
      type="primary"
      size="large"
      block
      loading={join.isPending}
      onClick={() => join.mutate(undefined)}
    >
      {say('accept')}
    </Button>
  );
}

const GONE = {
  zh: '邀请已失效，请重新索取',
  en: 'The invitation no longer holds; ask for another',
};
