/**
 * Finding many words in a text at once, through spacing and look-alikes. Owns normalisation (NFKC, lower case, common
 * traditional forms, separators out) with a way back to the original's positions, and an Aho–Corasick automaton. Pure.
 */

/** Traditional and look-alike forms of characters that the lists use. */
const VARIANTS = new Map(
  Object.entries({
    國: '国', 級: '级', 極: '极', 優: '优', 強: '强', 獨: '独', 無: '无', 僅: '仅', 頂: '顶', 銷: '销', 價: '价',
    進: '进', 專: '专', 務: '务', 總: '总', 賭: '赌', 運: '运', 藥: '药', 療: '疗', 癒: '愈', 愈: '愈', 證: '证',
    險: '险', 賺: '赚', 錄: '录', 過: '过', 煙: '烟', 菸: '烟', 電: '电', 處: '处', 醫: '医', 癌: '癌', 領: '领',
    導: '导', 憲: '宪', 軍: '军', 歲: '岁', 槍: '枪', 絕: '绝', 萬: '万', 壓: '压', 減: '减', 肥: '肥', 歷: '历',
  }),
); // biome-ignore format: a table

export interface Normalised {
  text: string;
  /** Of each code unit of `text`, where it began in the original. */
  starts: number[];
  /** … and where it ended. */
  ends: number[];
}

// Letters and digits of any script stay; spaces, punctuation, symbols and invisible characters are how people hide words.
const KEEP = /[\p{L}\p{N}%]/u;

export function normalise(original: string): Normalised {
  let text = '';
  const starts: number[] = [];
  const ends: number[] = [];
  let at = 0;
  for (const character of original) {
    const end = at + character.length;
    for (const folded of character.normalize('NFKC').toLowerCase()) {
      const plain = VARIANTS.get(folded) ?? folded;
      if (!KEEP.test(plain)) continue;
      text += plain;
      for (let i = 0; i < plain.length; i++) {
        starts.push(at);
        ends.push(end);
      }
    }
    at = end;
  }
  return { text, starts, ends };
}

interface Node {
  next: Map<string, number>;
  fail: number;
  /** Words that end here, by index, with those of its suffixes. */
  words: number[];
}

export interface Match {
  word: number;
  start: number;
  end: number;
}

export interface Automaton {
  /** All occurrences, overlapping ones included, in positions of the given (normalised) text. */
  find(text: string): Match[];
}

/** Words must be normalised already. Linear in the text, however many words there are. */
export function buildAutomaton(words: readonly string[]): Automaton {
  const nodes: Node[] = [{ next: new Map(), fail: 0, words: [] }];
  const node = (index: number): Node => nodes[index] as Node;
  words.forEach((word, index) => {
    let at = 0;
    for (const unit of word) {
      const known = node(at).next.get(unit);
      if (known !== undefined) at = known;
      else {
        nodes.push({ next: new Map(), fail: 0, words: [] });
        node(at).next.set(unit, nodes.length - 1);
        at = nodes.length - 1;
      }
    }
    node(at).words.push(index);
  });
  const queue = [...node(0).next.values()];
  for (const current of queue) {
    for (const [unit, child] of node(current).next) {
      let fail = node(current).fail;
      while (fail !== 0 && !node(fail).next.has(unit)) fail = node(fail).fail;
      const target = node(fail).next.get(unit);
      node(child).fail = target !== undefined && target !== child ? target : 0;
      node(child).words.push(...node(node(child).fail).words);
      queue.push(child);
    }
  }
  return { find: (text) => findAll(nodes, words, text) };
}

function findAll(nodes: Node[], words: readonly string[], text: string): Match[] {
  const node = (index: number): Node => nodes[index] as Node;
  const found: Match[] = [];
  let at = 0;
  let end = 0;
  for (const unit of text) {
    end += unit.length;
    while (at !== 0 && !node(at).next.has(unit)) at = node(at).fail;
    at = node(at).next.get(unit) ?? 0;
    for (const word of node(at).words) {
      found.push({ word, start: end - (words[word] as string).length, end });
    }
  }
  return found;
}
