/** Every Redis key, in one place. Braces pin what one script touches to one slot of a Redis Cluster. */
export const keys = {
  /** The full snapshot, gzipped JSON, as one string; its version beside it. */
  snapshot: 'snapshot:{s}:full',
  snapshotVersion: 'snapshot:{s}:version',
  /** Stream of deltas: field `v` version, field `d` JSON. */
  snapshotDeltas: 'snapshot:{s}:deltas',
  /** Click and conversion model (engine/rateLearner.ts), gzipped. */
  model: 'snapshot:{s}:model',
  /** Event streams; a tracker writes to shard = hash(eventKey) mod EVENT_SHARDS. */
  events: (shard: number): string => `events:{e${shard}}`,
  /** Names this life of a stream's Redis: gone with its data. See bidding/state/kept.ts. */
  eventsLife: (shard: number): string => `events:{e${shard}}:life`,
  /** Which consumer has taken an event stream in hand, and since when. */
  eventsHolder: (shard: number): string => `events:{e${shard}}:holder`,
  /** Refused tracker calls: bounded stream, kept for people. */
  rejected: 'events:{e0}:rejected',
  /** Central budget pool of a line item and business day: hash. See bidding/state/leases.ts. */
  budget: (lineItemId: number, day: string): string => `budget:{${lineItemId}}:${day}`,
  /** Packed frequency counters of a user. */
  caps: (userHash: string): string => `caps:{${userHash}}`,
  /** Packed segments of a user; in the slot of the counters, beside which it is read. */
  segments: (userHash: string): string => `segments:{${userHash}}`,
  /** Set once every segment is in Redis; gone with a lost Redis, which tells api/audiences to write them all again. */
  segmentsWritten: 'segments:written',
  /** What a page is about: see wire/page.ts. */
  page: (hash: string): string => `page:{${hash}}`,
  /** As `segmentsWritten`, of the pages. */
  pagesWritten: 'page:written',
  /** Articles of the outlets' feed on their way to be classified: stream. */
  articles: 'articles:{a}',
  /** What readers read about, gathered by nodes: stream, fields `atMs` and `views`. */
  interests: 'interests:{i}',
  /** Events already appended (replay guard before metering's own); in the slot of its stream, so that one script does both. */
  seen: (shard: number, eventKey: string): string => `seen:{e${shard}}:${eventKey}`,
  /** Published auctions for the operators' live wall: capped stream. */
  live: 'live:{l}',
  /** What readers say through an ad's menu: capped stream, field `f`. See wire/feedback.ts. */
  feedback: 'feedback:{f}',
  /** Prices that supply partners report: stream, field `r`. See wire/partner.ts. */
  partnerReports: 'partners:{p}:reports',
  /** Health of demand partners as each node sees them: hash, refreshed each second while there are any. */
  partnerHealth: 'partners:{p}:health',
  /** Sampled requests (wire/sample.ts): bounded stream, field `s` lines. */
  samples: 'samples:{q}',
  /** How far a player's chain of proofs has come: hash seq, hash. */
  proofHead: (placementId: number): string => `proofs:{${placementId}}:head`,
  /** Health of bidding nodes: hash node → JSON, refreshed each second. */
  nodes: 'nodes:{n}',
} as const;

export const EVENT_SHARDS = 4;
export const METERING_GROUP = 'metering';
