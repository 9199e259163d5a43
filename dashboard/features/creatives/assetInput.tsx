/**
 * One file of a creative: dropped, chosen or pasted, sent at once with its progress, shown when it is there. Its value is
 * the store's address of the file; refuses what is too large before sending it.
 */
import { DeleteOutlined, InboxOutlined } from '@ant-design/icons';
import { Button, Progress, Upload } from 'antd';
import { useRef, useState } from 'react';
import { problemText } from '../../lib/problem.ts';
import { type Asset, uploadAsset } from '../../lib/upload.ts';
import { defineWords, useLanguage } from '../../lib/words.ts';

const useWords = defineWords(
  {
    drop: '点击选择，或把文件拖到这里',
    image: 'PNG、JPG、GIF、WebP、SVG',
    video: 'MP4（H.264、H.265、VP9、AV1），不超过 60 MB，最长 120 秒',
    audio: 'MP3，不超过 10 MB',
    large: '文件超过 64 MB，请压缩后再传',
    remove: '移除',
    sending: '正在上传',
  },
  {
    drop: 'Choose a file, or drop it here',
    image: 'PNG, JPG, GIF, WebP, SVG',
    video: 'MP4 (H.264, H.265, VP9, AV1), up to 60 MB and 120 s',
    audio: 'MP3, up to 10 MB',
    large: 'The file is over 64 MB; make it smaller first',
    remove: 'Remove',
    sending: 'Sending',
  },
);

const ACCEPT = { image: 'image/*', video: 'video/mp4', audio: 'audio/mpeg' } as const;
const MAX_BYTES = 64 * 1024 * 1024;

interface Props {
  id?: string;
  kind: keyof typeof ACCEPT;
  advertiserId: number;
  value?: string;
  onChange?: (url: string | undefined) => void;
  /** Its size and length, as the server measured them. */
  onAsset?: (asset: Asset) => void;
}

export function AssetInput({ id, kind, advertiserId, value, onChange, onAsset }: Props) {
  const say = useWords();
  const language = useLanguage();
  const [share, setShare] = useState<number>();
  const [error, setError] = useState<string>();
  const abort = useRef<AbortController>(undefined);
  const send = async (file: File) => {
    setError(undefined);
    if (file.size > MAX_BYTES) return setError(say('large'));
    abort.current = new AbortController();
    setShare(0);
    try {
      const { signal } = abort.current;
      const asset = await uploadAsset(advertiserId, file, { onProgress: setShare, signal });
      onChange?.(asset.url);
      onAsset?.(asset);
    } catch (problem) {
      if (!abort.current.signal.aborted) setError(problemText(problem, language));
    } finally {
      setShare(undefined);
    }
  };
  if (share !== undefined) {
    return (
      <div className="asset-input asset-sending" role="status" aria-label={say('sending')}>
        <Progress percent={Math.round(share * 100)} size="small" />
        <Button size="small" type="text" onClick={() => abort.current?.abort()}>
          {say('remove')}
        </Button>
      </div>
    );
  }
  if (value) {
    return (
      <div className="asset-input">
        {kind === 'image' ? (
          <img src={value} alt="" />
        ) : (
          <span className="faint small">{value.split('/').at(-1)?.slice(-20)}</span>
        )}
        <Button
          size="small"
          type="text"
          icon={<DeleteOutlined />}
          aria-label={say('remove')}
          onClick={() => onChange?.(undefined)}
        />
      </div>
    );
  }
  return (
    <>
      <Upload.Dragger
        {...(id ? { id } : {})}
        accept={ACCEPT[kind]}
        showUploadList={false}
        beforeUpload={(file) => {
          void send(file);
          return Upload.LIST_IGNORE;
        }}
        className="asset-drop"
      >
        <InboxOutlined /> {say('drop')}
        <br />
        <span className="faint small">{say(kind)}</span>
      </Upload.Dragger>
      {error && (
        <p className="negative small" role="alert">
          {error}
        </p>
      )}
    </>
  );
}
