/** Who is in an audience, in words. */
import type { Audience } from './data.ts';
import { useAudienceWords, useContentLabel } from './words.ts';

export function useDefinition(): (audience: Audience) => string {
  const say = useAudienceWords();
  const label = useContentLabel();
  return ({ definition }) => {
    if ('action' in definition) {
      const { action, withinDays, atLeast } = definition;
      return say('saysAction', { action: say(action), days: withinDays, n: atLeast });
    }
    if ('categories' in definition) {
      const { withinDays, atLeast, categories } = definition;
      const names = categories.map(label).join('、');
      return say('saysInterest', { days: withinDays, n: atLeast, categories: names });
    }
    return say('saysUpload');
  };
}
