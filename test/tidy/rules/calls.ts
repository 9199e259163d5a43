/** Calls that do not belong where they stand: clocks, dice, floating money, stray output. */
import { MONEY_SLICES } from '../rooms.ts';
import { lineAt, type Node, type Rule, type Source, walk } from '../source.ts';

interface Ban {
  rule: string;
  remedy: string;
  where: RegExp;
  except?: RegExp;
  matches: (node: Node, text: string) => boolean;
}

/** The main programs hand the real clock down; nobody below reads it. Scripts for a browser are on their own. */
const MAINS = /^((api|bidding)\/(server|worker|edge)\.ts|bidding\/render\/\w+\.mjs)$/;
const MONEY = new RegExp(`^api/(${MONEY_SLICES.join('|')})/`);

const BANS: Ban[] = [
  {
    rule: 'the clock is an argument',
    remedy: 'take `clock: Clock`; only the main programs read the host’s clock',
    where: /^(api|bidding|db\/(terms|seed))\//,
    except: MAINS,
    matches: (node, text) =>
      callee(node, text) === 'Date.now' ||
      (node.type === 'NewExpression' &&
        nameOf(node.callee, text) === 'Date' &&
        (node.arguments as unknown[]).length === 0),
  },
  {
    rule: 'chance is an argument',
    remedy: 'take a seeded source of chance, so that a run can be repeated',
    where: /^(api|bidding|db)\//,
    except: MAINS,
    matches: (node, text) => callee(node, text) === 'Math.random',
  },
  {
    rule: 'the engine measures no time',
    remedy: 'measure in bidding/http or bidding/server.ts',
    where: /^bidding\/(engine|openrtb|wire)\//,
    matches: (node, text) => /^(performance\.now|process\.hrtime)/.test(callee(node, text)),
  },
  {
    rule: 'no console output from the product',
    remedy: 'log through pino with a request id; commands of run/ and test/ may print',
    where: /^(api|bidding|db|dashboard)\//,
    except: /^api\/statements\/verify\.ts$/,
    matches: (node, text) => /^console\.\w+$/.test(callee(node, text)),
  },
  {
    rule: 'money is never a fraction',
    remedy: 'read with db/terms/money.ts: µCNY as bigint, fen as integers',
    where: MONEY,
    matches: (node, text) => /^(Number\.)?parseFloat$|\.toFixed$/.test(callee(node, text)),
  },
  {
    rule: 'money stays a bigint',
    remedy: 'keep µCNY in bigint; turn it into text at the edge',
    where: MONEY,
    matches: (node, text) =>
      callee(node, text) === 'Number' &&
      (node.arguments as Node[]).some((argument) => /MicroCny$/.test(slice(argument, text))),
  },
];

export const bannedCalls: Rule = (sources) =>
  sources.flatMap((source) => {
    const bans = BANS.filter(
      ({ where, except }) => where.test(source.path) && !except?.test(source.path),
    );
    return bans.length === 0 ? [] : violations(source, bans);
  });

function violations(source: Source, bans: Ban[]) {
  const found: ReturnType<Rule> = [];
  walk(source.tree, (node) => {
    if (node.type !== 'CallExpression' && node.type !== 'NewExpression') return;
    for (const { rule, remedy, matches } of bans) {
      if (!matches(node, source.text)) continue;
      found.push({ path: source.path, line: lineAt(source.text, node.start), rule, remedy });
    }
  });
  return found;
}

const slice = (node: Node, text: string) => text.slice(node.start, node.end);
const nameOf = (node: unknown, text: string) => slice(node as Node, text);
const callee = (node: Node, text: string) =>
  node.type === 'CallExpression' ? nameOf(node.callee, text) : '';
