/** An advertiser signs up: company and owner in one form, then straight to the desk. All but the password is kept. */
import { useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { Button, Form, Input, Select } from 'antd';
import { CATEGORIES, type Category } from '../../../db/terms/market.ts';
import { api, read } from '../../lib/client.ts';
import { dropKept, keep, readKept } from '../../lib/kept.ts';
import { useCategoryLabel } from '../../lib/labels.ts';
import { showInForm } from '../../lib/problem.ts';
import { useChange } from '../../lib/queries.ts';
import { auth } from '../../lib/session.ts';
import { useLanguage } from '../../lib/words.ts';
import { Door } from './door.tsx';
import { PersonFields } from './personFields.tsx';
import { useSignUpWords } from './signUpWords.ts';
import { useSessionWords } from './words.ts';

interface Values {
  company: string;
  category: Category;
  domain?: string;
  name: string;
  email: string;
  password: string;
}

const KEPT = 'sign-up';

export function SignUp() {
  const say = useSignUpWords();
  const label = useCategoryLabel();
  const language = useLanguage();
  const navigate = useNavigate();
  const client = useQueryClient();
  const [form] = Form.useForm<Values>();
  const open = useChange({
    run: async ({ domain, ...values }: Values) => {
      const json = { ...values, domain: domain || null };
      await read(api.public.advertisers.$post({ json }));
      const { email, password } = values;
      return auth.signIn.email({ email, password, rememberMe: true });
    },
    done: ({ error }) => {
      dropKept(KEPT);
      client.clear();
      void navigate({ to: error ? '/sign-in' : '/', replace: true });
    },
    failed: (error) => showInForm(form, error, language),
  });
  return (
    <Door title={say('title')} hint={say('hint')} foot={<Other />}>
      <Form
        form={form}
        name={KEPT}
        layout="vertical"
        initialValues={readKept<Values>(KEPT) ?? {}}
        onValuesChange={(_, { password: _secret, ...rest }) => keep(KEPT, rest)}
        onFinish={(values) => open.mutate(values)}
      >
        <Form.Item
          name="company"
          label={say('company')}
          extra={say('companyHint')}
          rules={[{ required: true, whitespace: true, message: say('companyWanted') }]}
        >
          <Input maxLength={100} autoComplete="organization" autoFocus />
        </Form.Item>
        <div className="form-pair">
          <Form.Item
            name="category"
            label={say('category')}
            rules={[{ required: true, message: say('categoryWanted') }]}
          >
            <Select
              showSearch={{ optionFilterProp: 'label' }}
              placeholder={say('categoryPick')}
              options={CATEGORIES.map((value) => ({ value, label: label(value) }))}
            />
          </Form.Item>
          <Form.Item name="domain" label={say('domain')}>
            <Input placeholder="example.com.cn" maxLength={253} inputMode="url" />
          </Form.Item>
        </div>
        <PersonFields />
        <Button type="primary" size="large" htmlType="submit" block loading={open.isPending}>
          {say('open')}
        </Button>
        <p className="faint small" style={{ marginTop: 12 }}>
          {say('afterwards')}
        </p>
      </Form>
    </Door>
  );
}

function Other() {
  const say = useSessionWords();
  return (
    <span className="faint">
      {say('haveAccount')} <Link to="/sign-in">{say('signIn')}</Link>
    </span>
  );
}
