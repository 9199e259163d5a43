/** Making and changing a creative: fields by format, its look beside them, and what the rules of review say as one types. */

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Checkbox, DatePicker, Form, type FormInstance, Input, InputNumber, Select } from 'antd';
import dayjs from 'dayjs';
import {
  CATEGORIES,
  type Category,
  type CreativeContent,
  FORMATS,
  type Format,
} from '../../../db/terms/market.ts';
import { useAdvertiserId } from '../../lib/acting.ts';
import { api, once, read } from '../../lib/client.ts';
import { useCategoryLabel, useFormatLabel } from '../../lib/labels.ts';
import type { Asset } from '../../lib/upload.ts';
import { optionsOf } from '../../ui/choice.ts';
import { FormDrawer } from '../../ui/formDrawer.tsx';
import { AssetInput } from './assetInput.tsx';
import { CREATIVES, type Creative } from './data.ts';
import { useEditorWords } from './editorWords.ts';
import { Findings } from './findings.tsx';
import { type ContentField, FILE_KIND, FORMAT_FIELDS, isFile, USUAL_SIZES } from './formats.ts';
import { CreativePreview } from './preview.tsx';
import { Renditions } from './renditions.tsx';
import './editor.css';
import type { Values } from './values.ts';

export function CreativeDrawer(props: {
  creative: Creative | 'new' | undefined;
  close: () => void;
  done: (id: number) => void;
}) {
  const say = useEditorWords();
  const client = useQueryClient();
  const advertiserId = useAdvertiserId();
  const advertiser = useQuery({
    queryKey: ['advertisers', advertiserId],
    enabled: props.creative !== undefined,
    queryFn: () => read(api.advertisers[':id'].$get({ param: { id: String(advertiserId) } })),
  });
  const known = props.creative === 'new' ? undefined : props.creative;
  const category = advertiser.data?.category as Values['category'] | undefined;
  return (
    <FormDrawer<Values, { id: number }>
      open={props.creative !== undefined && advertiser.data !== undefined}
      close={props.close}
      title={say(known ? 'edit' : 'new')}
      name={known ? `creative-${known.id}` : 'creative-new'}
      size={940}
      initial={
        known
          ? { ...known, category: known.category as Category }
          : {
              format: 'native',
              content: {},
              aiGenerated: false,
              isPsa: false,
              ...(category ? { category } : {}),
            }
      }
      run={(values, key) => {
        const { format, ...json } = cleaned(values, known?.content);
        return known
          ? read(
              api.creatives[':id'].$patch({
                param: { id: String(known.id) },
                json: { ...json, version: known.version },
              }),
            )
          : read(api.creatives.$post({ json: { ...json, format, advertiserId } }, once(key)));
      }}
      refresh={[CREATIVES]}
      reload={() => client.invalidateQueries({ queryKey: CREATIVES })}
      say={say('saved')}
      done={({ id }) => props.done(id)}
      foot={known?.status === 'approved' && <span className="small">{say('again')}</span>}
    >
      {(form) => <Editor form={form} fixedFormat={known?.format} advertiserId={advertiserId} />}
    </FormDrawer>
  );
}

/** What came in by the API and has no field here: an edit in the form must not undo it. */
const UNSHOWN = ['impressionMonitor', 'clickMonitor', 'html'] as const;

/** Only what the format shows is sent, with what the form does not know, and nothing that is blank. */
function cleaned(values: Values, known: CreativeContent = {}) {
  const { fields, sized } = FORMAT_FIELDS[values.format];
  const timed = fields.some((field) => field === 'videoUrl' || field === 'audioUrl');
  const content = Object.fromEntries(
    [...fields, ...(timed ? (['durationMs'] as const) : [])].flatMap((field) => {
      const value = values.content?.[field];
      return value === undefined || value === null || value === '' ? [] : [[field, value]];
    }),
  ) as CreativeContent;
  for (const field of UNSHOWN) {
    const value = fields.includes(field as ContentField) ? undefined : known[field];
    if (value !== undefined) content[field] = value;
  }
  const renditions = values.content?.videoRenditions?.filter((one) => one?.url);
  if (content.videoUrl && renditions?.length) content.videoRenditions = renditions;
  return {
    ...values,
    content,
    w: sized ? (values.w ?? null) : null,
    h: sized ? (values.h ?? null) : null,
    approvalNo: values.approvalNo || null,
    approvalExpiresOn: values.approvalExpiresOn || null,
  };
}

