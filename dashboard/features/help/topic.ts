/** What help says of one screen, in both languages. */
export interface Text {
  what: string;
  steps: readonly string[];
  terms?: readonly (readonly [term: string, meaning: string])[];
}

export interface Topic {
  zh: Text;
  en: Text;
}
