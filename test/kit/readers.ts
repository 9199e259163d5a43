/** Readers for fault tests: they ask, are shown, and report, by the real doors of an exchange. */

/** One impression of the small market costs this, µCNY. */
export const PRICE = 20_000;
export const BROWSER =
  'Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/128.0 Mobile Safari/537.36';

/** One reader asks; the address of the impression's pixel, or nothing. */
export async function auction(
  url: string,
  reader: number,
  place = { id: 201, outletId: 1 },
): Promise<string | undefined> {
  const answer = await fetch(`${url}/openrtb2/auction`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      id: `r${reader}`,
      imp: [{ id: '1', tagid: String(place.id), banner: { format: [{ w: 300, h: 250 }] } }],
      site: { publisher: { id: String(place.outletId) } },
      device: { ua: BROWSER, ip: `10.1.${reader >> 8}.${reader & 255}` },
      user: { id: `reader-${reader}`, ext: { divisionCode: '330110' } },
      cur: ['CNY'],
    }),
  });
  const text = await answer.text();
  if (answer.status !== 200 || text === '') return undefined;
  const burl: string | undefined = JSON.parse(text).seatbid?.[0]?.bid?.[0]?.burl;
  return burl && `${url}/t/i?t=${new URL(burl).searchParams.get('t')}`;
}

export async function until(holds: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 60_000;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error('did not come to pass within a minute');
    await new Promise((wake) => setTimeout(wake, 50));
  }
}
