/**
 * A form that is sent: what was typed is kept under its name until the server has it, a refusal stands beside its field, and a
 * double click is one change. Owns the form's way there and back; its fields and where it stands are the caller's.
 */
import type { QueryKey } from '@tanstack/react-query';
import { Form, type FormInstance } from 'antd';
import { dropKept, keep, readKept } from '../lib/kept.ts';
import { showInForm } from '../lib/problem.ts';
import { useChange } from '../lib/queries.ts';
import { useLanguage } from '../lib/words.ts';

const without = <Values extends object>(values: Values, names: readonly string[] = []) =>
  Object.fromEntries(Object.entries(values).filter(([name]) => !names.includes(name)));

export interface Sent<Values extends object, Output> {
  /** Names the form and its kept typing: one a thing that is edited. */
  name: string;
  initial?: Partial<Values>;
  /** Where the caller looks into it before it is sent. */
  form?: FormInstance<Values>;
  /** The call, with the key that makes a second one the same. */
  run: (values: Values, key: string) => Promise<Output>;
  refresh?: readonly QueryKey[] | undefined;
  say?: string | undefined;
  done?: (output: Output) => void;
  /** What it does not take is shown beside the fields. */
  failed?: (error: unknown) => boolean;
  /** Fields whose typing is kept nowhere. */
  secret?: readonly (keyof Values & string)[];
  /** The API's first name of a field → the form's. */
  alias?: Readonly<Record<string, string>> | undefined;
}

export function useSentForm<Values extends object, Output>(sent: Sent<Values, Output>) {
  const language = useLanguage();
  const [form] = Form.useForm(sent.form);
  const { name } = sent;
  const save = useChange<Values, Output>({
    run: sent.run,
    ...(sent.refresh ? { refresh: sent.refresh } : {}),
    ...(sent.say ? { say: sent.say } : {}),
    done: (output) => {
      dropKept(name);
      sent.done?.(output);
    },
    failed: (error) => sent.failed?.(error) || showInForm(form, error, language, sent.alias),
  });
  /** For the form itself. */
  const bind = {
    form,
    name,
    layout: 'vertical' as const,
    initialValues: { ...sent.initial, ...readKept<Values>(name) },
    onValuesChange: (_: unknown, all: Values) => keep(name, without(all, sent.secret)),
    onFinish: (values: Values) => save.mutate(values),
  };
  return { form, save, bind };
}
