/** An action of the audit log in words: `payout.approve` is what the filter and the file know it by. */
import type { Language } from '../../lib/words.ts';

type Named = Readonly<Record<string, readonly [zh: string, en: string]>>;

const NOUNS: Named = {
  address: ['邮箱', 'Address'], adjustment: ['调账', 'Adjustment'], admission: ['入驻', 'Onboarding'],
  advertiser: ['广告主', 'Advertiser'], apiKey: ['接口密钥', 'API key'], article: ['稿件', 'Article'],
  asset: ['素材', 'Asset'], attribution: ['归因', 'Attribution'], batch: ['打款批次', 'Payout batch'],
  booking: ['排期', 'Booking'], campaign: ['推广计划', 'Campaign'], case: ['差异', 'Case'],
  contract: ['合同', 'Contract'], creative: ['创意', 'Creative'], credit: ['授信', 'Credit'],
  creditProposal: ['授信提议', 'Credit proposal'], deal: ['私有交易', 'Deal'],
  demandPartner: ['需求合作方', 'Demand partner'], feedback: ['读者反馈', 'Reader report'], floorRule: ['底价规则', 'Floor rule'],
  invoice: ['发票', 'Invoice'], invoiceTitle: ['开票抬头', 'Invoice title'], lineItem: ['投放单元', 'Line item'],
  member: ['成员', 'Member'], order: ['订单', 'Order'], organization: ['机构', 'Organisation'], outlet: ['媒体', 'Outlet'],
  partner: ['合作方', 'Partner'], partnerDifference: ['合作方差异', 'Partner difference'],
  partnerStatement: ['合作方对账单', 'Partner statement'], password: ['密码', 'Password'], payout: ['打款', 'Payout'],
  period: ['账期', 'Period'], placement: ['广告位', 'Placement'], plan: ['媒介方案', 'Media plan'],
  property: ['站点/应用', 'Property'], psa: ['公益广告', 'Public service'], qualification: ['资质', 'Paper'],
  rateCard: ['刊例价', 'Rate card'], reader: ['读者', 'Reader'], redLetter: ['红字确认单', 'Red letter'],
  report: ['报表', 'Report'], secondFactor: ['二次验证', 'Second factor'], segment: ['人群包', 'Audience'],
  session: ['登录', 'Session'], statement: ['结算单', 'Statement'], stop: ['停投', 'Stop'],
  supplyPartner: ['供给合作方', 'Supply partner'], topUp: ['充值', 'Top-up'], user: ['用户', 'User'], webhook: ['回调', 'Webhook'],
}; // biome-ignore format: a dictionary reads as lines

