/** How good predictions are: logloss, AUC, and predicted over observed in slices. */

export function logloss(p: Float64Array, clicked: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < p.length; i++) {
    const q = Math.min(1 - 1e-9, Math.max(1e-9, p[i] as number));
    sum -= clicked[i] ? Math.log(q) : Math.log(1 - q);
  }
  return sum / p.length;
}

/** Chance that a click was ranked above a non-click. */
export function auc(p: Float64Array, clicked: Uint8Array): number {
  const order = Uint32Array.from(p, (_, i) => i).sort(
    (a, b) => (p[a] as number) - (p[b] as number),
  );
  let ranks = 0;
  let positives = 0;
  for (let rank = 0; rank < order.length; rank++) {
    if (!clicked[order[rank] as number]) continue;
    ranks += rank + 1;
    positives += 1;
  }
  const negatives = p.length - positives;
  return (ranks - (positives * (positives + 1)) / 2) / (positives * negatives);
}

export const ratio = (p: ArrayLike<number>, clicked: ArrayLike<number>): number =>
  sum(p) / Math.max(1, sum(clicked));

function sum(list: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < list.length; i++) total += list[i] as number;
  return total;
}

/** Predicted over observed in `n` slices of equal size, by time; the lowest and the highest. */
export function slices(
  p: Float64Array,
  clicked: ArrayLike<number> & { slice(from: number, to: number): ArrayLike<number> },
  n: number,
): [number, number] {
  let low = Number.POSITIVE_INFINITY;
  let high = 0;
  for (let s = 0; s < n; s++) {
    const from = Math.floor((s * p.length) / n);
    const to = Math.floor(((s + 1) * p.length) / n);
    const value = ratio(p.slice(from, to), clicked.slice(from, to));
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return [low, high];
}
