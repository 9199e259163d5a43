/** An outlet's way to its first income: come in, a property, a placement, its tag. */
import { useOutletId } from '../../lib/acting.ts';
import { defineWords } from '../../lib/words.ts';
import { FirstSteps } from '../../ui/firstSteps.tsx';
import { useAdmission } from '../admission/data.ts';
import { usePlacements, useProperties } from '../placements/data.ts';

const useWords = defineWords(
  {
    title: '开始售卖只差这几步',
    admission: '完成入驻',
    admissionHint: '填写资质与收款账户，签署合同',
    property: '登记站点或应用',
    propertyHint: '网站、客户端、公众号、频道都可以',
    placement: '创建广告位',
    placementHint: '写明尺寸与底价，或用表格批量导入',
    tag: '接入代码并自检',
    tagHint: '打开广告位，把代码放到页面上',
  },
  {
    title: 'A few steps to your first income',
    admission: 'Complete onboarding',
    admissionHint: 'Papers, payee account, contract',
    property: 'Register a site or an app',
    propertyHint: 'A site, an app, an account, a channel',
    placement: 'Make a placement',
    placementHint: 'Its sizes and floor; or many at once by sheet',
    tag: 'Put the tag in and check it',
    tagHint: 'Open the placement and copy its code',
  },
);

/** For whoever has no income yet: that the tag runs shows by the income itself. */
export function OutletSteps() {
  const say = useWords();
  const admission = useAdmission(useOutletId());
  const properties = useProperties();
  const placements = usePlacements();
  if (!admission.data || !properties.data || !placements.data) return null;
  const to = '/placements';
  return (
    <FirstSteps
      title={say('title')}
      steps={[
        {
          title: say('admission'),
          hint: say('admissionHint'),
          to: '/admission',
          done: admission.data.status === 'active',
        },
        {
          title: say('property'),
          hint: say('propertyHint'),
          to,
          search: { property: 'new' },
          done: properties.data.length > 0,
        },
        {
          title: say('placement'),
          hint: say('placementHint'),
          to,
          search: { placement: 'new' },
          done: placements.data.length > 0,
        },
        { title: say('tag'), hint: say('tagHint'), to, done: false },
      ]}
    />
  );
}
