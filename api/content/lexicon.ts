/**
 * The house's dictionary: words by what an article is about, and by what advertisers keep away from. Owns the words and their
 * weights only. A word with `*` decides almost alone; phrases that only look like another's (`消防演练`) are words of their own
 * here, so that the segmenter does not cut them apart.
 */
import type { ContentCategory, SafetyLabel } from '../../db/terms/content.ts';

const words = (text: string): string[] => text.trim().split(/\s+/);

export const TOPICS: Record<ContentCategory, readonly string[]> = {
  politics: words(`市委* 县委* 省委* 区委* 常委会* 全会 人大* 政协* 两会* 提案 书记* 市长* 县长* 调研 党建* 主题教育* 巡视 纪委* 干部 机关
    政府工作报告* 部署会 动员会 中央 国务院 基层治理 乡镇党委 换届 党代会* 宣讲 统战 民主党派 一网通办`),
  local: words(`社区* 居民* 街道 小区 物业* 菜场 停水* 停电* 便民* 公交站 老旧小区* 加装电梯* 垃圾分类* 志愿者 网格员* 邻里 养老金 社保* 医保
    居委会* 民生实事* 热线 供水 燃气 菜价 早餐 城管 窨井盖 路灯 家政 老年食堂* 居家养老*`),
  economy: words(`经济* 产业* 企业* 投资* 项目 开工 营收* 利润 股价* 股市* 基金* 银行* 贷款* 融资* 上市* 出口* 外贸* 跨境电商* 消费 零售 招商引资*
    开发区* 工业 制造业* 产值 增速 GDP* 税收* 民营经济* 专精特新* 供应链 订单 证券* 债券 利率 通胀 财报*`),
  agriculture: words(`农业* 农村* 农民* 乡村振兴* 水稻* 早稻* 春耕* 秋收* 种植* 养殖* 合作社* 农机* 茶农* 果农* 大棚* 收割机 化肥 农药 粮食*
    采茶 杨梅* 柑橘* 生猪* 渔民* 休渔* 稻田 农产品* 家庭农场* 插秧 病虫害 菌菇 蚕桑`),
  education: words(`学校* 学生* 教师* 老师 高考* 中考* 招生* 课堂* 校园* 小学* 中学* 大学* 幼儿园* 教育局* 录取* 分数线* 志愿填报* 作业 双减* 课后服务*
    考试 学费 研学 职业院校* 毕业生 开学* 班主任 校长* 教材 考生* 培训机构`),
  health: words(`医院* 医生* 患者* 疾病* 健康* 疫苗* 手术* 治疗* 门诊* 体检* 流感* 养生* 血压 糖尿病* 肿瘤* 中医* 护士* 急诊* 药物 症状* 心理健康*
    卫健委* 医疗* 献血 近视 康复 口腔 感染 病毒 睡眠 营养`),
  tourism: words(`旅游* 景区* 游客* 民宿* 文旅* 古镇* 景点* 度假* 露营* 打卡* 门票* 自驾* 乡村旅游* 旅行社* 漂流* 赏花* 5A级* 国庆假期 黄金周* 出游*
    客流 温泉* 古村落* 绿道 夜游* 登山 骑行 航班 酒店 西湖`),
  culture: words(`文化* 非遗* 博物馆* 展览* 艺术* 书法* 戏曲* 越剧* 图书馆* 文物* 考古* 诗词* 传统文化* 剪纸* 民俗* 庙会* 书画* 美术馆* 音乐会* 作家*
    文学* 遗址* 良渚 宋韵* 传承人* 读书 朗诵 剧团 话剧`),
  sports: words(`比赛* 球队* 冠军 球员* 足球* 篮球* 马拉松* 运动员* 赛事* 亚运会* 奥运会* 全运会* 龙舟* 乒乓球* 羽毛球* 游泳* 联赛* 教练* 夺冠* 进球*
    体育局* 体育馆* 运动会* 决赛* 金牌* 选手* 跑步 健身 广场舞 赛场* 村BA*`),
  auto: words(`汽车* 新能源车* 电动车 车型* 试驾* 续航* 4S店* 车展* 购车* SUV* 轿车* 发动机* 充电桩* 油耗* 比亚迪* 特斯拉* 吉利* 车主 自动驾驶* 底盘
    马力* 上牌 二手车* 车企* 智驾* 混动*`),
  realestate: words(`楼市* 房价* 楼盘* 购房* 房地产* 二手房* 土拍* 公积金* 住宅* 户型* 开盘* 首付* 房贷* 限购* 租房* 商品房* 保障房* 安置房* 房企*
    精装修* 学区房* 容积率* 交房* 装修 置业*`),
  food: words(`美食* 餐厅* 小吃* 味道 菜品* 厨师* 火锅* 烧烤* 面馆* 食材* 烹饪* 早餐店* 特色菜* 农家乐* 奶茶* 咖啡* 糕点* 口感* 夜宵* 老字号* 粽子*
    月饼* 青团* 海鲜* 东坡肉* 食谱* 年夜饭*`),
  technology: words(`科技* 人工智能* 芯片* 机器人* 大模型* 互联网* 数据中心* 算力* 5G* 手机* 软件* 无人机* 量子* 航天* 卫星* 研发* 专利* 数字化* 算法*
    云计算* 网络安全* 半导体* 科学家* 实验室* 生物医药 创新 院士*`),
  law: words(`法院* 检察院* 律师* 判决* 被告* 原告* 诉讼* 案件* 警方* 民警* 派出所* 公安* 诈骗* 普法* 合同纠纷* 调解* 立法* 条例 执法* 维权* 仲裁*
    反诈* 刑事* 民法典* 被骗* 庭审* 嫌疑人*`),
  military: words(`部队* 官兵* 军事* 演习* 国防* 战机* 航母* 海军* 空军* 陆军* 征兵* 新兵* 退役军人* 军营* 导弹* 武警* 双拥* 民兵* 阅兵* 火箭军*
    战士* 入伍* 烈士`),
  weather: words(`天气* 气温* 降雨* 暴雨预警* 台风* 高温* 冷空气* 气象台* 阵雨* 多云* 预报* 降温* 雾霾* 晴天* 湿度 寒潮* 雷阵雨* 梅雨* 出梅* 入梅*
    最高气温* 最低气温* 气象局* 空气质量*`),
  entertainment: words(`电影* 演员* 导演* 票房* 明星* 综艺* 电视剧* 歌手* 演唱会* 粉丝* 剧组* 热播* 首映* 偶像* 网红* 短视频* 直播间 音乐节* 专辑*
    追剧* 影院* 春晚* 脱口秀* 主演*`),
  family: words(`宝宝* 孩子* 亲子* 家长* 育儿* 母婴* 奶粉* 早教* 孕妇* 怀孕* 二孩* 托育* 儿童* 绘本* 陪伴 暑假* 玩具* 婴儿* 妈妈* 家庭教育* 月嫂*
    青春期* 辅食* 哺乳`),
  transport: words(`交通* 高速* 地铁* 公交* 高铁* 铁路* 拥堵* 道路* 施工* 通车* 限行* 停车* 交警* 机场* 航班* 春运* 隧道* 大桥* 轨道交通* 出租车*
    网约车* 车流* 改道* 绕行* 班次* 客运* 动车* 码头`),
  charity: words(`公益* 志愿服务* 捐赠* 爱心* 慈善* 助学* 帮扶* 义工* 红十字会* 捐款* 困难群众* 义卖* 献血* 志愿者* 救助* 关爱* 留守儿童* 好人*
    见义勇为* 雷锋* 结对* 暖心*`),
}; // biome-ignore format: word lists

