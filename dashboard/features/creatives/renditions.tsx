/** The same film in other sizes and bitrates, so that a player takes what its line and screen are good for. What each is, the server reads off the file. */
import { PlusOutlined } from '@ant-design/icons';
import { Button, Form } from 'antd';
import { AssetInput } from './assetInput.tsx';
import { useEditorWords } from './editorWords.ts';

const MOST = 5;

export function Renditions({ advertiserId }: { advertiserId: number }) {
  const say = useEditorWords();
  return (
    <Form.List name={['content', 'videoRenditions']}>
      {(files, { add, remove }) => (
        <Form.Item label={say('renditions')} extra={say('renditionsHint')}>
          {files.map(({ key, name }) => (
            <div key={key}>
              <Form.Item
                name={[name, 'url']}
                rules={[{ required: true, message: say('required') }]}
              >
                <AssetInput kind="video" advertiserId={advertiserId} />
              </Form.Item>
              <Button type="link" size="small" onClick={() => remove(name)}>
                {say('renditionGone')}
              </Button>
            </div>
          ))}
          {files.length < MOST && (
            <Button icon={<PlusOutlined />} onClick={() => add({})}>
              {say('renditionMore')}
            </Button>
          )}
        </Form.Item>
      )}
    </Form.List>
  );
}
