/** Words for the closed lists that several screens show: kinds, states, formats, categories. */
import type { Category, Device, Format, PropertyKind, Tier } from '../../db/terms/market.ts';
import { defineLabels } from './words.ts';

export const useTierLabel = defineLabels<Tier>({
  province: ['省级', 'Province'],
  city: ['市级', 'City'],
  county: ['县级', 'County'],
});

export const useFormatLabel = defineLabels<Format>({
  banner: ['横幅', 'Banner'],
  native: ['信息流', 'Native'],
  video: ['视频', 'Video'],
  splash: ['开屏', 'Splash'],
  audio: ['音频', 'Audio'],
  dooh: ['户外大屏', 'Outdoor screen'],
  post: ['公众号推文', 'Post'],
  spot: ['广播电视时段', 'Broadcast spot'],
  print: ['报纸版面', 'Print'],
});

export const usePropertyKindLabel = defineLabels<PropertyKind>({
  app: ['客户端', 'App'],
  site: ['网站', 'Website'],
  h5: ['H5 页面', 'H5'],
  mini_program: ['小程序', 'Mini-program'],
  wechat: ['微信公众号', 'WeChat account'],
  tv: ['电视', 'Television'],
  radio: ['广播', 'Radio'],
  newspaper: ['报纸', 'Newspaper'],
  outdoor: ['户外屏', 'Outdoor'],
  loudspeaker: ['应急广播', 'Loudspeaker'],
});

export const useDeviceLabel = defineLabels<Device>({
  mobile: ['手机', 'Phone'],
  tablet: ['平板', 'Tablet'],
  desktop: ['电脑', 'Desktop'],
  tv: ['电视', 'TV'],
  dooh: ['户外屏', 'Outdoor screen'],
});

export const useCategoryLabel = defineLabels<Category>({
  retail: ['零售商超', 'Retail'],
  food: ['食品', 'Food'],
  beverage: ['饮料', 'Beverage'],
  alcohol: ['酒类', 'Alcohol'],
  tourism: ['文旅', 'Tourism'],
  hotel: ['酒店民宿', 'Hotel'],
  auto: ['汽车', 'Automotive'],
  realestate: ['房地产', 'Property'],
  finance: ['金融', 'Finance'],
  education: ['教育', 'Education'],
  medical: ['医疗', 'Medical'],
  drug: ['药品', 'Drug'],
  medical_device: ['医疗器械', 'Medical device'],
  health_food: ['保健食品', 'Health food'],
  pesticide: ['农药', 'Pesticide'],
  veterinary: ['兽药', 'Veterinary'],
  cosmetics: ['化妆品', 'Cosmetics'],
  apparel: ['服饰', 'Apparel'],
  home: ['家居家电', 'Home'],
  telecom: ['通信', 'Telecom'],
  internet: ['互联网', 'Internet'],
  game: ['游戏', 'Game'],
  agriculture: ['农业', 'Agriculture'],
  culture: ['文化', 'Culture'],
  sports: ['体育', 'Sports'],
  government: ['政务', 'Government'],
  psa: ['公益', 'Public service'],
  other: ['其他', 'Other'],
});

export const useStatusLabel = defineLabels({
  draft: ['草稿', 'Draft'],
  active: ['投放中', 'Active'],
  paused: ['已暂停', 'Paused'],
  ended: ['已结束', 'Ended'],
  archived: ['已归档', 'Archived'],
  pending: ['待审核', 'Pending'],
  suspended: ['已停用', 'Suspended'],
  approved: ['已通过', 'Approved'],
  rejected: ['已驳回', 'Rejected'],
  withdrawn: ['已撤回', 'Withdrawn'],
  overruled: ['人工放行', 'Overruled'],
});
