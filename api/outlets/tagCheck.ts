/**
 * A page looked at for its tag: is it there, is it ours, does it name a placement of this site, does anything on the page keep
 * it from working. Pure; owns the findings and how each is mended. What is fetched, and how safely, is the caller's.
 */
import type { Finding } from '../../db/terms/finding.ts';

export interface FetchedPage {
  status: number;
  /** Lower-case names. */
  headers: Record<string, string>;
  html: string;
  /** Every address on the way; the last one answered. */
  urls: readonly string[];
}

export interface TagFacts {
  page: FetchedPage;
  exchangeUrl: string;
  /** Of the property: its host and the placements it has, with their sizes. */
  domain: string | null;
  placements: ReadonlyMap<number, { name: string; sizes: readonly { w: number; h: number }[] }>;
  /** Body of the site's /ads.txt; null: there is none. */
  adsTxt: string | null;
  /** The line that ads.txt must have: our domain and the seller's id. */
  adsTxtLine: { domain: string; sellerId: string };
}

export interface FoundTag {
  placementId: number | null;
  isAsync: boolean;
  src: string;
}

const say = (
  code: string,
  severity: Finding['severity'],
  [zh, fixZh]: [string, string],
  [en, fixEn]: [string, string],
): Finding => ({ code, severity, zh, en, fix: { zh: fixZh, en: fixEn } });

