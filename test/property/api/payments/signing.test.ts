import { AlipaySdk } from 'alipay-sdk';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createAlipay, judge, keyTypeOf } from '../../../../api/payments/alipay/client.ts';
import { alipayTime, alipayTimeMs, fenOfYuan } from '../../../../api/payments/alipay/format.ts';
import { fenToYuan } from '../../../../db/terms/money.ts';
import { createKeyPair } from '../../../simulator/alipay/keys.ts';
import {
  mergeParams,
  requestSignatureHolds,
  signedResponse,
  signNotify,
} from '../../../simulator/alipay/wire.ts';

const app = createKeyPair();
const theirs = createKeyPair();
const NOW = Date.parse('2026-11-10T23:59:59.999+08:00');
const alipay = createAlipay({
  gateway: 'http://127.0.0.1:9/gateway.do',
  appId: 'app',
  sellerId: 'seller',
  privateKey: app.privateKey,
  publicKey: theirs.publicKey,
  notifyUrl: 'http://127.0.0.1:9/notify',
  clock: () => NOW,
});
const sdk = new AlipaySdk({
  appId: 'app',
  privateKey: app.privateKey,
  keyType: 'PKCS8',
  alipayPublicKey: theirs.publicKey,
});
/** Anything a person may type, with the characters that have broken signatures. */
const text = fc.oneof(
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }),
  fc.constantFrom('100%', '&amp;', '<b>', '"\\"', '%zz', '茶 & 酒', '\u{20BB7}野家'),
);

describe('signatures', () => {
  it("a page's URL holds at the gateway whatever the subject", () => {
    fc.assert(
      fc.property(text, fc.bigInt(1n, 10n ** 10n), (subject, amountFen) => {
        const url = new URL(alipay.pagePayUrl({ outTradeNo: 'T1', amountFen, subject }));
        const params = mergeParams(url, '');
        expect(requestSignatureHolds(params, app.publicKey)).toBe(true);
        expect(JSON.parse(params.biz_content ?? '')).toMatchObject({
          subject,
          total_amount: fenToYuan(amountFen),
        });
        expect(params.timestamp).toBe('2026-11-10 23:59:59');
      }),
      { numRuns: 60 },
    );
  });

  it('a notify signed by the gateway holds for the client, and any change of it does not', () => {
    fc.assert(
      fc.property(
        text,
        text,
        fc.constantFrom('subject', 'total_amount', 'out_trade_no'),
        (subject, other, field) => {
          const form = signNotify(
            { subject, total_amount: '1.00', out_trade_no: 'T1' },
            theirs.privateKey,
          );
          expect(alipay.notifySignatureHolds(form)).toBe(true);
          if (form[field] !== other)
            expect(alipay.notifySignatureHolds({ ...form, [field]: other })).toBe(false);
          expect(alipay.notifySignatureHolds({ ...form, sign_type: 'RSA' })).toBe(false);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('a response signed by the gateway is the text that the SDK verifies', () => {
    fc.assert(
      fc.property(text, (subject) => {
        const body = signedResponse(
          'alipay.trade.query',
          { code: '10000', subject, url: 'https://a/b' },
          theirs.privateKey,
        );
        const sign = (JSON.parse(body) as { sign: string }).sign;
        sdk.checkResponseSign(body, 'alipay_trade_query_response', sign, '');
      }),
      { numRuns: 60 },
    );
  });
});

describe('reading what Alipay writes', () => {
  it('money is yuan with at most two decimals, both ways', () => {
    fc.assert(
      fc.property(fc.bigInt(-(10n ** 12n), 10n ** 12n), (fen) => fenOfYuan(fenToYuan(fen)) === fen),
    );
    for (const bad of ['1.234', '1e3', '', ' 1', '１', '1.', '.5', '--1', 'NaN', '0x1'])
      expect(fenOfYuan(bad)).toBeUndefined();
  });

  it('time is Shanghai to the second, both ways', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 4_000_000_000 }),
        (s) => alipayTimeMs(alipayTime(s * 1000)) === s * 1000,
      ),
    );
    expect(alipayTimeMs('2026-13-40 00:00:00')).toBeUndefined();
  });

  it('an answer is a failure only where it certainly is one', () => {
    const of = (code: string, sub_code = '') => judge({ code, sub_code }).kind;
    expect(of('10000')).toBe('done');
    expect(of('40004', 'PAYEE_NOT_EXIST')).toBe('refused');
    expect(of('40002', 'isv.invalid-signature')).toBe('refused');
    for (const [code, sub] of [
      ['40004', 'SYSTEM_ERROR'],
      ['40004', 'ACQ.SYSTEM_ERROR'],
      ['20000', 'isp.unknow-error'],
      ['10003', ''],
      ['40002', 'isv.invalid-timestamp'],
      ['', ''],
    ] as const)
      expect(of(code, sub)).toBe('unknown');
  });

  it('the type of a private key is told with and without its header', () => {
    expect(keyTypeOf(app.privateKey)).toBe('PKCS8');
    expect(keyTypeOf(app.privateKey.replace(/-----.*-----/g, '').replace(/\s/g, ''))).toBe('PKCS8');
    expect(keyTypeOf('-----BEGIN RSA PRIVATE KEY-----')).toBe('PKCS1');
  });
});
