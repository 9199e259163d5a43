/** A list of hashed identifiers for a segment: added or removed, with its progress, and every wrong line named. */

import { InboxOutlined } from '@ant-design/icons';
import { Alert, Progress, Segmented, Upload } from 'antd';
import { useState } from 'react';
import { Problem, problemText } from '../../lib/problem.ts';
import { useChange } from '../../lib/queries.ts';
import { upload } from '../../lib/upload.ts';
import { said, useLanguage } from '../../lib/words.ts';
import { optionsOf } from '../../ui/choice.ts';
import { AUDIENCES, type Audience, type ListSent } from './data.ts';
import { useAudienceWords } from './words.ts';

const MAX_BYTES = 64 * 1024 * 1024;
const PATHS = { add: 'members', takeOut: 'removals' } as const;
type Act = keyof typeof PATHS;

export function ListUpload({ audience }: { audience: Audience }) {
  const say = useAudienceWords();
  const language = useLanguage();
  const [act, setAct] = useState<Act>('add');
  const [share, setShare] = useState<number>();
  const [wrong, setWrong] = useState<string[]>([]);
  const send = useChange<File, ListSent>({
    run: (file, key) =>
      upload<ListSent>(
        `/api/audiences/${audience.id}/${PATHS[act]}`,
        { file },
        { onProgress: setShare, key },
      ).finally(() => setShare(undefined)),
    refresh: [AUDIENCES],
    failed: (error) => {
      const fields = error instanceof Problem ? error.fields : [];
      const told = fields.map((field) => said(field, language));
      setWrong(told.length > 0 ? told : [problemText(error, language)]);
      return true;
    },
  });
  const choose = (file: File) => {
    setWrong(file.size > MAX_BYTES ? [say('large')] : []);
    if (file.size <= MAX_BYTES) send.mutate(file);
    return Upload.LIST_IGNORE;
  };
  return (
    <section className="stack" style={{ gap: 10 }} aria-label={say('list')}>
      <Segmented<Act>
        aria-label={say('list')}
        style={{ alignSelf: 'flex-start' }}
        value={act}
        onChange={setAct}
        options={optionsOf(['add', 'takeOut'] as const, say)}
      />
      <Upload.Dragger
        accept=".txt,.csv,text/plain,text/csv"
        showUploadList={false}
        disabled={send.isPending}
        beforeUpload={choose}
      >
        <InboxOutlined /> {say('drop')}
        <br />
        <span className="faint small">{say('dropHint')}</span>
      </Upload.Dragger>
      {share !== undefined && <Progress percent={Math.round(share * 100)} size="small" />}
      {send.data && wrong.length === 0 && !send.isPending && (
        <p className="small" role="status">
          {say('sent', { lines: send.data.lineCount, changed: send.data.changed })}
        </p>
      )}
      {wrong.length > 0 && (
        <Alert
          type="error"
          title={
            <ul>
              {wrong.map((line) => (
                <li key={line}>{line}</li>
              ))}
            </ul>
          }
        />
      )}
    </section>
  );
}
