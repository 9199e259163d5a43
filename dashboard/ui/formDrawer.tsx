/**
 * The form of every drawer: fields, what is kept of the typing, what the server refuses, whose change came first, one
 * save however often it is clicked. Owns the form's life; its fields are the caller's.
 */
import { Alert, Button, Drawer, Form, type FormInstance } from 'antd';
import { type ReactNode, useEffect, useState } from 'react';
import { dropKept, readKept } from '../lib/kept.ts';
import { Problem, problemText } from '../lib/problem.ts';
import { defineWords, useLanguage } from '../lib/words.ts';
import { type Sent, useSentForm } from './sentForm.ts';

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

/** Of an edit `run` sends the version as it is known now. */
interface Props<Values extends object, Output>
  extends Omit<Sent<Values, Output>, 'failed' | 'form'> {
  open: boolean;
  close: () => void;
  title: ReactNode;
  initial: Partial<Values>;
  /** Reads the thing anew after somebody else's change. */
  reload?: () => Promise<unknown>;
  okText?: string;
  size?: number;
  /** What stands left of the buttons. */
  foot?: ReactNode;
  children: ReactNode | ((form: FormInstance<Values>) => ReactNode);
}

export function FormDrawer<Values extends object, Output>(props: Props<Values, Output>) {
  const say = useWords();
  const language = useLanguage();
  const { open, name } = props;
  const [stale, setStale] = useState<Problem>();
  /** Until theirs is here, neither choice would be about it. */
  const [reloading, setReloading] = useState(false);
  const [kept, setKept] = useState(() => readKept<Values>(name));
  const { form, save, bind } = useSentForm<Values, Output>({
    ...props,
    done: (output) => {
      props.close();
      props.done?.(output);
    },
    failed: (error) => {
      const isStale = error instanceof Problem && error.code === 'stale_version';
      if (!isStale || !props.reload) return false;
      setStale(error);
      setReloading(true);
      void props.reload().finally(() => setReloading(false));
      return true;
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
      <Form key={name} {...bind} preserve={false} clearOnDestroy>
        {typeof props.children === 'function' ? props.children(form) : props.children}
      </Form>
    </Drawer>
  );
}
