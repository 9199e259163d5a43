/** The review desk: one creative at a time, as readers will see it, with what the rules found; keys decide. */
import { useQuery } from '@tanstack/react-query';
import { useCallback, useEffect, useState } from 'react';
import { api, read } from '../../lib/client.ts';
import { useFilters } from '../../lib/filters.ts';
import { instant } from '../../lib/format.ts';
import { useCategoryLabel, useFormatLabel } from '../../lib/labels.ts';
import { useLanguage } from '../../lib/words.ts';
import { Facts, Mark, Page, Panel } from '../../ui/page.tsx';
import { Empty, Loaded } from '../../ui/states.tsx';
import { CreativePreview } from '../creatives/preview.tsx';
import { Verdict } from './verdict.tsx';
import { useReviewWords } from './words.ts';
import './review.css';
import { REVIEW, type Task } from './data.ts';

export function Review() {
  const say = useReviewWords();
  const queue = useQuery({
    queryKey: REVIEW,
    queryFn: () => read(api.review.$get({ query: { limit: '100' } })),
    refetchInterval: 30_000,
  });
  return (
    <Page title={say('title')} hint={say('hint')}>
      <Loaded query={queue} lines={8}>
        {(page) =>
          page.items.length === 0 ? (
            <Panel>
              <Empty title={say('none')} hint={say('noneHint')} />
            </Panel>
          ) : (
            <Desk tasks={page.items} />
          )
        }
      </Loaded>
    </Page>
  );
}

function Desk({ tasks }: { tasks: Task[] }) {
  const say = useReviewWords();
  const { filters, set } = useFilters();
  const [wanted, setWanted] = useState<'approve' | 'reject'>();
  const at = Math.max(
    0,
    tasks.findIndex((task) => String(task.id) === filters.creative),
  );
  const task = tasks[at];
  const go = useCallback(
    (step: number) => {
      const next = tasks[Math.min(tasks.length - 1, Math.max(0, at + step))];
      set({ creative: next && String(next.id) });
    },
    [tasks, at, set],
  );
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const typing = (event.target as HTMLElement).matches('input, textarea, [role="combobox"]');
      if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === 'j') go(1);
      if (event.key === 'k') go(-1);
      if (event.key === 'a') setWanted('approve');
      if (event.key === 'r') setWanted('reject');
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [go]);
  if (!task) return null;
  return (
    <div className="review">
      <Panel
        title={say('waiting', { n: tasks.length })}
        hint={<span className="hide-phone">{say('keys')}</span>}
        flush
      >
        <Queue tasks={tasks} current={task.id} open={(id) => set({ creative: String(id) })} />
      </Panel>
      <Panel>
        <CreativePreview
          format={task.format}
          content={task.content}
          size={task.w && task.h ? { w: task.w, h: task.h } : undefined}
        />
      </Panel>
      <Panel title={task.name}>
        <TaskFacts task={task} />
        <Verdict
          key={task.id}
          task={task}
          wanted={wanted}
          clear={() => setWanted(undefined)}
          next={() => go(1)}
        />
      </Panel>
    </div>
  );
}

function Queue(props: { tasks: Task[]; current: number; open: (id: number) => void }) {
  const say = useReviewWords();
  const format = useFormatLabel();
  return (
    <ol className="review-queue" aria-label={say('queue')}>
      {props.tasks.map((task) => (
        <li key={task.id}>
          <button
            type="button"
            aria-current={task.id === props.current}
            onClick={() => props.open(task.id)}
          >
            <span className="review-name">{task.name}</span>
            <span className="faint small">
              {task.advertiserName} · {format(task.format)}
            </span>
            {task.findings.some((one) => one.severity === 'block') && (
              <Mark tone="bad">{say('block')}</Mark>
            )}
          </button>
        </li>
      ))}
    </ol>
  );
}

function TaskFacts({ task }: { task: Task }) {
  const say = useReviewWords();
  const category = useCategoryLabel();
  const language = useLanguage();
  return (
    <div className="stack">
      <Facts
        items={[
          [say('advertiser'), task.advertiserName],
          [say('category'), category(task.category)],
          [say('submitted'), instant(task.submittedAt)],
          [say('approvalNo'), task.approvalNo ?? say('noApprovalNo')],
          [
            say('landing'),
            <a key="landing" href={task.landingUrl} target="_blank" rel="noreferrer noopener">
              {task.landingUrl}
            </a>,
          ],
          ...(task.content.title ? ([[say('title2'), task.content.title]] as const) : []),
          ...(task.content.description
            ? ([[say('description'), task.content.description]] as const)
            : []),
          ...(task.appeal ? ([[say('appeal'), task.appeal]] as const) : []),
        ]}
      />
      <div>
        <strong>{say('findings')}</strong>
        {task.findings.length === 0 ? (
          <p>
            <Mark tone="good">{say('noFindings')}</Mark>
          </p>
        ) : (
          <ul className="review-findings">
            {task.findings.map((one) => (
              <li key={`${one.field} ${one.start} ${one.article}`} data-severity={one.severity}>
                <Mark tone={one.severity === 'block' ? 'bad' : 'warn'}>{say(one.severity)}</Mark>{' '}
                {one.text && <mark>{one.text}</mark>} {language === 'zh' ? one.zh : one.en}
                <br />
                <span className="faint small">{one.article}</span>
              </li>
            ))}
          </ul>
        )}
      </div>
      {task.needsTwo && <Mark tone="warn">{say('two')}</Mark>}
    </div>
  );
}
