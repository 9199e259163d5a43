/** Sending a proof of play for a day: a picture, a clipping, a play log. Shows its progress; the chain it joins is the server's. */

import { Form, Input, Progress, Select, Upload } from 'antd';
import { useState } from 'react';
import { Problem } from '../../lib/problem.ts';
import { upload } from '../../lib/upload.ts';
import { optionsOf } from '../../ui/choice.ts';
import { FormDrawer } from '../../ui/formDrawer.tsx';
import { BOOKINGS, type BookedDay } from './data.ts';
import { useBookingWords } from './words.ts';

const KINDS = ['screenshot', 'photo', 'clipping', 'as_run', 'proof_of_play'] as const;
const MAX_BYTES = 64 * 1024 * 1024;

interface Values {
  kind: (typeof KINDS)[number];
  note?: string;
}

export function ProofForm(props: { day: BookedDay; open: boolean; close: () => void }) {
  const say = useBookingWords();
  const { day } = props;
  const [file, setFile] = useState<File>();
  const [share, setShare] = useState<number>();
  const [wrong, setWrong] = useState<string>();
  const choose = (chosen: File) => {
    setWrong(chosen.size > MAX_BYTES ? say('fileLarge') : undefined);
    setFile(chosen.size > MAX_BYTES ? undefined : chosen);
    return Upload.LIST_IGNORE;
  };
  return (
    <FormDrawer<Values, unknown>
      open={props.open}
      close={props.close}
      title={say('proofOf', { day: day.day })}
      name={`proof-${day.lineId}-${day.day}`}
      okText={say('send')}
      initial={{ kind: 'screenshot' }}
      run={async ({ kind, note }, key) => {
        if (!file) {
          setWrong(say('fileWanted'));
          throw FILE_MISSING;
        }
        const fields = { day: day.day, kind, file, ...(note ? { note } : {}) };
        try {
          return await upload(`/api/bookings/${day.lineId}/evidence`, fields, {
            onProgress: setShare,
            key,
          });
        } finally {
          setShare(undefined);
        }
      }}
      refresh={[BOOKINGS]}
      say={say('proofSent')}
    >
      <Form.Item name="kind" label={say('kind')}>
        <Select options={optionsOf(KINDS, say)} />
      </Form.Item>
      <Form.Item
        label={say('file')}
        required
        {...(wrong ? { validateStatus: 'error' as const, help: wrong } : {})}
      >
        <Upload.Dragger showUploadList={false} beforeUpload={choose}>
          {file ? file.name : say('drop')}
          <br />
          <span className="faint small">{say('fileHint')}</span>
        </Upload.Dragger>
        {share !== undefined && <Progress percent={Math.round(share * 100)} size="small" />}
      </Form.Item>
      <Form.Item name="note" label={say('note')}>
        <Input.TextArea maxLength={500} showCount autoSize={{ minRows: 2 }} />
      </Form.Item>
    </FormDrawer>
  );
}

const FILE_MISSING = new Problem(422, 'invalid_input', {
  zh: '请选择文件',
  en: 'Choose a file',
});
