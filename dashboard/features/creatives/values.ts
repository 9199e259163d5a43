/** What the form of a creative holds. */
import type { Category, CreativeContent, Format } from '../../../db/terms/market.ts';

export interface Values {
  name: string;
  format: Format;
  w?: number | null;
  h?: number | null;
  content: CreativeContent;
  landingUrl: string;
  category: Category;
  approvalNo?: string | null;
  approvalExpiresOn?: string | null;
  aiGenerated: boolean;
  isPsa: boolean;
}