function Editor(props: {
  form: FormInstance<Values>;
  fixedFormat: Format | undefined;
  advertiserId: number;
}) {
  const { form } = props;
  const say = useEditorWords();
  const label = useFormatLabel();
  const format = (Form.useWatch('format', form) ?? props.fixedFormat ?? 'native') as Format;
  const { fields, sized } = FORMAT_FIELDS[format];
  return (
    <div className="editor">
      <div>
        <Form.Item
          name="name"
          label={say('name')}
          rules={[{ required: true, message: say('nameWanted') }]}
        >
          <Input maxLength={100} />
        </Form.Item>
        <Form.Item name="format" label={say('format')}>
          <Select disabled={props.fixedFormat !== undefined} options={optionsOf(FORMATS, label)} />
        </Form.Item>
        {fields.map((field) => (
          <ContentInput key={field} field={field} format={format} {...props} />
        ))}
        {fields.includes('videoUrl') && <Renditions advertiserId={props.advertiserId} />}
        {sized && <Size format={format} form={form} />}
        <Legal />
      </div>
      <aside className="editor-look">
        <Look form={form} format={format} />
        <Findings form={form} />
      </aside>
    </div>
  );
}

function ContentInput(props: {
  field: ContentField;
  format: Format;
  form: FormInstance<Values>;
  advertiserId: number;
}) {
  const say = useEditorWords();
  const { field, format, form } = props;
  const required = FORMAT_FIELDS[format].required.includes(field);
  const rules = required ? [{ required: true, message: say('required') }] : [];
  const measured = ({ width, height, durationMs }: Asset) => {
    if (durationMs) form.setFieldValue(['content', 'durationMs'], durationMs);
    if (FORMAT_FIELDS[format].sized && width && height)
      form.setFieldsValue({ w: width, h: height });
  };
  return (
    <Form.Item name={['content', field]} label={say(field as 'title')} rules={rules}>
      {isFile(field) ? (
        <AssetInput kind={FILE_KIND[field]} advertiserId={props.advertiserId} onAsset={measured} />
      ) : field === 'description' ? (
        <Input.TextArea maxLength={200} showCount autoSize={{ minRows: 2, maxRows: 5 }} />
      ) : (
        <Input maxLength={MAX_LENGTH[field] ?? 60} showCount />
      )}
    </Form.Item>
  );
}

const MAX_LENGTH: Partial<Record<ContentField, number>> = { brandName: 30, callToAction: 20 };

function Size({ format, form }: { format: Format; form: FormInstance<Values> }) {
  const say = useEditorWords();
  const rule = { required: true, message: say('sizeWanted') };
  return (
    <Form.Item label={say('size')} required htmlFor="creative-w">
      <span className="row" style={{ gap: 8 }}>
        <Form.Item name="w" noStyle rules={[rule]}>
          <InputNumber min={1} max={8192} precision={0} aria-label={say('width')} />
        </Form.Item>
        ×
        <Form.Item name="h" noStyle rules={[rule]}>
          <InputNumber min={1} max={8192} precision={0} aria-label={say('height')} />
        </Form.Item>
        {(USUAL_SIZES[format] ?? []).map(([w, h]) => (
          <button
            key={`${w}x${h}`}
            type="button"
            className="size-chip number"
            onClick={() => form.setFieldsValue({ w, h })}
          >
            {w}×{h}
          </button>
        ))}
      </span>
    </Form.Item>
  );
}

function Legal() {
  const say = useEditorWords();
  const label = useCategoryLabel();
  return (
    <>
      <Form.Item
        name="landingUrl"
        label={say('landingUrl')}
        rules={[{ required: true, type: 'url', message: say('landingWrong') }]}
        validateTrigger="onBlur"
      >
        <Input maxLength={2000} inputMode="url" placeholder="https://" />
      </Form.Item>
      <Form.Item name="category" label={say('category')} extra={say('categoryHint')}>
        <Select showSearch={{ optionFilterProp: 'label' }} options={optionsOf(CATEGORIES, label)} />
      </Form.Item>
      <div className="form-pair">
        <Form.Item name="approvalNo" label={say('approvalNo')}>
          <Input maxLength={80} allowClear />
        </Form.Item>
        <Form.Item
          name="approvalExpiresOn"
          label={say('approvalExpiresOn')}
          getValueProps={(day?: string | null) => ({ value: day ? dayjs(day) : null })}
          normalize={(day?: dayjs.Dayjs | null) => day?.format('YYYY-MM-DD') ?? null}
        >
          <DatePicker style={{ width: '100%' }} minDate={dayjs()} />
        </Form.Item>
      </div>
      <Form.Item name="aiGenerated" valuePropName="checked" noStyle>
        <Checkbox>{say('aiGenerated')}</Checkbox>
      </Form.Item>
      <br />
      <Form.Item name="isPsa" valuePropName="checked" noStyle>
        <Checkbox>{say('isPsa')}</Checkbox>
      </Form.Item>
      {/* Measured by the server from the file; no field of its own to see. */}
      <Form.Item name={['content', 'durationMs']} hidden>
        <InputNumber />
      </Form.Item>
    </>
  );
}

function Look({ form, format }: { form: FormInstance<Values>; format: Format }) {
  const content = (Form.useWatch('content', form) ?? {}) as CreativeContent;
  const w = Form.useWatch('w', form);
  const h = Form.useWatch('h', form);
  return <CreativePreview format={format} content={content} size={w && h ? { w, h } : undefined} />;
}
