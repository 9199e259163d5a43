/** What a check of ours found about a thing, in two languages, with what to do about it. */
export interface Finding {
  code: string;
  /** `fails`: it cannot stand; `warns`: a person should look. */
  severity: 'fails' | 'warns';
  zh: string;
  en: string;
  /** What would mend it. */
  fix?: { zh: string; en: string };
}
