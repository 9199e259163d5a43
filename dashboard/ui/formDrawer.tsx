/**
 * The form of every drawer: fields, what is kept of the typing, what the server refuses, whose change came first, one
 * save however often it is clicked. Owns the form's life; its fields are the caller's.
 */
import type { QueryKey } from '@tanstack/react-query';
import { Alert, Button, Drawer, Form, type FormInstance } from 'antd';
import { type ReactNode, useEffect, useState } from 'react';
import { dropKept, keep, readKept } from '../lib/kept.ts';
import { Problem, problemText, showInForm } from '../lib/problem.ts';
import { useChange } from '../lib/queries.ts';
import { defineWords, useLanguage } from '../lib/words.ts';

const useWords = defineWords(
  {
    cancel: '取消',
    save: '保存',
    kept: '已恢复上次未保存的内容',
    discard: '放弃',
    theirs: '载入最新内容',
    mine: '仍保存我的',
  },
  {
    cancel: 'Cancel',
    save: 'Save',
    kept: 'What you had not saved is back',
    discard: 'Discard',
    theirs: 'Load the latest',
    mine: 'Save mine anyway',
  },
);

interface Props<Values extends object, Output> {
  open: boolean;
  close: () => void;
  title: ReactNode;
  /** Names the form and its kept typing: one a thing that is edited. */
  name: string;
  initial: Partial<Values>;
  /** The call; of an edit with the version as it is known now. */
  run: (values: Values, key: string) => Promise<Output>;
  refresh?: readonly QueryKey[];
  /** Reads the thing anew after somebody else's change. */
  reload?: () => Promise<unknown>;
  say?: string;
  done?: (output: Output) => void;
  okText?: string;
  /** The API's first name of a field → the form's. */
  alias?: Readonly<Record<string, string>>;
  size?: number;
  /** Fields whose typing is kept nowhere. */
  secret?: readonly (keyof Values & string)[];
  /** What stands left of the buttons. */
  foot?: ReactNode;
  children: ReactNode | ((form: FormInstance<Values>) => ReactNode);
}

const without = <Values extends object>(values: Values, names: readonly string[] = []) =>
  Object.fromEntries(Object.entries(values).filter(([name]) => !names.includes(name)));

export function FormDrawer<Values extends object, Output>(props: Props<Values, Output>) {
  const say = useWords();
  const language = useLanguage();
  const { open, name } = props;
  const [form] = Form.useForm<Values>();
  const [stale, setStale] = useState<Problem>();
  /** Until theirs is here, neither choice would be about it. */
  const [reloading, setReloading] = useState(false);
  const [kept, setKept] = useState(() => readKept<Values>(name));
  const save = useChange<Values, Output>({
    run: props.run,
    ...(props.refresh ? { refresh: props.refresh } : {}),
    ...(props.say ? { say: props.say } : {}),
    done: (output) => {
      dropKept(name);
      props.close();
      props.done?.(output);
    },
    failed: (error) => {
      if (error instanceof Problem && error.code === 'stale_version' && props.reload) {
        setStale(error);
        setReloading(true);
        void props.reload().finally(() => setReloading(false));
        return true;
      }
      return showInForm(form, error, language, props.alias);
    },
  });
  useEffect(() => {
    if (!open) return;
    setStale(undefined);
    setKept(readKept<Values>(name));
  }, [open, name]);
  const start = () => {
    dropKept(name);
    setKept(undefined);
    setStale(undefined);
    form.resetFields();
    form.setFieldsValue(props.initial as Parameters<typeof form.setFieldsValue>[0]);
  };
  return (
    <Drawer
      open={open}
      onClose={props.close}
      size={props.size ?? 460}
      title={props.title}
      destroyOnHidden
      footer={
        <div className="row row-between">
          <span>{props.foot}</span>
          <span className="row">
            <Button onClick={props.close}>{say('cancel')}</Button>
            <Button type="primary" loading={save.isPending} onClick={() => form.submit()}>
              {props.okText ?? say('save')}
            </Button>
          </span>
        </div>
      }
    >
      {stale && (
        <Alert
          type="warning"
          showIcon
          style={{ marginBottom: 16 }}
          title={problemText(stale, language)}
          action={
            <span className="row">
              <Button size="small" disabled={reloading} onClick={start}>
                {say('theirs')}
              </Button>
              <Button size="small" disabled={reloading} onClick={() => form.submit()}>
                {say('mine')}
              </Button>
            </span>
          }
        />
      )}
      {kept && !stale && (
        <p className="row row-between kept-note">
          {say('kept')}
          <Button size="small" type="link" onClick={start}>
            {say('discard')}
          </Button>
        </p>
      )}
      <Form
        key={name}
        form={form}
        name={name}
        layout="vertical"
        preserve={false}
        clearOnDestroy
        initialValues={{ ...props.initial, ...readKept<Values>(name) }}
        onValuesChange={(_, all) => keep(name, without(all, props.secret))}
        onFinish={(values) => save.mutate(values)}
      >
        {typeof props.children === 'function' ? props.children(form) : props.children}
      </Form>
    </Drawer>
  );
}
