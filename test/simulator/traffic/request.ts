/** A visit as an OpenRTB 2.6 request, as an outlet's page or app would send it. */
import type { SnapshotPlacement } from '../../../bidding/wire/snapshot.ts';
import type { Visit } from './readers.ts';

const NATIVE_REQUEST = {
  ver: '1.2',
  context: 1,
  plcmttype: 1,
  assets: [
    { id: 1, required: 1, title: { len: 40 } },
    { id: 2, required: 1, img: { type: 3, wmin: 300, hmin: 160 } },
    { id: 3, required: 0, img: { type: 1, wmin: 48, hmin: 48 } },
    { id: 4, required: 0, data: { type: 2, len: 60 } },
    { id: 5, required: 0, data: { type: 12 } },
  ],
  eventtrackers: [{ event: 1, methods: [1] }],
};

function impOf(placement: SnapshotPlacement, ordinal: number): Record<string, unknown> {
  const imp: Record<string, unknown> = {
    id: String(ordinal),
    tagid: String(placement.id),
    secure: 1,
    bidfloor: 0,
    bidfloorcur: 'CNY',
  };
  const format = placement.sizes.map(({ w, h }) => ({ w, h }));
  switch (placement.format) {
    case 'native':
      imp.native = { ver: '1.2', request: JSON.stringify({ native: NATIVE_REQUEST }) };
      break;
    case 'video':
      imp.video = {
        mimes: ['video/mp4'],
        protocols: [2, 3, 5, 6, 7, 8],
        ...format[0],
        minduration: 5,
        maxduration: 30,
      };
      break;
    case 'audio':
      imp.audio = { mimes: ['audio/mpeg', 'audio/wav'], minduration: 5, maxduration: 30 };
      break;
    default:
      imp.banner = { format, ...(placement.format === 'splash' ? { pos: 7 } : {}) };
      if (placement.format === 'splash') imp.instl = 1;
  }
  return imp;
}

/** The body to POST. `id`: unique a request. */
export function requestOf(visit: Visit, id: string): Record<string, unknown> {
  const publisher = { id: String(visit.outlet.id), name: visit.outlet.name };
  const content = { cat: [visit.category], language: 'zh' };
  const inApp = visit.propertyKind === 'app' || visit.propertyKind === 'mini_program';
  return {
    id,
    at: 1,
    tmax: 300,
    cur: ['CNY'],
    imp: visit.placements.map((placement, i) => impOf(placement, i + 1)),
    ...(inApp
      ? { app: { id: String(visit.propertyId), bundle: visit.domain, publisher, content } }
      : {
          site: {
            id: String(visit.propertyId),
            domain: visit.domain,
            page: `https://${visit.domain}/news/${id}.html`,
            publisher,
            content,
          },
        }),
    device: {
      ua: visit.device.userAgent,
      ip: visit.ip,
      os: visit.device.os,
      devicetype: visit.device.type,
      make: visit.device.make,
      connectiontype: visit.device.connection,
      language: 'zh',
    },
    user: { id: visit.readerId, ext: { divisionCode: visit.divisionCode } },
  };
}
