/**
 * What a test file has opened, to be closed after its last test. Kits say it here and not by `afterAll`, which nobody hears inside of a
 * `beforeAll`: databases stayed open until their server had no connection left.
 */
type Close = () => unknown;

const opened: Close[] = [];

export function closeAfterFile(close: Close): void {
  opened.push(close);
}

/** In reverse: what was opened last leans on what was before. */
export async function closeOpened(): Promise<void> {
  for (const close of opened.splice(0).reverse()) await close();
}
