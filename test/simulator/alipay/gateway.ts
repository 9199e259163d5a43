/**
 * Our own Alipay gateway: HTTP in Alipay's real wire format with RSA2 both ways, an account book, notifies, bills and
 * switchable faults, on whatever clock it is given. The product's code cannot tell it from the real one but by URL.
 * Owns routing and the order of refusals; the rules are in methods.ts, the money in book.ts.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Clock, Day } from '../../../db/terms/day.ts';
import { addDays, dayOf, dayStartMs } from '../../../db/terms/day.ts';
import { billZip } from './bills.ts';
import { createBook, GatewayError } from './book.ts';
import { cashierPage } from './cashier.ts';
import { type CallFault, createFaults } from './faults.ts';
import { type Biz, METHODS, type MethodContext, openCashier } from './methods.ts';
import { createNotifies, type NotifyOptions } from './notifies.ts';
import {
  mergeParams,
  type Params,
  readBody,
  requestSignatureHolds,
  signedResponse,
  v3Headers,
  v3SignatureHolds,
} from './wire.ts';

const BILL_URL_LIVES_MS = 30_000;
const TIMESTAMP_TOLERANCE_MS = 15 * 60_000;
/** The bill of a day is there from nine in the morning after. */
const BILL_READY_AFTER_MS = 9 * 3_600_000;

export interface GatewayOptions {
  /** 0 or absent: any free port. */
  port?: number;
  clock: Clock;
  appId: string;
  sellerId: string;
  /** PEM: verifies requests. */
  appPublicKey: string;
  /** PEM: signs responses and notifies. */
  gatewayPrivateKey: string;
  openingFen?: bigint;
  feePpm?: number;
  maxTransferFen?: bigint;
  /** Source of chance for faults; a constant when absent. */
  random?: () => number;
  postNotify?: NotifyOptions['post'];
}

const SUB_SYSTEM_ERROR = {
  code: '40004',
  msg: 'Business Failed',
  sub_code: 'SYSTEM_ERROR',
  sub_msg: '系统繁忙',
};
const UNAVAILABLE = {
  code: '20000',
  msg: 'Service Currently Unavailable',
  sub_code: 'isp.unknow-error',
  sub_msg: '系统繁忙',
};

