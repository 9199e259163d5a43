import { defineWords } from '../../lib/words.ts';

/** Of `one|many`, what goes with a number; a word without a bar goes with any. */
export const counted = (word: string, n: number): string => {
  const [one = word, many = one] = word.split('|');
  return n === 1 ? one : many;
};

export const useNoticeWords = defineWords(
  {
    title: '待办',
    hint: '每分钟更新；处理完的事项会自动消失',
    none: '没有待办事项',
    noneHint: '有需要你处理的事，会在这里和左侧菜单提示。',
    go: '去处理',
    count: '{{n}} 项待办',
    lowWallet: '个钱包低于提醒线，投放可能停止',
    rejectedCreatives: '个创意被驳回，修改后可重新提交',
    expiringPapers: '个创意的审查批准 30 天内到期',
    endingCampaigns: '个推广计划三天内结束',
    notAdmitted: '个主体待平台核验，核验后开始投放',
    ordersToConfirm: '个订单已预留，逾期自动释放',
    bookingsToAnswer: '个预订等你答复，逾期自动释放',
    statementsToConfirm: '张结算单等你确认',
    statementsToApprove: '张结算单待审批',
    disputes: '张结算单有异议',
    payoutsToApprove: '笔打款待复核',
    payoutsUnknown: '笔打款结果未知，正在向支付宝查询',
    payoutsFailed: '笔打款失败',
    openCases: '个对账差异未处理',
    nettingsToPost: '个轧差月份双方已一致，待入账',
    reviewsWaiting: '个创意待审核',
    advertisersWaiting: '个广告主待核验',
    outletsWaiting: '家媒体的入驻材料待审核',
    outletsToSign: '家媒体已签合同，待复核生效',
    contractsToActivate: '份合同草稿待您复核生效',
    creditToConfirm: '项授信待您确认',
    invoicesToIssue: '张发票待开具',
    invoicesToVerify: '张媒体来票待查验',
    proofsToJudge: '天的播出凭证待你验收',
    daysToProve: '天已播出，待交凭证',
    daysToMakeGood: '天未播出，待补播或退款',
    stopsInForce: '项紧急停投生效中',
    changesAsked: '个排期变更等你答复',
    discountsWaiting: '个订单的折扣待批准',
    papersWaiting: '份资质待核验',
    papersEnding: '份资质 30 天内到期或已过期',
    redLettersWaiting: '张红字确认单等你确认，72 小时内有效',
    openAdmission: '家媒体尚未完成入驻',
  },
  {
    title: 'To do',
    hint: 'Renewed every minute; what is done goes by itself',
    none: 'Nothing to do',
    noneHint: 'What needs you shows here and in the menu.',
    go: 'Go',
    count: '{{n}} to do',
    lowWallet:
      'balance is below its alert; delivery may stop|balances are below their alerts; delivery may stop',
    rejectedCreatives:
      'creative was rejected; mend and submit again|creatives were rejected; mend and submit again',
    expiringPapers:
      'creative whose permit expires within 30 days|creatives whose permit expires within 30 days',
    endingCampaigns: 'campaign ends within three days|campaigns end within three days',
    notAdmitted:
      'advertiser waits for the platform’s check before it delivers|advertisers wait for the platform’s check before they deliver',
    ordersToConfirm:
      'order is reserved; it lapses when time is up|orders are reserved; they lapse when time is up',
    bookingsToAnswer:
      'booking waits for your answer; it lapses when time is up|bookings wait for your answer; they lapse when time is up',
    statementsToConfirm:
      'statement waits for your confirmation|statements wait for your confirmation',
    statementsToApprove: 'statement waits for approval|statements wait for approval',
    disputes: 'statement is disputed|statements are disputed',
    payoutsToApprove: 'payout waits for a second person|payouts wait for a second person',
    payoutsUnknown:
      'payout of unknown outcome; Alipay is being asked|payouts of unknown outcome; Alipay is being asked',
    payoutsFailed: 'payout failed|payouts failed',
    openCases: 'difference is open|differences are open',
    nettingsToPost:
      'month both sides agree on, to be posted|months both sides agree on, to be posted',
    reviewsWaiting: 'creative waits for review|creatives wait for review',
    advertisersWaiting: 'advertiser waits to be checked|advertisers wait to be checked',
    outletsWaiting: 'outlet’s papers wait to be looked at|outlets’ papers wait to be looked at',
    outletsToSign: 'outlet has signed; countersign it|outlets have signed; countersign them',
    contractsToActivate:
      'contract waits to be activated by you|contracts wait to be activated by you',
    creditToConfirm: 'change of credit waits for you|changes of credit wait for you',
    invoicesToIssue: 'invoice is to be issued|invoices are to be issued',
    invoicesToVerify: 'outlet’s invoice is to be verified|outlets’ invoices are to be verified',
    proofsToJudge: 'day’s proof waits for your word|days’ proofs wait for your word',
    daysToProve: 'day has run; its proof is due|days have run; their proofs are due',
    daysToMakeGood: 'day did not run; make it good|days did not run; make them good',
    stopsInForce: 'emergency stop is in force|emergency stops are in force',
    changesAsked: 'booking change waits for your answer|booking changes wait for your answer',
    discountsWaiting:
      'order whose discount waits for approval|orders whose discount waits for approval',
    papersWaiting: 'paper waits to be checked|papers wait to be checked',
    papersEnding:
      'paper that ends within 30 days or has ended|papers that end within 30 days or have ended',
    redLettersWaiting:
      'red letter waits for your word; it lapses after 72 hours|red letters wait for your word; they lapse after 72 hours',
    openAdmission: 'outlet has not finished onboarding|outlets have not finished onboarding',
  },
);

export type NoticeWord = Parameters<ReturnType<typeof useNoticeWords>>[0];
