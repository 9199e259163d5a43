/** A button that asks before it acts. */
import { Button, type ButtonProps, Popconfirm } from 'antd';
import { defineWords } from '../lib/words.ts';

const useWords = defineWords({ cancel: '取消' }, { cancel: 'Cancel' });

interface Props extends Omit<ButtonProps, 'children' | 'onClick'> {
  /** What it does, in a word: on the button and on the answer yes. */
  label: string;
  /** The question, where the label alone does not ask it. */
  ask?: string;
  /** What follows from it. */
  hint?: string;
  /** The answer no, where to cancel is itself a deed. */
  no?: string;
  /** Where it returns a promise, the answer yes shows that it runs. */
  run: () => unknown;
}

export function Asked({ label, ask = label, hint, no, run, ...button }: Props) {
  const say = useWords();
  return (
    <Popconfirm
      title={ask}
      description={hint && <div style={{ maxWidth: 300 }}>{hint}</div>}
      okText={label}
      cancelText={no ?? say('cancel')}
      disabled={button.disabled ?? false}
      onConfirm={run}
    >
      <Button {...button}>{label}</Button>
    </Popconfirm>
  );
}
