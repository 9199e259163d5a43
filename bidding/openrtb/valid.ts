/**
 * Whether a request that reads well makes sense. Owns the rules of OpenRTB 2.6 that a request must keep, each with its
 * section. A rule broken is the caller's to mend (400); what we merely cannot serve is a no-bid, not an error.
 */
import type { Imp, Media } from './imp.ts';
import type { BidRequest } from './message.ts';

export interface Violation {
  pointer: string;
  section: string;
  zh: string;
  en: string;
}

const MAX_ID = 128;

const violation = (pointer: string, section: string, zh: string, en: string): Violation => ({
  pointer,
  section,
  zh,
  en,
});

/** The first rule broken, or undefined. */
export function violationOf(request: BidRequest): Violation | undefined {
  if (request.id === '' || request.id.length > MAX_ID)
    return violation(
      '/id',
      '3.2.1',
      '缺少请求编号或过长',
      'id is required, at most 128 characters',
    );
  if (request.imps.length === 0)
    return violation('/imp', '3.2.1', '至少一个展示位', 'at least one imp is required');
  const { channels } = request;
  if (channels === 0 || (channels & (channels - 1)) !== 0)
    return violation('', '3.2.1', 'site、app、dooh 须恰有其一', 'exactly one of site, app, dooh');
  if (request.wseat.length > 0 && request.bseat.length > 0)
    return violation(
      '/bseat',
      '3.2.1',
      'wseat 与 bseat 不可并用',
      'wseat and bseat exclude each other',
    );
  if (request.bcat.length > 0 && request.acat.length > 0)
    return violation('/acat', '3.2.1', 'bcat 与 acat 不可并用', 'bcat and acat exclude each other');
  if (request.languageLists === 3)
    return violation(
      '/wlangb',
      '3.2.1',
      'wlang 与 wlangb 不可并用',
      'wlang and wlangb exclude each other',
    );
  if (request.tmaxMs < 0)
    return violation('/tmax', '3.2.1', 'tmax 不可为负', 'tmax is not negative');
  for (let i = 0; i < request.imps.length; i++) {
    const imp = request.imps[i] as Imp;
    for (let j = 0; j < i; j++)
      if (request.imps[j]?.id === imp.id)
        return violation(
          `/imp/${i}/id`,
          '3.2.4',
          '展示位编号重复',
          'imp.id is unique in a request',
        );
    const found = impViolation(imp, `/imp/${i}`);
    if (found) return found;
  }
  return undefined;
}

function impViolation(imp: Imp, at: string): Violation | undefined {
  if (imp.id === '' || imp.id.length > MAX_ID)
    return violation(
      `${at}/id`,
      '3.2.4',
      '缺少展示位编号或过长',
      'imp.id is required, at most 128 characters',
    );
  const { banner, video, audio } = imp;
  if (!banner && !video && !audio && imp.native === undefined)
    return violation(
      at,
      '3.2.4',
      '须有横幅、视频、音频或原生之一',
      'one of banner, video, audio, native is required',
    );
  if (banner && banner.sizes.length === 0 && !banner.flexible)
    return violation(`${at}/banner`, '3.2.6', '横幅须给出尺寸', 'banner needs a format or w and h');
  if (imp.native === '')
    return violation(`${at}/native/request`, '3.2.9', '缺少原生请求', 'native.request is required');
  if (imp.multiplierSource === 1 && imp.multiplierVendor === '')
    return violation(
      `${at}/qty/vendor`,
      '3.2.31',
      '缺少测量方',
      'qty.vendor is required when sourcetype is 1',
    );
  return (
    (video && mediaViolation(video, `${at}/video`, '3.2.7')) ??
    (audio && mediaViolation(audio, `${at}/audio`, '3.2.8'))
  );
}

function mediaViolation(media: Media, at: string, section: string): Violation | undefined {
  if (media.mimes.length === 0)
    return violation(`${at}/mimes`, section, '缺少媒体类型', 'mimes is required');
  const ranged = media.minDurationS >= 0 || media.maxDurationS >= 0;
  if (media.requiredDurationsS.length > 0 && ranged)
    return violation(
      `${at}/rqddurs`,
      section,
      '精确时长与时长范围不可并用',
      'rqddurs excludes minduration and maxduration',
    );
  if (media.minCpmPerSec !== '' && media.durationFloors.length > 0)
    return violation(
      `${at}/durfloors`,
      section,
      '两种时长底价不可并用',
      'mincpmpersec excludes durfloors',
    );
  if (media.maxDurationS >= 0 && media.minDurationS > media.maxDurationS)
    return violation(
      `${at}/minduration`,
      section,
      '最短时长大于最长时长',
      'minduration is at most maxduration',
    );
  return undefined;
}
