/** The demand of the demo province: forty invented advertisers with what their pictures say, and three public-service senders. */
import type { Category } from '../../db/terms/market.ts';

export type Motif =
  | 'leaf' | 'basket' | 'hill' | 'house' | 'car' | 'bowl' | 'book' | 'sun' | 'wave' | 'drop' | 'ribbon'
  | 'coin' | 'gear' | 'bolt' | 'moon'; // biome-ignore format: one list

export interface SeedAdvertiser {
  name: string;
  brand: string;
  category: Category;
  domain: string;
  /** Headline, line under it, and button of its ads. */
  headline: string;
  line: string;
  action: string;
  motif: Motif;
  /** Two colours of the ground, and that of the button. */
  colours: [string, string, string];
}

type Row = [
  brand: string,
  company: string,
  Category,
  slug: string,
  headline: string,
  line: string,
  action: string,
  Motif,
  string,
  string,
  string,
];

const ROWS: Row[] = [
  ['龙坞春', '杭州龙坞春茶业有限公司', 'beverage', 'longwuchun', '明前头采 一杯山色', '山场直发，产地溯源，48 小时到家', '立即品鉴', 'leaf', '#0f5132', '#6fae7a', '#ffd66b'],
  ['湖畔优选', '湖畔优选连锁超市有限公司', 'retail', 'hupan', '周末生鲜 满 99 减 30', '本地菜园当日采，门店半小时送达', '领券到店', 'basket', '#b3261e', '#ff8a5c', '#fff2c9'],
  ['云栖民宿', '云栖山居文旅有限公司', 'hotel', 'yunqi-stay', '把周末还给山野', '两晚连住送竹林早餐与溯溪', '查看空房', 'hill', '#134e4a', '#5eb5a6', '#ffe08a'],
  ['越州电器', '越州电器股份有限公司', 'home', 'yuezhou', '以旧换新 至高补 2000', '送装一体，旧机上门回收', '算算补贴', 'house', '#1e3a8a', '#60a5fa', '#fde047'],
  ['甬行汽车', '甬行汽车销售服务有限公司', 'auto', 'yongxing', '新能源试驾节', '县县有展厅，到店即享充电礼', '预约试驾', 'car', '#0b3b5c', '#3aa0d8', '#f9c846'],
  ['鉴湖人家', '绍兴鉴湖人家餐饮有限公司', 'food', 'jianhu', '一桌越菜 三代手艺', '四人套餐含醉蟹与梅干菜肉', '预订席位', 'bowl', '#7c2d12', '#e08a4c', '#ffe7b3'],
  ['瓯越学堂', '瓯越学堂教育科技有限公司', 'education', 'ouyue', '暑期编程公开课', '小学三年级起，先试听再报名', '免费试听', 'book', '#4338ca', '#a5b4fc', '#fef08a'],
  ['之江银杏', '之江银杏养老服务有限公司', 'other', 'yinxing', '家门口的日间照料', '专业护理师团队，子女手机可看', '参观社区', 'sun', '#92400e', '#fbbf24', '#ffffff'],
  ['天姥云雾', '新昌天姥云雾茶叶合作社', 'agriculture', 'tianmu', '高山云雾 手采新茶', '海拔 800 米，雾里长大', '产地直购', 'leaf', '#14532d', '#86c58f', '#fde68a'],
  ['海岛时光', '舟山海岛时光旅行社有限公司', 'tourism', 'haidao', '看海 就现在', '跳岛三日游，含船票与渔家宴', '马上出发', 'wave', '#075985', '#38bdf8', '#fef3c7'],
  ['双溪乳业', '金华双溪乳业有限公司', 'food', 'shuangxi', '今晨的牛奶 今晨到家', '牧场到餐桌不超过 24 小时', '订奶到户', 'drop', '#0369a1', '#bae6fd', '#ffffff'],
  ['南浔织造', '湖州南浔织造有限公司', 'apparel', 'nanxun', '一根丝的温柔', '真丝家居服新品，透气不闷', '挑选花色', 'ribbon', '#86198f', '#f0abfc', '#fff7ed'],
  ['义乌好物', '义乌好物电子商务有限公司', 'retail', 'haowu', '源头工厂 一件也批', '二十万种小商品，次日发货', '逛逛源头', 'basket', '#c2410c', '#fdba74', '#fefce8'],
  ['古堰画乡', '丽水古堰画乡景区管理有限公司', 'tourism', 'guyan', '在瓯江边 画一个下午', '写生套票含竹筏与画材', '预约套票', 'hill', '#365314', '#a3c75a', '#fff1b8'],
  ['桐乡安居', '桐乡安居置业有限公司', 'realestate', 'anju', '推窗见运河', '现房实景，建面 89–128 ㎡', '预约看房', 'house', '#44403c', '#c8a97e', '#fff7e6'],
  ['山海信', '山海信小额普惠服务有限公司', 'finance', 'shanhaixin', '小店备货 资金不等人', '利率公示，额度以审批为准，理性借贷', '了解条件', 'coin', '#7f1d1d', '#ef6f6c', '#ffe9a8'],
  ['诸暨珍珠城', '诸暨珍珠城市场管理有限公司', 'apparel', 'zhuji-pearl', '一颗珠 一湖光', '设计师联名款，支持复检', '看新品', 'drop', '#3b0764', '#c4b5fd', '#fff1f2'],
  ['永康工匠', '永康工匠五金有限公司', 'home', 'yongkang', '一把好刀 用二十年', '手工开刃，终身免费磨', '了解工艺', 'gear', '#1f2937', '#9ca3af', '#fcd34d'],
  ['青田石语', '青田石语文化创意有限公司', 'culture', 'shiyu', '石头会说话', '青田石雕体验课，带走一枚印', '报名体验', 'hill', '#5b3a1e', '#d4a373', '#fefae0'],
  ['千岛鱼鲜', '淳安千岛鱼鲜食品有限公司', 'food', 'qiandao', '鱼头的鲜 水知道', '清水有机鱼，冷链次日达', '来一份', 'wave', '#0c4a6e', '#67b7dc', '#fde68a'],
  ['仙居杨梅', '仙居县杨梅专业合作社联合社', 'agriculture', 'yangmei', '六月的甜 只等你', '树上摘下，24 小时到家', '预订鲜果', 'sun', '#831843', '#f472b6', '#fef9c3'],
  ['临海长城宴', '临海长城宴餐饮管理有限公司', 'food', 'changcheng', '千年台州府 一碗麦油脂', '老街七店同享套餐', '看菜单', 'bowl', '#7c2d12', '#f59e0b', '#fff7ed'],
  ['慈溪小家电', '慈溪智暖电器有限公司', 'home', 'zhinuan', '南方的冬天 也能暖', '石墨烯暖风机，三秒出热', '了解新品', 'gear', '#9a3412', '#fb923c', '#fffbeb'],
  ['乐清电气', '乐清安联电气有限公司', 'home', 'anlian', '一户一电箱 安心每一天', '老房电路免费检测周', '预约检测', 'bolt', '#1e40af', '#93c5fd', '#fde047'],
  ['浙南通信', '浙南宽联通信服务有限公司', 'telecom', 'kuanlian', '千兆到村 一家三号', '新装赠智能门铃', '办理套餐', 'bolt', '#115e59', '#5eead4', '#fef08a'],
  ['西塘夜泊', '嘉善西塘夜泊酒店有限公司', 'hotel', 'xitang', '枕水而眠', '临河房限时两晚连住价', '选房型', 'moon', '#1e1b4b', '#818cf8', '#fde68a'],
  ['安吉竹韵', '安吉竹韵家居有限公司', 'home', 'zhuyun', '一席竹凉', '碳化竹席，三季可用', '看尺寸', 'leaf', '#3f6212', '#bef264', '#ffffff'],
  ['横山影视', '东阳横山影视文旅有限公司', 'culture', 'hengshan', '走进一部戏', '夜游套票含实景演出', '买夜场票', 'moon', '#450a0a', '#e11d48', '#fde68a'],
  ['龙泉青瓷社', '龙泉青瓷社工艺有限公司', 'culture', 'qingci', '雨过天青', '日用青瓷茶具，一窑一色', '看开窑', 'bowl', '#0f3d3e', '#8fc1b5', '#f6f0d8'],
  ['松阳老街咖啡', '松阳老街餐饮有限公司', 'beverage', 'songyang', '山里有一杯好咖啡', '高山泉水慢萃，周末买一赠一', '领饮品券', 'drop', '#3e2723', '#a1887f', '#ffe0b2'],
  ['温岭海派鞋履', '温岭海派鞋业有限公司', 'apparel', 'haipai', '走一天 脚不累', '零压通勤鞋，三十天可退', '选尺码', 'ribbon', '#172554', '#7dd3fc', '#fef3c7'],
  ['衢江柑橘', '衢州衢江椪柑产业联合会', 'agriculture', 'penggan', '一口爆汁', '果园直发，坏果包赔', '买五斤', 'sun', '#c2410c', '#fbbf24', '#ffffff'],
  ['绍兴花雕坊', '绍兴花雕坊酒业有限公司', 'alcohol', 'huadiao', '陈年花雕 慢慢喝', '十年陈封坛，饮酒适量，未成年人请勿饮酒', '了解酒坊', 'bowl', '#5c1a1b', '#c9713c', '#fff0c2'],
  ['嵊州越音', '嵊州越音文化传播有限公司', 'culture', 'yueyin', '今晚 听一出越剧', '县城剧场周周演，学生半价', '抢座位', 'ribbon', '#701a75', '#f9a8d4', '#fff7ed'],
  ['武义温泉', '武义汤泉度假有限公司', 'tourism', 'tangquan', '泡进一座山', '亲子汤池夜场特惠', '订门票', 'wave', '#164e63', '#67e8f9', '#fef3c7'],
  ['浙里学车', '浙里学车驾驶培训有限公司', 'education', 'xueche', '一人一车 学到会', '县区三十六个训练场就近选', '免费体验', 'car', '#14532d', '#4ade80', '#fef9c3'],
  ['缙云烧饼', '缙云烧饼品牌管理有限公司', 'food', 'shaobing', '刚出炉 才叫烧饼', '全省两百家门店，第二个半价', '找门店', 'sun', '#78350f', '#f59e0b', '#fff7ed'],
  ['海盐文旅体', '海盐南北湖体育发展有限公司', 'sports', 'nanbeihu', '环湖半程马拉松', '三千个名额，赛事补给管够', '立即报名', 'wave', '#1d4ed8', '#38bdf8', '#fde047'],
  ['德清智行', '德清智行地理科技有限公司', 'internet', 'zhixing', '田里的事 手机里办', '农田一张图，病虫害早知道', '免费试用', 'leaf', '#065f46', '#34d399', '#fef08a'],
  ['平湖光电', '平湖晨曦光电有限公司', 'home', 'chenxi', '给书桌一盏好灯', '国 AA 级照度，不刺眼', '看测评', 'sun', '#312e81', '#a5b4fc', '#fde047'],
]; // biome-ignore format: one line an advertiser reads as a table

