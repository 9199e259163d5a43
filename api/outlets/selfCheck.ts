/**
 * The tag's self-check: loads a page of a site as a reader's browser would ask for it and says what is wrong. Owns what is
 * fetched and the limits; refuses addresses inside private networks, at every redirect (api/http/outbound.ts).
 */
import { eq } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { placement, property } from '../../db/schema/outlets.ts';
import { Failure } from '../../db/terms/failure.ts';
import type { Config } from '../env.ts';
import { notFound } from '../http/auth.ts';
import { type OutboundAnswer, OutboundRefused, reach } from '../http/outbound.ts';
import { checkTag } from './tagCheck.ts';

type CheckContext = {
  db: Db;
  config: Pick<Config, 'exchangeUrl'> & { outboundAllow?: string[] | undefined };
};

const TIMEOUT_MS = 10_000;
const PAGE_BYTES = 2_000_000;
const TEXT_BYTES = 200_000;

async function fetchText(
  ctx: CheckContext,
  url: string,
  maxBytes: number,
): Promise<OutboundAnswer | undefined> {
  const policy = { allow: ctx.config.outboundAllow };
  const headers = { accept: 'text/html,text/plain,*/*;q=0.1' };
  try {
    return await reach(policy, {
      url,
      headers,
      timeoutMs: TIMEOUT_MS,
      maxBytes,
      maxRedirects: 5,
      cutOff: true,
    });
  } catch (error) {
    if (!(error instanceof OutboundRefused)) throw error;
    throw new Failure('invalid_input', error.detail('/url'));
  }
}

/** `url` or, left out, the site's own front page. @throws Failure `invalid_input` where it cannot be reached. */
export async function selfCheck(ctx: CheckContext, propertyId: number, url: string | undefined) {
  const [site] = await ctx.db.select().from(property).where(eq(property.id, propertyId));
  if (!site) throw notFound();
  const address = url ?? (site.domain && /\./.test(site.domain) ? `https://${site.domain}/` : '');
  if (address === '') {
    throw new Failure('invalid_input', {
      pointer: '/url',
      zh: '该站点没有登记域名，请填写要检查的页面地址',
      en: 'the property has no domain; name the page to look at',
    });
  }
  const answer = await fetchText(ctx, address, PAGE_BYTES);
  if (!answer) throw notFound();
  const spots = await ctx.db.select().from(placement).where(eq(placement.propertyId, propertyId));
  const last = answer.urls.at(-1) ?? address;
  const checked = checkTag({
    page: { ...answer, html: answer.body.toString('utf8') },
    exchangeUrl: ctx.config.exchangeUrl,
    domain: site.domain,
    placements: new Map(spots.map((spot) => [spot.id, spot])),
    adsTxt: await adsTxtOf(ctx, last),
    adsTxtLine: {
      domain: new URL(ctx.config.exchangeUrl).hostname,
      sellerId: String(site.outletId),
    },
  });
  return { url: last, status: answer.status, works: checked.findings.length === 0, ...checked };
}

/** Null where the site has none, or does not answer for it. */
async function adsTxtOf(ctx: CheckContext, pageUrl: string): Promise<string | null> {
  const url = new URL('/ads.txt', pageUrl).href;
  const answer = await fetchText(ctx, url, TEXT_BYTES).catch(() => undefined);
  return answer?.status === 200 ? answer.body.toString('utf8') : null;
}
