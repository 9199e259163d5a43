/** The operator's desk of a running demo, for one thing: turning a demand partner on and off by its code, as a person would. */

interface Partner {
  id: number;
  code: string;
  version: number;
}

export interface Desk {
  /** @throws Error with the API's answer where it refuses. */
  turn(changes: { url?: string; seat?: string; status: 'active' | 'paused' }): Promise<void>;
}

const LOGIN = { email: 'operator@demo.hongze', password: 'hongze-demo-2026' };

/** Undefined where nobody answers, the login is not the demo's, or there is no such partner. */
export async function openDesk(consoleUrl: string, code: string): Promise<Desk | undefined> {
  const signIn = await fetch(`${consoleUrl}/api/auth/sign-in/email`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: consoleUrl },
    body: JSON.stringify(LOGIN),
  }).catch(() => undefined);
  if (!signIn?.ok) return undefined;
  const cookie = signIn.headers
    .getSetCookie()
    .map((each) => each.split(';')[0])
    .join('; ');
  const headers = { cookie, origin: consoleUrl, 'content-type': 'application/json' };
  const list = `${consoleUrl}/api/demand-partners`;
  const find = async (): Promise<Partner | undefined> => {
    const { items } = (await (await fetch(list, { headers })).json()) as { items: Partner[] };
    return items.find((each) => each.code === code);
  };
  if (!(await find())) return undefined;
  return {
    async turn(changes) {
      const partner = await find();
      if (!partner) return;
      const body = JSON.stringify({ version: partner.version, ...changes });
      const answer = await fetch(`${list}/${partner.id}`, { method: 'PATCH', headers, body });
      if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
    },
  };
}