const PUBLIC: Row[] = [
  ['文明浙江', '省公益广告中心（演示）', 'psa', 'wenming', '光盘行动 从一餐一饭开始', '公益广告', '了解更多', 'bowl', '#b91c1c', '#f97316', '#fef3c7'],
  ['平安乡村', '省公益广告中心（演示）', 'psa', 'pingan', '陌生转账 先停一停', '反诈专线 96110 · 公益广告', '学会识别', 'bolt', '#1e3a8a', '#3b82f6', '#fde047'],
  ['绿水青山', '省公益广告中心（演示）', 'psa', 'lvshui', '一滴清水 一片青山', '节约用水 · 公益广告', '加入行动', 'drop', '#065f46', '#10b981', '#ecfccb'],
]; // biome-ignore format: as above

const toAdvertiser = (row: Row): SeedAdvertiser => {
  const [brand, name, category, slug, headline, line, action, motif, from, to, button] = row;
  return {
    name,
    brand,
    category,
    domain: `${slug}.demo.hongze.example`,
    headline,
    line,
    action,
    motif,
    colours: [from, to, button],
  };
};

export const ADVERTISERS: readonly SeedAdvertiser[] = ROWS.map(toAdvertiser);
export const PUBLIC_SERVICE: readonly SeedAdvertiser[] = PUBLIC.map(toAdvertiser);
