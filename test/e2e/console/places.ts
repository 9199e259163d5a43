/** Every screen of the console by desk: what the tests walk through and `npm run screens` takes pictures of. */

export interface Place {
  name: string;
  path: string;
  /** A text that only the loaded screen has, in Chinese. */
  shows: string;
  /** Its address names nothing, on purpose: the browser logs the 404 that the screen explains. */
  fails?: true;
  /** An open form with something still to be filled in: sent as it stands, it says so beside the field. */
  form?: true;
}

export interface Desk {
  name: 'advertiser' | 'outlet' | 'finance' | 'operator' | 'agency' | 'group';
  email: string;
  /** Where signing in leads. */
  home: string;
  places: readonly Place[];
}

export const PASSWORD = 'hongze-demo-2026';

const place = (name: string, path: string, shows: string): Place => ({ name, path, shows });
const form = (name: string, path: string, shows: string): Place => ({
  ...place(name, path, shows),
  form: true,
});
const shared = [
  place('notices', '/notices', '待办'),
  place('members', '/members', '成员与角色'),
  place('webhooks', '/integrations', '新建回调地址'),
  place('account', '/account', '二次验证'),
];

/** Before one is signed in. */
export const DOORS: readonly Place[] = [
  place('sign-in', '/sign-in', '登录'),
  place('sign-up', '/sign-up', '公司全称'),
  place('forgotten-password', '/forgotten-password', '发送重设链接'),
  place('reset-password', '/reset-password', '设置新密码'),
  { ...place('invitation', '/invitations/none', '接受邀请'), fails: true },
];

