/**
 * The console's look, in one place: Longquan celadon on paper, ink for text, cinnabar for what must
 * not be missed. Owns every colour, size and radius; `applyTokens` hands them to the style sheet as
 * custom properties and `antdTheme` to the components, so that neither names a colour of its own.
 *
 * Every text colour reaches WCAG AA (4.5:1) on every ground it is used on.
 */
import type { ThemeConfig } from 'antd';

export const color = {
  paper: '#f4f5f1',
  surface: '#ffffff',
  sunken: '#f0f2ed',
  line: '#e1e5de',
  lineStrong: '#c5ccc3',
  ink: '#17211f',
  inkSoft: '#3f4c48',
  inkFaint: '#5f6b67',
  celadon: '#14665a',
  celadonHover: '#1b7a6c',
  celadonActive: '#0e4f45',
  celadonTint: '#e4f0ec',
  celadonLine: '#a9cfc3',
  cinnabar: '#b93a27',
  cinnabarHover: '#a33120',
  cinnabarTint: '#fbeae6',
  amber: '#8a5a00',
  amberTint: '#fbf0d9',
  indigo: '#2d578a',
  indigoTint: '#e7eef7',
  night: '#0d1715',
  nightRaised: '#14211e',
  nightLine: '#24352f',
  nightInk: '#dfeae5',
  nightFaint: '#8fa59c',
} as const;

/** From nothing to most: the tile map's and the heat tables' one scale, on paper. */
export const heat = ['#eceee9', '#d9ebe4', '#b3d8cb', '#7fbfad', '#469c89', '#1d7668', '#0e4f45'];

/** Series of charts, in the order they are used. */
export const series = ['#14665a', '#c9892b', '#2d578a', '#b93a27', '#6b5b95', '#5f6b67'];

/** Each system's own Chinese face; Latin letters and figures come with the console (see styles.css). */
const chineseFaces =
  "'PingFang SC', 'HarmonyOS Sans SC', 'MiSans', 'Microsoft YaHei UI', " +
  "'Noto Sans CJK SC', 'Source Han Sans SC', 'WenQuanYi Micro Hei', system-ui, sans-serif";

/** Follows the language of the document (styles.css). */
export const fontFamily = 'var(--font)';

export function applyTokens(root: HTMLElement): void {
  for (const [name, value] of Object.entries(color)) {
    root.style.setProperty(`--${name.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`)}`, value);
  }
  heat.forEach((value, step) => {
    root.style.setProperty(`--heat-${step}`, value);
  });
  root.style.setProperty('--font-zh', `'Hongze Latin', ${chineseFaces}`);
  root.style.setProperty('--font-en', `'Hongze Latin Full', ${chineseFaces}`);
}

export const antdTheme: ThemeConfig = {
  token: {
    fontFamily,
    fontSize: 14,
    colorPrimary: color.celadon,
    colorPrimaryHover: color.celadonHover,
    colorPrimaryActive: color.celadonActive,
    colorPrimaryBg: color.celadonTint,
    colorLink: color.celadon,
    colorInfo: color.indigo,
    colorSuccess: '#1a6f4a',
    colorWarning: color.amber,
    colorError: color.cinnabar,
    colorErrorHover: color.cinnabarHover,
    colorInfoBg: color.indigoTint,
    colorInfoBorder: '#bccfe6',
    colorSuccessBg: '#e3f2e9',
    colorSuccessBorder: '#a9d3bb',
    colorWarningBg: color.amberTint,
    colorWarningBorder: '#e6cf9c',
    colorErrorBg: color.cinnabarTint,
    colorErrorBorder: '#ecb9ae',
    colorText: color.ink,
    colorTextSecondary: color.inkSoft,
    colorTextTertiary: color.inkFaint,
    colorTextDescription: color.inkFaint,
    colorTextPlaceholder: '#68736f',
    colorTextDisabled: '#68736f',
    colorBgLayout: color.paper,
    colorBorder: color.lineStrong,
    colorBorderSecondary: color.line,
    colorFillAlter: color.sunken,
    borderRadius: 6,
    borderRadiusLG: 8,
    borderRadiusSM: 4,
    controlHeight: 34,
    controlHeightSM: 28,
    controlHeightLG: 42,
    wireframe: false,
    motion: !window.matchMedia('(prefers-reduced-motion: reduce)').matches,
    boxShadow: '0 1px 2px rgb(23 33 31 / 6%), 0 8px 24px rgb(23 33 31 / 10%)',
    boxShadowSecondary: '0 1px 2px rgb(23 33 31 / 8%), 0 12px 32px rgb(23 33 31 / 14%)',
    motionDurationMid: '0.14s',
    motionDurationSlow: '0.2s',
  },
  components: {
    Button: { primaryShadow: 'none', defaultShadow: 'none', dangerShadow: 'none', fontWeight: 500 },
    Form: {
      labelColor: color.inkSoft,
      verticalLabelPadding: '0 0 4px',
      labelHeight: 24,
      itemMarginBottom: 20,
    },
    Segmented: { trackBg: color.sunken, itemSelectedColor: color.ink },
    Tabs: { horizontalItemPadding: '10px 2px', horizontalMargin: '0 0 16px' },
    Modal: { titleFontSize: 16 },
    Tooltip: { colorBgSpotlight: color.ink },
  },
};
