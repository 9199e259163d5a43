/**
 * The language model behind the assistant: any endpoint that speaks OpenAI's chat completions. Owns the call, its limits and the
 * distrust of what comes back: only JSON of the form asked for is an answer. Plain `fetch`; nothing of it is near an auction.
 */
import type { z } from 'zod';
import type { Config } from '../env.ts';

export interface ModelAnswer<T> {
  value: T | undefined;
  /** Why there is none: a short word, for the record. */
  error: string | undefined;
}

const TIMEOUT_MS = 30_000;
const MAX_ANSWER_BYTES = 65_536;
const MAX_TOKENS = 1_500;

/** The body as text, or undefined where it is longer than an answer can be. */
async function textOf(response: Response): Promise<string | undefined> {
  const reader = response.body?.getReader();
  if (!reader) return '';
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return Buffer.concat(chunks).toString('utf8');
    size += value.length;
    if (size > MAX_ANSWER_BYTES) {
      await reader.cancel();
      return undefined;
    }
    chunks.push(value);
  }
}

/** The JSON in an answer, fenced or bare; undefined: none. */
function jsonIn(text: string): unknown {
  const plain = /```(?:json)?\s*([\s\S]*?)```/.exec(text)?.[1] ?? text;
  const from = plain.indexOf('{');
  const to = plain.lastIndexOf('}');
  if (from < 0 || to < from) return undefined;
  try {
    return JSON.parse(plain.slice(from, to + 1));
  } catch {
    return undefined;
  }
}

function contentOf(text: string): string | undefined {
  try {
    const body = JSON.parse(text) as { choices?: { message?: { content?: unknown } }[] };
    const content = body.choices?.[0]?.message?.content;
    return typeof content === 'string' ? content : undefined;
  } catch {
    return undefined;
  }
}

/** Never throws: a model that is away or talks nonsense is an answer too. */
export async function askModel<Schema extends z.ZodType>(
  ai: NonNullable<Config['ai']>,
  instructions: string,
  input: unknown,
  schema: Schema,
): Promise<ModelAnswer<z.infer<Schema>>> {
  const none = (error: string) => ({ value: undefined, error });
  try {
    const response = await fetch(`${ai.baseUrl}/chat/completions`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(ai.apiKey ? { authorization: `Bearer ${ai.apiKey}` } : {}),
      },
      // A redirect would carry the key elsewhere.
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
      body: JSON.stringify({
        model: ai.model,
        max_tokens: MAX_TOKENS,
        temperature: 0.7,
        messages: [
          { role: 'system', content: instructions },
          // What a customer wrote is data between marks, whatever it says.
          { role: 'user', content: `<input>${JSON.stringify(input)}</input>` },
        ],
      }),
    });
    if (!response.ok) return none(`status ${response.status}`);
    const text = await textOf(response);
    if (text === undefined) return none('too long');
    const content = contentOf(text);
    if (content === undefined) return none('no content');
    const parsed = schema.safeParse(jsonIn(content));
    return parsed.success
      ? { value: parsed.data, error: undefined }
      : none('not of the form asked for');
  } catch (error) {
    const timedOut = error instanceof Error && error.name === 'TimeoutError';
    return none(timedOut ? 'timeout' : 'unreachable');
  }
}
