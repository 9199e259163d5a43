/**
 * What a file of evidence proves about one booked day. Owns the checks: the file is what its kind says, its plays suffice,
 * its picture was taken where the screen stands and on that day. Findings are for the person who judges; only what cannot
 * be read at all is refused.
 */
import type { EvidenceFacts, EvidenceKind } from '../../db/schema/bookings.ts';
import type { Day } from '../../db/terms/day.ts';
import { Failure } from '../../db/terms/failure.ts';
import type { Finding } from '../../db/terms/finding.ts';
import { sniff } from '../creatives/creatives.ts';
import { distanceM, readExif } from './exif.ts';
import { type Play, readAsRun, readPlayChain } from './playlog.ts';
import type { Placed } from './pricing.ts';

export interface Proven {
  mediaType: string;
  extension: string;
  facts: EvidenceFacts;
  findings: Finding[];
}

export interface Claimed {
  day: Day;
  slots: number;
  place: Placed;
}

/** A photo may be taken from across a square. */
const NEAR_M = 500;

const say = (code: string, severity: Finding['severity'], zh: string, en: string): Finding => ({
  code,
  severity,
  zh,
  en,
});

/** @throws Failure `unsupported_media_type`, `invalid_input`. */
export async function examine(
  kind: EvidenceKind,
  bytes: Uint8Array,
  claim: Claimed,
): Promise<Proven> {
  if (kind === 'as_run') {
    const isZip = bytes[0] === 0x50;
    const [mediaType, extension] = isZip
      ? ['application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', 'xlsx']
      : ['text/csv', 'csv'];
    return { mediaType, extension, ...judgePlays(await readAsRun(bytes), claim) };
  }
  if (kind === 'proof_of_play') {
    const plays = readPlayChain(new TextDecoder().decode(bytes));
    return { mediaType: 'application/x-ndjson', extension: 'jsonl', ...judgePlays(plays, claim) };
  }
  return examinePicture(kind, bytes, claim);
}

/** Plays of the day that are long enough and, on air, in the hour that was sold. */
export function judgePlays(plays: readonly Play[], { day, slots, place }: Claimed) {
  const { spotSeconds, airHour } = place.placement;
  const ofDay = plays.filter((play) => play.day === day);
  const whole = ofDay.filter((play) => play.seconds >= (spotSeconds ?? 1));
  const good = whole.filter((play) => airHour === null || play.hour === airHour);
  const findings: Finding[] = [];
  if (ofDay.length > whole.length) {
    const n = ofDay.length - whole.length;
    findings.push(
      say('too_short', 'warns', `有 ${n} 次播出不足 ${spotSeconds} 秒`, `${n} plays are shorter than ${spotSeconds} s`),
    ); // biome-ignore format: a sentence
  }
  if (whole.length > good.length) {
    const n = whole.length - good.length;
    findings.push(
      say('other_hour', 'warns', `有 ${n} 次不在 ${airHour}:00 时段`, `${n} plays are outside the hour of ${airHour}:00`),
    ); // biome-ignore format: a sentence
  }
  if (good.length < slots) {
    findings.push(
      say('too_few', 'fails', `应播 ${slots} 次，日志中有 ${good.length} 次`, `${slots} plays were booked, the log shows ${good.length}`),
    ); // biome-ignore format: a sentence
  }
  return { facts: { plays: good.length }, findings };
}

function examinePicture(kind: EvidenceKind, bytes: Uint8Array, { day, place }: Claimed): Proven {
  const { type, width, height, durationMs } = sniff(bytes);
  if (type.extension === 'svg') {
    throw new Failure('unsupported_media_type', {
      pointer: '/file',
      zh: '证明不接受 SVG，请上传照片、截图或录像',
      en: 'an SVG proves nothing; send a photo, a screenshot or a recording',
    });
  }
  const facts: EvidenceFacts = {
    ...(width === null ? {} : { width }),
    ...(height === null ? {} : { height }),
    ...(durationMs === null ? {} : { durationMs }),
    ...(type.extension === 'jpg' ? readExif(bytes) : {}),
  };
  const findings: Finding[] = [];
  if (kind === 'photo') findings.push(...judgePhoto(facts, day, place));
  return { mediaType: type.mediaType, extension: type.extension, facts, findings };
}

function judgePhoto(facts: EvidenceFacts, day: Day, { property }: Placed): Finding[] {
  const findings: Finding[] = [];
  const { latitude, longitude } = property;
  if (facts.latitude === undefined || facts.longitude === undefined) {
    findings.push(
      say('no_place', 'warns', '照片没有位置信息', 'the photo does not say where it was taken'),
    );
  } else if (latitude !== null && longitude !== null) {
    const at = { latitude: facts.latitude, longitude: facts.longitude };
    facts.distanceM = Math.round(distanceM(at, { latitude, longitude }));
    if (facts.distanceM > NEAR_M) {
      const km = (facts.distanceM / 1000).toFixed(1);
      findings.push(
        say('far_away', 'fails', `拍摄地点距登记位置 ${km} 公里`, `taken ${km} km from where it stands`),
      ); // biome-ignore format: a sentence
    }
  }
  if (facts.takenAt === undefined) {
    findings.push(
      say('no_time', 'warns', '照片没有拍摄时间', 'the photo does not say when it was taken'),
    );
  } else if (facts.takenAt.slice(0, 10) !== day) {
    const at = facts.takenAt.slice(0, 10);
    findings.push(
      say('other_day', 'fails', `照片拍摄于 ${at}，不是 ${day}`, `taken on ${at}, not on ${day}`),
    );
  }
  return findings;
}
