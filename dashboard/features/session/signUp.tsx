/**
 * Coming in: a stranger opens an account with an organisation, somebody signed in opens another. All typing but the
 * password is kept, and what the server refuses stands beside its field.
 */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { Button, Form } from 'antd';
import { api, read } from '../../lib/client.ts';
import { dropKept, keep, readKept } from '../../lib/kept.ts';
import { sessionQuery } from '../../lib/me.ts';
import { showInForm } from '../../lib/problem.ts';
import { useChange } from '../../lib/queries.ts';
import { auth } from '../../lib/session.ts';
import { useLanguage } from '../../lib/words.ts';
import { Loading } from '../../ui/states.tsx';
import { Door } from './door.tsx';
import { OrganisationFields } from './organisationFields.tsx';
import { PersonFields } from './personFields.tsx';
import { useSignUpWords } from './signUpWords.ts';
import { useSessionWords } from './words.ts';

type Values = Parameters<(typeof api.public)['sign-up']['$post']>[0]['json'];
const KEPT = 'sign-up';

export function SignUp() {
  const say = useSignUpWords();
  const session = useQuery({ ...sessionQuery, retry: false });
  const person = session.data?.person;
  const hint = person ? say('signedInAs', { email: person.email }) : say('hint');
  return (
    <Door title={say(person ? 'another' : 'title')} hint={hint} foot={!person && <Other />}>
      {session.isPending ? <Loading /> : <Open known={person !== undefined && person !== null} />}
    </Door>
  );
}

function Open({ known }: { known: boolean }) {
  const say = useSignUpWords();
  const language = useLanguage();
  const navigate = useNavigate();
  const client = useQueryClient();
  const [form] = Form.useForm<Values>();
  const open = useChange({
    run: async (values: Values) => {
      const json = withoutBlanks(values);
      if (known) return read(api.organizations.$post({ json: json.organization }));
      await read(api.public['sign-up'].$post({ json }));
      const { email, password } = json;
      const signedIn = await auth.signIn.email({ email, password, rememberMe: true });
      // Where no mail is sent, the address stays unproven, and nothing depends on it here.
      void auth.sendVerificationEmail({ email, callbackURL: '/' }).catch(() => undefined);
      return signedIn;
    },
    done: () => {
      dropKept(KEPT);
      client.clear();
      void navigate({ to: '/', replace: true });
    },
    failed: (error) => showInForm(form, error, language),
  });
  return (
    <Form
      form={form}
      name={KEPT}
      layout="vertical"
      initialValues={{ organization: { kind: 'advertiser' }, ...readKept<Values>(KEPT) }}
      onValuesChange={(_, { password: _secret, ...rest }) => keep(KEPT, rest)}
      onFinish={(values) => open.mutate(values)}
    >
      <OrganisationFields />
      {!known && <PersonFields />}
      <Button type="primary" size="large" htmlType="submit" block loading={open.isPending}>
        {say('open')}
      </Button>
      <p className="faint small" style={{ marginTop: 12 }}>
        {say('afterwards')}
      </p>
    </Form>
  );
}

/** An empty optional field was not said. */
function withoutBlanks(values: Values): Values {
  const { organization } = values;
  if (organization.kind !== 'advertiser') return values;
  return { ...values, organization: { ...organization, domain: organization.domain || null } };
}

function Other() {
  const say = useSessionWords();
  return (
    <span className="faint">
      {say('haveAccount')} <Link to="/sign-in">{say('signIn')}</Link>
    </span>
  );
}