export const DESKS: readonly Desk[] = [
  {
    name: 'advertiser',
    email: 'advertiser@demo.hongze',
    home: '/overview',
    places: [
      place('overview', '/overview', '可用余额'),
      place('campaigns', '/campaigns', '新建推广计划'),
      place('campaign', '/campaigns/1', '投放单元'),
      place('bulk', '/campaigns/1?bulk=1', '退出批量编辑'),
      place('line-item', '/line-items/1', '为什么没跑起来'),
      place('line-item-edit', '/line-items/1?edit=1', '每人每天最多看到'),
      place('wizard-plan', '/campaigns/new', '总预算'),
      place('wizard-where', '/campaigns/new?step=where', '投放到哪里'),
      place('wizard-list', '/campaigns/new?step=where&picker=tree', '投放到哪里'),
      place('wizard-who', '/campaigns/new?step=who', '满足任一'),
      place('wizard-when', '/campaigns/new?step=when', '投放时段'),
      place('wizard-price', '/campaigns/new?step=price', '出价'),
      place('wizard-what', '/campaigns/new?step=what', '可及资源'),
      place('creatives', '/creatives', '创意'),
      place('creative', '/creatives?creative=1', '落地页'),
      place('said', '/feedback?case=1', '在哪里说的'),
      place('creative-refused', '/creatives?status=rejected&creative=261', '驳回原因'),
      form('creative-new', '/creatives?edit=new', '广告法检查'),
      place('plans', '/plans', '新建方案'),
      form('plan-new', '/plans?plan=new', '生成方案'),
      place('plan', '/plans/1', '方案明细'),
      place('plan-line', '/plans/1?line=auction-county', '移出方案'),
      place('audiences', '/audiences', '新建人群包'),
      place('audience', '/audiences?audience=1', '依据说明'),
      form('audience-new', '/audiences?edit=new', '处理依据'),
      place('wallet', '/wallet', '资金流水'),
      place('top-up', '/wallet?topUp=new', '去支付宝付款'),
      place('invoices', '/invoices?edit=request', '可开票'),
      place('red-letters', '/invoices?tab=red', '红字确认单'),
      place('orders', '/orders', '订单与排期'),
      place('order', '/orders?order=1', '已计费'),
      place('bookings', '/orders?tab=month', '部分售出'),
      place('changes', '/orders?tab=changes', '变更'),
      form('order-new', '/orders?order=new', '申请折扣'),
      place('deals', '/deals', '私有交易'),
      form('deal-new', '/deals?deal=new', '起止日期'),
      place('webhook', '/integrations?webhook=1', '发送记录'),
      form('webhook-new', '/integrations?edit=new', '回调地址'),
      place('keys', '/integrations?tab=keys', '新建密钥'),
      place('papers', '/papers', '提交资质'),
      form('paper-new', '/papers?paper=new', '有效期止'),
      place('reports', '/reports?by=division', '已入账'),
      place('report-files', '/reports?tab=exports', '后台导出'),
      form('report-file-new', '/reports?tab=exports&file=new', '开始导出'),
      place('report-schedules', '/reports?tab=schedules', '新建定时报表'),
      form('report-schedule-new', '/reports?tab=schedules&schedule=new', '频率'),
      ...shared,
    ],
  },
  {
    name: 'outlet',
    email: 'outlet@demo.hongze',
    home: '/income',
    places: [
      place('income', '/income', '分成收入'),
      place('placements', '/placements', '底价'),
      form('placement', '/placements?placement=new', '竞价方式'),
      form('property-new', '/placements?property=new', '新建站点/应用'),
      place('supply-sheet', '/placements?sheet=1', '下载模板'),
      place('calendar', '/calendar', '售满'),
      place('answers', '/calendar?tab=answers', '谢绝'),
      place('booked', '/calendar?tab=booked', '已订'),
      place('proofs', '/calendar?tab=proofs', '待交凭证'),
      place('missed', '/calendar?tab=missed', '未播'),
      place('changes', '/calendar?tab=changes', '变更'),
      place('invoices', '/invoices?edit=title', '纳税人类型'),
      place('red-letters', '/invoices?tab=red', '红字确认单'),
      place('creatives-shown', '/creatives-shown', '近 14 天展现'),
      place('said', '/feedback', '读者反馈'),
      place('admission', '/admission', '已生效'),
      place('rate-card', '/rate-card', '刊例价'),
      place('statements', '/statements', '结算单'),
      place('contracts', '/contracts', '我方分成'),
      place('contract', '/contracts?contract=95', '当月流水'),
      place('deals', '/deals', '私有交易'),
      ...shared,
    ],
  },
  {
    name: 'finance',
    email: 'finance@demo.hongze',
    home: '/statements',
    places: [
      place('refusals', '/refusals?kind=payments', '拒绝记录'),
      place('statements', '/statements', '冻结整月'),
      place('statement', '/statements/1', '内容指纹'),
      place('payouts', '/payouts', '打款'),
      place('payout', '/payouts?payout=1', '账单行'),
      place('reconciliation', '/reconciliation', '取账单并核对'),
      place('cases', '/reconciliation?tab=cases', '差异'),
      place('partner-differences', '/reconciliation?tab=partners', '录入合作方对账单'),
      form('partner-report', '/reconciliation?tab=partners&report=new', '逐日数据'),
      place('partner-difference', '/reconciliation?tab=partners&difference=1', '差额（对方'),
      place('partner-sheet', '/reconciliation?tab=reports&sheet=1', '下载模板'),
      place('partner-statements', '/reconciliation?tab=reports', '合作方对账单'),
      place('nettings', '/nettings', '跨部署轧差'),
      place('netting', '/nettings?netting=1', '相抵后仍应付'),
      form('netting-new', '/nettings?netting=new', '对方作为卖方'),
      place('credit', '/credit', '由您确认'),
      place('credit-proposal', '/credit?proposal=4', '确认授信'),
      place('credit-lines', '/credit?tab=lines', '可分配'),
      place('credit-wallets', '/credit?tab=wallets', '授予方'),
      place('credit-history', '/credit?tab=history', '已下调'),
      form('credit-new', '/credit?propose=new', '须另一人确认'),
      place('close', '/close', '关账清单'),
      place('top-ups', '/top-ups', '累计到账'),
      place('top-up-sheet', '/top-ups?topUp=1', '付款时间'),
      place('invoices', '/invoices', '开票抬头'),
      place('invoice', '/invoices?invoice=1', '申请冲红'),
      place('red-letters', '/invoices?tab=red', '红字确认单'),
      place('red-letter', '/invoices?tab=red&letter=2', '红字确认单编号'),
      place('orders', '/orders', '折扣待批'),
      place('outlets', '/outlets', '省级'),
      place('contracts', '/contracts', '媒体分成'),
      place('contract-draft', '/contracts?contract=95', '试算'),
      form('contract-new', '/contracts?contract=new', '每月保底'),
      place('contract-next', '/contracts?contract=18&edit=next', '起草下一版本'),
      place('ledger', '/ledger', '借方余额'),
      place('account-journals', '/ledger?account=alipay_cash', '合计'),
      ...shared,
    ],
  },
  {
    name: 'operator',
    email: 'operator@demo.hongze',
    home: '/live',
    places: [
      place('live', '/live', '今日消耗'),
      place('review', '/review', '创意审核'),
      place('feedback', '/feedback', '紧急度'),
      place('feedback-case', '/feedback?case=1', '锁定并处理'),
      place('standing', '/feedback?tab=standing', '每百万展现举报'),
      place('outlets', '/outlets', '省级'),
      place('outlet-sheet', '/outlets?outlet=13', '收款人'),
      place('contracts', '/contracts', '媒体分成'),
      place('outlet-coming-in', '/outlets?admission=submitted&outlet=93', '通过并起草合同'),
      place('advertisers', '/advertisers', '待核验'),
      place('advertiser-sheet', '/advertisers?advertiser=1', '授信额度'),
      place('papers', '/papers', '资质与文号'),
      place('orders', '/orders', '折扣待批'),
      place('order', '/orders?order=1', '折扣理由'),
      place('deals', '/deals', '私有交易'),
      place('demand', '/partners', '需求合作方'),
      place('demand-sheet', '/partners?partner=1', '竞价地址'),
      form('demand-new', '/partners?edit=new', '竞价地址'),
      form('supply-new', '/partners?side=supply&edit=new', '广告系统域名'),
      place('health', '/health', '竞价节点'),
      place('stops', '/stops', '紧急停投'),
      form('stop-new', '/stops?stop=new', '所属广告主'),
      place('audit', '/audit', '哈希链'),
      place('refusals', '/refusals', '拒绝记录'),
      ...shared,
    ],
  },
  // Who works for several: the same screens, with whose each row is. What differs from the desks above.
  {
    name: 'agency',
    email: 'agency@demo.hongze',
    home: '/overview',
    places: [
      place('overview', '/overview', '可用余额'),
      place('campaigns', '/campaigns', '全部广告主'),
      place('creatives', '/creatives', '全部广告主'),
      place('wallet', '/wallet', '资金流水'),
      place('credit', '/credit', '可分配'),
      place('credit-spread', '/credit?client=3', '最多'),
      place('reports', '/reports?by=advertiser', '云栖山居文旅有限公司'),
      form('report-file-new', '/reports?tab=exports&file=new', '开始导出'),
      place('papers', '/papers', '提交资质'),
      place('orders', '/orders', '订单与排期'),
      place('invoices', '/invoices', '申请开票'),
      place('notices', '/notices', '待办'),
    ],
  },
  {
    name: 'group',
    email: 'group@demo.hongze',
    home: '/income',
    places: [
      place('income', '/income', '分成收入'),
      place('placements', '/placements', '底价'),
      place('calendar', '/calendar', '售满'),
      place('admission', '/admission', '入驻'),
      place('statements', '/statements', '结算单'),
      place('contracts', '/contracts', '我方分成'),
      place('red-letters', '/invoices?tab=red', '红字确认单'),
      place('notices', '/notices', '待办'),
    ],
  },
];
