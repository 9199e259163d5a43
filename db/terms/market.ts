/** The market's closed word lists and small shapes, spelt once for database, API, engine and console. */

export const TIERS = ['province', 'city', 'county'] as const;
export type Tier = (typeof TIERS)[number];

export const PROPERTY_KINDS = [
  'app', 'site', 'h5', 'mini_program', 'wechat', 'tv', 'radio', 'newspaper', 'outdoor', 'loudspeaker',
] as const; // biome-ignore format: one line
export type PropertyKind = (typeof PROPERTY_KINDS)[number];

export const FORMATS = [
  'banner',
  'native',
  'video',
  'splash',
  'audio',
  'dooh',
  'post',
  'spot',
  'print',
] as const;
export type Format = (typeof FORMATS)[number];

/** CSS pixels. */
export interface Size {
  w: number;
  h: number;
}

/** How an advertiser pays: per thousand impressions, per click, or per click at a bid aimed at conversions. */
export const PRICINGS = ['CPM', 'CPC', 'OCPC'] as const;
export type Pricing = (typeof PRICINGS)[number];

/** `booked`: a day bought outright; it owns its slots' share of the placement's voice. */
export const PRIORITIES = ['booked', 'guaranteed', 'deal', 'open'] as const;
export type Priority = (typeof PRIORITIES)[number];

/** What a published price is for: a thousand impressions, a period, a day, a broadcast spot, a post. */
export const RATE_UNITS = ['CPM', 'CPT', 'CPD_DAY', 'SPOT', 'POST'] as const;
export type RateUnit = (typeof RATE_UNITS)[number];

/** At most `count` impressions a user in the window. */
export interface FrequencyCap {
  scope: 'lineItem' | 'campaign' | 'advertiser';
  window: 'hour' | 'day' | 'lifetime';
  count: number;
}

export const DEVICES = ['mobile', 'tablet', 'desktop', 'tv', 'dooh'] as const;
export type Device = (typeof DEVICES)[number];
export const OPERATING_SYSTEMS = [
  'android',
  'ios',
  'harmony',
  'windows',
  'macos',
  'other',
] as const;
export const CONNECTIONS = ['wifi', '2g', '3g', '4g', '5g', 'wired', 'unknown'] as const;
export const CARRIERS = ['mobile', 'unicom', 'telecom', 'broadnet', 'unknown'] as const;

/** Everything a renderer needs of a creative; what its content hash covers. */
/** Facts of the file, written by the house and never by a client. */
export interface VideoRendition {
  url: string;
  w: number;
  h: number;
  bitrateKbps: number;
}

export interface CreativeContent {
  title?: string;
  description?: string;
  brandName?: string;
  callToAction?: string;
  /** Absolute or house-relative URL of the main picture. */
  imageUrl?: string;
  iconUrl?: string;
  videoUrl?: string;
  audioUrl?: string;
  durationMs?: number;
  /** The same film in other sizes and bitrates: a player takes what its line and screen are good for. */
  videoRenditions?: VideoRendition[];
  /** Third-party monitors with MMA China's macros; the click's leads on to `__LANDING__`. */
  impressionMonitor?: string;
  clickMonitor?: string;
  /** Third-party HTML; rendered in a sandboxed frame only. */
  html?: string;
}

/** Advertiser and content categories: the house list, used for blocking, separation and review. */
export const CATEGORIES = [
  'retail', 'food', 'beverage', 'alcohol', 'tourism', 'hotel', 'auto', 'realestate', 'finance', 'education',
  'medical', 'drug', 'medical_device', 'health_food', 'pesticide', 'veterinary', 'cosmetics', 'apparel', 'home',
  'telecom', 'internet', 'game', 'agriculture', 'culture', 'sports', 'government', 'psa', 'other',
] as const; // biome-ignore format: one line
export type Category = (typeof CATEGORIES)[number];

/** What a stop takes off the air. */
export const STOP_SCOPES = ['all', 'category', 'advertiser', 'creative', 'lineItem'] as const;
export type StopScope = (typeof STOP_SCOPES)[number];
