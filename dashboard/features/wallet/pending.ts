/** The top-up that someone left for Alipay with, so that coming back can say how it went. */

const KEY = 'hongze.topUp';

export const rememberTopUp = (id: number): void => sessionStorage.setItem(KEY, String(id));
export const forgetTopUp = (): void => sessionStorage.removeItem(KEY);

export function pendingTopUp(): number | undefined {
  const id = Number(sessionStorage.getItem(KEY));
  return Number.isSafeInteger(id) && id > 0 ? id : undefined;
}
