/** Where a request comes from, as our own server knows it. */

/** Set by our own server on the request it hands over; a client's own value is removed first. */
export const CLIENT_ADDRESS_HEADER = 'x-hongze-client-address';

export const addressOf = (request: Request): string =>
  request.headers.get(CLIENT_ADDRESS_HEADER) ?? 'unknown';
