/**
 * Chinese and English. Owns the choice of language (what was chosen, else the browser's) and how a
 * feature brings its words; refuses a word that lacks either language: the compiler says so. (A
 * library was tried first: it checks keys at run time and costs more bytes than all our words.)
 */
import { useSyncExternalStore } from 'react';
import { fill, type Values } from './fill.ts';

export type Language = 'zh' | 'en';
const STORED_LANGUAGE = 'hongze.language';

function preferredLanguage(): Language {
  const chosen = localStorage.getItem(STORED_LANGUAGE);
  if (chosen === 'zh' || chosen === 'en') return chosen;
  for (const tag of navigator.languages) {
    if (/^zh/i.test(tag)) return 'zh';
    if (/^en/i.test(tag)) return 'en';
  }
  return 'zh';
}

let language: Language = preferredLanguage();
const listeners = new Set<() => void>();

const markDocument = () => {
  document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
};
markDocument();

export function chooseLanguage(chosen: Language): void {
  localStorage.setItem(STORED_LANGUAGE, chosen);
  language = chosen;
  markDocument();
  for (const listener of listeners) listener();
}

export const currentLanguage = (): Language => language;

export const useLanguage = (): Language =>
  useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, currentLanguage);

/** Of the API's Chinese and English words, those to show; on a screen a sentence begins with a capital. */
export const said = ({ zh, en }: { zh: string; en: string }, language: Language): string =>
  language === 'en' ? en.charAt(0).toUpperCase() + en.slice(1) : zh;

export type Say<K extends string> = (key: K, values?: Values) => string;

/** A feature's words: `const useWords = defineWords({...zh}, {...en})`, then `say('key')`. */
export function defineWords<K extends string>(
  zh: Record<K, string>,
  en: Record<NoInfer<K>, string>,
): () => Say<K> {
  const sayIn = {
    zh: (key: K, values?: Values) => fill(zh[key], values),
    en: (key: K, values?: Values) => fill(en[key as NoInfer<K>], values),
  };
  return () => sayIn[useLanguage()];
}

/** Words for a closed list that the database owns; an unknown key (a newer server's) shows itself. */
export function defineLabels<K extends string>(
  labels: Record<K, readonly [zh: string, en: string]>,
): () => (key: string) => string {
  return () => {
    const at = useLanguage() === 'zh' ? 0 : 1;
    return (key) => labels[key as K]?.[at] ?? key;
  };
}
