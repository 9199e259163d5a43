/**
 * Delivery's front door: what the market is goes out to the bidding nodes, what they may spend goes out to Redis, and stops go
 * out to everybody. The arrows back from PostgreSQL to bidding all start here.
 */
export { type GrantPass, grantBudgets } from './budgets.ts';
export { forecastTarget, type TargetForecast } from './forecast.ts';
export { pace } from './pacing.ts';
export {
  type DeliveryContext,
  publishChanges,
  publishSnapshot,
  refreshSnapshot,
} from './publish.ts';
export { learnRates } from './rates.ts';
export { keepSamples } from './samples.ts';
export { stopOver } from './stopped.ts';
export {
  confirmStop,
  liftStop,
  listStops,
  placeStop,
  recordReceipts,
  type StopView,
} from './stops.ts';
