/** Help for the screens of those who buy and sell. */
import type { Topic } from './topic.ts';

export const TRADE_TOPICS: Record<string, Topic> = {
  'line-items': {
    zh: {
      what: '投放单元决定投到哪里、给谁看、出多少价、展示什么。',
      steps: [
        '“为什么没跑起来”逐项检查余额、日期、审核、底价与定向，照着改即可。',
        '修改数秒内生效；别人先改过时会告诉你是谁，可载入对方的或仍保存自己的。',
      ],
    },
    en: {
      what: 'A line item says where, to whom, at what price and with what.',
      steps: [
        '“Why is it not spending” looks at balance, dates, review, floors and targeting, point by point.',
        'A change holds within seconds; where somebody was first you see who, and choose.',
      ],
    },
  },
  plans: {
    zh: {
      what: '填预算、日期与目标，系统给出省、市、县三级的媒介方案、价格与理由。',
      steps: [
        '打开一行可改日期、数量或移出方案。',
        '方案不占资源；转为订单与推广计划后才预留和投放。',
      ],
    },
    en: {
      what: 'Give budget, dates and a goal; a plan across province, city and county comes back with prices and reasons.',
      steps: [
        'Open a line to change its days or amount, or to take it out.',
        'A plan holds nothing until it becomes an order and a campaign.',
      ],
    },
  },
  audiences: {
    zh: {
      what: '一组读者：来自上传名单、点击与转化行为，或阅读兴趣。',
      steps: [
        '上传的是哈希后的标识，平台不知道他们是谁。',
        '在投放单元的“人群”里按任一、同时、排除使用。',
      ],
    },
    en: {
      what: 'A group of readers: from a list, from clicks and conversions, or from what they read.',
      steps: [
        'Lists hold hashed identifiers; nobody here can name who is on them.',
        'Use them in a line item under “Who”: in any, in all, in none.',
      ],
    },
  },
  deals: {
    zh: {
      what: '与一家媒体约定价格和广告位，优先于公开竞价。',
      steps: [
        '一方提出，另一方同意同样的条件即生效；还价后须对方再次同意。',
        '保量交易按约定展现数交付。',
      ],
    },
    en: {
      what: 'A price and placements agreed with one outlet, ahead of the open auction.',
      steps: [
        'It holds once both sides agree to the very same terms; a counter-offer wants the other’s word again.',
        'A guaranteed deal delivers the impressions agreed.',
      ],
    },
  },
  invoices: {
    zh: {
      what: '广告主向平台要票，媒体向平台开票；开错的用红字确认单冲回。',
      steps: ['先填开票抬头。', '红字确认单由对方在 72 小时内确认，随后销售方登记红字发票。'],
      terms: [['价税合计', '不含税金额加税额，与结算单金额一致。']],
    },
    en: {
      what: 'Advertisers ask the platform for invoices, outlets send theirs; a wrong one is taken back by a red letter.',
      steps: [
        'Enter the invoice title first.',
        'The other side confirms a red letter within 72 hours; then the seller records the red invoice.',
      ],
      terms: [['Total', 'Amount and tax together; it equals the statement.']],
    },
  },
  papers: {
    zh: {
      what: '资质与广告审查批准文号的保险箱，到期前 30 天提醒。',
      steps: [
        '提交编号、有效期与扫描件，平台核验。',
        '特殊行业的创意须写明已核验的批准文号；过期即停用。',
      ],
    },
    en: {
      what: 'The vault of licences, permits and approval numbers; you are told 30 days before one ends.',
      steps: [
        'File number, dates and a scan; the platform checks them.',
        'Creatives of special trades name a verified approval; once it has ended it no longer counts.',
      ],
    },
  },
  feedback: {
    zh: {
      what: '读者在广告上点的“举报”与“不感兴趣”，按创意与原因归并。',
      steps: [
        '平台锁定、作出结论，成立的可同时停投。',
        '广告主可回复一次；媒体可在“素材验收”里拒绝该创意。',
      ],
    },
    en: {
      what: 'Reports and dislikes that readers chose on ads, one case a creative and reason.',
      steps: [
        'The platform locks a case and answers it; an upheld one may stop the creative.',
        'The advertiser replies once; an outlet may refuse the creative on its media.',
      ],
    },
  },
  reports: {
    zh: {
      what: '按日期、区县、计划、媒体等查看消耗；金额与账本一致。',
      steps: ['大报表用“后台导出”，完成后下载。', '“定时报表”按天、周、月自动生成。'],
    },
    en: {
      what: 'Spend by day, county, campaign, outlet and more; amounts as the ledger has them.',
      steps: [
        'Large ones are made in the background; download them when ready.',
        'Schedules make one every day, week or month.',
      ],
    },
  },
  income: {
    zh: {
      what: '媒体的分成收入：按日、按广告位，含今天正在发生的。',
      steps: ['今日实时消耗到整点结算为收入。', '每月结算单出来后，在这里提示你确认。'],
    },
    en: {
      what: 'What the outlet earns: by day, by placement, and what runs today.',
      steps: [
        'Today’s spend becomes income at the full hour.',
        'When a month’s statement is out, you are asked here to confirm it.',
      ],
    },
  },
  'rate-card': {
    zh: {
      what: '广告位的公开价格，按生效日期排列。',
      steps: ['发布的价格不能改，只能由更晚生效的价格接替。', '已下的订单仍按下单时的价格。'],
    },
    en: {
      what: 'Published prices of placements, by the day from which they hold.',
      steps: [
        'A price is never rewritten, only followed by a later one.',
        'Orders made keep the price they were made at.',
      ],
    },
  },
  'creatives-shown': {
    zh: {
      what: '近 14 天在本媒体出现过的创意。',
      steps: ['不合适的点开后拒绝：两秒内停止在本媒体投放。', '拒绝可随时撤回；其他媒体不受影响。'],
    },
    en: {
      what: 'Creatives that ran on your media in the last 14 days.',
      steps: [
        'Open one that does not fit and refuse it: it stops here within two seconds.',
        'A refusal can be taken back; other outlets are not touched.',
      ],
    },
  },
  admission: {
    zh: {
      what: '媒体入驻：材料、审核、签署合同、复核生效。',
      steps: [
        '还差什么，页面上逐项列出。',
        '收款户名须与机构名称一致，否则打款会被支付宝退回。',
        '平台答复前，媒体可撤回提交；媒体签署前，运营可附原因撤回审核结论，合同草稿随之作废。',
      ],
    },
    en: {
      what: 'An outlet’s way in: papers, a look at them, the contract signed and countersigned.',
      steps: [
        'Whatever is missing is listed by name.',
        'The payee must be called as the organisation is, or Alipay sends the money back.',
        'Until it is answered the outlet may take it back; until it is signed the platform may take its approval back, with a reason, and the draft is discarded.',
      ],
    },
  },
};
