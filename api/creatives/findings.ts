/**
 * The rules' review of a creative: words of its texts by statute, papers by category. Owns the findings, each with article,
 * field and position in the original text; decides nothing. Pure.
 */
import type { ReviewFinding } from '../../db/schema/creatives.ts';
import type { Day } from '../../db/terms/day.ts';
import type { Category, CreativeContent } from '../../db/terms/market.ts';
import { NEEDS_APPROVAL, RULES, type Rule, WHITELIST } from './law.ts';
import { type Automaton, buildAutomaton, normalise } from './scan.ts';

interface Entry {
  rule: Rule;
  word: string;
}

const ENTRIES: Entry[] = RULES.flatMap((rule) =>
  rule.words.map((word) => ({ rule, word: normalise(word).text })),
);
const forbidden: Automaton = buildAutomaton(ENTRIES.map((entry) => entry.word));
const allowed: Automaton = buildAutomaton(WHITELIST.map((phrase) => normalise(phrase).text));

const holds = (rule: Rule, category: Category): boolean =>
  (rule.only === undefined || rule.only.includes(category)) &&
  !(rule.except?.includes(category) ?? false);

/** Findings in one text. Of overlapping matches of one rule the longest is kept. */
export function scanText(field: string, original: string, category: Category): ReviewFinding[] {
  const { text, starts, ends } = normalise(original);
  const safe = allowed.find(text);
  const hits = forbidden
    .find(text)
    .filter((hit) => holds((ENTRIES[hit.word] as Entry).rule, category))
    .filter((hit) => !safe.some((one) => one.start <= hit.start && hit.end <= one.end));
  const kept = hits.filter(
    (hit) =>
      !hits.some(
        (other) =>
          other !== hit &&
          ENTRIES[other.word]?.rule === ENTRIES[hit.word]?.rule &&
          other.start <= hit.start &&
          hit.end <= other.end &&
          other.end - other.start > hit.end - hit.start,
      ),
  );
  return kept.map((hit) => {
    const { rule } = ENTRIES[hit.word] as Entry;
    const start = starts[hit.start] as number;
    const end = ends[hit.end - 1] as number;
    const { article, severity, zh, en } = rule;
    return { article, severity, field, start, end, text: original.slice(start, end), zh, en };
  });
}

export interface Reviewable {
  name: string;
  content: CreativeContent;
  category: Category;
  approvalNo: string | null;
  approvalExpiresOn: Day | null;
  isPsa: boolean;
}

const TEXT_FIELDS = ['title', 'description', 'brandName', 'callToAction', 'html'] as const;

/** Strips tags, so that words cannot hide between them; positions then refer to the stripped text. */
const visible = (html: string) => html.replace(/<[^>]*>/g, '');

export function reviewByRules(creative: Reviewable, today: Day): ReviewFinding[] {
  const findings = TEXT_FIELDS.flatMap((key) => {
    const text = creative.content[key];
    if (text === undefined) return [];
    return scanText(`content/${key}`, key === 'html' ? visible(text) : text, creative.category);
  });
  return [...papersOf(creative, today), ...findings];
}

const ARTICLE_46 = '广告法 第四十六条';

/** What the law asks for before review can pass; no person can overrule these. */
export function papersOf(creative: Reviewable, today: Day): ReviewFinding[] {
  if (!NEEDS_APPROVAL.includes(creative.category)) return [];
  const missing = (field: string, zh: string, en: string): ReviewFinding => ({
    article: ARTICLE_46,
    severity: 'block',
    field,
    start: 0,
    end: 0,
    text: '',
    zh,
    en,
  });
  const found: ReviewFinding[] = [];
  if (!creative.approvalNo) {
    found.push(
      missing(
        'approvalNo',
        '此类广告须填写广告审查批准文号',
        'this category needs its approval number',
      ),
    );
  }
  if (!creative.approvalExpiresOn) {
    found.push(
      missing(
        'approvalExpiresOn',
        '须填写批准文号有效期',
        'the expiry of the approval is required',
      ),
    );
  } else if (creative.approvalExpiresOn < today) {
    found.push(missing('approvalExpiresOn', '批准文号已过期', 'the approval number has expired'));
  }
  return found;
}
