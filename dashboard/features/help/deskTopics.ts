/** Help for the platform's own desks, and for the screens that everybody has. */
import type { Topic } from './topic.ts';

export const DESK_TOPICS: Record<string, Topic> = {
  outlets: {
    zh: {
      what: '全部媒体：层级、辖区、入驻进度与合同。',
      steps: [
        '打开一家媒体审核入驻材料：通过时填写分成并起草合同。',
        '合同由媒体签署后，财务复核生效；审核与复核须是两个人。',
      ],
    },
    en: {
      what: 'Every outlet: tier, jurisdiction, how far it has come in, and its contracts.',
      steps: [
        'Open one to look at its papers; approving drafts its contract.',
        'The outlet signs, finance countersigns: two different people.',
      ],
    },
  },
  contracts: {
    zh: {
      what: '收入如何在媒体与平台之间分成：每份合同的各个版本、起止、阶梯与保底。',
      steps: [
        '起草：选媒体与范围，填分成方比例（合计 100%）、流水阶梯、每月保底；保存后只是草稿。',
        '打开草稿看试算：上月与本月若按此分成，各方多得少得多少。',
        '复核生效须由起草人以外的另一位财务完成；生效后不可修改，只能起草下一版本接替。',
      ],
      terms: [
        ['流水阶梯', '当月计费累计超过某一金额后，超出部分按另一比例分成。'],
        ['保底', '媒体当月分成不足时由平台补足的最低额。'],
      ],
    },
    en: {
      what: 'How income is shared between outlets and the platform: every version, its days, tiers and minimum.',
      steps: [
        'Draft: the outlet and what of it, shares that sum to 100%, tiers by volume, a monthly minimum.',
        'Open the draft to see what last month and this month would have paid each party under it.',
        'Another person of finance than drafted it activates it; then it is frozen, and only a next version follows it.',
      ],
      terms: [
        ['Tier', 'Beyond an amount of a month’s volume, what comes on top is shared otherwise.'],
        ['Minimum', 'What the outlet gets a month at least; the platform adds what is missing.'],
      ],
    },
  },
  advertisers: {
    zh: {
      what: '广告主名册：待核验的、在投的、停用的。',
      steps: ['核验通过后才能投放；资质在“资质与文号”里看。', '停用后其全部投放数秒内停止。'],
    },
    en: {
      what: 'The book of advertisers: to be checked, delivering, suspended.',
      steps: [
        'They deliver once checked; their papers are under “Papers”.',
        'Suspending one stops all it runs within seconds.',
      ],
    },
  },
  partners: {
    zh: {
      what: '通过 OpenRTB 买卖的外部平台。',
      steps: [
        '需求方：竞价地址、并发上限、日预算；新建后先暂停，试通再启用。',
        '供给方：密钥只显示一次，更换后旧密钥再用一天。',
      ],
    },
    en: {
      what: 'Platforms that buy and sell through OpenRTB from outside.',
      steps: [
        'Demand: bid address, QPS, daily budget; paused until it has been tried.',
        'Supply: its key is told once; the one before opens for another day.',
      ],
    },
  },
  health: {
    zh: {
      what: '竞价节点、数据处理与快照是否正常。',
      steps: ['任何一项变红，先看“近 24 小时拒绝”。', '“已定稿的日期”之后不再变动，可用于对账。'],
    },
    en: {
      what: 'Whether nodes, metering and the market’s snapshot are well.',
      steps: [
        'Where something is red, look at what was refused in the last 24 hours.',
        'Final days change no more: reconcile by them.',
      ],
    },
  },
  audit: {
    zh: {
      what: '每一次改动：谁、何时、改了什么，逐条以哈希相连。',
      steps: ['按动作或对象查找；点开看改前改后。', '哈希链断开会在页首标红。'],
    },
    en: {
      what: 'Every change: who, when, what; each entry chained to the one before by its hash.',
      steps: [
        'Find by action or subject; open one for before and after.',
        'A broken chain shows in red at the head.',
      ],
    },
  },
  refusals: {
    zh: {
      what: '被拒绝的竞价请求、回传与付款。',
      steps: ['按原因筛选，点开看原始内容。'],
    },
    en: {
      what: 'Bid requests, tracker calls and payments that were refused.',
      steps: ['Open one for what came and why it was refused.'],
    },
  },
  ledger: {
    zh: {
      what: '每个账户的余额与背后的分录。',
      steps: ['点一个账户看逐笔分录。', '“立即核验”逐行重算试算平衡与哈希链。'],
    },
    en: {
      what: 'Every account’s balance and the journals behind it.',
      steps: [
        'Open an account for its lines.',
        '“Verify now” recomputes the trial balance and the chain line by line.',
      ],
    },
  },
  credit: {
    zh: {
      what: '授信：余额用完后还可透支多少。平台授予代理商额度或单个钱包，代理商把额度分配给客户。',
      steps: [
        '平台财务：提高额度须写明理由，由另一位财务在“待确认”中确认；降低额度提交后立即生效。',
        '额度不能低于已分配（代理商）或已动用（钱包）的金额，提议与确认时各核对一次。',
        '代理商：为客户分配额度，合计不超过平台授予的额度；平台直接授信的钱包由平台调整。',
      ],
      terms: [
        ['已分配', '代理商从额度中分给各客户钱包的合计。'],
        ['已动用', '钱包花费与冻结超出充值的部分。'],
      ],
    },
    en: {
      what: 'How much may be spent beyond what was paid in: lines for agencies, credit for single wallets, and how a line is spread over clients.',
      steps: [
        'Finance: more is proposed with a reason and confirmed by another person under “To confirm”; less takes effect as it is submitted.',
        'A limit is never below what is spread (agencies) or drawn (wallets); this is checked when it is proposed and again when it is confirmed.',
        'Agencies: spread the line over your clients; credit that the platform granted a wallet itself is the platform’s to change.',
      ],
      terms: [
        ['Spread', 'What an agency gave its clients’ wallets out of its line.'],
        ['Drawn', 'What a wallet spent or promised beyond what was paid in.'],
      ],
    },
  },
  'top-ups': {
    zh: {
      what: '全部充值：支付宝状态、入账分录与退款。',
      steps: ['“未到账”的可向支付宝查询。', '退款原路退回付款人，不超过未退金额。'],
    },
    en: {
      what: 'Every top-up: its state at Alipay, its journals, refunds.',
      steps: [
        'Ask Alipay about one that has not arrived.',
        'A refund goes back to the payer, up to what is left.',
      ],
    },
  },
  notices: {
    zh: {
      what: '需要你处理的事，按紧急程度排列。',
      steps: ['点一行直接到处理的地方；处理完自动消失。'],
    },
    en: {
      what: 'What waits for you, worst first.',
      steps: ['A line leads to where it is done; what is done goes by itself.'],
    },
  },
  members: {
    zh: {
      what: '谁能进入本机构的工作台、能做什么。',
      steps: ['邀请链接七天有效、只能用一次。', '资金相关操作需要“财务”角色。'],
    },
    en: {
      what: 'Who may enter your organisation’s desk, and what they may do.',
      steps: [
        'An invitation holds for seven days and once.',
        'What moves money wants the role “finance”.',
      ],
    },
  },
  integrations: {
    zh: {
      what: '用接口密钥调用平台，或让平台在事件发生时通知你的系统。',
      steps: ['密钥只显示一次；按用途给最小权限。', '回调带签名，失败会重试三天，可按编号重发。'],
    },
    en: {
      what: 'Keys for calling the API, and addresses that are told when something happens.',
      steps: [
        'A key is shown once; give it the least it needs.',
        'Calls are signed, retried for three days, and can be sent again.',
      ],
    },
  },
  account: {
    zh: {
      what: '密码、二次验证与已登录的设备。',
      steps: ['打款审批必须开启二次验证。', '不认识的设备请退出并改密码。'],
    },
    en: {
      what: 'Password, second factor, signed-in devices.',
      steps: [
        'Approving payouts wants the second factor.',
        'Sign out a device you do not know, and change the password.',
      ],
    },
  },
};
