/** What help says of each screen, by the first part of its address. */
import { DESK_TOPICS } from './deskTopics.ts';
import type { Topic } from './topic.ts';
import { TRADE_TOPICS } from './tradeTopics.ts';

export const TOPICS: Record<string, Topic> = {
  ...TRADE_TOPICS,
  ...DESK_TOPICS,
  overview: {
    zh: {
      what: '一眼看清今天花了多少、还能跑多久、花在哪里。',
      steps: [
        '先看“今日匀速”：进度落后于竖线，说明预算可能花不完，点进投放单元看原因。',
        '地图颜色越深，消耗越多；点一个县进入该县的报表。',
      ],
      terms: [
        ['匀速', '把日预算按一天的流量分布均匀花完，而不是早早花光。'],
        ['千次成本', '消耗 ÷ 展现 × 1000。'],
      ],
    },
    en: {
      what: 'What today has cost, how long the money lasts, and where it goes.',
      steps: [
        'Look at pacing first: a bar behind its mark may leave budget unspent; open the line item to see why.',
        'The darker a county, the more was spent there; click it for its report.',
      ],
      terms: [
        ['Pacing', 'Spending a day’s budget along the day’s traffic instead of at once.'],
        ['Per thousand', 'Spend ÷ impressions × 1000.'],
      ],
    },
  },
  campaigns: {
    zh: {
      what: '推广计划管总预算与日期，投放单元管投到哪里、出多少价、展示什么。',
      steps: [
        '新建计划按七步走完即可投放；填写内容保存在本机，刷新不丢。',
        '批量改价：进入计划，点“批量编辑”，可从表格软件整列粘贴。',
        '不花钱？进投放单元看“为什么没跑起来”，逐项照着改。',
      ],
      terms: [
        ['CPM', '按千次展现出价。'],
        ['CPC', '按点击出价。'],
        ['频控', '同一个人在一段时间内最多看到几次。'],
      ],
    },
    en: {
      what: 'A campaign holds budget and dates; its line items say where, at what price and with what.',
      steps: [
        'Seven steps make a campaign; what you type is kept on this device.',
        'To change many prices, open a campaign and edit in bulk; columns paste from a spreadsheet.',
        'Not spending? Its line item says why, point by point.',
      ],
      terms: [
        ['CPM', 'A price per thousand impressions.'],
        ['CPC', 'A price per click.'],
        ['Frequency cap', 'How often one person sees it at most.'],
      ],
    },
  },
  creatives: {
    zh: {
      what: '上传素材、预览效果、提交审核。批准绑定内容，改动后需重审。',
      steps: [
        '新建时边填边看预览，系统会当场指出广告法风险用语。',
        '药品、医疗器械、保健食品等须填写广告审查批准文号。',
        '被规则驳回但确有依据的，提交时可附申诉理由，由人工复核。',
      ],
    },
    en: {
      what: 'Upload, preview, submit. An approval is bound to the content; a change needs another.',
      steps: [
        'The preview follows your typing, and wording the law forbids is pointed out at once.',
        'Drugs, medical devices and health food need their permit’s number.',
        'Where a rule is wrong, say why when you submit; a person decides.',
      ],
    },
  },
  wallet: {
    zh: {
      what: '余额、冻结与每一笔进出，逐笔对应账本。',
      steps: ['充值走支付宝，付完自动回到本页。', '设置提醒线，低于它时待办会提示。'],
      terms: [['冻结', '已承诺给在投单元、尚未结算的钱，未用完自动退回可用余额。']],
    },
    en: {
      what: 'Balance, holds and every movement, as the ledger has them.',
      steps: [
        'Top up with Alipay and come back here.',
        'Set an alert and be told when you fall below it.',
      ],
      terms: [['Hold', 'Money promised to running line items; what is not used comes back.']],
    },
  },
  orders: {
    zh: {
      what: '按天预订固定广告位：选位置与日期，全部有空才能预留。',
      steps: [
        '草稿按刊例价计价；预留后占位三天，等媒体逐一答复。',
        '媒体都答复后确认，价款冻结；开投前 72 小时可免费取消。',
      ],
    },
    en: {
      what: 'Fixed days of placements: choose them, and reserve all or none.',
      steps: [
        'A draft is priced by the rate cards; a reservation keeps the slots for three days.',
        'Confirm once every outlet has answered; cancelling is free until 72 hours before.',
      ],
    },
  },
  calendar: {
    zh: {
      what: '每个广告位每天卖出了几个档位，谁订的，一眼可见。',
      steps: [
        '“待答复”的预订请在期限内接受或谢绝，逾期自动释放。',
        '投放后上传截图、照片或播出单作为凭证；凭证逐条相连，不能插入或删改。',
      ],
    },
    en: {
      what: 'How many slots of each placement are sold on each day, and to whom.',
      steps: [
        'Accept or decline what waits before it lapses.',
        'Afterwards upload proof of play; proofs are chained, so none can be slipped in.',
      ],
    },
  },
  placements: {
    zh: {
      what: '站点与广告位：能卖什么、底价多少、代码怎么放。',
      steps: ['先建站点或应用，再建广告位。', '把代码交给技术放到页面，用自检确认已生效。'],
      terms: [['底价', '低于它的出价不会成交。']],
    },
    en: {
      what: 'Properties and placements: what is on sale, from what price, and its tag.',
      steps: [
        'Make a property, then its placements.',
        'Have the tag put on the page, and check it here.',
      ],
      terms: [['Floor', 'No bid below it wins.']],
    },
  },
  statements: {
    zh: {
      what: '一个媒体一个月应得多少钱，点进去可追到每一笔计费。',
      steps: ['冻结后内容不再变动；媒体确认或提出异议。', '确认后由另一名财务审批，随后打款。'],
    },
    en: {
      what: 'What an outlet is owed for a month, traceable to each charge.',
      steps: [
        'Frozen, it changes no more; the outlet confirms or disputes.',
        'A second person approves, then it is paid.',
      ],
    },
  },
  payouts: {
    zh: {
      what: '打款需两人：一人提交，另一人凭动态验证码复核。',
      steps: [
        '勾选多笔可成批复核。',
        '“结果未知”不会重复打款：系统用同一单号向支付宝查询到明确结果为止。',
      ],
    },
    en: {
      what: 'A payout takes two people; the second confirms with a one-time code.',
      steps: [
        'Select several to approve them as one batch.',
        'An unknown outcome is asked about under the same number, never sent twice.',
      ],
    },
  },
  reconciliation: {
    zh: {
      what: '支付宝账单逐行对账本，差异立案。',
      steps: [
        '↑ ↓ 移动，回车展开到结算单、计费与分录。',
        '挂账与核销须两人。',
        '一项差异含多笔款项（如重复支付）时，查询支付宝后已对平的先行销账，其余另列差异、各自由两人处理。',
      ],
      terms: [
        ['长款', '账单有、账本没有。'],
        ['短款', '账本有、账单没有。'],
      ],
    },
    en: {
      what: 'Alipay’s bill against the ledger, line by line; differences become cases.',
      steps: [
        '↑ ↓ move, Enter opens statement, charge and journal.',
        'Writing off takes two people.',
        'Where a difference holds more than one payment (paid twice, say), asking Alipay settles what agrees; the rest is a difference of its own, closed by two.',
      ],
      terms: [
        ['Long', 'On the bill, not in the ledger.'],
        ['Short', 'In the ledger, not on the bill.'],
      ],
    },
  },
  nettings: {
    zh: {
      what: '与其他省份的部署按月轧差：双方账上一致的部分相抵，余额照常结算。',
      steps: [
        '月末各日定案后核算我方金额，取我方对账函交给对方财务。',
        '贴入对方的对账函，签名由系统核对；一致后由另一人入账。',
      ],
      terms: [['对账函', '一方对该月应付与应收的说明，由其部署的私钥签名。']],
    },
    en: {
      what: 'A month with another province’s deployment: what both books say alike is set off, the rest is paid as usual.',
      steps: [
        'Once its days are final, work out our sums and hand our word to their finance desk.',
        'Paste theirs; its signature is checked. When both agree, another person posts.',
      ],
      terms: [['Word', 'What one side says it owes and is owed, signed by its deployment’s key.']],
    },
  },
  close: {
    zh: {
      what: '十项检查全部满足才能关账，关账后这个月永不再改。',
      steps: ['未满足的项目点进去处理。', '开始关账与最终关账须由两人完成。'],
    },
    en: {
      what: 'A month closes when every check holds, and never changes afterwards.',
      steps: [
        'Follow a check that fails to where it is mended.',
        'Two people: one begins, another closes.',
      ],
    },
  },
  review: {
    zh: {
      what: '规则先行，人来决定。批准只对这一份内容有效。',
      steps: ['A 通过，R 驳回，J / K 上下切换。', '推翻规则须写明理由，记入审计。'],
    },
    en: {
      what: 'Rules find, people decide. An approval holds for this very content.',
      steps: [
        'A approves, R rejects, J / K move.',
        'Overruling a rule needs its reason, which is recorded.',
      ],
    },
  },
  stops: {
    zh: {
      what: '一键停投：按创意、广告主、广告位或全省，数秒内生效。',
      steps: ['先选范围，再写理由；全省停投须第二人确认。', '解除后恢复投放，不需要重新审核。'],
    },
    en: {
      what: 'Stop a creative, an advertiser, a placement or everything, within seconds.',
      steps: [
        'Choose what, say why; a stop of everything needs a second person.',
        'Lifting it needs no new review.',
      ],
    },
  },
  live: {
    zh: {
      what: '全省竞价实况：每秒竞价、成交、消耗与各县成交。',
      steps: ['F 全屏，适合投到大屏。', '县亮起一次，代表一次成交。'],
    },
    en: {
      what: 'The exchange as it runs: auctions, wins, spend and counties.',
      steps: ['Full screen suits a wall.', 'A county lights up for each win.'],
    },
  },
};
