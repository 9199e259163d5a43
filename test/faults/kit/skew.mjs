/** Loaded before a program: its clock is wrong by SKEW_MS, as a machine's is whose time nobody keeps. */
const skewMs = Number(process.env.SKEW_MS ?? 0);
const Right = Date;
const now = () => Right.now() + skewMs;

globalThis.Date = new Proxy(Right, {
  construct: (target, args) => Reflect.construct(target, args.length === 0 ? [now()] : args),
  apply: () => new Right(now()).toString(),
  get: (target, name) => (name === 'now' ? now : Reflect.get(target, name)),
});
