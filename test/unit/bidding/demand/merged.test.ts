import { expect, test } from 'vitest';
import { withOurTrackers } from '../../../../bidding/demand/merged.ts';
import { readVast } from '../../../../bidding/demand/vast.ts';

const links = { exchangeUrl: 'https://x.example', assetsUrl: 'https://x.example' };
const HEAD = '<AdSystem>Theirs</AdSystem><AdTitle>t</AdTitle>';
const inline = (linear: string, version = '4.2'): string =>
  `<VAST version="${version}"><Ad id="1"><InLine>${HEAD}<Creatives><Creative>${linear}</Creative></Creatives></InLine></Ad></VAST>`;
const wrapper = (rest: string): string =>
  `<VAST version="4.2"><Ad><Wrapper><AdSystem>x</AdSystem><VASTAdTagURI>https://y.example/</VASTAdTagURI>${rest}</Wrapper></Ad></VAST>`;
const MEDIA =
  '<MediaFiles><MediaFile type="video/mp4">https://y.example/a.mp4</MediaFile></MediaFiles>';

const OURS =
  /<(Tracking|Impression|Error|ClickTracking|VideoClicks|TrackingEvents)(?: event="\w+")?>(?:<!\[CDATA\[https:\/\/x\.example\/t\/[\s\S]*?\]\]>)<\/\1>/g;
/** By name of the element, or of the event. */
function ours(merged: string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const [found, name = ''] of merged.matchAll(OURS)) {
    const key = /event="(\w+)"/.exec(found)?.[1] ?? name;
    counts[key] = (counts[key] ?? 0) + 1;
  }
  return counts;
}

const ONCE = {
  Error: 1,
  Impression: 1,
  ClickTracking: 1,
  start: 1,
  firstQuartile: 1,
  midpoint: 1,
  thirdQuartile: 1,
  complete: 1,
  mute: 1,
  pause: 1,
  resume: 1,
  closeLinear: 1,
  skip: 1,
};

test.each([
  ['a creative without trackers', inline(`<Linear><Duration>00:00:15</Duration>${MEDIA}</Linear>`)],
  [
    'one with trackers and clicks of its own',
    inline(
      `<Linear skipoffset="00:00:05"><Duration>00:00:15</Duration><TrackingEvents><Tracking event="start">https://y.example/s</Tracking></TrackingEvents><VideoClicks><ClickThrough>https://y.example/</ClickThrough></VideoClicks>${MEDIA}</Linear>`,
    ),
  ],
  ['elements that are empty', inline(`<Linear><TrackingEvents/><VideoClicks />${MEDIA}</Linear>`)],
  [
    'ends of elements in CDATA and comments',
    inline(
      `<Linear><!-- </Linear></InLine> --><AdParameters><![CDATA[</TrackingEvents></Linear></InLine>]]></AdParameters>${MEDIA}</Linear>`,
    ),
  ],
  [
    'a companion with trackers of its own',
    inline(
      `<Linear>${MEDIA}</Linear></Creative><Creative><CompanionAds><Companion width="1" height="1"><TrackingEvents><Tracking event="creativeView">https://y.example/v</Tracking></TrackingEvents></Companion></CompanionAds>`,
    ),
  ],
  ['a wrapper without creatives', wrapper('')],
  ['a wrapper whose creatives are empty', wrapper('<Creatives/>')],
  [
    'a wrapper with a companion only',
    wrapper('<Creatives><Creative><CompanionAds/></Creative></Creatives>'),
  ],
  [
    'a wrapper whose creative is empty',
    wrapper('<Creatives><Creative><Linear /></Creative></Creatives>'),
  ],
])('%s: each of our trackers once, and all that was theirs as it was', (_, theirs) => {
  const merged = withOurTrackers(theirs, links);
  expect(readVast(merged)).toEqual(readVast(theirs));
  expect(ours(merged)).toEqual(ONCE);
  for (const [address] of theirs.matchAll(/https:\/\/y\.example\/\w*/g))
    expect(merged).toContain(address);
  expect(merged).toContain('CDATA[https://x.example/t/i?t=~hongze-token~]]');
});

test('each ad of a pod has its own; a player of VAST 2.0 is told of no events that it does not know', () => {
  const one = inline(`<Linear>${MEDIA}</Linear>`, '2.0');
  const ad = /<Ad[\s\S]*<\/Ad>/.exec(one)?.[0] ?? '';
  const counts = ours(withOurTrackers(one.replace(ad, ad + ad), links));
  expect([counts.Impression, counts.start, counts.complete]).toEqual([2, 2, 2]);
  expect([counts.skip, counts.closeLinear]).toEqual([undefined, undefined]);
});
