/**
 * Taking a spreadsheet in, for every slice: the template, the file, a preview that names every wrong cell, and the import of
 * all of it or nothing. The preview runs on the server by the import's own rules; what it finds is shown, never guessed.
 */
import { DownloadOutlined } from '@ant-design/icons';
import { Alert, Button, Progress, Upload } from 'antd';
import { type ReactNode, useState } from 'react';
import { download } from '../lib/csv.ts';
import { type FieldProblem, Problem } from '../lib/problem.ts';
import { useChange } from '../lib/queries.ts';
import { upload } from '../lib/upload.ts';
import { said, useLanguage } from '../lib/words.ts';
import { useIntakeWords } from './intakeWords.ts';
import { Empty } from './states.tsx';

const MAX_BYTES = 4_000_000;
type Kind = 'xlsx' | 'csv';

export interface Found<Item> {
  rows: number;
  faults: FieldProblem[];
  items: Item[];
}

interface Props<Item> {
  /** Where previews and imports go, with what goes beside the file; undefined: not all of that is known yet. */
  path: string;
  fields: Record<string, string> | undefined;
  template: { hint: string; name: string; fetch: (as: Kind) => Promise<Response> };
  refresh: (readonly unknown[])[];
  done: () => void;
  /** What would be made of a sheet without faults. */
  children: (found: Found<Item>) => ReactNode;
}

export function SheetIntake<Item>({
  path,
  fields,
  template,
  refresh,
  done,
  children,
}: Props<Item>) {
  const say = useIntakeWords();
  const [file, setFile] = useState<File>();
  const [share, setShare] = useState<number>();
  const [wrong, setWrong] = useState<string>();
  const [seen, setSeen] = useState<{ of: string; found: Found<Item> }>();
  const about = JSON.stringify(fields ?? null);
  const send = (apply: boolean, key: string) => {
    if (!file || !fields) throw new Error('assertion failed: no file was chosen');
    const form = { ...fields, file, apply: String(apply) };
    return upload<Found<Item>>(path, form, { onProgress: setShare, key });
  };
  const see = (found: Found<Item>) => {
    setShare(undefined);
    setSeen({ of: about, found });
  };
  const failed = (error: unknown): boolean => {
    const faults = cellFaults(error);
    if (faults.length > 0) see({ rows: 0, faults, items: [] });
    else setShare(undefined);
    return faults.length > 0;
  };
  const preview = useChange({
    run: (_: undefined, key) => send(false, key),
    done: see,
    failed,
  });
  const apply = useChange({
    run: (_: undefined, key) => send(true, key),
    refresh,
    say: say('done'),
    done,
    failed,
  });
  const choose = (chosen: File) => {
    const isLarge = chosen.size > MAX_BYTES;
    setWrong(isLarge ? say('fileLarge') : undefined);
    setFile(isLarge ? undefined : chosen);
    setSeen(undefined);
    return Upload.LIST_IGNORE;
  };
  // What was previewed under other answers says nothing of these.
  const found = seen && seen.of === about ? seen.found : undefined;
  const isReady = found !== undefined && found.faults.length === 0 && found.rows > 0;
  return (
    <div className="stack">
      <Template {...template} />
      <section className="stack" style={{ gap: 8 }}>
        <strong>{say('step2')}</strong>
        <Upload.Dragger accept=".xlsx,.csv" showUploadList={false} beforeUpload={choose}>
          {file ? file.name : say('drop')}
          <br />
          <span className="faint small">{say('fileHint')}</span>
        </Upload.Dragger>
        {wrong && <Alert type="error" showIcon title={wrong} />}
        {share !== undefined && <Progress percent={Math.round(share * 100)} size="small" />}
        <span>
          <Button
            disabled={!file || !fields}
            loading={preview.isPending}
            onClick={() => preview.mutate(undefined)}
          >
            {say('preview')}
          </Button>
        </span>
      </section>
      {found && <SheetFound found={found}>{children(found)}</SheetFound>}
      {isReady && (
        <span>
          <Button type="primary" loading={apply.isPending} onClick={() => apply.mutate(undefined)}>
            {say('apply', { n: found.rows })}
          </Button>
        </span>
      )}
    </div>
  );
}

/** What a refused file says of its cells: headings that are wrong stop the preview itself. */
const cellFaults = (error: unknown): FieldProblem[] =>
  error instanceof Problem ? error.fields.filter((one) => one.pointer?.startsWith('/cells/')) : [];

function SheetFound({ found, children }: { found: Found<unknown>; children: ReactNode }) {
  const say = useIntakeWords();
  const n = found.faults.length;
  if (n > 0) {
    return (
      <section className="stack" style={{ gap: 8 }}>
        <Alert type="error" showIcon title={say('faults', { n })} description={say('faultsHint')} />
        <Faults rows={found.faults} />
      </section>
    );
  }
  if (found.rows === 0) return <Empty title={say('noRows')} hint={say('noRowsHint')} />;
  return (
    <section className="stack" style={{ gap: 8 }}>
      <Alert type="success" showIcon title={say('fits', { n: found.rows })} />
      {children}
    </section>
  );
}

/** Every message names its cell, and is shown in full. */
function Faults({ rows }: { rows: FieldProblem[] }) {
  const say = useIntakeWords();
  const language = useLanguage();
  return (
    <ul aria-label={say('faultLabel')} style={{ margin: 0, paddingInlineStart: 20 }}>
      {rows.map((row) => (
        <li key={`${row.pointer} ${row.en}`} style={{ overflowWrap: 'anywhere' }}>
          {said(row, language)}
        </li>
      ))}
    </ul>
  );
}

function Template({ hint, name, fetch }: Props<unknown>['template']) {
  const say = useIntakeWords();
  const fetchTemplate = useChange({
    run: async (as: Kind) => ({ as, bytes: await (await fetch(as)).blob() }),
    done: ({ as, bytes }) => download(`${name}.${as}`, bytes, bytes.type),
  });
  return (
    <section className="stack" style={{ gap: 8 }}>
      <strong>{say('step1')}</strong>
      <p className="faint">{hint}</p>
      <span className="row">
        {(['xlsx', 'csv'] as const).map((as) => (
          <Button
            key={as}
            icon={<DownloadOutlined />}
            loading={fetchTemplate.isPending && fetchTemplate.variables === as}
            onClick={() => fetchTemplate.mutate(as)}
          >
            {as.toUpperCase()}
          </Button>
        ))}
      </span>
    </section>
  );
}
