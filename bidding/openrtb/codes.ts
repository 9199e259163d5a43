/** OpenRTB's and AdCOM's numbers in the house's ordinals. Unknown numbers mean unknown, never an error. */
import {
  CARRIERS,
  CONNECTIONS,
  DEVICES,
  type Format,
  OPERATING_SYSTEMS,
} from '../../db/terms/market.ts';

const ordinal = <T>(list: readonly T[], value: T): number => list.indexOf(value);

/** AdCOM 1.0 device types → DEVICES. */
const DEVICE_BY_TYPE: readonly number[] = [
  -1,
  ordinal(DEVICES, 'mobile'),
  ordinal(DEVICES, 'desktop'),
  ordinal(DEVICES, 'tv'),
  ordinal(DEVICES, 'mobile'),
  ordinal(DEVICES, 'tablet'),
  ordinal(DEVICES, 'tv'),
  ordinal(DEVICES, 'tv'),
  ordinal(DEVICES, 'dooh'),
];

/** AdCOM 1.0 connection types → CONNECTIONS. */
const CONNECTION_BY_TYPE: readonly number[] = [
  ordinal(CONNECTIONS, 'unknown'),
  ordinal(CONNECTIONS, 'wired'),
  ordinal(CONNECTIONS, 'wifi'),
  ordinal(CONNECTIONS, 'unknown'),
  ordinal(CONNECTIONS, '2g'),
  ordinal(CONNECTIONS, '3g'),
  ordinal(CONNECTIONS, '4g'),
  ordinal(CONNECTIONS, '5g'),
];

export const deviceOf = (deviceType: number): number => DEVICE_BY_TYPE[deviceType] ?? -1;
export const connectionOf = (connectionType: number): number =>
  CONNECTION_BY_TYPE[connectionType] ?? -1;

const OS_BY_WORD = new Map<string, number>(
  (
    [
      ['android', 'android'],
      ['ios', 'ios'],
      ['ipados', 'ios'],
      ['iphone os', 'ios'],
      ['harmonyos', 'harmony'],
      ['harmony', 'harmony'],
      ['openharmony', 'harmony'],
      ['windows', 'windows'],
      ['macos', 'macos'],
      ['mac os', 'macos'],
      ['mac os x', 'macos'],
      ['os x', 'macos'],
    ] as const
  ).map(([word, os]) => [word, ordinal(OPERATING_SYSTEMS, os)]),
);

export const osOf = (word: string): number =>
  word === '' ? -1 : (OS_BY_WORD.get(word.toLowerCase()) ?? ordinal(OPERATING_SYSTEMS, 'other'));

/** MCC-MNC of the mainland's networks, and the names that callers write instead. */
const CARRIER_BY_WORD = new Map<string, number>(
  Object.entries({
    mobile: ['460-00', '460-02', '460-04', '460-07', '460-08', 'china mobile', '中国移动', 'cmcc'],
    unicom: ['460-01', '460-06', '460-09', 'china unicom', '中国联通'],
    telecom: ['460-03', '460-05', '460-11', 'china telecom', '中国电信'],
    broadnet: ['460-15', 'china broadnet', '中国广电'],
  }).flatMap(([carrier, names]) =>
    names.map((name) => [name, (CARRIERS as readonly string[]).indexOf(carrier)] as const),
  ),
);

export function carrierOf(word: string): number {
  if (word === '') return -1;
  const lower = word.toLowerCase();
  const dashed = /^460\d\d$/.test(lower) ? `460-${lower.slice(3)}` : lower;
  return CARRIER_BY_WORD.get(dashed) ?? ordinal(CARRIERS, 'unknown');
}

/** What a browser says of itself, for callers that leave `devicetype` and `os` out. */
export function deviceFromUserAgent(ua: string): number {
  if (ua === '') return -1;
  if (/iPad|Tablet|Android(?!.*Mobile)/.test(ua)) return ordinal(DEVICES, 'tablet');
  if (/Mobile|iPhone|Android/.test(ua)) return ordinal(DEVICES, 'mobile');
  return ordinal(DEVICES, /SMART-TV|SmartTV|HbbTV/.test(ua) ? 'tv' : 'desktop');
}

export function osFromUserAgent(ua: string): number {
  if (ua === '') return -1;
  if (/OpenHarmony|HarmonyOS/.test(ua)) return ordinal(OPERATING_SYSTEMS, 'harmony');
  if (ua.includes('Android')) return ordinal(OPERATING_SYSTEMS, 'android');
  if (/iPhone|iPad/.test(ua)) return ordinal(OPERATING_SYSTEMS, 'ios');
  if (ua.includes('Windows')) return ordinal(OPERATING_SYSTEMS, 'windows');
  return ordinal(OPERATING_SYSTEMS, ua.includes('Mac OS X') ? 'macos' : 'other');
}

/** `mtype` of a bid (OpenRTB 2.6 §4.2.3): 1 banner, 2 video, 3 audio, 4 native. */
export const MTYPE = { banner: 1, video: 2, audio: 3, native: 4 } as const;

export function mtypeOf(format: Format): 1 | 2 | 3 | 4 {
  if (format === 'video') return MTYPE.video;
  if (format === 'audio') return MTYPE.audio;
  return format === 'native' ? MTYPE.native : MTYPE.banner;
}

/** AdCOM 1.0 "Creative Subtypes - Audio/Video": inline and wrapper of each version of VAST. */
export const VAST_PROTOCOLS: Record<string, readonly [inline: number, wrapper: number]> = {
  '1.0': [1, 4],
  '2.0': [2, 5],
  '3.0': [3, 6],
  '4.0': [7, 8],
  '4.1': [11, 12],
  '4.2': [13, 14],
};
