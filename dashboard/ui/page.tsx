/** The shapes of a page: its head, panels, figures, marks. Owns spacing and hierarchy; holds no data. */

import { Link } from '@tanstack/react-router';
import { Tooltip } from 'antd';
import type { ReactNode } from 'react';
import { exactMoney, money } from '../lib/format.ts';
import './page.css';

export function Page(props: {
  title: ReactNode;
  eyebrow?: ReactNode;
  back?: { to: string; label: string };
  hint?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}) {
  return (
    <div className="page">
      <header className="page-head">
        <div className="page-titles">
          {props.back && (
            <Link to={props.back.to} className="page-back">
              ← {props.back.label}
            </Link>
          )}
          {props.eyebrow && <p className="eyebrow">{props.eyebrow}</p>}
          <h1>{props.title}</h1>
          {props.hint && <p className="page-hint">{props.hint}</p>}
        </div>
        {props.actions && <div className="page-actions">{props.actions}</div>}
      </header>
      {props.children}
    </div>
  );
}

export function Panel(props: {
  title?: ReactNode;
  hint?: ReactNode;
  extra?: ReactNode;
  flush?: boolean;
  children: ReactNode;
}) {
  return (
    <section className={props.flush ? 'panel panel-flush' : 'panel'}>
      {(props.title || props.extra) && (
        <header className="panel-head">
          <div>
            <h2>{props.title}</h2>
            {props.hint && <p className="faint small">{props.hint}</p>}
          </div>
          {props.extra}
        </header>
      )}
      <div className="panel-body">{props.children}</div>
    </section>
  );
}

/** One figure of a strip: what it is, how much, and what that means. */
export function Figure(props: {
  label: ReactNode;
  value: ReactNode;
  note?: ReactNode;
  tone?: 'plain' | 'warn' | 'bad';
}) {
  return (
    <div className={`figure figure-${props.tone ?? 'plain'}`}>
      <p className="figure-label">{props.label}</p>
      <p className="figure-value number">{props.value}</p>
      <p className="figure-note">{props.note ?? ' '}</p>
    </div>
  );
}

export const Figures = (props: { children: ReactNode }) => (
  <div className="figures">{props.children}</div>
);

/** Yuan with two places; the exact amount on hover where there is more to know. */
export function Money(props: {
  microCny: string | bigint;
  strong?: boolean;
  /** A movement: plus and minus are ordinary, so neither is red. */
  signed?: boolean;
}) {
  const amount = BigInt(props.microCny);
  const text = `${props.signed && amount > 0n ? '+' : ''}${money(amount)}`;
  const body = (
    <span className={`number${amount < 0n && !props.signed ? ' negative' : ''}`}>
      {props.strong ? <strong>{text}</strong> : text}
    </span>
  );
  if (amount % 10_000n === 0n) return body;
  return <Tooltip title={<span className="number">{exactMoney(amount)}</span>}>{body}</Tooltip>;
}

export type Tone = 'good' | 'busy' | 'warn' | 'bad' | 'quiet';

/** A state, told by word first and colour second. */
export const Mark = (props: { tone: Tone; children: ReactNode }) => (
  <span className={`mark mark-${props.tone}`}>{props.children}</span>
);

/** How much of a whole is used, 0 … 1, with an optional place where it should be by now. */
export function Meter(props: { share: number; expected?: number; label: string }) {
  const width = `${Math.max(0, Math.min(1, props.share)) * 100}%`;
  return (
    <span className="meter" role="img" aria-label={props.label} title={props.label}>
      <span className="meter-fill" style={{ width }} />
      {props.expected !== undefined && (
        <span
          className="meter-mark"
          style={{ insetInlineStart: `${Math.min(1, Math.max(0, props.expected)) * 100}%` }}
        />
      )}
    </span>
  );
}

/** Names and values, as on a form that was filled in. */
export const Facts = (props: { items: readonly (readonly [ReactNode, ReactNode])[] }) => (
  <dl className="facts">
    {props.items.map(([name, value], at) => (
      // biome-ignore lint/suspicious/noArrayIndexKey: a fixed list
      <div key={at}>
        <dt>{name}</dt>
        <dd>{value}</dd>
      </div>
    ))}
  </dl>
);

export const Key = (props: { children: string }) => <kbd className="key">{props.children}</kbd>;
