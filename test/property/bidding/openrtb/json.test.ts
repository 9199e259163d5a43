import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fields, JsonReader, RepeatedKey } from '../../../../bidding/openrtb/json.ts';
import { Malformed } from '../../../../bidding/openrtb/malformed.ts';

const reader = new JsonReader();

function parses(bytes: Buffer): boolean {
  try {
    JSON.parse(bytes.toString('utf8'));
    return true;
  } catch {
    return false;
  }
}

const agree = (bytes: Buffer): void => {
  expect(reader.accepts(bytes), JSON.stringify(bytes.toString('latin1'))).toBe(parses(bytes));
};

/** Edges of RFC 8259, most of them from JSONTestSuite's list of what parsers get wrong. */
const EDGES = [
  '', ' ', '{', '}', '[', ']', '{}', '[]', '[[]]', '[1,]', '[,1]', '[1 2]', '{"a":1,}', '{,}', '{"a"}', '{"a":}', '{a:1}',
  "{'a':1}", '{"a":1 "b":2}', '{"a":1,"a":2}', '"\\u12"', '"\\u123g"', '"\\ud800"', '"\\udc00\\ud800"', '"\\x"', '"\\"',
  '"', '"\t"', '"\u0000"', '"\u007f"', '"é汉😀"', '\ufeff{}', '{}\ufeff', '01', '-01', '-', '+1', '1.', '.1', '1e', '1e+', '1E-2',
  '1e400', '-0', '0', '1.5e+10', '0x10', 'NaN', 'Infinity', '-Infinity', 'tru', 'true', 'True', 'truex', 'nul', 'null', 'null ',
  '[true,false,null]', '{"a":{"b":[{}]}}', '\u00a0{}', '\v{}', '\f{}', ' \t\r\n{} \t\r\n', '{}{}', '1 2', '"a" "b"', '[1]]',
  '//x', '/*x*/1', '[1//x\n]', '{"\\u0061":1}', '"\\/\\b\\f\\n\\r\\t\\\\\\""', '123456789012345678901234567890', '1e-400',
]; // biome-ignore format: a list to read along

test('the reader accepts and refuses the known edges as JSON.parse does', () => {
  for (const text of EDGES) agree(Buffer.from(text));
  for (let byte = 0; byte < 256; byte++) {
    agree(Buffer.from([byte]));
    agree(Buffer.from([0x22, byte, 0x22]));
    agree(Buffer.from([0x22, 0x5c, byte, 0x22]));
    agree(Buffer.from([0x5b, byte, 0x31, 0x5d]));
  }
});

test('the reader accepts whatever JSON.stringify writes', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 8 }), (value) => {
      expect(reader.accepts(Buffer.from(JSON.stringify(value, null, 1)))).toBe(true);
    }),
  );
});

test('the reader agrees with JSON.parse about damaged documents', () => {
  fc.assert(
    fc.property(
      fc.jsonValue({ maxDepth: 4 }),
      fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 }), fc.constantFrom('set', 'cut', 'add')), {
        minLength: 1,
        maxLength: 3,
      }),
      (value, damages) => {
        let bytes = Buffer.from(JSON.stringify(value));
        for (const [where, byte, how] of damages) {
          const at = where % (bytes.length + 1);
          const tail = bytes.subarray(how === 'add' ? at : at + 1);
          const middle = how === 'cut' ? [] : [byte];
          bytes = Buffer.concat([bytes.subarray(0, at), Buffer.from(middle), tail]);
        }
        agree(bytes);
      },
    ),
    { numRuns: 3000 },
  );
});

test('the reader agrees with JSON.parse about random JSON-like text', () => {
  const piece = fc.constantFrom(
    '{', '}', '[', ']', ',', ':', '"a"', '"', '\\', '1', '-', '.', 'e', '0', 'true', 'null', ' ', '\n', '\\u00e9', 'é',
  ); // biome-ignore format: a list to read along
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) =>
      agree(Buffer.from(pieces.join(''))),
    ),
    { numRuns: 5000 },
  );
});

test('a document of any length is read whole, whatever was read before it', () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 200_000 }), { maxLength: 4 }), (lengths) => {
      for (const length of lengths) {
        const whole = JSON.stringify(['x'.repeat(length), 1]);
        expect(reader.accepts(Buffer.from(whole))).toBe(true);
        expect(reader.accepts(Buffer.from(whole.slice(0, -1)))).toBe(false);
      }
    }),
    { numRuns: 30 },
  );
});

interface Taken {
  text?: string;
  number?: number;
}
const TABLE = fields<Taken>({
  text: (r, t) => {
    t.text = r.string();
  },
  number: (r, t) => {
    t.number = r.number();
  },
});

test('strings and numbers come out as JSON.parse reads them, escaped keys included', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary' }),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.boolean(),
      (text, number, escaped) => {
        const body = JSON.stringify({ text, other: [text, { text: 1 }], number });
        const written = escaped ? body.replace('"text"', '"t\\u0065xt"') : body;
        const taken: Taken = {};
        reader.readDocument(Buffer.from(written), TABLE, taken);
        const parsed = JSON.parse(Buffer.from(written).toString()) as Taken;
        expect(taken.text).toBe(parsed.text);
        expect(Object.is(taken.number, parsed.number)).toBe(true);
      },
    ),
  );
});

test('a known key given twice is reported, an unknown one is not', () => {
  const read = (text: string) => reader.readDocument(Buffer.from(text), TABLE, {});
  expect(() => read('{"text":"a","number":1,"text":"b"}')).toThrow(RepeatedKey);
  expect(() => read('{"text":"a","\\u0074ext":"b"}')).toThrow(RepeatedKey);
  expect(() => read('{"x":"a","x":"b"}')).not.toThrow();
});

test('a document nested deeper than the limit is refused without exhausting the stack', () => {
  const deep = (levels: number) => Buffer.from(`${'['.repeat(levels)}${']'.repeat(levels)}`);
  expect(reader.accepts(deep(64))).toBe(true);
  expect(reader.accepts(deep(65))).toBe(false);
  expect(reader.accepts(deep(1_000_000))).toBe(false);
});

test('a wrong type names its field', () => {
  const table = fields<object>({ imp: (r) => r.array((each) => each.object(TABLE, {})) });
  try {
    reader.readDocument(Buffer.from('{"imp":[{},{"text":3}]}'), table, {}, true);
    expect.unreachable();
  } catch (error) {
    expect(error).toBeInstanceOf(Malformed);
    expect((error as Malformed).pointer).toBe('/imp/1/text');
  }
});
