/** A province's unified account system for tests: a real OpenID provider on loopback, whose people sign in by name. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import Provider from 'oidc-provider';
import { closeAfterFile } from './closing.ts';

export interface Citizen {
  sub: string;
  email: string;
  emailVerified: boolean;
  name: string;
}

export interface TestProvider {
  issuer: string;
  clientId: string;
  clientSecret: string;
  /**
   * What a browser does there: follows the redirects of an authorisation request, says who it is, agrees.
   * Returns the URL it is sent back to, with code and state.
   */
  visit(authorizationUrl: string, citizen: Citizen): Promise<string>;
}

/** Closed after the file's last test. */
export async function openTestProvider(redirectUri: string): Promise<TestProvider> {
  const people = new Map<string, Citizen>();
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const [clientId, clientSecret] = ['hongze', 'a secret between the two of us'];
  const provider = new Provider(issuer, {
    clients: [{ client_id: clientId, client_secret: clientSecret, redirect_uris: [redirectUri] }],
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
    features: { devInteractions: { enabled: true } },
    pkce: { required: () => true },
    cookies: { keys: ['for tests only'] },
    findAccount: (_ctx, id) => {
      const person = people.get(id);
      if (!person) return undefined;
      const { sub, email, emailVerified, name } = person;
      return {
        accountId: sub,
        claims: async () => ({ sub, email, email_verified: emailVerified, name }),
      };
    },
  });
  server.on('request', provider.callback());
  closeAfterFile(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    issuer,
    clientId,
    clientSecret,
    async visit(authorizationUrl, citizen) {
      people.set(citizen.sub, citizen);
      return browse(authorizationUrl, issuer, redirectUri, citizen.sub);
    },
  };
}

/** A browser in a few lines: cookies, redirects, and the two forms of the provider. */
async function browse(
  start: string,
  issuer: string,
  until: string,
  login: string,
): Promise<string> {
  const jar = new Map<string, string>();
  let url = start;
  let form: URLSearchParams | undefined;
  for (let hops = 0; hops < 20; hops++) {
    const response = await fetch(url, {
      redirect: 'manual',
      method: form ? 'POST' : 'GET',
      headers: { cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; ') },
      ...(form ? { body: form } : {}),
    });
    for (const one of response.headers.getSetCookie()) {
      const [name, value] = (one.split(';')[0] ?? '').split(/=(.*)/s) as [string, string];
      jar.set(name, value);
    }
    form = undefined;
    const location = response.headers.get('location');
    const page = await response.text();
    if (location) {
      url = new URL(location, issuer).toString();
      if (url.startsWith(until)) return url;
      continue;
    }
    const prompt = /name="prompt" value="(\w+)"/.exec(page)?.[1];
    const action = /action="([^"]+)"/.exec(page)?.[1];
    if (!prompt || !action)
      throw new Error(`no form at ${url}: ${response.status} ${page.slice(0, 300)}`);
    url = new URL(action, issuer).toString();
    form = new URLSearchParams({
      prompt,
      ...(prompt === 'login' ? { login, password: 'any' } : {}),
    });
  }
  throw new Error(`still not back at ${until}`);
}
