/** `/demo` and a page for each format, on the market's real placements. Owns the choice of placement. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Format } from '../../db/terms/market.ts';
import { type DemoPlacement, demoIndex, demoPage, SHOWN_FORMATS } from '../render/demo.ts';
import type { PageDeps } from './pageDeps.ts';
import { sendProblem, sendText } from './respond.ts';

const HTML = 'text/html; charset=utf-8';

function placementsOf(deps: PageDeps): DemoPlacement[] {
  const market = deps.market();
  if (!market) return [];
  const online = new Set(['app', 'site', 'h5', 'mini_program', 'wechat', 'outdoor', 'tv', 'radio']);
  return [...market.placements.values()]
    .filter((each) => online.has(market.properties.get(each.propertyId)?.kind ?? 'site'))
    .map((each) => {
      const outlet = market.outlets.get(each.outletId);
      return {
        id: each.id,
        format: each.format,
        sizes: each.sizes,
        outletName: outlet?.name ?? '',
        divisionCode: outlet?.divisionCode ?? '',
      };
    });
}

/** Answers `/demo` and `/demo/<format>`. */
export function demo(
  deps: PageDeps,
  req: IncomingMessage,
  res: ServerResponse,
  query: URLSearchParams,
): void {
  const [path = ''] = (req.url ?? '').split('?');
  const placements = placementsOf(deps);
  const formats = SHOWN_FORMATS.filter((format) =>
    placements.some((each) => each.format === format),
  );
  if (path === '/demo' || path === '/demo/') {
    sendText(res, HTML, demoIndex(placements, formats));
    return;
  }
  const format = path.slice('/demo/'.length) as Format;
  const wanted = Number(query.get('placement') ?? 0);
  const placement =
    placements.find((each) => each.id === wanted) ??
    placements.find((each) => each.format === format);
  if (placement) sendText(res, HTML, demoPage(placement, formats, deps.links.exchangeUrl));
  else
    sendProblem(res, {
      status: 404,
      code: 'not_found',
      zh: '没有此形式的广告位',
      en: 'no placement of this format',
    });
}