const attributes = (tag: string): Map<string, string> =>
  new Map(
    [...tag.matchAll(/([\w:-]+)(?:\s*=\s*("[^"]*"|'[^']*'|[^\s>"']+))?/g)].map(
      ([, name = '', value = '']) => [name.toLowerCase(), value.replace(/^["']|["']$/g, '')],
    ),
  );

const MOST_ATTRIBUTES = 2_000;

/**
 * What stands inside each opening tag of a name. By looking for the brackets, one after the other: an expression that looks
 * for both takes the square of a hostile page's length.
 */
function openingTags(html: string, name: string): string[] {
  const lower = html.toLowerCase();
  const found: string[] = [];
  for (let at = lower.indexOf(`<${name}`); at >= 0; at = lower.indexOf(`<${name}`, at + 1)) {
    const end = html.indexOf('>', at);
    if (end < 0) break;
    const inside = html.slice(at + name.length + 1, end);
    if (/^[\s/]/.test(inside) && inside.length <= MOST_ATTRIBUTES) found.push(inside);
    at = end;
  }
  return found;
}

/** The page without its comments, and what stood in them; one that does not end swallows the rest, as in a browser. */
function withoutComments(html: string): { visible: string; hidden: string } {
  const visible: string[] = [];
  const hidden: string[] = [];
  let at = 0;
  for (let open = html.indexOf('<!--'); open >= 0; open = html.indexOf('<!--', at)) {
    visible.push(html.slice(at, open));
    const close = html.indexOf('-->', open + 4);
    hidden.push(html.slice(open + 4, close < 0 ? undefined : close));
    at = close < 0 ? html.length : close + 3;
  }
  visible.push(html.slice(at));
  return { visible: visible.join(''), hidden: hidden.join('\n') };
}

/** Script elements that load /tag.js, from the markup without its comments. */
export function tagsIn(html: string, base: string): FoundTag[] {
  return openingTags(withoutComments(html).visible, 'script').flatMap((inside) => {
    const found = attributes(inside);
    const src = (found.get('src') ?? '').replaceAll('&amp;', '&');
    if (!/\/tag\.js(\?|$)/.test(src) || !URL.canParse(src, base)) return [];
    const id = found.get('data-placement') ?? '';
    return [
      {
        src: new URL(src, base).href,
        isAsync: found.has('async') || found.has('defer'),
        placementId: /^[1-9]\d{0,15}$/.test(id) ? Number(id) : null,
      },
    ];
  });
}

/** Sources that a policy allows for one directive; undefined: everything. */
function allowed(policy: string, directive: string): string[] | undefined {
  const parts = new Map(
    policy.split(';').map((part) => {
      const [name = '', ...sources] = part.trim().split(/\s+/);
      return [name.toLowerCase(), sources] as const;
    }),
  );
  return parts.get(directive) ?? parts.get('default-src');
}

/** Does a source list let our origin through? Nonces and hashes let a script through that carries them: not seen here. */
function admits(sources: readonly string[], origin: URL, page: URL): boolean {
  return sources.some((source) => {
    if (source === '*' || source === `${origin.protocol}` || source === origin.origin) return true;
    if (source === "'self'") return origin.origin === page.origin;
    const host = source.replace(/^https?:\/\//, '').replace(/[/:].*$/, '');
    return (
      host === origin.hostname || (host.startsWith('*.') && origin.hostname.endsWith(host.slice(1)))
    );
  });
}

function policiesOf({ headers, html }: FetchedPage): string[] {
  const meta = openingTags(html, 'meta')
    .map(attributes)
    .filter((one) => one.get('http-equiv')?.toLowerCase() === 'content-security-policy')
    .map((one) => one.get('content') ?? '');
  const header = headers['content-security-policy'];
  return [...(header ? [header] : []), ...meta];
}

function policyFindings({ page, exchangeUrl }: TagFacts): Finding[] {
  const ours = new URL(exchangeUrl);
  const at = new URL(page.urls.at(-1) ?? exchangeUrl);
  const blocked = (directive: string): boolean =>
    policiesOf(page).some((policy) => {
      const sources = allowed(policy, directive);
      return sources !== undefined && !admits(sources, ours, at);
    });
  return ['script-src', 'connect-src', 'frame-src', 'img-src']
    .filter(blocked)
    .map((directive) =>
      say(
        `csp_${directive.replace('-src', '')}`,
        directive === 'script-src' || directive === 'connect-src' ? 'fails' : 'warns',
        [`页面的内容安全策略（${directive}）拦截了广告`, `在 ${directive} 中加入 ${ours.origin}`],
        [`the page’s Content-Security-Policy (${directive}) blocks the ad`, `add ${ours.origin} to ${directive}`],
      ),
    ); // biome-ignore format: pairs of sentences
}

function pageFindings({ page, domain }: TagFacts): Finding[] {
  const findings: Finding[] = [];
  if (page.status !== 200) {
    findings.push(
      say(
        'page_status',
        'fails',
        [`页面返回 ${page.status}`, '请填写能正常打开的页面'],
        [`the page answers ${page.status}`, 'name a page that opens'],
      ),
    );
  }
  const last = new URL(page.urls.at(-1) ?? 'http://invalid');
  if (domain && last.hostname !== domain && !last.hostname.endsWith(`.${domain}`)) {
    findings.push(
      say(
        'other_site',
        'warns',
        [`页面在 ${last.hostname}，不属于登记的 ${domain}`, '核对站点的域名，或换一个页面'],
        [`the page is at ${last.hostname}, not at ${domain}`, 'check the site’s domain, or name another page'],
      ),
    ); // biome-ignore format: pairs of sentences
  }
  if (last.protocol === 'http:') {
    findings.push(
      say(
        'no_https',
        'warns',
        ['页面未使用 HTTPS', '启用 HTTPS，许多应用不再打开 HTTP 页面'],
        ['the page is not served over HTTPS', 'serve it over HTTPS: many apps refuse plain HTTP'],
      ),
    );
  }
  return findings;
}

function tagFindings(facts: TagFacts, tags: readonly FoundTag[]): Finding[] {
  const ours = new URL(facts.exchangeUrl);
  const mine = tags.filter((tag) => new URL(tag.src).origin === ours.origin);
  if (mine.length === 0) {
    const commented = withoutComments(facts.page.html).hidden.includes('/tag.js');
    if (commented) {
      return [
        say(
          'tag_commented',
          'fails',
          ['代码位在 HTML 注释中，不会执行', '去掉包住代码位的注释符号'],
          ['the tag stands inside an HTML comment', 'take the comment marks away'],
        ),
      ];
    }
    return tags.length > 0
      ? [
          say(
            'tag_elsewhere',
            'fails',
            [`代码位指向 ${new URL(tags[0]?.src ?? ours).origin}`, `改为 ${ours.origin}/tag.js`],
            [`the tag loads from ${new URL(tags[0]?.src ?? ours).origin}`, `load ${ours.origin}/tag.js`],
          ),
        ] // biome-ignore format: pairs of sentences
      : [
          say(
            'tag_missing',
            'fails',
            ['页面中没有代码位（由脚本后插入的不在检查之内）', '从广告位列表复制代码位，粘贴到页面'],
            ['there is no tag on the page (one that a script inserts later is not seen)', 'copy the tag from the list of placements into the page'],
          ),
        ]; // biome-ignore format: pairs of sentences
  }
  return mine.flatMap((tag) => oneTag(facts, tag));
}

function oneTag({ placements }: TagFacts, tag: FoundTag): Finding[] {
  const findings: Finding[] = [];
  if (tag.placementId === null) {
    findings.push(
      say(
        'no_placement',
        'fails',
        ['代码位没有 data-placement 编号', '从广告位列表重新复制'],
        ['the tag names no placement', 'copy it from the list of placements again'],
      ),
    );
  } else if (!placements.has(tag.placementId)) {
    findings.push(
      say(
        'wrong_placement',
        'fails',
        [`编号 ${tag.placementId} 不是此站点的广告位`, `此站点的广告位：${[...placements.keys()].slice(0, 10).join('、') || '（无）'}`],
        [`${tag.placementId} is no placement of this site`, `this site has: ${[...placements.keys()].slice(0, 10).join(', ') || 'none'}`],
      ),
    ); // biome-ignore format: pairs of sentences
  }
  if (!tag.isAsync) {
    findings.push(
      say(
        'not_async',
        'warns',
        ['代码位未异步加载，会拖慢页面', '在 script 上加 async'],
        ['the tag is not loaded asynchronously and slows the page', 'add async to the script'],
      ),
    );
  }
  return findings;
}

function adsTxtFindings({ adsTxt, adsTxtLine }: TagFacts): Finding[] {
  const { domain, sellerId } = adsTxtLine;
  const line = `${domain}, ${sellerId}, DIRECT`;
  if (adsTxt === null) {
    return [
      say(
        'ads_txt_missing',
        'warns',
        ['网站没有 ads.txt', `在网站根目录放置 ads.txt，加入：${line}`],
        ['the site has no ads.txt', `put one at its root with: ${line}`],
      ),
    ];
  }
  const names = adsTxt.split('\n').some((row) => {
    const [where, who] = row
      .replace(/#.*$/, '')
      .split(',')
      .map((one) => one.trim().toLowerCase());
    return where === domain.toLowerCase() && who === sellerId.toLowerCase();
  });
  if (names) return [];
  return [
    say(
      'ads_txt_without_us',
      'warns',
      ['ads.txt 中没有本平台', `加入：${line}`],
      ['ads.txt does not name us', `add: ${line}`],
    ),
  ];
}

/** What is wrong with the page, the worst first; nothing: its tag works. */
export function checkTag(facts: TagFacts): { tags: FoundTag[]; findings: Finding[] } {
  const base = facts.page.urls.at(-1) ?? facts.exchangeUrl;
  const tags = tagsIn(facts.page.html, base);
  const findings = [
    ...pageFindings(facts),
    ...tagFindings(facts, tags),
    ...policyFindings(facts),
    ...adsTxtFindings(facts),
  ];
  return { tags, findings: findings.sort((a, b) => a.severity.localeCompare(b.severity)) };
}
