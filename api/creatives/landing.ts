/**
 * Looking at landing pages, before review and ever after. Owns the judgement of one look: a page that leads into a private
 * network, to another site than was approved, into nothing, or says what the law forbids and did not say before, is pulled; one
 * that cannot be reached is only noted, for the fault may be ours.
 */
import type { LandingStatus, landingPage } from '../../db/schema/archive.ts';
import type { Category } from '../../db/terms/market.ts';
import { type OutboundPolicy, OutboundRefused, reach } from '../http/outbound.ts';
import { scanText } from './findings.ts';
import { fingerprint, similarity, siteOf, titleOf, visibleText } from './pageText.ts';

export interface Look {
  outcome: LandingStatus;
  httpStatus: number | null;
  urls: string[];
  title: string | null;
  similarity: number | null;
  detailZh: string;
  detailEn: string;
  /** Of a page that answered: what a later look is compared with. */
  seen: { host: string; print: number[]; words: string[] } | undefined;
}
export type Baseline = Pick<
  typeof landingPage.$inferSelect,
  'baselineHost' | 'baselinePrint' | 'baselineWords'
>;

const LIMITS = { timeoutMs: 10_000, maxBytes: 1_000_000, maxRedirects: 5, cutOff: true };
/** Less than this of what it said is still there: another page under the old address. */
const LEAST_ALIKE = 0.15;
/** Pages of a few words (an app's shell, a form) are compared by their address alone. */
const SHORT_TEXT = 60;

const say = (
  outcome: LandingStatus,
  detailZh: string,
  detailEn: string,
  rest: Partial<Look> = {},
): Look => ({
  outcome,
  detailZh,
  detailEn,
  httpStatus: null,
  urls: [],
  title: null,
  similarity: null,
  seen: undefined,
  ...rest,
});

/** Macros filled with nothing, as a reader without consent has them. */
const bare = (url: string): string => url.replace(/__[A-Z][A-Z0-9_]{0,30}?__/g, '');

export async function lookAt(
  policy: OutboundPolicy,
  landing: { url: string; category: Category },
  baseline: Baseline | undefined,
): Promise<Look> {
  try {
    const answer = await reach(policy, { url: bare(landing.url), ...LIMITS });
    return judge(answer, landing.category, baseline);
  } catch (error) {
    if (!(error instanceof OutboundRefused)) throw error;
    const { zh, en } = error.detail('/landingUrl');
    const isOurs = ['timeout', 'unreachable', 'unresolved'].includes(error.reason);
    return say(isOurs ? 'unreachable' : 'refused', zh, en, { urls: [error.url] });
  }
}

export function judge(
  answer: { status: number; body: Buffer; urls: string[] },
  category: Category,
  baseline: Baseline | undefined,
): Look {
  const { status, urls } = answer;
  const told = { httpStatus: status, urls };
  if (status === 404 || status === 410)
    return say('gone', `页面不存在（${status}）`, `the page is gone (${status})`, told);
  if (status >= 400)
    return say('unreachable', `页面返回 ${status}`, `the page answers ${status}`, told);
  const html = answer.body.toString('utf8');
  const text = visibleText(html);
  const host = new URL(urls.at(-1) as string).hostname;
  const blocked = scanText('landing', text, category).filter((one) => one.severity === 'block');
  const words = [...new Set(blocked.map((one) => one.text))];
  const print = fingerprint(text);
  const alike = baseline?.baselinePrint ? similarity(print, baseline.baselinePrint) : null;
  const page = { ...told, title: titleOf(html), similarity: alike, seen: { host, print, words } };
  if (baseline?.baselineHost && siteOf(host) !== siteOf(baseline.baselineHost)) {
    return say('changed', `跳转至其他网站：${host}`, `leads to another site now: ${host}`, page);
  }
  const fresh = words.filter((word) => !(baseline?.baselineWords ?? []).includes(word));
  if (baseline && fresh.length > 0) {
    const shown = fresh.slice(0, 5).join('、');
    return say('changed', `出现禁用内容：${shown}`, `forbidden words appeared: ${shown}`, page);
  }
  if (alike !== null && alike < LEAST_ALIKE && text.length > SHORT_TEXT) {
    return say(
      'changed',
      '页面内容与审核时明显不同',
      'the page says something else than when it was approved',
      page,
    );
  }
  if (!baseline && words.length > 0) {
    return say(
      'refused',
      `含禁用内容：${words.slice(0, 5).join('、')}`,
      `forbidden words: ${words.slice(0, 5).join(', ')}`,
      page,
    );
  }
  return say('ok', '正常', 'as it should be', page);
}
