/** A button that asks for the reason before it acts: the other side reads it. */
import { Button, type ButtonProps, Input, Popconfirm } from 'antd';
import { useState } from 'react';
import { defineWords } from '../lib/words.ts';

const useWords = defineWords(
  { cancel: '取消', why: '原因，对方会看到', whyOptional: '原因（选填），对方会看到' },
  {
    cancel: 'Cancel',
    why: 'Why: the other side reads it',
    whyOptional: 'Why (optional): the other side reads it',
  },
);

const MIN_LENGTH = 2;

interface Props extends Omit<ButtonProps, 'children' | 'onClick'> {
  /** What it does, in a word: on the button and on the answer yes. */
  label: string;
  /** The question, where the label alone does not ask it. */
  ask?: string;
  /** Nothing happens without a reason; otherwise it may be left out, and `why` is undefined. */
  must?: boolean;
  maxLength?: number;
  /** Where it returns a promise, the answer yes shows that it runs. */
  run: (why: string | undefined) => unknown;
}

export function AskedWhy({ label, ask = label, must, maxLength = 300, run, ...button }: Props) {
  const say = useWords();
  const [reason, setReason] = useState('');
  const why = reason.trim();
  const hint = say(must ? 'why' : 'whyOptional');
  return (
    <Popconfirm
      title={ask}
      description={
        <Input
          value={reason}
          maxLength={maxLength}
          placeholder={hint}
          aria-label={hint}
          style={{ width: 260 }}
          onChange={(event) => setReason(event.target.value)}
        />
      }
      okText={label}
      okButtonProps={{ disabled: must === true && why.length < MIN_LENGTH }}
      cancelText={say('cancel')}
      onConfirm={() => run(why || undefined)}
    >
      <Button {...button}>{label}</Button>
    </Popconfirm>
  );
}
