/**
 * IAB Ad Product Taxonomies 1.0 and 2.0 (AdCOM 1.0 "Category Taxonomies" 3 and 8) in the house's categories. Owns the two maps, and what
 * our own bids say they advertise. Their nodes are numbered along the tree, so that a branch is a span of numbers.
 */
import type { Category } from '../../db/terms/market.ts';

/** First and last number of a span, and what it may advertise; the first span that holds a number counts. */
type Span = readonly [from: number, to: number, ...categories: Category[]];

// biome-ignore-start format: tables to read along
const SPANS_1: readonly Span[] = [
  [
    1,
    1,
    'internet',
    'education',
    'finance',
    'food',
    'game',
    'medical',
    'retail',
    'sports',
    'tourism',
  ],
  [2, 2, 'auto'],
  [5, 5, 'education'],
  [7, 7, 'finance'],
  [8, 8, 'food', 'beverage'],
  [9, 9, 'game'],
  [13, 13, 'medical'],
  [21, 21, 'retail'],
  [23, 23, 'sports'],
  [24, 24, 'tourism'],
  [2, 26, 'internet'],
  [27, 27, 'culture', 'internet', 'sports'],
  [28, 28, 'internet'],
  [34, 34, 'sports'],
  [41, 41, 'auto'],
  [47, 47, 'sports'],
  [29, 52, 'culture'],
  [53, 112, 'auto'],
  [113, 118, 'cosmetics'],
  [119, 119, 'government', 'medical', 'retail', 'telecom'],
  [129, 129, 'government'],
  [142, 142, 'medical', 'medical_device'],
  [147, 155, 'retail'],
  [159, 165, 'telecom'],
  [167, 182, 'apparel'],
  [208, 208, 'telecom'],
  [218, 219, 'game'],
  [220, 220, 'food', 'beverage', 'cosmetics', 'home', 'auto', 'pesticide'],
  [221, 221, 'food', 'beverage'],
  [232, 232, 'beverage', 'alcohol'],
  [222, 248, 'beverage'],
  [249, 426, 'food'],
  [427, 427, 'cosmetics', 'home', 'auto', 'pesticide'],
  [428, 466, 'cosmetics'],
  [467, 467, 'home', 'auto', 'pesticide'],
  [468, 471, 'auto'],
  [509, 509, 'pesticide'],
  [524, 526, 'pesticide'],
  [535, 591, 'home'],
  [605, 609, 'culture'],
  [616, 624, 'education'],
  [631, 647, 'finance'],
  [648, 648, 'food', 'alcohol'],
  [650, 650, 'alcohol'],
  [649, 654, 'food'],
  [655, 667, 'home'],
  [676, 676, 'agriculture', 'home'],
  [677, 677, 'agriculture'],
  [696, 696, 'medical', 'drug'],
  [702, 702, 'drug'],
  [711, 712, 'medical', 'drug'],
  [697, 713, 'medical'],
  [719, 719, 'home', 'pesticide'],
  [730, 730, 'pesticide'],
  [720, 735, 'home'],
  [752, 752, 'psa', 'government'],
  [758, 758, 'psa'],
  [762, 762, 'veterinary'],
  [767, 767, 'veterinary'],
  [768, 768, 'drug', 'medical', 'medical_device'],
  [769, 774, 'realestate'],
  [775, 782, 'sports'],
  [783, 784, 'internet', 'game'],
  [800, 800, 'game'],
  [785, 801, 'internet'],
  [802, 832, 'sports'],
  [833, 833, 'tourism', 'hotel'],
  [838, 838, 'hotel'],
  [850, 851, 'hotel'],
  [857, 857, 'hotel'],
  [859, 859, 'finance'],
  [834, 858, 'tourism'],
  [860, 863, 'internet'],
];
const SPANS_2: readonly Span[] = [
  [1002, 1007, 'alcohol'],
  [1008, 1009, 'culture'],
  [1010, 1010, 'telecom', 'internet', 'medical', 'medical_device'],
  [1012, 1012, 'telecom', 'internet'],
  [1026, 1026, 'telecom'],
  [1027, 1027, 'internet'],
  [1043, 1043, 'medical', 'medical_device'],
  [1058, 1074, 'apparel'],
  [1082, 1087, 'internet'],
  [1088, 1088, 'cosmetics', 'medical'],
  [1094, 1094, 'cosmetics', 'medical'],
  [1089, 1096, 'cosmetics'],
  [1097, 1097, 'game'],
  [1120, 1122, 'game'],
  [1123, 1123, 'food', 'beverage', 'cosmetics', 'home', 'drug', 'health_food', 'pesticide'],
  [1131, 1137, 'beverage'],
  [1138, 1144, 'cosmetics'],
  [1152, 1154, 'cosmetics'],
  [1155, 1176, 'food'],
  [1178, 1187, 'cosmetics'],
  [1188, 1188, 'food', 'beverage'],
  [1189, 1191, 'home'],
  [1201, 1201, 'food'],
  [1208, 1208, 'drug'],
  [1214, 1220, 'cosmetics'],
  [1221, 1223, 'pesticide'],
  [1232, 1232, 'beverage'],
  [1229, 1238, 'food'],
  [1240, 1247, 'cosmetics'],
  [1253, 1255, 'health_food'],
  [1263, 1263, 'home'],
  [1268, 1270, 'home'],
  [1277, 1289, 'home'],
  [1291, 1294, 'health_food'],
  [1295, 1314, 'education'],
  [1315, 1315, 'culture', 'sports'],
  [1325, 1325, 'sports'],
  [1316, 1327, 'culture'],
  [1335, 1354, 'finance'],
  [1355, 1360, 'food'],
  [1378, 1378, 'medical', 'drug'],
  [1386, 1386, 'drug'],
  [1379, 1395, 'medical'],
  [1396, 1396, 'home', 'pesticide'],
  [1410, 1410, 'pesticide'],
  [1397, 1415, 'home'],
  [1419, 1419, 'culture', 'internet', 'game', 'sports'],
  [1420, 1420, 'internet'],
  [1423, 1426, 'game'],
  [1434, 1437, 'sports'],
  [1438, 1442, 'internet'],
  [1421, 1433, 'culture'],
  [1448, 1451, 'finance'],
  [1452, 1452, 'psa', 'government'],
  [1454, 1454, 'government'],
  [1458, 1458, 'psa'],
  [1460, 1460, 'veterinary'],
  [1466, 1466, 'veterinary'],
  [1467, 1472, 'telecom'],
  [1473, 1473, 'drug'],
  [1482, 1486, 'realestate'],
  [1494, 1509, 'retail'],
  [1510, 1518, 'sports'],
  [1519, 1523, 'medical', 'drug'],
  [1524, 1528, 'sports'],
  [1529, 1529, 'tourism', 'hotel'],
  [1530, 1536, 'hotel'],
  [1537, 1543, 'tourism'],
  [1551, 1575, 'auto'],
];

