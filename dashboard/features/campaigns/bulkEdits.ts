/**
 * Many line items changed in the table and saved at once, all or none. Owns what was typed, where a pasted block goes, what
 * the server refused cell by cell, and the way back: what was there before is kept until the next save.
 */
import { useQueryClient } from '@tanstack/react-query';
import { App, Button } from 'antd';
import { createElement, useCallback, useRef, useState } from 'react';
import { fenToYuan, MICRO_CNY_PER_FEN } from '../../../db/terms/money.ts';
import { api, once, read } from '../../lib/client.ts';
import { Problem, problemText } from '../../lib/problem.ts';
import { said, useLanguage } from '../../lib/words.ts';
import { fenOf } from '../../ui/yuanInput.tsx';
import { LINE_ITEMS, type LineItem } from './data.ts';
import { useCampaignWords } from './words.ts';

export const BULK_FIELDS = ['bidFen', 'dailyBudgetMicroCny', 'totalBudgetMicroCny'] as const;
export type BulkField = (typeof BULK_FIELDS)[number];
type Cell = `${number} ${BulkField}`;
/** The API's greatest bulk. */
const CHUNK = 200;

const cellOf = (id: number, field: BulkField): Cell => `${id} ${field}`;

/** What a cell shows before anybody types: yuan text. */
export const knownText = (row: LineItem, field: BulkField): string =>
  fenToYuan(field === 'bidFen' ? row.bidFen : Number(BigInt(row[field]) / MICRO_CNY_PER_FEN));

/** Yuan text as the API wants it; undefined where it is no amount. */
function amountOf(field: BulkField, text: string): number | string | undefined {
  const fen = fenOf(text.replaceAll(/[,¥￥\s]/g, ''));
  if (fen === null || fen <= 0) return undefined;
  return field === 'bidFen' ? fen : (BigInt(fen) * MICRO_CNY_PER_FEN).toString();
}

export interface BulkEdits {
  textOf: (row: LineItem, field: BulkField) => string;
  problemOf: (row: LineItem, field: BulkField) => string | undefined;
  set: (row: LineItem, field: BulkField, text: string | undefined) => void;
  paste: (row: LineItem, field: BulkField, block: string) => void;
  shown: (rows: readonly LineItem[]) => void;
  changed: number;
  busy: boolean;
  save: () => void;
  discard: () => void;
}

type Changes = Partial<Record<BulkField, number | string>>;
interface Edit {
  row: LineItem;
  changes: Changes;
}

