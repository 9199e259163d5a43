/**
 * The word lists, written from the statutes: each entry with its article, how grave it is, and in which categories it
 * holds. Owns the words only; law's last word is a person's, at the review desk.
 *
 * Source: 中华人民共和国广告法 (2021 revision), 互联网广告管理办法 (2023), 广告绝对化用语执法指南 (2023).
 */
import type { Category } from '../../db/terms/market.ts';

export interface Rule {
  article: string;
  severity: 'block' | 'flag' | 'note';
  /** Only in ads of these categories; left out: in all. */
  only?: readonly Category[];
  /** Not in ads of these. */
  except?: readonly Category[];
  words: readonly string[];
  zh: string;
  en: string;
}

/** Law 46: reviewed by an authority before it is published; the number and its expiry are required. */
export const NEEDS_APPROVAL: readonly Category[] = [
  'medical',
  'drug',
  'medical_device',
  'health_food',
  'pesticide',
  'veterinary',
];

/** Two reviewers instead of one. */
export const SENSITIVE: readonly Category[] = [...NEEDS_APPROVAL, 'finance', 'education'];

const words = (text: string): string[] => text.trim().split(/\s+/);

export const RULES: readonly Rule[] = [
  {
    article: '广告法 第九条（三）',
    severity: 'block',
    words: words('国家级 最高级 最佳'),
    zh: '使用了法律明令禁止的绝对化用语',
    en: 'an absolute term that the law forbids by name',
  },
  {
    article: '广告法 第九条（三）',
    severity: 'flag',
    words: words(
      `最好 最优 最强 最大 最先进 最便宜 最低价 最受欢迎 最新科技 最安全 最专业 顶级 顶尖 极品 极致 独一无二
       绝无仅有 史无前例 前无古人 万能 销量第一 排名第一 全国第一 全网第一 全球第一 世界第一 第一品牌 第一 全网最低
       史上最低 唯一 首选 冠军 王牌 领袖品牌 世界级 宇宙级 国际级 no1 top1 100%有效 永久有效 零缺陷`,
    ),
    zh: '可能是绝对化用语，须有依据或删除',
    en: 'may be an absolute term: prove it or take it out',
  },
  {
    article: '广告法 第九条（一）',
    severity: 'block',
    words: words('国旗 国歌 国徽 军旗 军歌 军徽'),
    zh: '不得使用国旗、国歌、国徽、军旗、军歌、军徽',
    en: 'national and military flags, anthems and emblems may not be used',
  },
  {
    article: '广告法 第九条（二）',
    severity: 'block',
    words: words(
      '国家领导人 国务院推荐 中央军委 政府指定 国家机关专供 国宴专用 特供 专供中央 人民大会堂专用 部队特供',
    ),
    zh: '不得使用国家机关、国家机关工作人员的名义或者形象',
    en: 'the name of state organs or their staff may not be used',
  },
  {
    article: '广告法 第九条（八）',
    severity: 'block',
    words: words(
      `淫秽 色情 裸聊 一夜情 成人电影 赌博 博彩 六合彩 百家乐 老虎机 真人荷官 时时彩 算命 改运 转运符 驱邪 招魂
       恐怖袭击 枪支 弹药 迷药`,
    ),
    zh: '含有淫秽、色情、赌博、迷信、恐怖、暴力的内容',
    en: 'obscenity, gambling, superstition, terror or violence',
  },
  {
    article: '广告法 第九条（九）',
    severity: 'flag',
    words: words('限男性 限女性 仅限汉族 乡巴佬 外地人勿扰'),
    zh: '可能含有歧视内容',
    en: 'may discriminate',
  },
  {
    article: '广告法 第十五条',
    severity: 'block',
    words: words('处方药 麻醉药品 精神药品 医疗用毒性药品 放射性药品 戒毒治疗'),
    zh: '处方药及特殊药品不得在大众媒介发布广告',
    en: 'prescription and special drugs may not be advertised to the public',
  },
  {
    article: '广告法 第十六条',
    severity: 'block',
    only: ['medical', 'drug', 'medical_device'],
    words: words(
      `根治 治愈率 有效率 包治百病 药到病除 无毒副作用 无副作用 安全无毒 保证治愈 不复发 疗效最 无效退款 患者推荐
       专家推荐 保险公司保险`,
    ),
    zh: '医疗、药品、医疗器械广告不得断言功效或说明治愈率、有效率',
    en: 'medical ads may not assert effects or tell cure rates',
  },
  {
    article: '广告法 第十七条',
    severity: 'flag',
    except: ['medical', 'drug', 'medical_device', 'veterinary'],
    words: words('治疗 疗效 治愈 根治 消炎 抗癌 防癌 降血压 降血糖 祛病 药效 抗病毒 处方'),
    zh: '非医疗、药品、医疗器械广告不得涉及疾病治疗功能',
    en: 'other ads may not speak of treating illness',
  },
  {
    article: '广告法 第十八条',
    severity: 'block',
    only: ['health_food'],
    words: words('预防疾病 治疗 治愈 根治 药物 无副作用 保障健康 有效率 抗癌 降三高'),
    zh: '保健食品广告不得涉及疾病预防、治疗功能',
    en: 'health food may not claim to prevent or treat illness',
  },
  {
    article: '广告法 第二十一条',
    severity: 'block',
    only: ['pesticide', 'veterinary'],
    words: words('无毒 无害 无残留 绝对安全 有效率 杀虫率 科研单位推荐 无效退款'),
    zh: '农药、兽药广告不得断言安全性',
    en: 'pesticide and veterinary ads may not assert safety',
  },
  {
    article: '广告法 第二十二条',
    severity: 'block',
    words: words('香烟 卷烟 烟草制品 电子烟 雪茄 烟弹 尼古丁'),
    zh: '禁止在大众传播媒介发布烟草广告',
    en: 'tobacco may not be advertised in mass media',
  },
  {
    article: '广告法 第二十三条',
    severity: 'block',
    only: ['alcohol'],
    words: words('千杯不醉 一醉方休 不醉不归 消除紧张 消除焦虑 增加体力 壮阳 开车也能喝 酒后驾'),
    zh: '酒类广告不得诱导饮酒、表现驾驶或暗示功效',
    en: 'alcohol ads may not urge to drink, show driving or claim effects',
  },
  {
    article: '广告法 第二十四条',
    severity: 'block',
    only: ['education'],
    words: words(
      '保过 包过 保录取 包录取 保证通过 保证升学 不过退款 命题人 命题老师 百分百通过 内部名额',
    ),
    zh: '教育、培训广告不得对升学、通过考试作保证性承诺',
    en: 'education ads may not promise exams or admission',
  },
  {
    article: '广告法 第二十五条',
    severity: 'block',
    only: ['finance'],
    words: words(
      '保本 保收益 无风险 零风险 稳赚 稳赚不赔 收益翻倍 躺赚 只赚不赔 保证收益 刚性兑付',
    ),
    zh: '招商及投资广告不得对未来效果、收益作保证性承诺',
    en: 'investment ads may not promise returns or the absence of risk',
  },
  {
    article: '广告法 第二十六条',
    severity: 'block',
    only: ['realestate'],
    words: words('升值承诺 投资回报 必涨 包升值 包租 名校学位 落户承诺 稳赚'),
    zh: '房地产广告不得含有升值、投资回报的承诺',
    en: 'real-estate ads may not promise gains',
  },
  {
    article: '广告法 第二十六条',
    severity: 'flag',
    only: ['realestate'],
    words: words('分钟到达 分钟直达 分钟即达 学区房 规划中'),
    zh: '不得以所需时间表示位置，或宣传规划中的设施',
    en: 'places may not be told by travel time, nor planned facilities advertised',
  },
  {
    article: '互联网广告管理办法 第九条',
    severity: 'flag',
    words: words('点击领取现金 关闭倒计时 系统警告 手机中毒 您有未读消息 红包已到账'),
    zh: '不得以欺骗方式诱使用户点击广告',
    en: 'users may not be tricked into clicking',
  },
];

/** A match inside one of these is no match: 第一时间 is not 第一. */
export const WHITELIST: readonly string[] = words(
  `第一时间 第一次 第一步 第一天 第一章 第一课 第一人称 第一医院 第一中学 第一小学 第一人民医院 第一届 第一季 第一批 第一代 第一责任人
   唯一识别 唯一编号 唯一官方 国家级风景名胜区 国家级非物质文化遗产 国家级自然保护区 国家级森林公园 国家级水利风景区 最好不要 最大程度
   最大限度 最大努力 世界级非物质 冠军赛 奥运冠军 亚运冠军 首选项 无处方 处方笺 无风险提示`,
);