/** Nodes that hold all of a category of ours. */
const WHOLE_1: Record<string, readonly Category[]> = {
  '147': ['retail'],
  '159': ['telecom'],
  '167': ['apparel'],
  '222': ['beverage'],
  '428': ['cosmetics'],
  '524': ['pesticide'],
  '616': ['education'],
  '631': ['finance'],
  '696': ['medical'],
  '767': ['veterinary'],
  '768': ['drug'],
  '769': ['realestate'],
  '833': ['tourism', 'hotel'],
};
const WHOLE_2: Record<string, readonly Category[]> = {
  '1002': ['alcohol'],
  '1058': ['apparel'],
  '1131': ['beverage'],
  '1221': ['pesticide'],
  '1253': ['health_food'],
  '1295': ['education'],
  '1335': ['finance'],
  '1378': ['medical'],
  '1466': ['veterinary'],
  '1467': ['telecom'],
  '1473': ['drug'],
  '1482': ['realestate'],
  '1494': ['retail'],
  '1529': ['tourism', 'hotel'],
  '1530': ['hotel'],
  '1551': ['auto'],
};

/** What a creative of each category advertises, in taxonomy 8; the rest has no node there. */
const NODES: Partial<Record<Category, string>> = {
  retail: '1494',
  food: '1165',
  beverage: '1131',
  alcohol: '1002',
  tourism: '1529',
  hotel: '1530',
  auto: '1551',
  realestate: '1482',
  finance: '1335',
  education: '1295',
  medical: '1378',
  drug: '1473',
  medical_device: '1043',
  health_food: '1253',
  pesticide: '1221',
  veterinary: '1466',
  cosmetics: '1138',
  apparel: '1058',
  home: '1277',
  telecom: '1467',
  internet: '1082',
  game: '1423',
  culture: '1008',
  sports: '1524',
  government: '1454',
  psa: '1458',
};
// biome-ignore-end format: tables to read along

export const AD_PRODUCT_2 = 8;
const NONE: readonly Category[] = [];

const spansOf = (taxonomy: number): readonly Span[] | undefined =>
  taxonomy === 3 ? SPANS_1 : taxonomy === AD_PRODUCT_2 ? SPANS_2 : undefined;

/** Whether it is one of the two taxonomies of what is advertised. */
export const isOfProducts = (taxonomy: number): boolean => spansOf(taxonomy) !== undefined;

/** Categories that a node touches at all. */
export function productTouches(code: string, taxonomy: number): readonly Category[] {
  const node = Number(code);
  const found = spansOf(taxonomy)?.find(([from, to]) => node >= from && node <= to);
  if (!found) return NONE;
  const [, , ...categories] = found;
  return categories;
}

/** Categories that a node holds wholly. */
export const productCovers = (code: string, taxonomy: number): readonly Category[] =>
  (taxonomy === 3 ? WHOLE_1 : WHOLE_2)[code] ?? NONE;

/** Codes of what is advertised, in taxonomy 8. */
export function productsOf(category: Category): readonly string[] {
  const node = NODES[category];
  return node === undefined ? [] : [node];
}