export function createGateway(options: GatewayOptions) {
  const { clock, appId, sellerId, gatewayPrivateKey, appPublicKey } = options;
  const book = createBook(options);
  const faults = createFaults(options.random ?? (() => 0));
  const notifies = createNotifies({
    clock,
    faults,
    appId,
    sellerId,
    privateKey: gatewayPrivateKey,
    post: options.postNotify,
  });
  const billTokens = new Map<string, { day: Day; expiresMs: number }>();
  const hanging = new Set<ServerResponse>();
  let port = options.port ?? 0;
  let calls = 0;

  const publicUrl = () => `http://127.0.0.1:${port}`;

  function billUrl(day: Day): string | undefined {
    if (clock() < dayStartMs(addDays(day, 1)) + BILL_READY_AFTER_MS) return undefined;
    if (faults.nextBill() === 'missing') {
      faults.drawBill();
      return undefined;
    }
    calls += 1;
    const token = `${day}-${clock()}-${calls}`;
    billTokens.set(token, { day, expiresMs: clock() + BILL_URL_LIVES_MS });
    return `${publicUrl()}/downloadBill?token=${token}`;
  }

  const context = (notifyUrl: string | null): MethodContext => ({
    book,
    clock,
    sellerId,
    publicUrl,
    notifyUrl,
    billUrl,
    onRefund: (trade, outRequestNo) =>
      notifies.refunded(trade, outRequestNo, book.refundedFen(trade)),
  });

  /** Runs one method against the book; a refusal becomes the response's fields. */
  function run(method: string, biz: Biz, notifyUrl: string | null): object {
    const handler = METHODS[method];
    if (!handler)
      return {
        code: '40002',
        msg: 'Invalid Arguments',
        sub_code: 'isv.invalid-method',
        sub_msg: '不存在的方法名',
      };
    try {
      return handler(context(notifyUrl), biz);
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error;
      return {
        code: error.code,
        msg: 'Business Failed',
        sub_code: error.subCode,
        sub_msg: error.message,
      };
    }
  }

  /** Answers badly. Returns the payload to sign, or undefined when the connection has been dealt with. */
  function misbehave(kind: CallFault, response: ServerResponse): object | undefined {
    switch (kind) {
      case 'system_error':
        return SUB_SYSTEM_ERROR;
      case 'unavailable':
        return UNAVAILABLE;
      case 'hang':
        hanging.add(response);
        response.on('close', () => hanging.delete(response));
        return undefined;
      case 'http_502':
        response.writeHead(502).end('<html>Bad Gateway</html>');
        return undefined;
      case 'reset':
        response.socket?.resetAndDestroy();
        return undefined;
      case 'garbage':
        response.writeHead(200).end('<html>maintenance</html>');
        return undefined;
      case 'bad_signature':
        return { code: '10000', msg: 'Success', status: 'SUCCESS' };
    }
  }

  const refusal = (subCode: string, message: string) => ({
    code: '40002',
    msg: 'Invalid Arguments',
    sub_code: subCode,
    sub_msg: message,
  });

  function requestError(params: Params): object | undefined {
    if (params.app_id !== appId) return refusal('isv.invalid-app-id', '无效的AppID参数');
    if (!requestSignatureHolds(params, appPublicKey))
      return refusal('isv.invalid-signature', '验签出错');
    const sentMs = Date.parse(`${params.timestamp?.replace(' ', 'T')}+08:00`);
    if (!(Math.abs(sentMs - clock()) <= TIMESTAMP_TOLERANCE_MS))
      return refusal('isv.invalid-timestamp', '非法的时间戳参数');
    return undefined;
  }

  function parseBiz(params: Params): Biz {
    try {
      return JSON.parse(params.biz_content ?? '{}') as Biz;
    } catch {
      return {};
    }
  }

  async function v2(url: URL, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const params = mergeParams(url, await readBody(request));
    const method = params.method ?? '';
    const wrong = requestError(params);
    if (method === 'alipay.trade.page.pay') return pagePay(params, wrong, response);
    const fault = wrong ? undefined : faults.drawCall(method);
    const biz = parseBiz(params);
    const honest =
      wrong ?? (fault?.when === 'before' ? {} : run(method, biz, params.notify_url ?? null));
    const payload = fault ? misbehave(fault.kind, response) : honest;
    if (!payload) return;
    let body = signedResponse(method, payload, gatewayPrivateKey);
    if (fault?.kind === 'bad_signature') body = body.replace('"sign":"', '"sign":"AAAA');
    response.writeHead(200, { 'content-type': 'text/html;charset=utf-8', trace_id: `t${calls++}` });
    response.end(body);
  }

  function pagePay(params: Params, wrong: object | undefined, response: ServerResponse): void {
    const html = { 'content-type': 'text/html;charset=utf-8' };
    if (wrong) return void response.writeHead(400, html).end(JSON.stringify(wrong));
    try {
      const trade = openCashier(
        context(params.notify_url ?? null),
        parseBiz(params),
        params.return_url ?? null,
      );
      response.writeHead(302, { location: `/cashier/${trade.tradeNo}` }).end();
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error;
      response.writeHead(400, html).end(`${error.subCode} ${error.message}`);
    }
  }

  async function v3(url: URL, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const raw = await readBody(request);
    const method = url.pathname.slice('/v3/'.length).replaceAll('/', '.');
    const respond = (status: number, payload: object) => {
      const body = JSON.stringify(payload);
      response.writeHead(status, v3Headers(body, clock(), gatewayPrivateKey)).end(body);
    };
    if (v3SignatureHolds(request, raw, appPublicKey) !== appId)
      return respond(401, { code: 'invalid-signature', message: '验签出错', links: [] });
    const query = Object.fromEntries(url.searchParams);
    const biz: Biz = raw ? { ...query, ...(JSON.parse(raw) as Biz) } : query;
    const { code, msg, sub_code, sub_msg, ...fields } = run(
      method,
      biz,
      String(biz.notify_url ?? '') || null,
    ) as Record<string, unknown>;
    if (code === '10000') return respond(200, fields);
    respond(400, { code: sub_code ?? code, message: sub_msg ?? msg, links: [] });
  }

  function tradeByNo(tradeNo: string | undefined) {
    return [...book.trades.values()].find((t) => t.tradeNo === tradeNo);
  }

  async function cashier(url: URL, request: IncomingMessage, response: ServerResponse) {
    const [, , tradeNo, verb] = url.pathname.split('/');
    const trade = tradeByNo(tradeNo);
    if (!trade) return void response.writeHead(404).end();
    if (request.method === 'POST' && verb === 'pay' && trade.status === 'WAIT_BUYER_PAY')
      pay(trade.outTradeNo);
    response.writeHead(200, { 'content-type': 'text/html;charset=utf-8' }).end(cashierPage(trade));
  }

  function download(url: URL, response: ServerResponse): void {
    const token = billTokens.get(url.searchParams.get('token') ?? '');
    if (!token || token.expiresMs < clock()) return void response.writeHead(403).end('expired');
    const zip = billZip(token.day, sellerId, book.movements, clock(), faults.drawBill());
    response.writeHead(200, { 'content-type': 'application/zip' }).end(zip);
  }

  function pay(outTradeNo: string, late = false): void {
    notifies.paid(book.pay(outTradeNo, late));
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', publicUrl());
    if (url.pathname === '/gateway.do') return v2(url, request, response);
    if (url.pathname.startsWith('/v3/')) return v3(url, request, response);
    if (url.pathname.startsWith('/cashier/')) return cashier(url, request, response);
    if (url.pathname === '/downloadBill') return download(url, response);
    if (url.pathname === '/health') return void response.end('ok');
    response.writeHead(404).end();
  }

  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => {
      console.error('gateway', error);
      if (!response.headersSent) response.writeHead(500).end();
    });
  });

  return {
    book,
    faults,
    notifies,
    pay,
    /** What the product is configured with: `ALIPAY_GATEWAY`. */
    get url() {
      return `${publicUrl()}/gateway.do`;
    },
    get endpoint() {
      return publicUrl();
    },
    async listen(): Promise<string> {
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject).listen(port, '127.0.0.1', resolve);
      });
      port = (server.address() as AddressInfo).port;
      return `${publicUrl()}/gateway.do`;
    },
    async close(): Promise<void> {
      for (const response of hanging) response.socket?.destroy();
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
    /** The day that `clock` shows: for callers that only have the gateway. */
    today: (): Day => dayOf(clock()),
  };
}

export type Gateway = ReturnType<typeof createGateway>;
