/** Who a new account is for, wherever one is made: name, password and, unless it is known, the address. */
import { Form, Input } from 'antd';
import { useSignUpWords } from './signUpWords.ts';

export function PersonFields(props: { email?: string }) {
  const say = useSignUpWords();
  return (
    <>
      <div className="form-pair">
        <Form.Item
          name="name"
          label={say('name')}
          rules={[{ required: true, whitespace: true, message: say('nameWanted') }]}
        >
          <Input maxLength={60} autoComplete="name" />
        </Form.Item>
        {props.email === undefined ? (
          <Form.Item
            name="email"
            label={say('email')}
            rules={[{ required: true, type: 'email', message: say('emailWrong') }]}
            validateTrigger="onBlur"
          >
            <Input maxLength={200} autoComplete="username" inputMode="email" />
          </Form.Item>
        ) : (
          <Form.Item label={say('email')} htmlFor="known-email">
            <Input id="known-email" readOnly value={props.email} autoComplete="username" />
          </Form.Item>
        )}
      </div>
      <Form.Item
        name="password"
        label={say('password')}
        extra={say('passwordHint')}
        rules={[{ required: true, min: 12, max: 128, message: say('passwordWrong') }]}
        validateTrigger="onBlur"
      >
        <Input.Password autoComplete="new-password" />
      </Form.Item>
    </>
  );
}
