/** What the rules of review say of the text as it stands, half a second after the last key. */
import { useQuery } from '@tanstack/react-query';
import { Form, type FormInstance } from 'antd';
import { useEffect, useState } from 'react';
import { api, read } from '../../lib/client.ts';
import { said, useLanguage } from '../../lib/words.ts';
import { Mark } from '../../ui/page.tsx';
import { useEditorWords } from './editorWords.ts';
import type { Values } from './values.ts';

const SETTLE_MS = 500;
const TEXTS = ['title', 'description', 'brandName', 'callToAction', 'html'] as const;

/** A value that has not changed for a while. */
function useSettled<T>(value: T, key: string): T {
  const [settled, setSettled] = useState(value);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key stands for the value
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), SETTLE_MS);
    return () => clearTimeout(timer);
  }, [key]);
  return settled;
}

export function Findings({ form }: { form: FormInstance<Values> }) {
  const say = useEditorWords();
  const language = useLanguage();
  const content = Form.useWatch('content', form);
  const category = Form.useWatch('category', form);
  const approvalNo = Form.useWatch('approvalNo', form) || null;
  const approvalExpiresOn = Form.useWatch('approvalExpiresOn', form) || null;
  const texts = Object.fromEntries(
    TEXTS.flatMap((name) => {
      const text = content?.[name]?.trim();
      return text ? [[name, text]] : [];
    }),
  );
  const now = { content: texts, category, approvalNo, approvalExpiresOn };
  const asked = useSettled(now, JSON.stringify(now));
  const check = useQuery({
    queryKey: ['creatives', 'check', asked],
    enabled: asked.category !== undefined,
    queryFn: () => {
      const json = { ...asked, category: asked.category ?? 'other' };
      return read(api.creatives.check.$post({ json }));
    },
    placeholderData: (old) => old,
    staleTime: 60_000,
  });
  if (!check.data) return null;
  const { findings } = check.data;
  return (
    <section className="findings" aria-live="polite">
      <strong>{say('rules')}</strong>
      {findings.length === 0 ? (
        <Mark tone="good">{say('clean')}</Mark>
      ) : (
        <ul>
          {findings.map((one) => (
            <li key={`${one.field} ${one.start} ${one.article}`} data-severity={one.severity}>
              <Mark tone={one.severity === 'block' ? 'bad' : 'warn'}>
                {one.text ? `“${one.text}”` : say(one.severity === 'block' ? 'block' : 'warn')}
              </Mark>
              <p className="faint small">
                {said(one, language)} · {one.article}
              </p>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
