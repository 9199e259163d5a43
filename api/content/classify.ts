/**
 * What an article is about: categories, keywords, brand-safety labels, from its title and text. Owns the judgement, by the
 * house's dictionary and TF-IDF; deterministic, and for a person to correct. Some 300 µs an article.
 *
 * The segmenter is loaded on first use, in the process that classifies: its dictionary takes a third of a second and 60 MB.
 */
import type { Jieba, TfIdf } from '@node-rs/jieba';
import type { ContentCategory, SafetyLabel } from '../../db/terms/content.ts';
import { loadNative } from '../http/native.ts';
import { CHANNELS, DANGERS, HARMLESS, TOPICS } from './lexicon.ts';

export interface ArticleText {
  title: string;
  text: string;
  channel?: string | undefined;
}

export interface Classified {
  categories: ContentCategory[];
  keywords: string[];
  safety: SafetyLabel[];
}

/** Read of a long article: what it is about is said early. */
const MAX_READ = 4_000;
const MAX_CATEGORIES = 3;
const MAX_KEYWORDS = 12;
const TITLE_FACTOR = 3;
const CHANNEL_SCORE = 6;
/** A category is kept from this score, and from this share of the best one's. */
const LEAST_SCORE = 4;
const LEAST_SHARE = 0.45;
/** One deciding word in the title, or two of them in the text. */
const LEAST_DANGER = 4;

type Label = ContentCategory | SafetyLabel;

interface Tools {
  jieba: Jieba;
  tfIdf: TfIdf;
  /** What a word speaks for, and how strongly. */
  votes: Map<string, [label: Label, weight: number][]>;
}
let tools: Tools | undefined;

function load(): Tools {
  const native = loadNative<typeof import('@node-rs/jieba')>('@node-rs/jieba');
  const data = loadNative<typeof import('@node-rs/jieba/dict')>('@node-rs/jieba/dict');
  const votes: Tools['votes'] = new Map();
  const own = new Set<string>(HARMLESS);
  for (const [label, list] of Object.entries({ ...TOPICS, ...DANGERS })) {
    for (const entry of list) {
      const word = entry.replace('*', '');
      own.add(word);
      const known = votes.get(word) ?? [];
      known.push([label as Label, entry.endsWith('*') ? 2 : 1]);
      votes.set(word, known);
    }
  }
  const jieba = native.Jieba.withDict(data.dict);
  // Frequent enough that a phrase of ours is never cut into its parts.
  jieba.loadDict(Buffer.from([...own].map((word) => `${word} 200000 n`).join('\n')));
  tools = { jieba, tfIdf: native.TfIdf.withDict(data.idf), votes };
  return tools;
}

function scoresOf({ jieba, votes }: Tools, article: ArticleText): Map<Label, number> {
  const counts = new Map<string, number>();
  const count = (text: string, factor: number): void => {
    for (const word of jieba.cut(text, false)) {
      if (votes.has(word)) counts.set(word, (counts.get(word) ?? 0) + factor);
    }
  };
  count(article.title, TITLE_FACTOR);
  count(article.text.slice(0, MAX_READ), 1);
  const scores = new Map<Label, number>();
  for (const [word, times] of counts) {
    for (const [label, weight] of votes.get(word) ?? []) {
      // The tenth mention says little more than the third.
      scores.set(label, (scores.get(label) ?? 0) + weight * (1 + Math.log2(times)));
    }
  }
  const channel = article.channel === undefined ? undefined : channelOf(article.channel);
  if (channel) scores.set(channel, (scores.get(channel) ?? 0) + CHANNEL_SCORE);
  return scores;
}

const channelOf = (name: string): ContentCategory | undefined =>
  Object.entries(CHANNELS).find(([word]) => name.includes(word))?.[1];

/** Words one would search by: two characters or more, no numbers. */
const isKeyword = (word: string): boolean =>
  word.length >= 2 && word.length <= 12 && /^\p{L}[\p{L}\p{N}]*$/u.test(word);

export function classify(article: ArticleText): Classified {
  const ready = tools ?? load();
  const scores = [...scoresOf(ready, article)].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
  const topics = scores.filter((one): one is [ContentCategory, number] => one[0] in TOPICS);
  const best = topics[0]?.[1] ?? 0;
  const text = `${article.title}。${article.title}。${article.text.slice(0, MAX_READ)}`;
  return {
    categories: topics
      .filter(([, score]) => score >= LEAST_SCORE && score >= best * LEAST_SHARE)
      .slice(0, MAX_CATEGORIES)
      .map(([label]) => label),
    keywords: ready.tfIdf
      .extractKeywords(ready.jieba, text, MAX_KEYWORDS * 2)
      .map((one) => one.keyword)
      .filter(isKeyword)
      .slice(0, MAX_KEYWORDS),
    safety: scores
      .filter((one): one is [SafetyLabel, number] => one[0] in DANGERS && one[1] >= LEAST_DANGER)
      .map(([label]) => label),
  };
}
