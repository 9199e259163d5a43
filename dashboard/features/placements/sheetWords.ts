import { defineWords } from '../../lib/words.ts';

export const useSheetWords = defineWords(
  {
    import: '表格导入',
    title: '用表格导入广告位',
    templateHint: '一行一个广告位；站点或应用第一次出现时自动登记，刊例价可一并填写。',
    itemLabel: '将要新建的广告位',
    name: '广告位',
    format: '形式',
    property: '所属站点/应用',
    new: '新登记',
  },
  {
    import: 'Import a sheet',
    title: 'Placements by spreadsheet',
    templateHint:
      'One row a placement; a property is registered where it is first named, and a published price may stand beside it.',
    itemLabel: 'Placements to be made',
    name: 'Placement',
    format: 'Format',
    property: 'Property',
    new: 'New',
  },
);
