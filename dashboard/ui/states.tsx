/** What stands where data is not (yet): loading, empty, failed. Each says what to do next. */
import { Button } from 'antd';
import type { ReactNode } from 'react';
import { Problem, problemText } from '../lib/problem.ts';
import { defineWords, useLanguage } from '../lib/words.ts';
import './states.css';

const useWords = defineWords(
  {
    loading: '正在加载',
    retry: '重试',
    failed: '没能取到数据',
    forbidden: '你没有查看这里的权限',
    forbiddenHint: '如果需要，请联系本机构的管理员调整你的角色。',
    missing: '没有找到',
    missingHint: '它可能已被移除，或不属于你所在的机构。',
    offline: '网络已断开',
    request: '请求编号 {{id}}',
  },
  {
    loading: 'Loading',
    retry: 'Try again',
    failed: 'The data did not arrive',
    forbidden: 'You may not look at this',
    forbiddenHint: 'If you need to, ask your organisation’s administrator to change your role.',
    missing: 'Not found',
    missingHint: 'It may have been removed, or belong to another organisation.',
    offline: 'You are offline',
    request: 'Request {{id}}',
  },
);

/** Grey lines in the shape of what is coming, so that nothing jumps when it does. */
export function Loading(props: { lines?: number }) {
  const say = useWords();
  return (
    <div className="state-loading" role="status" aria-label={say('loading')}>
      {Array.from({ length: props.lines ?? 4 }, (_, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: placeholders
        <span key={at} style={{ width: `${92 - ((at * 17) % 40)}%` }} />
      ))}
    </div>
  );
}

export function Empty(props: { title: ReactNode; hint?: ReactNode; action?: ReactNode }) {
  return (
    <div className="state">
      <svg width="54" height="38" viewBox="0 0 54 38" aria-hidden="true">
        {[0, 1, 2].flatMap((row) =>
          [0, 1, 2, 3].map((col) => (
            <rect
              key={`${row}${col}`}
              x={col * 14}
              y={row * 13}
              width="12"
              height="11"
              rx="2"
              fill={row === 1 && col === 2 ? 'var(--celadon-line)' : 'var(--line)'}
            />
          )),
        )}
      </svg>
      <p className="state-title">{props.title}</p>
      {props.hint && <p className="faint">{props.hint}</p>}
      {props.action}
    </div>
  );
}

export function Failed(props: { error: unknown; retry?: () => void }) {
  const say = useWords();
  const language = useLanguage();
  const problem = props.error instanceof Problem ? props.error : undefined;
  const title = {
    403: say('forbidden'),
    404: say('missing'),
    0: say('offline'),
  }[problem?.status ?? -1];
  const hint = { 403: say('forbiddenHint'), 404: say('missingHint') }[problem?.status ?? -1];
  return (
    <div className="state" role="alert">
      <p className="state-title">{title ?? say('failed')}</p>
      <p className="faint">{hint ?? problemText(props.error, language)}</p>
      {problem?.requestId && problem.status >= 500 && (
        <p className="faint small number">{say('request', { id: problem.requestId })}</p>
      )}
      {props.retry && problem?.status !== 403 && (
        <Button onClick={props.retry}>{say('retry')}</Button>
      )}
    </div>
  );
}

interface QueryLike<T> {
  data: T | undefined;
  error: unknown;
  isPending: boolean;
  refetch: () => unknown;
}

/** Shows what a query has: its data, or the state that stands for it. Old data outlives a failed refresh. */
export function Loaded<T>(props: {
  query: QueryLike<T>;
  lines?: number;
  children: (data: T) => ReactNode;
}) {
  const { query } = props;
  if (query.data !== undefined) return <>{props.children(query.data)}</>;
  if (query.error) return <Failed error={query.error} retry={() => void query.refetch()} />;
  return <Loading lines={props.lines} />;
}
