/** Zod's issues in two languages. Owns the wording only. */
import type { z } from 'zod';

type Said = { zh: string; en: string };

const TYPES: Record<string, string> = {
  string: '文本',
  number: '数字',
  int: '整数',
  boolean: '是或否',
  array: '列表',
  object: '对象',
  bigint: '整数',
  date: '日期',
};

function unitOf(origin: string): { zh: string; en: string } {
  if (origin === 'string') return { zh: '个字符', en: ' characters' };
  if (origin === 'array' || origin === 'set') return { zh: '项', en: ' items' };
  return { zh: '', en: '' };
}

/** Zod's own messages have a bar in a pattern or a list, but never Chinese before it. */
const OURS = /\p{Script=Han}[^|]*\|/u;

export function sayIssue(issue: z.core.$ZodIssue): Said {
  if (OURS.test(issue.message ?? '')) return bilingual(issue.message);
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined
        ? { zh: '必须填写', en: 'is required' }
        : {
            zh: `应为${TYPES[issue.expected] ?? issue.expected}`,
            en: `must be of type ${issue.expected}`,
          };
    case 'too_small': {
      const unit = unitOf(issue.origin);
      return {
        zh: `至少 ${issue.minimum} ${unit.zh}`.trim(),
        en: `must be at least ${issue.minimum}${unit.en}`,
      };
    }
    case 'too_big': {
      const unit = unitOf(issue.origin);
      return {
        zh: `至多 ${issue.maximum} ${unit.zh}`.trim(),
        en: `must be at most ${issue.maximum}${unit.en}`,
      };
    }
    case 'invalid_value':
      return {
        zh: `只能是：${issue.values.map(String).join('、')}`,
        en: `must be one of: ${issue.values.map(String).join(', ')}`,
      };
    case 'unrecognized_keys':
      return {
        zh: `没有这些字段：${issue.keys.join('、')}`,
        en: `unknown fields: ${issue.keys.join(', ')}`,
      };
    case 'invalid_format':
      return { zh: '格式不正确', en: `is not a valid ${issue.format}` };
    default:
      // A refinement of ours: its message is `zh|en` where it speaks to people.
      return bilingual(issue.message);
  }
}

/** `中文|English`; a message without the bar is English only. */
export function bilingual(message: string): Said {
  const [zh = message, en] = message.split('|');
  return en === undefined ? { zh: `不正确：${zh}`, en: zh } : { zh, en };
}