export const DANGERS: Record<SafetyLabel, readonly string[]> = {
  'safety:disaster': words(`地震* 洪水* 泥石流* 塌方* 山体滑坡* 爆炸* 坠机* 沉船* 火灾* 坍塌* 车祸* 追尾 遇险 失联* 被困* 溺水* 触电 中毒* 伤亡*
    受灾* 灾情* 决堤* 侧翻* 矿难* 踩踏* 事故*`),
  'safety:crime': words(`杀人* 凶手* 抢劫* 强奸* 绑架* 持刀* 枪击* 恐怖袭击* 故意伤害* 猥亵* 家暴* 虐待* 拐卖* 碎尸* 命案* 行凶* 砍伤* 性侵* 霸凌*
    暴力* 在逃* 劫持*`),
  'safety:death': words(`死亡* 遇难* 身亡* 去世* 逝世* 讣告* 遗体* 追悼会* 自杀* 跳楼* 轻生* 猝死* 溺亡* 丧生* 殉职* 噩耗* 病逝* 不幸离世* 坠亡*`),
  'safety:leaders': words(`习近平* 总书记* 国家主席* 国务院总理* 中央政治局* 党和国家领导人* 中央军委* 全国人大常委会委员长* 中南海*`),
  'safety:adult': words(`色情* 裸聊* 卖淫* 嫖娼* 一夜情* 情色* 裸照* 援交* 偷拍裙底* 淫秽* 约炮*`),
  'safety:gambling': words(`赌博* 赌场* 网赌* 博彩* 吸毒* 贩毒* 毒品* 冰毒* 海洛因* 大麻* 六合彩* 百家乐* 制毒* 聚赌* 开设赌场*`),
}; // biome-ignore format: word lists

/** Words that hold one of the above and mean something else; they only keep the segmenter from cutting them apart. */
export const HARMLESS: readonly string[] = words(`
  消防演练 防灾减灾 应急演练 防汛演练 防溺水 防火灾 地震演练 交通事故处理 零事故 安全生产月 反家暴 禁毒宣传 禁毒 远离毒品 拒绝赌博
  灾后重建 爆炸性增长 信息爆炸 暴力美学 冠军杯 死亡率下降 意外伤害保险 消防安全 预防中毒 火灾隐患 事故隐患 反诈宣传 地震预警
`);

/** Sections of an outlet's site, by what they are called. */
export const CHANNELS: Readonly<Record<string, ContentCategory>> = {
  时政: 'politics', 要闻: 'politics', 民生: 'local', 社会: 'local', 财经: 'economy', 经济: 'economy', 三农: 'agriculture',
  农业: 'agriculture', 教育: 'education', 健康: 'health', 医疗: 'health', 旅游: 'tourism', 文旅: 'tourism', 文化: 'culture',
  体育: 'sports', 汽车: 'auto', 房产: 'realestate', 美食: 'food', 科技: 'technology', 法治: 'law', 军事: 'military',
  天气: 'weather', 气象: 'weather', 娱乐: 'entertainment', 亲子: 'family', 交通: 'transport', 公益: 'charity',
}; // biome-ignore format: a table
