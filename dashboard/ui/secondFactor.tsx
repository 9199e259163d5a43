/**
 * A fresh one-time code for an act that moves money: asked for at once of whoever has a second factor, and again where the
 * server did not take it. Owns the asking; what counts as a code is the server's to say.
 */
import { useQuery } from '@tanstack/react-query';
import { App, Input } from 'antd';
import { sessionQuery } from '../lib/me.ts';
import { Problem, problemText } from '../lib/problem.ts';
import { defineWords, useLanguage } from '../lib/words.ts';

const useWords = defineWords(
  { title: '二次验证', hint: '输入验证器应用上的 6 位数字', cancel: '取消', code: '验证码' },
  {
    title: 'Second factor',
    hint: 'The six digits of your authenticator',
    cancel: 'Cancel',
    code: 'Code',
  },
);

type Coded = { code?: string };

/** Runs the call with a code where one is wanted; undefined where the person gave none. */
export function useSecondFactor() {
  const say = useWords();
  const language = useLanguage();
  const { modal } = App.useApp();
  const enrolled = useQuery(sessionQuery).data?.person?.twoFactorEnabled ?? false;

  const ask = (wrong: string | undefined): Promise<string | undefined> =>
    new Promise((resolve) => {
      const give = (code: string) => {
        box.destroy();
        resolve(code);
      };
      const box = modal.confirm({
        title: say('title'),
        icon: null,
        content: (
          <div className="stack" style={{ gap: 10 }}>
            <p className="faint">{say('hint')}</p>
            <Input.OTP length={6} autoFocus aria-label={say('code')} onChange={give} />
            {wrong && (
              <p className="negative" role="alert">
                {wrong}
              </p>
            )}
          </div>
        ),
        okButtonProps: { style: { display: 'none' } },
        cancelText: say('cancel'),
        onCancel: () => resolve(undefined),
      });
    });

  return async function withCode<T>(run: (json: Coded) => Promise<T>): Promise<T | undefined> {
    let code = enrolled ? await ask(undefined) : undefined;
    if (enrolled && code === undefined) return undefined;
    for (;;) {
      try {
        return await run(code === undefined ? {} : { code });
      } catch (error) {
        if (!(error instanceof Problem) || error.code !== 'second_factor_required') throw error;
        code = await ask(problemText(error, language));
        if (code === undefined) return undefined;
      }
    }
  };
}
