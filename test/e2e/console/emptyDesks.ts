/**
 * Desks on which nothing has happened yet. An advertiser and an outlet are signed up for it, as anybody is; the platform's own
 * people have a whole province before them, so their real answers come with the rows taken out: for looking at, never for a test.
 */
import type { Page } from 'playwright-core';
import { type Desk, PASSWORD, type Place } from './places.ts';

export interface EmptyDesk {
  desk: Desk;
  places: readonly Place[];
  email: string;
  password: string;
  /** To be done to its window before it is signed in. */
  prepare: (page: Page) => Promise<void>;
}

/** Screens of one thing have nothing to show where there is none. */
const needsOne = ({ path }: Place): boolean => /[=/]\d+(&|$)|line=/.test(path);

const ORGANIZATIONS = {
  advertiser: { kind: 'advertiser', category: 'food', domain: null },
  agency: { kind: 'agency' },
  outlet: { kind: 'outlet', tier: 'county', divisionCode: '330106' },
} as const;

export async function openEmptyDesk(desk: Desk, baseUrl: string): Promise<EmptyDesk> {
  const places = desk.places.filter((place) => !needsOne(place));
  const { name } = desk;
  if (name === 'finance' || name === 'operator' || name === 'group') {
    return { desk, places, email: desk.email, password: PASSWORD, prepare: takeRowsOut };
  }
  const stamp = Date.now().toString(36);
  const email = `${name}-${stamp}@empty.example.cn`;
  const password = 'nothing has happened here yet';
  const organizationName = `${name === 'outlet' ? '新开融媒体中心' : '新开茶业有限公司'}${stamp}`;
  const response = await fetch(`${baseUrl}/api/public/sign-up`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: baseUrl },
    body: JSON.stringify({
      name: '陈知夏',
      email,
      password,
      organization: { ...ORGANIZATIONS[name], organizationName },
    }),
  });
  if (!response.ok) throw new Error(`sign-up: ${response.status} ${await response.text()}`);
  return { desk, places, email, password, prepare: async () => {} };
}

async function takeRowsOut(page: Page): Promise<void> {
  await page.route('**/api/**', async (route) => {
    const request = route.request();
    // A stream has no end to wait for, and no rows.
    if (request.method() !== 'GET' || request.resourceType() === 'eventsource') {
      return route.fallback();
    }
    try {
      const response = await route.fetch();
      const body: unknown = await response.json().catch(() => undefined);
      if (typeof body !== 'object' || body === null || !('items' in body)) {
        return await route.fulfill({ response });
      }
      await route.fulfill({ response, json: { ...body, items: [], nextCursor: null } });
    } catch {
      // The page has gone on; nobody waits for this answer any more.
    }
  });
}
