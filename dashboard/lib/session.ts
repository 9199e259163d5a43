/** Who is signed in, and the moment a session ends: kept apart from screens, so that any may ask. */

import { organizationClient, twoFactorClient } from 'better-auth/client/plugins';
import { createAuthClient } from 'better-auth/react';

export const auth = createAuthClient({ plugins: [organizationClient(), twoFactorClient()] });

type Listener = () => void;
const expiryListeners = new Set<Listener>();

/** Called by the API client on a 401: the page stays, its typing too, and a sign-in opens above it. */
export function announceExpiry(): void {
  for (const listener of expiryListeners) listener();
}

export function onExpiry(listener: Listener): () => void {
  expiryListeners.add(listener);
  return () => expiryListeners.delete(listener);
}
