/**
 * An outlet's placements by spreadsheet: the template, the file, a preview that names every wrong cell, and the import of
 * all of it or nothing. The preview runs on the server by the import's own rules; what it finds is shown, never guessed.
 */
import { DownloadOutlined } from '@ant-design/icons';
import { Alert, Button, Drawer, Progress, Upload } from 'antd';
import { useState } from 'react';
import { useOutletId } from '../../lib/acting.ts';
import { api } from '../../lib/client.ts';
import { download } from '../../lib/csv.ts';
import { type FieldProblem, Problem } from '../../lib/problem.ts';
import { useChange } from '../../lib/queries.ts';
import { upload } from '../../lib/upload.ts';
import { PLACEMENTS, PROPERTIES, RATES } from './data.ts';
import type { Taken } from './sheetFound.tsx';
import { SheetFound } from './sheetFound.tsx';
import { useSheetWords } from './sheetWords.ts';

const TEMPLATE = api.imports.supply.template;
const MAX_BYTES = 4_000_000;

export function SupplySheet(props: { open: boolean; close: () => void }) {
  const say = useSheetWords();
  return (
    <Drawer open={props.open} onClose={props.close} size={720} title={say('title')} destroyOnHidden>
      <Body close={props.close} />
    </Drawer>
  );
}

function Body({ close }: { close: () => void }) {
  const say = useSheetWords();
  const outletId = useOutletId();
  const [file, setFile] = useState<File>();
  const [share, setShare] = useState<number>();
  const [wrong, setWrong] = useState<string>();
  const [found, setFound] = useState<Pick<Taken, 'rows' | 'faults' | 'items'>>();
  const send = (apply: boolean, key: string) => {
    if (!file) throw new Error('assertion failed: no file was chosen');
    const fields = { outletId: String(outletId), file, apply: String(apply) };
    return upload<Taken>('/api/imports/supply', fields, { onProgress: setShare, key });
  };
  const failed = (error: unknown): boolean => {
    setShare(undefined);
    const faults = cellFaults(error);
    if (faults.length > 0) setFound({ rows: 0, faults, items: [] });
    return faults.length > 0;
  };
  const preview = useChange({
    run: (_: undefined, key) => send(false, key),
    done: (taken) => {
      setShare(undefined);
      setFound(taken);
    },
    failed,
  });
  const apply = useChange({
    run: (_: undefined, key) => send(true, key),
    refresh: [PLACEMENTS, PROPERTIES, RATES],
    say: say('done'),
    done: close,
    failed,
  });
  const choose = (chosen: File) => {
    const isLarge = chosen.size > MAX_BYTES;
    setWrong(isLarge ? say('fileLarge') : undefined);
    setFile(isLarge ? undefined : chosen);
    setFound(undefined);
    return Upload.LIST_IGNORE;
  };
  const isReady = found !== undefined && found.faults.length === 0 && found.rows > 0;
  return (
    <div className="stack">
      <Template />
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
            disabled={!file}
            loading={preview.isPending}
            onClick={() => preview.mutate(undefined)}
          >
            {say('preview')}
          </Button>
        </span>
      </section>
      {found && <SheetFound found={found} />}
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

function Template() {
  const say = useSheetWords();
  const fetchTemplate = useChange({
    run: async (as: 'xlsx' | 'csv') => {
      const response: Response = await TEMPLATE.$get({ query: { as } });
      return { as, bytes: await response.blob() };
    },
    done: ({ as, bytes }) => download(`placements.${as}`, bytes, bytes.type),
  });
  return (
    <section className="stack" style={{ gap: 8 }}>
      <strong>{say('step1')}</strong>
      <p className="faint">{say('templateHint')}</p>
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
