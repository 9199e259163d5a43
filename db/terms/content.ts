/** What articles are about, and what advertisers may not want to stand beside: the closed lists, with their names. */

export const CONTENT_CATEGORIES = {
  politics: { zh: '时政', en: 'Politics' },
  local: { zh: '民生', en: 'Local life' },
  economy: { zh: '财经', en: 'Economy' },
  agriculture: { zh: '三农', en: 'Agriculture' },
  education: { zh: '教育', en: 'Education' },
  health: { zh: '健康', en: 'Health' },
  tourism: { zh: '文旅', en: 'Tourism' },
  culture: { zh: '文化', en: 'Culture' },
  sports: { zh: '体育', en: 'Sports' },
  auto: { zh: '汽车', en: 'Cars' },
  realestate: { zh: '房产', en: 'Property' },
  food: { zh: '美食', en: 'Food' },
  technology: { zh: '科技', en: 'Technology' },
  law: { zh: '法治', en: 'Law' },
  military: { zh: '军事', en: 'Military' },
  weather: { zh: '气象', en: 'Weather' },
  entertainment: { zh: '娱乐', en: 'Entertainment' },
  family: { zh: '亲子', en: 'Family' },
  transport: { zh: '交通', en: 'Transport' },
  charity: { zh: '公益', en: 'Charity' },
} as const;
export type ContentCategory = keyof typeof CONTENT_CATEGORIES;
export const CONTENT_CATEGORY_KEYS = Object.keys(CONTENT_CATEGORIES) as [
  ContentCategory,
  ...ContentCategory[],
];

/** Brand safety. In targets they are content categories with this prefix: `{ not: { attribute: 'category', in: ['safety:disaster'] } }`. */
export const SAFETY_LABELS = {
  'safety:disaster': { zh: '灾难事故', en: 'Disasters and accidents' },
  'safety:crime': { zh: '犯罪暴力', en: 'Crime and violence' },
  'safety:death': { zh: '死亡讣告', en: 'Death' },
  'safety:leaders': { zh: '领导人活动', en: 'State leaders' },
  'safety:adult': { zh: '低俗色情', en: 'Adult' },
  'safety:gambling': { zh: '赌博毒品', en: 'Gambling and drugs' },
} as const;
export type SafetyLabel = keyof typeof SAFETY_LABELS;
export const SAFETY_KEYS = Object.keys(SAFETY_LABELS) as [SafetyLabel, ...SafetyLabel[]];