const VERBS: Named = {
  accepted: ['接受', 'accepted'], active: ['开始投放', 'started'], archived: ['归档', 'archived'], booked: ['生效', 'booked'],
  completed: ['完成', 'completed'], dismissed: ['不成立', 'dismissed'], ended: ['结束', 'ended'], in_flight: ['开播', 'in flight'],
  issued: ['开具', 'issued'], outlet_confirmed: ['媒体确认', 'confirmed by the outlet'], pending: ['待批', 'pending'],
  released: ['退款', 'given back'], requested: ['申请', 'requested'], reserved: ['预留', 'reserved'], resolved: ['结案', 'resolved'],
  superseded: ['已重出', 'superseded'], suspend: ['挂起', 'suspended'],
  accept: ['接受', 'accepted'], activate: ['生效', 'put in force'], add: ['提交', 'added'], agree: ['同意', 'agreed'],
  addMembers: ['加入名单', 'members added'], approve: ['批准', 'approved'], approved: ['通过', 'approved'],
  backupCode: ['备用码登录', 'backup code used'], begin: ['开始关账', 'closing begun'], cancel: ['取消', 'cancelled'],
  cancelled: ['取消', 'cancelled'], change: ['变更', 'change'], close: ['关闭', 'closed'], confirm: ['确认', 'confirmed'],
  confirmed: ['确认', 'confirmed'], convert: ['转为订单', 'converted'], copy: ['复制', 'copied'], correct: ['更正', 'corrected'],
  counter: ['还价', 'countered'], create: ['新建', 'created'], creatives: ['更换创意', 'creatives changed'],
  credited: ['到账', 'credited'], day: ['当日', 'day'], decline: ['谢绝', 'declined'], declined: ['谢绝', 'declined'],
  deduct: ['抵扣', 'deducted'], delete: ['删除', 'deleted'], delivered: ['已播', 'delivered'], disable: ['停用', 'disabled'],
  discard: ['作废', 'discarded'], discount: ['折扣', 'discount'], disputed: ['提出异议', 'disputed'], draft: ['起草', 'drafted'],
  drop: ['取消日期', 'days dropped'], edit: ['修改', 'edited'], editSchedule: ['修改定时', 'schedule edited'],
  erase: ['删除数据', 'erased'], evidence: ['交凭证', 'proof sent'], export: ['导出', 'exported'],
  firstApproval: ['初审通过', 'first approval'], frozen: ['冻结', 'frozen'], fulfilled: ['完成', 'fulfilled'],
  guarantee: ['保量', 'guaranteed'], invite: ['邀请', 'invited'], invoice: ['到票', 'invoiced'], issue: ['开具', 'issued'],
  join: ['加入', 'joined'], key: ['换密钥', 'key changed'], lapse: ['逾期释放', 'lapsed'], lift: ['解除', 'lifted'],
  line: ['额度', 'line set'], lines: ['绑定单元', 'lines bound'], log: ['登记', 'logged'], lower: ['下调', 'lowered'], makegood: ['补播', 'make-good'],
  missed: ['未播', 'missed'], move: ['改期', 'days moved'], newBackupCodes: ['换备用码', 'new backup codes'],
  open: ['开启', 'opened'], organization: ['切换机构', 'organisation chosen'], overruled: ['坚持通过', 'overruled'],
  paid: ['已付', 'paid'], paused: ['暂停', 'paused'], paying: ['打款中', 'paying'], pixelKey: ['换像素密钥', 'pixel key'],
  place: ['下达', 'placed'], prepare: ['准备', 'prepared'], priority: ['优先级', 'priority'], propose: ['发起', 'proposed'],
  proved: ['交凭证', 'proved'], publish: ['发布', 'published'], pulled: ['撤下', 'pulled'], receive: ['收到', 'received'],
  reconciled: ['已对账', 'reconciled'], red: ['红字发票', 'red invoice'], refund: ['退款', 'refunded'], register: ['登记', 'registered'],
  reject: ['驳回', 'rejected'], rejected: ['驳回', 'rejected'], remove: ['移除', 'removed'], removeMembers: ['移除名单', 'members removed'],
  removeSchedule: ['删除定时', 'schedule removed'], replay: ['重发', 'replayed'], replayFailed: ['重发失败', 'failed ones replayed'],
  reply: ['答复', 'replied'], request: ['申请', 'requested'], resend: ['重新打款', 'sent again'], reserve: ['预留', 'reserved'],
  recall: ['撤回结论', 'recalled'], restated: ['部分对平', 'restated'],
  reset: ['重设', 'reset'], resolve: ['结案', 'resolved'], return: ['退回', 'returned'], reverse: ['冲红', 'reversed'],
  revoke: ['吊销', 'revoked'], roles: ['改角色', 'roles changed'], rotate: ['轮换', 'rotated'], schedule: ['定时', 'scheduled'],
  sent: ['已发出', 'sent'], set: ['设置', 'set'], sign: ['签署', 'signed'], sold: ['售出', 'sold'], status: ['状态变更', 'status'],
  submit: ['提交', 'submitted'], tax: ['计税', 'taxes'], upload: ['上传', 'uploaded'], upheld: ['成立', 'upheld'],
  verify: ['核验', 'verified'], verified: ['核验', 'verified'], wallet: ['额度分配', 'wallet'], withdraw: ['撤回', 'withdrawn'],
  withdrawn: ['撤回', 'withdrawn'], writeOff: ['核销', 'written off'],
}; // biome-ignore format: as above

const said = (words: Named, key: string, language: Language): string =>
  words[key]?.[language === 'zh' ? 0 : 1] ?? key;

/** `creative.submit` → 创意 · 提交. A part that has no word stays as it is. */
export function actionText(action: string, language: Language): string {
  const [noun = '', ...verbs] = action.split('.');
  const told = verbs.map((verb) => said(VERBS, verb, language)).join(language === 'zh' ? '' : ' ');
  return `${said(NOUNS, noun, language)} · ${told}`;
}

const SHORT_LETTERS = 24;

/** `payout:12` → 打款 12. */
export function subjectText(subject: string, language: Language): string {
  const at = subject.indexOf(':');
  if (at < 0) return subject;
  const id = subject.slice(at + 1);
  // Nobody reads 36 letters; the whole of them stands in the record's sheet.
  const short = id.length > SHORT_LETTERS ? `${id.slice(0, 8)}…` : id;
  return `${said(NOUNS, subject.slice(0, at), language)} ${short}`;
}
