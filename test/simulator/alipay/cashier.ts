/** The small cashier page: shows what is to be paid and a button that pays it. No scripts, one form. */
import type { Trade } from './records.ts';
import { fenText } from './wire.ts';

const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);

const STATUS: Record<Trade['status'], string> = {
  WAIT_BUYER_PAY: '待付款 Waiting for payment',
  TRADE_SUCCESS: '支付成功 Paid',
  TRADE_CLOSED: '交易关闭 Closed',
  TRADE_FINISHED: '交易完成 Finished',
};

export function cashierPage(trade: Trade): string {
  const open = trade.status === 'WAIT_BUYER_PAY';
  const button = open
    ? `<form method="post" action="/cashier/${trade.tradeNo}/pay"><button type="submit" id="pay">确认付款 Pay</button></form>`
    : trade.returnUrl
      ? `<p><a id="return" href="${escapeHtml(trade.returnUrl)}">返回商户 Back to the merchant</a></p>`
      : '';
  return `<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>收银台 Cashier</title><style>
body{font:16px/1.6 system-ui,"PingFang SC","Microsoft YaHei",sans-serif;background:#f5f7fa;margin:0;color:#1f2329}
main{max-width:420px;margin:10vh auto;background:#fff;border-radius:12px;padding:32px;box-shadow:0 2px 12px #0001}
h1{font-size:18px;margin:0 0 4px}.amount{font-size:36px;font-weight:600;font-variant-numeric:tabular-nums}
button{width:100%;padding:12px;border:0;border-radius:8px;background:#1677ff;color:#fff;font-size:16px}
small{color:#667}</style></head><body><main>
<h1>${escapeHtml(trade.subject)}</h1><small>${escapeHtml(trade.outTradeNo)}</small>
<p class="amount">¥${fenText(trade.amountFen)}</p><p id="status">${STATUS[trade.status]}</p>${button}
<p><small>本地模拟网关，不涉及真实资金。A local gateway: no real money moves.</small></p></main></body></html>`;
}