export function useBulkEdits(rows: readonly LineItem[] | undefined): BulkEdits {
  const say = useCampaignWords();
  const language = useLanguage();
  const { message } = App.useApp();
  const client = useQueryClient();
  const [texts, setTexts] = useState<ReadonlyMap<Cell, string>>(new Map());
  const [problems, setProblems] = useState<ReadonlyMap<Cell, string>>(new Map());
  const [busy, setBusy] = useState(false);
  const order = useRef<readonly LineItem[]>([]);
  const shown = useCallback((next: readonly LineItem[]) => {
    order.current = next;
  }, []);

  const write = (cells: readonly (readonly [LineItem, BulkField, string | undefined])[]) => {
    const next = new Map(texts);
    const wrong = new Map(problems);
    for (const [row, field, text] of cells) {
      const cell = cellOf(row.id, field);
      wrong.delete(cell);
      if (text === undefined || text === knownText(row, field)) next.delete(cell);
      else next.set(cell, text);
    }
    setTexts(next);
    setProblems(wrong);
  };

  /** Rows go down from the cell in the order shown, columns to the right of it. */
  const paste = (from: LineItem, field: BulkField, block: string) => {
    const lines = block.replace(/\r?\n$/, '').split(/\r?\n/);
    const start = order.current.findIndex((row) => row.id === from.id);
    const column = BULK_FIELDS.indexOf(field);
    write(
      lines.flatMap((line, down) =>
        line.split('\t').flatMap((text, right) => {
          const row = order.current[start + down];
          const to = BULK_FIELDS[column + right];
          return row && to ? [[row, to, text.trim()] as const] : [];
        }),
      ),
    );
  };

  /** What was typed as edits; cells that hold no amount are told and nothing is sent. */
  const gather = (): Edit[] | undefined => {
    const wrong = new Map<Cell, string>();
    const edits = (rows ?? []).flatMap((row): Edit[] => {
      const changes: Changes = {};
      for (const field of BULK_FIELDS) {
        const text = texts.get(cellOf(row.id, field));
        if (text === undefined) continue;
        const value = amountOf(field, text);
        if (value === undefined) wrong.set(cellOf(row.id, field), say('wrongAmount'));
        else changes[field] = value;
      }
      return Object.keys(changes).length > 0 ? [{ row, changes }] : [];
    });
    setProblems(wrong);
    return wrong.size === 0 ? edits : undefined;
  };

  const send = async (edits: readonly Edit[]) => {
    const saved: { id: number; version: number }[] = [];
    for (let at = 0; at < edits.length; at += CHUNK) {
      const part = edits.slice(at, at + CHUNK);
      const json = {
        edits: part.map(({ row, changes }) => ({
          id: row.id,
          version: row.version,
          changes: changes as { bidFen?: number; dailyBudgetMicroCny?: string },
        })),
      };
      const answer = await read(
        api['line-items']['bulk-edit'].$post({ json }, once(crypto.randomUUID())),
      ).catch((error: unknown) => {
        tell(error, part);
        throw error;
      });
      saved.push(...answer.items);
    }
    return saved;
  };

  const tell = (error: unknown, part: readonly Edit[]) => {
    const wrong = new Map<Cell, string>();
    for (const one of error instanceof Problem ? error.fields : []) {
      const [, index, field] = /^\/edits\/(\d+)\/(?:changes\/)?(\w+)/.exec(one.pointer ?? '') ?? [];
      const row = part[Number(index)]?.row;
      const known = BULK_FIELDS.find((name) => name === field) ?? 'bidFen';
      if (row) wrong.set(cellOf(row.id, known), said(one, language));
    }
    setProblems(wrong);
    void message.error(problemText(error, language), 6);
    void client.invalidateQueries({ queryKey: LINE_ITEMS });
  };

  const run = async (
    edits: readonly Edit[],
    done: (saved: { id: number; version: number }[]) => void,
  ) => {
    setBusy(true);
    try {
      done(await send(edits));
      setTexts(new Map());
      await client.invalidateQueries({ queryKey: LINE_ITEMS });
    } catch {
      // Told where it happened.
    } finally {
      setBusy(false);
    }
  };

  const save = () => {
    const edits = gather();
    if (!edits || edits.length === 0) return;
    void run(edits, (saved) => {
      const back = edits.map(({ row, changes }) => ({
        row: { ...row, version: saved.find(({ id }) => id === row.id)?.version ?? row.version },
        changes: Object.fromEntries(
          Object.keys(changes).map((field) => [field, row[field as BulkField]]),
        ) as Changes,
      }));
      offerUndo(edits.length, () => void run(back, () => void message.success(say('undone'))));
    });
  };

  const offerUndo = (n: number, undo: () => void) => {
    const key = 'bulk-saved';
    const button = createElement(
      Button,
      {
        type: 'link',
        size: 'small',
        onClick: () => {
          message.destroy(key);
          undo();
        },
      },
      say('undo'),
    );
    const content = createElement('span', null, say('bulkSaved', { n }), ' ', button);
    void message.open({ key, type: 'success', duration: 10, content });
  };

  return {
    textOf: (row, field) => texts.get(cellOf(row.id, field)) ?? knownText(row, field),
    problemOf: (row, field) => problems.get(cellOf(row.id, field)),
    set: (row, field, text) => write([[row, field, text]]),
    paste,
    shown,
    changed: new Set([...texts.keys()].map((cell) => cell.split(' ')[0])).size,
    busy,
    save,
    discard: () => {
      setTexts(new Map());
      setProblems(new Map());
    },
  };
}
