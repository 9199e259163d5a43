/** What each medium can show and how it is sold. Pure; owns the tables of formats by kind and of price units by format. */
import type { FailureDetail } from '../../db/terms/failure.ts';
import type { Format, PropertyKind, RateUnit, Size } from '../../db/terms/market.ts';

const SCREEN: readonly Format[] = ['banner', 'native', 'video', 'splash', 'audio'];

/** What a kind of property can show at all. */
export const FORMATS_OF: Record<PropertyKind, readonly Format[]> = {
  app: SCREEN,
  site: ['banner', 'native', 'video', 'audio'],
  h5: ['banner', 'native', 'video', 'audio'],
  mini_program: SCREEN,
  wechat: ['post', 'banner'],
  tv: ['spot', 'video'],
  radio: ['spot', 'audio'],
  newspaper: ['print'],
  outdoor: ['dooh'],
  loudspeaker: ['spot', 'audio'],
};

const ONLINE: readonly RateUnit[] = ['CPM', 'CPT', 'CPD_DAY'];
export const UNITS_OF: Record<Format, readonly RateUnit[]> = {
  banner: ONLINE,
  native: ONLINE,
  video: ONLINE,
  splash: ONLINE,
  audio: ONLINE,
  dooh: ONLINE,
  post: ['POST'],
  spot: ['SPOT'],
  print: ['CPD_DAY'],
};

export interface PlacementTerms {
  format: Format;
  sizes: readonly Size[];
  spotSeconds: number | null;
  airHour: number | null;
}

/** Everything that keeps such a placement from being one of this medium. */
export function placementProblems(kind: PropertyKind, spot: PlacementTerms): FailureDetail[] {
  const possible = FORMATS_OF[kind];
  if (!possible.includes(spot.format)) {
    return [
      {
        pointer: '/format',
        zh: `此类站点只能有：${possible.join('、')}`,
        en: `a ${kind} can show only: ${possible.join(', ')}`,
      },
    ];
  }
  const problems: FailureDetail[] = [];
  if ((spot.format === 'banner' || spot.format === 'dooh') && spot.sizes.length === 0) {
    problems.push({
      pointer: '/sizes',
      zh: '请填写至少一个尺寸',
      en: 'give at least one size',
    });
  }
  if (spot.format !== 'spot') return problems;
  if (spot.spotSeconds === null) {
    problems.push({
      pointer: '/spotSeconds',
      zh: '请填写每条广告的秒数',
      en: 'give the length of a spot in seconds',
    });
  }
  // Order 61 counts commercial minutes by the hour: without the hour nobody can keep to it.
  if (spot.airHour === null && (kind === 'tv' || kind === 'radio')) {
    problems.push({
      pointer: '/airHour',
      zh: '请填写播出的小时（0–23），用于核对总局令第 61 号的时长限制',
      en: 'give the hour of broadcast (0–23): order 61 limits minutes by the hour',
    });
  }
  return problems;
}

export function unitProblems(format: Format, unit: RateUnit): FailureDetail[] {
  const possible = UNITS_OF[format];
  if (possible.includes(unit)) return [];
  return [
    {
      pointer: '/unit',
      zh: `此类广告位只能按以下单位定价：${possible.join('、')}`,
      en: `a ${format} is priced by: ${possible.join(', ')}`,
    },
  ];
}
