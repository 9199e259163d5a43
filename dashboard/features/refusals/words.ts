/** The exchange's reasons for people; a payment's reason comes with its own words. */
import { defineLabels } from '../../lib/words.ts';

export const useReasonWords = defineLabels({
  malformed: ['请求无法解析', 'Request cannot be read'],
  invalid_request: ['请求不合规范', 'Request breaks the specification'],
  unknown_placement: ['广告位不存在', 'No such placement'],
  forged: ['令牌伪造或被改动', 'Token forged or altered'],
  expired: ['令牌已过期', 'Token expired'],
  replayed: ['重复回调', 'Replayed'],
});
